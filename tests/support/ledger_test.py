"""The judge is judged: each fault that the ledger must see is in a trace here, beside the clean one."""

from __future__ import annotations

import struct
import unittest
from typing import Any

from live.support.capture import read_frames
from live.support.frame import Frame
from live.support.packet import Message, Option, Type, address_bytes
from support.ledger import Ledger

ANNA, BERT = b"\x02anna0", b"\x02bert0"
ADDRESS, OTHER = "192.0.2.10", "192.0.2.11"
HOUR = 3600


def message(kind: Type, chaddr: bytes, xid: int, **fields: Any) -> Message:
    made = Message(op=2 if kind in (Type.OFFER, Type.ACK, Type.NAK) else 1, xid=xid, chaddr=chaddr, **fields)
    made.options = {Option.MESSAGE_TYPE: bytes([kind]), Option.CLIENT_ID: b"\x01" + chaddr}
    return made


def request(chaddr: bytes, xid: int, seconds: int = 0) -> Message:
    made = message(Type.REQUEST, chaddr, xid)
    if seconds:
        made.options[Option.LEASE_TIME] = seconds.to_bytes(4, "big")
    return made


def ack(chaddr: bytes, xid: int, address: str = ADDRESS, seconds: int = HOUR) -> Message:
    made = message(Type.ACK, chaddr, xid, yiaddr=address)
    made.options[Option.LEASE_TIME] = seconds.to_bytes(4, "big")
    return made


def release(chaddr: bytes, address: str = ADDRESS) -> Message:
    return message(Type.RELEASE, chaddr, 9, ciaddr=address)


def decline(chaddr: bytes, address: str = ADDRESS) -> Message:
    made = message(Type.DECLINE, chaddr, 9)
    made.options[Option.REQUESTED_ADDRESS] = address_bytes(address)
    return made


def stored(chaddr: bytes, address: str = ADDRESS, cltt: int = 1000, seconds: int = HOUR,
           state: int = 0) -> dict[str, Any]:
    return {"ip-address": address, "client-id": (b"\x01" + chaddr).hex(":"), "hw-address": chaddr.hex(":"),
            "cltt": cltt, "valid-lft": seconds, "state": state}


def leased(chaddr: bytes, at: float, xid: int = 1, address: str = ADDRESS,
           seconds: int = HOUR) -> list[tuple[float, Message]]:
    return [(at, request(chaddr, xid)), (at + 0.1, ack(chaddr, xid, address, seconds))]


class LostTest(unittest.TestCase):
    """ACKs that the server does not honour."""

    def kinds(self, trace: list[tuple[float, Message]], leases: list[dict[str, Any]],
              now: float = 1100) -> list[str]:
        return [finding.kind for finding in Ledger(trace).lost(leases, now)]

    def test_a_stored_lease_is_not_lost(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000.4), [stored(ANNA)]), [])

    def test_a_missing_lease_is_lost(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000), []), ["lost"])

    def test_a_lease_stored_for_somebody_else_is_lost(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000), [stored(BERT)]), ["lost"])

    def test_a_lease_stored_for_a_shorter_time_is_lost(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000), [stored(ANNA, seconds=HOUR - 2)]), ["lost"])

    def test_less_is_not_lost_when_the_client_asked_for_less_and_the_answer_did_not_leave(self) -> None:
        trace = [*leased(ANNA, 1000), (1050.5, request(ANNA, 2, seconds=60))]
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=1050, seconds=60)]), [])
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=1050, seconds=50)]), ["lost"])

    def test_asking_for_less_does_not_excuse_a_missing_lease(self) -> None:
        trace = [*leased(ANNA, 1000), (1050.5, request(ANNA, 2, seconds=60))]
        self.assertEqual(self.kinds(trace, []), ["lost"])
        self.assertEqual(self.kinds(trace, [stored(BERT)]), ["lost"])

    def test_what_was_asked_before_the_newest_ack_is_no_excuse(self) -> None:
        trace = [(990.0, request(ANNA, 2, seconds=60)), *leased(ANNA, 1000)]
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=990, seconds=120)]), ["lost"])

    def test_asking_for_as_much_is_no_excuse(self) -> None:
        trace = [*leased(ANNA, 1000), (1050.5, request(ANNA, 2, seconds=HOUR))]
        self.assertEqual(self.kinds(trace, [stored(ANNA, seconds=60)]), ["lost"])

    def test_a_renewal_that_was_not_stored_is_lost(self) -> None:
        trace = leased(ANNA, 1000) + leased(ANNA, 1050, xid=2)
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=1000)]), ["lost"])
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=1050)]), [])

    def test_a_shorter_renewal_takes_the_place_of_a_longer_promise(self) -> None:
        trace = leased(ANNA, 1000) + leased(ANNA, 1050, xid=2, seconds=60)
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=1050, seconds=60)]), [])
        self.assertEqual(self.kinds(trace, [stored(ANNA, cltt=1050, seconds=50)]), ["lost"])
        self.assertEqual(self.kinds(trace, []), ["lost"])

    def test_a_lease_stored_as_released_is_lost(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000), [stored(ANNA, state=3)]), ["lost"])

    def test_a_lease_given_back_or_ended_need_not_be_there(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000) + [(1001, release(ANNA))], []), [])
        self.assertEqual(self.kinds(leased(ANNA, 1000) + [(1001, decline(ANNA))], []), [])
        self.assertEqual(self.kinds(leased(ANNA, 1000, seconds=60), [], now=1061), [])

    def test_a_release_of_another_address_or_client_gives_nothing_back(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000) + [(1001, release(ANNA, OTHER))], []), ["lost"])
        self.assertEqual(self.kinds(leased(ANNA, 1000) + [(1001, release(BERT))], []), ["lost"])

    def test_a_client_that_moved_needs_only_its_new_lease(self) -> None:
        trace = leased(ANNA, 1000) + leased(ANNA, 1010, xid=2, address=OTHER)
        self.assertEqual(self.kinds(trace, [stored(ANNA, OTHER, cltt=1010)]), [])


class DoubledTest(unittest.TestCase):
    """Addresses with two holders."""

    def kinds(self, trace: list[tuple[float, Message]]) -> list[str]:
        return [finding.kind for finding in Ledger(trace).doubled()]

    def test_two_clients_on_one_address_are_found(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000) + leased(BERT, 1500)), ["doubled"])

    def test_one_second_of_overlap_is_found(self) -> None:
        trace = leased(ANNA, 1000, seconds=60) + leased(BERT, 1058.9)
        self.assertEqual(self.kinds(trace), ["doubled"])

    def test_a_renewal_lengthens_the_time_held(self) -> None:
        trace = leased(ANNA, 1000, seconds=60) + leased(ANNA, 1030, xid=2, seconds=60) + leased(BERT, 1070)
        self.assertEqual(self.kinds(trace), ["doubled"])

    def test_a_shorter_renewal_does_not_end_a_longer_promise(self) -> None:
        """Its ACK may not have arrived."""
        trace = leased(ANNA, 1000) + leased(ANNA, 1050, xid=2, seconds=60) + leased(BERT, 1200)
        self.assertEqual(self.kinds(trace), ["doubled"])

    def test_one_after_the_other_is_allowed(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000, seconds=60) + leased(BERT, 1061)), [])
        self.assertEqual(self.kinds(leased(ANNA, 1000) + [(1001, release(ANNA))] + leased(BERT, 1002)), [])

    def test_somebody_elses_release_does_not_allow_it(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000) + [(1001, release(BERT))] + leased(BERT, 1002)), ["doubled"])

    def test_one_client_twice_is_no_double(self) -> None:
        self.assertEqual(self.kinds(leased(ANNA, 1000) + leased(ANNA, 1500, xid=2)), [])


class UnaskedTest(unittest.TestCase):
    """ACKs that answer nothing."""

    def test_an_ack_without_its_request_is_found(self) -> None:
        self.assertEqual(len(Ledger([(1000, ack(ANNA, 1))]).unasked()), 1)
        self.assertEqual(len(Ledger([(999, request(BERT, 1)), (1000, ack(ANNA, 1))]).unasked()), 1)
        self.assertEqual(Ledger(leased(ANNA, 1000)).unasked(), [])


class CaptureFileTest(unittest.TestCase):
    """pcap files as tcpdump writes them."""

    def file(self) -> bytes:
        frame = Frame(source_mac=ANNA, target_mac=BERT, source="0.0.0.0", target="255.255.255.255", source_port=68,
                      target_port=67, payload=request(ANNA, 7).encode()).encode()
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
        return head + struct.pack("<IIII", 1000, 500000, len(frame), len(frame)) + frame

    def test_a_message_comes_back_as_it_went(self) -> None:
        [(at, frame)] = read_frames(self.file())
        self.assertEqual((at, Message.decode(frame.payload).xid), (1000.5, 7))

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
