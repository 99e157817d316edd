"""A new configuration whose lease database cannot be opened, and one that corrects another (lease-engine 11)."""

from __future__ import annotations

import signal
import socket
import unittest
from typing import Any

from live.support.case import OneLinkTest
from live.support.client import hardware_address, query
from live.support.ctl import ERROR, SUCCESS
from live.support.databases import PostgreSqlBackend, SharedBackend
from live.support.packet import Type
from live.support.waiting import eventually
from support.databases.server_process import free_port

ANNA, BERT, CARL = hardware_address(1), hardware_address(2), hardware_address(3)
RETRIES = {"retry_on_startup": True, "reconnect_wait_time": 200, "max_reconnect_tries": 1000}
STAYS, HELD = "The running configuration stays in use", "Nobody is served until another configuration"


class DatabaseReconfiguration(SharedBackend, OneLinkTest):
    """A server with its leases in SQLite, and a PostgreSQL server beside it."""

    make_backend = PostgreSqlBackend

    def setUp(self) -> None:
        super().setUp()
        self.wire = self.direct_client(self.client_side)

    def configuration(self, database: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
        """As an argument of config-set; without a database the SQLite file of the start."""
        more = {} if database is None else {"lease_database": database}
        return self.subject.configuration(**self.keys(**more, **keys))

    def config_set(self, database: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
        return self.subject.control.ask("config-set", self.configuration(database, **keys))

    def nowhere(self, **more: Any) -> dict[str, Any]:
        """A database server that is not there."""
        return self.backend.local_keys(host="127.0.0.1", port=free_port(), **more)

    def status(self) -> dict[str, Any]:
        return dict(self.subject.control.do("status-get"))

    def is_serving(self) -> bool:
        return bool(self.status()["database-status"]["state"] == "serving" and
                    self.status()["service"]["state"] == "open")

    def assert_silent(self, chaddr: bytes) -> None:
        """The client is not answered; that its packet was dropped shows in the statistics."""
        dropped = self.subject.control.statistic("pkt4-receive-drop")
        self.wire.send(query(Type.DISCOVER, chaddr))
        eventually(lambda: self.subject.control.statistic("pkt4-receive-drop") > dropped, "the packet is dropped")


class UnreachableDatabaseTest(DatabaseReconfiguration):
    """The new database does not answer."""

    def test_by_default_the_old_configuration_goes_on_serving(self) -> None:
        self.start()
        annas = self.wire.lease(ANNA).yiaddr
        before = self.subject.control.do("config-get")
        answer = self.config_set(self.nowhere())
        self.assertEqual(answer["result"], ERROR)
        self.assertIn("refused", answer["text"])
        self.assertIn(STAYS, answer["text"])
        self.subject.wait_log("the running configuration stays in use")
        self.assertEqual(self.subject.control.do("config-get"), before)
        self.assertEqual(self.wire.lease(ANNA).yiaddr, annas)
        self.wire.lease(BERT)
        self.assertTrue(self.is_serving())

    def test_keep_at_sighup(self) -> None:
        self.start()
        annas = self.wire.lease(ANNA).yiaddr
        self.subject.configure(**self.keys(lease_database=self.nowhere(), reconfigure_on_fail="keep"))
        self.subject.program.send_signal(signal.SIGHUP)
        self.subject.wait_log("DHCP4_CONFIG_LOAD_FAIL")
        self.subject.wait_log("the running configuration stays in use")
        self.assertEqual(self.wire.lease(ANNA).yiaddr, annas)

    def hold(self, put_to_use: Any) -> None:
        self.start()
        annas = self.wire.lease(ANNA).yiaddr
        before = self.subject.control.do("config-get")
        put_to_use()
        eventually(lambda: self.status()["service"]["state"] == "closed", "service is closed", self.subject.log)
        self.assertIn("reconfigure-on-fail is hold", self.status()["service"]["reason"])
        self.assertTrue(self.status()["dhcp-state"]["globally-disabled"])
        self.subject.wait_log("nobody is served until another configuration")
        self.assertEqual(self.subject.control.do("config-get"), before)
        self.assert_silent(BERT)
        self.assertEqual(self.config_set()["result"], SUCCESS)
        self.assertTrue(self.is_serving())
        self.assertEqual(self.wire.lease(ANNA).yiaddr, annas)
        self.wire.lease(BERT)

    def test_hold_serves_nobody_until_a_configuration_corrects_it(self) -> None:
        def put_to_use() -> None:
            answer = self.config_set(self.nowhere(), reconfigure_on_fail="hold")
            self.assertEqual(answer["result"], ERROR)
            self.assertIn("refused", answer["text"])
            self.assertIn(HELD, answer["text"])

        self.hold(put_to_use)

    def test_hold_at_sighup_and_reload_corrects_it(self) -> None:
        def put_to_use() -> None:
            self.subject.configure(**self.keys(lease_database=self.nowhere(), reconfigure_on_fail="hold"))
            self.subject.program.send_signal(signal.SIGHUP)
            self.subject.wait_log("DHCP4_CONFIG_LOAD_FAIL")

        self.hold(put_to_use)
        self.subject.configure(**self.keys())
        self.assertEqual(self.subject.control.ask("config-reload")["result"], SUCCESS)
        self.assertTrue(self.is_serving())

    def test_hold_is_left_for_another_database_too(self) -> None:
        self.start()
        self.wire.lease(ANNA)
        self.assertEqual(self.config_set(self.nowhere(), reconfigure_on_fail="hold")["result"], ERROR)
        answer = self.config_set(self.backend.local_keys())
        self.assertEqual(answer["result"], SUCCESS, answer)
        self.assertEqual(answer["arguments"]["leases-missing"], 1)
        self.wire.lease(BERT)
        self.assertIn("1", self.backend.sql("SELECT count(*) FROM lease"))

    def test_with_retry_on_startup_it_is_taken_and_the_next_one_replaces_the_attempts(self) -> None:
        self.start()
        self.wire.lease(ANNA)
        answer = self.config_set(self.nowhere(**RETRIES))
        self.assertEqual(answer["result"], SUCCESS, answer)
        self.assertIn("cannot be used yet", answer["text"])
        status = self.status()
        self.assertEqual(status["service"]["state"], "closed")
        self.assertEqual(status["dhcp-state"]["disabled-by-db-connection"], [3000])
        self.assertIn(status["database-status"]["state"], ("waiting", "connecting"))
        self.assertIn("refused", status["database-status"]["last-error"])
        self.assert_silent(BERT)
        self.assertEqual(self.config_set(self.backend.local_keys(**RETRIES))["result"], SUCCESS)
        eventually(self.is_serving, "the corrected database serves", self.subject.log)
        self.wire.lease(BERT)

    def test_a_refusal_is_none_that_time_cures(self) -> None:
        """Another program's tables: with retry-on-startup, too, the answer says no."""
        self.start()
        annas = self.wire.lease(ANNA).yiaddr
        self.backend.sql("CREATE TABLE lease4 (address bigint)")
        answer = self.config_set(self.backend.local_keys(**RETRIES))
        self.assertEqual(answer["result"], ERROR, answer)
        self.assertIn(STAYS, answer["text"])
        self.assertEqual(self.wire.lease(ANNA).yiaddr, annas)


class AttemptUnderWayTest(DatabaseReconfiguration):
    """A configuration meets a server that is trying to reach its database."""

    def test_a_wrong_password_at_the_start_is_corrected_by_config_set(self) -> None:
        self.subject.configure(**self.keys(lease_database=self.backend.local_keys(password="wrong", **RETRIES)))
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)
        eventually(lambda: "password" in self.status()["database-status"].get("last-error", ""),
                   "the refusal is told", self.subject.log)
        answer = self.config_set(self.backend.local_keys(**RETRIES))
        self.assertEqual(answer["result"], SUCCESS, answer)
        eventually(self.is_serving, "it serves", self.subject.log)
        self.wire.lease(ANNA)

    def test_one_that_hangs_is_replaced_before_it_ends(self) -> None:
        """Somebody listens and never says a word; the attempt at it would last for an hour."""
        silent = socket.socket(socket.AF_UNIX)
        self.addCleanup(silent.close)
        port = free_port()
        path = self.folder / f".s.PGSQL.{port}"
        silent.bind(str(path))
        silent.listen(8)
        self.folder.chmod(0o755)
        hanging = self.backend.local_keys(host=str(self.folder), port=port, connect_timeout=3600, **RETRIES)
        self.subject.configure(**self.keys(lease_database=hanging))
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)
        eventually(lambda: self.status()["database-status"]["state"] == "connecting", "it connects", self.subject.log)
        for command in ("config-get", "lease4-get-all", "statistic-get-all", "version-get"):
            self.assertIn("result", self.subject.control.ask(command))
        answer = self.config_set(self.backend.local_keys(**RETRIES))
        self.assertEqual(answer["result"], SUCCESS, answer)
        eventually(self.is_serving, "it serves", self.subject.log)
        self.wire.lease(ANNA)

    def test_leases_of_an_outage_go_into_the_database_that_takes_over(self) -> None:
        first = self.backend.local_keys(on_fail="serve-retry-continue", **RETRIES)
        self.start(lease_database=first)
        annas = self.wire.lease(ANNA).yiaddr
        self.backend.server.stop()
        berts = self.wire.lease(BERT).yiaddr
        self.assertEqual(self.status()["service"]["state"], "open-without-backend")
        answer = self.config_set({"type": "sqlite", "name": "other.db", "on-fail": "serve-retry-continue"})
        self.assertEqual(answer["result"], SUCCESS, answer)
        eventually(self.is_serving, "the other database serves", self.subject.log)
        self.assertEqual(self.status()["database-status"]["journal"]["leases"], 0)
        lease = self.subject.control.lease(berts)
        assert lease is not None
        self.assertEqual(lease["hw-address"], BERT.hex(":"))
        self.assertIsNone(self.subject.control.lease(annas), "it is in the database that is away")
        self.assertEqual(self.wire.lease(BERT).yiaddr, berts)


class ConfigTestConnectsTest(DatabaseReconfiguration):
    """config-test with "connect": true."""

    def config_test(self, database: dict[str, Any]) -> dict[str, Any]:
        return self.subject.control.ask("config-test", {**self.configuration(database), "connect": True})

    def test_what_the_database_says(self) -> None:
        self.start()
        answer = self.config_test(self.nowhere())
        self.assertEqual(answer["result"], ERROR)
        self.assertIn("refused", answer["text"])
        answer = self.config_test(self.backend.local_keys(password="wrong"))
        self.assertEqual(answer["result"], ERROR)
        self.assertIn("password", answer["text"])
        self.assertIn("auto-migrate", self.config_test(self.backend.local_keys())["text"])
        self.assertEqual(self.backend.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").strip(), "0",
                         "a test makes no tables")
        self.assertEqual(self.config_set(self.backend.local_keys())["result"], SUCCESS)
        answer = self.config_test(self.backend.local_keys(connect_timeout=4))
        self.assertEqual(answer["result"], SUCCESS, answer)
        self.assertIn("can be opened", answer["text"])
        self.assertTrue(self.is_serving(), "the test registered nobody else")
        self.wire.lease(ANNA)


del DatabaseReconfiguration

if __name__ == "__main__":
    unittest.main()
