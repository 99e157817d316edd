"""What an operator reads, and what a supervisor gets as exit code, when a database server cannot be used.

Each case starts the real server on a real database that is wrong in one way.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any

from live.support.databases import Backend, MariaDbBackend, PostgreSqlBackend
from live.support.server import Server
from support.databases.certificates import Certificates

CREDENTIALS, NO_DATABASE, UNREACHABLE, SCHEMA, FILES, CONFIGURATION = 67, 68, 69, 76, 77, 78


class Host:
    """No namespace: nothing here needs a network but loopback."""

    def inside(self, *command: str) -> list[str]:
        return list(command)


class Messages:
    """The cases; each kind of database server runs all of them."""

    make_backend: Any

    @classmethod
    def setUpClass(cls) -> None:
        cls.base = Path(tempfile.mkdtemp(prefix="leasehold-databases-"))
        cls.base.chmod(0o711)
        cls.addClassCleanup(shutil.rmtree, cls.base, ignore_errors=True)
        cls.certificates = Certificates(cls.base / "certificates")
        cls.backend: Backend = cls.make_backend(cls.base / "tls", tls=cls.certificates)
        cls.plain: Backend = cls.make_backend(cls.base / "plain")
        for backend in (cls.backend, cls.plain):
            cls.enterClassContext(backend.server)

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="leasehold-live-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.backend.forget_everything()
        self.subject = Server(Host(), self.folder)
        self.addCleanup(self.subject.end)

    def run_with(self, database: dict[str, Any]) -> tuple[int, str]:
        """Starts the server; it is expected to end by itself. @return exit code and all that it said"""
        self.subject.configure(interfaces_config={"interfaces": []}, lease_database=database)
        self.subject.launch()
        code = self.subject.program.wait()
        said = self.subject.program.output()
        for secret in (self.backend.server.password, self.plain.server.password, "mistaken-secret"):
            self.assertNotIn(secret, said)
        return code, said

    def assert_refused(self, exit_code: int, words: list[str], **keys: Any) -> str:
        code, said = self.run_with(self.backend.keys(**keys))
        self.assertEqual(code, exit_code, said)
        for word in words:
            self.assertIn(word, said)
        return said

    def serve_once(self, **keys: Any) -> None:
        """Makes the schema, in order."""
        self.subject.configure(interfaces_config={"interfaces": []}, lease_database=self.backend.keys(**keys))
        self.subject.start()
        self.assertEqual(self.subject.stop(), 0)

    # --- the way in

    def test_wrong_password(self) -> None:
        self.assert_refused(CREDENTIALS, ["password", self.backend.server.user], password="mistaken-secret")

    def test_unknown_user(self) -> None:
        self.assert_refused(CREDENTIALS, ["nobody_knows_me"], user="nobody_knows_me", password="mistaken-secret")

    def test_unknown_database(self) -> None:
        self.assert_refused(NO_DATABASE, ["no_such_database"], name="no_such_database")

    def test_nobody_listens(self) -> None:
        self.assert_refused(UNREACHABLE, ["127.0.0.1", ":1"], port=1)

    def test_none_of_several_hosts(self) -> None:
        said = self.assert_refused(UNREACHABLE, ["127.0.0.1:1", "127.0.0.1:2"], host="127.0.0.1:1,127.0.0.1:2", port=None)
        self.assertIn("none of its 2 hosts", said)

    def test_the_second_host_serves(self) -> None:
        self.serve_once(host=f"127.0.0.1:1,127.0.0.1:{self.backend.server.port}", port=None)

    def test_too_many_connections(self) -> None:
        self.serve_once()
        self.backend.allow_connections(0)
        self.addCleanup(self.backend.allow_connections, None)
        if self.backend.type == "mysql":  # its least limit is one an hour
            self.run_with(self.backend.keys(name="no_such_database"))
        self.assert_refused(UNREACHABLE, ["connections"])

    def test_a_server_that_takes_no_writes(self) -> None:
        self.serve_once()
        self.backend.make_read_only(True)
        self.addCleanup(self.backend.make_read_only, False)
        self.assert_refused(UNREACHABLE, ["read-only"])

    # --- encryption

    def test_encrypted_and_verified(self) -> None:
        self.serve_once(trust_anchor=str(self.certificates.certificate("ca")))
        self.subject.wait_log("TLS")

    def test_authority_unknown(self) -> None:
        self.assert_refused(CONFIGURATION, ["certificate"], trust_anchor=str(self.certificates.certificate("other_ca")))

    def test_authority_missing(self) -> None:
        self.assert_refused(CONFIGURATION, ["missing.pem"], trust_anchor=str(self.folder / "missing.pem"))

    def test_server_without_encryption(self) -> None:
        code, said = self.run_with(self.plain.keys(ssl_mode="require"))
        self.assertEqual(code, CONFIGURATION, said)
        self.assertIn("encrypt", said)

    def test_server_without_encryption_that_is_used_all_the_same(self) -> None:
        self.plain.forget_everything()
        self.subject.configure(interfaces_config={"interfaces": []},
                               lease_database=self.plain.keys(ssl_mode="require", tls_required=False))
        self.subject.start()
        self.subject.wait_log("STORE_NOT_ENCRYPTED")

    # --- whose tables these are

    def test_tables_of_kea(self) -> None:
        self.backend.sql("CREATE TABLE lease4 (address BIGINT PRIMARY KEY); "
                         "CREATE TABLE schema_version (version INT PRIMARY KEY, minor INT);")
        self.assert_refused(SCHEMA, ["Kea", "import-kea"])
        self.assertEqual(self.backend.sql("SELECT COUNT(*) FROM lease4").strip(), "0")

    def test_schema_of_a_newer_program(self) -> None:
        self.serve_once()
        self.backend.sql("UPDATE schema_info SET version = 99, min_reader = 99")
        self.assert_refused(SCHEMA, ["99", "newer"])

    def test_schema_to_be_upgraded_and_the_command_that_does_it(self) -> None:
        self.subject.configure(interfaces_config={"interfaces": []}, lease_database=self.backend.keys())
        code, said = self.subject.run("migrate", "run", "--to", "1", "-c", str(self.subject.configuration_path))
        self.assertEqual(code, 0, said)
        self.assert_refused(SCHEMA, ["leasehold migrate run"])
        code, said = self.subject.run("migrate", "run", "-c", str(self.subject.configuration_path))
        self.assertEqual(code, 0, said)
        self.serve_once()

    def test_an_empty_database_that_may_not_be_filled(self) -> None:
        self.assert_refused(SCHEMA, ["leasehold migrate run"], auto_migrate=False)

    # --- one server at a time

    def test_a_second_server_is_refused_and_told_both_cures(self) -> None:
        first = Server(Host(), self.make_folder("first"))
        self.addCleanup(first.end)
        first.configure(interfaces_config={"interfaces": []}, lease_database=self.backend.keys(), server_id=101)
        first.start()
        self.subject.configure(interfaces_config={"interfaces": []}, lease_database=self.backend.keys(), server_id=102)
        self.subject.launch()
        self.assertEqual(self.subject.program.wait(), UNREACHABLE)
        said = self.subject.program.output()
        for word in ("101", os.uname().nodename, "leasehold db takeover", "server-id"):
            self.assertIn(word, said)

        code, said = self.subject.run("db", "takeover", "-c", str(self.subject.configuration_path))
        self.assertEqual(code, 0, said)
        self.assertIn("101", said)
        first.wait_log("does not own the leases any more")  # at its next look; it closes its service and says who has the database now
        self.subject.start()

    def make_folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder


class PostgreSqlMessagesTest(Messages, unittest.TestCase):
    make_backend = PostgreSqlBackend


class MariaDbMessagesTest(Messages, unittest.TestCase):
    make_backend = MariaDbBackend


if __name__ == "__main__":
    unittest.main()
