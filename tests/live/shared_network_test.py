"""A shared network behind two relays: addresses where one is free, by circuit, by class, and across reloads."""

from __future__ import annotations

from typing import Any

from live.support.case import SERVER_ADDRESS, RoutedTest
from live.support.client import RelayedClients, hardware_address, query
from live.support.packet import Option, Type, address_bytes, relay_information
from live.support.server import subnet

EAST, WEST, NORTH = "10.88.0.1", "10.99.0.1", "10.66.0.1"


class SharedNetworkTest(RoutedTest):
    """Two subnets of one link, each with its relay's address, and a third subnet on its own."""

    def setUp(self) -> None:
        super().setUp()
        for address in (EAST, WEST, NORTH):
            self.relay_side.ip("address", "add", f"{address}/24", "dev", "lo")
            self.route(f"{address}/32")

    def relay(self, giaddr: str, circuit: bytes = b"") -> RelayedClients:
        return self.relayed_clients(self.relay_side, giaddr, SERVER_ADDRESS, circuit_id=circuit)

    def start(self, east: dict[str, Any] | None = None, west: dict[str, Any] | None = None, **keys: Any) -> None:
        self.subject.configure(**self.keys(east or {}, west or {}, **keys))
        self.subject.start()

    @staticmethod
    def keys(east: dict[str, Any], west: dict[str, Any], **keys: Any) -> dict[str, Any]:
        subnets = [{**subnet(1, "10.88.0.0/24", "10.88.0.10 - 10.88.0.11"), **east},
                   {**subnet(2, "10.99.0.0/24", "10.99.0.10 - 10.99.0.19"), **west}]
        return {"interfaces_config": {"interfaces": ["lan"]}, "authoritative": True,
                "shared_networks": [{"name": "street", "subnet4": subnets}],
                "subnet4": [subnet(3, "10.66.0.0/24", "10.66.0.10 - 10.66.0.19")], **keys}

    def test_the_next_subnet_of_the_link_when_the_first_is_full(self) -> None:
        self.start()
        east = self.relay(EAST)
        addresses = [east.lease(hardware_address(number)).yiaddr for number in range(4)]
        self.assertEqual({address.rsplit(".", 1)[0] for address in addresses[:2]}, {"10.88.0"})
        self.assertEqual({address.rsplit(".", 1)[0] for address in addresses[2:]}, {"10.99.0"})
        self.assertEqual(self.subject.control.lease(addresses[3])["subnet-id"], 2)
        # A client keeps its address, whichever relay of the link it is heard through; on another link it does not.
        reboot = query(Type.REQUEST, hardware_address(0))
        reboot.options[Option.REQUESTED_ADDRESS] = bytes(int(part) for part in addresses[0].split("."))
        self.assertIs(self.relay(WEST).ask(reboot).message.type, Type.ACK)
        self.assertIs(self.relay(NORTH).ask(reboot).message.type, Type.NAK)

    def test_an_address_by_circuit_whatever_device_is_there(self) -> None:
        hosts = [{"circuit-id": "'port/7'", "ip-address": "10.99.0.200"}]
        self.start(west={"reservations": hosts}, host_reservation_identifiers=["circuit-id", "hw-address"])
        east = self.relay(EAST, b"port/7")
        self.assertEqual(east.lease(hardware_address(1)).yiaddr, "10.99.0.200")
        elsewhere = self.relay(WEST, b"port/8")
        self.assertNotEqual(elsewhere.lease(hardware_address(2)).yiaddr, "10.99.0.200")

    def test_a_subnet_for_known_clients_only(self) -> None:
        known = hardware_address(1)
        self.start(east={"client-classes": ["KNOWN"]}, reservations_global=True,
                   early_global_reservations_lookup=True, reservations=[{"hw-address": known.hex(":"), "hostname": "till"}])
        east = self.relay(EAST)
        self.assertTrue(east.lease(known).yiaddr.startswith("10.88.0."))
        self.assertTrue(self.relay(WEST).lease(hardware_address(2)).yiaddr.startswith("10.99.0."))
        unknown = query(Type.DISCOVER, hardware_address(2))
        self.assertEqual(east.answers_before(unknown, lambda: query(Type.DISCOVER, known)), [])

    def test_a_prefix_that_changes_its_id_is_named_with_the_leases_it_orphans(self) -> None:
        self.start()
        address = self.relay(NORTH).lease(hardware_address(1)).yiaddr
        renumbered = self.keys({}, {})
        renumbered["subnet4"] = [subnet(33, "10.66.0.0/24", "10.66.0.10 - 10.66.0.19")]
        self.subject.configure(**renumbered)
        answer = self.subject.control.ask("config-reload")
        self.assertEqual(answer["result"], 0, answer)
        self.assertRegex(answer["text"], r"10\.66\.0\.0/24.*\b3\b.*\b33\b")
        self.subject.wait_log("10.66.0.0/24")
        self.assertEqual(self.subject.control.lease(address)["subnet-id"], 3)

    def test_relay_information_of_the_lease_stands_in_at_a_renewal(self) -> None:
        self.start(store_extended_info=True, stash_agent_options=True, cache_threshold=0.0,
                   client_classes=[{"name": "upstairs", "test": "relay4[1].hex == 'upstairs'",
                                    "option-data": [{"name": "log-servers", "data": "10.77.0.9", "always-send": True}]}])
        relay = self.relay(NORTH)
        relay.information = relay_information(circuit_id=b"upstairs", remote_id=b"sw1")
        client = hardware_address(1)
        first = relay.lease(client)
        self.assertEqual(first.options[7], address_bytes("10.77.0.9"))
        self.relay_side.ip("address", "add", f"{first.yiaddr}/32", "dev", "lo")
        self.route(f"{first.yiaddr}/32")
        renewal = query(Type.REQUEST, client, ciaddr=first.yiaddr)
        ack = self.bound_client(self.relay_side, first.yiaddr).ask(renewal).message
        self.assertIs(ack.type, Type.ACK)
        self.assertEqual(ack.options[7], address_bytes("10.77.0.9"))
        self.assertNotIn(Option.RELAY_INFORMATION, ack.options)
