"""Commands that change leases, given to a running server: what was answered is durable, clients see it at once, and
they are served meanwhile."""

from __future__ import annotations

import threading
import time
import unittest
from typing import Any

from live.support.case import NETWORK, OneLinkTest
from live.support.case6 import NETWORK6, OneLink6Test
from live.support.client import hardware_address, query
from live.support.ctl import EMPTY, SUCCESS
from live.support.databases import PostgreSqlBackend
from live.support.faults import Killed
from live.support.kea_files import HEADER4
from live.support.outage_case import CLOSED, SPOOL, Policy
from live.support.packet import Type, colons
from live.support.server import subnet
from live.support.waiting import eventually

CONFLICT = 4
ANNA, BERT = hardware_address(1), hardware_address(2)
MANY = 100_000


class LeaseCommandsTest(OneLinkTest):
    """On SQLite."""

    def setUp(self) -> None:
        super().setUp()
        self.control = self.subject.control
        self.wire = self.direct_client(self.client_side)

    answer: dict[str, Any]

    def expect(self, result: int, command: str, **arguments: Any) -> dict[str, Any]:
        answer = self.control.ask(command, {name.replace("_", "-"): value for name, value in arguments.items()})
        self.assertEqual(answer["result"], result, answer)
        return answer

    def test_a_client_gets_the_lease_that_was_added_for_it(self) -> None:
        self.start()
        self.expect(SUCCESS, "lease4-add", ip_address="10.77.0.177", hw_address=colons(ANNA))
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.177")
        self.assertNotEqual(self.wire.lease(BERT).yiaddr, "10.77.0.177")

    def test_a_deleted_address_is_free_for_others(self) -> None:
        self.start(subnet4=[subnet(1, NETWORK, "10.77.0.100 - 10.77.0.100")])
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.100")
        refused = self.control.statistic("pkt4-discover-received")
        self.wire.send(query(Type.DISCOVER, BERT))
        eventually(lambda: self.control.statistic("pkt4-discover-received") > refused, "it is asked for another")
        self.assertIsNone(self.wire.receive(0.2), "there is no other")
        self.expect(SUCCESS, "lease4-del", ip_address="10.77.0.100")
        self.expect(EMPTY, "lease4-del", ip_address="10.77.0.100")
        self.assertEqual(self.wire.lease(BERT).yiaddr, "10.77.0.100")

    def test_an_update_and_its_client_do_not_disturb_each_other(self) -> None:
        self.start(cache_threshold=0.0)
        address = self.wire.lease(ANNA).yiaddr
        results: list[int] = []

        def update() -> None:
            for number in range(100):
                answer = self.control.ask("lease4-update", {"ip-address": address, "hw-address": colons(ANNA),
                                                            "client-id": f"01:{colons(ANNA)}",
                                                            "hostname": f"host-{number}"})
                results.append(answer["result"])

        operator = threading.Thread(target=update)
        operator.start()
        renewed = 0
        while operator.is_alive() or renewed < 10:
            self.assertEqual(self.wire.lease(ANNA).yiaddr, address)
            renewed += 1
        operator.join()
        self.assertEqual(set(results) - {SUCCESS, CONFLICT}, set())
        self.assertIn(SUCCESS, results)
        before = self.control.lease(address)
        self.assertEqual(self.subject.stop(), 0)
        self.subject.start()
        self.assertEqual(self.control.lease(address), before)

    def test_nothing_that_was_answered_is_lost(self) -> None:
        self.start()
        for number in range(50):
            self.expect(SUCCESS, "lease4-add", ip_address=f"10.77.0.{100 + number}",
                        hw_address=colons(hardware_address(number)))
        for number in range(0, 50, 2):
            self.expect(SUCCESS, "lease4-del", ip_address=f"10.77.0.{100 + number}")
        self.expect(SUCCESS, "lease4-update", ip_address="10.77.0.101", hw_address="02:99", hostname="last")
        self.subject.kill()
        self.subject.start()
        leases = {lease["ip-address"]: lease for lease in self.control.leases()}
        self.assertEqual(set(leases), {f"10.77.0.{100 + number}" for number in range(1, 50, 2)})
        self.assertEqual(leases["10.77.0.101"]["hostname"], "last")

    def test_clients_are_answered_while_leases_are_wiped(self) -> None:
        self.subject.data.joinpath("kea-leases4.csv").write_text("\n".join([HEADER4, *self.rows()]) + "\n")
        self.start(lease_database={"type": "memfile", "name": str(self.subject.data / "kea-leases4.csv")},
                   subnet4=[subnet(1, NETWORK, "10.77.0.100 - 10.77.0.199"),
                            subnet(2, "10.64.0.0/14", "10.64.0.0 - 10.67.255.255")])
        happened: list[str] = []

        def wipe() -> None:
            self.answer = self.control.ask("lease4-wipe", {"subnet-id": 2})
            happened.append("wiped")

        left = "subnet[2].assigned-addresses"
        self.assertEqual(self.control.statistic(left), MANY)
        operator = threading.Thread(target=wipe)
        operator.start()
        eventually(lambda: self.control.statistic(left) < MANY, "leases go")
        for number in range(3):
            self.wire.lease(hardware_address(number))
            happened.append("leased")
        operator.join()
        self.assertEqual(self.answer, {"result": SUCCESS, "text": f"Deleted {MANY} IPv4 lease(s) from subnet(s) 2"})
        self.assertLess(happened.index("leased"), happened.index("wiped"))
        self.assertEqual(self.control.statistic(left), 0)
        self.assertEqual(len(self.control.leases()), 3)
        self.subject.kill()
        self.subject.start()
        self.assertEqual(len(self.control.leases()), 3)

    @staticmethod
    def rows() -> list[str]:
        end = int(time.time()) + 3600
        return [f"10.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255},02:01:{number >> 16:02x}:"
                f"{number >> 8 & 255:02x}:{number & 255:02x}:00,,7200,{end},2,0,0,,0,,0" for number in range(MANY)]

    def test_the_program_gives_commands(self) -> None:
        self.start()
        socket = str(self.subject.socket_path)
        code, said = self.subject.run("ctl", "--socket", socket, "lease4-add", "ip-address=10.77.0.111",
                                      f"hw-address={colons(ANNA)}")
        self.assertEqual(code, 0, said)
        self.assertIn("Lease for address 10.77.0.111, subnet-id 1 added.", said)
        code, said = self.subject.run("ctl", "--socket", socket, "lease4-add", "ip-address=10.77.0.111",
                                      f"hw-address={colons(ANNA)}")
        self.assertNotEqual(code, 0)
        self.assertIn("already exists", said)

    def test_a_copy_is_read_as_kea_would(self) -> None:
        self.start()
        self.wire.lease(ANNA)
        self.expect(SUCCESS, "lease4-write", filename="copy.csv")
        copy = (self.subject.data / "copy.csv").read_text().splitlines()
        self.assertEqual(copy[0].split(",")[:2], HEADER4.split(",")[:2])
        self.assertEqual(len(copy), 2)
        self.assertIn(colons(ANNA), copy[1])


class LeaseCommandsInAnOutageTest(OneLinkTest):
    """PostgreSQL goes away and comes back: the policy says what becomes of commands meanwhile."""

    def open(self, policy: Policy) -> Killed:
        self.folder.chmod(0o711)
        fault = Killed(self, PostgreSqlBackend)
        fault.open()
        self.start(lease_database=fault.keys(reconnect_wait_time=300, max_reconnect_tries=1000, **policy.keys))
        self.control = self.subject.control
        return fault

    def database_state(self) -> str:
        return str(self.control.do("status-get")["database-status"]["state"])

    def take_away(self, fault: Killed) -> None:
        fault.begin()
        self.control.ask("lease4-add", {"ip-address": "10.77.0.100", "hw-address": "02:00"})  # whoever asks finds out
        eventually(lambda: self.database_state() != "serving", "the database is missed")

    def test_with_a_journal_they_are_done_and_brought_in_later(self) -> None:
        fault = self.open(SPOOL)
        self.take_away(fault)
        added = self.control.ask("lease4-add", {"ip-address": "10.77.0.101", "hw-address": "02:01"})
        self.assertEqual(added["result"], SUCCESS, added)
        self.subject.kill()
        fault.end()
        self.subject.start()
        eventually(lambda: self.database_state() == "serving", "the database is back")
        self.assertEqual((self.control.lease("10.77.0.101") or {}).get("hw-address"), "02:01")
        stored = fault.backend.sql("SELECT count(*) FROM lease WHERE hwaddr = '\\x0201'")
        self.assertEqual(stored.strip(), "1")

    def test_without_one_they_are_refused_and_nothing_is_changed(self) -> None:
        fault = self.open(CLOSED)
        self.take_away(fault)
        refused = self.control.ask("lease4-add", {"ip-address": "10.77.0.101", "hw-address": "02:01"})
        self.assertEqual(refused["result"], 1, refused)
        self.assertTrue(refused["text"].startswith("no current lease manager is available"), refused)
        self.assertIsNone(self.control.lease("10.77.0.101"))
        fault.end()
        eventually(lambda: self.database_state() == "serving", "the database is back")
        again = self.control.ask("lease4-add", {"ip-address": "10.77.0.101", "hw-address": "02:01"})
        self.assertEqual(again["result"], SUCCESS, again)


class Lease6CommandsTest(OneLink6Test):
    """The same table and handlers serve DHCPv6."""

    def test_leases_are_added_deleted_and_put_in_bulk(self) -> None:
        self.start()
        control = self.subject.control
        leases = [{"ip-address": f"{NETWORK6.split('/')[0]}f:{number:x}", "duid": "00:03:00:01:02:03", "iaid": number}
                  for number in range(1, 400)]
        answer = control.ask("lease6-bulk-apply", {"leases": leases})
        self.assertEqual(answer, {"result": SUCCESS, "text": "Bulk apply of 399 IPv6 leases completed."})
        self.subject.kill()
        self.subject.start()
        self.assertEqual(len(control.leases()), 399)
        self.assertEqual(control.ask("lease6-del", {"ip-address": leases[0]["ip-address"]})["result"], SUCCESS)
        wiped = control.ask("lease6-wipe", {"subnet-id": 1})
        self.assertEqual(wiped["text"], "Deleted 398 IPv6 lease(s) from subnet(s) 1")
        self.assertEqual(control.ask("lease6-get-all")["result"], EMPTY)


if __name__ == "__main__":
    unittest.main()
