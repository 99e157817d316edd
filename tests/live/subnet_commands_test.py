"""Subnets that commands bring and take away while a server runs: clients see it at once, leases stay, and what is
wrong changes nothing."""

from __future__ import annotations

from typing import Any

from live.support.case import NETWORK, OneLinkTest
from live.support.client import hardware_address, query
from live.support.ctl import EMPTY, ERROR, SUCCESS
from live.support.packet import Type
from live.support.server import subnet
from live.support.waiting import eventually

ANNA, BERT = hardware_address(1), hardware_address(2)
ONE_ADDRESS = "10.77.0.100 - 10.77.0.100"


class SubnetCommandsTest(OneLinkTest):
    """On SQLite, with no subnet in the file."""

    def setUp(self) -> None:
        super().setUp()
        self.control = self.subject.control
        self.subject.configure(interfaces_config={"interfaces": ["lan"]}, subnet4=[])
        self.subject.start()
        self.wire = self.direct_client(self.client_side)

    def expect(self, result: int, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.control.ask(command, arguments)
        self.assertEqual(answer["result"], result, answer)
        return answer

    def add(self, pool: str) -> None:
        self.expect(SUCCESS, "subnet4-add", {"subnet4": [subnet(1, NETWORK, pool)]})

    def assert_not_served(self, hardware: bytes) -> None:
        received = self.control.statistic("pkt4-discover-received")
        self.wire.send(query(Type.DISCOVER, hardware))
        eventually(lambda: self.control.statistic("pkt4-discover-received") > received, "it is asked")
        self.assertIsNone(self.wire.receive(0.2))

    def test_an_added_subnet_serves_at_once_and_a_deleted_one_no_longer(self) -> None:
        self.assert_not_served(ANNA)
        self.add("10.77.0.100 - 10.77.0.109")
        address = self.wire.lease(ANNA).yiaddr
        self.assertTrue(address.startswith("10.77.0.10"))
        self.expect(SUCCESS, "subnet4-del", {"id": 1})
        self.assert_not_served(BERT)
        self.assertEqual(self.control.lease(address)["hw-address"], ANNA.hex(":"), "leases stay")
        self.add("10.77.0.100 - 10.77.0.109")
        self.assertEqual(self.wire.lease(ANNA).yiaddr, address)

    def test_parts_of_a_subnet_change_under_its_clients(self) -> None:
        self.add(ONE_ADDRESS)
        self.wire.lease(ANNA)
        self.assert_not_served(BERT)
        self.expect(SUCCESS, "subnet4-delta-add",
                    {"subnet4": [{"id": 1, "valid-lifetime": 321, "pools": [{"pool": "10.77.0.120-10.77.0.120"}]}]})
        ack = self.wire.lease(BERT)
        self.assertEqual((ack.yiaddr, ack.lease_seconds), ("10.77.0.120", 321))

    def test_config_write_keeps_it(self) -> None:
        self.add(ONE_ADDRESS)
        self.control.do("config-write")
        self.assertEqual(self.subject.stop(), 0)
        self.subject.start()
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.100")

    def test_without_config_write_a_reload_forgets_it(self) -> None:
        self.add(ONE_ADDRESS)
        self.control.do("config-reload")
        self.expect(EMPTY, "subnet4-list", {})

    def test_a_wrong_one_changes_nothing(self) -> None:
        self.add("10.77.0.100 - 10.77.0.109")
        before = self.control.do("config-get")
        refused: list[tuple[str, dict[str, Any]]] = [
            ("subnet4-add", {"subnet4": [subnet(1, "10.78.0.0/24", "10.78.0.1 - 10.78.0.9")]}),
            ("subnet4-add", {"subnet4": [subnet(2, "10.78.0.0/24", "10.79.0.1 - 10.79.0.9")]}),
            ("subnet4-update", {"subnet4": [{"id": 1, "subnet": NETWORK, "valid-lifetme": 1}]}),
            ("subnet4-delta-add", {"subnet4": [{"id": 1, "pools": [{"pool": "10.77.0.109 - 10.77.0.110"}]}]}),
        ]
        for number, (command, arguments) in enumerate(refused):
            with self.subTest(number):
                self.assertTrue(self.expect(ERROR, command, arguments)["text"])
                self.assertEqual(self.control.do("config-get"), before)
                self.assertTrue(self.wire.lease(hardware_address(10 + number)).yiaddr.startswith("10.77.0.10"))
