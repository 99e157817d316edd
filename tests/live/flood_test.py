"""Random and mutated packets at the real server: it stays alive, stays small, and serves (I6)."""

from __future__ import annotations

import random

from live.support.case import OneLinkTest, OneRelayTest
from live.support.client import hardware_address, query, request_of
from live.support.frame import Frame
from live.support.packet import Message, Option, Type

PACKETS = 20_000
GROWTH_MAX_BYTES = 64 << 20


def mutated(octets: bytes, chance: random.Random) -> bytes:
    """One to eight changes: octets overwritten, cut off, removed or repeated."""
    changed = bytearray(octets)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed)) if changed else 0
        match chance.randrange(5):
            case 0 | 1:
                changed[at:at + 1] = chance.randbytes(1)
            case 2:
                del changed[at:]
            case 3:
                del changed[at:at + chance.randint(1, 16)]
            case 4:
                changed[at:at] = changed[at:at + chance.randint(1, 64)] * chance.randint(1, 8)
    return bytes(changed[:1400])


def packets(chance: random.Random) -> list[bytes]:
    """Random octets, and every kind of message bent out of shape."""
    made = []
    offer = Message(op=2, xid=1, yiaddr="10.88.0.77", options={Option.SERVER_ID: bytes([10, 77, 0, 1])})
    for number in range(PACKETS):
        client = hardware_address(chance.randrange(1 << 16))
        kind = chance.choice(list(Type))
        whole = request_of(offer, client) if kind is Type.REQUEST else query(kind, client)
        whole.giaddr = chance.choice(("0.0.0.0", "10.88.0.1", "192.0.2.1"))
        whole.options[chance.randrange(1, 255)] = chance.randbytes(chance.randrange(300))
        made.append(chance.randbytes(chance.randrange(600)) if number % 10 == 0 else mutated(whole.encode(), chance))
    return made


class RelayedFloodTest(OneRelayTest):
    """Over the UDP socket."""

    def test_a_flood_of_broken_datagrams(self) -> None:
        self.start()
        self.wire.lease(hardware_address(1))
        before = self.subject.resident_bytes()
        for octets in packets(random.Random(self.seed())):
            self.wire.send_octets(octets)
        self.assertTrue(self.wire.lease(hardware_address(2)).yiaddr)
        self.assertTrue(self.subject.is_running())
        self.assertLess(self.subject.resident_bytes() - before, GROWTH_MAX_BYTES)
        self.assertGreater(self.subject.control.statistic("pkt4-receive-drop"), 0)
        self.assertEqual(self.subject.stop(), 0)


class DirectFloodTest(OneLinkTest):
    """Over the packet socket, where the headers can be wrong as well."""

    def test_a_flood_of_broken_frames(self) -> None:
        self.start()
        wire = self.direct_client(self.client_side)
        wire.lease(hardware_address(1))
        chance = random.Random(20)
        for number, octets in enumerate(packets(chance)):
            frame = Frame(source_mac=hardware_address(number), target_mac=b"\xff" * 6, source="0.0.0.0",
                          target="255.255.255.255", source_port=68, target_port=67, payload=octets).encode()
            # A frame has its Ethernet header at least: the sender's kernel refuses less.
            wire.send_raw(frame[:14] + mutated(frame[14:], chance) if number % 4 == 0 else frame)
        self.assertTrue(wire.lease(hardware_address(2)).yiaddr)
        self.assertTrue(self.subject.is_running())
        self.assertEqual(self.subject.stop(), 0)
