"""One relayed client at a time, written by the tests: does the server answer yet, and when did it first."""

from __future__ import annotations

import random
import select
import socket
import time
from dataclasses import dataclass

from bench.link import RELAY_ADDRESS, SERVER_ADDRESS, Link
from live.support.client import query
from live.support.packet import SERVER_PORT, Message, Type

NEVER_SECONDS = 600.0
_TURN_SECONDS = 0.005
_AGAIN_SECONDS = 0.1
_STRANGERS = bytes.fromhex("0a5e")  # begin of the hardware addresses of clients that no load generator plays


@dataclass(frozen=True)
class Start:
    """Seconds from the server's start until it first answered; None: never."""

    renewal: float | None
    offer: float | None


def stranger() -> bytes:
    return _STRANGERS + random.randbytes(4)


class Probe:
    """Has the relay's port while it is open: no load generator at that time."""

    def __init__(self, link: Link) -> None:
        self._socket = link.there.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((RELAY_ADDRESS, SERVER_PORT))

    def close(self) -> None:
        self._socket.close()

    def offer(self, client: bytes | None = None, seconds: float = 1.0) -> Message | None:
        """What a DISCOVER is answered with in this time, sent again and again: a server that is reading its leases may have
        to let a client wait until it has all of them."""
        asked = query(Type.DISCOVER, client or stranger(), giaddr=RELAY_ADDRESS, hops=1)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._send(asked)
            for answer in self._answers(min(left, _AGAIN_SECONDS)):
                if answer.chaddr == asked.chaddr and answer.type is Type.OFFER:
                    return answer
        return None

    def first_answers(self, client: bytes, address: str, begin: float) -> Start:
        """Asks again and again, until the client's renewal and a new client were answered.

        @param begin  when the server was started, of time.monotonic()"""
        new = stranger()
        asked = [query(Type.REQUEST, client, ciaddr=address, giaddr=RELAY_ADDRESS, hops=1),
                 query(Type.DISCOVER, new, giaddr=RELAY_ADDRESS, hops=1)]
        found: dict[Type, float] = {}
        wanted = {Type.ACK: client, Type.OFFER: new}
        while len(found) < len(wanted) and time.monotonic() < begin + NEVER_SECONDS:
            for message in asked:
                if message.answers.isdisjoint(found):
                    self._send(message)
            for answer in self._answers(_TURN_SECONDS):
                if wanted.get(answer.type) == answer.chaddr:
                    found.setdefault(answer.type, time.monotonic() - begin)
        return Start(found.get(Type.ACK), found.get(Type.OFFER))

    def _send(self, message: Message) -> None:
        self._socket.sendto(message.encode(), (SERVER_ADDRESS, SERVER_PORT))

    def _answers(self, seconds: float) -> list[Message]:
        """All that came by then; waits for the first only."""
        answers = []
        while select.select([self._socket], [], [], 0.0 if answers else seconds)[0]:
            answers.append(Message.decode(self._socket.recv(2048)))
        return answers
