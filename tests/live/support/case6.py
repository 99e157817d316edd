"""Scenes for DHCPv6: see case.py for the parts they are built from."""

from __future__ import annotations

from typing import Any, ClassVar

from live.support.case import LiveTest
from live.support.client6 import LinkClients6, RelayedClients6
from live.support.namespace import Namespace, connect
from live.support.server import Server
from live.support.waiting import eventually

SERVER_ADDRESS6 = "2001:db8:77::1"
NETWORK6 = "2001:db8:77::/64"
POOL6 = "2001:db8:77::1000 - 2001:db8:77::1fff"
DELEGATED6 = "2001:db8:f000::"


def subnet6(number: int, network: str, pool: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "subnet": network, "pools": [{"pool": pool}], **more}


def quick_to_use(namespace: Namespace, interface: str) -> None:
    """Nobody else is on the cables of these tests: addresses need no second of duplicate detection."""
    namespace.set_sysctl(f"net.ipv6.conf.{interface}.accept_dad", "0")


def wait_for_link_local(namespace: Namespace, interface: str) -> None:
    """Clients that find none at their start end at once."""
    eventually(lambda: "fe80::" in namespace.ip("-6", "address", "show", "dev", interface, "scope", "link",
                                                "-tentative"), f"{interface} has a link-local address")


class Over6:
    """Before OneRelayTest and what is made of it: the same scene with DHCPv6, and pools of about 2000 addresses and as
    many prefixes."""

    family: ClassVar[int] = 6
    relay_address = "2001:db8:88::1"
    first_address = "2001:db8:88::1000"
    last_address: ClassVar[str] = "2001:db8:88::17cf"
    delegated_from: ClassVar[int] = 45  # bits: 2048 prefixes

    def namespace(self, role: str) -> Namespace:
        created: Namespace = super().namespace(role)  # type: ignore[misc]
        quick_to_use(created, "default")
        return created

    def make_wire(self: Any) -> RelayedClients6:
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS6}/64", "dev", "lan", "nodad")
        self.relay_side.ip("address", "add", "2001:db8:77::2/64", "dev", "uplink", "nodad")
        self.relay_side.ip("address", "add", f"{self.relay_address}/64", "dev", "lo", "nodad")
        self.server_side.ip("-6", "route", "add", "2001:db8:88::/64", "via", "2001:db8:77::2")
        wire = RelayedClients6(self.relay_side, self.relay_address, SERVER_ADDRESS6, b"port 7")
        self.addCleanup(wire.close)
        return wire

    def keys(self, **keys: Any) -> dict[str, Any]:
        """Every renewal is written; clients may ask for a lifetime from 1 s on."""
        pools = {"pd-pools": [{"prefix": DELEGATED6, "prefix-len": self.delegated_from, "delegated-len": 56}]}
        return {"interfaces_config": {"interfaces": ["lan"]}, "cache_threshold": 0.0,
                "min_valid_lifetime": 1, "max_valid_lifetime": 3600,
                "subnet6": [subnet6(1, "2001:db8:88::/64", f"{self.first_address} - {self.last_address}", **pools)],
                **keys}


class OneLink6Test(LiveTest):
    """A server and clients on one link: addresses of NETWORK6 and prefixes of /56 out of DELEGATED6/44."""

    family = 6

    def setUp(self) -> None:
        super().setUp()
        self.server_side = self.namespace("server")
        self.client_side = self.namespace("client")
        for side in (self.server_side, self.client_side):
            quick_to_use(side, "default")
        connect(self.server_side, "lan", self.client_side, "eth0")
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS6}/64", "dev", "lan", "nodad")
        wait_for_link_local(self.client_side, "eth0")
        self.subject = self.server(self.server_side)

    def link_clients(self) -> LinkClients6:
        clients = LinkClients6(self.client_side, "eth0")
        self.addCleanup(clients.close)
        return clients

    def start(self, **keys: Any) -> None:
        self.subject.configure(**self.keys(**keys))
        self.subject.start()

    @staticmethod
    def keys(**keys: Any) -> dict[str, Any]:
        pools = {"pd-pools": [{"prefix": DELEGATED6, "prefix-len": 44, "delegated-len": 56}]}
        return {"interfaces_config": {"interfaces": ["lan"]},
                "subnet6": [subnet6(1, NETWORK6, POOL6, interface="lan", **pools)], **keys}

    @staticmethod
    def of_type(server: Server, kind: str) -> list[dict[str, Any]]:
        """The server's leases of one type, IA_NA or IA_PD."""
        return [lease for lease in server.control.leases() if lease["type"] == kind]
