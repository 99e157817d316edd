"""DHCPv6 messages that real clients send seldom, written by hand: what each is answered, and what is stored then."""

from __future__ import annotations

from typing import Any

from live.support.case6 import NETWORK6, OneLink6Test, subnet6
from live.support.client6 import NA, PD, LinkClients6, duid, query6, request_of6
from live.support.exchange import Verdict
from live.support.packet import colons
from live.support.packet6 import SERVER_PORT6, Ia, Message6, Option6, Status, Type6, Unit, ia_of
from live.support.waiting import eventually

ANNA, BERT, CARL = duid(4), duid(8), duid(12)  # each wants an address and a prefix
ASSIGNED, DECLINED, RELEASED = 0, 1, 3
ELSEWHERE = "2001:db8:88::1000"


class Dhcpv6MessagesTest(OneLink6Test):
    """A server on one link. Carl has leases from the start."""

    def start(self, **keys: Any) -> None:
        """With every renewal written."""
        super().start(**{"cache_threshold": 0.0, **keys})
        self.wire: LinkClients6 = self.link_clients()
        self.carls: Message6 = self.wire.lease(CARL)
        self.server_id = self.carls.options[Option6.SERVER_ID]

    def probe(self) -> Message6:
        """Carl's renewal: certainly answered, and after a commit, so that nothing earlier is still under way."""
        return self.wire.dialogue.renew(CARL, self.wire.dialogue.held(self.carls))

    def ask(self, kind: Type6, who: bytes, *ias: Ia) -> Message6:
        names_server = kind not in (Type6.SOLICIT, Type6.CONFIRM, Type6.REBIND)
        return self.wire.ask(query6(kind, who, ias, server_id=self.server_id if names_server else None)).message

    def lease(self, unit: str) -> dict[str, Any]:
        [found] = [lease for lease in self.subject.control.leases() if lease["ip-address"] == unit.partition("/")[0]]
        return found

    def few(self, last: str) -> dict[str, Any]:
        """Addresses from 2001:db8:77::1000 to `last`, and four prefixes."""
        pools = {"pd-pools": [{"prefix": "2001:db8:f000::", "prefix-len": 54, "delegated-len": 56}]}
        return {"subnet6": [subnet6(1, NETWORK6, f"2001:db8:77::1000 - {last}", interface="lan", **pools)]}

    def test_a_reply_carries_what_the_configuration_says(self) -> None:
        self.start(option_data=[{"name": "dns-servers", "data": "2001:db8::53"}], preferred_lifetime=1800,
                   renew_timer=900, rebind_timer=1440)
        solicit = query6(Type6.SOLICIT, ANNA, [Ia(NA), Ia(PD)])
        request = request_of6(self.wire.ask(solicit).message)
        request.options[Option6.REQUESTED] = Option6.DNS_SERVERS.to_bytes(2, "big")
        received = self.wire.ask(request)
        reply = received.message
        self.assertEqual((received.frame.source, received.frame.source_port),
                         (self.server_side.link_local("lan"), SERVER_PORT6))
        self.assertEqual([ia.kind for ia in reply.ias], [NA, PD])
        for ia in reply.ias:
            self.assertEqual((ia.t1, ia.t2, [(unit.preferred, unit.valid) for unit in ia.units]),
                             (900, 1440, [(1800, 3600)]))
        self.assertEqual(reply.options[Option6.DNS_SERVERS].hex(), "20010db8000000000000000000000053")
        self.assertEqual((reply.duid, reply.options[Option6.SERVER_ID]), (ANNA, self.server_id))

    def test_one_renewal_is_one_datagram_and_one_reply(self) -> None:
        self.start()
        control = self.subject.control
        received, sent = control.statistic("pkt6-received"), control.statistic("pkt6-reply-sent")
        renewal = self.probe()
        answer = self.wire.ask_once(renewal).message
        self.assertIs(self.wire.dialogue.verdict(renewal, answer), Verdict.ACK)
        self.assertEqual((control.statistic("pkt6-received"), control.statistic("pkt6-reply-sent")),
                         (received + 1, sent + 1))
        self.assertIsNone(self.wire.receive(0), "a second answer came")

    def test_a_declined_address_is_kept_away_and_the_prefix_stays(self) -> None:
        self.start(**self.few("2001:db8:77::1003"))
        address, prefix = self.wire.lease(ANNA).units
        before = self.lease(prefix)
        reply = self.ask(Type6.DECLINE, ANNA, ia_of(address))
        self.assertEqual((reply.status, reply.units), (Status.SUCCESS, []))

        declined = eventually(lambda: self.subject.control.lease(address), "the declined lease is shown")
        self.assertEqual((declined["state"], declined["valid-lft"]), (DECLINED, 86400))
        self.assertNotIn(colons(ANNA), str(declined))
        self.assertEqual(self.subject.control.statistic("declined-addresses"), 1)
        self.assertEqual(self.lease(prefix), before)
        self.assertNotIn(address, self.wire.lease(BERT).units)
        again = self.wire.lease(ANNA).units
        self.assertNotEqual(again[0], address)
        self.assertEqual(again[1], prefix)

    def test_a_declined_prefix_stays_with_its_client(self) -> None:
        self.start()
        prefix = self.wire.lease(ANNA).units[1]
        self.ask(Type6.DECLINE, ANNA, ia_of(prefix))
        self.assertEqual((self.lease(prefix)["state"], self.lease(prefix)["duid"]), (ASSIGNED, colons(ANNA)))

    def test_what_belongs_to_somebody_else_can_neither_be_declined_nor_released(self) -> None:
        self.start()
        units = self.wire.lease(ANNA).units
        before = [self.lease(unit) for unit in units]
        for kind in (Type6.DECLINE, Type6.RELEASE):
            with self.subTest(kind=kind.name):
                reply = self.ask(kind, BERT, *map(ia_of, units))
                self.assertEqual({ia.status for ia in reply.ias}, {Status.NO_BINDING})
                self.assertEqual([self.lease(unit) for unit in units], before)

    def test_a_released_address_and_prefix_return_to_their_client(self) -> None:
        self.start()
        units = self.wire.lease(ANNA).units
        reply = self.ask(Type6.RELEASE, ANNA, *map(ia_of, units))
        self.assertEqual(reply.status, Status.SUCCESS)
        self.assertEqual([self.lease(unit)["state"] for unit in units], [RELEASED, RELEASED])
        self.assertFalse(set(units) & set(self.wire.lease(BERT).units))
        self.assertEqual(self.wire.lease(ANNA).units, units)

    def test_a_prefix_is_released_by_itself(self) -> None:
        self.start()
        address, prefix = self.wire.lease(ANNA).units
        self.ask(Type6.RELEASE, ANNA, ia_of(prefix))
        self.assertEqual([self.lease(unit)["state"] for unit in (address, prefix)], [ASSIGNED, RELEASED])

    def test_confirm_tells_whether_addresses_are_on_the_link(self) -> None:
        self.start()
        for address, status in (("2001:db8:77::99", Status.SUCCESS), (ELSEWHERE, Status.NOT_ON_LINK)):
            with self.subTest(address=address):
                reply = self.ask(Type6.CONFIRM, ANNA, ia_of(address))
                self.assertEqual((reply.status, reply.ias), (status, []))
        self.assertEqual(self.wire.answers_before(query6(Type6.CONFIRM, ANNA, [Ia(NA)]), self.probe), [])

    def test_a_renewal_of_what_the_server_does_not_know(self) -> None:
        """Told with lifetimes of 0, beside a new lease (RFC 8415 18.3.4)."""
        self.start()
        for kind in (Type6.RENEW, Type6.REBIND):
            with self.subTest(kind=kind.name):
                [ia] = self.ask(kind, ANNA, ia_of(ELSEWHERE)).ias
                self.assertEqual([(unit.preferred, unit.valid) for unit in ia.units if unit.text == ELSEWHERE], [(0, 0)])
                self.assertEqual(len(ia.granted), 1)

    def test_a_message_for_another_server_is_left_to_it(self) -> None:
        self.start()
        request = request_of6(self.wire.ask(query6(Type6.SOLICIT, ANNA, [Ia(NA)])).message)
        request.options[Option6.SERVER_ID] = duid(99)
        self.assertEqual(self.wire.answers_before(request, self.probe), [])
        self.assertEqual({lease["duid"] for lease in self.subject.control.leases()}, {colons(CARL)})

    def test_what_runs_out_is_said_of_its_ia_alone(self) -> None:
        self.start(**self.few("2001:db8:77::1000"))  # Carl's
        advertised = self.ask(Type6.SOLICIT, ANNA, Ia(NA), Ia(PD))
        self.assertEqual([(ia.kind, ia.status, len(ia.granted)) for ia in advertised.ias],
                         [(NA, Status.NO_ADDRS_AVAIL, 0), (PD, Status.SUCCESS, 1)])

    def test_rapid_commit_leases_at_once(self) -> None:
        self.start(subnet6=[{**self.few("2001:db8:77::1fff")["subnet6"][0], "rapid-commit": True}])
        solicit = query6(Type6.SOLICIT, ANNA, [Ia(NA), Ia(PD)])
        solicit.options[Option6.RAPID_COMMIT] = b""
        reply = self.wire.ask(solicit).message
        self.assertIs(reply.type, Type6.REPLY)
        self.assertIn(Option6.RAPID_COMMIT, reply.options)
        self.assertEqual([self.lease(unit)["duid"] for unit in reply.units], [colons(ANNA)] * 2)

    def test_a_prefix_length_is_wished(self) -> None:
        self.start(subnet6=[subnet6(1, NETWORK6, "2001:db8:77::1000 - 2001:db8:77::1fff", interface="lan", **{
            "pd-pools": [{"prefix": f"2001:db8:f{number}00::", "prefix-len": 40, "delegated-len": length}
                         for number, length in enumerate((56, 60, 64))]})])
        for length in (56, 60, 64):
            with self.subTest(length=length):
                [ia] = self.ask(Type6.SOLICIT, duid(length), Ia(PD, 1, [Unit(f"::/{length}")])).ias
                self.assertTrue(ia.units[0].text.endswith(f"/{length}"), ia)

    def test_information_request_is_answered_with_options_and_without_a_lease(self) -> None:
        self.start(option_data=[{"name": "dns-servers", "data": "2001:db8::53"}])
        message = Message6(Type6.INFORMATION_REQUEST, 7, {Option6.REQUESTED: Option6.DNS_SERVERS.to_bytes(2, "big")})
        reply = self.wire.ask(message).message
        self.assertEqual(reply.options[Option6.DNS_SERVERS].hex(), "20010db8000000000000000000000053")
        self.assertEqual(reply.ias, [])
        self.assertEqual({lease["duid"] for lease in self.subject.control.leases()}, {colons(CARL)})
