"""DHCPv4 clients written by the tests: they send exactly the messages they are told to.

`DirectClient` speaks over a packet socket as a machine without an address does, `RelayedClients` through one
relay's UDP socket, `BoundClient` as a machine that has its address. Real clients are in real_client.py.
"""

from __future__ import annotations

import random
import select
import socket

from live.support.exchange import Dialogue, Exchange, Held, Received, UdpExchange, Verdict, hardware_address
from live.support.frame import BROADCAST_MAC, Frame
from live.support.namespace import Namespace
from live.support.packet import (
    CLIENT_PORT, SERVER_PORT, Message, Option, Type, address_bytes, relay_information,
)

__all__ = ["BoundClient", "Dialogue4", "DirectClient", "Received", "RelayedClients", "hardware_address", "query",
           "request_of"]

_ETH_P_IP = 0x0800


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


def _lasting(message: Message, seconds: int | None) -> Message:
    if seconds is not None:
        message.options[Option.LEASE_TIME] = seconds.to_bytes(4, "big")
    return message


class Dialogue4(Dialogue):
    """DISCOVER, OFFER, REQUEST, ACK; a client is its hardware address."""

    xid_bits = 32

    def who(self, number: int) -> bytes:
        return hardware_address(number)

    def discover(self, who: bytes, xid: int | None = None, seconds: int | None = None) -> Message:
        return _lasting(query(Type.DISCOVER, who, xid), seconds)

    def request(self, offer: Message, seconds: int | None = None) -> Message:
        return _lasting(request_of(offer, offer.chaddr), seconds)

    def renew(self, who: bytes, held: Held, xid: int | None = None, seconds: int | None = None) -> Message:
        return _lasting(query(Type.REQUEST, who, xid, ciaddr=held.units[0]), seconds)

    def release(self, who: bytes, held: Held, xid: int | None = None) -> Message:
        message = query(Type.RELEASE, who, xid, ciaddr=held.units[0])
        message.options[Option.SERVER_ID] = held.server_id
        return message

    def verdict(self, asked: Message, answer: Message) -> Verdict | None:
        if asked.chaddr != answer.chaddr or answer.type not in asked.answers:
            return None
        return Verdict[answer.type.name]

    def held(self, ack: Message) -> Held:
        return Held((ack.yiaddr,), ack.options[Option.SERVER_ID])


class DirectClient(Exchange):
    """Any number of clients on one interface, each with its own hardware address, none with an IP address."""

    dialogue = Dialogue4()

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


class RelayedClients(UdpExchange):
    """Clients behind one relay agent, whose address (giaddr) chooses their subnet."""

    dialogue = Dialogue4()

    def __init__(self, namespace: Namespace, giaddr: str, server: str, circuit_id: bytes = b"") -> None:
        super().__init__(namespace, (giaddr, SERVER_PORT), (server, SERVER_PORT), Message.decode)
        self.information = relay_information(circuit_id=circuit_id) if circuit_id else b""

    def send(self, message: Message) -> None:
        message.giaddr = self.address
        message.hops = 1
        if self.information:
            message.options[Option.RELAY_INFORMATION] = self.information
        super().send(message)


class BoundClient(UdpExchange):
    """A machine that has its address already: renews, informs and releases by unicast."""

    dialogue = Dialogue4()

    def __init__(self, namespace: Namespace, address: str, server: str) -> None:
        super().__init__(namespace, (address, CLIENT_PORT), (server, SERVER_PORT), Message.decode)
