"""DHCPv6 messages, relayed ones too, as tests write and read them.

Written from RFC 8415 and sharing no code with the server, so that a misreading there is seen here.
"""

from __future__ import annotations

import enum
import ipaddress
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from live.support.packet import colons

SERVER_PORT6, CLIENT_PORT6 = 547, 546
SERVERS_GROUP = "ff02::1:2"


class Type6(enum.IntEnum):
    """Of messages (RFC 8415 7.3)."""

    SOLICIT = 1
    ADVERTISE = 2
    REQUEST = 3
    CONFIRM = 4
    RENEW = 5
    REBIND = 6
    REPLY = 7
    RELEASE = 8
    DECLINE = 9
    RECONFIGURE = 10
    INFORMATION_REQUEST = 11
    RELAY_FORW = 12
    RELAY_REPL = 13
    DHCPV4_QUERY = 20
    DHCPV4_RESPONSE = 21


class Option6(enum.IntEnum):
    """The options that the tests name."""

    CLIENT_ID = 1
    SERVER_ID = 2
    IA_NA = 3
    IA_ADDRESS = 5
    REQUESTED = 6
    ELAPSED_TIME = 8
    RELAY_MESSAGE = 9
    AUTHENTICATION = 11
    STATUS_CODE = 13
    RAPID_COMMIT = 14
    INTERFACE_ID = 18
    RECONFIGURE_MESSAGE = 19
    RECONFIGURE_ACCEPT = 20
    DNS_SERVERS = 23
    IA_PD = 25
    IA_PREFIX = 26
    DHCPV4_MESSAGE = 87


class Status(enum.IntEnum):
    """Status codes (RFC 8415 21.13)."""

    SUCCESS = 0
    UNSPEC_FAIL = 1
    NO_ADDRS_AVAIL = 2
    NO_BINDING = 3
    NOT_ON_LINK = 4
    USE_MULTICAST = 5
    NO_PREFIX_AVAIL = 6


_RELAYED = (Type6.RELAY_FORW, Type6.RELAY_REPL)
_IA_NAMES = {Option6.IA_NA: "IA_NA", Option6.IA_PD: "IA_PD"}  # as lease6-get names them


@dataclass
class Unit:
    """An address ("2001:db8::1") or a delegated prefix ("2001:db8::/56") with its lifetimes in seconds."""

    text: str
    preferred: int = 0
    valid: int = 0

    def encode(self) -> bytes:
        address, _, length = self.text.partition("/")
        packed = ipaddress.IPv6Address(address).packed
        if length:
            return option6(Option6.IA_PREFIX, struct.pack("!IIB", self.preferred, self.valid, int(length)) + packed)
        return option6(Option6.IA_ADDRESS, packed + struct.pack("!II", self.preferred, self.valid))

    @staticmethod
    def decode(code: int, value: bytes) -> Unit:
        if code == Option6.IA_ADDRESS:
            _least(value, 24)
            return Unit(str(ipaddress.IPv6Address(value[:16])), *struct.unpack_from("!II", value, 16))
        _least(value, 25)
        preferred, valid, length = struct.unpack_from("!IIB", value)
        return Unit(f"{ipaddress.IPv6Address(value[9:25])}/{length}", preferred, valid)


@dataclass
class Ia:
    """What a client has of one kind under one number, or what it is told of it."""

    kind: Option6  # IA_NA or IA_PD
    iaid: int = 1
    units: list[Unit] = field(default_factory=list)
    status: Status = Status.SUCCESS
    t1: int = 0
    t2: int = 0

    @property
    def name(self) -> str:
        return _IA_NAMES[self.kind]

    @property
    def granted(self) -> list[Unit]:
        """What may be used: a lifetime of 0 takes a unit away."""
        return [unit for unit in self.units if unit.valid > 0]

    def encode(self) -> bytes:
        status = option6(Option6.STATUS_CODE, struct.pack("!H", self.status)) if self.status else b""
        return option6(self.kind, struct.pack("!III", self.iaid, self.t1, self.t2)
                       + b"".join(unit.encode() for unit in self.units) + status)

    @staticmethod
    def decode(kind: Option6, value: bytes) -> Ia:
        _least(value, 12)
        iaid, t1, t2 = struct.unpack_from("!III", value)
        made = Ia(kind, iaid, t1=t1, t2=t2)
        for code, inner in options6(value[12:]):
            if code in (Option6.IA_ADDRESS, Option6.IA_PREFIX):
                made.units.append(Unit.decode(code, inner))
            elif code == Option6.STATUS_CODE:
                made.status = _status(inner)
        return made


def ia_of(unit: str, preferred: int = 0, valid: int = 0, iaid: int = 1) -> Ia:
    """The IA with this one address or prefix."""
    return Ia(Option6.IA_PD if "/" in unit else Option6.IA_NA, iaid, [Unit(unit, preferred, valid)])


@dataclass
class Relay:
    """The header that one relay put around a message."""

    type: Type6
    hops: int
    link: str
    peer: str
    interface_id: bytes = b""

    def around(self, message: bytes) -> bytes:
        interface = option6(Option6.INTERFACE_ID, self.interface_id) if self.interface_id else b""
        return (bytes([self.type, self.hops]) + ipaddress.IPv6Address(self.link).packed
                + ipaddress.IPv6Address(self.peer).packed + interface + option6(Option6.RELAY_MESSAGE, message))


@dataclass
class Message6:
    """A client's or the server's message. `options` has each code once; IAs stand in `ias`, in their order."""

    type: Type6
    xid: int = 0
    options: dict[int, bytes] = field(default_factory=dict)
    ias: list[Ia] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=list)  # the outermost first; only what was received has some

    @property
    def answers(self) -> set[Type6]:
        """The types that answer this message."""
        return {Type6.ADVERTISE, Type6.REPLY} if self.type is Type6.SOLICIT else {Type6.REPLY}

    @property
    def duid(self) -> bytes:
        return self.options.get(Option6.CLIENT_ID, b"")

    @property
    def client(self) -> str:
        return f"duid {colons(self.duid)}"

    @property
    def status(self) -> Status:
        """Of the message; its IAs have their own."""
        return _status(self.options.get(Option6.STATUS_CODE, b"\0\0"))

    @property
    def units(self) -> list[str]:
        """All that it lets its reader use."""
        return [unit.text for ia in self.ias for unit in ia.granted]

    def encode(self) -> bytes:
        """Without its relays."""
        return (bytes([self.type]) + self.xid.to_bytes(3, "big")
                + b"".join(option6(code, value) for code, value in self.options.items())
                + b"".join(ia.encode() for ia in self.ias))

    @staticmethod
    def decode(octets: bytes) -> Message6:
        """The message inside all its relays. @raise ValueError: not a DHCPv6 message."""
        relays = []
        while octets and octets[0] in _RELAYED:
            _least(octets, 34)
            inner = dict(options6(octets[34:]))
            if Option6.RELAY_MESSAGE not in inner:
                raise ValueError("a relayed message without a message")
            relays.append(Relay(Type6(octets[0]), octets[1], str(ipaddress.IPv6Address(octets[2:18])),
                                str(ipaddress.IPv6Address(octets[18:34])), inner.get(Option6.INTERFACE_ID, b"")))
            octets = inner[Option6.RELAY_MESSAGE]
        _least(octets, 4)
        made = Message6(Type6(octets[0]), int.from_bytes(octets[1:4], "big"), relays=relays)
        for code, value in options6(octets[4:]):
            if code in _IA_NAMES:
                made.ias.append(Ia.decode(Option6(code), value))
            else:
                made.options[code] = value
        return made


def option6(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


def options6(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(octets):
        _least(octets, at + 4)
        code, size = struct.unpack_from("!HH", octets, at)
        _least(octets, at + 4 + size)
        yield code, octets[at + 4:at + 4 + size]
        at += 4 + size


def _status(value: bytes) -> Status:
    _least(value, 2)
    return Status(int.from_bytes(value[:2], "big"))


def _least(octets: bytes, size: int) -> None:
    if len(octets) < size:
        raise ValueError("a message or an option is cut off")
