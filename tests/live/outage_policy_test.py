"""What on-fail, outage-service and the numbers of tries do, with the real server on a real PostgreSQL that goes away."""

from __future__ import annotations

import unittest
from typing import Any

from live.support.case import OneLinkTest
from live.support.client import hardware_address, query
from live.support.ctl import ERROR, SUCCESS
from live.support.databases import PostgreSqlBackend, SharedBackend
from live.support.packet import Option, Type
from live.support.waiting import eventually

ANNA, BERT, CARL = hardware_address(1), hardware_address(2), hardware_address(3)
GIVEN_UP, JOURNAL_NOT_WRITABLE = 75, 73
FOREVER = {"reconnect_wait_time": 100, "max_reconnect_tries": 1000}


class OutagePolicyTest(SharedBackend, OneLinkTest):
    """A client has a lease, then the database goes away."""

    make_backend = PostgreSqlBackend

    def setUp(self) -> None:
        super().setUp()
        self.wire = self.direct_client(self.client_side)

    def begin(self, **policy: Any) -> str:
        """@return Anna's address"""
        self.start(lease_database=self.backend.local_keys(**policy))
        return self.wire.lease(ANNA).yiaddr

    def lose(self) -> None:
        """Stopped, and noticed."""
        self.backend.server.stop()
        eventually(lambda: self.state() != "serving", "the loss is noticed", self.subject.log)

    def status(self) -> dict[str, Any]:
        return dict(self.subject.control.do("status-get"))

    def state(self) -> str:
        return str(self.status()["database-status"]["state"])

    def ended_with(self) -> int:
        eventually(lambda: not self.subject.is_running(), "the server ends", self.subject.log)
        return self.subject.program.wait()

    def assert_silent(self, message: Any) -> None:
        dropped = self.subject.control.statistic("pkt4-receive-drop")
        self.wire.send(message)
        eventually(lambda: self.subject.control.statistic("pkt4-receive-drop") > dropped, "the packet is dropped")

    def test_stop_retry_exit_serves_nobody_and_resumes(self) -> None:
        annas = self.begin(on_fail="stop-retry-exit", **FOREVER)
        self.lose()
        status = self.status()
        self.assertEqual(status["service"]["state"], "closed")
        self.assertTrue(status["dhcp-state"]["globally-disabled"])
        self.assertEqual(status["dhcp-state"]["disabled-by-db-connection"], [6002])
        self.assertNotIn("journal", status["database-status"])
        self.assert_silent(query(Type.DISCOVER, BERT))
        answer = self.subject.control.ask("dhcp-enable", {"origin-id": 6002})
        self.assertEqual(answer["result"], ERROR, answer)
        self.assertEqual(self.status()["service"]["state"], "closed", "Kea would serve without leases now")
        self.backend.server.start()
        eventually(lambda: self.state() == "serving", "it serves again", self.subject.log)
        self.assertEqual(self.wire.lease(ANNA).yiaddr, annas)

    def test_a_users_disable_survives_the_recovery(self) -> None:
        self.begin(on_fail="stop-retry-exit", **FOREVER)
        self.lose()
        self.subject.control.do("dhcp-disable")
        self.backend.server.start()
        eventually(lambda: self.state() == "serving", "it works again", self.subject.log)
        self.assertEqual(self.status()["service"]["state"], "closed")
        self.assertTrue(self.status()["dhcp-state"]["disabled-by-user"])
        self.subject.control.do("dhcp-enable")
        self.wire.lease(BERT)

    def test_stop_retry_exit_ends_when_its_tries_are_used_up(self) -> None:
        self.begin(on_fail="stop-retry-exit", reconnect_wait_time=100, max_reconnect_tries=3)
        self.backend.server.stop()
        self.assertEqual(self.ended_with(), GIVEN_UP)
        self.subject.wait_log("attempt 3 failed")
        self.assertNotIn("attempt 4", self.subject.log())
        self.subject.wait_log("STORE_GIVEN_UP")

    def test_without_tries_it_ends_at_once(self) -> None:
        self.begin()
        self.backend.server.stop()
        self.assertEqual(self.ended_with(), GIVEN_UP)
        self.subject.wait_log("because max-reconnect-tries or reconnect-wait-time is 0")
        self.assertNotIn("STORE_ATTEMPT_FAILED", self.subject.log())

    def test_serve_retry_exit_serves_ends_and_the_next_start_stores_what_was_promised(self) -> None:
        annas = self.begin(on_fail="serve-retry-exit", reconnect_wait_time=2000, max_reconnect_tries=3)
        self.lose()
        status = self.status()
        self.assertEqual(status["service"]["state"], "open-without-backend")
        self.assertEqual(status["service"]["outage-service"], "spool")
        self.assertEqual(status["dhcp-state"]["disabled-by-db-connection"], [])
        berts = self.wire.lease(BERT).yiaddr
        self.assertEqual(self.wire.lease(ANNA).yiaddr, annas)
        self.assertEqual(self.subject.control.lease(berts)["hw-address"], BERT.hex(":"))
        self.assertEqual(self.ended_with(), GIVEN_UP)
        self.subject.wait_log("JOURNAL_LEFT")
        self.backend.server.start()
        code, words = self.subject.run("db", "status", "-c", str(self.subject.configuration_path))
        self.assertEqual(code, 0, words)
        self.assertIn("1 lease(s) that are not in the database yet", words)
        self.subject.start()
        self.subject.wait_log("JOURNAL_DRAINED")
        self.assertEqual(self.subject.control.lease(berts)["hw-address"], BERT.hex(":"))
        self.assertEqual(self.backend.sql("SELECT count(*) FROM lease").strip(), "2")

    def test_serve_retry_continue_stays_and_a_reload_tries_at_once(self) -> None:
        self.begin(on_fail="serve-retry-continue", reconnect_wait_time=100, max_reconnect_tries=2)
        self.lose()
        eventually(lambda: self.status()["database-status"].get("tries-used-up"), "the tries are used up")
        self.wire.lease(BERT)
        self.backend.server.start()
        self.assertEqual(self.subject.control.ask("config-reload")["result"], SUCCESS)
        eventually(lambda: self.state() == "serving", "it serves again", self.subject.log)
        self.assertEqual(self.backend.sql("SELECT count(*) FROM lease").strip(), "2")

    def test_serve_retry_continue_without_tries_serves_on_and_a_reload_opens_it_anew(self) -> None:
        self.begin(on_fail="serve-retry-continue")
        self.lose()
        eventually(lambda: self.state() == "given_up", "it is given up", self.subject.log)
        self.subject.wait_log("STORE_STAYS_AWAY")
        berts = self.wire.lease(BERT).yiaddr
        self.backend.server.start()
        self.assertEqual(self.subject.control.ask("config-reload")["result"], SUCCESS)
        eventually(lambda: self.state() == "serving", "it serves again", self.subject.log)
        eventually(lambda: self.backend.sql("SELECT count(*) FROM lease").strip() == "2", "both are stored")
        self.assertEqual(self.wire.lease(BERT).yiaddr, berts)

    def test_confirm(self) -> None:
        annas = self.begin(on_fail="serve-retry-continue", outage_service="confirm", **FOREVER)
        carls = self.wire.lease(CARL).yiaddr
        self.lose()
        self.assertEqual(self.status()["service"]["outage-service"], "confirm")
        renewal = query(Type.REQUEST, ANNA)
        renewal.options[Option.REQUESTED_ADDRESS] = bytes(map(int, annas.split(".")))
        ack = self.wire.ask(renewal).message
        self.assertEqual((ack.type, ack.yiaddr), (Type.ACK, annas))
        self.assertLessEqual(ack.lease_seconds, 3600)
        self.assert_silent(query(Type.DISCOVER, BERT))
        self.wire.send(query(Type.RELEASE, CARL, ciaddr=carls))
        eventually(lambda: self.status()["database-status"]["journal"]["leases"] == 1, "the release is journalled")
        self.backend.server.start()
        eventually(lambda: self.state() == "serving", "it serves again", self.subject.log)
        self.assertEqual(self.backend.sql("SELECT count(*) FROM lease WHERE state = 0").strip(), "1")

    def test_drop(self) -> None:
        annas = self.begin(on_fail="serve-retry-continue", outage_service="drop", **FOREVER)
        self.lose()
        self.assertEqual(self.status()["service"]["outage-service"], "drop")
        self.client_side.ip("address", "add", f"{annas}/24", "dev", "eth0")
        asking = self.bound_client(self.client_side, annas)
        self.assertEqual(asking.ask(query(Type.INFORM, ANNA, ciaddr=annas)).message.type, Type.ACK)
        self.assert_silent(query(Type.DISCOVER, BERT))
        self.backend.server.start()
        eventually(lambda: self.state() == "serving", "it serves again", self.subject.log)
        self.wire.lease(BERT)

    def test_a_start_without_its_database_knows_nothing_and_says_so(self) -> None:
        self.backend.server.stop()
        self.subject.configure(**self.keys(lease_database=self.backend.local_keys(
            on_fail="serve-retry-continue", retry_on_startup=True, **FOREVER)))
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)
        eventually(lambda: self.status()["service"].get("outage-service") == "drop", "only questions are answered")
        self.assert_silent(query(Type.DISCOVER, ANNA))
        self.backend.server.start()
        eventually(lambda: self.state() == "serving", "it serves", self.subject.log)
        self.wire.lease(ANNA)

    def test_a_journal_that_cannot_be_written_ends_the_start(self) -> None:
        self.subject.configure(**self.keys(lease_database=self.backend.local_keys(
            on_fail="serve-retry-continue", outage_journal=f"{self.subject.configuration_path}/outage4.db")))
        self.subject.launch()
        self.assertEqual(self.ended_with(), JOURNAL_NOT_WRITABLE)
        self.subject.wait_log("the outage journal cannot be used")

    def test_the_server_is_killed_in_an_outage(self) -> None:
        """kill -9 with leases in the journal, and a start that finds the database still away."""
        self.begin(on_fail="serve-retry-continue", retry_on_startup=True, **FOREVER)
        self.lose()
        berts = self.wire.lease(BERT).yiaddr
        self.subject.kill()
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)
        eventually(lambda: self.status()["database-status"].get("journal", {}).get("leases") == 1,
                   "the journal is open again", self.subject.log)
        self.assert_silent(query(Type.DISCOVER, CARL))
        self.backend.server.start()
        eventually(lambda: self.state() == "serving", "it serves", self.subject.log)
        self.assertEqual(self.subject.control.lease(berts)["hw-address"], BERT.hex(":"))
        self.assertNotEqual(self.wire.lease(CARL).yiaddr, berts)

    def test_frozen_commands_are_answered_before_it_thaws(self) -> None:
        """I4, with a change in flight."""
        self.begin(on_fail="stop-retry-exit", **FOREVER)
        self.addCleanup(self.backend.server.thaw)
        self.backend.server.freeze()
        self.wire.send(query(Type.DISCOVER, BERT))
        for command in ("status-get", "config-get", "lease4-get-all", "version-get", "statistic-get-all"):
            self.assertIn("result", self.subject.control.ask(command))
        answer = self.subject.control.ask("config-test", {
            **self.subject.configuration(**self.keys(lease_database=self.backend.local_keys(connect_timeout=1))),
            "connect": True})
        self.assertEqual(answer["result"], ERROR, answer)
        eventually(lambda: self.state() != "serving", "an idle server notices it", self.subject.log)
        self.backend.server.thaw()
        eventually(lambda: self.state() == "serving", "it serves again", self.subject.log)
        self.wire.lease(BERT)


if __name__ == "__main__":
    unittest.main()
