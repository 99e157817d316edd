"""kill -9 at random moments under load: nothing acknowledged is lost, no address has two owners (I1, I2, I3)."""

from __future__ import annotations

import random

from live.support.case import OneRelayTest
from live.support.case6 import Over6
from live.support.load import Load
from support.ledger import Ledger

EVENTS_BETWEEN_KILLS_MAX = 4000


class KillTest(OneRelayTest):
    """The server dies again and again while clients lease, renew and release."""

    rounds = 10

    def survive_kills(self, lifetimes: tuple[int, ...]) -> Ledger:
        seed = self.seed()
        chance = random.Random(seed)
        self.start()
        capture = self.capture()
        load = Load(self.wire, seed, lifetimes=lifetimes)
        load.run_until_acknowledged(300)
        for _ in range(self.rounds):
            load.run(chance.randint(1, EVENTS_BETWEEN_KILLS_MAX))
            self.subject.kill()
            load.run(chance.randint(1, 200))  # into the void
            self.subject.start()
        load.run_until_acknowledged(300)
        load.settle()
        capture.stop()
        ledger = Ledger(capture.messages())
        # Each ACK that a client took was captured; repeated ones may be there besides.
        self.assertGreaterEqual(ledger.acknowledged, load.acknowledged)
        return ledger

    def test_long_leases(self) -> None:
        self.judge(self.survive_kills(lifetimes=(3600,)))

    def test_leases_that_expire_and_change_hands_meanwhile(self) -> None:
        self.judge(self.survive_kills(lifetimes=(2, 3, 3600)))


class Kill6Test(Over6, KillTest):
    """The same with DHCPv6: clients with addresses, with prefixes, and with both; three of four clients want either, so
    pools are smaller, that they run out and units change hands."""

    rounds = 6
    last_address = "2001:db8:88::13e7"
    delegated_from = 46
