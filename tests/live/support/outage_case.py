"""One outage with clients at work: the frame of every row of the fault matrix."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar

from live.support.case import OneRelayTest
from live.support.faults import Fault
from live.support.outage import Kind, Phase, Row, Trace, publish
from live.support.steady_clients import SteadyClients, SteadyOperator
from live.support.waiting import NEVER_SECONDS, eventually
from support.ledger import Ledger


@dataclass(frozen=True)
class Policy:
    """on-fail with outage-service, and what has to be seen while the database is away."""

    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    serves_renewals: bool = True
    serves_newcomers: bool = True
    service: str = "open-without-backend"  # in status-get


SPOOL = Policy("serve-retry-continue, spool", {"on-fail": "serve-retry-continue", "outage-service": "spool"})
CONFIRM = Policy("serve-retry-exit, confirm", {"on-fail": "serve-retry-exit", "outage-service": "confirm"},
                 serves_renewals=True, serves_newcomers=False)
DROP = Policy("serve-retry-continue, drop", {"on-fail": "serve-retry-continue", "outage-service": "drop"},
              serves_renewals=False, serves_newcomers=False)
CLOSED = Policy("stop-retry-exit", {"on-fail": "stop-retry-exit"}, serves_renewals=False, serves_newcomers=False,
                service="closed")


class OutageTest(OneRelayTest):
    """`outage` runs one fault and judges it; the rows of a module are published at its end."""

    rows: ClassVar[list[Row]] = []

    def setUp(self) -> None:
        super().setUp()
        self.folder.chmod(0o711)
        # One thread for the whole test: what it starts gets a signal when the thread that started it ends.
        self._helper = self.enterContext(ThreadPoolExecutor(1))

    @classmethod
    def tearDownClass(cls) -> None:
        publish(OutageTest.rows)
        OutageTest.rows.clear()

    def database_keys(self, fault: Fault, policy: Policy) -> dict[str, Any]:
        """It tries as long as it takes."""
        keys: dict[str, Any] = {"retry_on_startup": True, "reconnect_wait_time": 300, "max_reconnect_tries": 1000}
        keys.update({name.replace("-", "_"): value for name, value in policy.keys.items()})
        return fault.keys(**keys)

    def outage(self, fault: Fault, policy: Policy, seconds: float = 4.0, before: float = 3.0, after: float = 3.0) -> Row:
        """Opens the fault's database, lets clients work before, during and after it, and judges.

        The outage lasts `seconds` and then until what the policy promises was seen, however long that takes.
        """
        seed = self.seed()
        fault.open()
        self.start(lease_database=self.database_keys(fault, policy))
        clients = SteadyClients(self.wire, seed)
        operator = SteadyOperator(self.subject.control, "10.88.0.10")
        trace = Trace(clients.exchanges, operator.commands)
        self.fault = fault
        row = Row(fault.name, fault.database, policy.name, trace)
        OutageTest.rows.append(row)
        self.subject_serves(clients)
        capture = self.capture()
        clients.lease_first(200)
        operator.start()
        try:
            clients.run(before)
            self._beside(clients, fault.begin)
            trace.away = time.monotonic()
            clients.run(seconds)
            self._see_what_is_promised(clients, trace, policy)
            trace.back = time.monotonic()
            self._beside(clients, fault.end)
            clients.run_until(self.is_whole, "the server serves again and its journal is empty")
            clients.run(after)
            resumed = time.monotonic()
            clients.run_until(lambda: all(clients.count(kind, resumed) >= 10 for kind in Kind),
                              "both kinds of clients are answered after the outage")
            clients.settle()
        finally:
            operator.stop()
            capture.stop()
        self.judge_row(row, policy, Ledger(capture.messages()))
        return row

    def subject_serves(self, clients: SteadyClients) -> None:
        clients.run_until(self.is_whole, "the server serves")
        clients.settle()

    def status(self) -> dict[str, Any]:
        return self.subject.control.do("status-get")  # type: ignore[no-any-return]

    def is_whole(self) -> bool:
        if not self.subject.is_running():
            raise AssertionError(f"the server ended with code {self.subject.program.wait()}")
        try:
            database = self.status()["database-status"]
        except OSError:
            return False  # it is being started
        return bool(database["state"] == "serving" and database.get("journal", {}).get("leases", 0) == 0)

    def _beside(self, clients: SteadyClients, act: Callable[[], None]) -> None:
        """Does something that takes time while clients go on."""
        done = self._helper.submit(act)
        clients.run_until(done.done, "the fault has begun or ended", 5 * NEVER_SECONDS)
        done.result()

    def _see_what_is_promised(self, clients: SteadyClients, trace: Trace, policy: Policy) -> None:
        """Order, not durations: this is seen before the fault's end begins."""
        if self.fault.must_be_noticed:
            clients.run_until(lambda: policy.service in trace.services(Phase.DURING), f"service is {policy.service}")
        told = time.monotonic()
        for kind, served in ((Kind.RENEWAL, policy.serves_renewals), (Kind.NEW, policy.serves_newcomers)):
            if served:
                clients.run_until(lambda kind=kind: clients.count(kind, told) >= 30,  # type: ignore[misc]
                                  f"each {kind.value} is served while the database is away")
        seen = trace.commands_while_away()
        clients.run_until(lambda: trace.commands_while_away() >= seen + 6, "commands are answered meanwhile")

    def judge_row(self, row: Row, policy: Policy, ledger: Ledger) -> None:
        trace = row.trace
        row.conflicts = self.status()["database-status"].get("journal", {}).get("conflicts", 0)
        row.doubled = len(ledger.doubled())
        row.lost = len(ledger.lost(self.subject.control.leases(), time.time()))
        row.exit_code = self.subject.stop()
        self.subject.start()
        row.lost += len(ledger.lost(self._leases_when_loaded(), time.time()))
        print(f"{self.id()}: {row.cells()}", file=sys.stderr)
        with self.subTest("wrong NAKs"):
            self.assertEqual(trace.wrong_naks()[:5], [])
        if not self.fault.interrupts_commands:
            with self.subTest("commands"):
                self.assertEqual(trace.unanswered_commands()[:5], [])
        with self.subTest("exit code"):
            self.assertEqual(row.exit_code, 0)
        with self.subTest("conflicts"):
            self.assertEqual(row.conflicts, 0)
        if not policy.serves_newcomers:
            with self.subTest("new clients"):
                self.assertEqual(self._answered_once_told(trace, policy, Kind.NEW), 0)
        if not policy.serves_renewals:
            with self.subTest("renewals"):
                self.assertEqual(self._answered_once_told(trace, policy, Kind.RENEWAL), 0)
        self.judge(ledger)

    def _leases_when_loaded(self) -> list[dict[str, Any]]:
        eventually(self.is_whole, "the server serves after its restart", self.subject.log)
        return self.subject.control.leases()

    @staticmethod
    def _answered_once_told(trace: Trace, policy: Policy, kind: Kind) -> int:
        """After status-get said that service is not open, and before the fault's end began."""
        told = min(command.answered for command in trace.commands
                   if command.service == policy.service and command.answered and command.answered >= trace.away)
        return sum(1 for exchange in trace.exchanges if exchange.kind is kind and exchange.answered is not None
                   and told < exchange.answered < trace.back)
