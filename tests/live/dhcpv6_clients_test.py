"""The DHCPv6 clients people have against the real server: an address and a prefix, their renewal, a server that is
replaced, release, and a client that moves to another link."""

from __future__ import annotations

import ipaddress
import unittest
from typing import Any

from live.support.case6 import DELEGATED6, NETWORK6, OneLink6Test, subnet6
from live.support.real_client6 import Dhclient6, Dhcp6c, Dhcpcd6, RealClient6
from live.support.waiting import eventually

ASSIGNED, RELEASED = 0, 3


class _Story(OneLink6Test):
    """One client's life; the classes below say whose."""

    kind: type[RealClient6]
    lifetimes: dict[str, Any] = {"valid_lifetime": 60, "preferred_lifetime": 40, "renew_timer": 2, "rebind_timer": 4,
                                 "cache_threshold": 0.0}

    def leases(self) -> dict[str, dict[str, Any]]:
        """By type, once both are there."""
        found = {lease["type"]: lease for lease in self.subject.control.leases()}
        return found if set(found) == {"IA_NA", "IA_PD"} else {}

    def bound(self) -> tuple[RealClient6, dict[str, dict[str, Any]]]:
        self.start(**self.lifetimes)
        client = self.real_client(self.kind, self.client_side)
        client.start()
        client.wait_bound()
        leases = eventually(self.leases, "an address and a prefix are leased", self.subject.log)
        address = leases["IA_NA"]["ip-address"]
        self.assertIn(ipaddress.IPv6Address(address), ipaddress.IPv6Network(NETWORK6))
        eventually(lambda: address in client.addresses(), "the client uses its address", client.program.output)
        prefix = ipaddress.IPv6Network(f"{leases['IA_PD']['ip-address']}/{leases['IA_PD']['prefix-len']}")
        self.assertTrue(prefix.subnet_of(ipaddress.IPv6Network(f"{DELEGATED6}/44")), prefix)
        self.assertEqual(prefix.prefixlen, 56)
        return client, leases

    def test_lease_renewal_and_release(self) -> None:
        client, leases = self.bound()
        self.assertEqual({lease["duid"] for lease in leases.values()}, {leases["IA_NA"]["duid"]})
        for lease in leases.values():
            self.assertEqual((lease["state"], lease["valid-lft"], lease["preferred-lft"]), (ASSIGNED, 60, 40))

        def renewed() -> bool:
            now = self.leases()
            return all(now[kind]["cltt"] > leases[kind]["cltt"] for kind in now)

        eventually(renewed, "both renewals are stored", self.subject.log)
        now = self.leases()
        self.assertEqual({kind: lease["ip-address"] for kind, lease in now.items()},
                         {kind: lease["ip-address"] for kind, lease in leases.items()})
        client.release()
        eventually(lambda: {lease["state"] for lease in self.subject.control.leases()} == {RELEASED},
                   "both releases are stored", self.subject.log)

    def test_rebinding_at_a_second_server(self) -> None:
        client, leases = self.bound()
        self.assertEqual(self.subject.stop(), 0)
        second = self.server(self.server_side, 6)  # another folder, so another DUID and no leases
        second.configure(**self.keys(**self.lifetimes))
        second.start()
        address = leases["IA_NA"]["ip-address"]
        eventually(lambda: second.control.lease(address), "the second server leases the same address", second.log)
        self.assertIn(address, client.addresses())


class Dhclient6Test(_Story):
    kind = Dhclient6

    def test_a_client_that_comes_to_another_link_gets_another_address(self) -> None:
        """It asks with CONFIRM (RFC 8415 18.2.3) for what it remembers, and hears NotOnLink."""
        client, leases = self.bound()
        old = leases["IA_NA"]["ip-address"]
        client.program.stop()
        other = "2001:db8:88::/64"
        self.subject.control.do("config-set", self.subject.configuration(**self.keys(
            **self.lifetimes, subnet6=[subnet6(2, other, "2001:db8:88::10-2001:db8:88::20", interface="lan")])))
        again = Dhclient6(self.client_side, "eth0", self.folder / "Dhclient6")
        self.addCleanup(again.end)
        again.start()

        def moved() -> str | None:
            return next((address for address in again.addresses()
                         if ipaddress.IPv6Address(address) in ipaddress.IPv6Network(other)), None)

        self.assertNotEqual(eventually(moved, "an address of the other link", self.subject.log), old)


class Dhcpcd6Test(_Story):
    kind = Dhcpcd6


class Dhcp6cTest(_Story):
    kind = Dhcp6c


def load_tests(loader: unittest.TestLoader, *_: object) -> unittest.TestSuite:
    """_Story itself is no test."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case)
                              for case in (Dhclient6Test, Dhcpcd6Test, Dhcp6cTest))


if __name__ == "__main__":
    unittest.main()
