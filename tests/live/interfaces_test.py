"""Interfaces that come, go and get their address while the server runs."""

from __future__ import annotations

from live.support.case import NETWORK, POOL, SERVER_ADDRESS, LiveTest
from live.support.client import hardware_address
from live.support.namespace import Namespace, connect
from live.support.server import Server, subnet


class InterfacesTest(LiveTest):
    """A server that is started before its network is there."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side = self.namespace("server")
        self.client_side = self.namespace("client")

    def started(self, *interfaces: str) -> Server:
        server = self.server(self.server_side)
        server.configure(interfaces_config={"interfaces": list(interfaces)}, subnet4=[subnet(1, NETWORK, POOL)])
        server.start()
        return server

    def plug(self, name: str, far: Namespace | None = None) -> None:
        connect(self.server_side, name, far or self.client_side, "eth0")

    def give_address(self, name: str) -> None:
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS}/24", "dev", name)

    def assert_serves(self, number: int) -> None:
        self.assertEqual(self.direct_client(self.client_side).lease(hardware_address(number)).server_id,
                         SERVER_ADDRESS)

    def test_an_interface_that_appears_and_gets_its_address_is_served(self) -> None:
        server = self.started("lan")
        server.wait_log("DHCP4_NO_SOCKETS_OPEN")
        self.plug("lan")
        self.give_address("lan")
        self.assert_serves(1)

    def test_an_interface_that_gets_its_address_after_the_start_is_served(self) -> None:
        self.plug("lan")
        self.started("lan")
        self.give_address("lan")
        self.assert_serves(1)

    def test_an_interface_that_vanishes_and_returns_is_served_again(self) -> None:
        self.plug("lan")
        self.give_address("lan")
        server = self.started("lan")
        self.assert_serves(1)
        self.server_side.ip("link", "delete", "lan")
        server.wait_log("DHCP4_CLOSE_SOCKET")
        self.assertTrue(server.control.answers())
        self.plug("lan")
        self.give_address("lan")
        self.assert_serves(2)

    def test_an_interface_that_goes_down_and_up_is_served_again(self) -> None:
        self.plug("lan")
        self.give_address("lan")
        server = self.started("lan")
        self.assert_serves(1)
        self.server_side.ip("link", "set", "lan", "down")
        server.wait_log("DHCP4_CLOSE_SOCKET")
        self.server_side.ip("link", "set", "lan", "up")
        self.assert_serves(2)

    def test_a_star_serves_what_comes_later(self) -> None:
        self.started("*")
        self.plug("anything")
        self.give_address("anything")
        self.assert_serves(1)
