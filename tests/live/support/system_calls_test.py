"""The reader of traces, on lines as strace 6.1 writes them."""

from __future__ import annotations

import unittest

from live.support.client import query
from live.support.client6 import duid, query6
from live.support.packet import Message, Type
from live.support.packet6 import Message6, Relay, Type6, ia_of
from live.support.system_calls import acks_too_early, read_calls


def escaped(octets: bytes) -> str:
    return "".join(f"\\x{octet:02x}" for octet in octets)


def ack() -> Message:
    made = query(Type.ACK, b"\x02anna0", xid=7, yiaddr="192.0.2.10")
    made.op = 2
    return made


def relayed(kind: Type6, message: Message6) -> bytes:
    return Relay(kind, 0, "2001:db8::1", "fe80::1").around(message.encode())


DATAGRAM = escaped(query(Type.REQUEST, b"\x02anna0", xid=7).encode())
ACK = escaped(ack().encode())
DATAGRAM6 = escaped(relayed(Type6.RELAY_FORW, query6(Type6.RENEW, duid(1), [ia_of("2001:db8:1::/56")], xid=7)))
REPLY6 = escaped(relayed(Type6.RELAY_REPL, query6(Type6.REPLY, duid(1), [ia_of("2001:db8:1::/56", 60, 60)], xid=7)))
WAL = f"5<{escaped(b'/data/leases4.db-wal')}>"


class ReadCallsTest(unittest.TestCase):
    """Lines of several threads become calls."""

    def test_a_call_on_one_line(self) -> None:
        [call] = read_calls([f"12 fdatasync({WAL}) = 0\n"])
        self.assertTrue(call.is_flush_of("leases4.db-wal"))
        self.assertFalse(call.is_flush_of("other.db"))

    def test_a_flush_that_failed_is_none(self) -> None:
        [call] = read_calls([f"12 fdatasync({WAL}) = -1 EIO (Input/output error)\n"])
        self.assertFalse(call.is_flush_of("leases4.db-wal"))

    def test_an_interrupted_call_lasts_from_its_first_line_to_its_second(self) -> None:
        calls = read_calls([
            f"12 fdatasync({WAL} <unfinished ...>\n",
            f'11 recvmmsg(3<x>, [{{msg_hdr={{msg_iov=[{{iov_base="{DATAGRAM}", iov_len=1500}}]}}, msg_len=300}}],'
            " 64) = 1\n",
            "12 <... fdatasync resumed>) = 0\n",
        ])
        self.assertEqual([(call.name, call.begins, call.ends) for call in calls],
                         [("recvmmsg", 1, 1), ("fdatasync", 0, 2)])
        self.assertTrue(calls[1].is_flush_of("leases4.db"))
        self.assertEqual([message.xid for message in calls[0].messages()], [7])

    def test_a_buffer_with_headers_before_the_message(self) -> None:
        [call] = read_calls([f'11 sendto(4<x>, "{escaped(bytes(42))}{DATAGRAM}", 342, 0) = 342\n'])
        self.assertEqual([message.type for message in call.messages()], [Type.REQUEST])

    def test_a_continuation_without_a_beginning_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            read_calls(["12 <... fdatasync resumed>) = 0\n"])


class AcksTooEarlyTest(unittest.TestCase):
    """The judge of I1 sees each way in which an ACK can be early."""

    datagram, answer = DATAGRAM, ACK
    begin, end = f"12 fdatasync({WAL} <unfinished ...>\n", "12 <... fdatasync resumed>) = 0\n"
    flush = f"12 fdatasync({WAL}) = 0\n"

    @property
    def request(self) -> str:
        return f'11 recvmmsg(3<x>, [{{iov_base="{self.datagram}"}}], 64) = 1\n'

    @property
    def ack(self) -> str:
        return f'11 sendmmsg(3<x>, [{{iov_base="{self.answer}"}}], 1) = 1\n'

    def early(self, *lines: str) -> int:
        return len(acks_too_early(read_calls(lines), "leases4.db"))

    def test_request_flush_ack_is_right(self) -> None:
        self.assertEqual(self.early(self.request, self.flush, self.ack), 0)
        self.assertEqual(self.early(self.request, self.begin, self.end, self.ack), 0)

    def test_no_flush_between_request_and_ack(self) -> None:
        self.assertEqual(self.early(self.request, self.ack), 1)
        self.assertEqual(self.early(self.request, self.ack, self.flush), 1)
        self.assertEqual(self.early(self.flush, self.request, self.ack), 1)

    def test_a_flush_that_was_under_way_when_the_request_came_does_not_count(self) -> None:
        self.assertEqual(self.early(self.begin, self.request, self.end, self.ack), 1)

    def test_an_ack_during_the_flush(self) -> None:
        self.assertEqual(self.early(self.request, self.begin, self.ack, self.end), 1)

    def test_a_flush_of_another_file(self) -> None:
        self.assertEqual(self.early(self.request, self.flush.replace(WAL, "5<>"), self.ack), 1)


class RepliesTooEarlyTest(AcksTooEarlyTest):
    """The same with relayed messages of DHCPv6."""

    datagram, answer = DATAGRAM6, REPLY6


if __name__ == "__main__":
    unittest.main()
