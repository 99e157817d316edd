"""PgBouncer in transaction mode before a PostgreSQL server, set up so that what is unsafe behind it shows.

Few server connections, handed out in turn: a client's next transaction is likely on another one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from support.databases.postgresql import PostgreSql
from support.databases.server_process import ServerProcess, accepts_connections


class PgBouncer(ServerProcess):
    """The same databases, user and password as `behind`, on a port of its own."""

    account = "postgres"
    scheme = "postgresql"

    def __init__(self, directory: Path, behind: PostgreSql, settings: tuple[str, ...] = ()) -> None:
        super().__init__(directory)
        self.behind = behind
        self.user = behind.user
        self.password = behind.password
        self.database = behind.database
        self._settings = settings

    def prepare(self) -> None:
        users = self.write("users.txt", f'"{self.user}" "{self.password}"\n')
        lines = [
            "[databases]", f"* = host=127.0.0.1 port={self.behind.port}",
            "[pgbouncer]", "listen_addr = 127.0.0.1", f"listen_port = {self.port}", "unix_socket_dir =",
            "auth_type = scram-sha-256", f"auth_file = {users}", "pool_mode = transaction",
            "default_pool_size = 3", "server_round_robin = 1", "max_client_conn = 100",
            # With its defaults of 15 and 120 s a server that is away looks like one that does not answer.
            "server_login_retry = 1", "query_wait_timeout = 5",
            *self._settings,
        ]
        self.write("pgbouncer.ini", "".join(line + "\n" for line in lines))

    def command(self) -> list[str]:
        return [shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") or "pgbouncer",
                str(self.directory / "pgbouncer.ini")]

    def ready(self) -> bool:
        return accepts_connections(self.port)

    def administer(self, command: str) -> None:
        """On its console, where its own account comes in over a Unix socket: for that `settings` names unix_socket_dir."""
        self.run("psql", "--no-psqlrc", "--host", str(self.directory), "--port", str(self.port), "--username", "pgbouncer",
                 "--dbname", "pgbouncer", "--command", command)
