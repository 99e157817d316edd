"""DHCPv4 messages as tests write and read them; the frames that carry them are in frame.py, DHCPv6 is in packet6.py.

Written from RFC 2131, 2132 and 3396 and sharing no code with the server, so that a misreading there is seen here.
"""

from __future__ import annotations

import enum
import ipaddress
import struct
from dataclasses import dataclass, field

COOKIE = bytes.fromhex("63825363")
BROADCAST_FLAG = 0x8000
SERVER_PORT, CLIENT_PORT = 67, 68


class Type(enum.IntEnum):
    """Option 53."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    DECLINE = 4
    ACK = 5
    NAK = 6
    RELEASE = 7
    INFORM = 8


_ANSWERS = {
    Type.DISCOVER: {Type.OFFER},
    Type.REQUEST: {Type.ACK, Type.NAK},
    Type.INFORM: {Type.ACK},
}


class Option(enum.IntEnum):
    """The options that the tests name."""

    SUBNET_MASK = 1
    ROUTERS = 3
    DNS_SERVERS = 6
    HOST_NAME = 12
    REQUESTED_ADDRESS = 50
    LEASE_TIME = 51
    OVERLOAD = 52
    MESSAGE_TYPE = 53
    SERVER_ID = 54
    PARAMETER_LIST = 55
    T1 = 58
    T2 = 59
    CLIENT_ID = 61
    RAPID_COMMIT = 80
    RELAY_INFORMATION = 82


def address_bytes(text: str) -> bytes:
    return ipaddress.IPv4Address(text).packed


def address_text(packed: bytes) -> str:
    return str(ipaddress.IPv4Address(packed))


def colons(octets: bytes) -> str:
    return octets.hex(":")


_FIXED = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")


@dataclass
class Message:
    """One message; `options` holds each code once, long values joined (RFC 3396)."""

    op: int = 1
    xid: int = 0
    secs: int = 0
    flags: int = 0
    hops: int = 0
    ciaddr: str = "0.0.0.0"
    yiaddr: str = "0.0.0.0"
    siaddr: str = "0.0.0.0"
    giaddr: str = "0.0.0.0"
    chaddr: bytes = b""
    sname: bytes = b""
    file: bytes = b""
    options: dict[int, bytes] = field(default_factory=dict)

    @property
    def type(self) -> Type:
        return Type(self.options[Option.MESSAGE_TYPE][0])

    @property
    def answers(self) -> set[Type]:
        """The types that answer this message."""
        if self.type is Type.DISCOVER and Option.RAPID_COMMIT in self.options:
            return {Type.OFFER, Type.ACK}
        return _ANSWERS[self.type]

    @property
    def lease_seconds(self) -> int:
        return int.from_bytes(self.options.get(Option.LEASE_TIME, b""), "big")

    @property
    def server_id(self) -> str:
        return address_text(self.options[Option.SERVER_ID])

    @property
    def client(self) -> str:
        """Who this is about: the client identifier, else the hardware address."""
        identifier = self.options.get(Option.CLIENT_ID)
        return f"id {colons(identifier)}" if identifier else f"hw {colons(self.chaddr)}"

    def encode(self) -> bytes:
        fixed = _FIXED.pack(
            self.op, 1, len(self.chaddr), self.hops, self.xid, self.secs, self.flags,
            address_bytes(self.ciaddr), address_bytes(self.yiaddr),
            address_bytes(self.siaddr), address_bytes(self.giaddr),
            self.chaddr, self.sname, self.file,
        )
        return fixed + COOKIE + b"".join(_pieces(code, value) for code, value in self.options.items()) + b"\xff"

    @staticmethod
    def decode(octets: bytes) -> Message:
        """@raise ValueError: not a DHCP message."""
        if len(octets) < _FIXED.size + 4 or octets[_FIXED.size:_FIXED.size + 4] != COOKIE:
            raise ValueError("no DHCP message")
        (op, _, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file) = (
            _FIXED.unpack_from(octets))
        options: dict[int, bytes] = {}
        _collect(octets[_FIXED.size + 4:], options)
        overload = options.get(Option.OVERLOAD, b"\0")[0]
        if overload & 1:
            _collect(file, options)
        if overload & 2:
            _collect(sname, options)
        return Message(
            op=op, xid=xid, secs=secs, flags=flags, hops=hops,
            ciaddr=address_text(ciaddr), yiaddr=address_text(yiaddr),
            siaddr=address_text(siaddr), giaddr=address_text(giaddr),
            chaddr=chaddr[:hlen], sname=sname.rstrip(b"\0"), file=file.rstrip(b"\0"), options=options,
        )


def _pieces(code: int, value: bytes) -> bytes:
    starts = range(0, max(len(value), 1), 255)
    return b"".join(bytes([code, len(value[at:at + 255])]) + value[at:at + 255] for at in starts)


def _collect(octets: bytes, options: dict[int, bytes]) -> None:
    at = 0
    while at < len(octets) and octets[at] != 255:
        if octets[at] == 0:
            at += 1
            continue
        if at + 2 > len(octets) or at + 2 + octets[at + 1] > len(octets):
            raise ValueError("an option is cut off")
        size = octets[at + 1]
        options[octets[at]] = options.get(octets[at], b"") + octets[at + 2:at + 2 + size]
        at += 2 + size


def relay_information(**suboptions: bytes) -> bytes:
    """Option 82 from circuit_id, remote_id, link_selection (RFC 3046, 3527), in that order."""
    codes = {"circuit_id": 1, "remote_id": 2, "link_selection": 5}
    return b"".join(bytes([codes[name], len(value)]) + value for name, value in suboptions.items())
