"""The test servers do what tests rely on: they start, survive a power cut, freeze, and leave nothing behind."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support.databases.postgresql import PostgreSql
from support.databases.server_process import ServerFailed, state_of
from support.with_databases import main


class PostgreSqlTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="leasehold-db-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o711)

    def test_keeps_what_was_committed_when_it_is_killed(self) -> None:
        with PostgreSql(self.folder / "server") as server:
            server.execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (7)")
            pids = server.processes()
            server.kill()
            for pid in pids:
                self.assertIn(state_of(pid), "ZX", f"{pid} is left")
            server.start()
            self.assertEqual(server.execute("SELECT number FROM kept"), "7")
        self.assertFalse((self.folder / "server").exists())

    def test_syncs_as_a_real_one_does(self) -> None:
        with PostgreSql(self.folder / "server") as server:
            settings = server.execute("SHOW fsync; SHOW synchronous_commit; SHOW full_page_writes")
            self.assertEqual(settings.split(), ["on", "on", "on"])

    def test_a_frozen_one_answers_after_thawing(self) -> None:
        with PostgreSql(self.folder / "server") as server:
            server.freeze()
            for pid in server.processes():
                self.assertIn(state_of(pid), "TZ")
            server.thaw()
            self.assertEqual(server.execute("SELECT 1"), "1")

    def test_a_failing_start_shows_the_log_and_cleans_up(self) -> None:
        with self.assertRaises(ServerFailed) as raised:
            with PostgreSql(self.folder / "server", settings=("shared_buffers = 'nonsense'",)):
                self.fail("started")
        self.assertIn('invalid value for parameter "shared_buffers"', str(raised.exception))
        self.assertFalse((self.folder / "server").exists())


class WithDatabasesTest(unittest.TestCase):
    def test_status_is_the_programs_and_pgbouncer_reaches_the_database(self) -> None:
        look = ("import os, sys; url = os.environ['LEASEHOLD_TEST_PGBOUNCER'];"
                "sys.exit(3 if url.startswith('postgresql://leasehold:') and url.endswith('/leases') else 1)")
        self.assertEqual(main(["postgresql", "pgbouncer", "--", sys.executable, "-c", look]), 3)

    def test_says_what_it_does_not_know(self) -> None:
        with self.assertRaisesRegex(SystemExit, "no server oracle"):
            main(["oracle", "--", "true"])
        with self.assertRaisesRegex(SystemExit, "stands before postgresql"):
            main(["pgbouncer", "--", "true"])

    def test_needs_a_program(self) -> None:
        done = subprocess.run([sys.executable, "-B", "-m", "support.with_databases", "postgresql", "--"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 64)
        self.assertIn("PROGRAM", done.stderr)


if __name__ == "__main__":
    unittest.main()
