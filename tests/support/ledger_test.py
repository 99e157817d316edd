"""The judge is judged: each fault that the ledger must see is in a trace here, beside the clean one."""

from __future__ import annotations

import struct
import unittest
from typing import Any

from live.support.capture import message_in, read_frames
from live.support.frame import Frame
from live.support.packet import Message, Option, Type, address_bytes
from live.support.packet6 import Ia, Message6, Option6, Relay, Type6, Unit, ia_of
from support.ledger import Ledger

ANNA, BERT = b"\x02anna0", b"\x02bert0"
HOUR = 3600


class Words4:
    """What clients, servers and commands say of leases, in DHCPv4."""

    unit, other = "192.0.2.10", "192.0.2.11"

    @staticmethod
    def message(kind: Type, chaddr: bytes, xid: int, **fields: Any) -> Message:
        made = Message(op=2 if kind in (Type.OFFER, Type.ACK, Type.NAK) else 1, xid=xid, chaddr=chaddr, **fields)
        made.options = {Option.MESSAGE_TYPE: bytes([kind]), Option.CLIENT_ID: b"\x01" + chaddr}
        return made

    def request(self, who: bytes, xid: int, seconds: int = 0) -> Any:
        made = self.message(Type.REQUEST, who, xid)
        if seconds:
            made.options[Option.LEASE_TIME] = seconds.to_bytes(4, "big")
        return made

    def ack(self, who: bytes, xid: int, unit: str = "", seconds: int = HOUR) -> Any:
        made = self.message(Type.ACK, who, xid, yiaddr=unit or self.unit)
        made.options[Option.LEASE_TIME] = seconds.to_bytes(4, "big")
        return made

    def release(self, who: bytes, unit: str = "") -> Any:
        return self.message(Type.RELEASE, who, 9, ciaddr=unit or self.unit)

    def decline(self, who: bytes) -> Any:
        made = self.message(Type.DECLINE, who, 9)
        made.options[Option.REQUESTED_ADDRESS] = address_bytes(self.unit)
        return made

    def stored(self, who: bytes, unit: str = "", cltt: int = 1000, seconds: int = HOUR,
               state: int = 0) -> dict[str, Any]:
        return {"ip-address": unit or self.unit, "client-id": (b"\x01" + who).hex(":"), "hw-address": who.hex(":"),
                "cltt": cltt, "valid-lft": seconds, "state": state}

    def leased(self, who: bytes, at: float, xid: int = 1, unit: str = "",
               seconds: int = HOUR) -> list[tuple[float, Any]]:
        return [(at, self.request(who, xid)), (at + 0.1, self.ack(who, xid, unit, seconds))]


class WordsOfAddresses6(Words4):
    """The same of addresses in DHCPv6."""

    unit, other = "2001:db8::10", "2001:db8::11"

    @staticmethod
    def message6(kind: Type6, who: bytes, unit: str, xid: int = 9, seconds: int = 0, iaid: int = 1) -> Message6:
        return Message6(kind, xid, {Option6.CLIENT_ID: who}, [ia_of(unit, seconds, seconds, iaid)])

    def request(self, who: bytes, xid: int, seconds: int = 0) -> Message6:
        return self.message6(Type6.REQUEST, who, self.unit, xid, seconds)

    def ack(self, who: bytes, xid: int, unit: str = "", seconds: int = HOUR) -> Message6:
        return self.message6(Type6.REPLY, who, unit or self.unit, xid, seconds)

    def release(self, who: bytes, unit: str = "") -> Message6:
        return self.message6(Type6.RELEASE, who, unit or self.unit)

    def decline(self, who: bytes) -> Message6:
        return self.message6(Type6.DECLINE, who, self.unit)

    def stored(self, who: bytes, unit: str = "", cltt: int = 1000, seconds: int = HOUR,
               state: int = 0) -> dict[str, Any]:
        address, _, length = (unit or self.unit).partition("/")
        return {"ip-address": address, "prefix-len": int(length or 128), "type": "IA_PD" if length else "IA_NA",
                "duid": who.hex(":"), "iaid": 1, "cltt": cltt, "valid-lft": seconds, "state": state}


class WordsOfPrefixes6(WordsOfAddresses6):
    """The same of prefixes."""

    unit, other = "2001:db8:1::/56", "2001:db8:1:100::/56"


class Lost:
    """ACKs that the server does not honour."""

    def kinds(self, trace: list[tuple[float, Any]], leases: list[dict[str, Any]],
              now: float = 1100) -> list[str]:
        return [finding.kind for finding in Ledger(trace).lost(leases, now)]

    def test_a_stored_lease_is_not_lost(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000.4), [self.stored(ANNA)]), [])

    def test_a_missing_lease_is_lost(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000), []), ["lost"])

    def test_a_lease_stored_for_somebody_else_is_lost(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000), [self.stored(BERT)]), ["lost"])

    def test_a_lease_stored_for_a_shorter_time_is_lost(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000), [self.stored(ANNA, seconds=HOUR - 2)]), ["lost"])

    def test_less_is_not_lost_when_the_client_asked_for_less_and_the_answer_did_not_leave(self) -> None:
        trace = [*self.leased(ANNA, 1000), (1050.5, self.request(ANNA, 2, seconds=60))]
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=1050, seconds=60)]), [])
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=1050, seconds=50)]), ["lost"])

    def test_asking_for_less_does_not_excuse_a_missing_lease(self) -> None:
        trace = [*self.leased(ANNA, 1000), (1050.5, self.request(ANNA, 2, seconds=60))]
        self.assertEqual(self.kinds(trace, []), ["lost"])
        self.assertEqual(self.kinds(trace, [self.stored(BERT)]), ["lost"])

    def test_what_was_asked_before_the_newest_ack_is_no_excuse(self) -> None:
        trace = [(990.0, self.request(ANNA, 2, seconds=60)), *self.leased(ANNA, 1000)]
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=990, seconds=120)]), ["lost"])

    def test_asking_for_as_much_is_no_excuse(self) -> None:
        trace = [*self.leased(ANNA, 1000), (1050.5, self.request(ANNA, 2, seconds=HOUR))]
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, seconds=60)]), ["lost"])

    def test_a_renewal_that_was_not_stored_is_lost(self) -> None:
        trace = self.leased(ANNA, 1000) + self.leased(ANNA, 1050, xid=2)
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=1000)]), ["lost"])
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=1050)]), [])

    def test_a_shorter_renewal_takes_the_place_of_a_longer_promise(self) -> None:
        trace = self.leased(ANNA, 1000) + self.leased(ANNA, 1050, xid=2, seconds=60)
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=1050, seconds=60)]), [])
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, cltt=1050, seconds=50)]), ["lost"])
        self.assertEqual(self.kinds(trace, []), ["lost"])

    def test_a_lease_stored_as_released_is_lost(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000), [self.stored(ANNA, state=3)]), ["lost"])

    def test_a_lease_given_back_or_ended_need_not_be_there(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + [(1001, self.release(ANNA))], []), [])
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + [(1001, self.decline(ANNA))], []), [])
        self.assertEqual(self.kinds(self.leased(ANNA, 1000, seconds=60), [], now=1061), [])

    def test_a_release_of_another_address_or_client_gives_nothing_back(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + [(1001, self.release(ANNA, self.other))], []), ["lost"])
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + [(1001, self.release(BERT))], []), ["lost"])

    def test_a_client_that_moved_needs_only_its_new_lease(self) -> None:
        trace = self.leased(ANNA, 1000) + self.leased(ANNA, 1010, xid=2, unit=self.other)
        self.assertEqual(self.kinds(trace, [self.stored(ANNA, self.other, cltt=1010)]), [])


class Doubled:
    """Addresses with two holders."""

    def kinds(self, trace: list[tuple[float, Any]]) -> list[str]:
        return [finding.kind for finding in Ledger(trace).doubled()]

    def test_two_clients_on_one_address_are_found(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + self.leased(BERT, 1500)), ["doubled"])

    def test_one_second_of_overlap_is_found(self) -> None:
        trace = self.leased(ANNA, 1000, seconds=60) + self.leased(BERT, 1058.9)
        self.assertEqual(self.kinds(trace), ["doubled"])

    def test_a_renewal_lengthens_the_time_held(self) -> None:
        trace = (self.leased(ANNA, 1000, seconds=60) + self.leased(ANNA, 1030, xid=2, seconds=60)
                 + self.leased(BERT, 1070))
        self.assertEqual(self.kinds(trace), ["doubled"])

    def test_a_shorter_renewal_does_not_end_a_longer_promise(self) -> None:
        """Its ACK may not have arrived."""
        trace = self.leased(ANNA, 1000) + self.leased(ANNA, 1050, xid=2, seconds=60) + self.leased(BERT, 1200)
        self.assertEqual(self.kinds(trace), ["doubled"])

    def test_one_after_the_other_is_allowed(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000, seconds=60) + self.leased(BERT, 1061)), [])
        returned = [(1001, self.release(ANNA))]
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + returned + self.leased(BERT, 1002)), [])

    def test_somebody_elses_release_does_not_allow_it(self) -> None:
        returned = [(1001, self.release(BERT))]
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + returned + self.leased(BERT, 1002)), ["doubled"])

    def test_one_client_twice_is_no_double(self) -> None:
        self.assertEqual(self.kinds(self.leased(ANNA, 1000) + self.leased(ANNA, 1500, xid=2)), [])


class Unasked:
    """ACKs that answer nothing."""

    def test_an_ack_without_its_request_is_found(self) -> None:
        self.assertEqual(len(Ledger([(1000, self.ack(ANNA, 1))]).unasked()), 1)
        self.assertEqual(len(Ledger([(999, self.request(BERT, 1)), (1000, self.ack(ANNA, 1))]).unasked()), 1)
        self.assertEqual(Ledger(self.leased(ANNA, 1000)).unasked(), [])


class Lost4Test(Lost, Words4, unittest.TestCase):
    """In DHCPv4."""


class LostAddress6Test(Lost, WordsOfAddresses6, unittest.TestCase):
    """An address in DHCPv6."""


class LostPrefix6Test(Lost, WordsOfPrefixes6, unittest.TestCase):
    """A prefix in DHCPv6."""


class Doubled4Test(Doubled, Words4, unittest.TestCase):
    """In DHCPv4."""


class DoubledAddress6Test(Doubled, WordsOfAddresses6, unittest.TestCase):
    """An address in DHCPv6."""


class DoubledPrefix6Test(Doubled, WordsOfPrefixes6, unittest.TestCase):
    """A prefix in DHCPv6."""


class Unasked4Test(Unasked, Words4, unittest.TestCase):
    """In DHCPv4."""


class UnaskedAddress6Test(Unasked, WordsOfAddresses6, unittest.TestCase):
    """An address in DHCPv6."""


class UnaskedPrefix6Test(Unasked, WordsOfPrefixes6, unittest.TestCase):
    """A prefix in DHCPv6."""


class Dhcp6Test(unittest.TestCase):
    """What DHCPv4 does not have: several IAs and units in a message, addresses within prefixes, lifetimes of 0."""

    address, prefix = "2001:db8:1::10", "2001:db8:1::/56"

    @staticmethod
    def message(kind: Type6, *ias: Ia, who: bytes = ANNA, xid: int = 1) -> Message6:
        return Message6(kind, xid, {Option6.CLIENT_ID: who}, list(ias))

    def granted(self, at: float, *ias: Ia, who: bytes = ANNA, asked: Type6 = Type6.REQUEST,
                xid: int = 1) -> list[tuple[float, Message6]]:
        wished = [Ia(ia.kind, ia.iaid) for ia in ias]
        return [(at, self.message(asked, *wished, who=who, xid=xid)),
                (at + 0.1, self.message(Type6.REPLY, *ias, who=who, xid=xid))]

    @staticmethod
    def lost(trace: list[tuple[float, Message6]], *leases: dict[str, Any]) -> list[str]:
        return [finding.text.partition(",")[0] for finding in Ledger(trace).lost(leases, 1100)]

    @staticmethod
    def doubled(trace: list[tuple[float, Message6]]) -> list[str]:
        return [finding.text.partition(": ")[0] for finding in Ledger(trace).doubled()]

    def test_each_lease_of_a_reply_is_owed(self) -> None:
        both = self.granted(1000, ia_of("2001:db8::10", 60, HOUR), ia_of(self.prefix, 60, HOUR))
        address, prefix = WordsOfAddresses6().stored(ANNA), WordsOfPrefixes6().stored(ANNA)
        self.assertEqual(self.lost(both, address, prefix), [])
        self.assertEqual(self.lost(both, address), [self.prefix])
        self.assertEqual(self.lost(both, prefix), ["2001:db8::10"])

    def test_each_unit_of_an_ia_is_owed(self) -> None:
        two = Ia(Option6.IA_NA, 1, [Unit("2001:db8::10", 60, HOUR), Unit("2001:db8::11", 60, HOUR)])
        self.assertEqual(self.lost(self.granted(1000, two)), ["2001:db8::10", "2001:db8::11"])

    def test_a_prefix_stored_with_another_length_is_lost(self) -> None:
        trace = self.granted(1000, ia_of(self.prefix, 60, HOUR))
        self.assertEqual(self.lost(trace, {**WordsOfPrefixes6().stored(ANNA), "prefix-len": 60}), [self.prefix])

    def test_another_ia_of_the_client_does_not_keep_its_lease(self) -> None:
        trace = self.granted(1000, ia_of("2001:db8::10", 60, HOUR))
        self.assertEqual(self.lost(trace, {**WordsOfAddresses6().stored(ANNA), "iaid": 2}), ["2001:db8::10"])

    def test_a_renewal_that_is_told_zero_or_something_else_is_still_owed_what_it_had(self) -> None:
        had = self.granted(1000, ia_of("2001:db8::10", 60, HOUR))
        for kind in (Type6.RENEW, Type6.REBIND):
            for told in (ia_of("2001:db8::10"), ia_of("2001:db8::11", 60, HOUR)):
                with self.subTest(kind=kind.name, told=told):
                    trace = had + self.granted(1050, told, asked=kind, xid=2)
                    self.assertEqual(self.lost(trace, WordsOfAddresses6().stored(ANNA, "2001:db8::11", cltt=1050)),
                                     ["2001:db8::10"])

    def test_an_address_in_the_prefix_of_another_is_doubled(self) -> None:
        trace = self.granted(1000, ia_of(self.address, 60, HOUR))
        for at, prefix, found in ((1500, self.prefix, 1), (1500, "2001:db8:1:100::/56", 0), (9000, self.prefix, 0)):
            with self.subTest(at=at, prefix=prefix):
                other = self.granted(at, ia_of(prefix, 60, HOUR), who=BERT)
                self.assertEqual(self.doubled(trace + other), [f"{self.address} in {prefix}"] * found)

    def test_a_prefix_in_the_prefix_of_another_is_doubled(self) -> None:
        trace = self.granted(1000, ia_of("2001:db8:1::/48", 60, HOUR))
        self.assertEqual(self.doubled(trace + self.granted(1500, ia_of("2001:db8:1:7700::/60", 60, HOUR), who=BERT)),
                         ["2001:db8:1:7700::/60 in 2001:db8:1::/48"])

    def test_two_ias_of_one_client_are_two(self) -> None:
        trace = self.granted(1000, ia_of(self.address, 60, HOUR), ia_of(self.address, 60, HOUR, iaid=2))
        self.assertEqual(self.doubled(trace), [self.address])

    def test_a_solicit_asks_only_with_rapid_commit(self) -> None:
        trace = self.granted(1000, ia_of(self.address, 60, HOUR), asked=Type6.SOLICIT)
        self.assertEqual(len(Ledger(trace).unasked()), 1)
        trace[0][1].options[Option6.RAPID_COMMIT] = b""
        self.assertEqual(Ledger(trace).unasked(), [])

    def test_an_advertisement_promises_nothing(self) -> None:
        trace = [(1000, self.message(Type6.ADVERTISE, ia_of(self.address, 60, HOUR)))]
        self.assertEqual((Ledger(trace).bindings, Ledger(trace).unasked()), ([], []))


class CaptureFileTest(unittest.TestCase):
    """pcap files as tcpdump writes them."""

    def file(self, *frames: Frame) -> bytes:
        """Of these, or of one REQUEST."""
        octets = [frame.encode() for frame in frames or (
            Frame(source_mac=ANNA, target_mac=BERT, source="0.0.0.0", target="255.255.255.255", source_port=68,
                  target_port=67, payload=Words4().request(ANNA, 7).encode()),)]
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
        return head + b"".join(struct.pack("<IIII", 1000, 500000, len(each), len(each)) + each for each in octets)

    def test_a_message_comes_back_as_it_went(self) -> None:
        [(at, frame)] = read_frames(self.file())
        self.assertEqual((at, message_in(frame).xid), (1000.5, 7))

    def test_relayed_messages_of_dhcpv6_too(self) -> None:
        message = WordsOfPrefixes6().request(ANNA, 7, HOUR)
        octets = message.encode()
        relays = [Relay(Type6.RELAY_FORW, 1, "::", "fe80::2"),
                  Relay(Type6.RELAY_FORW, 0, "2001:db8::1", "fe80::1", b"x")]
        for relay in reversed(relays):
            octets = relay.around(octets)
        frame = Frame(source_mac=ANNA, target_mac=BERT, source="2001:db8::1", target="2001:db8::2", source_port=547,
                      target_port=547, payload=octets)
        [(_, first), (_, second)] = read_frames(self.file(frame, frame))
        self.assertEqual((first, second), (frame, frame))
        message.relays = relays
        self.assertEqual(message_in(first), message)

    def test_a_file_that_is_cut_off_is_refused(self) -> None:
        whole = self.file()
        for size in (0, 23, 30, 41, len(whole) - 1):
            with self.subTest(size=size), self.assertRaises(ValueError):
                list(read_frames(whole[:size]))

    def test_a_frame_in_part_is_refused(self) -> None:
        whole = bytearray(self.file())
        whole[36:40] = struct.pack("<I", len(whole) - 40 + 1)  # one octet more was sent than is here
        with self.assertRaises(ValueError):
            list(read_frames(bytes(whole)))

    def test_a_file_that_still_grows_is_read_up_to_its_last_whole_frame(self) -> None:
        whole = self.file()
        for size, frames in ((24, 0), (30, 0), (41, 0), (len(whole) - 1, 0), (len(whole), 1)):
            with self.subTest(size=size):
                self.assertEqual(len(list(read_frames(whole[:size], growing=True))), frames)


if __name__ == "__main__":
    unittest.main()
