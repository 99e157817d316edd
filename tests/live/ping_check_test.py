"""An address that somebody uses without a lease is noticed before it is offered, and nobody waits for that."""

from __future__ import annotations

from typing import Any

from live.support.case import NETWORK, OneLinkTest
from live.support.client import hardware_address, query
from live.support.packet import Type
from live.support.server import subnet
from live.support.waiting import eventually

ANNA, BERT = hardware_address(1), hardware_address(2)
DECLINED = 1


class PingCheckTest(OneLinkTest):
    """The first address of the pool is in use by a machine that set it by hand."""

    def setUp(self) -> None:
        super().setUp()
        self.squatter = "10.77.0.100"
        self.client_side.ip("address", "add", f"{self.squatter}/24", "dev", "eth0")
        self.wire = self.direct_client(self.client_side)

    def start_with(self, **parameters: Any) -> None:
        self.start(hooks_libraries=[{"library": "libdhcp_ping_check.so", "parameters": parameters}],
                   subnet4=[subnet(1, NETWORK, "10.77.0.100 - 10.77.0.102")])

    def test_the_address_is_declined_and_another_is_offered(self) -> None:
        self.start_with(**{"min-ping-requests": 1, "reply-timeout": 5000})
        offer = self.wire.ask(query(Type.DISCOVER, ANNA)).message
        self.assertNotEqual(offer.yiaddr, self.squatter)
        lease = self.subject.control.lease(self.squatter)
        self.assertEqual((lease["state"], lease["hw-address"]), (DECLINED, ""))
        status = self.subject.control.do("status-get")
        self.assertEqual(status["ping-check"]["answered"], 1)

    def test_others_are_answered_while_one_is_looked_for(self) -> None:
        self.start(hooks_libraries=[{"library": "libdhcp_ping_check.so", "parameters": {
                       "min-ping-requests": 1, "reply-timeout": 60000}}],
                   subnet4=[subnet(1, NETWORK, "10.77.0.101 - 10.77.0.102", reservations=[
                       {"hw-address": BERT.hex(":"), "ip-address": "10.77.0.50"}])],
                   client_classes=[])
        waiting = query(Type.DISCOVER, ANNA)
        self.wire.send(waiting)
        eventually(lambda: self.subject.control.do("status-get")["limits"]["packets-parked"] == 1,
                   "the first client's packet waits for an answer to a ping")
        # A client that renews needs no look; it is heard although the other one waits.
        inform = query(Type.INFORM, BERT, ciaddr="10.77.0.100")
        self.assertIs(self.wire.ask(inform).message.type, Type.ACK)
        self.assertEqual(self.subject.control.do("status-get")["limits"]["packets-parked"], 1)
