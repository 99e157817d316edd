"""New configurations for a running server: refused ones change nothing (I5), good ones lose nobody."""

from __future__ import annotations

import json
import signal
from typing import Any

from live.support.case import NETWORK, POOL, OneLinkTest, OneRelayTest
from live.support.case6 import Over6
from live.support.client import hardware_address
from live.support.ctl import ERROR, SUCCESS
from live.support.load import Load
from live.support.server import subnet
from live.support.waiting import eventually
from support.ledger import Ledger

ANNA, BERT = hardware_address(1), hardware_address(2)
CONFIGURED, REFUSED = "DHCP4_CONFIG_COMPLETE", "DHCP4_CONFIG_LOAD_FAIL"


class RefusedConfigurationTest(OneLinkTest):
    """What the service is like afterwards is what it was before."""

    def setUp(self) -> None:
        super().setUp()
        self.start()
        self.wire = self.direct_client(self.client_side)
        self.annas = self.wire.lease(ANNA).yiaddr
        self.before = self.subject.control.do("config-get")

    def assert_nothing_changed(self) -> None:
        control = self.subject.control
        self.assertEqual(control.do("config-get"), self.before)
        self.assertEqual(self.wire.lease(ANNA).yiaddr, self.annas)
        self.assertEqual(control.lease(self.annas)["hw-address"], ANNA.hex(":"))
        self.assertTrue(self.wire.lease(BERT).yiaddr.startswith("10.77.0."))

    def test_refused_by_config_set(self) -> None:
        keep = self.subject.configuration(**self.keys())["Dhcp4"]
        refused: dict[str, dict[str, Any]] = {
            "an unknown key": {**keep, "valid-lifetme": 1},
            "a pool outside its subnet": {**keep, "subnet4": [subnet(1, NETWORK, "10.78.0.1 - 10.78.0.9")]},
            "two subnets of one id": {**keep, "subnet4": [subnet(1, NETWORK, POOL),
                                                          subnet(1, "10.78.0.0/24", "10.78.0.1 - 10.78.0.9")]},
            "a database that cannot be opened": {
                **keep,
                "lease-database": {"type": "sqlite", "name": f"{self.subject.configuration_path}/leases4.db"}},
            "a key that decides who gets what and is not built": {
                **keep, "hosts-databases": [{"type": "mysql", "name": "hosts"}]},
        }
        for name, dhcp4 in refused.items():
            with self.subTest(name):
                answer = self.subject.control.ask("config-set", {"Dhcp4": dhcp4})
                self.assertEqual(answer["result"], ERROR, answer)
                self.assertTrue(answer["text"])
                self.assert_nothing_changed()

    def test_refused_at_sighup(self) -> None:
        self.subject.configuration_path.write_text('{ "Dhcp4": { "valid-lifetime": "long" } }')
        self.subject.program.send_signal(signal.SIGHUP)
        self.subject.wait_log(REFUSED)
        self.assert_nothing_changed()

    def test_config_test_applies_nothing(self) -> None:
        dhcp4 = {**self.subject.configuration(**self.keys())["Dhcp4"], "valid-lifetime": 77}
        self.assertEqual(self.subject.control.ask("config-test", {"Dhcp4": dhcp4})["result"], SUCCESS)
        self.assert_nothing_changed()


class NewConfigurationTest(OneLinkTest):
    """What a good configuration changes, and what it keeps."""

    def test_config_set_is_used_at_once_and_written_when_asked(self) -> None:
        self.start()
        wire = self.direct_client(self.client_side)
        address = wire.lease(ANNA).yiaddr
        control = self.subject.control
        dhcp4 = {**self.subject.configuration(**self.keys())["Dhcp4"], "valid-lifetime": 1234,
                 "cache-threshold": 0.0}
        told = control.do("config-set", {"Dhcp4": dhcp4})["changes"]
        self.assertIn({"change": "changed", "where": "/Dhcp4/valid-lifetime", "from": 3600, "to": 1234}, told)
        ack = wire.lease(ANNA)
        self.assertEqual((ack.yiaddr, ack.lease_seconds), (address, 1234))
        control.do("config-write")
        self.assertEqual(json.loads(self.subject.configuration_path.read_text())["Dhcp4"]["valid-lifetime"], 1234)

    def test_another_database_is_opened_beside_and_the_old_one_is_kept(self) -> None:
        self.start()
        wire = self.direct_client(self.client_side)
        address = wire.lease(ANNA).yiaddr
        control = self.subject.control
        keep = self.subject.configuration(**self.keys())["Dhcp4"]
        control.do("config-set", {"Dhcp4": {**keep, "lease-database": {"type": "sqlite", "name": "other.db"}}})
        self.assertIsNone(control.lease(address))
        # The first database closes in the background; until then it is refused to everybody, as to another process.
        eventually(lambda: control.ask("config-set", {"Dhcp4": keep})["result"] == SUCCESS, "the old one returns")
        self.assertEqual(control.lease(address)["hw-address"], ANNA.hex(":"))


class ReloadUnderLoadTest(OneRelayTest):
    """SIGHUP while many clients are being served."""

    def test_nobody_notices(self) -> None:
        configured, refused = (words.replace("DHCP4", f"DHCP{self.family}") for words in (CONFIGURED, REFUSED))
        self.start()
        capture = self.capture()
        load = Load(self.wire, self.seed(), clients=400, in_flight=64)
        load.run_until_acknowledged(100)
        for number in range(8):
            done = self.subject.log().count(configured)
            self.subject.configure(**self.keys(valid_lifetime=3000 + number))
            self.subject.program.send_signal(signal.SIGHUP)
            while self.subject.log().count(configured) == done:
                load.run(50)
            self.assertNotIn(refused, self.subject.log())
        load.run_until_acknowledged(100)
        load.settle()
        capture.stop()
        self.assertEqual(self.subject.control.do("config-get")[f"Dhcp{self.family}"]["valid-lifetime"], 3007)
        self.judge(Ledger(capture.messages()))


class ReloadUnderLoad6Test(Over6, ReloadUnderLoadTest):
    """With DHCPv6."""
