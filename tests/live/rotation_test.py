"""Credentials that change while the server works: new connections use them, nobody is lost over it, and a refused new
secret keeps what works."""

from __future__ import annotations

import os
import signal
import unittest
from typing import Any

from live.support.case import OneRelayTest
from live.support.ctl import ERROR
from live.support.databases import MariaDbBackend, PostgreSqlBackend, SharedBackend
from live.support.load import Load
from live.support.waiting import eventually
from support.ledger import Ledger

ROTATIONS = 3


class Rotation(SharedBackend, OneRelayTest):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "credentials"
        self._users = 0

    # -- what differs between the databases

    def make_user(self, name: str, password: str) -> None:
        raise NotImplementedError

    def make_reader(self, name: str) -> None:
        """Takes all rights but reading from a user."""
        raise NotImplementedError

    def drop_user(self, name: str) -> None:
        """Whoever is connected as this user loses its rights now, or with its connection."""
        raise NotImplementedError

    def connected(self) -> set[str]:
        """The users with a connection to the leases' database."""
        raise NotImplementedError

    # --

    def write(self, user: str, password: str) -> None:
        """As an agent does it: whole, by a rename."""
        new = self.folder / "credentials.new"
        new.write_text(f"{user}\n{password}\n")
        new.chmod(0o600)
        os.replace(new, self.file)

    def new_user(self) -> str:
        self._users += 1
        name = f"rotated{self._users}"
        self.make_user(name, f"secret-of-{name}")
        self.addCleanup(self.drop_user, name)
        return name

    def use(self, name: str) -> None:
        self.write(name, f"secret-of-{name}")

    def begin(self, **more: Any) -> str:
        """@return the user it is connected as"""
        first = self.new_user()
        self.use(first)
        self.start(lease_database=self.backend.local_keys(
            user=None, password=None, credentials_file=str(self.file), reconnect_wait_time=200,
            max_reconnect_tries=1000, **more))
        eventually(self.is_serving, "it serves", self.subject.log)
        return first

    def status(self) -> dict[str, Any]:
        return dict(self.subject.control.do("status-get")["database-status"])

    def is_serving(self) -> bool:
        return bool(self.status()["state"] == "serving")

    def test_users_change_under_load_and_the_old_ones_are_dropped(self) -> None:
        user = self.begin(on_fail="serve-retry-continue")
        capture = self.capture()
        load = Load(self.wire, self.seed(), lifetimes=(3, 3600))
        load.run_until_acknowledged(200)
        for _ in range(ROTATIONS):
            last, user = user, self.new_user()
            self.use(user)
            while self.connected() != {user}:
                load.run(50)
            self.drop_user(last)
            load.run_until_acknowledged(100)
        load.settle()
        capture.stop()
        self.judge(Ledger(capture.messages()))
        self.assertNotIn("secret-of-", self.subject.log())

    def test_a_refused_secret_keeps_the_connection_and_is_an_alarm_until_it_is_right(self) -> None:
        user = self.begin()
        self.assertEqual(self.status()["credentials"]["source"], "credentials-file")
        other = self.new_user()
        self.write(other, "not-the-secret")
        eventually(lambda: "refused" in self.status()["credentials"], "the alarm is shown", self.subject.log)
        self.subject.wait_log("STORE_RENEW_FAILED")
        self.assertTrue(self.is_serving())
        load = Load(self.wire, self.seed())
        load.run_until_acknowledged(50)
        self.assertEqual(self.connected(), {user})
        self.assertNotIn("not-the-secret", str(self.subject.control.ask("status-get")))
        self.use(other)
        eventually(lambda: self.connected() == {other}, "the new user is connected", self.subject.log)
        eventually(lambda: "refused" not in self.status()["credentials"], "the alarm goes", self.subject.log)

    def test_a_user_without_the_right_to_write_is_refused_too(self) -> None:
        user = self.begin()
        reader = self.new_user()
        self.make_reader(reader)
        self.use(reader)
        eventually(lambda: "refused" in self.status()["credentials"], "the alarm is shown", self.subject.log)
        self.assertIn("using the leases as the new user", self.status()["credentials"]["refused"])
        Load(self.wire, self.seed()).run_until_acknowledged(20)
        self.assertEqual(self.connected(), {user})
        self.assertNotIn("STORE_LOST", self.subject.log())

    def test_the_command_and_sighup(self) -> None:
        self.begin()
        answer = self.subject.control.ask("db-credentials-reload")
        self.assertEqual(answer["result"], 0, answer)
        self.assertIn("credentials-file", answer["text"])
        other = self.new_user()
        self.write(other, "not-the-secret")
        answer = self.subject.control.ask("db-credentials-reload")
        self.assertEqual(answer["result"], ERROR, answer)
        self.assertNotIn("not-the-secret", str(answer))
        self.use(other)
        self.subject.program.send_signal(signal.SIGHUP)
        eventually(lambda: self.connected() == {other}, "the new user is connected", self.subject.log)

    def test_the_server_dies_and_comes_back_with_another_user(self) -> None:
        """Refused at the reconnect, which reads the file again."""
        first = self.begin(on_fail="serve-retry-continue")
        self.backend.server.stop()
        eventually(lambda: not self.is_serving(), "the loss is noticed", self.subject.log)
        Load(self.wire, self.seed()).run_until_acknowledged(20)
        self.backend.server.start()
        other = self.new_user()
        self.use(other)
        self.drop_user(first)
        eventually(self.is_serving, "it serves again", self.subject.log)
        eventually(lambda: self.connected() == {other}, "as the new user", self.subject.log)
        self.assertEqual(self.status()["journal"]["leases"], 0)


class PostgreSqlRotationTest(Rotation, unittest.TestCase):
    make_backend = PostgreSqlBackend

    def make_user(self, name: str, password: str) -> None:
        self.backend.server.execute(f"DROP ROLE IF EXISTS {name}")
        # Whoever it is, the tables belong to the role that stays.
        self.backend.server.execute(
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE {self.backend.server.user}; "
            f"ALTER ROLE {name} SET role TO {self.backend.server.user}")

    def make_reader(self, name: str) -> None:
        owner = self.backend.server.user
        self.backend.server.execute(f"ALTER ROLE {name} RESET role; REVOKE {owner} FROM {name}")
        self.backend.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")

    def drop_user(self, name: str) -> None:
        for statement in (f"DROP OWNED BY {name}", f"DROP ROLE {name}"):
            if self.backend.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'").strip():
                self.backend.sql(statement)

    def connected(self) -> set[str]:
        return set(self.backend.server.execute(
            f"SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = '{self.backend.server.database}'"
            " AND pid <> pg_backend_pid() AND usename LIKE 'rotated%'").split())


class MariaDbRotationTest(Rotation, unittest.TestCase):
    make_backend = MariaDbBackend

    def make_user(self, name: str, password: str) -> None:
        self.backend.server.execute(
            f"CREATE OR REPLACE USER {name}@'%' IDENTIFIED BY '{password}'; "
            f"GRANT ALL ON {self.backend.server.database}.* TO {name}@'%'")

    def make_reader(self, name: str) -> None:
        database = self.backend.server.database
        self.backend.server.execute(f"REVOKE ALL ON {database}.* FROM {name}@'%'; GRANT SELECT ON {database}.* TO {name}@'%'")

    def drop_user(self, name: str) -> None:
        self.backend.server.execute(f"DROP USER IF EXISTS {name}@'%'")

    def connected(self) -> set[str]:
        return set(self.backend.server.execute(
            "SELECT DISTINCT user FROM information_schema.processlist WHERE user LIKE 'rotated%'").split())


del Rotation

if __name__ == "__main__":
    unittest.main()
