"""Clients whose DHCPv4 messages travel in DHCPv6 ones (RFC 7341), on the link or behind a DHCPv6 relay.

Written from RFC 7341 and 8415 and sharing no code with the server.
"""

from __future__ import annotations

import ipaddress
import select
import socket
import struct

from live.support.client import Received, _Exchange
from live.support.namespace import Namespace
from live.support.packet import Frame, Message

_CLIENT_PORT6, _SERVER_PORT6 = 546, 547
_RELAY_FORWARD, _RELAY_REPLY, _DHCPV4_QUERY, _DHCPV4_RESPONSE = 12, 13, 20, 21
_RELAY_MESSAGE, _INTERFACE_ID, _DHCPV4_MESSAGE = 9, 18, 87
_UNICAST = 1 << 23
ALL_SERVERS_AND_RELAYS = "ff02::1:2"


def option6(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


def options6(octets: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while octets:
        code, size = struct.unpack_from("!HH", octets)
        found[code] = octets[4:4 + size]
        octets = octets[4 + size:]
    return found


class CarriedClient(_Exchange):
    """Any number of clients on one interface, or behind one relay."""

    def __init__(self, namespace: Namespace, interface: str, port: int = _CLIENT_PORT6) -> None:
        self._socket = namespace.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        self._socket.bind(("::", port))
        self._target = (ALL_SERVERS_AND_RELAYS, _SERVER_PORT6, 0, _index(namespace, interface))

    def close(self) -> None:
        self._socket.close()

    def send(self, message: Message) -> None:
        self.send_query(option6(_DHCPV4_MESSAGE, message.encode()), _UNICAST if message.ciaddr != "0.0.0.0" else 0)

    def send_query(self, options: bytes, flags: int = 0) -> None:
        """DHCPV4-QUERY with these options."""
        self.send_octets(struct.pack("!I", _DHCPV4_QUERY << 24 | flags) + options)

    def send_octets(self, octets: bytes) -> None:
        self._socket.sendto(octets, self._target)

    def receive(self, seconds: float) -> Received | None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return None
        octets, (source, port, *_) = self._socket.recvfrom(65536)
        inner = self.unwrapped(octets)
        if struct.unpack_from("!I", inner)[0] != _DHCPV4_RESPONSE << 24:
            raise AssertionError(f"not a DHCPV4-RESPONSE without flags: {octets.hex()}")
        payload = options6(inner[4:])[_DHCPV4_MESSAGE]
        frame = Frame(source_mac=b"", target_mac=b"", source=source, target="::", source_port=port,
                      target_port=_CLIENT_PORT6, payload=payload)
        return Received(Message.decode(payload), frame)

    def unwrapped(self, octets: bytes) -> bytes:
        return octets


class RelayedCarriedClient(CarriedClient):
    """Behind a relay with this link address and interface-id ("": none)."""

    def __init__(self, namespace: Namespace, interface: str, link: str, interface_id: str = "") -> None:
        super().__init__(namespace, interface, _SERVER_PORT6)
        self._head = ipaddress.IPv6Address(link).packed + ipaddress.IPv6Address("fe80::4:6").packed
        self._id = option6(_INTERFACE_ID, interface_id.encode()) if interface_id else b""

    def send_octets(self, octets: bytes) -> None:
        super().send_octets(bytes([_RELAY_FORWARD, 0]) + self._head + self._id + option6(_RELAY_MESSAGE, octets))

    def unwrapped(self, octets: bytes) -> bytes:
        if octets[:34] != bytes([_RELAY_REPLY, 0]) + self._head:
            raise AssertionError(f"not this relay's: {octets.hex()}")
        options = options6(octets[34:])
        if option6(_INTERFACE_ID, options.get(_INTERFACE_ID, b"")) != (self._id or option6(_INTERFACE_ID, b"")):
            raise AssertionError(f"another interface-id than this relay's: {octets.hex()}")
        return options[_RELAY_MESSAGE]


def _index(namespace: Namespace, interface: str) -> int:
    return int(namespace.ip("-oneline", "link", "show", "dev", interface).partition(":")[0])
