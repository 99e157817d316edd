"""The order of system calls in the real binary: no ACK is sent before its lease is on the disk (I1)."""

from __future__ import annotations

import re

from live.support.case import OneRelayTest
from live.support.case6 import Over6
from live.support.load import Load
from live.support.system_calls import SENDS, Call, acks_too_early, read_calls, strace_command
from live.support.waiting import eventually
from support.ledger_reading import Granted, read


class DurabilityTest(OneRelayTest):
    """A server under strace."""

    def setUp(self) -> None:
        super().setUp()
        self.trace = self.folder / "trace"
        self.lease_file = f"leases{self.family}.db"
        self.subject.wrapper = strace_command(self.trace)

    def calls(self) -> list[Call]:
        """The whole trace, once the server has ended."""
        self.assertEqual(self.subject.stop(), 0)
        end = re.compile(rf"^{self.subject.pid} +\+\+\+ exited", re.MULTILINE)
        eventually(lambda: end.search(self.trace.read_text()), "strace sees the end")
        with self.trace.open() as lines:
            return read_calls(lines)

    @staticmethod
    def acks(calls: list[Call]) -> int:
        return sum(any(isinstance(said, Granted) for said in read(message))
                   for call in calls if call.name in SENDS for message in call.messages())

    def test_a_lone_client(self) -> None:
        self.start()
        self.wire.lease(self.wire.dialogue.who(4))
        calls = self.calls()
        self.assertEqual(self.acks(calls), 1)
        self.assertEqual(acks_too_early(calls, self.lease_file), [])

    def test_many_clients_at_once(self) -> None:
        self.start()
        load = Load(self.wire, self.seed(), clients=200, in_flight=48)
        load.run_until_acknowledged(600)
        load.settle()
        calls = self.calls()
        self.assertGreaterEqual(self.acks(calls), 600)
        self.assertEqual(acks_too_early(calls, self.lease_file), [])
        flushes = sum(call.is_flush_of(self.lease_file) for call in calls)
        self.assertLess(flushes, self.acks(calls), "no two leases shared a flush: this is no group commit")


class Durability6Test(Over6, DurabilityTest):
    """With DHCPv6: the leases of a REPLY, its prefixes included, are on the disk before it leaves."""
