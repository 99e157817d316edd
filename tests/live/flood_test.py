"""Random and mutated packets at the real server: it stays alive, stays small, and serves (I6)."""

from __future__ import annotations

import random

from live.support.case import OneLinkTest, OneRelayTest
from live.support.case6 import Over6
from live.support.client import hardware_address, query, request_of
from live.support.client6 import duid, query6
from live.support.frame import Frame
from live.support.packet import Message, Option, Type
from live.support.packet6 import Ia, Option6, Relay, Type6, ia_of

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


def packets6(chance: random.Random) -> list[bytes]:
    """The same of DHCPv6, within up to four relays."""
    made = []
    ias = (Ia(Option6.IA_NA), Ia(Option6.IA_PD), ia_of("2001:db8:88::1001"), ia_of("2001:db8:f000::/56"), ia_of("::/60"))
    for number in range(PACKETS):
        who = duid(chance.randrange(1 << 16))
        whole = query6(chance.choice(list(Type6)), who, chance.choices(ias, k=chance.randrange(4)),
                       server_id=chance.choice((None, who)))
        whole.options[chance.randrange(1, 150)] = chance.randbytes(chance.randrange(300))
        octets = whole.encode()
        for hop in range(chance.randrange(5)):
            relay = Relay(Type6.RELAY_FORW, hop, chance.choice(("::", "2001:db8:88::1", "2001:db8:1::1")), "fe80::1",
                          chance.choice((b"", b"port 7")))
            octets = relay.around(octets)
        made.append(chance.randbytes(chance.randrange(600)) if number % 10 == 0 else mutated(octets, chance))
    return made


class RelayedFloodTest(OneRelayTest):
    """Over the UDP socket."""

    packets = staticmethod(packets)

    def test_a_flood_of_broken_datagrams(self) -> None:
        self.start()
        who = self.wire.dialogue.who
        self.wire.lease(who(1))
        before = self.subject.resident_bytes()
        for octets in self.packets(random.Random(self.seed())):
            self.wire.send_octets(octets)
        self.assertTrue(self.wire.dialogue.held(self.wire.lease(who(2))).units)
        self.assertTrue(self.subject.is_running())
        self.assertLess(self.subject.resident_bytes() - before, GROWTH_MAX_BYTES)
        self.assertGreater(self.subject.control.statistic(f"pkt{self.family}-receive-drop"), 0)
        self.assertEqual(self.subject.stop(), 0)


class RelayedFlood6Test(Over6, RelayedFloodTest):
    """Of DHCPv6."""

    packets = staticmethod(packets6)


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
