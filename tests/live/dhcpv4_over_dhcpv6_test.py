"""RFC 7341: DHCPv4 for clients that have only IPv6 around them, in one process with DHCPv6."""

from __future__ import annotations

import json
import unittest
from typing import Any

from live.support.carried_client import CarriedClient, RelayedCarriedClient
from live.support.case import LiveTest
from live.support.case6 import quick_to_use, subnet6, wait_for_link_local
from live.support.client import hardware_address, query
from live.support.ctl import ControlSocket
from live.support.namespace import connect
from live.support.packet import Option, Type, address_bytes
from live.support.packet6 import Option6, option6
from live.support.server import STARTED, STARTED6
from live.support.waiting import eventually

SERVER_ID = "192.0.0.1"


class CarriedTest(LiveTest):
    """A server without an IPv4 address on its link: subnet 1 for clients there, 2 and 3 for those behind a relay."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side, self.client_side = self.namespace("server"), self.namespace("client")
        for side in (self.server_side, self.client_side):
            quick_to_use(side, "default")
        connect(self.server_side, "lan", self.client_side, "eth0")
        wait_for_link_local(self.client_side, "eth0")
        self.subject = self.server(self.server_side)
        self.control6 = ControlSocket(self.subject.folder / "run" / "control6.sock", 6)

    def start(self, port4: int = 6767, port6: int = 6767) -> None:
        v4 = self.subject.configuration(
            interfaces_config={"interfaces": []}, dhcp4o6_port=port4,
            option_data=[{"name": "dhcp-server-identifier", "data": SERVER_ID}],
            subnet4=[self.subnet(1, **{"4o6-interface": "lan"}),
                     self.subnet(2, **{"4o6-subnet": "2001:db8:2::/64"}),
                     self.subnet(3, **{"4o6-interface-id": "port 3"})])
        v6 = {"interfaces-config": {"interfaces": ["lan"]}, "dhcp4o6-port": port6,
              "lease-database": {"type": "memory"},
              "control-sockets": [{"socket-type": "unix", "socket-name": str(self.control6.path)}],
              "subnet6": [subnet6(1, "2001:db8:77::/64", "2001:db8:77::/64", interface="lan")]}
        self.subject.configuration_path.write_text(json.dumps({**v4, "Dhcp6": v6}))
        words = (STARTED, STARTED6, "DHCP6_OPEN_SOCKET")
        before = {word: self.subject.log().count(word) for word in words}
        self.subject.launch()
        for word in words:
            self.subject.wait_log(word, before[word] + 1)

    @staticmethod
    def subnet(number: int, **keys: Any) -> dict[str, Any]:
        return {"id": number, "subnet": f"10.{number}.0.0/24",
                "pools": [{"pool": f"10.{number}.0.10 - 10.{number}.0.99"}], **keys}

    def client(self, kind: type[CarriedClient] = CarriedClient, *arguments: str) -> CarriedClient:
        client = kind(self.client_side, "eth0", *arguments)
        self.addCleanup(client.close)
        return client

    def statistic(self, control: ControlSocket, name: str) -> int:
        return int(control.do("statistic-get", {"name": name})[name][0][0])

    def test_a_client_leases_renews_and_releases_an_ipv4_address(self) -> None:
        self.start()
        client = self.client()
        chaddr = hardware_address(1)
        lease = client.lease(chaddr)
        self.assertRegex(lease.yiaddr, r"^10\.1\.0\.")
        self.assertEqual(lease.server_id, SERVER_ID)
        stored = self.subject.control.lease(lease.yiaddr)
        self.assertEqual((stored["hw-address"], stored["subnet-id"]), (chaddr.hex(":"), 1))
        renewal = query(Type.REQUEST, chaddr, ciaddr=lease.yiaddr)
        self.assertEqual(client.ask(renewal).message.yiaddr, lease.yiaddr)
        release = query(Type.RELEASE, chaddr, ciaddr=lease.yiaddr)
        release.options[Option.SERVER_ID] = address_bytes(SERVER_ID)
        client.send(release)
        eventually(lambda: self.subject.control.lease(lease.yiaddr)["state"] == 3, "the release is stored",
                   self.subject.log)
        self.assertEqual(self.statistic(self.control6, "pkt6-dhcpv4-query-received"), 4)
        self.assertEqual(self.statistic(self.control6, "pkt6-dhcpv4-response-sent"), 3)
        self.assertEqual(self.statistic(self.subject.control, "pkt4-received"), 4)
        self.assertEqual(self.statistic(self.subject.control, "pkt4-ack-sent"), 2)

    def test_the_relay_chooses_the_subnet(self) -> None:
        self.start()
        of_link = self.client(RelayedCarriedClient, "2001:db8:2::1")
        self.assertRegex(of_link.lease(hardware_address(2)).yiaddr, r"^10\.2\.0\.")
        of_link.close()
        of_port = self.client(RelayedCarriedClient, "2001:db8:2::1", "port 3")
        self.assertRegex(of_port.lease(hardware_address(3)).yiaddr, r"^10\.3\.0\.")

    def test_what_carries_none_or_two_is_dropped_and_harms_nobody(self) -> None:
        self.start()
        client = self.client()

        def dhcpv4(octets: bytes) -> bytes:
            return option6(Option6.DHCPV4_MESSAGE, octets)

        discover = query(Type.DISCOVER, hardware_address(4)).encode()
        for options in (b"", dhcpv4(discover) * 2, dhcpv4(b"\1"), dhcpv4(b"")):
            client.send_query(options)
        client.lease(hardware_address(5))
        self.assertEqual(self.statistic(self.control6, "pkt6-rfc-violation"), 2)
        self.assertEqual(self.statistic(self.subject.control, "pkt4-parse-failed"), 2)

    def test_switched_off_it_says_where(self) -> None:
        for ports, family in (((0, 6767), "Dhcp4"), ((6767, 0), "Dhcp6")):
            self.start(*ports)
            dropped = self.statistic(self.control6, "pkt6-service-disabled")
            client = self.client()
            client.send(query(Type.DISCOVER, hardware_address(6)))
            client.close()
            eventually(lambda: self.statistic(self.control6, "pkt6-service-disabled") > dropped, "it is dropped")
            self.assertEqual(self.statistic(self.subject.control, "pkt4-received"), 0, family)
            self.subject.stop()


if __name__ == "__main__":
    unittest.main()
