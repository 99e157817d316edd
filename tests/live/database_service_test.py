"""Leases in a database server, with the real server, clients and databases: what was acknowledged is there,
whichever of the two is killed (I1, I2, I3)."""

from __future__ import annotations

import random
import unittest
from pathlib import Path
from typing import Any

from live.support.case import OneLinkTest, OneRelayTest
from live.support.case6 import Over6
from live.support.databases import Backend, MariaDbBackend, PostgreSqlBackend
from live.support.load import Load
from live.support.real_client import Udhcpc
from live.support.waiting import eventually
from support.ledger import Ledger

KILLS = 3


class OnDatabase:
    """A scene with a database server beside it."""

    make_backend: Any

    def setUp(self) -> None:
        super().setUp()
        self.folder.chmod(0o711)
        self.backend: Backend = self.make_backend(Path(self.folder / "database"))
        self.enterContext(self.backend.server)

    def database(self, **more: Any) -> dict[str, Any]:
        """It waits for its database as long as it takes."""
        return self.backend.local_keys(retry_on_startup=True, reconnect_wait_time=200, max_reconnect_tries=1000, **more)

    def is_serving(self) -> bool:
        return bool(self.subject.control.do("status-get")["database-status"]["state"] == "serving")


class KillOnDatabase(OnDatabase, OneRelayTest):
    """Under load."""

    def run_load(self, kill: Any) -> None:
        seed = self.seed()
        chance = random.Random(seed)
        self.start(lease_database=self.database())
        eventually(self.is_serving, "the server serves", self.subject.log)
        capture = self.capture()
        load = Load(self.wire, seed, lifetimes=(3, 3600))
        load.run_until_acknowledged(300)
        for _ in range(KILLS):
            load.run(chance.randint(1, 2000))
            kill()
            load.run(chance.randint(1, 200))  # into the void
            self.revive()
        load.run_until_acknowledged(300)
        load.settle()
        capture.stop()
        ledger = Ledger(capture.messages())
        self.assertGreaterEqual(ledger.acknowledged, load.acknowledged)
        self.judge(ledger)

    def revive(self) -> None:
        if not self.backend.server.is_running():
            self.backend.server.start()
        if not self.subject.is_running():
            self.subject.start()
        eventually(self.is_serving, "the server serves again", self.subject.log)

    def test_the_server_is_killed(self) -> None:
        self.run_load(self.subject.kill)

    def test_the_database_is_killed(self) -> None:
        self.run_load(self.backend.server.kill)
        self.subject.wait_log("STORE_RECOVERED")


class LifeOnDatabase(OnDatabase, OneLinkTest):
    """A client, an operator, and a database that comes late."""

    def test_the_database_starts_later_and_a_client_gets_a_lease(self) -> None:
        self.backend.server.stop()
        self.subject.configure(**self.keys(lease_database=self.database()))
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)
        self.assertFalse(self.is_serving())
        self.backend.server.start()
        eventually(self.is_serving, "the server serves", self.subject.log)
        client = self.real_client(Udhcpc, self.client_side)
        client.start()
        client.wait_bound()
        lease = self.subject.control.leases()[0]
        rows = self.backend.sql("SELECT subnet_id, valid_lifetime, state FROM lease4")
        self.assertEqual(rows.replace("|", "\t").strip(), f"1\t{lease['valid-lft']}\t0")

    def test_a_rotated_password_is_read_at_the_next_open(self) -> None:
        server = self.backend.server
        file = self.folder / "password"
        file.write_text(server.password + "\n")
        file.chmod(0o600)
        self.start(lease_database=self.database(password=None, password_file=str(file)))
        eventually(self.is_serving, "the server serves", self.subject.log)
        server.stop()
        eventually(lambda: not self.is_serving(), "the loss is noticed", self.subject.log)
        file.write_text("not-the-password\n")
        server.start()
        eventually(lambda: "password" in str(self.subject.control.do("status-get")["database-status"]),
                   "the refusal is shown", self.subject.log)
        file.write_text(server.password + "\n")
        eventually(self.is_serving, "the server serves again", self.subject.log)
        self.assertNotIn(server.password, self.subject.log())

    def test_commands_never_show_the_password(self) -> None:
        self.start(lease_database=self.database())
        eventually(self.is_serving, "the server serves", self.subject.log)
        for command in ("config-get", "status-get", "config-hash-get", "list-commands"):
            self.assertNotIn(self.backend.server.password, str(self.subject.control.ask(command)), command)
        self.assertNotIn(self.backend.server.password, Path(f"/proc/{self.subject.pid}/cmdline").read_text())
        self.assertNotIn(self.backend.server.password, self.subject.log())


class PostgreSqlKillTest(KillOnDatabase, unittest.TestCase):
    make_backend = PostgreSqlBackend


class MariaDbKillTest(KillOnDatabase, unittest.TestCase):
    make_backend = MariaDbBackend


class PostgreSqlKill6Test(Over6, KillOnDatabase, unittest.TestCase):
    make_backend = PostgreSqlBackend
    test_the_database_is_killed = None  # under DHCPv6 too: outage_test


class MariaDbKill6Test(Over6, KillOnDatabase, unittest.TestCase):
    make_backend = MariaDbBackend
    test_the_server_is_killed = None  # all the rest: the matrix, label "matrix"


class PostgreSqlLifeTest(LifeOnDatabase, unittest.TestCase):
    make_backend = PostgreSqlBackend


class MariaDbLifeTest(LifeOnDatabase, unittest.TestCase):
    make_backend = MariaDbBackend


del KillOnDatabase, LifeOnDatabase  # only the kinds of database servers are tests

if __name__ == "__main__":
    unittest.main()
