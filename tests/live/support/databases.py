"""Database servers as the leases' home in live tests: how a configuration names them, and what differs between them.

The servers themselves are tests/support/databases; this is the server under test's view of them.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.databases.certificates import Certificates
from support.databases.mariadb import MariaDb
from support.databases.postgresql import PostgreSql
from support.databases.server_process import ServerFailed


@contextlib.contextmanager
def folder_for_accounts() -> Iterator[Path]:
    """For servers that several tests share: other accounts get through it to their own folders."""
    path = Path(tempfile.mkdtemp(prefix="leasehold-live-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Backend(ABC):
    """One kind of database server, started; `server` is the process."""

    type = ""  # in the configuration
    scheme = ""
    by_force = ""  # what DROP DATABASE needs to say to end connections
    server: Any

    def keys(self, **more: Any) -> dict[str, Any]:
        """lease-database over TCP, `more` (dashes as underscores) on top; None takes a key away."""
        keys: dict[str, Any] = {
            "type": self.type, "host": "127.0.0.1", "port": self.server.port, "name": self.server.database,
            "user": self.server.user, "password": self.server.password}
        keys.update({name.replace("_", "-"): value for name, value in more.items()})
        return {name: value for name, value in keys.items() if value is not None}

    def local_keys(self, **more: Any) -> dict[str, Any]:
        """The same over the local socket, which network namespaces do not divide."""
        return self.keys(**{"host": self.local_host, **more})

    def sql(self, text: str) -> str:
        """As administrator, in the leases' database."""
        return str(self.server.execute(text, self.server.database))

    def forget_everything(self) -> None:
        """An empty database again."""
        self.server.execute(f"DROP DATABASE IF EXISTS {self.server.database}{self.by_force}")
        self.server.create_database(self.server.database)

    @property
    @abstractmethod
    def local_host(self) -> str: ...

    @abstractmethod
    def make_read_only(self, read_only: bool) -> None:
        """For the account of the server under test."""

    @abstractmethod
    def cut_connections(self) -> None:
        """Ends those of the account of the server under test."""

    @abstractmethod
    def allow_connections(self, count: int | None) -> None:
        """Of the account of the server under test; None: any number."""


class SharedBackend:
    """Beside a LiveTest: one database server for all tests of a class, running and empty at the start of each."""

    make_backend: Any
    backend: Any

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()  # type: ignore[misc]
        folder = cls.enterClassContext(folder_for_accounts())  # type: ignore[attr-defined]
        cls.backend = cls.make_backend(folder / "database")
        cls.enterClassContext(cls.backend.server)  # type: ignore[attr-defined]

    def setUp(self) -> None:
        super().setUp()  # type: ignore[misc]
        if not self.backend.server.is_running():
            self.backend.server.start()
        self.backend.forget_everything()


class PostgreSqlBackend(Backend):
    type = "postgresql"
    scheme = "postgresql"
    by_force = " WITH (FORCE)"

    def __init__(self, folder: Path, tls: Certificates | None = None, everywhere: bool = False,
                 replicates: bool = False) -> None:
        """@param everywhere  it listens on all addresses of its namespace
        @param replicates  it may have a standby"""
        self.server = PostgreSql(
            folder, tls=tls, settings=("listen_addresses = '*'",) if everywhere else (),
            hba=(("host all all 10.0.0.0/8 scram-sha-256",) if everywhere else ())
            + (("local replication postgres trust",) if replicates else ()))

    @property
    def local_host(self) -> str:
        return str(self.server.directory)

    def make_read_only(self, read_only: bool) -> None:
        self.server.execute(f"ALTER ROLE {self.server.user} SET default_transaction_read_only = "
                            f"{'on' if read_only else 'off'}")

    def cut_connections(self) -> None:
        self.server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{self.server.user}'")

    def allow_connections(self, count: int | None) -> None:
        self.server.execute(f"ALTER ROLE {self.server.user} CONNECTION LIMIT {-1 if count is None else count}")


class MariaDbBackend(Backend):
    type = "mysql"
    scheme = "mysql"

    def __init__(self, folder: Path, tls: Certificates | None = None, everywhere: bool = False) -> None:
        self.server = MariaDb(folder, tls=tls, options={"bind_address": "0.0.0.0"} if everywhere else None)

    @property
    def local_host(self) -> str:
        return str(self.server.socket)

    def make_read_only(self, read_only: bool) -> None:
        self.server.execute(f"SET GLOBAL read_only = {int(read_only)}")

    def cut_connections(self) -> None:
        numbers = self.server.execute(
            f"SELECT id FROM information_schema.processlist WHERE user = '{self.server.user}'").split()
        for number in numbers:
            with contextlib.suppress(ServerFailed):  # it is gone by now
                self.server.execute(f"KILL {number}")

    def allow_connections(self, count: int | None) -> None:
        """MariaDB counts per hour what it cannot count at once when the limit is 0."""
        self.server.execute(f"ALTER USER {self.server.user}@'%' WITH MAX_CONNECTIONS_PER_HOUR "
                            f"{0 if count is None else max(count, 1)}; FLUSH USER_RESOURCES")
