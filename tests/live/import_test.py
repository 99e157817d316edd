"""Switching from Kea: its lease file is taken over at the first start, and never written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from live.support.case import SERVER_ADDRESS, OneLinkTest
from live.support.case6 import OneLink6Test
from live.support.client import hardware_address, query
from live.support.client6 import duid
from live.support.kea_files import HEADER4, HEADER6, row6
from live.support.packet import Type, colons

ANNA, BERT = hardware_address(1), hardware_address(2)


class KeaLeft:
    """Before a scene: a Kea configuration with `type: memfile`, and the files Kea left."""

    header: str
    subject: Any

    @property
    def csv(self) -> Path:
        return Path(self.subject.data) / f"kea-leases{self.subject.family}.csv"

    def write(self, *rows: str) -> bytes:
        self.csv.write_text("\n".join((self.header, *rows)) + "\n")
        return self.csv.read_bytes()

    def start_with_memfile(self: Any) -> None:
        self.start(lease_database={"type": "memfile", "name": str(self.csv)})

    def by_address(self) -> dict[str, dict[str, Any]]:
        return {lease["ip-address"]: lease for lease in self.subject.control.leases()}


class ImportTest(KeaLeft, OneLinkTest):
    """Of DHCPv4."""

    header = HEADER4

    def row(self, address: str, hardware: bytes, hostname: str = "", lifetime: int = 4000) -> str:
        expire = int(time.time()) + 3000 if lifetime else int(time.time())
        return (f"{address},{colons(hardware)},{colons(bytes([1]) + hardware)},{lifetime},{expire},1,0,0,"
                f"{hostname},0,,0")

    def test_leases_are_taken_over_and_kept(self) -> None:
        # The last row of an address counts, as in Kea's journal; a lifetime of 0 deletes.
        written = self.write(self.row("10.77.0.150", ANNA), self.row("10.77.0.151", BERT, "old"),
                             self.row("10.77.0.151", BERT, "bert"), self.row("10.77.0.152", BERT),
                             self.row("10.77.0.152", BERT, lifetime=0))
        self.start_with_memfile()
        leases = self.by_address()
        self.assertEqual(set(leases), {"10.77.0.150", "10.77.0.151"})
        self.assertEqual((leases["10.77.0.151"]["hostname"], leases["10.77.0.150"]["hw-address"]),
                         ("bert", colons(ANNA)))
        wire = self.direct_client(self.client_side)
        offer = wire.ask(query(Type.DISCOVER, ANNA)).message
        self.assertEqual((offer.yiaddr, offer.server_id), ("10.77.0.150", SERVER_ADDRESS))

        # Once: a second start reads its own store, whatever the old file says by then.
        self.assertEqual(self.subject.stop(), 0)
        self.assertEqual(self.csv.read_bytes(), written)
        self.write(self.row("10.77.0.199", ANNA))
        self.subject.start()
        self.assertEqual(set(self.by_address()), set(leases))

    def test_an_unreadable_row_stops_the_start_and_imports_nothing(self) -> None:
        self.write(self.row("10.77.0.150", ANNA), "10.77.0.151,not-a-mac,,x,y,1,0,0,,0,,0")
        self.subject.configure(**self.keys(lease_database={"type": "memfile", "name": str(self.csv)}))
        self.subject.launch()
        self.assertNotEqual(self.subject.program.wait(), 0)
        self.subject.wait_log(f"{self.csv}:3")
        # Once the file is right, the start imports it as if nothing had been.
        self.write(self.row("10.77.0.150", ANNA))
        self.subject.start()
        self.assertEqual([lease["ip-address"] for lease in self.subject.control.leases()], ["10.77.0.150"])


class Import6Test(KeaLeft, OneLink6Test):
    """Of DHCPv6: addresses and prefixes."""

    header = HEADER6
    anna, bert = duid(4), duid(8)

    def row(self, unit: str, who: bytes, lifetime: int = 4000, hostname: str = "") -> str:
        return row6(unit, colons(who), int(time.time()) + (3000 if lifetime else 0), lifetime, hostname=hostname)

    def test_addresses_and_prefixes_are_taken_over_and_kept(self) -> None:
        units = ["2001:db8:77::1150", "2001:db8:f000:7700::/56"]
        written = self.write(self.row(units[0], self.anna), self.row(units[1], self.bert),
                             self.row("2001:db8:77::1151", self.bert), self.row(units[1], self.anna, hostname="anna"),
                             self.row("2001:db8:77::1151", self.bert, lifetime=0))
        self.start_with_memfile()
        leases = self.by_address()
        self.assertEqual({address: (lease["type"], lease["prefix-len"] if "prefix-len" in lease else 128, lease["duid"],
                                    lease["hostname"]) for address, lease in leases.items()},
                         {"2001:db8:77::1150": ("IA_NA", 128, colons(self.anna), ""),
                          "2001:db8:f000:7700::": ("IA_PD", 56, colons(self.anna), "anna")})
        clients = self.link_clients()
        self.assertEqual(clients.lease(self.anna).units, units)
        others = clients.lease(self.bert).units
        self.assertFalse(set(others) & set(units))

        # Once: a second start reads its own store, whatever the old file says by then.
        self.assertEqual(self.subject.stop(), 0)
        self.assertEqual(self.csv.read_bytes(), written)
        self.write(self.row("2001:db8:77::1199", self.anna))
        self.subject.start()
        self.assertEqual(set(self.by_address()), {unit.partition("/")[0] for unit in units + others})

    def test_an_unreadable_row_stops_the_start_and_imports_nothing(self) -> None:
        good = self.row("2001:db8:f000:7700::/56", self.anna)
        self.write(good, good.replace(",56,", ",129,"))
        self.subject.configure(**self.keys(lease_database={"type": "memfile", "name": str(self.csv)}))
        self.subject.launch()
        self.assertNotEqual(self.subject.program.wait(), 0)
        self.subject.wait_log(f"{self.csv}:3")
        self.write(good)
        self.subject.start()
        self.assertEqual(set(self.by_address()), {"2001:db8:f000:7700::"})
