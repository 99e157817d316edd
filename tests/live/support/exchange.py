"""What clients of both families do alike: they send until an answer comes, and lease in two exchanges.

How a message is written and what an answer means is the family's: a `Dialogue` in client.py, one in client6.py.
"""

from __future__ import annotations

import enum
import select
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from live.support.frame import Frame
from live.support.namespace import Namespace
from live.support.waiting import NEVER_SECONDS, NeverHappened

_SO_RCVBUFFORCE = 33  # linux/socket.h; Python does not name it
_RESEND_SECONDS = 1.0

# A Message or a Message6: both have type, xid, client, answers and encode().
AnyMessage = Any


def hardware_address(number: int) -> bytes:
    """A locally administered address for client `number`."""
    return b"\x02\x4c" + number.to_bytes(4, "big")


@dataclass
class Received:
    """An answer and the frame it came in."""

    message: AnyMessage
    frame: Frame


@dataclass(frozen=True)
class Held:
    """What a client got: addresses, and prefixes as "2001:db8::/56"; and from whom."""

    units: tuple[str, ...]
    server_id: bytes


class Verdict(enum.Enum):
    """What an answer is to the message that asked for it."""

    OFFER = "OFFER"
    ACK = "ACK"
    NAK = "NAK"


class Dialogue(ABC):
    """The words of one family. `who` is what a client calls itself; `seconds` is the lifetime that it asks for."""

    xid_bits: int

    @abstractmethod
    def who(self, number: int) -> bytes:
        """Client `number`'s name for itself."""

    @abstractmethod
    def discover(self, who: bytes, xid: int | None = None, seconds: int | None = None) -> AnyMessage:
        """A new client's first message."""

    @abstractmethod
    def request(self, offer: AnyMessage, seconds: int | None = None) -> AnyMessage:
        """Takes what was offered."""

    @abstractmethod
    def renew(self, who: bytes, held: Held, xid: int | None = None, seconds: int | None = None) -> AnyMessage: ...

    @abstractmethod
    def release(self, who: bytes, held: Held, xid: int | None = None) -> AnyMessage: ...

    @abstractmethod
    def verdict(self, asked: AnyMessage, answer: AnyMessage) -> Verdict | None:
        """None: no answer that the client can use, so it goes on asking."""

    @abstractmethod
    def held(self, ack: AnyMessage) -> Held: ...


class Exchange(ABC):
    """Sends until the answer comes, as clients do; subclasses know the wire."""

    dialogue: Dialogue

    @abstractmethod
    def send(self, message: AnyMessage) -> None: ...

    @abstractmethod
    def receive(self, seconds: float) -> Received | None:
        """The next DHCP message for us, None when none came in time."""

    def ask(self, message: AnyMessage) -> Received:
        """Sends `message`, again each second, until its answer is there."""
        give_up = time.monotonic() + NEVER_SECONDS
        while time.monotonic() < give_up:
            self.send(message)
            answer = self._answer_to(message, _RESEND_SECONDS)
            if answer:
                return answer
        raise NeverHappened(f"never answered: {message}")

    def ask_once(self, message: AnyMessage) -> Received:
        """Sends `message` one time; for tests that count datagrams."""
        self.send(message)
        answer = self._answer_to(message, NEVER_SECONDS)
        if not answer:
            raise NeverHappened(f"never answered: {message}")
        return answer

    def answers_before(self, message: AnyMessage, marker: Callable[[], AnyMessage]) -> list[Received]:
        """What came back to `message` by the time the server answered a later message.

        The later one (another client's DISCOVER) proves that the server has dealt with the first, so "no
        answer" is an observation and not a matter of patience.
        """
        self.send(message)
        probe = marker()
        seen: list[Received] = []
        give_up = time.monotonic() + NEVER_SECONDS
        while time.monotonic() < give_up:
            self.send(probe)
            resend = time.monotonic() + _RESEND_SECONDS
            while (left := resend - time.monotonic()) > 0:
                received = self.receive(left)
                if received is None:
                    continue
                if received.message.xid == message.xid:
                    seen.append(received)
                elif received.message.xid == probe.xid:
                    return seen
        raise NeverHappened(f"never answered: {probe}")

    def _answer_to(self, message: AnyMessage, seconds: float) -> Received | None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            received = self.receive(left)
            if received and received.message.xid == message.xid and received.message.type in message.answers:
                return received
        return None

    def lease(self, who: bytes) -> AnyMessage:
        """From the first message to the ACK."""
        dialogue = self.dialogue
        discover = dialogue.discover(who)
        offer = self.ask(discover).message
        if dialogue.verdict(discover, offer) is not Verdict.OFFER:
            raise AssertionError(f"nothing that could be taken was offered: {offer}")
        request = dialogue.request(offer)
        answer = self.ask(request).message
        if dialogue.verdict(request, answer) is not Verdict.ACK:
            raise AssertionError(f"what was offered was refused: {offer}, {answer}")
        return answer


class UdpExchange(Exchange):
    """Over a UDP socket with `address`, to one server."""

    def __init__(self, namespace: Namespace, local: tuple[Any, ...], server: tuple[Any, ...],
                 decode: Callable[[bytes], AnyMessage]) -> None:
        """@param local  address and port, for IPv6 flow and scope too; `server` likewise"""
        self.address = str(local[0])
        self._server = server
        self._decode = decode
        self._socket = namespace.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 8 << 20)
        self._socket.bind(local)

    def close(self) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: AnyMessage) -> None:
        self.send_octets(message.encode())

    def send_octets(self, payload: bytes) -> None:
        try:
            self._socket.sendto(payload, self._server)
        except ConnectionRefusedError:
            pass  # the ICMP answer to an earlier datagram, sent while no server was there; this one is repeated

    def receive(self, seconds: float) -> Received | None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return None
        try:
            octets, (source, port, *_) = self._socket.recvfrom(65536)
            message = self._decode(octets)
        except (ValueError, ConnectionRefusedError):
            return None
        return Received(message, Frame(source_mac=b"", target_mac=b"", source=source, target=self.address,
                                       source_port=port, target_port=self._server[1], payload=octets))
