"""The whole matrix of outages: each fault on each kind of database server, with the policies beside "spool" for some.

DHCPv6 (classes with a 6) has those in which leases are written, read or refused; the others concern the session only.
Takes long; one row is one test: `python3 -B -m unittest matrix.outage_matrix_test.MariaDbOutageTest.test_frozen`.
"""

from __future__ import annotations

import unittest
from typing import Any

from live.support import fault_kinds, faults
from live.support.case6 import DELEGATED6, Over6, subnet6
from live.support.databases import MariaDbBackend, PostgreSqlBackend
from live.support.outage_case import CLOSED, CONFIRM, DROP, FULL, SPOOL, OutageTest, Policy
from live.support.server import subnet

EXIT_AND_SPOOL = Policy("serve-retry-exit, spool", {"on-fail": "serve-retry-exit", "outage-service": "spool"})
# 320 addresses, free again within a second or two of the end of their leases.
FEW = {"subnet4": [subnet(1, "10.88.0.0/21", "10.88.0.10 - 10.88.1.73")],
       "expired_leases_processing": {"reclaim-timer-wait-time": 1}}
# The same of addresses, and 512 prefixes.
FEW6 = {"subnet6": [subnet6(1, "2001:db8:88::/64", "2001:db8:88::1000 - 2001:db8:88::113f", **{
            "pd-pools": [{"prefix": DELEGATED6, "prefix-len": 47, "delegated-len": 56}]})],
        "expired_leases_processing": {"reclaim-timer-wait-time": 1}}


class EachFamily:
    """Faults that every kind of database server can have, with leases of either family."""

    make_backend: Any
    few = FEW

    def spooled(self: Any, fault: type[faults.Fault], **more: Any) -> None:
        self.outage(fault(self, self.make_backend), SPOOL, **more)

    def test_stopped(self) -> None:
        self.spooled(faults.Stopped)

    def test_killed(self) -> None:
        self.spooled(faults.Killed)

    def test_frozen(self) -> None:
        self.spooled(faults.Frozen)

    def test_cut(self) -> None:
        self.spooled(faults.Cut)

    def test_answers_cut(self) -> None:
        self.spooled(faults.AnswersCut)

    def test_killed_with_the_server(self) -> None:
        self.spooled(fault_kinds.KilledWithTheServer)

    def test_frozen_with_the_server(self) -> None:
        self.spooled(fault_kinds.FrozenWithTheServer)

    def test_cut_with_the_server(self) -> None:
        self.spooled(fault_kinds.CutWithTheServer)

    def test_reloaded_meanwhile(self) -> None:
        self.spooled(fault_kinds.ReloadedMeanwhile)

    def test_column_gone(self) -> None:
        self.spooled(fault_kinds.ColumnGone)

    def test_disk_full(self) -> None:
        self.spooled(fault_kinds.DiskFull)

    def test_flapping(self) -> None:
        self.spooled(fault_kinds.Flapping)

    def test_killed_with_few_addresses(self) -> None:
        """Most of the new clients vanish, and what they leave is given to the next within the outage."""
        self.spooled(faults.Killed, scene=self.few, brief=0.95, seconds=8, note=", few addresses")

    def test_frozen_with_few_addresses(self) -> None:
        self.spooled(faults.Frozen, scene=self.few, brief=0.95, seconds=8, note=", few addresses")

    # --- other policies

    def test_journal_full(self: Any) -> None:
        self.outage(faults.Killed(self, self.make_backend), FULL, seen=lambda: bool(self.journal()["full"]))

    def test_given_up_service_closed(self: Any) -> None:
        self.outage_without_end(faults.Killed(self, self.make_backend), CLOSED)

    def test_given_up_spool(self: Any) -> None:
        self.outage_without_end(faults.Killed(self, self.make_backend), EXIT_AND_SPOOL)

    def test_killed_service_closed(self: Any) -> None:
        self.outage(faults.Killed(self, self.make_backend), CLOSED)

    def test_killed_confirm(self: Any) -> None:
        self.outage(faults.Killed(self, self.make_backend), CONFIRM)

    def test_killed_drop(self: Any) -> None:
        self.outage(faults.Killed(self, self.make_backend), DROP)


class EachDatabase(EachFamily):
    """And what only the session meets."""

    def test_read_only(self) -> None:
        self.spooled(fault_kinds.ReadOnly)

    def test_too_many_connections(self) -> None:
        self.spooled(fault_kinds.TooManyConnections)

    def test_newer_schema(self) -> None:
        self.spooled(fault_kinds.NewerSchema)

    def test_rotated_late(self) -> None:
        self.spooled(fault_kinds.Rotated)

    def test_rotated_in_order(self) -> None:
        self.spooled(fault_kinds.RotatedInOrder)

    # --- other policies

    def test_given_up_frozen(self: Any) -> None:
        self.outage_without_end(faults.Frozen(self, self.make_backend), CLOSED)

    def test_given_up_column_gone(self: Any) -> None:
        self.outage_without_end(fault_kinds.ColumnGone(self, self.make_backend), CLOSED)

    def test_given_up_read_only(self: Any) -> None:
        self.outage_without_end(fault_kinds.ReadOnly(self, self.make_backend), CLOSED)

    def test_given_up_rotated(self: Any) -> None:
        self.outage_without_end(fault_kinds.Rotated(self, self.make_backend), CLOSED)

    def test_given_up_newer_schema(self: Any) -> None:
        self.outage_without_end(fault_kinds.NewerSchema(self, self.make_backend), CLOSED)

    def test_frozen_service_closed(self: Any) -> None:
        self.outage(faults.Frozen(self, self.make_backend), CLOSED)

    def test_frozen_confirm(self: Any) -> None:
        self.outage(faults.Frozen(self, self.make_backend), CONFIRM)

    def test_frozen_drop(self: Any) -> None:
        self.outage(faults.Frozen(self, self.make_backend), DROP)


class PostgreSqlOutageTest(EachDatabase, OutageTest):
    make_backend = PostgreSqlBackend

    def test_pooler_paused(self) -> None:
        self.spooled(fault_kinds.PoolerPaused)

    def test_pooler_killed(self) -> None:
        self.spooled(fault_kinds.PoolerKilled)

    def test_database_behind_pooler_killed(self) -> None:
        self.spooled(fault_kinds.DatabaseBehindPoolerKilled)

    def test_primary_killed(self) -> None:
        self.outage(fault_kinds.Switched(self), SPOOL)

    def test_primary_stopped(self) -> None:
        self.outage(fault_kinds.SwitchedInOrder(self), SPOOL)

    def test_standby_frozen(self) -> None:
        self.outage(fault_kinds.StandbyLost(self), SPOOL)


class MariaDbOutageTest(EachDatabase, OutageTest):
    make_backend = MariaDbBackend

    def test_galera_node_killed(self) -> None:
        self.outage(fault_kinds.GaleraNodeLost(self), SPOOL)

    def test_galera_node_frozen(self) -> None:
        self.outage(fault_kinds.GaleraNodeFrozen(self), SPOOL)

    def test_galera_without_quorum(self) -> None:
        self.outage(fault_kinds.GaleraQuorumLost(self), SPOOL)


class PostgreSqlOutage6Test(Over6, EachFamily, OutageTest):
    make_backend = PostgreSqlBackend
    few = FEW6


class MariaDbOutage6Test(Over6, EachFamily, OutageTest):
    make_backend = MariaDbBackend
    few = FEW6


del EachDatabase, EachFamily, OutageTest  # only the kinds of database servers are tests

if __name__ == "__main__":
    unittest.main()
