"""Clients and an operator who go on asking at a fixed rate, whatever the server does: an open loop.

A closed loop waits for the answers and so asks a silent server nothing; what an outage costs would not be seen.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from live.support.ctl import ControlSocket
from live.support.exchange import AnyMessage, Held, Verdict
from live.support.exchange import Exchange as Wire
from live.support.outage import Answer, Command, Exchange, Kind
from live.support.waiting import NEVER_SECONDS, NeverHappened

_FIRST_RESEND_SECONDS = 0.7  # doubles, as clients' do, only that theirs begins with four seconds
_SENDS_MAX = 5
_COMMAND_PAUSE_SECONDS = 0.05
_HOUR = 3600
_BRIEF_SECONDS = 2  # the lifetime of those who vanish
_ADDRESSES_TO_SPARE = 1700  # of the pool's 2000; beyond, nobody new comes


@dataclass
class _Pending:
    exchange: Exchange
    message: AnyMessage
    sent_at: float
    sends: int
    brief: bool
    holder: _Bound | None = None  # who renews


@dataclass
class _Bound:
    number: int
    held: Held


class SteadyClients:
    """Each second so many renewals of leased clients, new clients, and releases. Who leased renews later, in turn, those
    of an outage included;
    a share of the new clients (`brief`) ask for a short time and are never heard of again, so addresses change hands."""

    def __init__(self, wire: Wire, seed: int, renewals: float = 60, newcomers: float = 30,
                 releases: float = 5, brief: float = 0.1) -> None:
        self.exchanges: list[Exchange] = []
        self._wire = wire
        self._dialogue = wire.dialogue
        self._chance = random.Random(seed)
        self._periods = {self._renew: 1 / renewals, self._come: 1 / newcomers, self._release: 1 / releases}
        self._bound: deque[_Bound] = deque()
        self._pending: dict[int, _Pending] = {}
        self._count = 0
        self._brief = brief

    def lease_first(self, clients: int) -> None:
        """Before anything is measured: so many have leases."""
        wanted = len(self._bound) + clients

        def asked_for_enough() -> None:
            while len(self._bound) + len(self._pending) < wanted and len(self._pending) < 64:
                self._begin(Kind.NEW, brief=False)

        self._loop(lambda: len(self._bound) >= wanted, f"{clients} clients get leases", asked_for_enough)
        self.exchanges.clear()

    def run_until(self, done: Callable[[], bool], what: str, bound: float = 2 * NEVER_SECONDS) -> None:
        """At the fixed rate until `done`."""
        due = {act: time.monotonic() + period * self._chance.random() for act, period in self._periods.items()}

        def what_is_due() -> None:
            for act, at in due.items():
                while at <= time.monotonic():
                    act()
                    at += self._periods[act]
                due[act] = at

        self._loop(done, what, what_is_due, bound)

    def run(self, seconds: float) -> None:
        """The length of a phase; nothing is concluded from it."""
        end = time.monotonic() + seconds
        self.run_until(lambda: time.monotonic() >= end, "time passes")

    def settle(self) -> None:
        """Until every exchange ended or was given up by its client."""
        self._loop(lambda: not self._pending, "every exchange ends", lambda: None)

    def count(self, kind: Kind, since: float) -> int:
        """ACKs of exchanges asked for since then."""
        return sum(1 for exchange in self.exchanges
                   if exchange.kind is kind and exchange.asked >= since and exchange.answer is Answer.ACK)

    def _loop(self, done: Callable[[], bool], what: str, act: Callable[[], None],
              bound: float = 2 * NEVER_SECONDS) -> None:
        give_up = time.monotonic() + bound
        while not done():
            act()
            received = self._wire.receive(0.005)
            while received:
                self._answer(received.message)
                received = self._wire.receive(0)
            self._resend()
            if time.monotonic() > give_up:
                raise NeverHappened(f"never happened: {what}")

    def _renew(self) -> None:
        if not self._bound:
            return
        client = self._bound.popleft()
        message = self._dialogue.renew(self._dialogue.who(client.number), client.held, self._xid(), _HOUR)
        self._begin(Kind.RENEWAL, brief=False, client=client, message=message)

    def _come(self) -> None:
        if len(self._bound) + len(self._pending) < _ADDRESSES_TO_SPARE:
            self._begin(Kind.NEW, brief=self._chance.random() < self._brief)

    def _release(self) -> None:
        if len(self._bound) < 50:
            return
        client = self._bound.popleft()
        self._wire.send(self._dialogue.release(self._dialogue.who(client.number), client.held, self._xid()))

    def _begin(self, kind: Kind, brief: bool, client: _Bound | None = None, message: AnyMessage = None) -> None:
        if client is None:
            self._count += 1
        number = client.number if client else self._count
        if message is None:
            message = self._dialogue.discover(self._dialogue.who(number), self._xid(), self._lifetime(brief))
        exchange = Exchange(kind, number, time.monotonic())
        self.exchanges.append(exchange)
        self._send(_Pending(exchange, message, 0.0, 0, brief, client))

    def _send(self, pending: _Pending) -> None:
        self._pending[pending.message.xid] = pending
        self._transmit(pending)

    def _transmit(self, pending: _Pending) -> None:
        self._wire.send(pending.message)
        pending.sends += 1
        pending.sent_at = time.monotonic()

    def _resend(self) -> None:
        now = time.monotonic()
        for xid, pending in list(self._pending.items()):
            if now - pending.sent_at < _FIRST_RESEND_SECONDS * 2 ** (pending.sends - 1):
                continue
            if pending.sends < _SENDS_MAX:
                self._transmit(pending)
            else:
                del self._pending[xid]
                if pending.holder:  # it keeps its address, and asks again when its turn comes
                    self._bound.append(pending.holder)

    def _answer(self, message: AnyMessage) -> None:
        pending = self._pending.get(message.xid)
        verdict = self._dialogue.verdict(pending.message, message) if pending else None
        if pending is None or verdict is None:
            return
        del self._pending[message.xid]
        exchange = pending.exchange
        if verdict is Verdict.OFFER:
            request = self._dialogue.request(message, self._lifetime(pending.brief))
            self._send(_Pending(exchange, request, 0.0, 0, pending.brief))
            return
        exchange.answered = time.monotonic()
        exchange.answer = Answer[verdict.name]
        if verdict is Verdict.ACK and not pending.brief:
            self._bound.append(_Bound(exchange.client, self._dialogue.held(message)))

    @staticmethod
    def _lifetime(brief: bool) -> int:
        return _BRIEF_SECONDS if brief else _HOUR

    def _xid(self) -> int:
        """One that no waiting client has."""
        while (xid := self._chance.getrandbits(self._dialogue.xid_bits)) in self._pending:
            pass
        return xid


class SteadyOperator:
    """Asks status-get, lease4-get (or lease6-get) and config-get in turn, on a thread, until `stop`."""

    def __init__(self, control: ControlSocket, address: str) -> None:
        self.commands: list[Command] = []
        self._control = control
        self._asked = [("status-get", None), (f"lease{control.family}-get", {"ip-address": address}),
                       ("config-get", None)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(2 * NEVER_SECONDS)

    def _run(self) -> None:
        turn = 0
        while not self._ended.wait(_COMMAND_PAUSE_SECONDS):
            name, arguments = self._asked[turn % len(self._asked)]
            turn += 1
            command = Command(name, time.monotonic(), None)
            try:
                answer = self._control.ask(name, arguments)
            except (OSError, ValueError):
                self.commands.append(command)
                continue
            command.answered, command.result = time.monotonic(), answer["result"]
            if name == "status-get":
                status = answer["arguments"]
                command.service = status["service"]["state"]
                command.database = status["database-status"]["state"]
                command.journal = str(status["database-status"].get("journal", {}).get("state", ""))
            self.commands.append(command)
