"""Routes to delegated prefixes in the kernel's table: set with the lease, carrying traffic, kept through restarts and
interfaces that go down, removed with the lease; through the relay where there is one."""

from __future__ import annotations

import json
import socket
import unittest
from typing import Any

from live.support.case import LiveTest
from live.support.case6 import DELEGATED6, NETWORK6, OneLink6Test, POOL6, quick_to_use, subnet6, wait_for_link_local
from live.support.namespace import Namespace, connect
from live.support.process import Program
from live.support.real_client6 import Dhclient6
from live.support.waiting import eventually

PROTOCOL = "147"
INSTALL = {"install": True}
LIFETIMES: dict[str, Any] = {"valid_lifetime": 60, "preferred_lifetime": 40, "renew_timer": 2, "rebind_timer": 4}
RECEIVE_SECONDS = 20.0


def routes(namespace: Namespace, table: str = "main") -> dict[str, dict[str, Any]]:
    """Those of the server, by destination. A table without routes is unknown to `ip`."""
    text = namespace.ip("-6", "-N", "-json", "route", "show", "table", "all", "proto", PROTOCOL) or "[]"
    number = {"main": "254"}.get(table, table)
    return {route["dst"]: route for route in json.loads(text) if route.get("table", "254") in (table, number)}


def datagram(namespace: Namespace, address: str = "::") -> socket.socket:
    made = namespace.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    made.bind((address, 0))
    made.settimeout(RECEIVE_SECONDS)
    return made


class _Routes(LiveTest):
    def passes(self, sender: Namespace, receiver: Namespace, address: str) -> None:
        """A datagram from the one to the other's address, and its answer."""
        with datagram(sender) as here, datagram(receiver, address) as there:
            here.sendto(b"to the prefix", (address, there.getsockname()[1]))
            octets, source = there.recvfrom(100)
            there.sendto(octets, source)
            self.assertEqual(here.recvfrom(100)[0], b"to the prefix")

    def prefix(self) -> str | None:
        """Of the client's lease."""
        leases = [lease for lease in self.subject.control.leases() if lease["type"] == "IA_PD" and lease["state"] == 0]
        return f"{leases[0]['ip-address']}/{leases[0]['prefix-len']}" if leases else None

    def status(self) -> dict[str, Any]:
        return self.subject.control.do("status-get")["prefix-routes"]


class OnTheLinkTest(_Routes, OneLink6Test):
    """The client's router is on the server's link."""

    def begin(self, prefix_routes: dict[str, Any]) -> tuple[Dhclient6, str]:
        self.start(prefix_routes=prefix_routes, **LIFETIMES)
        client = self.real_client(Dhclient6, self.client_side)
        client.start()
        client.wait_bound()
        return client, eventually(self.prefix, "the prefix is leased", self.subject.log)

    def wait_route(self, prefix: str, table: str = "main") -> dict[str, Any]:
        return eventually(lambda: routes(self.server_side, table).get(prefix), f"a route to {prefix}", self.subject.log)

    def wait_gone(self, prefix: str, table: str = "main") -> None:
        eventually(lambda: prefix not in routes(self.server_side, table), f"no route to {prefix}", self.subject.log)

    def test_a_route_lives_as_long_as_its_lease(self) -> None:
        client, prefix = self.begin(INSTALL)
        route = self.wait_route(prefix)
        self.assertEqual((route["gateway"], route["dev"], route["metric"]),
                         (self.client_side.link_local("eth0"), "lan", 1024))
        inside = prefix.partition("/")[0] + "1"
        self.client_side.ip("address", "add", f"{inside}/128", "dev", "lo", "nodad")
        self.client_side.ip("-6", "route", "add", NETWORK6, "dev", "eth0")
        self.passes(self.server_side, self.client_side, inside)
        status = self.status()
        self.assertEqual((status["wanted"], status["installed"], status["refusals"]), (1, 1, 0))
        client.release()
        self.wait_gone(prefix)

    def test_a_restart_puts_back_what_is_missing_and_removes_what_is_stale(self) -> None:
        _, prefix = self.begin(INSTALL)
        route = self.wait_route(prefix)
        self.assertEqual(self.subject.stop(), 0)
        self.assertIn(prefix, routes(self.server_side), "traffic goes on while the server is away")
        self.server_side.ip("-6", "route", "del", prefix, "proto", PROTOCOL)
        stale, foreign = "2001:db8:f00f:ff00::/56", "2001:db8:f00f:fe00::/56"
        self.server_side.ip("-6", "route", "add", stale, "dev", "lan", "proto", PROTOCOL)
        self.server_side.ip("-6", "route", "add", foreign, "dev", "lan", "proto", "static")
        self.subject.start()
        self.assertEqual(self.wait_route(prefix)["gateway"], route["gateway"])
        self.wait_gone(stale)
        self.assertIn(foreign, self.server_side.ip("-6", "route", "show"))

    def test_a_route_comes_back_with_its_interface(self) -> None:
        _, prefix = self.begin(INSTALL)
        self.wait_route(prefix)
        self.server_side.ip("link", "set", "dev", "lan", "down")
        eventually(lambda: self.status()["without-interface"] == 1, "the interface is missed", self.subject.log)
        self.assertNotIn(prefix, routes(self.server_side))
        self.server_side.ip("link", "set", "dev", "lan", "up")
        self.wait_route(prefix)

    def test_reconfiguration_moves_and_removes_routes(self) -> None:
        _, prefix = self.begin({"install": True, "table": 100, "metric": 50})
        self.assertEqual(self.wait_route(prefix, "100")["metric"], 50)
        self.assertEqual(routes(self.server_side), {})

        def set_to(**keys: Any) -> None:
            self.subject.control.do("config-set", self.subject.configuration(**self.keys(**LIFETIMES, **keys)))

        set_to(prefix_routes=INSTALL)
        self.wait_route(prefix)
        self.wait_gone(prefix, "100")
        without_pool = [subnet6(1, NETWORK6, POOL6, interface="lan")]
        set_to(prefix_routes=INSTALL, subnet6=without_pool)
        self.wait_gone(prefix)
        set_to(prefix_routes=INSTALL)
        self.wait_route(prefix)
        set_to()
        self.wait_gone(prefix)

    def test_the_end_of_a_lease_ends_its_route(self) -> None:
        self.start(prefix_routes=INSTALL, valid_lifetime=6, preferred_lifetime=4,
                   expired_leases_processing={"reclaim-timer-wait-time": 1})
        client = self.real_client(Dhclient6, self.client_side)
        client.start()
        client.wait_bound()
        prefix = eventually(self.prefix, "the prefix is leased", self.subject.log)
        self.wait_route(prefix)
        client.program.end()
        self.wait_gone(prefix)

    def test_without_the_right_to_it_the_log_says_what_to_do(self) -> None:
        """Leases are given all the same."""
        self.subject.wrapper = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"]
        _, prefix = self.begin(INSTALL)
        self.subject.wait_log("DHCP6_PREFIX_ROUTE_REFUSED")
        self.assertIn("CAP_NET_ADMIN", self.subject.log())
        self.assertEqual(routes(self.server_side), {})
        status = self.status()
        self.assertEqual((status["wanted"], status["installed"], status["refused"]), (1, 0, 1))
        self.assertIn(prefix, status["last-error"])


class BehindARelayTest(_Routes):
    """The client's router is behind a relay (ISC's), which is the next hop."""

    def test_the_relay_is_the_next_hop(self) -> None:
        self.server_side, relay_side, client_side = map(self.namespace, ("server", "relay", "client"))
        for side in (self.server_side, relay_side, client_side):
            quick_to_use(side, "default")
        connect(self.server_side, "lan", relay_side, "uplink")
        connect(relay_side, "clients", client_side, "eth0")
        self.server_side.ip("address", "add", "2001:db8:77::1/64", "dev", "lan", "nodad")
        relay_side.ip("address", "add", "2001:db8:77::2/64", "dev", "uplink", "nodad")
        relay_side.ip("address", "add", "2001:db8:99::1/64", "dev", "clients", "nodad")
        relay_side.set_sysctl("net.ipv6.conf.all.forwarding", "1")
        for side, interface in ((relay_side, "uplink"), (relay_side, "clients"), (client_side, "eth0")):
            wait_for_link_local(side, interface)
        self.subject = self.server(self.server_side, 6)
        pools = {"pd-pools": [{"prefix": DELEGATED6, "prefix-len": 44, "delegated-len": 56}]}
        self.subject.configure(
            interfaces_config={"interfaces": ["lan"]}, **LIFETIMES,
            subnet6=[subnet6(2, "2001:db8:99::/64", "2001:db8:99::10-2001:db8:99::20", **pools,
                             **{"prefix-routes": INSTALL})])
        self.subject.start()
        relay = Program(relay_side.inside("dhcrelay", "-6", "-d", "--no-pid", "-l", "clients", "-u", "uplink"),
                        self.folder / "relay")
        self.addCleanup(relay.end)
        client = self.real_client(Dhclient6, client_side)
        client.start()
        client.wait_bound()
        prefix = eventually(self.prefix, "the prefix is leased", self.subject.log)
        route = eventually(lambda: routes(self.server_side).get(prefix), f"a route to {prefix}", self.subject.log)
        self.assertEqual(route["dev"], "lan")
        self.assertIn(route["gateway"], ("2001:db8:77::2", relay_side.link_local("uplink")))
        inside = prefix.partition("/")[0] + "1"
        client_side.ip("address", "add", f"{inside}/128", "dev", "lo", "nodad")
        client_side.ip("-6", "route", "add", "default", "via", "2001:db8:99::1", "dev", "eth0", "onlink")
        relay_side.ip("-6", "route", "add", prefix, "via", client_side.link_local("eth0"), "dev", "clients")
        self.passes(self.server_side, client_side, inside)
        client.release()
        eventually(lambda: prefix not in routes(self.server_side), "the route is gone", self.subject.log)


def load_tests(loader: unittest.TestLoader, *_: object) -> unittest.TestSuite:
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (OnTheLinkTest, BehindARelayTest))


if __name__ == "__main__":
    unittest.main()
