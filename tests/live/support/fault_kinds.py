"""More ways to lose a lease database: what administrators, poolers, standbys and clusters do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from live.support.databases import PostgreSqlBackend
from live.support.disk import fill
from live.support.faults import AnswersCut, Fault
from live.support.process import run
from live.support.server import Server
from live.support.waiting import eventually
from support.databases.galera import Galera
from support.databases.mariadb import TABLE_RIGHTS
from support.databases.pgbouncer import PgBouncer
from support.databases.postgresql import PostgreSql, Standby

_FULL_DISK = "size=224m,mode=0700"


class KilledWithTheServer(Fault):
    """The server under test dies in the outage, and starts while its database is still away."""

    name = "database killed, then the server killed"
    interrupts_commands = True

    def begin(self) -> None:
        self.backend.server.kill()

    def end(self) -> None:
        restart(self.case.subject)
        self.backend.server.start()


class FrozenWithTheServer(Fault):
    """The same with a database that is frozen: what the dead server had on its way is applied when it thaws, while the new
    one brings the journal over."""

    name = "database frozen, then the server killed"
    interrupts_commands = True

    def begin(self) -> None:
        self.backend.server.freeze()

    def end(self) -> None:
        restart(self.case.subject)
        self.backend.server.thaw()


class CutWithTheServer(AnswersCut):
    """The dead server's connection stays open at the database."""

    name = "answers dropped, then the server killed"
    interrupts_commands = True

    def end(self) -> None:
        restart(self.case.subject)
        super().end()


class ReloadedMeanwhile(Fault):
    """Somebody loads the configuration again while the database is away."""

    name = "killed, configuration reloaded meanwhile"

    def begin(self) -> None:
        self.backend.server.kill()
        eventually(lambda: self.database_state() != "serving", "the loss is noticed")
        self.case.subject.control.ask("config-reload")

    def end(self) -> None:
        self.case.subject.control.ask("config-reload")
        self.backend.server.start()


class Flapping(Fault):
    """Back for a moment, and gone again while what was journalled is being brought over."""

    name = "killed again at each return"
    times = 4

    def begin(self) -> None:
        self.backend.server.kill()

    def end(self) -> None:
        for _ in range(self.times):
            self.backend.server.start()
            eventually(lambda: self.database_state() in ("settling", "draining", "loading", "serving"), "it is found again")
            self.backend.server.kill()
        self.backend.server.start()


class ReadOnly(Fault):
    """What a switch-over looks like from the old primary."""

    name = "read-only"

    def begin(self) -> None:
        self.backend.make_read_only(True)
        if self.backend.type == "postgresql":  # the setting is one of new sessions
            self.backend.cut_connections()

    def end(self) -> None:
        self.backend.make_read_only(False)


class TooManyConnections(Fault):
    name = "too many connections"

    def begin(self) -> None:
        self.backend.allow_connections(0)
        eventually(self._is_refused, "the server is refused")

    def end(self) -> None:
        self.backend.allow_connections(None)

    def _is_refused(self) -> bool:
        """MariaDB's least limit lets one in."""
        self.backend.cut_connections()
        return self.database_state() != "serving"


class NewerSchema(Fault):
    """Somebody upgraded the schema beyond what this program may use, and took that back."""

    name = "schema of a newer version"

    def begin(self) -> None:
        self._was = self.backend.sql("SELECT version, min_reader FROM schema_info").replace("\t", "|").split("|")
        self.backend.sql("UPDATE schema_info SET version = version + 100, min_reader = min_reader + 100")
        self.backend.cut_connections()

    def end(self) -> None:
        version, reader = self._was
        self.backend.sql(f"UPDATE schema_info SET version = {version}, min_reader = {reader}")


class ColumnGone(Fault):
    name = "a column vanished"

    def begin(self) -> None:
        self.backend.sql("ALTER TABLE lease RENAME COLUMN hostname TO hostname_gone")

    def end(self) -> None:
        self.backend.sql("ALTER TABLE lease RENAME COLUMN hostname_gone TO hostname")


class DiskFull(Fault):
    """The database's folder is a small file system, filled to the last octet. MariaDB writes a binary log, as where
    others replicate from it; without one it would need no room for a while."""

    name = "disk of the database full"

    def open(self) -> None:
        server = self.backend.server
        server.directory.mkdir(mode=0o700)
        run("mount", "-t", "tmpfs", "-o", _FULL_DISK, "leasehold-live", str(server.directory))
        self.case.addCleanup(run, "umount", "-l", str(server.directory), check=False)
        if self.backend.type == "mysql":
            server.options.update(log_bin="binlog", sync_binlog="1")
        super().open()

    def begin(self) -> None:
        fill(self.backend.server.directory / "ballast")

    def end(self) -> None:
        (self.backend.server.directory / "ballast").unlink()
        if not self.backend.server.is_running():
            self.backend.server.start()


class Rotated(Fault):
    """A new account takes the old one's place, and the old one is dropped with its connections; the files with the
    new name and password come last."""

    name = "old account dropped, files of the new one late"
    account, secret = "leasehold_next", "next-secret"

    def keys(self, **more: Any) -> dict[str, Any]:
        self._write(self.backend.server.user, self.backend.server.password)
        files = {"user_file": str(self._user), "password_file": str(self._password)}
        return super().keys(user=None, password=None, **files, **more)

    def begin(self) -> None:
        self._make_account()
        self._drop_old()

    def end(self) -> None:
        self._write(self.account, self.secret)

    def _write(self, user: str, password: str) -> None:
        self._user, self._password = self.case.folder / "user", self.case.folder / "password"
        for path, text in ((self._user, user), (self._password, password)):
            fresh = path.with_suffix(".new")
            fresh.write_text(text + "\n")
            fresh.chmod(0o600)
            fresh.rename(path)

    def _make_account(self) -> None:
        server = self.backend.server
        if self.backend.type == "postgresql":
            self.backend.sql(f"CREATE ROLE {self.account} LOGIN PASSWORD '{self.secret}'; "
                             f"GRANT {server.user} TO {self.account}")
        else:
            self.backend.sql(f"CREATE USER {self.account}@'%' IDENTIFIED BY '{self.secret}'; "
                             f"GRANT {TABLE_RIGHTS} ON {server.database}.* TO {self.account}@'%'")

    def _drop_old(self) -> None:
        old = self.backend.server.user
        if self.backend.type == "postgresql":
            # Out of its hands in one transaction; a connection that is open loses its rights with it.
            self.backend.sql(f"BEGIN; REASSIGN OWNED BY {old} TO {self.account}; DROP OWNED BY {old}; DROP ROLE {old}; "
                             f"COMMIT; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                             f"WHERE datname = current_database() AND pid <> pg_backend_pid()")
        else:
            self.backend.sql(f"DROP USER {old}@'%'")
            self.backend.cut_connections()


class RotatedInOrder(Rotated):
    """The files come first: nobody should notice."""

    name = "account rotated in order under load"
    must_be_noticed = False

    def begin(self) -> None:
        self._make_account()
        self._write(self.account, self.secret)
        self._drop_old()

    def end(self) -> None:
        pass


class Pooled(Fault):
    """PostgreSQL behind PgBouncer."""

    def open(self) -> None:
        super().open()
        server = self.backend.server
        folder = server.directory.parent / "pooler"
        self.pooler = PgBouncer(folder, server, settings=(f"unix_socket_dir = {folder}",))
        self.case.enterContext(self.pooler)

    @property
    def database(self) -> str:
        return "PgBouncer"

    def keys(self, **more: Any) -> dict[str, Any]:
        return self.backend.keys(host=str(self.pooler.directory), port=self.pooler.port, **more)


class PoolerPaused(Pooled):
    name = "pooler paused"

    def begin(self) -> None:
        self.pooler.administer("PAUSE")

    def end(self) -> None:
        self.pooler.administer("RESUME")


class PoolerKilled(Pooled):
    name = "pooler killed (-9), started again"

    def begin(self) -> None:
        self.pooler.kill()

    def end(self) -> None:
        self.pooler.start()


class DatabaseBehindPoolerKilled(Pooled):
    name = "database behind the pooler killed"

    def begin(self) -> None:
        self.backend.server.kill()

    def end(self) -> None:
        self.backend.server.start()


class Switched(Fault):
    """A primary with a synchronous standby; both are named. The outage ends with the standby's promotion."""

    name = "primary killed, standby promoted"

    def __init__(self, case: Any) -> None:
        self.case = case
        self.backend = PostgreSqlBackend(case.folder / "database", replicates=True)
        self.standby = Standby(case.folder / "standby", self.backend.server)

    def open(self) -> None:
        primary: PostgreSql = self.backend.server
        for server in (primary, self.standby):
            server.inside = self.case.server_side.inside()
            self.case.enterContext(server)
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.execute("SELECT pg_reload_conf()")
        eventually(lambda: primary.execute("SELECT sync_state FROM pg_stat_replication") == "sync",
                   "the standby is synchronous", self.standby.log)

    @property
    def database(self) -> str:
        return "PostgreSQL, 2 hosts"

    def keys(self, **more: Any) -> dict[str, Any]:
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in (self.backend.server, self.standby))
        return self.backend.keys(host=hosts, port=None, **more)

    def begin(self) -> None:
        self.backend.server.kill()

    def end(self) -> None:
        self.standby.execute("SELECT pg_promote()")


class SwitchedInOrder(Switched):
    name = "primary stopped, standby promoted"

    def begin(self) -> None:
        self.backend.server.stop()


class StandbyLost(Switched):
    """Commits wait for ever for a standby that is gone."""

    name = "synchronous standby frozen"

    def begin(self) -> None:
        self.standby.freeze()

    def end(self) -> None:
        self.standby.thaw()


class GaleraNodeLost(Fault):
    """Of three nodes, all named: the one in use is lost, the others keep quorum."""

    name = "Galera node in use killed"
    must_be_noticed = False  # the next node takes over at once

    def __init__(self, case: Any) -> None:
        self.case = case
        self.cluster = Galera(case.folder / "cluster", nodes=3)

    def open(self) -> None:
        for node in self.cluster.nodes:
            node.inside = self.case.server_side.inside()
        self.case.enterContext(self.cluster)

    @property
    def database(self) -> str:
        return "Galera, 3 nodes"

    def keys(self, **more: Any) -> dict[str, Any]:
        keys: dict[str, Any] = {
            "type": "mysql", "host": ",".join(f"127.0.0.1:{node.port}" for node in self.cluster.nodes),
            "name": self.cluster.database, "user": self.cluster.user, "password": self.cluster.password}
        keys.update({name.replace("_", "-"): value for name, value in more.items()})
        return keys

    def begin(self) -> None:
        self.cluster.nodes[0].kill()

    def end(self) -> None:
        self.cluster.nodes[0].start()


class GaleraNodeFrozen(GaleraNodeLost):
    name = "Galera node in use frozen"

    def begin(self) -> None:
        self.cluster.nodes[0].freeze()

    def end(self) -> None:
        self.cluster.nodes[0].thaw()


class GaleraQuorumLost(GaleraNodeLost):
    """Two of three are killed: the survivor takes connections and refuses every table, until it is made the cluster."""

    name = "Galera without quorum"
    must_be_noticed = True

    def begin(self) -> None:
        for node in self.cluster.nodes[:2]:
            node.kill()

    def end(self) -> None:
        self.cluster.nodes[2].execute("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")


def restart(subject: Server) -> None:
    """Killed, and started again although its database is away."""
    subject.kill()
    subject.launch()
    eventually(subject.control.answers, "the server answers commands", subject.log)
