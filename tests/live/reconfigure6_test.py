"""RECONFIGURE (RFC 8415 18.3.11): clients that take it are made to renew by a command, each with a key of its own."""

from __future__ import annotations

import hashlib
import hmac
import unittest
from typing import Any

from live.support.case6 import NETWORK6, SERVER_ADDRESS6, OneLink6Test, quick_to_use
from live.support.client6 import NA, RelayedClients6, duid, query6
from live.support.exchange import UdpExchange
from live.support.packet6 import Ia, Message6, Option6, Type6
from live.support.waiting import eventually

_DIGEST_SIZE = 16


class Reconfigure6Test(OneLink6Test):
    """Clients on the link, and one behind a relay."""

    def start(self, **keys: Any) -> None:
        super().start(reconfigure_accept=True, **keys)

    def lease(self, clients: UdpExchange, who: bytes, willing: bool = True) -> tuple[Message6, bytes]:
        """An address by SOLICIT and REQUEST, and the key that came with it."""
        accept = {Option6.RECONFIGURE_ACCEPT: b""} if willing else {}
        solicit = query6(Type6.SOLICIT, who, [Ia(NA)])
        solicit.options.update(accept)
        offer = clients.ask(solicit).message
        request = query6(Type6.REQUEST, who, offer.ias, server_id=offer.options[Option6.SERVER_ID])
        request.options.update(accept)
        reply = clients.ask(request).message
        auth = reply.options.get(Option6.AUTHENTICATION, b"")
        if not willing:
            self.assertEqual(auth, b"")
            return reply, b""
        self.assertIn(Option6.RECONFIGURE_ACCEPT, reply.options)
        self.assertEqual((auth[:3], auth[11], len(auth)), (b"\x03\x01\x00", 1, 12 + 16))
        return reply, auth[12:]

    def expect(self, clients: UdpExchange, who: bytes, key: bytes) -> Message6:
        """The next RECONFIGURE, whose digest is checked as a client would (RFC 8415 20.4.3)."""
        def received() -> Message6 | None:
            found = clients.receive(1)
            return found.message if found and found.message.type is Type6.RECONFIGURE else None

        message = eventually(received, "a RECONFIGURE comes", self.subject.log)
        self.assertEqual((message.xid, message.duid), (0, who))
        auth = message.options[Option6.AUTHENTICATION]
        self.assertEqual((auth[:3], auth[11], len(auth)), (b"\x03\x01\x00", 2, 12 + _DIGEST_SIZE))
        unsigned = message.encode()[:-_DIGEST_SIZE] + bytes(_DIGEST_SIZE)
        self.assertEqual(auth[12:], hmac.new(key, unsigned, hashlib.md5).digest(), "the digest")
        return message

    def renew(self, clients: UdpExchange, reply: Message6) -> None:
        message = query6(Type6.RENEW, reply.duid, reply.ias, server_id=reply.options[Option6.SERVER_ID])
        message.options[Option6.RECONFIGURE_ACCEPT] = b""
        self.assertEqual(clients.ask(message).message.units, reply.units)

    def status(self) -> dict[str, int]:
        return dict(self.subject.control.do("status-get").get("reconfigure", {}))

    def test_a_client_is_told_until_it_renews(self) -> None:
        self.start()
        clients = self.link_clients()
        reply, key = self.lease(clients, duid(1))
        self.lease(clients, duid(2), willing=False)
        told = self.subject.control.do("reconfigure6", {"all": True})
        self.assertEqual(told, {"told": 1, "without-key": 1, "refused": 0})
        first = self.expect(clients, duid(1), key)
        self.assertEqual(first.options[Option6.RECONFIGURE_MESSAGE], bytes([Type6.RENEW]))
        second = self.expect(clients, duid(1), key)
        replay = [message.options[Option6.AUTHENTICATION][3:11] for message in (first, second)]
        self.assertLess(replay[0], replay[1])
        self.renew(clients, reply)
        self.assertEqual((self.status()["waiting"], self.status()["answered"]), (0, 1))
        self.assertEqual(self.subject.control.do("statistic-get", {"name": "pkt6-reconfigure-sent"})
                         ["pkt6-reconfigure-sent"][0][0], 2)

    def test_keys_and_ways_outlive_a_restart(self) -> None:
        self.start()
        clients = self.link_clients()
        reply, key = self.lease(clients, duid(1))
        self.subject.kill()
        self.subject.start()
        self.subject.control.do("reconfigure6", {"duid": duid(1).hex(":"), "message": "rebind"})
        message = self.expect(clients, duid(1), key)
        self.assertEqual(message.options[Option6.RECONFIGURE_MESSAGE], bytes([Type6.REBIND]))
        self.renew(clients, reply)

    def test_a_client_behind_a_relay_is_told_through_it(self) -> None:
        quick_to_use(self.client_side, "lo")
        self.client_side.ip("address", "add", "2001:db8:77::2/64", "dev", "eth0", "nodad")
        subnets = [*self.keys()["subnet6"], {"id": 2, "subnet": "2001:db8:88::/64",
                                             "relay": {"ip-addresses": ["2001:db8:77::2"]},
                                             "pools": [{"pool": "2001:db8:88::/80"}]}]
        self.start(subnet6=subnets)
        clients = RelayedClients6(self.client_side, "2001:db8:77::2", SERVER_ADDRESS6, b"port 7")
        self.addCleanup(clients.close)
        _, key = self.lease(clients, duid(3))
        self.subject.control.do("reconfigure6", {"subnet-id": 2})
        message = self.expect(clients, duid(3), key)
        self.assertEqual([(relay.type, relay.link, relay.interface_id) for relay in message.relays],
                         [(Type6.RELAY_REPL, "2001:db8:77::2", b"port 7")])

    def test_wrong_calls_say_what_to_do(self) -> None:
        self.start()
        for arguments, text in (({}, "whom to tell"), ({"all": True, "subnet-id": 1}, "whom to tell"),
                                ({"duid": "xyz"}, "octets in hexadecimal"),
                                ({"all": True, "message": "advertise"}, '"renew", "rebind"')):
            answer = self.subject.control.ask("reconfigure6", arguments)
            self.assertEqual(answer["result"], 1)
            self.assertIn(text, answer["text"])
        self.assertEqual(self.subject.control.ask("reconfigure6", {"subnet-id": 1})["result"], 3)
        self.subject.control.do("config-set", self.subject.configuration(**self.keys()))
        answer = self.subject.control.ask("reconfigure6", {"all": True})
        self.assertIn("reconfigure-accept is false", answer["text"])


if __name__ == "__main__":
    unittest.main()
