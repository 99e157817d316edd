"""A MariaDB server for tests. It syncs each commit, as a real one does; only its buffers are small, and the options
of the machine (/etc/mysql) are not read.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from support.databases.certificates import Certificates
from support.databases.server_process import ServerFailed, ServerProcess

TABLE_RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE VIEW, SHOW VIEW"

_LOG_SIZE = "32M"
_SMALL_AND_PRIVATE = {
    "bind_address": "127.0.0.1,127.0.0.2",  # the second is in no certificate
    "skip_name_resolve": "1",
    "max_connections": "60",
    "performance_schema": "OFF",
    "innodb_buffer_pool_size": "64M",
    "innodb_log_file_size": _LOG_SIZE,
    "innodb_buffer_pool_dump_at_shutdown": "0",
    "innodb_buffer_pool_load_at_startup": "0",
    "aria_pagecache_buffer_size": "1M",
    "key_buffer_size": "64K",
}


class MariaDb(ServerProcess):
    """Listens on 127.0.0.1 and 127.0.0.2, and on the socket `socket` in its folder, where root comes in without a password.

    The account `user` has the rights to the tables of its databases, and nothing else: one that may do more is not
    stopped by read_only.

    @param tls  encryption offered, with the server certificate `certificate` of these
    @param options  more settings, as in a configuration file: {"log_bin": "on"}; a value "" is a bare switch
    """

    account = "mysql"
    scheme = "mysql"

    def __init__(self, directory: Path, tls: Certificates | None = None, certificate: str = "server",
                 options: Mapping[str, str] | None = None) -> None:
        super().__init__(directory)
        self.socket = directory / "socket"
        self.options = dict(options or {})  # may be changed between a stop and a start
        self._tls = tls
        self._certificate = certificate

    def prepare(self) -> None:
        # Small logs from the first moment on: a server that finds others makes them anew.
        words = ["mariadb-install-db", "--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal",
                 "--skip-name-resolve", f"--innodb-log-file-size={_LOG_SIZE}"]

        def install(folder: Path) -> None:
            data = f"--datadir={folder}"
            try:
                self.run(*words, data)
            except ServerFailed as failure:
                # Seen once in many hundreds, when servers shared their TMPDIR: a table that it had just made was gone.
                print(f"mariadb-install-db is tried once more: {failure}", file=sys.stderr)
                self.run("find", str(folder), "-mindepth", "1", "-delete")
                self.run(*words, data)

        self.copy_installed("mariadb", self.directory / "data", [self.run("mariadbd", "--version"), *words], install)
        self.prepare_tls()

    def prepare_tls(self) -> None:
        if self._tls:
            for option, source in (("ssl_cert", self._tls.certificate(self._certificate)),
                                   ("ssl_key", self._tls.key(self._certificate)),
                                   ("ssl_ca", self._tls.certificate("ca"))):
                self.options[option] = str(self.write(source.name, source.read_text()))

    def command(self) -> list[str]:
        words = [f"--{name.replace('_', '-')}" + (f"={value}" if value else "")
                 for name, value in {**_SMALL_AND_PRIVATE, **self.options}.items()]
        return ["mariadbd", "--no-defaults", f"--datadir={self.directory / 'data'}", f"--socket={self.socket}",
                f"--port={self.port}", f"--pid-file={self.directory / 'pid'}", *words]

    def environment(self) -> dict[str, str]:
        """A server that starts deletes all temporary tables in TMPDIR, those of running servers too: each has its own."""
        return {**super().environment(), "PATH": super().environment()["PATH"] + ":/usr/sbin",
                "TMPDIR": str(self.directory)}

    def ready(self) -> bool:
        done = subprocess.run(self.as_account(self._client(None)), input="SELECT 1", capture_output=True, text=True,
                              timeout=60, env=self.environment(), cwd=self.directory, check=False)
        return done.returncode == 0

    def after_first_start(self) -> None:
        self.execute(f"CREATE USER {self.user}@'%' IDENTIFIED BY '{self.password}'")
        self.create_database(self.database)

    def execute(self, sql: str, database: str | None = None) -> str:
        """Runs statements as administrator; rows as lines, tabs between columns. @raise ServerFailed"""
        return self.run(*self._client(database), text_in=sql).rstrip("\n")

    def create_database(self, name: str) -> None:
        """An empty one in which `user` has the rights to tables."""
        self.execute(f"CREATE DATABASE {name}; GRANT {TABLE_RIGHTS} ON {name}.* TO {self.user}@'%'")

    def _client(self, database: str | None) -> list[str]:
        """Takes statements by a pipe, unseen by ps."""
        return ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch",
                "--skip-column-names", "--connect-timeout=10", *([database] if database else [])]
