"""A backlog that piled up while the server could not run is not worked off: fresh packets are served instead."""

from __future__ import annotations

import signal
import time

from live.support.case import OneRelayTest
from live.support.client import hardware_address, query
from live.support.packet import Type
from live.support.waiting import eventually

STALE = "DHCP4_STALE_PACKETS"


class CongestionTest(OneRelayTest):
    """The server is frozen, as a machine without processor time would freeze it."""

    def test_a_stale_backlog_is_dropped_and_a_fresh_packet_answered(self) -> None:
        self.start(dhcp_queue_control={"packet-age-max": 5000})
        self.wire.lease(hardware_address(1))
        backlog = [query(Type.DISCOVER, hardware_address(number)) for number in range(10, 60)]
        self.subject.program.send_signal(signal.SIGSTOP)
        for message in backlog:
            self.wire.send(message)
        time.sleep(5.5)  # the age itself; long, so that a machine's own jams do not make the fresh packet old
        self.subject.program.send_signal(signal.SIGCONT)
        fresh = query(Type.DISCOVER, hardware_address(99))
        seen = self.wire.answers_before(fresh, lambda: query(Type.DISCOVER, hardware_address(98)))
        self.assertEqual([answer.message.xid for answer in seen], [fresh.xid])
        eventually(lambda: self.stale() == len(backlog), "each stale packet is counted")
        self.subject.wait_log(STALE)

    def test_without_the_limit_the_backlog_is_served(self) -> None:
        self.start(dhcp_queue_control={"packet-age-max": 0})
        backlog = [query(Type.DISCOVER, hardware_address(number)) for number in range(10, 20)]
        self.subject.program.send_signal(signal.SIGSTOP)
        for message in backlog:
            self.wire.send(message)
        time.sleep(2.5)
        self.subject.program.send_signal(signal.SIGCONT)
        wanted = {message.xid for message in backlog}

        def all_answered() -> bool:
            received = self.wire.receive(0.1)
            if received is not None:
                wanted.discard(received.message.xid)
            return not wanted

        eventually(all_answered, "each packet of the backlog is answered")
        self.assertEqual(self.stale(), 0)

    def stale(self) -> int:
        return int(self.subject.control.do("status-get")["limits"]["packets-stale"])
