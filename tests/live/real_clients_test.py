"""The DHCP clients people have against the real server: a lease, its renewal, rebinding, release, a restart."""

from __future__ import annotations

import ipaddress
import signal
import unittest
from typing import Any

from live.support.capture import Capture
from live.support.case import SERVER_ADDRESS, OneLinkTest
from live.support.packet import Message, Type
from live.support.real_client import Dhclient, Dhcpcd, RealClient, Udhcpc
from live.support.server import STARTED
from live.support.waiting import eventually

RELEASED = 3


class _Story(OneLinkTest):
    """One client's life; the classes below say whose."""

    kind: type[RealClient]
    # Clients that take T1 and T2 from the server renew by themselves within seconds.
    lifetimes: dict[str, Any] = {"valid_lifetime": 60, "renew_timer": 2, "rebind_timer": 4, "cache_threshold": 0.0}

    def ask_to_renew(self, client: RealClient) -> None:
        """Nothing to do for a client that honours T1."""

    def bound(self) -> tuple[RealClient, str]:
        self.start(**self.lifetimes)
        client = self.real_client(self.kind, self.client_side)
        client.start()
        address = client.wait_bound()
        self.assertIn(ipaddress.IPv4Address(address), ipaddress.IPv4Network("10.77.0.0/24"))
        return client, address

    def test_lease_renewal_and_release(self) -> None:
        client, address = self.bound()
        lease = self.subject.control.lease(address)
        self.assertIsNotNone(lease)
        self.assertEqual(lease["hw-address"], self.client_side.mac("eth0").hex(":"))
        self.assertEqual((lease["state"], lease["subnet-id"], lease["valid-lft"]),
                         (0, 1, self.lifetimes["valid_lifetime"]))

        self.ask_to_renew(client)
        self.assertEqual(client.wait_renewed(), address)
        eventually(lambda: self.subject.control.lease(address)["cltt"] > lease["cltt"], "the renewal is stored")

        client.release()
        eventually(lambda: self.subject.control.lease(address)["state"] == RELEASED, "the release is stored")

    def test_rebinding_when_the_server_cannot_be_reached_by_unicast(self) -> None:
        client, address = self.bound()
        capture = Capture(self.client_side, "eth0", self.folder)
        self.addCleanup(capture.end)
        # Unicast frames go astray from here on: to a hardware address that nobody has.
        self.client_side.ip("neighbour", "replace", SERVER_ADDRESS, "lladdr", "02:00:00:00:de:ad", "dev", "eth0",
                            "nud", "permanent")
        self.ask_to_renew(client)
        eventually(lambda: self.rebindings(capture, address), "a broadcast renewal is answered",
                   client.program.output)
        eventually(lambda: client.count(client.renewed + client.rebound) > 0, "the client takes the answer")
        self.assertEqual(client.events()[-1][1], address)

    @staticmethod
    def rebindings(capture: Capture, address: str) -> set[int]:
        """The transactions so far in which a bound client asked all servers and was acknowledged."""
        asked, acknowledged = set(), set()
        for _, frame in capture.frames_so_far():
            message = Message.decode(frame.payload)
            if message.type is Type.REQUEST and message.ciaddr == address and frame.target == "255.255.255.255":
                asked.add(message.xid)
            elif message.type is Type.ACK:
                acknowledged.add(message.xid)
        return asked & acknowledged

    def test_a_restart_of_the_server_keeps_the_lease(self) -> None:
        client, address = self.bound()
        before = self.subject.control.lease(address)
        self.assertEqual(self.subject.stop(), 0)
        renewals = client.count(client.renewed + client.rebound)
        self.subject.start()
        kept = self.subject.control.lease(address)
        self.assertEqual({**kept, "cltt": 0}, {**before, "cltt": 0})
        self.ask_to_renew(client)
        eventually(lambda: client.count(client.renewed + client.rebound) > renewals, "the client renews afterwards")
        self.assertEqual(client.events()[-1][1], address)
        self.assertEqual(self.subject.log().count(STARTED), 2)


class UdhcpcTest(_Story):
    """BusyBox's client ignores T1 and T2, and renews when told to."""

    kind = Udhcpc
    lifetimes = {"valid_lifetime": 16, "cache_threshold": 0.0}

    def ask_to_renew(self, client: RealClient) -> None:
        client.program.send_signal(signal.SIGUSR1)


class DhclientTest(_Story):
    """ISC's client."""

    kind = Dhclient


class DhcpcdTest(_Story):
    """dhcpcd."""

    kind = Dhcpcd


def load_tests(loader: unittest.TestLoader, _: object, __: object) -> unittest.TestSuite:
    """Leaves out the story itself, which has no client."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (UdhcpcTest, DhclientTest, DhcpcdTest))
