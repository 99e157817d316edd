"""DHCPv6 through a real relay (ISC's): the subnet of the link behind it, renewals and releases past it."""

from __future__ import annotations

import ipaddress
import unittest

from live.support.case import LiveTest
from live.support.case6 import quick_to_use, subnet6, wait_for_link_local
from live.support.namespace import connect
from live.support.process import Program
from live.support.real_client6 import Dhclient6
from live.support.waiting import eventually

BEHIND = "2001:db8:99::/64"


class RelayedClientTest(LiveTest):
    """A server whose own link has a subnet too, and a client behind a relay that sends to the servers' group."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side, self.relay_side, self.client_side = map(self.namespace, ("server", "relay", "client"))
        for side in (self.server_side, self.relay_side, self.client_side):
            quick_to_use(side, "default")
        connect(self.server_side, "lan", self.relay_side, "uplink")
        connect(self.relay_side, "clients", self.client_side, "eth0")
        self.server_side.ip("address", "add", "2001:db8:77::1/64", "dev", "lan", "nodad")
        self.relay_side.ip("address", "add", "2001:db8:77::2/64", "dev", "uplink", "nodad")
        self.relay_side.ip("address", "add", "2001:db8:99::1/64", "dev", "clients", "nodad")
        for side, interface in ((self.relay_side, "uplink"), (self.relay_side, "clients"), (self.client_side, "eth0")):
            wait_for_link_local(side, interface)
        self.subject = self.server(self.server_side, 6)

    def test_a_lease_of_the_link_behind_the_relay(self) -> None:
        pools = {"pd-pools": [{"prefix": "2001:db8:f000::", "prefix-len": 44, "delegated-len": 56}]}
        self.subject.configure(
            interfaces_config={"interfaces": ["lan"]}, valid_lifetime=60, preferred_lifetime=40, renew_timer=2,
            rebind_timer=4, cache_threshold=0.0,
            subnet6=[subnet6(1, "2001:db8:77::/64", "2001:db8:77::10-2001:db8:77::20", interface="lan"),
                     subnet6(2, BEHIND, "2001:db8:99::10-2001:db8:99::20", **pools)])
        self.subject.start()
        relay = Program(self.relay_side.inside("dhcrelay", "-6", "-d", "--no-pid", "-l", "clients", "-u", "uplink"),
                        self.folder / "relay")
        self.addCleanup(relay.end)
        client = self.real_client(Dhclient6, self.client_side)
        client.start()
        address = client.wait_bound()
        self.assertIn(ipaddress.IPv6Address(address), ipaddress.IPv6Network(BEHIND))
        lease = self.subject.control.lease(address)
        self.assertEqual(lease["subnet-id"], 2)
        kinds = {lease["type"] for lease in self.subject.control.leases()}
        self.assertEqual(kinds, {"IA_NA", "IA_PD"})
        eventually(lambda: self.subject.control.lease(address)["cltt"] > lease["cltt"], "the renewal is stored",
                   self.subject.log)
        client.release()
        eventually(lambda: {lease["state"] for lease in self.subject.control.leases()} == {3},
                   "both releases are stored", self.subject.log)


if __name__ == "__main__":
    unittest.main()
