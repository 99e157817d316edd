"""Clients written by the tests: they send exactly the messages they are told to.

`DirectClient` speaks over a packet socket as a machine without an address does, `RelayedClients` through one
relay's UDP socket, `BoundClient` as a machine that has its address. Real clients are in real_client.py.
"""

from __future__ import annotations

import random
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from live.support.namespace import Namespace
from live.support.packet import (
    BROADCAST_MAC, CLIENT_PORT, SERVER_PORT, Frame, Message, Option, Type, address_bytes,
    relay_information,
)
from live.support.waiting import NEVER_SECONDS, NeverHappened

_ETH_P_IP = 0x0800
_SO_RCVBUFFORCE = 33  # linux/socket.h; Python does not name it
_RESEND_SECONDS = 1.0
_ANSWERS = {
    Type.DISCOVER: {Type.OFFER},
    Type.REQUEST: {Type.ACK, Type.NAK},
    Type.INFORM: {Type.ACK},
}


def hardware_address(number: int) -> bytes:
    """A locally administered address for client `number`."""
    return b"\x02\x4c" + number.to_bytes(4, "big")


def query(kind: Type, chaddr: bytes, xid: int | None = None, **fields: object) -> Message:
    """A client's message with the options every client sends."""
    message = Message(op=1, xid=random.getrandbits(32) if xid is None else xid, chaddr=chaddr, **fields)
    message.options[Option.MESSAGE_TYPE] = bytes([kind])
    message.options[Option.CLIENT_ID] = b"\x01" + chaddr
    return message


def request_of(offer: Message, chaddr: bytes) -> Message:
    """The REQUEST that selects an offer (RFC 2131 4.3.2)."""
    request = query(Type.REQUEST, chaddr, xid=offer.xid)
    request.options[Option.REQUESTED_ADDRESS] = address_bytes(offer.yiaddr)
    request.options[Option.SERVER_ID] = offer.options[Option.SERVER_ID]
    return request


@dataclass
class Received:
    """An answer and the frame it came in."""

    message: Message
    frame: Frame


class _Exchange:
    """Sends until the answer comes, as clients do; subclasses know the wire."""

    def send(self, message: Message) -> None:
        raise NotImplementedError

    def receive(self, seconds: float) -> Received | None:
        """The next DHCP message for us, None when none came in time."""
        raise NotImplementedError

    def ask(self, message: Message) -> Received:
        """Sends `message`, again each second, until its answer is there."""
        wanted = _ANSWERS[message.type]
        give_up = time.monotonic() + NEVER_SECONDS
        while time.monotonic() < give_up:
            self.send(message)
            answer = self._answer_to(message.xid, wanted, _RESEND_SECONDS)
            if answer:
                return answer
        raise NeverHappened(f"never answered: {message}")

    def ask_once(self, message: Message) -> Received:
        """Sends `message` one time; for tests that count datagrams."""
        self.send(message)
        answer = self._answer_to(message.xid, _ANSWERS[message.type], NEVER_SECONDS)
        if not answer:
            raise NeverHappened(f"never answered: {message}")
        return answer

    def answers_before(self, message: Message, marker: Callable[[], Message]) -> list[Received]:
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

    def _answer_to(self, xid: int, wanted: set[Type], seconds: float) -> Received | None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            received = self.receive(left)
            if received and received.message.xid == xid and received.message.type in wanted:
                return received
        return None

    def lease(self, chaddr: bytes) -> Message:
        """DISCOVER to ACK."""
        offer = self.ask(query(Type.DISCOVER, chaddr)).message
        answer = self.ask(request_of(offer, chaddr)).message
        if answer.type is not Type.ACK:
            raise AssertionError(f"the offered {offer.yiaddr} was refused: {answer}")
        return answer


class DirectClient(_Exchange):
    """Any number of clients on one interface, each with its own hardware address, none with an IP address."""

    def __init__(self, namespace: Namespace, interface: str) -> None:
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_IP))
        self._socket.bind((interface, _ETH_P_IP))

    def close(self) -> None:
        self._socket.close()

    def send(self, message: Message) -> None:
        self.send_octets(message.encode(), message.chaddr, message.ciaddr)

    def send_octets(self, payload: bytes, source_mac: bytes, source: str = "0.0.0.0") -> None:
        self.send_frame(Frame(source_mac=(source_mac + bytes(6))[:6], target_mac=BROADCAST_MAC, source=source,
                              target="255.255.255.255", source_port=CLIENT_PORT, target_port=SERVER_PORT,
                              payload=payload))

    def send_frame(self, frame: Frame) -> None:
        self.send_raw(frame.encode())

    def send_raw(self, octets: bytes) -> None:
        self._socket.send(octets)

    def receive(self, seconds: float) -> Received | None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return None
        try:
            frame = Frame.decode(self._socket.recv(65536))
            return Received(Message.decode(frame.payload), frame) if frame.target_port == CLIENT_PORT else None
        except ValueError:
            return None


class _UdpExchange(_Exchange):
    def __init__(self, namespace: Namespace, address: str, port: int, server: str) -> None:
        self._socket = namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 8 << 20)
        self._socket.bind((address, port))
        self.address = address
        self.server = server

    def close(self) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: Message) -> None:
        self.send_octets(message.encode())

    def send_octets(self, payload: bytes) -> None:
        try:
            self._socket.sendto(payload, (self.server, SERVER_PORT))
        except ConnectionRefusedError:
            pass  # the ICMP answer to an earlier datagram, sent while no server was there; this one is repeated

    def receive(self, seconds: float) -> Received | None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return None
        try:
            octets, (source, port) = self._socket.recvfrom(65536)
            message = Message.decode(octets)
        except (ValueError, ConnectionRefusedError):
            return None
        return Received(message, Frame(source_mac=b"", target_mac=b"", source=source, target=self.address,
                                       source_port=port, target_port=SERVER_PORT, payload=octets))


class RelayedClients(_UdpExchange):
    """Clients behind one relay agent, whose address (giaddr) chooses their subnet."""

    def __init__(self, namespace: Namespace, giaddr: str, server: str, circuit_id: bytes = b"") -> None:
        super().__init__(namespace, giaddr, SERVER_PORT, server)
        self.information = relay_information(circuit_id=circuit_id) if circuit_id else b""

    def send(self, message: Message) -> None:
        message.giaddr = self.address
        message.hops = 1
        if self.information:
            message.options[Option.RELAY_INFORMATION] = self.information
        super().send(message)


class BoundClient(_UdpExchange):
    """A machine that has its address already: renews, informs and releases by unicast."""

    def __init__(self, namespace: Namespace, address: str, server: str) -> None:
        super().__init__(namespace, address, CLIENT_PORT, server)


