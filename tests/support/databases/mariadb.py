"""A MariaDB server of the test's own: a private directory, a free port, and an end that comes with the test.

The server keeps its durable settings, so that a test that kills it finds what was committed; only its buffers are
small. Options of the machine (/etc/mysql) are not read.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

NEVER_SECONDS = 120.0  # "this never happens", no measurement
TABLE_RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE VIEW, SHOW VIEW"

_SMALL_AND_PRIVATE = {
    "bind_address": "127.0.0.1",
    "skip_name_resolve": "1",
    "max_connections": "60",
    "performance_schema": "OFF",
    "innodb_buffer_pool_size": "64M",
    "innodb_log_file_size": "48M",
    "innodb_buffer_pool_dump_at_shutdown": "0",
    "innodb_buffer_pool_load_at_startup": "0",
    "aria_pagecache_buffer_size": "1M",
    "key_buffer_size": "64K",
}
_FILE_OPTIONS = ("ssl_ca", "ssl_cert", "ssl_key")  # copied, so that the server's user can read them


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens at just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def server_user() -> str:
    """Who database servers run as: never root."""
    return "mysql" if os.geteuid() == 0 else getpass.getuser()


def as_server_user(command: list[str]) -> list[str]:
    """The command, run as server_user() and ended with this process."""
    become = ["setpriv", "--pdeathsig", "KILL"]
    if os.geteuid() == 0:
        become += ["--reuid=mysql", "--regid=mysql", "--clear-groups"]
    return [*become, *command]


def private_folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql", "mysql")
    return folder


class MariaDb:
    """One server. `with MariaDb() as server:` starts it and takes it away, whatever becomes of the test.

    @param options  settings beyond the usual, as in a configuration file: {"log_bin": "on"}; a value "" is a bare
                    switch. Files of ssl_ca, ssl_cert and ssl_key are copied.
    """

    def __init__(self, options: Mapping[str, str] | None = None) -> None:
        self.options = dict(options or {})
        self.port = free_port()
        self.user = "leasehold"
        self.password = secrets.token_hex(12)
        self.administrator_password = secrets.token_hex(12)
        self.folder = private_folder("leasehold-mariadb-")
        self.socket = str(self.folder / "socket")
        self._process: subprocess.Popen[bytes] | None = None
        self._has_accounts = False

    def __enter__(self) -> MariaDb:
        try:
            self.create()
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def url(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """As a configuration has it."""
        return f"mysql://{user or self.user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def administrator_url(self) -> str:
        return self.url("mysql", "root", self.administrator_password)

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    @property
    def log_path(self) -> Path:
        return self.folder / "log"

    def create(self) -> None:
        """Makes the data directory."""
        done = subprocess.run(
            as_server_user(
                ["mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db",
                 "--auth-root-authentication-method=normal", "--skip-name-resolve",
                 f"--innodb-log-file-size={_SMALL_AND_PRIVATE['innodb_log_file_size']}"]),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=NEVER_SECONDS, cwd="/")
        if done.returncode != 0:
            raise AssertionError(f"mariadb-install-db failed:\n{done.stdout}{done.stderr}")

    def command(self, extra: Mapping[str, str] | None = None) -> list[str]:
        settings = {**_SMALL_AND_PRIVATE, **self.options, **(extra or {})}
        for name in _FILE_OPTIONS:
            if name in settings:
                settings[name] = str(self._readable_copy(name, Path(settings[name])))
        words = [f"--{name.replace('_', '-')}" + (f"={value}" if value else "") for name, value in settings.items()]
        return ["mariadbd", "--no-defaults", f"--datadir={self.folder / 'data'}", f"--socket={self.socket}",
                f"--port={self.port}", f"--pid-file={self.folder / 'pid'}", *words]

    def start(self, extra: Mapping[str, str] | None = None) -> None:
        """Starts it, on the data that is there, and waits until it answers."""
        self.launch(extra)
        self.wait_until_it_answers()

    def launch(self, extra: Mapping[str, str] | None = None) -> None:
        """Starts it and waits for nothing."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(as_server_user(self.command(extra)), stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=subprocess.STDOUT, cwd="/")

    def wait_until_it_answers(self) -> None:
        give_up = time.monotonic() + NEVER_SECONDS
        while not self._answers():
            if self._process is not None and self._process.poll() is not None:
                raise AssertionError(f"mariadbd ended with code {self._process.returncode}:\n{self.log()[-4000:]}")
            if time.monotonic() > give_up:
                raise AssertionError(f"mariadbd never answered:\n{self.log()[-4000:]}")
            time.sleep(0.05)
        if not self._has_accounts:
            self._make_accounts()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """In order."""
        self._signal(signal.SIGTERM)
        if self._process is not None:
            self._process.wait(NEVER_SECONDS)

    def kill(self) -> None:
        """As a power cut would, seen from the process."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(NEVER_SECONDS)

    def freeze(self) -> None:
        """Alive for the network, and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """For clean-ups: gone, whatever it takes, with its directory."""
        if self.is_running():
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, sql: str, database: str | None = None) -> str:
        """Runs statements as administrator. @return the rows, tab and newline between them."""
        done = self._client(sql, database)
        if done.returncode != 0:
            raise AssertionError(f"{sql}\n{done.stderr}")
        return done.stdout

    def create_database(self, name: str) -> None:
        """An empty database in which the test's account has the rights to tables, and nothing else anywhere."""
        self.execute(f"CREATE DATABASE {name}; GRANT {TABLE_RIGHTS} ON {name}.* TO {self.user}@'%'")

    def drop_database(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name}")

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _make_accounts(self) -> None:
        """The administrator comes over TCP too (from C++ tests), so it has a password there."""
        self.execute(f"CREATE USER IF NOT EXISTS {self.user}@'%' IDENTIFIED BY '{self.password}';"
                     f"CREATE USER IF NOT EXISTS root@'127.0.0.1';"
                     f"ALTER USER root@'127.0.0.1' IDENTIFIED BY '{self.administrator_password}';"
                     "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION")
        self._has_accounts = True

    def _answers(self) -> bool:
        return self._client("SELECT 1", None).returncode == 0

    def _client(self, sql: str, database: str | None) -> subprocess.CompletedProcess[str]:
        """Over the local socket, which only this user and root reach; statements go by a pipe, unseen by ps."""
        command = ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch",
                   "--skip-column-names", "--connect-timeout=10", *([database] if database else [])]
        return subprocess.run(command, input=sql, capture_output=True, text=True, errors="replace",
                              timeout=NEVER_SECONDS)

    def _readable_copy(self, name: str, source: Path) -> Path:
        copy = self.folder / f"{name}.pem"
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(copy, "mysql", "mysql")
        return copy

    def _signal(self, number: signal.Signals) -> None:
        if self.is_running() and self._process is not None:
            self._process.send_signal(number)
