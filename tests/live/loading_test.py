"""A server that has just started, and whose many leases take their time to be read: who is served meanwhile.

Each turn of the server's loop is slowed down from outside: the load, which goes on with a few pages of leases in each,
lasts for many seconds then, while an answer takes a few turns. Only the order of events is looked at.
"""

from __future__ import annotations

import ipaddress
import os
import time
from pathlib import Path
from typing import ClassVar

from live.support.case import OneLinkTest
from live.support.client import hardware_address, query
from live.support.kea_files import HEADER4
from live.support.packet import Option, Type, colons
from live.support.server import subnet
from live.support.waiting import eventually

LEASES = 150_000
FIRST = ipaddress.IPv4Address("10.78.0.1")
LOADED = "STORE_LOADED"


class LoadingTest(OneLinkTest):
    anna, bert, newcomer, another = (hardware_address(number) for number in (1, LEASES, LEASES + 1, LEASES + 2))
    pools: ClassVar = [subnet(1, "10.0.0.0/8", "10.78.0.1 - 10.99.255.254")]

    @staticmethod
    def address(number: int) -> str:
        return str(FIRST + number - 1)

    def fill(self) -> None:
        """As if so many clients had leases: the first is Anna, the last Bert."""
        expire = int(time.time()) + 30_000
        rows = (f"{self.address(number)},{colons(hardware)},{colons(bytes([1]) + hardware)},40000,{expire},1,0,0,,0,,0"
                for number in range(1, LEASES + 1) for hardware in (hardware_address(number),))
        csv = Path(self.subject.data) / "kea-leases4.csv"
        csv.write_text("\n".join((HEADER4, *rows)) + "\n")
        self.start(subnet4=self.pools, lease_database={"type": "memfile", "name": str(csv)})
        self.assertEqual(self.subject.stop(), 0)

    def start_slowly(self) -> None:
        self.subject.wrapper = ["strace", "-D", "-f", "-qq", "-e", "signal=none", "-e", "trace=epoll_wait",
                                "-e", "inject=epoll_wait:delay_enter=100ms", "-o", os.devnull]
        self.loaded_before = self.subject.log().count(LOADED)
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)

    def is_loaded(self) -> bool:
        return self.subject.log().count(LOADED) > self.loaded_before

    def test_who_surely_has_no_lease_and_who_names_it_are_served_before_all_are_there(self) -> None:
        self.fill()
        self.start_slowly()
        wire = self.direct_client(self.client_side)
        new_ones = [wire.lease(self.newcomer).yiaddr]
        # Bert has a lease that is not there yet, and asks for none by name: he waits, others do not.
        self.assertEqual(wire.answers_before(query(Type.DISCOVER, self.bert),
                                             lambda: query(Type.DISCOVER, self.another)), [])
        new_ones.append(wire.lease(self.another).yiaddr)
        rebooted = query(Type.REQUEST, self.anna)
        rebooted.options[Option.REQUESTED_ADDRESS] = ipaddress.IPv4Address(self.address(1)).packed
        kept = wire.ask(rebooted).message
        self.assertFalse(self.is_loaded(), "they were to be served before")
        self.assertEqual((kept.type, kept.yiaddr), (Type.ACK, self.address(1)))

        eventually(self.is_loaded, "all leases are there", self.subject.log)
        self.assertEqual(wire.lease(self.bert).yiaddr, self.address(LEASES))
        assigned = self.subject.control.do("statistic-get", {"name": "subnet[1].assigned-addresses"})
        self.assertEqual(assigned["subnet[1].assigned-addresses"][0][0], LEASES + len(new_ones))
        for address, who in zip(new_ones, (self.newcomer, self.another), strict=True):
            lease = self.subject.control.do("lease4-get", {"ip-address": address})
            self.assertEqual(lease["hw-address"], colons(who))
