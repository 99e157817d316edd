"""What messages and stored leases of either family say to the ledger: who asked, who got what, who gave it back.

A holder is what leases belong to: in DHCPv4 a client, in DHCPv6 an IA of a client. A unit is what is leased: an
address, or a prefix as "2001:db8::/56".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from live.support.packet import Message, Option, Type, address_text
from live.support.packet6 import Ia, Message6, Option6, Type6


@dataclass(frozen=True)
class Asked:
    """A message whose answer grants leases."""

    holder: str
    xid: int
    seconds: int  # the lifetime asked for; 0: none
    anew: bool = True  # what its answer does not grant is given up; else it is still owed


@dataclass(frozen=True)
class Granted:
    """An ACK's part for one holder."""

    holder: str
    xid: int
    seconds: dict[str, int]  # lifetimes of the units


@dataclass(frozen=True)
class Returned:
    """By the client."""

    holder: str
    unit: str


@singledispatch
def read(message: object) -> list[Asked | Granted | Returned]:
    """Nothing for messages that promise and change nothing."""
    raise TypeError(f"no DHCP message: {message!r}")


@read.register
def _read4(message: Message) -> list[Asked | Granted | Returned]:
    # One address per client: whoever captures several subnets gives the clients of each their own names.
    holder = message.client
    if message.op == 2:
        granted = message.type is Type.ACK and message.yiaddr != "0.0.0.0"
        return [Granted(holder, message.xid, {message.yiaddr: message.lease_seconds})] if granted else []
    match message.type:
        case Type.REQUEST:
            return [Asked(holder, message.xid, message.lease_seconds)]
        case Type.RELEASE:
            return [Returned(holder, message.ciaddr)]
        case Type.DECLINE:
            return [Returned(holder, address_text(message.options.get(Option.REQUESTED_ADDRESS, bytes(4))))]
    return []


@read.register
def _read6(message: Message6) -> list[Asked | Granted | Returned]:
    """A lifetime of 0 in a REPLY gives nothing back: what was promised before is owed until then, whoever asks."""
    match message.type:
        case Type6.REPLY:
            return [Granted(_holder6(message, ia), message.xid, {unit.text: unit.valid for unit in ia.granted})
                    for ia in message.ias if ia.granted]
        case Type6.REQUEST | Type6.RENEW | Type6.REBIND:
            anew = message.type is Type6.REQUEST
            return [Asked(_holder6(message, ia), message.xid, _seconds6(ia), anew) for ia in message.ias]
        case Type6.SOLICIT if Option6.RAPID_COMMIT in message.options:
            return [Asked(_holder6(message, ia), message.xid, _seconds6(ia)) for ia in message.ias]
        case Type6.RELEASE | Type6.DECLINE:
            return [Returned(_holder6(message, ia), unit.text) for ia in message.ias for unit in ia.units]
    return []


def _holder6(message: Message6, ia: Ia) -> str:
    return f"{ia.name} {ia.iaid} of {message.client}"


def _seconds6(ia: Ia) -> int:
    """The least that it asks for."""
    return min((unit.valid for unit in ia.units if unit.valid), default=0)


def holder_of(lease: dict[str, Any]) -> str:
    """Of a lease as lease4-get and lease6-get show it."""
    if "duid" in lease:
        return f"{lease['type']} {lease['iaid']} of duid {lease['duid']}"
    identifier = lease.get("client-id")
    return f"id {identifier}" if identifier else f"hw {lease['hw-address']}"


def unit_of(lease: dict[str, Any]) -> str:
    is_prefix = lease.get("type") == "IA_PD"
    return f"{lease['ip-address']}/{lease['prefix-len']}" if is_prefix else str(lease["ip-address"])
