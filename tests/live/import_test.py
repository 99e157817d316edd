"""Switching from Kea: its lease file is taken over at the first start, and never written."""

from __future__ import annotations

import time
from pathlib import Path

from live.support.case import SERVER_ADDRESS, OneLinkTest
from live.support.client import hardware_address, query
from live.support.packet import Type, colons

HEADER = ("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
          "user_context,pool_id")
ANNA, BERT = hardware_address(1), hardware_address(2)


class ImportTest(OneLinkTest):
    """A Kea configuration with `type: memfile`, and the files Kea left."""

    def setUp(self) -> None:
        super().setUp()
        self.csv: Path = self.subject.data / "kea-leases4.csv"

    def row(self, address: str, hardware: bytes, hostname: str = "", lifetime: int = 4000) -> str:
        expire = int(time.time()) + 3000 if lifetime else int(time.time())
        return (f"{address},{colons(hardware)},{colons(bytes([1]) + hardware)},{lifetime},{expire},1,0,0,"
                f"{hostname},0,,0")

    def write(self, *rows: str) -> bytes:
        self.csv.write_text("\n".join((HEADER, *rows)) + "\n")
        return self.csv.read_bytes()

    def start_with_memfile(self) -> None:
        self.start(lease_database={"type": "memfile", "name": str(self.csv)})

    def test_leases_are_taken_over_and_kept(self) -> None:
        # The last row of an address counts, as in Kea's journal; a lifetime of 0 deletes.
        written = self.write(self.row("10.77.0.150", ANNA), self.row("10.77.0.151", BERT, "old"),
                             self.row("10.77.0.151", BERT, "bert"), self.row("10.77.0.152", BERT),
                             self.row("10.77.0.152", BERT, lifetime=0))
        self.start_with_memfile()
        leases = {lease["ip-address"]: lease for lease in self.subject.control.leases()}
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
        self.assertEqual({lease["ip-address"] for lease in self.subject.control.leases()}, set(leases))

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
