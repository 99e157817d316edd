"""The lease database goes away under load and comes back: clients and operators are answered all the time, nothing
acknowledged is lost or doubled. A short selection; the whole matrix is matrix/outage_matrix_test.py."""

from __future__ import annotations

import unittest

from live.support.case6 import Over6
from live.support.databases import MariaDbBackend, PostgreSqlBackend
from live.support.faults import Cut, Frozen, Killed
from live.support.outage_case import SPOOL, OutageTest


class OutageSelectionTest(OutageTest):
    def test_postgresql_is_frozen(self) -> None:
        self.outage(Frozen(self, PostgreSqlBackend), SPOOL)

    def test_postgresql_is_killed(self) -> None:
        self.outage(Killed(self, PostgreSqlBackend), SPOOL)

    def test_packets_to_mariadb_are_dropped(self) -> None:
        self.outage(Cut(self, MariaDbBackend), SPOOL)


class Outage6SelectionTest(Over6, OutageTest):
    """With DHCPv6: addresses and prefixes."""

    def test_postgresql_is_killed(self) -> None:
        self.outage(Killed(self, PostgreSqlBackend), SPOOL)

    def test_mariadb_is_frozen(self) -> None:
        self.outage(Frozen(self, MariaDbBackend), SPOOL)


del OutageTest  # the frame is no test

if __name__ == "__main__":
    unittest.main()
