"""Subnets that commands bring and take away while a server runs: clients see it at once, leases stay, and what is
wrong changes nothing."""

from __future__ import annotations

import json
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from live.support.case import NETWORK, OneLinkTest
from live.support.case6 import DELEGATED6, NETWORK6, POOL6, OneLink6Test, subnet6
from live.support.client import hardware_address, query
from live.support.ctl import EMPTY, ERROR, SUCCESS
from live.support.http_control import HttpControl
from live.support.packet import Type
from live.support.real_client6 import Dhclient6
from live.support.server import subnet
from live.support.waiting import eventually

ANNA, BERT = hardware_address(1), hardware_address(2)
ONE_ADDRESS = "10.77.0.100 - 10.77.0.100"
PARALLEL, HTTP_PORT = 50, 8000
DELEGATED = {"prefix": DELEGATED6, "prefix-len": 44, "delegated-len": 56}


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


class ParallelChangesTest(OneLinkTest):
    """As Terraform gives them: all at once, on UNIX and HTTP connections."""

    def setUp(self) -> None:
        super().setUp()
        self.control = self.subject.control
        self.over_http = HttpControl(self.server_side, HTTP_PORT)

    def begin(self, *subnets: dict[str, Any]) -> None:
        self.start(subnet4=[subnet(1, NETWORK, ONE_ADDRESS), *subnets], control_sockets=[
            {"socket-type": "unix", "socket-name": str(self.subject.socket_path)},
            {"socket-type": "http", "socket-port": HTTP_PORT}])

    def change(self, number: int) -> dict[str, Any]:
        asked = self.over_http if number % 2 else self.control
        if number % 5 == 0:
            network = f"10.80.{number}.0/24"
            return asked.ask("subnet4-add", {"subnet4": [{"id": 100 + number, "subnet": network}]})
        return asked.ask("reservation-add", {"reservation": {
            "subnet-id": 1, "hw-address": hardware_address(number).hex(":"), "ip-address": f"10.77.0.{number + 1}"}})

    def test_all_are_made(self) -> None:
        self.begin()
        with ThreadPoolExecutor(PARALLEL) as pool:
            answers = list(pool.map(self.change, range(1, PARALLEL + 1)))
        self.assertEqual([answer for answer in answers if answer["result"] != SUCCESS], [])
        subnets = self.control.do("config-get")["Dhcp4"]["subnet4"]
        self.assertEqual({each["id"] for each in subnets}, {1, *range(105, 151, 5)})
        reserved = [host["ip-address"] for each in subnets for host in each.get("reservations", [])]
        self.assertEqual(set(reserved), {f"10.77.0.{number + 1}" for number in range(1, PARALLEL + 1) if number % 5})
        changes = self.control.do("status-get")["configuration-changes"]
        self.assertEqual(changes, {"under-way": False, "waiting": 0, "waiting-max": 64, "refused": 0})

    def test_they_are_made_for_clients_that_do_not_wait(self) -> None:
        self.begin()
        for number in range(1, 6):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
                channel.connect(str(self.subject.socket_path))
                channel.sendall(json.dumps({"command": "class-add", "arguments": {
                    "client-classes": [{"name": f"class{number}"}]}}).encode())
        names = {f"class{number}" for number in range(1, 6)}
        eventually(lambda: names == {each["name"] for each in
                                     self.control.ask("class-list")["arguments"]["client-classes"]}, "all are made")

    def test_all_are_answered_when_the_server_stops(self) -> None:
        hosts = [{"hw-address": f"02:01:00:00:{number >> 8:02x}:{number & 255:02x}"} for number in range(10_000)]
        self.begin(subnet(2, "10.64.0.0/16", "10.64.128.0/24", reservations=hosts))  # loading them takes its time
        with ThreadPoolExecutor(PARALLEL) as pool:
            answers = [pool.submit(self.change, number) for number in range(1, PARALLEL + 1)]

            def all_have_come() -> bool:
                changes = self.control.do("status-get")["configuration-changes"]
                answered = sum(answer.done() for answer in answers)
                return changes["waiting"] + changes["under-way"] + answered >= PARALLEL

            eventually(all_have_come, "all commands have come")
            self.subject.program.send_signal(signal.SIGTERM)
            texts = [answer.result()["text"] for answer in answers]
        stopped = [text for text in texts if "the server is stopping" in text]
        self.assertGreater(len(stopped), 1)
        self.assertEqual({text for text in texts if text not in stopped} - {"Host added.", "IPv4 subnet added"}, set())
        self.assertEqual(self.subject.program.wait(), 0)


class Subnet6CommandsTest(OneLink6Test):
    """The same table and handlers serve DHCPv6."""

    def setUp(self) -> None:
        super().setUp()
        self.control = self.subject.control
        self.start(subnet6=[])
        self.wire = self.link_clients()

    def expect(self, result: int, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.control.ask(command, arguments)
        self.assertEqual(answer["result"], result, answer)
        return answer

    def leased(self, kind: str) -> set[str]:
        return {lease["ip-address"] for lease in self.of_type(self.subject, kind)}

    def test_addresses_and_prefixes_come_and_go_with_their_subnet(self) -> None:
        added = subnet6(1, NETWORK6, POOL6, interface="lan")
        self.expect(SUCCESS, "subnet6-add", {"subnet6": [added]})
        anna, bert = self.wire.dialogue.who(1), self.wire.dialogue.who(2)
        self.wire.lease(anna)
        self.assertEqual((len(self.leased("IA_NA")), self.leased("IA_PD")), (1, set()))
        self.expect(SUCCESS, "subnet6-delta-add", {"subnet6": [{"id": 1, "pd-pools": [DELEGATED]}]})
        self.wire.lease(bert)
        self.assertEqual((len(self.leased("IA_NA")), len(self.leased("IA_PD"))), (2, 1))
        self.expect(SUCCESS, "network6-add", {"shared-networks": [{"name": "floor", "interface": "lan"}]})
        self.expect(SUCCESS, "network6-subnet-add", {"name": "floor", "id": 1})
        self.expect(SUCCESS, "subnet6-delta-del", {"subnet6": [{"id": 1, "pd-pools": [DELEGATED]}]})
        shown = self.control.do("network6-get", {"name": "floor"})["shared-networks"][0]["subnet6"][0]
        self.assertEqual((shown["id"], shown["pd-pools"]), (1, []))
        before = self.leased("IA_PD")
        self.wire.lease(self.wire.dialogue.who(5))
        self.assertEqual((len(self.leased("IA_NA")), self.leased("IA_PD")), (3, before), "leases stay")
        self.expect(SUCCESS, "network6-del", {"name": "floor", "subnets-action": "delete"})
        self.expect(EMPTY, "subnet6-list", {})

    def test_a_program_that_people_have_gets_an_address_and_a_prefix(self) -> None:
        self.wire.close()  # its port is the program's
        client = self.real_client(Dhclient6, self.client_side)
        client.start()
        self.expect(SUCCESS, "network6-add", {"shared-networks": [{"name": "floor", "interface": "lan", "subnet6": [
            subnet6(7, NETWORK6, POOL6, **{"pd-pools": [DELEGATED]})]}]})
        client.wait_bound()
        eventually(lambda: self.leased("IA_NA") and self.leased("IA_PD"), "both are leased", self.subject.log)
        self.assertEqual({lease["subnet-id"] for lease in self.control.leases()}, {7})

    def test_a_wrong_one_changes_nothing(self) -> None:
        for wrong in ({**DELEGATED, "delegated-len": 40}, {**DELEGATED, "prefix": "2001:db8:f000::1"}):
            self.expect(ERROR, "subnet6-add", {"subnet6": [subnet6(1, NETWORK6, POOL6, **{"pd-pools": [wrong]})]})
            self.expect(EMPTY, "subnet6-list", {})
