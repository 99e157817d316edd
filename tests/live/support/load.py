"""Many clients at once behind one relay, each living its own life from one seed.

They lease, renew, release, vanish without a word and come back as somebody else, so that addresses change hands.
Judging what the server did is not done here: the capture and the ledger do that.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from live.support.client import RelayedClients, hardware_address, query, request_of
from live.support.packet import Message, Option, Type
from live.support.waiting import NEVER_SECONDS, NeverHappened

_RESEND_SECONDS = 0.5
_RESENDS_MAX = 6


@dataclass
class _Client:
    number: int
    address: str = ""  # bound if not empty
    server_id: bytes = b""
    pending: Message | None = None
    sent_at: float = 0.0
    sends: int = 0

    @property
    def chaddr(self) -> bytes:
        return hardware_address(self.number)


class Load:
    """`clients` machines of which `in_flight` wait for an answer at any time."""

    def __init__(self, wire: RelayedClients, seed: int, clients: int = 600, in_flight: int = 96,
                 lifetimes: tuple[int, ...] = (3600,)) -> None:
        self.acknowledged = 0
        self.refused = 0
        self._wire = wire
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
        if not client.address:
            self._send(client, self._with_lifetime(query(Type.DISCOVER, client.chaddr, self._xid())))
        elif dice < 0.70:
            renewal = query(Type.REQUEST, client.chaddr, self._xid(), ciaddr=client.address)
            self._send(client, self._with_lifetime(renewal))
        else:
            if dice < 0.97:
                release = query(Type.RELEASE, client.chaddr, self._xid(), ciaddr=client.address)
                release.options[Option.SERVER_ID] = client.server_id
                self._wire.send(release)
                self._events += 1
            self._replace(client)

    def _replace(self, client: _Client) -> None:
        """Somebody new takes this machine's place; the old client is never heard of again."""
        client.number, client.address, client.server_id = self._next_number, "", b""
        self._next_number += 1
        self._idle.append(client)

    def _with_lifetime(self, message: Message) -> Message:
        message.options[Option.LEASE_TIME] = self._chance.choice(self._lifetimes).to_bytes(4, "big")
        return message

    def _xid(self) -> int:
        return self._chance.getrandbits(32)

    def _send(self, client: _Client, message: Message) -> None:
        client.pending, client.sends = message, 0
        self._waiting[message.xid] = client
        self._transmit(client)

    def _transmit(self, client: _Client) -> None:
        assert client.pending is not None
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

    def _answer(self, message: Message) -> None:
        client = self._waiting.get(message.xid)
        if client is None or client.pending is None:
            return
        if message.type is Type.OFFER and client.pending.type is Type.DISCOVER:
            del self._waiting[message.xid]
            self._send(client, self._with_lifetime(request_of(message, client.chaddr)))
        elif message.type in (Type.ACK, Type.NAK) and client.pending.type is Type.REQUEST:
            del self._waiting[message.xid]
            self._idle.append(client)
            if message.type is Type.ACK:
                self.acknowledged += 1
                client.address, client.server_id = message.yiaddr, message.options[Option.SERVER_ID]
            else:
                self.refused += 1
                client.address = ""
