"""The servers that are compared: how each is configured, started with an empty store, and stopped.

Each has its program, its own folder and one processor; what its package's defaults say holds, except what is written
here. All serve the same network behind one relay; a lease lasts an hour.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.compare.figures import OURS
from bench.compare.probe import Probe
from bench.link import NETWORK, POOL, SERVER_INTERFACE, Link, tool
from live.support.databases import Backend
from live.support.process import Program, run
from live.support.server import binary
from live.support.waiting import NeverHappened, eventually

LIFETIME = 3600
LOG_TAIL_CHARACTERS = 1200
# dhcpd searches its pool address by address: 14 ms for each packet with 262,144 addresses. This is one that suits it.
DHCPD_POOL = ("10.1.0.0", "10.1.63.255")


class CannotStart(RuntimeError):
    """With the last lines of its log."""


@dataclass
class Place:
    """Where a server runs, and the database server that keeps its leases, if any."""

    link: Link
    folder: Path
    backend: Backend | None = None


class Contender:
    """One server with one store. `start` waits until it answers; then `stop`."""

    name = ""
    package = ""
    stop_signal = signal.SIGTERM
    prepared_clients = 5000  # who renew: as many as it gives leases to in some seconds
    flood_seconds = math.inf  # how long it is worth to wait until all of a flood are served

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.folder / type(self).__name__.lower()
        self.log_path = self.folder / "server.log"
        self._program: Program | None = None

    # -- what each brings

    def write(self) -> None:
        """Its configuration, in its folder."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def empty_database(self) -> None:
        """Its tables."""

    # -- what is done with it

    def empty(self) -> None:
        """A store without leases, and no trace of earlier runs."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o750)
        if self.place.backend:
            self.empty_database()
        self.write()

    def launch(self) -> None:
        self._program = Program(self.place.link.at_server(*self.command()), self.log_path, self.environment())

    def start(self) -> None:
        """Until it offers an address. @raise CannotStart"""
        self.launch()
        probe = Probe(self.place.link)
        try:
            eventually(lambda: self._alive() and probe.offer(seconds=0.05), "it answers")
        except NeverHappened:
            raise self.failure("did not answer") from None
        finally:
            probe.close()

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop(self.stop_signal)

    def end(self) -> None:
        """For clean-ups."""
        if self._program is not None:
            self._program.end()

    def processes(self) -> list[int]:
        """Its own and its database server's."""
        own = [self._program.pid] if self._program is not None else []
        return own + (self.place.backend.server.processes() if self.place.backend else [])

    def resident_octets(self) -> int:
        """Of its memory, without the database server's."""
        assert self._program is not None
        return int(Path(f"/proc/{self._program.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def failure(self, what: str) -> CannotStart:
        return CannotStart(f"{what}: {self.log()[-LOG_TAIL_CHARACTERS:].strip()}")

    def _alive(self) -> bool:
        if self._program is not None and self._program.is_running():
            return True
        raise self.failure("it ended")


class Kea(Contender):
    """Debian's: a single thread, packet sockets, no queues changed, each renewal written (all its defaults); only
    errors are logged."""

    name = "Kea"
    package = "kea-dhcp4-server"
    database: dict[str, Any] = {}
    more_keys: dict[str, Any] = {}

    def lease_database(self) -> dict[str, Any]:
        return {**self.database}

    def write(self) -> None:
        configuration = {"Dhcp4": {
            "interfaces-config": {"interfaces": [SERVER_INTERFACE]},
            "lease-database": self.lease_database(),
            "valid-lifetime": LIFETIME,
            "subnet4": [{"id": 1, "subnet": NETWORK, "pools": [{"pool": " - ".join(POOL)}]}],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR"}],
            **self.more_keys,
        }}
        self.configuration_path.write_text(json.dumps(configuration, indent=2))

    @property
    def configuration_path(self) -> Path:
        return self.folder / "dhcp4.conf"

    def command(self) -> list[str]:
        return ["kea-dhcp4", "-c", str(self.configuration_path)]

    def environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {**os.environ, "KEA_PIDFILE_DIR": folder, "KEA_LOCKFILE_DIR": folder, "KEA_DHCP_DATA_DIR": folder,
                "KEA_LOG_FILE_DIR": folder, "KEA_CONTROL_SOCKET_DIR": folder, "KEA_LOGGER_DESTINATION": "stderr"}


class KeaMemory(Kea):
    database = {"type": "memfile", "persist": False}


class KeaFile(Kea):
    def lease_database(self) -> dict[str, Any]:
        return {"type": "memfile", "persist": True, "name": str(self.folder / "leases4.csv")}


class KeaDatabase(Kea):
    """Its tables are in a database of their own on the same server, made by its own kea-admin."""

    prepared_clients = 2000
    database_name = "kea"

    def lease_database(self) -> dict[str, Any]:
        assert self.place.backend is not None
        return self.place.backend.keys(name=self.database_name)

    def empty_database(self) -> None:
        backend = self.place.backend
        assert backend is not None
        if self.database_name not in backend.server.execute(_DATABASES[backend.type]).split():
            self._create(backend)
        for table in ("lease4", "lease4_stat"):
            backend.server.execute(f"TRUNCATE {table}", self.database_name)
        _settle(backend)

    def _create(self, backend: Backend) -> None:
        server = backend.server
        server.create_database(self.database_name)
        if backend.type == "mysql":  # triggers and procedures
            server.execute(f"GRANT ALL ON {self.database_name}.* TO {server.user}@'%'")
        # MYSQL_*: it gives the port to some of the clients that it starts only.
        try:
            run(*self.place.link.here.inside(
                "env", "MYSQL_HOST=127.0.0.1", f"MYSQL_TCP_PORT={server.port}",
                f"MYSQL_UNIX_PORT={backend.local_host}", "kea-admin", "db-init",
                {"mysql": "mysql", "postgresql": "pgsql"}[backend.type], "-h", "127.0.0.1", "-P", str(server.port),
                "-u", server.user, "-p", server.password, "-n", self.database_name))
        except AssertionError as failure:
            server.execute(f"DROP DATABASE {self.database_name}")
            raise CannotStart(str(failure)) from None


_DATABASES = {"mysql": "SHOW DATABASES", "postgresql": "SELECT datname FROM pg_database"}


def _settle(backend: Backend) -> None:
    """What making the tables empty left to write is not a measurement's."""
    if backend.type == "postgresql":
        backend.server.execute("CHECKPOINT")


class Leasehold(Kea):
    """The same configuration; each store as it is by default."""

    name = OURS
    package = ""
    more_keys = {"cache-threshold": 0.0}  # each renewal is written, as Kea does
    prepared_clients = 20000

    def command(self) -> list[str]:
        return [str(binary()), "-c", str(self.configuration_path)]


class LeaseholdMemory(Leasehold):
    database = {"type": "memfile", "persist": False}


class LeaseholdSqlite(Leasehold):
    database = {"type": "sqlite", "name": "leases4.db"}


class LeaseholdDatabase(Leasehold):
    def lease_database(self) -> dict[str, Any]:
        assert self.place.backend is not None
        return self.place.backend.keys()

    def empty_database(self) -> None:
        assert self.place.backend is not None
        self.place.backend.forget_everything()
        _settle(self.place.backend)


class Dnsmasq(Contender):
    """With a lease file, which it writes anew and syncs at each change. No pings: they would make a client wait 3 s."""

    name = "dnsmasq"
    package = "dnsmasq-base"
    prepared_clients = 500
    flood_seconds = 60.0  # it searches and writes all leases for each: hours would be too few

    def leases(self) -> list[str]:
        return [f"dhcp-leasefile={self.folder / 'leases'}"]

    def write(self) -> None:
        (self.folder / "dnsmasq.conf").write_text("\n".join([
            "port=0", "keep-in-foreground", "user=root", f"interface={SERVER_INTERFACE}", "no-ping", "quiet-dhcp",
            "dhcp-lease-max=10000000", "dhcp-authoritative", f"pid-file={self.folder / 'pid'}",
            f"log-facility={self.folder / 'dnsmasq.log'}", *self.leases(),
            f"dhcp-range={','.join(POOL)},255.0.0.0,{LIFETIME}", ""]))

    def command(self) -> list[str]:
        return ["dnsmasq", f"--conf-file={self.folder / 'dnsmasq.conf'}"]


class DnsmasqMemory(Dnsmasq):
    """It has leases in memory only."""

    def leases(self) -> list[str]:
        return ["leasefile-ro"]


class Dhcpd(Contender):
    """With a lease file, synced. No pings: they would make a client wait 1 s."""

    name = "dhcpd"
    package = "isc-dhcp-server"
    prepared_clients = 500
    flood_seconds = 60.0  # its pool has no room for all

    def write(self) -> None:
        (self.folder / "dhcpd.conf").write_text(
            f"authoritative; ping-check false; dhcp-cache-threshold 0;\n"
            f"default-lease-time {LIFETIME}; max-lease-time {LIFETIME};\n"
            f"subnet 10.0.0.0 netmask 255.0.0.0 {{ range {' '.join(DHCPD_POOL)}; }}\n")
        (self.folder / "leases").touch()

    def command(self) -> list[str]:
        """Without a line for each packet: it has no setting for that, so it finds no syslog. Mounts made in
        `ip netns exec` are seen by this program only."""
        return ["sh", "-c", '[ ! -e /dev/log ] || mount --bind /dev/null /dev/log; exec "$0" "$@"',
                "dhcpd", "-4", "-f", "-q", "-cf", str(self.folder / "dhcpd.conf"), "-lf", str(self.folder / "leases"),
                "-pf", str(self.folder / "pid"), SERVER_INTERFACE]


class EmptyServer(Contender):
    """The limit of the machine: the same socket calls as Leasehold's, answers out of nothing."""

    name = "empty server"

    def command(self) -> list[str]:
        return [tool(), "respond", "-i", SERVER_INTERFACE, "--network", NETWORK]


Maker = Callable[[Place], Contender]
