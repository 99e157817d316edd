"""Reservations and client classes as operators use them: three real clients, each its own way, on one link."""

from __future__ import annotations

import ipaddress
import signal
from typing import Any

from live.support.case import NETWORK, POOL, SERVER_ADDRESS, LiveTest, OneLinkTest
from live.support.client import hardware_address, query, request_of
from live.support.namespace import Namespace, connect
from live.support.packet import Message, Option, Type, address_bytes
from live.support.real_client import Dhclient, Dhcpcd, Udhcpc
from live.support.server import subnet
from live.support.waiting import eventually

ANNA, BERT, CARA = hardware_address(1), hardware_address(2), hardware_address(3)
VENDOR_CLASS, ROUTES, FQDN, V6_ONLY, PORTAL, LOG_SERVERS = 60, 121, 81, 108, 114, 7


def reservation(chaddr: bytes, address: str | None = None, **more: Any) -> dict[str, Any]:
    host = {"hw-address": chaddr.hex(":"), **{name.replace("_", "-"): value for name, value in more.items()}}
    return {**host, "ip-address": address} if address else host


class ThreeClientsTest(LiveTest):
    """udhcpc, dhclient and dhcpcd on one bridge: each says who it is, and gets what is meant for it."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side = self.namespace("server")
        self.server_side.ip("link", "add", "lan", "type", "bridge")
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS}/24", "dev", "lan")
        self.server_side.ip("link", "set", "lan", "up")
        self.subject = self.server(self.server_side)

    def plugged_in(self, number: int) -> Namespace:
        client_side = self.namespace(f"client{number}")
        connect(self.server_side, f"port{number}", client_side, "eth0")
        self.server_side.ip("link", "set", "dev", f"port{number}", "master", "lan")
        return client_side

    def test_pools_by_vendor_class_and_an_address_by_hardware_address(self) -> None:
        busybox, isc, roy = (self.plugged_in(number) for number in range(3))
        network = {
            "id": 1, "subnet": NETWORK,
            "pools": [{"pool": "10.77.0.10 - 10.77.0.19", "client-classes": ["busybox"]},
                      {"pool": "10.77.0.20 - 10.77.0.29", "client-classes": ["dhcpcd"]},
                      {"pool": "10.77.0.30 - 10.77.0.39", "client-classes": ["others"]}],
            "reservations": [reservation(isc.mac("eth0"), "10.77.0.200", hostname="isc")],
        }
        self.subject.configure(
            interfaces_config={"interfaces": ["lan"]}, ddns_qualifying_suffix="example.net",
            client_classes=[
                {"name": "busybox", "test": "substring(option[60].text, 0, 5) == 'udhcp'"},
                {"name": "dhcpcd", "test": "substring(option[60].text, 0, 6) == 'dhcpcd'"},
                {"name": "others", "test": "not (member('busybox') or member('dhcpcd'))"}],
            subnet4=[network])
        self.subject.start()
        expected = ((Udhcpc, busybox, range(10, 20)), (Dhclient, isc, range(200, 201)), (Dhcpcd, roy, range(20, 30)))
        clients = [self.real_client(kind, side) for kind, side, _ in expected]
        for client in clients:
            client.start()
        for client, (kind, side, places) in zip(clients, expected):
            with self.subTest(kind.__name__):
                address = client.wait_bound()
                self.assertIn(int(ipaddress.IPv4Address(address)) & 255, places)
                self.assertEqual(self.subject.control.lease(address)["hw-address"], side.mac("eth0").hex(":"))
        self.assertEqual(self.subject.control.lease("10.77.0.200")["hostname"], "isc.example.net")

    def test_a_client_that_is_newly_reserved_moves_at_its_next_renewal(self) -> None:
        side = self.plugged_in(0)
        keys: dict[str, Any] = {"interfaces_config": {"interfaces": ["lan"]}, "authoritative": True}
        self.subject.configure(**keys, subnet4=[subnet(1, NETWORK, POOL)])
        self.subject.start()
        client = self.real_client(Udhcpc, side)
        client.start()
        first = client.wait_bound()
        self.assertNotEqual(first, "10.77.0.5")
        self.subject.configure(
            **keys, subnet4=[subnet(1, NETWORK, POOL, reservations=[reservation(side.mac("eth0"), "10.77.0.5")])])
        self.subject.control.do("config-reload")
        client.program.send_signal(signal.SIGUSR1)  # asks for a renewal, is refused it, and starts again
        eventually(lambda: ("bound", "10.77.0.5") in client.events(), "the client moves to its reserved address",
                   client.program.output)
        eventually(lambda: (self.subject.control.lease(first) or {"state": 3})["state"] != 0,
                   "its old address is free for others")


class HostsTest(OneLinkTest):
    """What a reservation gives, and to whom else it gives nothing."""

    def setUp(self) -> None:
        super().setUp()
        self.wire = self.direct_client(self.client_side)

    def test_a_reserved_address_of_the_pool_is_nobody_elses(self) -> None:
        self.start(subnet4=[subnet(1, NETWORK, "10.77.0.100 - 10.77.0.102",
                                   reservations=[reservation(ANNA, "10.77.0.100")])])
        others = {self.wire.lease(hardware_address(number)).yiaddr for number in range(10, 12)}
        self.assertEqual(others, {"10.77.0.101", "10.77.0.102"})
        full = self.wire.answers_before(query(Type.DISCOVER, CARA), lambda: query(Type.DISCOVER, ANNA))
        self.assertEqual(full, [])
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.100")

    def test_asking_for_somebody_elses_reserved_address_is_refused(self) -> None:
        self.start(subnet4=[subnet(1, NETWORK, POOL, reservations=[reservation(ANNA, "10.77.0.150")])])
        offer = self.wire.ask(query(Type.DISCOVER, BERT)).message
        request = request_of(offer, BERT)
        request.options[Option.REQUESTED_ADDRESS] = address_bytes("10.77.0.150")
        self.assertIs(self.wire.ask(request).message.type, Type.NAK)

    def test_options_boot_fields_and_classes_of_a_host(self) -> None:
        self.start(
            client_classes=[{"name": "lab", "option-data": [{"name": "log-servers", "data": "10.77.0.9"}]}],
            option_data=[{"name": "domain-name-servers", "data": "10.77.0.2"}],
            next_server="10.77.0.3",
            subnet4=[subnet(1, NETWORK, POOL, reservations=[reservation(
                ANNA, hostname="anna", next_server="10.77.0.4", boot_file_name="anna.img", client_classes=["lab"],
                option_data=[{"name": "domain-name-servers", "data": "10.77.0.5"}])])])
        discover = query(Type.DISCOVER, ANNA)
        discover.options[Option.PARAMETER_LIST] = bytes([Option.DNS_SERVERS, LOG_SERVERS, Option.HOST_NAME])
        for chaddr, dns, siaddr, file, log_servers, name in (
                (ANNA, "10.77.0.5", "10.77.0.4", b"anna.img", address_bytes("10.77.0.9"), b"anna"),
                (BERT, "10.77.0.2", "10.77.0.3", b"", None, None)):
            with self.subTest(chaddr.hex()):
                asked = query(Type.DISCOVER, chaddr)
                asked.options[Option.PARAMETER_LIST] = discover.options[Option.PARAMETER_LIST]
                offer = self.wire.ask(asked).message
                self.assertEqual(offer.options[Option.DNS_SERVERS], address_bytes(dns))
                self.assertEqual((offer.siaddr, offer.file.rstrip(b"\0")), (siaddr, file))
                self.assertEqual(offer.options.get(LOG_SERVERS), log_servers)
                self.assertEqual(offer.options.get(Option.HOST_NAME), name)

    def test_a_bad_reservation_is_left_out_when_the_operator_wants_that(self) -> None:
        hosts = [reservation(ANNA, "10.77.0.5"), reservation(BERT, "10.78.0.5")]
        configuration = self.keys(subnet4=[subnet(1, NETWORK, POOL, reservations=hosts)])
        self.subject.configure(**configuration)
        code, text = self.subject.run("-t", str(self.subject.configuration_path))
        self.assertNotEqual(code, 0, text)
        self.assertIn("/Dhcp4/subnet4/0/reservations/1", text)
        self.start(**{**configuration, "reservations_lenient": True})
        self.subject.wait_log("/Dhcp4/subnet4/0/reservations/1")
        self.assertEqual(self.wire.lease(ANNA).yiaddr, "10.77.0.5")
        self.assertTrue(self.wire.lease(BERT).yiaddr.startswith("10.77.0.1"))


class ClassesTest(OneLinkTest):
    """What a class gives and takes."""

    def setUp(self) -> None:
        super().setUp()
        self.wire = self.direct_client(self.client_side)

    def test_the_class_drop_is_not_answered(self) -> None:
        self.start(client_classes=[{"name": "DROP", "test": f"pkt4.mac == 0x{ANNA.hex()}"}])
        self.assertEqual(self.wire.answers_before(query(Type.DISCOVER, ANNA), lambda: query(Type.DISCOVER, BERT)), [])
        statistics = self.subject.control.do("statistic-get", {"name": "pkt4-admin-filtered"})
        self.assertEqual(statistics["pkt4-admin-filtered"][0][0], 1)

    def test_a_class_of_its_own_for_each_value_of_a_template(self) -> None:
        self.start(client_classes=[
            {"name": "room", "template-test": "substring(option[60].hex, 0, 2)"},
            {"name": "SPAWN_room_r7", "option-data": [{"name": "log-servers", "data": "10.77.0.7", "always-send": True}]}])
        for vendor, log_servers in ((b"r7/printer", address_bytes("10.77.0.7")), (b"r8/printer", None)):
            discover = query(Type.DISCOVER, ANNA)
            discover.options[VENDOR_CLASS] = vendor
            self.assertEqual(self.wire.ask(discover).message.options.get(LOG_SERVERS), log_servers)

    def test_a_limit_on_the_leases_of_a_class(self) -> None:
        self.start(
            hooks_libraries=[{"library": "libdhcp_limits.so"}],
            client_classes=[{"name": "guests", "test": "option[60].hex == 'guest'",
                             "user-context": {"limits": {"address-limit": 2}}}])

        def guest(chaddr: bytes) -> Message:
            discover = query(Type.DISCOVER, chaddr)
            discover.options[VENDOR_CLASS] = b"guest"
            return discover

        for chaddr in (ANNA, BERT):
            request = request_of(self.wire.ask(guest(chaddr)).message, chaddr)
            request.options[VENDOR_CLASS] = b"guest"
            self.assertIs(self.wire.ask(request).message.type, Type.ACK)
        self.assertEqual(self.wire.answers_before(guest(CARA), lambda: query(Type.DISCOVER, hardware_address(9))), [])
        self.assertTrue(self.wire.lease(CARA).yiaddr, "as no guest")
        # The limit holds after a restart too: whom a lease counts for is stored with it.
        self.subject.stop()
        self.subject.start()
        dora = hardware_address(4)
        self.assertEqual(self.wire.answers_before(guest(dora), lambda: query(Type.DISCOVER, hardware_address(9))), [])


class AnswersTest(OneLinkTest):
    """Options with rules of their own, on the wire."""

    def setUp(self) -> None:
        super().setUp()
        self.wire = self.direct_client(self.client_side)

    def ask_for(self, code: int, chaddr: bytes = ANNA) -> Message:
        discover = query(Type.DISCOVER, chaddr)
        discover.options[Option.PARAMETER_LIST] = bytes([code])
        return self.wire.ask(discover).message

    def test_routes_of_more_than_255_octets_arrive_whole(self) -> None:
        routes = ", ".join(f"10.{number}.0.0/16 - 10.77.0.1" for number in range(100, 160))
        self.start(option_data=[{"name": "classless-static-route", "data": routes},
                                {"name": "routers", "data": "10.77.0.1"}])
        offer = self.ask_for(ROUTES)
        expected = b"".join(bytes([16, 10, number]) + address_bytes("10.77.0.1") for number in range(100, 160))
        self.assertEqual(offer.options[ROUTES], expected)
        self.assertNotIn(Option.ROUTERS, offer.options)  # RFC 3442

    def test_a_rapid_commit_takes_one_exchange(self) -> None:
        self.start(rapid_commit=True)
        discover = query(Type.DISCOVER, ANNA)
        discover.options[Option.RAPID_COMMIT] = b""
        answer = self.wire.ask_once(discover)
        self.assertIs(answer.message.type, Type.ACK)
        self.assertEqual(answer.message.options[Option.RAPID_COMMIT], b"")
        self.assertEqual(self.subject.control.lease(answer.message.yiaddr)["hw-address"], ANNA.hex(":"))
        self.assertIs(self.wire.ask(query(Type.DISCOVER, BERT)).message.type, Type.OFFER)

    def test_a_device_that_does_without_ipv4_gets_no_address(self) -> None:
        self.start(option_data=[{"name": "v6-only-preferred", "data": "1800"}])
        offer = self.ask_for(V6_ONLY)
        self.assertEqual((offer.yiaddr, offer.options[V6_ONLY]), ("0.0.0.0", (1800).to_bytes(4, "big")))
        self.assertNotEqual(self.wire.ask(query(Type.DISCOVER, BERT)).message.yiaddr, "0.0.0.0")

    def test_a_bootp_client_is_answered_where_the_operator_wants_that(self) -> None:
        self.start(hooks_libraries=[{"library": "libdhcp_bootp.so"}],
                   subnet4=[subnet(1, NETWORK, POOL, reservations=[reservation(ANNA, "10.77.0.5")])])
        request = Message(op=1, xid=77, chaddr=ANNA)
        self.wire.send(request)

        def reply() -> Message | None:
            received = self.wire.receive(1.0)
            if received is None:
                self.wire.send(request)
            return received.message if received and received.message.xid == 77 else None

        answer = eventually(reply, "an answer without option 53")
        assert answer is not None
        self.assertEqual(answer.yiaddr, "10.77.0.5")
        self.assertNotIn(Option.MESSAGE_TYPE, answer.options)
        self.assertNotIn(Option.LEASE_TIME, answer.options)
        self.assertEqual(self.subject.control.lease("10.77.0.5")["valid-lft"], 0xFFFFFFFF)

    def test_the_name_is_sanitized_completed_and_told_back(self) -> None:
        self.start(ddns_qualifying_suffix="example.net", dhcp_ddns={"enable-updates": True})
        discover = query(Type.DISCOVER, ANNA)
        discover.options[FQDN] = b"\x05\0\0" + b"\x07An_na!1"  # S and E set, a partial name
        request = request_of(self.wire.ask(discover).message, ANNA)
        request.options[FQDN] = discover.options[FQDN]
        ack = self.wire.ask(request).message
        self.assertEqual(ack.options[FQDN], b"\x05\xff\xff\x05anna1\x07example\x03net\0")
        lease = self.subject.control.lease(ack.yiaddr)
        self.assertEqual((lease["hostname"].rstrip("."), lease["fqdn-fwd"], lease["fqdn-rev"]),
                         ("anna1.example.net", True, True))
