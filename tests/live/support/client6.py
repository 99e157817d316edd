"""DHCPv6 clients written by the tests: they send exactly the messages they are told to.

`LinkClients6` are on the server's link, `RelayedClients6` behind one relay. Real clients are in real_client6.py.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Sequence

from live.support.exchange import Dialogue, Held, UdpExchange, Verdict, hardware_address
from live.support.namespace import Namespace
from live.support.packet6 import (
    CLIENT_PORT6, SERVER_PORT6, SERVERS_GROUP, Ia, Message6, Option6, Relay, Type6, Unit, ia_of,
)

_DUID_LL_OF_ETHERNET = bytes.fromhex("00030001")
_REBINDS_ONE_IN = 8
NA, PD = Option6.IA_NA, Option6.IA_PD


def duid(number: int) -> bytes:
    """Client `number`'s, of its hardware address."""
    return _DUID_LL_OF_ETHERNET + hardware_address(number)


def query6(kind: Type6, who: bytes, ias: Sequence[Ia] = (), xid: int | None = None,
           server_id: bytes | None = None) -> Message6:
    """A client's message with the options every client sends."""
    message = Message6(kind, random.getrandbits(24) if xid is None else xid, {Option6.CLIENT_ID: who}, list(ias))
    if server_id is not None:
        message.options[Option6.SERVER_ID] = server_id
    message.options[Option6.ELAPSED_TIME] = b"\0\0"
    return message


def request_of6(offer: Message6, seconds: int | None = None) -> Message6:
    """The REQUEST for all that was advertised (RFC 8415 18.2.2)."""
    ias = [Ia(ia.kind, ia.iaid, [_wished(unit.text, seconds) for unit in ia.granted]) for ia in offer.ias]
    return query6(Type6.REQUEST, offer.duid, ias, offer.xid, offer.options[Option6.SERVER_ID])


def _wished(unit: str, seconds: int | None) -> Unit:
    return Unit(unit, (seconds or 0) * 5 // 8, seconds or 0)


def _link_local(who: bytes) -> str:
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(8) + who[-6:]))


class Dialogue6(Dialogue):
    """SOLICIT, ADVERTISE, REQUEST, REPLY; a client is its DUID. Of four clients one wants an address, one a prefix,
    and two want both; one renewal of eight is a REBIND, as if RENEW had met silence."""

    xid_bits = 24

    def who(self, number: int) -> bytes:
        return duid(number)

    def discover(self, who: bytes, xid: int | None = None, seconds: int | None = None) -> Message6:
        """RFC 8415 has no place for a lifetime without an address: `seconds` is asked for with REQUEST."""
        kinds = ((NA, PD), (NA,), (NA, PD), (PD,))[who[-1] % 4]
        return query6(Type6.SOLICIT, who, [Ia(kind) for kind in kinds], xid)

    def request(self, offer: Message6, seconds: int | None = None) -> Message6:
        return request_of6(offer, seconds)

    def renew(self, who: bytes, held: Held, xid: int | None = None, seconds: int | None = None) -> Message6:
        ias = [Ia(PD if "/" in unit else NA, 1, [_wished(unit, seconds)]) for unit in held.units]
        message = query6(Type6.RENEW, who, ias, xid, held.server_id)
        if message.xid % _REBINDS_ONE_IN == 0:
            message.type = Type6.REBIND
            del message.options[Option6.SERVER_ID]
        return message

    def release(self, who: bytes, held: Held, xid: int | None = None) -> Message6:
        return query6(Type6.RELEASE, who, [ia_of(unit) for unit in held.units], xid, held.server_id)

    def verdict(self, asked: Message6, answer: Message6) -> Verdict | None:
        """An ACK gives something in each IA, and to who renews what it named."""
        if asked.duid != answer.duid or answer.type not in asked.answers:
            return None
        given = {(ia.kind, ia.iaid): {unit.text for unit in ia.granted} for ia in answer.ias}
        whole = all(given.get((ia.kind, ia.iaid)) for ia in asked.ias)
        if answer.type is Type6.ADVERTISE:
            return Verdict.OFFER if whole else None
        if asked.type in (Type6.RENEW, Type6.REBIND):
            whole = all({unit.text for unit in ia.units} <= given.get((ia.kind, ia.iaid), set()) for ia in asked.ias)
        return Verdict.ACK if whole else Verdict.NAK

    def held(self, ack: Message6) -> Held:
        return Held(tuple(ack.units), ack.options[Option6.SERVER_ID])


class LinkClients6(UdpExchange):
    """Any number of clients on one interface; they share its link-local address."""

    dialogue = Dialogue6()

    def __init__(self, namespace: Namespace, interface: str) -> None:
        scope = namespace.index(interface)
        super().__init__(namespace, (namespace.link_local(interface), CLIENT_PORT6, 0, scope),
                         (SERVERS_GROUP, SERVER_PORT6, 0, scope), Message6.decode)


class RelayedClients6(UdpExchange):
    """Clients behind one relay agent, whose address chooses their subnet."""

    dialogue = Dialogue6()

    def __init__(self, namespace: Namespace, address: str, server: str, interface_id: bytes = b"") -> None:
        super().__init__(namespace, (address, SERVER_PORT6), (server, SERVER_PORT6), Message6.decode)
        self._interface_id = interface_id

    def send(self, message: Message6) -> None:
        relay = Relay(Type6.RELAY_FORW, 0, self.address, _link_local(message.duid), self._interface_id)
        self.send_octets(relay.around(message.encode()))
