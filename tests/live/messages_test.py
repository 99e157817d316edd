"""Messages that real clients send seldom, written by hand: each kind of answer and how it is delivered."""

from __future__ import annotations

from typing import Any

from live.support.case import SERVER_ADDRESS, OneLinkTest
from live.support.client import DirectClient, hardware_address, query, request_of
from live.support.frame import BROADCAST_MAC, Frame
from live.support.packet import BROADCAST_FLAG, Message, Option, Type, address_bytes, colons
from live.support.server import subnet
from live.support.waiting import eventually

ANNA, BERT, CARL = hardware_address(1), hardware_address(2), hardware_address(3)
DECLINED, RELEASED = 1, 3


def reboot(chaddr: bytes, address: str) -> Message:
    """What a machine sends that starts again and remembers its address (INIT-REBOOT)."""
    request = query(Type.REQUEST, chaddr)
    request.options[Option.REQUESTED_ADDRESS] = address_bytes(address)
    return request


class MessagesTest(OneLinkTest):
    """A server on one link, asked by machines without an address."""

    def setUp(self) -> None:
        super().setUp()
        self.wire: DirectClient = self.direct_client(self.client_side)

    def start(self, **keys: Any) -> None:
        """Starts with one lease, Carl's, and with every renewal written."""
        super().start(**{"cache_threshold": 0.0, **keys})
        self.carls = self.wire.lease(CARL).yiaddr

    def probe(self) -> Message:
        """Carl's renewal: certainly answered, and after a commit, so that nothing earlier is still under way."""
        return reboot(CARL, self.carls)

    def test_an_ack_carries_what_the_configuration_says(self) -> None:
        self.start(option_data=[{"name": "routers", "data": SERVER_ADDRESS},
                                {"name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54"}])
        discover = query(Type.DISCOVER, ANNA)
        discover.options[Option.PARAMETER_LIST] = bytes([1, 3, 6])
        offer = self.wire.ask(discover).message
        request = request_of(offer, ANNA)
        request.options[Option.PARAMETER_LIST] = bytes([1, 3, 6])
        ack = self.wire.ask(request).message
        self.assertEqual(ack.yiaddr, offer.yiaddr)
        self.assertEqual(ack.server_id, SERVER_ADDRESS)
        self.assertEqual(ack.lease_seconds, 3600)
        self.assertEqual(ack.options[Option.SUBNET_MASK], address_bytes("255.255.255.0"))
        self.assertEqual(ack.options[Option.ROUTERS], address_bytes(SERVER_ADDRESS))
        self.assertEqual(ack.options[Option.DNS_SERVERS], address_bytes("192.0.2.53") + address_bytes("192.0.2.54"))
        self.assertEqual(ack.options[Option.CLIENT_ID], b"\x01" + ANNA)

    def test_answers_go_to_the_hardware_address_unless_broadcast_is_asked_for(self) -> None:
        self.start()
        for flags, mac, address in ((0, ANNA, None), (BROADCAST_FLAG, BROADCAST_MAC, "255.255.255.255")):
            for kind in (Type.DISCOVER, Type.REQUEST):
                with self.subTest(flags=flags, kind=kind.name):
                    message = query(Type.DISCOVER, ANNA, flags=flags)
                    if kind is Type.REQUEST:
                        message = request_of(self.wire.ask(message).message, ANNA)
                        message.flags = flags
                    answer = self.wire.ask(message)
                    self.assertEqual(answer.frame.target_mac, mac)
                    self.assertEqual(answer.frame.target, address or answer.message.yiaddr)
                    self.assertEqual(answer.frame.source, SERVER_ADDRESS)
                    self.assertEqual(answer.frame.source_mac, self.server_side.mac("lan"))

    def test_one_renewal_is_one_datagram_and_one_ack(self) -> None:
        self.start()
        address = self.wire.lease(self.client_side.mac("eth0")).yiaddr
        self.client_side.ip("address", "add", f"{address}/24", "dev", "eth0")
        bound = self.bound_client(self.client_side, address)
        control = self.subject.control
        received, sent = control.statistic("pkt4-received"), control.statistic("pkt4-ack-sent")

        renewal = query(Type.REQUEST, self.client_side.mac("eth0"), ciaddr=address)
        answer = bound.ask_once(renewal).message

        self.assertEqual((answer.type, answer.yiaddr), (Type.ACK, address))
        self.assertEqual(control.statistic("pkt4-received"), received + 1)
        self.assertEqual(control.statistic("pkt4-ack-sent"), sent + 1)
        self.assertIsNone(bound.receive(0), "a second answer came")

    def test_a_declined_address_is_kept_away(self) -> None:
        self.start(subnet4=[subnet(1, "10.77.0.0/24", "10.77.0.100 - 10.77.0.103")])
        address = self.wire.lease(ANNA).yiaddr
        decline = query(Type.DECLINE, ANNA)
        decline.options[Option.REQUESTED_ADDRESS] = address_bytes(address)
        decline.options[Option.SERVER_ID] = address_bytes(SERVER_ADDRESS)
        self.assertEqual(self.wire.answers_before(decline, self.probe), [])

        lease = eventually(lambda: self.subject.control.lease(address), "the declined lease is shown")
        self.assertEqual((lease["state"], lease["hw-address"], lease["valid-lft"]), (DECLINED, "", 86400))
        self.assertEqual(self.subject.control.statistic("declined-addresses"), 1)
        self.assertNotEqual(self.wire.lease(BERT).yiaddr, address)
        self.assertNotEqual(self.wire.ask(query(Type.DISCOVER, ANNA)).message.yiaddr, address)

    def test_a_decline_of_somebody_elses_address_changes_nothing(self) -> None:
        self.start()
        address = self.wire.lease(ANNA).yiaddr
        decline = query(Type.DECLINE, BERT)
        decline.options[Option.REQUESTED_ADDRESS] = address_bytes(address)
        decline.options[Option.SERVER_ID] = address_bytes(SERVER_ADDRESS)
        self.wire.answers_before(decline, self.probe)
        lease = self.subject.control.lease(address)
        self.assertEqual((lease["state"], lease["hw-address"]), (0, colons(ANNA)))

    def test_inform_is_answered_with_options_and_without_a_lease(self) -> None:
        self.start(option_data=[{"name": "domain-name-servers", "data": "192.0.2.53"}])
        self.client_side.ip("address", "add", "10.77.0.50/24", "dev", "eth0")
        bound = self.bound_client(self.client_side, "10.77.0.50")
        inform = query(Type.INFORM, self.client_side.mac("eth0"), ciaddr="10.77.0.50")
        inform.options[Option.PARAMETER_LIST] = bytes([6])
        answer = bound.ask_once(inform).message
        self.assertEqual((answer.type, answer.yiaddr), (Type.ACK, "0.0.0.0"))
        self.assertEqual(answer.options[Option.DNS_SERVERS], address_bytes("192.0.2.53"))
        self.assertNotIn(Option.LEASE_TIME, answer.options)
        self.assertEqual([lease["ip-address"] for lease in self.subject.control.leases()], [self.carls])

    def test_a_rebooted_client_that_moved_to_this_subnet_is_refused(self) -> None:
        self.start(authoritative=True)
        answer = self.wire.ask(reboot(ANNA, "192.0.2.77"))
        self.assertEqual((answer.message.type, answer.message.yiaddr), (Type.NAK, "0.0.0.0"))
        self.assertEqual((answer.frame.target, answer.frame.target_mac), ("255.255.255.255", BROADCAST_MAC))

    def test_a_rebooted_client_in_its_own_subnet_keeps_its_address(self) -> None:
        self.start()
        address = self.wire.lease(ANNA).yiaddr
        answer = self.wire.ask(reboot(ANNA, address)).message
        self.assertEqual((answer.type, answer.yiaddr), (Type.ACK, address))

    def test_a_rebooted_stranger_meets_silence_where_the_server_is_not_authoritative(self) -> None:
        self.start()
        self.assertEqual(self.wire.answers_before(reboot(ANNA, "10.77.0.150"), self.probe), [])

    def test_a_request_for_another_server_is_left_to_it(self) -> None:
        self.start()
        request = request_of(self.wire.ask(query(Type.DISCOVER, ANNA)).message, ANNA)
        request.options[Option.SERVER_ID] = address_bytes("10.77.0.2")
        self.assertEqual(self.wire.answers_before(request, self.probe), [])
        self.assertEqual([lease["ip-address"] for lease in self.subject.control.leases()], [self.carls])

    def test_an_address_leased_to_another_is_refused(self) -> None:
        self.start()
        offer = self.wire.ask(query(Type.DISCOVER, BERT)).message
        taken = self.wire.lease(ANNA).yiaddr
        request = request_of(offer, BERT)
        request.options[Option.REQUESTED_ADDRESS] = address_bytes(taken)
        self.assertIs(self.wire.ask(request).message.type, Type.NAK)

    def test_a_released_address_returns_to_its_client(self) -> None:
        self.start()
        address = self.wire.lease(ANNA).yiaddr
        release = query(Type.RELEASE, ANNA, ciaddr=address)
        release.options[Option.SERVER_ID] = address_bytes(SERVER_ADDRESS)
        self.wire.send_frame(Frame(
            source_mac=ANNA, target_mac=self.server_side.mac("lan"), source=address, target=SERVER_ADDRESS,
            source_port=68, target_port=67, payload=release.encode()))
        eventually(lambda: self.subject.control.lease(address)["state"] == RELEASED, "the release is stored")
        self.assertNotEqual(self.wire.lease(BERT).yiaddr, address)
        self.assertEqual(self.wire.lease(ANNA).yiaddr, address)
