"""Many clients at once behind one relay, each living its own life from one seed.

Of either family: what is said is the wire's dialogue. They lease, renew, release, vanish without a word and come back
as somebody else, so that addresses change hands.
Judging what the server did is not done here: the capture and the ledger do that.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from live.support.exchange import AnyMessage, Exchange, Held, Verdict
from live.support.waiting import NEVER_SECONDS, NeverHappened

_RESEND_SECONDS = 0.5
_RESENDS_MAX = 6


@dataclass
class _Client:
    number: int
    held: Held | None = None  # bound if there is some
    pending: AnyMessage = None
    sent_at: float = 0.0
    sends: int = 0


class Load:
    """`clients` machines of which `in_flight` wait for an answer at any time."""

    def __init__(self, wire: Exchange, seed: int, clients: int = 600, in_flight: int = 96,
                 lifetimes: tuple[int, ...] = (3600,)) -> None:
        self.acknowledged = 0
        self.refused = 0
        self._wire = wire
        self._dialogue = wire.dialogue
        self._chance = random.Random(seed)
        self._lifetimes = lifetimes
        self._in_flight_max = in_flight
        self._next_number = clients
        self._idle = deque(_Client(number) for number in range(clients))
        self._waiting: dict[int, _Client] = {}
        self._events = 0

    def run(self, events: int) -> None:
        """Goes on for so many messages sent or received."""
        until = self._events + events
        self._run_until(lambda: self._events >= until, f"{events} messages pass", starts=True)

    def run_until_acknowledged(self, more: int) -> None:
        until = self.acknowledged + more
        self._run_until(lambda: self.acknowledged >= until, f"{more} more ACKs come", starts=True)

    def settle(self) -> None:
        """Waits until nobody waits: every exchange ended or was given up by its client."""
        self._run_until(lambda: not self._waiting, "every exchange ends", starts=False)

    def _run_until(self, done: Callable[[], bool], what: str, starts: bool) -> None:
        give_up = time.monotonic() + 2 * NEVER_SECONDS
        while not done():
            while starts and len(self._waiting) < self._in_flight_max and not done():
                self._begin(self._idle.popleft())
            received = self._wire.receive(0.05)
            while received and not done():
                self._events += 1
                self._answer(received.message)
                received = self._wire.receive(0)
            self._resend()
            if time.monotonic() > give_up:
                raise NeverHappened(f"never happened: {what}; {self.acknowledged} ACKs came in all")

    def _begin(self, client: _Client) -> None:
        dice = self._chance.random()
        who = self._dialogue.who(client.number)
        if client.held is None:
            self._send(client, self._dialogue.discover(who, self._xid(), self._lifetime()))
        elif dice < 0.70:
            self._send(client, self._dialogue.renew(who, client.held, self._xid(), self._lifetime()))
        else:
            if dice < 0.97:
                self._wire.send(self._dialogue.release(who, client.held, self._xid()))
                self._events += 1
            self._replace(client)

    def _replace(self, client: _Client) -> None:
        """Somebody new takes this machine's place; the old client is never heard of again."""
        client.number, client.held = self._next_number, None
        self._next_number += 1
        self._idle.append(client)

    def _lifetime(self) -> int:
        return self._chance.choice(self._lifetimes)

    def _xid(self) -> int:
        """One that no waiting client has."""
        while (xid := self._chance.getrandbits(self._dialogue.xid_bits)) in self._waiting:
            pass
        return xid

    def _send(self, client: _Client, message: AnyMessage) -> None:
        client.pending, client.sends = message, 0
        self._waiting[message.xid] = client
        self._transmit(client)

    def _transmit(self, client: _Client) -> None:
        self._wire.send(client.pending)
        self._events += 1
        client.sends += 1
        client.sent_at = time.monotonic()

    def _resend(self) -> None:
        now = time.monotonic()
        for xid, client in list(self._waiting.items()):
            if now - client.sent_at < _RESEND_SECONDS:
                continue
            if client.sends < _RESENDS_MAX:
                self._transmit(client)
            else:
                del self._waiting[xid]
                self._idle.append(client)

    def _answer(self, message: AnyMessage) -> None:
        client = self._waiting.get(message.xid)
        verdict = self._dialogue.verdict(client.pending, message) if client else None
        if client is None or verdict is None:
            return
        del self._waiting[message.xid]
        if verdict is Verdict.OFFER:
            self._send(client, self._dialogue.request(message, self._lifetime()))
            return
        self._idle.append(client)
        if verdict is Verdict.ACK:
            self.acknowledged += 1
            client.held = self._dialogue.held(message)
        else:
            self.refused += 1
            client.held = None
