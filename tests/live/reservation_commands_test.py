"""Commands that change reservations, given to a running server: its clients notice at once, and the file keeps them
when it is written."""

from __future__ import annotations

import json
import unittest
from typing import Any

from live.support.case import NETWORK, POOL, OneLinkTest
from live.support.case6 import NETWORK6, OneLink6Test
from live.support.client import hardware_address, query
from live.support.ctl import EMPTY, SUCCESS
from live.support.packet import Type, colons
from live.support.server import subnet

ANNA, BERT, CARA = hardware_address(1), hardware_address(2), hardware_address(3)
MANY = 20_000


class ReservationCommandsTest(OneLinkTest):
    def setUp(self) -> None:
        super().setUp()
        self.control = self.subject.control
        self.wire = self.direct_client(self.client_side)

    def expect(self, result: int, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = self.control.ask(command, arguments)
        self.assertEqual(answer["result"], result, answer)
        return answer

    def add(self, who: bytes, address: str, **more: Any) -> None:
        self.expect(SUCCESS, "reservation-add", {"reservation": {
            "subnet-id": 1, "hw-address": colons(who), "ip-address": address, **more}})

    def test_a_new_client_and_one_with_another_lease_get_what_is_reserved(self) -> None:
        self.start()
        first = self.wire.lease(BERT)
        self.add(ANNA, "10.77.0.5")
        self.add(BERT, "10.77.0.6")
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.5")
        renewal = self.wire.dialogue.renew(BERT, self.wire.dialogue.held(first))
        self.assertIs(self.wire.ask(renewal).message.type, Type.NAK)
        self.assertEqual(self.wire.lease(BERT).yiaddr, "10.77.0.6")

    def test_a_deleted_reservation_leaves_its_address_to_others(self) -> None:
        self.start(subnet4=[subnet(1, NETWORK, "10.77.0.100 - 10.77.0.100")])
        self.add(ANNA, "10.77.0.100")
        nothing = self.wire.answers_before(query(Type.DISCOVER, BERT), lambda: query(Type.DISCOVER, ANNA))
        self.assertEqual(nothing, [])
        self.expect(SUCCESS, "reservation-del", {"subnet-id": 1, "ip-address": "10.77.0.100"})
        self.expect(EMPTY, "reservation-del", {"subnet-id": 1, "ip-address": "10.77.0.100"})
        # The offer to Anna ends by itself; another one who asks for the address while it lasts has to wait.
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.100")
        self.expect(SUCCESS, "lease4-del", {"ip-address": "10.77.0.100"})
        self.assertEqual(self.wire.lease(BERT).yiaddr, "10.77.0.100")

    def test_an_update_counts_at_once(self) -> None:
        self.start()
        self.add(ANNA, "10.77.0.5", hostname="anna")
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.5")
        self.expect(SUCCESS, "reservation-update", {"reservation": {
            "subnet-id": 1, "hw-address": colons(ANNA), "ip-address": "10.77.0.7"}})
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.7")

    def test_the_file_keeps_them_when_it_is_written(self) -> None:
        self.start()
        self.add(ANNA, "10.77.0.5", hostname="anna")
        shown = self.control.do("reservation-get", {"subnet-id": 1, "ip-address": "10.77.0.5"})
        self.control.do("config-write")
        self.add(BERT, "10.77.0.6")
        self.assertEqual(self.subject.stop(), 0)
        self.subject.start()
        self.assertEqual(self.control.do("reservation-get-all", {"subnet-id": 1})["hosts"], [shown])
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.5")
        self.assertTrue(self.wire.lease(BERT).yiaddr.startswith("10.77.0.1"))
        written = json.loads(self.subject.configuration_path.read_text())
        self.assertEqual(len(written["Dhcp4"]["subnet4"][0]["reservations"]), 1)

    def test_many_are_read_in_pages_and_as_a_whole(self) -> None:
        hosts = [{"hw-address": f"02:01:00:00:{number >> 8:02x}:{number & 255:02x}",
                  "ip-address": f"10.64.{number >> 8}.{number & 255}"} for number in range(1, MANY + 1)]
        self.start(subnet4=[subnet(1, NETWORK, POOL), subnet(2, "10.64.0.0/16", "10.64.128.0/24", reservations=hosts)])
        found: list[str] = []
        page: dict[str, Any] = {"from": 0, "source-index": 0}
        while (answer := self.control.ask("reservation-get-page", {**page, "limit": 1000}))["result"] == SUCCESS:
            found += [host["ip-address"] for host in answer["arguments"]["hosts"]]
            page = answer["arguments"]["next"]
        self.assertEqual(answer["result"], EMPTY)
        self.assertEqual(found, [host["ip-address"] for host in hosts])
        self.assertEqual(len(self.control.do("reservation-get-all", {"subnet-id": 2})["hosts"]), MANY)
        last = self.control.do("reservation-get-by-id", {"identifier-type": "hw-address",
                                                         "identifier": hosts[-1]["hw-address"]})
        self.assertEqual([host["ip-address"] for host in last["hosts"]], [hosts[-1]["ip-address"]])

    def test_the_program_gives_commands(self) -> None:
        self.start()
        code, said = self.subject.run(
            "ctl", "--socket", str(self.subject.socket_path), "reservation-add",
            json.dumps({"reservation": {"subnet-id": 1, "hw-address": colons(CARA), "ip-address": "10.78.0.1"}}))
        self.assertNotEqual(code, 0)
        self.assertIn("is not matching the IPv4 subnet prefix", said)


class Reservation6CommandsTest(OneLink6Test):
    """The same table and handlers serve DHCPv6."""

    def test_a_client_gets_what_is_reserved_until_it_is_not(self) -> None:
        self.start()
        wire, control = self.link_clients(), self.subject.control
        who = wire.dialogue.who(1)
        wire.lease(who)
        duid = self.of_type(self.subject, "IA_NA")[0]["duid"]
        reserved = NETWORK6.split("/", maxsplit=1)[0] + "77"
        control.do("reservation-add", {"reservation": {"subnet-id": 1, "duid": duid, "ip-addresses": [reserved]}})
        control.ask("lease6-wipe", {"subnet-id": 1})
        wire.lease(who)
        self.assertEqual([lease["ip-address"] for lease in self.of_type(self.subject, "IA_NA")], [reserved])
        control.do("reservation-del", {"subnet-id": 1, "identifier-type": "duid", "identifier": duid})
        self.assertEqual(control.ask("reservation-get-all", {"subnet-id": 1})["result"], EMPTY)


if __name__ == "__main__":
    unittest.main()
