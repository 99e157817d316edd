"""Clients behind relay agents: two of them side by side, option 82, and a relay program people use."""

from __future__ import annotations

from live.support.case import SERVER_ADDRESS, RoutedTest
from live.support.client import RelayedClients, hardware_address, query
from live.support.namespace import connect
from live.support.packet import Option, Type, address_bytes, relay_information
from live.support.process import Program
from live.support.real_client import Udhcpc
from live.support.server import subnet


class RelayTest(RoutedTest):
    """East and west are subnets behind relays."""

    def setUp(self) -> None:
        super().setUp()
        for network in ("10.88.0.0/24", "10.99.0.0/24"):
            self.route(network)
        self.subject.configure(
            interfaces_config={"interfaces": ["lan"]}, authoritative=True,
            subnet4=[subnet(1, "10.88.0.0/24", "10.88.0.100 - 10.88.0.199"),
                     subnet(2, "10.99.0.0/24", "10.99.0.100 - 10.99.0.199")])
        self.subject.start()

    def two_relays(self) -> tuple[RelayedClients, RelayedClients]:
        for address in ("10.88.0.1/24", "10.99.0.1/24"):
            self.relay_side.ip("address", "add", address, "dev", "lo")
        return (self.relayed_clients(self.relay_side, "10.88.0.1", SERVER_ADDRESS, circuit_id=b"east/1"),
                self.relayed_clients(self.relay_side, "10.99.0.1", SERVER_ADDRESS, circuit_id=b"west/2"))

    def test_two_relays_have_their_own_subnets_and_get_option_82_back(self) -> None:
        east, west = self.two_relays()
        for number, (relay, network, subnet_id) in enumerate(((east, "10.88.0.", 1), (west, "10.99.0.", 2))):
            with self.subTest(giaddr=relay.address):
                ack = relay.lease(hardware_address(number))
                self.assertTrue(ack.yiaddr.startswith(network), ack.yiaddr)
                self.assertEqual(ack.giaddr, relay.address)
                self.assertEqual(ack.options[Option.RELAY_INFORMATION], relay.information)
                self.assertEqual(self.subject.control.lease(ack.yiaddr)["subnet-id"], subnet_id)

    def test_a_client_that_moves_to_another_relay_is_refused_its_old_address(self) -> None:
        east, west = self.two_relays()
        client = hardware_address(7)
        reboot = query(Type.REQUEST, client)
        reboot.options[Option.REQUESTED_ADDRESS] = address_bytes(east.lease(client).yiaddr)
        self.assertIs(west.ask(reboot).message.type, Type.NAK)

    def test_link_selection_chooses_the_subnet_and_the_answer_goes_to_giaddr(self) -> None:
        relay = self.relayed_clients(self.relay_side, "10.77.0.2", SERVER_ADDRESS)
        relay.information = relay_information(circuit_id=b"x", link_selection=bytes([10, 99, 0, 0]))
        ack = relay.lease(hardware_address(1))
        self.assertTrue(ack.yiaddr.startswith("10.99.0."), ack.yiaddr)
        self.assertEqual(ack.giaddr, "10.77.0.2")

    def test_a_client_behind_the_isc_relay(self) -> None:
        client_side = self.namespace("client")
        connect(self.relay_side, "downlink", client_side, "eth0")
        self.relay_side.ip("address", "add", "10.88.0.1/24", "dev", "downlink")
        self.relay_side.set_sysctl("net.ipv4.ip_forward", "1")
        relay = Program(
            self.relay_side.inside("dhcrelay", "-4", "-d", "-a", "--no-pid", "-id", "downlink", "-iu", "uplink",
                                   SERVER_ADDRESS),
            self.folder / "dhcrelay.output")
        self.addCleanup(relay.end)
        client = self.real_client(Udhcpc, client_side)
        client.start()
        address = client.wait_bound()
        lease = self.subject.control.lease(address)
        self.assertEqual((lease["subnet-id"], lease["hw-address"]), (1, client_side.mac("eth0").hex(":")))
