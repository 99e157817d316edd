"""Leases on the move, by the program that operators run: from Kea's files and tables, between databases, into
backups."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from live.support.case import LiveTest, OneLinkTest
from live.support.case6 import OneLink6Test
from live.support.databases import Backend, MariaDbBackend, PostgreSqlBackend
from live.support.exchange import Exchange
from live.support.kea_databases import BORN, INFINITE, LIFETIME, Dialect, script
from live.support.kea_files import HEADER4, HEADER6, row6
from live.support.server import binary
from support.ledger_reading import unit_of

DATA_ERROR, BUSY = 65, 69


def row4(number: int, hostname: str = "", lifetime: int = LIFETIME, born: int = BORN) -> str:
    return (f"10.1.{number >> 8}.{number & 255},02:00:00:00:{number >> 8:02x}:{number & 255:02x},,{lifetime},"
            f"{born + lifetime},1,0,0,{hostname},0,,0")


def duid6(number: int) -> str:
    return f"00:01:02:{number >> 8:02x}:{number & 255:02x}"


class TransferTest(LiveTest):
    """Databases in files; no server runs unless a test starts one."""

    def setUp(self) -> None:
        super().setUp()
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o750)

    def configuration(self, name: str, /, root: str = "Dhcp4", **database: Any) -> Path:
        path = self.folder / f"{name}.conf"
        keys = database or {"type": "sqlite", "name": str(self.data / f"{name}.db")}
        path.write_text(json.dumps({root: {"lease-database": keys}}))
        return path

    def tool(self, *words: object, stdin: str = "", environment: dict[str, str] | None = None,
             ) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(binary()), *map(str, words)], input=stdin, capture_output=True, text=True,
                              timeout=300, env={**os.environ, "KEA_DHCP_DATA_DIR": str(self.data),
                                                **(environment or {})})

    def works(self, *words: object, stdin: str = "", environment: dict[str, str] | None = None) -> str:
        done = self.tool(*words, stdin=stdin, environment=environment)
        self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}{done.stderr}")
        return done.stdout

    def dump(self, configuration: Path, *more: str) -> str:
        return self.works("leases", "dump", "-c", configuration, *more)

    def leases(self, configuration: Path, *more: str) -> dict[str, dict[str, Any]]:
        lines = (json.loads(line) for line in self.dump(configuration, *more).splitlines())
        return {lease["ip-address"]: lease for lease in lines}

    def csv(self, *rows: str, name: str = "kea-leases4.csv", header: str = HEADER4) -> Path:
        path = self.folder / name
        path.write_text("\n".join((header, *rows)) + "\n")
        return path


class KeaFilesTest(TransferTest):
    """Kea's journals into SQLite."""

    def test_files_apply_in_their_order_and_the_last_row_wins(self) -> None:
        # The same second on all rows: order alone decides. A lifetime of 0 deletes.
        old = self.csv(row4(1, "old"), row4(2, "gone"), row4(3, "a&#x2cb"), name="kea-leases4.csv.2")
        live = self.csv(row4(1, "new"), row4(2, lifetime=0))
        before = old.read_bytes(), live.read_bytes()
        target = self.configuration("target")
        said = self.works("import-kea", "-c", target, "--csv", live)
        self.assertIn("2 lease(s) added", said)
        leases = self.leases(target)
        self.assertEqual({address: lease["hostname"] for address, lease in leases.items()},
                         {"10.1.0.1": "new", "10.1.0.3": "a,b"})
        self.assertEqual((leases["10.1.0.1"]["cltt"], leases["10.1.0.1"]["hold-until"]), (BORN, BORN + LIFETIME))
        self.assertGreater(int(leases["10.1.0.1"]["version"]), 0)
        self.assertEqual((old.read_bytes(), live.read_bytes()), before)

    def test_the_later_transaction_stays_and_again_changes_nothing(self) -> None:
        target = self.configuration("target")
        self.works("import-kea", "-c", target, "--csv", self.csv(row4(1, "mine", born=BORN + 50), row4(2, "older")))
        again = self.csv(row4(1, "earlier"), row4(2, "later", born=BORN + 9), row4(3, "new"))
        said = self.works("import-kea", "-c", target, "--csv", again)
        self.assertIn("1 lease(s) added, 1 older one(s) replaced, 1 as new or newer kept", said)
        leases = self.leases(target)
        self.assertEqual([leases[f"10.1.0.{i}"]["hostname"] for i in (1, 2, 3)], ["mine", "later", "new"])
        before = self.dump(target)
        self.assertIn("0 lease(s) added, 0 older one(s) replaced, 3",
                      self.works("import-kea", "-c", target, "--csv", again))
        self.assertEqual(self.dump(target), before)

    def test_rejected_rows_are_named_and_nothing_is_written(self) -> None:
        bad = [f"10.9.0.{i},no-mac,,1,2,1,0,0,,0,,0" for i in range(12)]
        csv = self.csv(row4(1), *bad, row4(2))
        target = self.configuration("target")
        done = self.tool("import-kea", "-c", target, "--csv", csv)
        self.assertEqual(done.returncode, DATA_ERROR, done.stderr)
        self.assertIn(f"{csv}:3: ", done.stderr)
        self.assertIn(f"{csv}:12: ", done.stderr)
        self.assertNotIn(f"{csv}:13: ", done.stderr)  # ten are named
        self.assertIn("12 row(s) cannot be read", done.stdout)
        self.assertFalse((self.data / "target.db").exists())
        self.assertIn("2 lease(s) added",
                      self.works("import-kea", "-c", target, "--csv", csv, "--max-row-errors", "12"))

    def test_a_dry_run_writes_nothing(self) -> None:
        csv = self.csv(row4(1), row4(2))
        target = self.configuration("target")
        said = self.works("import-kea", "-c", target, "--csv", csv, "--dry-run")
        self.assertIn("2 lease(s) would be added", said)
        self.assertEqual(list(self.data.iterdir()), [])  # neither a database nor a server-id
        self.works("import-kea", "-c", target, "--csv", self.csv(row4(1), name="one.csv"))
        before = self.dump(target)
        said = self.works("import-kea", "-c", target, "--csv", csv, "--dry-run")
        self.assertIn("1 lease(s) would be added, 0 older one(s) would be replaced, 1 as new or newer", said)
        self.assertEqual(self.dump(target), before)

    def test_v6_files_go_into_the_database_of_dhcpv6(self) -> None:
        csv = self.csv(f"2001:db8::10,00:01:02:03,3600,{BORN + 3600},1,2400,0,7,128,0,0,host,,0,,0,0,0",
                       f"2001:db8:1::,00:01:02:03,3600,{BORN + 3600},1,2400,2,7,56,0,0,,02:00:00:00:00:01,0,,1,2,0",
                       header=HEADER6, name="kea-leases6.csv")
        target = self.configuration("target6", root="Dhcp6")
        self.works("import-kea", "-c", target, "--csv", csv)
        leases = self.leases(target)
        self.assertEqual((leases["2001:db8::10"]["type"], leases["2001:db8:1::"]["prefix-len"]), ("IA_NA", 56))
        self.assertEqual(self.dump(target, "--format", "csv"), csv.read_text())
        # One file, one family.
        done = self.tool("import-kea", "-c", self.configuration("other"), "--csv", csv, "--family", "6")
        self.assertEqual(done.returncode, 78, done.stderr)

    def test_kea_reads_what_is_dumped_as_csv(self) -> None:
        csv = self.csv(row4(1, "a&#x2cb&#x26c&#xff"), row4(2, lifetime=INFINITE),
                       f"10.1.0.9,,,86400,{BORN + 86400},1,0,0,,1,{{ \"x\": [ 1&#x2c 2 ] }},4")
        target = self.configuration("target")
        self.works("import-kea", "-c", target, "--csv", csv)
        self.assertEqual(self.dump(target, "--format", "csv"), csv.read_text())


class DumpAndLoadTest(TransferTest):
    """Our own lines, between databases in files."""

    def setUp(self) -> None:
        super().setUp()
        self.source = self.configuration("source")
        self.works("import-kea", "-c", self.source, "--csv",
                   self.csv(*(row4(i, f"h&#xff-{i}") for i in range(2500)), row4(3000, lifetime=INFINITE)))

    def load_and_dump_again(self, source: Path, target: Path, count: int) -> None:
        lines = self.dump(source)
        self.assertEqual(len(lines.splitlines()), count)
        self.works("leases", "load", "-c", target, "-", stdin=lines)
        self.assertEqual(self.dump(target), lines)
        self.assertIn(f"{count} as new or newer kept", self.works("leases", "load", "-c", target, "-", stdin=lines))

    def test_a_dump_loaded_and_dumped_again_is_the_same(self) -> None:
        self.load_and_dump_again(self.source, self.configuration("target"), 2501)

    def test_addresses_and_prefixes_of_dhcpv6_too(self) -> None:
        source, target = self.configuration("source6", root="Dhcp6"), self.configuration("target6", root="Dhcp6")
        units = [unit for i in range(1, 1200) for unit in (f"2001:db8::{i:x}", f"2001:db8:{i:x}::/{32 + i % 33}")]
        rows = (row6(unit, duid6(i), BORN + LIFETIME, iaid=0xFFFFFFFF - i, hostname=f"h&#x2c-{i}")
                for i, unit in enumerate(units))
        self.works("import-kea", "-c", source, "--csv", self.csv(*rows, header=HEADER6, name="kea-leases6.csv"))
        self.load_and_dump_again(source, target, len(units))
        loaded = {(lease["ip-address"], lease.get("prefix-len", 128), lease["type"])
                  for lease in map(json.loads, self.dump(target).splitlines())}
        self.assertEqual(loaded, {(unit.partition("/")[0], int(unit.partition("/")[2] or 128),
                                   "IA_PD" if "/" in unit else "IA_NA") for unit in units})

    def test_output_goes_to_a_new_private_file(self) -> None:
        out = self.folder / "dump.json"
        self.dump(self.source, "-o", str(out))
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.assertEqual(out.read_text(), self.dump(self.source))
        done = self.tool("leases", "dump", "-c", self.source, "-o", out)
        self.assertEqual((done.returncode, "exists already" in done.stderr), (77, True), done.stderr)
        self.assertEqual(sorted(path.name for path in self.folder.glob("dump*")), ["dump.json"])

    def test_bad_lines_are_named(self) -> None:
        target = self.configuration("target")
        lines = self.dump(self.source).splitlines()
        broken = [lines[0], "{ no json", lines[1].replace('"subnet-id"', '"subnet"'), "", lines[2]]
        done = self.tool("leases", "load", "-c", target, "-", stdin="\n".join(broken))
        self.assertEqual(done.returncode, DATA_ERROR, done.stderr)
        for part in ("standard input:2: ", "standard input:3: ", "subnet-id is missing"):
            self.assertIn(part, done.stderr)
        self.assertFalse((self.data / "target.db").exists())

    def test_a_dump_into_a_closed_pipe_is_an_error(self) -> None:
        with subprocess.Popen([str(binary()), "leases", "dump", "-c", str(self.source)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            said = process.stderr.read().decode()
        self.assertEqual(process.returncode, 1, said)
        self.assertIn("not whole", said)


class BesideAServer:
    """What may be done while a server serves, and what may not."""

    subject: Any

    def tool(self, *words: str) -> tuple[int, str]:
        return self.subject.run(*words)

    def test_backup_and_dump_are_taken_while_it_serves_and_writing_is_refused(self: Any) -> None:
        self.start()
        conf = str(self.subject.configuration_path)
        clients = self.make_clients()

        def bind(numbers: range) -> set[str]:
            acks = [clients.lease(clients.dialogue.who(number)) for number in numbers]
            return {unit for ack in acks for unit in clients.dialogue.held(ack).units}

        bound = bind(range(1, 20))
        backup = self.folder / "backup.db"
        code, said = self.tool("backup", "-c", conf, str(backup))
        self.assertEqual(code, 0, said)
        self.assertEqual(backup.stat().st_mode & 0o777, 0o600)
        later = bind(range(20, 30))

        code, said = self.tool("leases", "dump", "-c", conf, "-o", str(self.folder / "dump.json"))
        self.assertEqual(code, 0, said)
        lines = (self.folder / "dump.json").read_text().splitlines()
        self.assertEqual({unit_of(json.loads(line)) for line in lines}, bound | later)
        code, said = self.tool("leases", "load", "-c", conf, str(self.folder / "dump.json"))
        self.assertEqual(code, BUSY, said)
        self.assertIn(f"process {self.subject.pid}", said)
        self.assertEqual(self.tool("backup", "-c", conf, str(backup))[0], 77)

        # The backup is a database: put in place, it is served from.
        self.assertEqual(self.subject.stop(), 0)
        live = self.subject.data / f"leases{self.subject.family}.db"
        for leftover in self.subject.data.glob(f"{live.name}*"):
            leftover.unlink()
        backup.rename(live)
        self.subject.start()
        self.assertEqual(set(map(unit_of, self.subject.control.leases())), bound)


class BesideAServerTest(BesideAServer, OneLinkTest):
    """With DHCPv4."""

    def make_clients(self) -> Exchange:
        return self.direct_client(self.client_side)


class BesideAServer6Test(BesideAServer, OneLink6Test):
    """With DHCPv6: clients with addresses, with prefixes, and with both."""

    def make_clients(self) -> Exchange:
        return self.link_clients()


class DatabaseServerTest(TransferTest):
    """From Kea's tables, into database servers, and between all of them."""

    def setUp(self) -> None:
        super().setUp()
        self.folder.chmod(0o711)

    def start(self, kind: type[Backend]) -> Backend:
        backend = kind(self.folder / kind.__name__)
        self.enterContext(backend.server)
        return backend

    def make_kea(self, backend: Backend, old: bool = False, many: int = 0) -> str:
        """@return the url of a database with Kea's tables, without a password"""
        name = "kea_old" if old else "kea"
        server = backend.server
        server.create_database(name)
        server.execute(script(Dialect(backend.type == "postgresql", old), many), name)
        if backend.type == "postgresql":
            server.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {server.user}", name)
        return f"{backend.scheme}://{server.user}@127.0.0.1:{server.port}/{name}"

    def import_from(self, backend: Backend, target: Path, url: str, *more: str) -> subprocess.CompletedProcess[str]:
        return self.tool("import-kea", "-c", target, "--url", url, *more,
                         environment={"LEASEHOLD_KEA_PASSWORD": backend.server.password})

    def check_v4(self, leases: dict[str, dict[str, Any]]) -> None:
        self.assertEqual(set(leases), {"10.0.1.1", "10.0.1.2", "10.0.1.3", "255.255.255.240"})
        anna = leases["10.0.1.1"]
        self.assertEqual(
            {name: anna[name] for name in ("hw-address", "client-id", "cltt", "valid-lft", "hold-until", "subnet-id",
                                           "fqdn-fwd", "fqdn-rev", "hostname", "state", "user-context", "relay-id")},
            {"hw-address": "02:00:00:00:00:01", "client-id": "01:02:00:00:00:ff", "cltt": BORN,
             "valid-lft": LIFETIME, "hold-until": BORN + LIFETIME, "subnet-id": 7, "fqdn-fwd": True,
             "fqdn-rev": False, "hostname": "anna", "state": 0, "user-context": {"a": [1, "x,y"]},
             "relay-id": "0a:0b"})
        infinite = leases["10.0.1.2"]
        self.assertEqual((infinite["cltt"], infinite["valid-lft"], infinite["expire"], infinite["hostname"]),
                         (BORN, INFINITE, BORN + INFINITE, ""))
        self.assertEqual((leases["10.0.1.3"]["state"], leases["255.255.255.240"]["state"]), (1, 2))

    def check_v6(self, leases: dict[str, dict[str, Any]]) -> None:
        self.assertEqual(set(leases), {"2001:db8::9", "2001:db8:1::"})
        address, prefix = leases["2001:db8::9"], leases["2001:db8:1::"]
        self.assertEqual((address["iaid"], address["hw-address"], address["hwaddr-source"], address["duid"]),
                         (0xFFFFFFF7, "02:00:00:00:00:09", 2, "00:01:02:03"))
        self.assertEqual((prefix["type"], prefix["prefix-len"], prefix["cltt"]), ("IA_PD", 56, BORN))

    def check_source(self, kind: type[Backend]) -> None:
        backend = self.start(kind)
        for old in (False, True):
            with self.subTest(old=old):
                url = self.make_kea(backend, old)
                target = self.configuration(f"four{old}")
                refused = self.import_from(backend, target, url)
                self.assertEqual(refused.returncode, DATA_ERROR, refused.stderr)
                for part in ("lease4, 10.0.1.5: ", "neither hwaddr nor client_id", "lease4, 10.0.1.6: ", "state"):
                    self.assertIn(part, refused.stderr)
                self.assertFalse((self.data / f"four{old}.db").exists())
                done = self.import_from(backend, target, url, "--max-row-errors", "2")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.check_v4(self.leases(target))
                six = self.configuration(f"six{old}", root="Dhcp6")
                done = self.import_from(backend, six, url)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.check_v6(self.leases(six))
                for words in (refused, done):
                    self.assertNotIn(backend.server.password, words.stdout + words.stderr)
        self.check_password_forms(backend, url)
        self.check_pages(backend)

    def check_password_forms(self, backend: Backend, url: str) -> None:
        target = self.configuration("passwords")
        scheme, rest = url.split("://")
        shown = f"{scheme}://{rest.replace('@', ':' + backend.server.password + '@')}"
        done = self.tool("import-kea", "-c", target, "--url", shown)
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertNotIn(backend.server.password, done.stdout + done.stderr)
        secret = self.folder / "password"
        secret.write_text(backend.server.password + "\n")
        secret.chmod(0o600)
        self.works("import-kea", "-c", target, "--url", url, "--password-file", secret, "--max-row-errors", "2",
                   "--dry-run")
        named = url.replace("@", ":${KEA_SECRET}@")
        self.works("import-kea", "-c", target, "--url", named, "--max-row-errors", "2", "--dry-run",
                   environment={"KEA_SECRET": backend.server.password})
        wrong = self.tool("import-kea", "-c", target, "--url", url,
                          environment={"LEASEHOLD_KEA_PASSWORD": "wrong-password"})
        self.assertEqual(wrong.returncode, 67, wrong.stderr)
        self.assertNotIn("wrong-password", wrong.stdout + wrong.stderr)

    def check_pages(self, backend: Backend) -> None:
        """More rows than a page, the last row of one and the first of the next included."""
        backend.server.execute("DROP TABLE lease4; DROP TABLE lease6", "kea")
        backend.server.execute(script(Dialect(backend.type == "postgresql"), many=9000), "kea")
        if backend.type == "postgresql":
            backend.server.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {backend.server.user}", "kea")
        server = backend.server
        target = self.configuration("pages")
        done = self.import_from(backend, target, f"{backend.scheme}://{server.user}@127.0.0.1:{server.port}/kea",
                                "--max-row-errors", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.leases(target)), 9004)

    def test_from_keas_postgresql(self) -> None:
        self.check_source(PostgreSqlBackend)

    def test_from_keas_mysql(self) -> None:
        self.check_source(MariaDbBackend)

    def test_between_files_and_database_servers(self) -> None:
        """SQLite -> PostgreSQL -> MariaDB -> SQLite: the same lines everywhere, both families."""
        rows6 = [row6(f"2001:db8:{i:x}::/48" if i % 2 else f"2001:db8::{i:x}", duid6(i), BORN + LIFETIME, iaid=i)
                 for i in range(1, 5000)]
        first4, first6 = self.configuration("first"), self.configuration("first6", root="Dhcp6")
        self.works("import-kea", "-c", first4, "--csv", self.csv(*(row4(i, f"h&#xff-{i}") for i in range(5000))))
        self.works("import-kea", "-c", first6, "--csv", self.csv(*rows6, header=HEADER6, name="kea-leases6.csv"))
        expected = {"4": self.dump(first4), "6": self.dump(first6)}
        stations = [self.configuration(kind.__name__, **self.start(kind).keys())
                    for kind in (PostgreSqlBackend, MariaDbBackend)]
        source = {"4": first4, "6": first6}
        for station in stations:
            for family in ("4", "6"):
                lines = self.dump(source[family], "--family", family)
                self.works("leases", "load", "-c", station, "--family", family, "-", stdin=lines)
                self.assertEqual(self.dump(station, "--family", family), expected[family])
                # Released at the end: the next tool is not kept out.
                self.assertIn("0 lease(s) added", self.works("leases", "load", "-c", station, "--family", family,
                                                             "-", stdin=lines))
            source = {"4": station, "6": station}
        last = self.configuration("last")
        self.works("leases", "load", "-c", last, "-", stdin=self.dump(stations[-1]))
        self.assertEqual(self.dump(last), expected["4"])

    def test_kea_into_database_servers(self) -> None:
        source = self.start(PostgreSqlBackend)
        url = self.make_kea(source)
        for target in (source, self.start(MariaDbBackend)):
            conf = self.configuration(f"into-{target.type}", **target.keys())
            done = self.import_from(source, conf, url, "--max-row-errors", "2")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.check_v4(self.leases(conf))
            done = self.import_from(source, conf, url, "--family", "6")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.check_v6(self.leases(conf, "--family", "6"))
            refused = self.tool("backup", "-c", conf, self.folder / "backup.db")
            self.assertEqual(refused.returncode, 78, refused.stderr)
            self.assertIn("leases dump", refused.stderr)

    def check_registered(self, kind: type[Backend]) -> None:
        backend = self.start(kind)
        conf = self.configuration("busy", **backend.keys())
        csv = self.csv(row4(1))
        self.works("import-kea", "-c", conf, "--csv", csv)
        own = int((self.data / "server-id").read_text())
        now = int(time.time())
        for server_id, last_seen, expected in ((4711, now, BUSY), (4711, now - 7200, BUSY), (own, now, BUSY),
                                               (own, now - 7200, 0)):
            with self.subTest(server_id=server_id, silent=now - last_seen):
                backend.sql(f"UPDATE server_registry SET server_id = {server_id}, name = 'dhcp-one', "
                            f"released = 0, last_seen = {last_seen} WHERE family = 4")
                done = self.tool("import-kea", "-c", conf, "--csv", csv)
                self.assertEqual(done.returncode, expected, done.stderr)
                if expected:
                    self.assertIn("dhcp-one", done.stderr)

    def test_postgresql_with_a_server_on_it_is_not_written(self) -> None:
        self.check_registered(PostgreSqlBackend)

    def test_mariadb_with_a_server_on_it_is_not_written(self) -> None:
        self.check_registered(MariaDbBackend)
