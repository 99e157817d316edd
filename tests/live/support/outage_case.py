"""One outage with clients at work: the frame of every row of the fault matrix."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar

from live.support.capture import Capture
from live.support.case import OneRelayTest
from live.support.faults import Fault
from live.support.outage import Kind, Phase, Row, Trace, publish
from live.support.steady_clients import SteadyClients, SteadyOperator
from live.support.waiting import NEVER_SECONDS, eventually
from support.ledger import Ledger

GIVEN_UP = 75


@dataclass(frozen=True)
class Policy:
    """on-fail with outage-service, and what has to be seen while the database is away."""

    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    serves_renewals: bool | None = True  # None: some of them, which is not judged
    serves_newcomers: bool | None = True
    service: str = "open-without-backend"  # in status-get


SPOOL = Policy("serve-retry-continue, spool", {"on-fail": "serve-retry-continue", "outage-service": "spool"})
CONFIRM = Policy("serve-retry-exit, confirm", {"on-fail": "serve-retry-exit", "outage-service": "confirm"},
                 serves_renewals=True, serves_newcomers=False)
FULL = Policy("serve-retry-continue, spool of 64 KiB",
              {"on-fail": "serve-retry-continue", "outage-service": "spool", "spool-max-bytes": 65536},
              serves_renewals=None, serves_newcomers=None)
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

    def database_keys(self, fault: Fault, policy: Policy, tries: int) -> dict[str, Any]:
        keys: dict[str, Any] = {"retry_on_startup": True, "reconnect_wait_time": 300, "max_reconnect_tries": tries}
        keys.update({name.replace("-", "_"): value for name, value in policy.keys.items()})
        return fault.keys(**keys)

    def outage(self, fault: Fault, policy: Policy, seconds: float = 4.0, before: float = 3.0, after: float = 3.0,
               scene: dict[str, Any] | None = None, brief: float = 0.1, note: str = "",
               seen: Callable[[], bool] = lambda: True) -> Row:
        """Opens the fault's database, lets clients work before, during and after it, and judges.

        The outage lasts `seconds` and then until what the policy promises was seen, however long that takes.

        @param scene  more keys of the configuration
        @param brief  the share of new clients that vanish
        @param note  what is special, for the table
        @param seen  something else that has to come true while the database is away
        """
        clients, operator, row, capture = self._prepare(fault, policy, brief, **(scene or {}))
        row.fault += note
        trace = row.trace
        operator.start()
        try:
            clients.run(before)
            self._beside(clients, fault.begin)
            trace.away = time.monotonic()
            clients.run(seconds)
            self._see_what_is_promised(clients, trace, policy)
            clients.run_until(seen, "what has to be seen while the database is away")
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

    def outage_without_end(self, fault: Fault, policy: Policy) -> Row:
        """The server gives up and ends; the next start finds the database, and all that was acknowledged."""
        clients, operator, row, capture = self._prepare(fault, policy, 0.1, max_reconnect_tries=4)
        trace = row.trace
        operator.start()
        try:
            clients.run(2)
            self._beside(clients, fault.begin)
            trace.away = time.monotonic()
            clients.run_until(lambda: not self.subject.is_running(), "the server ends")
            row.exit_code = self.subject.program.wait()
            operator.stop()
            trace.back = time.monotonic()
            self._beside(clients, fault.end)
            self._beside(clients, self.subject.start)
            clients.run_until(self.is_whole, "the server serves again and its journal is empty")
            clients.run(2)
            clients.settle()
        finally:
            operator.stop()
            capture.stop()
        ledger = Ledger(capture.messages())
        row.conflicts = self.conflicts()
        row.doubled = len(ledger.doubled())
        row.lost = len(ledger.lost(self.subject.control.leases(), time.time()))
        print(f"{self.id()}: {row.cells()}", file=sys.stderr)
        with self.subTest("exit code"):
            self.assertEqual(row.exit_code, GIVEN_UP)
        with self.subTest("wrong NAKs"):
            self.assertEqual(trace.wrong_naks()[:5], [])
        with self.subTest("what it said"):
            self.subject.wait_log("STORE_GIVEN_UP")
        with self.subTest("the state was told"):
            self.assertIn(policy.service, trace.services(Phase.DURING))
        with self.subTest("conflicts"):
            self.assertEqual(row.conflicts, 0)
        self.judge(ledger)
        return row

    def _prepare(self, fault: Fault, policy: Policy, brief: float,
                 max_reconnect_tries: int = 1000, **scene: Any) -> tuple[SteadyClients, SteadyOperator, Row, Capture]:
        """Until 200 clients have leases."""
        seed = self.seed()
        self.fault = fault
        fault.open()
        self.start(lease_database=self.database_keys(fault, policy, max_reconnect_tries), **scene)
        clients = SteadyClients(self.wire, seed, brief=brief)
        operator = SteadyOperator(self.subject.control, self.first_address)
        name = policy.name + (f", {max_reconnect_tries} tries" if max_reconnect_tries < 1000 else "")
        database = fault.database + (", DHCPv6" if self.family == 6 else "")
        row = Row(fault.name, database, name, Trace(clients.exchanges, operator.commands))
        OutageTest.rows.append(row)
        self.subject_serves(clients)
        capture = self.capture()
        clients.lease_first(200)
        return clients, operator, row, capture

    def journal(self) -> dict[str, Any]:
        return self.status()["database-status"].get("journal", {})  # type: ignore[no-any-return]

    def conflicts(self) -> int:
        return int(self.journal().get("conflicts", 0))

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
        row.conflicts = self.conflicts()
        row.doubled = len(ledger.doubled())
        row.lost = len(ledger.lost(self.subject.control.leases(), time.time()))
        row.exit_code = self.subject.stop()
        self.subject.start()
        row.lost += len(ledger.lost(self._leases_when_loaded(), time.time()))
        print(f"{self.id()}: {row.cells()}", file=sys.stderr)
        with self.subTest("wrong NAKs"):
            self.assertEqual(trace.wrong_naks()[:5], [])
        with self.subTest("lost or doubled, before or after the restart"):
            self.assertEqual((row.lost, row.doubled), (0, 0))
        if not self.fault.interrupts_commands:
            with self.subTest("commands"):
                self.assertEqual(trace.unanswered_commands()[:5], [])
                self.assertEqual(trace.failed_commands()[:5], [])
        if policy.serves_renewals and policy.serves_newcomers:
            with self.subTest("every client was answered in the end"):
                self.assertEqual(trace.unanswered_exchanges()[:5], [])
        with self.subTest("exit code"):
            self.assertEqual(row.exit_code, 0)
        with self.subTest("conflicts"):
            self.assertEqual(row.conflicts, 0)
        if policy.serves_newcomers is False:
            with self.subTest("new clients"):
                self.assertEqual(self._answered_once_told(trace, policy, Kind.NEW), 0)
        if policy.serves_renewals is False:
            with self.subTest("renewals"):
                self.assertEqual(self._answered_once_told(trace, policy, Kind.RENEWAL), 0)
        self.judge(ledger)

    def _leases_when_loaded(self) -> list[dict[str, Any]]:
        eventually(self.is_whole, "the server serves after its restart", self.subject.log)
        return self.subject.control.leases()

    @staticmethod
    def _answered_once_told(trace: Trace, policy: Policy, kind: Kind) -> int:
        """Asked after status-get said that service is not open, answered before the fault's end began."""
        told = min(command.answered for command in trace.commands
                   if command.service == policy.service and command.answered and command.answered >= trace.away)
        return sum(1 for exchange in trace.exchanges if exchange.kind is kind and exchange.answered is not None
                   and told < exchange.asked and exchange.answered < trace.back)
