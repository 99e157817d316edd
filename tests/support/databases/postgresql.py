"""A PostgreSQL server for tests, with the settings of a real one where safety is concerned: it syncs each commit."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from support.databases.certificates import Certificates
from support.databases.server_process import ServerProcess


def _program(name: str) -> str:
    """Debian keeps the programs of each version in a folder that is not in PATH."""
    if found := shutil.which(name):
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise RuntimeError(f"{name} is not installed (package postgresql-15)")
    return str(versions[-1])


class PostgreSql(ServerProcess):
    """Listens on 127.0.0.1 (with TLS on 127.0.0.2 too, a name that its certificate does not have) and on a Unix
    socket in its folder. Password authentication for everybody but the superuser on the socket.

    The account `user` may make databases and roles, and owns `database`; it is no superuser.

    @param tls  encryption offered, with the server certificate of these
    @param settings  more lines for postgresql.conf, "name = value"
    @param hba  lines for pg_hba.conf, before its others
    """

    account = "postgres"
    scheme = "postgresql"
    stop_signal = signal.SIGINT  # "fast": connections are ended, then a checkpoint
    death_signal = signal.SIGQUIT
    superuser = "postgres"

    def __init__(self, directory: Path, tls: Certificates | None = None, certificate: str = "server",
                 settings: tuple[str, ...] = (), hba: tuple[str, ...] = ()) -> None:
        super().__init__(directory)
        self.data = directory / "data"
        self._tls = tls
        self._certificate = certificate
        self._settings = settings
        self._hba = hba

    def prepare(self) -> None:
        # --no-sync is about initdb's own files only: a test that loses its machine loses its folder too.
        words = [_program("initdb"), "--no-sync", "--no-instructions", "--username", self.superuser, "--auth", "reject",
                 "--encoding", "UTF8", "--locale", "C.UTF-8"]
        self.copy_installed("postgresql", self.data, [self.run(_program("postgres"), "--version"), *words],
                            lambda folder: self.run(*words, "--pgdata", str(folder)))
        lines = [
            "listen_addresses = '127.0.0.1'", "shared_buffers = 64MB", "max_connections = 60",
            "max_wal_size = 2GB", "log_connections = off", "password_encryption = 'scram-sha-256'",
            "log_line_prefix = '%m [%p] %u@%d '", "timezone = 'UTC'", "log_timezone = 'UTC'",
        ]
        if self._tls:
            lines += ["listen_addresses = '127.0.0.1,127.0.0.2'", "ssl = on"]
            for setting, source in (("ssl_cert_file", self._tls.certificate(self._certificate)),
                                    ("ssl_key_file", self._tls.key(self._certificate)),
                                    ("ssl_ca_file", self._tls.certificate("ca"))):
                lines.append(f"{setting} = '{self.write(source.name, source.read_text())}'")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(line + "\n" for line in (*lines, *self._settings))
        (self.data / "pg_hba.conf").write_text("".join(line + "\n" for line in (
            *self._hba,
            f"local all {self.superuser} trust",
            "local all all scram-sha-256",
            "host all all 127.0.0.0/8 scram-sha-256",
        )))

    def command(self) -> list[str]:
        return [_program("postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(self.directory)]

    def ready(self) -> bool:
        """The server's own pid file says so in its eighth line; an old one has another pid."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"

    def after_first_start(self) -> None:
        self.execute(f"CREATE ROLE {self.user} LOGIN CREATEDB CREATEROLE PASSWORD '{self.password}'")
        self.create_database(self.database)

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Runs statements as the superuser; rows as lines, columns divided by "|". @raise ServerFailed"""
        return self.run(_program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set",
                        "ON_ERROR_STOP=1", "--host", str(self.directory), "--port", str(self.port), "--username",
                        self.superuser, "--dbname", database, "--file", "-", text_in=sql).rstrip("\n")

    def create_database(self, name: str) -> None:
        """An empty one that belongs to `user`."""
        self.execute(f"CREATE DATABASE {name} OWNER {self.user}")

    def remove_leftovers(self) -> None:
        """A killed server leaves the System V segment by which it recognises its own kind."""
        lines = self._pid_file()
        if len(lines) >= 7 and (segment := re.fullmatch(r"\s*\d+\s+(\d+)\s*", lines[6])) and not self.is_running():
            subprocess.run(["ipcrm", "--shmem-id", segment[1]], stdin=subprocess.DEVNULL, capture_output=True,
                           env=os.environ, check=False)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []


class Standby(PostgreSql):
    """A copy of a running `primary` that follows it by streaming, over its socket; the primary's pg_hba.conf lets it."""

    def __init__(self, directory: Path, primary: PostgreSql) -> None:
        super().__init__(directory)
        self.password = primary.password
        self._primary = primary

    def prepare(self) -> None:
        self.run(_program("pg_basebackup"), "--host", str(self._primary.directory), "--port", str(self._primary.port),
                 "--username", self.superuser, "--pgdata", str(self.data), "--write-recovery-conf", "--no-sync",
                 "--checkpoint", "fast")

    def ready(self) -> bool:
        """It says "standby" where a primary says "ready"."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0].strip() == str(self.pid) and lines[7].strip() in ("standby", "ready")

    def after_first_start(self) -> None:
        """Accounts and databases come from the primary."""
