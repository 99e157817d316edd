"""What watches a server sees what happens to it: probes, metrics, and a stream of lease events, over HTTP."""

from __future__ import annotations

import json
import re
import socket
import unittest
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from live.support.case import OneLinkTest
from live.support.case6 import OneLink6Test
from live.support.client import hardware_address
from live.support.databases import PostgreSqlBackend, SharedBackend
from live.support.http_control import HttpControl
from live.support.metrics_text import Metrics
from live.support.real_client import RealClient, Udhcpc
from live.support.real_client6 import Dhclient6
from live.support.waiting import eventually

PORT = 8000
ANNA, BERT, CARL = (hardware_address(number) for number in (1, 2, 3))


@dataclass
class Event:
    kind: str
    number: str
    data: dict[str, Any]


class EventReader:
    """A client that keeps a stream open."""

    def __init__(self, http: HttpControl, query: str = "", last: str = "") -> None:
        self._socket: socket.socket = http.raw()
        seen = f"Last-Event-ID: {last}\r\n" if last else ""
        self._socket.sendall(f"GET /events{query} HTTP/1.1\r\nHost: x\r\n{seen}\r\n".encode())
        self._text = b""
        self.header = self._block(b"\r\n\r\n")
        self._events = self._read()

    def _block(self, end: bytes = b"\n\n") -> str:
        while end not in self._text:
            piece = self._socket.recv(65536)
            if not piece:
                raise EOFError(self._text)
            self._text += piece
        block, self._text = self._text.split(end, 1)
        return block.decode()

    def _read(self) -> Iterator[Event]:
        while True:
            fields = dict(line.split(": ", 1) for line in self._block().splitlines() if not line.startswith(":"))
            if "event" in fields:
                yield Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))

    def next(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        self._socket.close()


class Watched:
    """Before a scene with one server, which gets an HTTP socket."""

    def setUp(self: Any) -> None:
        super().setUp()  # type: ignore[misc]
        self.http = HttpControl(self.server_side, PORT)

    def begin(self: Any, clients: list[dict[str, Any]] | None = None, **keys: Any) -> None:
        http: dict[str, Any] = {"socket-type": "http", "socket-port": PORT}
        if clients:
            http["authentication"] = {"type": "basic", "clients": clients}
        unix = {"socket-type": "unix", "socket-name": str(self.subject.socket_path)}
        self.start(control_sockets=[unix, http], **keys)

    def get(self: Any, path: str) -> tuple[int, str]:
        answer = self.http.post("", method="GET", path=path)
        return answer.status, answer.text

    def json(self, path: str) -> tuple[int, dict[str, Any]]:
        status, text = self.get(path)
        return status, json.loads(text)

    def metrics(self) -> Metrics:
        status, text = self.get("/metrics")
        assert status == 200, text
        return Metrics(text)

    def metric(self, name: str, *labels: str) -> int:
        for line in self.get("/metrics")[1].splitlines():
            if re.match(rf"{name}[{{ ]", line) and all(label in line for label in labels):
                return int(line.rsplit(" ", 1)[1])
        raise AssertionError(f"there is no {name} with {labels}")

    def metrics_after(self: Any, client: RealClient, messages: set[str]) -> Metrics:
        """The text is right, and these messages and no others were answered; each change that was stored travelled in
        a commit, and there are as many answers as messages sent."""
        now, family = self.metrics(), str(self.family)
        name = "leasehold_exchange_seconds"
        self.assertEqual(now.labels(name, "message"), messages, client.program.output())
        times = [now.histogram(name, family=family, message=message) for message in messages]
        self.assertTrue(all(one.sum > 0 for one in times))
        self.assertEqual(sum(one.count for one in times), now.value("leasehold_packets_sent_total", family=family))
        batches = now.histogram("leasehold_commit_batch_leases", family=family)
        self.assertGreater(batches.count, 0)
        self.assertEqual(batches.sum, now.value("leasehold_db_changes_total", family=family, outcome="applied"))
        commits = now.histogram("leasehold_commit_seconds", family=family)
        self.assertEqual(commits.count, batches.count)
        self.assertGreater(commits.sum, 0)
        return now

    def events(self: Any, query: str = "", last: str = "") -> EventReader:
        reader = EventReader(self.http, query, last)
        self.addCleanup(reader.close)
        return reader


class WatchedTest(Watched, OneLinkTest):
    """With DHCPv4."""


class ObservabilityTest(WatchedTest):
    def test_metrics_move_with_leases(self) -> None:
        self.begin()
        wire = self.direct_client(self.client_side)
        of_subnet = ('subnet_id="1"', 'prefix="10.77.0.0/24"', 'subnet="10.77.0.0/24"', 'shared_network=""')
        self.assertEqual(self.metric("kea_dhcp4_addresses_assigned_total", *of_subnet), 0)
        self.assertEqual(self.metric("kea_dhcp4_addresses_total", *of_subnet), 100)
        wire.lease(ANNA)
        self.assertEqual(self.metric("kea_dhcp4_addresses_assigned_total", *of_subnet), 1)
        self.assertEqual(self.metric("kea_dhcp4_pool_addresses_assigned_total", 'pool_id="0"', *of_subnet), 1)
        self.assertEqual(self.metric("kea_dhcp4_packets_sent_total", 'operation="ack"'), 1)
        self.assertEqual(self.metric("kea_dhcp4_packets_received_total", 'operation="discover"'), 1)
        self.assertEqual(self.metric("leasehold_service_state", 'state="open"'), 1)
        self.assertEqual(self.metric("leasehold_backend_state", 'state="serving"'), 1)
        self.assertEqual(self.metric("leasehold_leases", 'family="4"'), 1)
        self.assertGreater(self.metric("leasehold_commands_total", 'event="http-requests"'), 0)
        head = self.http.post("", method="HEAD", path="/metrics")
        self.assertEqual((head.status, head.text), (200, ""))
        self.assertIn("version=0.0.4", head.headers["Content-Type"])

    def test_histograms_count_what_a_client_was_answered(self) -> None:
        self.begin()
        before = self.metrics()
        self.assertNotIn("leasehold_exchange_seconds", before.metrics)
        self.assertEqual(before.histogram("leasehold_commit_seconds", family="4").count, 0)
        client = self.real_client(Udhcpc, self.client_side)
        client.start()
        client.wait_bound()
        self.metrics_after(client, {"discover", "request"})
        client.release()
        eventually(lambda: self.metric("kea_dhcp4_packets_received_total", 'operation="release"') == 1, "it arrives")
        self.assertEqual(self.metrics().labels("leasehold_exchange_seconds", "message"), {"discover", "request"},
                         "a release gets no answer")

    def test_streams_and_connections_are_counted(self) -> None:
        self.begin()
        self.assertEqual(self.metrics().value("leasehold_event_streams", family="4"), 0)
        self.events()
        self.events("?family=6")
        now = self.metrics()
        self.assertEqual(now.value("leasehold_event_streams", family="4"), 1)
        self.assertEqual(now.value("leasehold_control_connections", family="4"), 3, "two streams, and this one")
        self.assertEqual(now.value("leasehold_db_reconnect_attempts_total", family="4", result="succeeded"), 1)

    def test_many_subnets_hold_up_nobody(self) -> None:
        subnets = [{"id": 1, "subnet": "10.77.0.0/24", "pools": [{"pool": "10.77.0.100 - 10.77.0.199"}]}]
        subnets += [{"id": number, "subnet": f"10.{100 + number // 250}.{number % 250}.0/24",
                     "pools": [{"pool": f"10.{100 + number // 250}.{number % 250}.0/24"}]}
                    for number in range(2, 5001)]
        self.begin(subnet4=subnets)
        wire = self.direct_client(self.client_side)
        slow = self.http.raw()
        self.addCleanup(slow.close)
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        slow.recv(1000)  # it is on its way, and nobody takes it
        self.assertTrue(wire.lease(ANNA).yiaddr)
        self.assertEqual(self.metric("kea_dhcp4_addresses_total", 'subnet_id="5000"'), 256)

    def test_events_arrive_and_go_on_after_a_break(self) -> None:
        self.begin()
        wire = self.direct_client(self.client_side)
        reader = self.events()
        self.assertIn("text/event-stream", reader.header)
        address = wire.lease(ANNA).yiaddr
        granted = reader.next()
        self.assertEqual((granted.kind, granted.data["cause"], granted.data["family"]), ("lease", "granted", 4))
        self.assertIsNone(granted.data["before"])
        self.assertEqual(granted.data["after"]["ip-address"], address)
        shown = self.subject.control.do("lease4-get", {"ip-address": address})
        self.assertEqual(granted.data["after"], shown)
        reader.close()

        self.subject.control.do("lease4-del", {"ip-address": address})
        wire.lease(BERT)
        again = self.events(last=granted.number)
        self.assertEqual([again.next().data["cause"] for _ in range(2)], ["removed", "granted"])
        only = self.events("?family=4&subnet-id=1&cause=removed", granted.number)
        self.assertEqual(only.next().data["before"]["ip-address"], address)
        late = self.events(last="1-1")
        self.assertEqual((late.next().kind, late.next().number), ("gap", granted.number))
        self.assertEqual(self.json("/events?cause=given")[0], 400)

    def test_who_may_look(self) -> None:
        reader = {"user": "reader", "password": "r", "access": "read"}
        nobody = {"user": "nobody", "password": "n", "access": "none"}
        self.begin(clients=[reader, nobody])
        for path in ("/health/live", "/health/ready"):
            self.assertEqual(self.get(path)[0], 200, path)
        protected = ("/admin/health", "/metrics", "/events?cause=x")
        self.assertEqual([self.get(path)[0] for path in protected], [401, 401, 401])
        self.http.user, self.http.password = "nobody", "n"
        self.assertEqual([self.get(path)[0] for path in protected], [403, 403, 403])
        self.http.user, self.http.password = "reader", "r"
        self.assertEqual([self.get(path)[0] for path in protected], [200, 200, 400])

    def test_disabled_service_is_live_and_not_ready(self) -> None:
        self.begin()
        eventually(lambda: self.get("/health/ready")[0] == 200, "it is ready")
        self.subject.control.do("dhcp-disable")
        status, body = self.json("/health/ready")
        self.assertEqual((status, body["status"]), (503, "not-ready"))
        self.assertEqual(body["services"][0]["disabled-by"], [1])
        self.assertEqual(self.get("/health/live")[0], 200)
        self.assertEqual(self.json("/admin/health")[1]["status"], "down")
        self.subject.control.do("dhcp-enable")
        self.assertEqual(self.get("/health/ready")[0], 200)
        health = self.json("/admin/health")[1]
        self.assertEqual(health["status"], "ok")
        self.assertEqual(health["services"][0]["database-status"]["state"], "serving")


class Observability6Test(Watched, OneLink6Test):
    def test_histograms_count_what_a_client_was_answered(self) -> None:
        self.begin()
        client = self.real_client(Dhclient6, self.client_side)
        client.start()
        client.wait_bound()
        eventually(lambda: len(self.subject.control.leases()) == 2, "an address and a prefix", self.subject.log)
        now = self.metrics_after(client, {"solicit", "request"})
        self.assertEqual(now.histogram("leasehold_commit_batch_leases", family="6").sum, 2)


class OutageObservabilityTest(SharedBackend, WatchedTest, unittest.TestCase):
    make_backend = PostgreSqlBackend

    def test_ready_follows_the_database(self) -> None:
        self.begin(lease_database=self.backend.local_keys(on_fail="stop-retry-exit", reconnect_wait_time=100,
                                                          max_reconnect_tries=1000))
        self.assertEqual(self.get("/health/ready")[0], 200)
        self.backend.server.stop()
        eventually(lambda: self.get("/health/ready")[0] == 503, "it is not ready", self.subject.log)
        body = self.json("/health/ready")[1]
        self.assertNotEqual(body["services"][0]["database"], "serving")
        self.assertEqual(self.get("/health/live")[0], 200)
        self.assertTrue(self.json("/admin/health")[1]["services"][0]["database-status"]["last-error"])
        eventually(lambda: self.metric("leasehold_backend_attempt") > 0, "attempts are counted")
        self.backend.server.start()
        eventually(lambda: self.get("/health/ready")[0] == 200, "it is ready again", self.subject.log)
        self.assertEqual(self.metric("leasehold_backend_state", 'state="serving"'), 1)
        now = self.metrics()
        self.assertEqual(now.value("leasehold_db_losses_total", family="4"), 1)
        self.assertEqual(now.value("leasehold_db_reconnect_attempts_total", family="4", result="succeeded"), 2)
        self.assertGreater(now.value("leasehold_db_reconnect_attempts_total", family="4", result="failed"), 0)
        self.assertGreaterEqual(now.value("leasehold_db_credentials_age_seconds", family="4"), 0)

    def test_an_outage_that_is_served_is_ready(self) -> None:
        self.begin(lease_database=self.backend.local_keys(on_fail="serve-retry-continue", reconnect_wait_time=100,
                                                          max_reconnect_tries=1000, outage_service="confirm"))
        self.backend.server.stop()
        eventually(lambda: self.json("/admin/health")[1]["status"] == "degraded", "it is degraded", self.subject.log)
        self.assertEqual(self.get("/health/ready")[0], 200)
        self.backend.server.start()
        eventually(lambda: self.json("/admin/health")[1]["status"] == "ok", "all is well", self.subject.log)
