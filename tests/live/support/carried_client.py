"""Clients whose DHCPv4 messages travel in DHCPv6 ones (RFC 7341), on the link or behind a DHCPv6 relay.

Written from RFC 7341 and 8415 and sharing no code with the server.
"""

from __future__ import annotations

from live.support.client import Dialogue4
from live.support.exchange import UdpExchange
from live.support.namespace import Namespace
from live.support.packet import Message
from live.support.packet6 import (
    CLIENT_PORT6, SERVER_PORT6, SERVERS_GROUP, Message6, Option6, Relay, Type6, option6,
)

_UNICAST = 1 << 23


class CarriedClient(UdpExchange):
    """Any number of clients on one interface, or behind one relay."""

    dialogue = Dialogue4()

    def __init__(self, namespace: Namespace, interface: str, port: int = CLIENT_PORT6,
                 relays: tuple[Relay, ...] = ()) -> None:
        """@param relays  around each answer"""
        super().__init__(namespace, ("::", port), (SERVERS_GROUP, SERVER_PORT6, 0, namespace.index(interface)),
                         self._carried)
        self._relays = list(relays)

    def send(self, message: Message) -> None:
        self.send_query(option6(Option6.DHCPV4_MESSAGE, message.encode()),
                        _UNICAST if message.ciaddr != "0.0.0.0" else 0)

    def send_query(self, options: bytes, flags: int = 0) -> None:
        """DHCPV4-QUERY with these options. Its flags stand where others have their transaction id."""
        self.send_octets(Message6(Type6.DHCPV4_QUERY, flags).encode() + options)

    def _carried(self, octets: bytes) -> Message:
        around = Message6.decode(octets)
        if around.type is not Type6.DHCPV4_RESPONSE or around.xid != 0:
            raise AssertionError(f"not a DHCPV4-RESPONSE without flags: {octets.hex()}")
        if around.relays != self._relays:
            raise AssertionError(f"not this relay's, or with another interface-id: {around.relays}")
        return Message.decode(around.options[Option6.DHCPV4_MESSAGE])


class RelayedCarriedClient(CarriedClient):
    """Behind a relay with this link address and interface-id ("": none)."""

    def __init__(self, namespace: Namespace, interface: str, link: str, interface_id: str = "") -> None:
        where = (0, link, "fe80::4:6", interface_id.encode())
        super().__init__(namespace, interface, SERVER_PORT6, (Relay(Type6.RELAY_REPL, *where),))
        self._forward = Relay(Type6.RELAY_FORW, *where)

    def send_octets(self, payload: bytes) -> None:
        super().send_octets(self._forward.around(payload))
