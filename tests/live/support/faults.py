"""Ways to take a lease database away from a running server and to give it back.

A fault makes its database (`open`), says how the configuration names it (`keys`), and has a `begin` and an `end`.
What it starts is registered for removal with the test.
"""

from __future__ import annotations

from typing import Any

from live.support.databases import Backend
from live.support.namespace import connect


class Fault:
    """Of one database server beside the server under test, reached over its local socket."""

    name = ""
    must_be_noticed = True  # status-get says that the database is away
    interrupts_commands = False  # the server under test itself is away for a moment

    def __init__(self, case: Any, make_backend: Any) -> None:
        self.case = case
        self.backend: Backend = make_backend(case.folder / "database", **self.server_arguments(make_backend))

    def server_arguments(self, make_backend: Any) -> dict[str, Any]:
        """For the constructor of the database server."""
        return {}

    @property
    def database(self) -> str:
        return {"postgresql": "PostgreSQL", "mysql": "MariaDB"}[self.backend.type]

    def open(self) -> None:
        self.case.enterContext(self.backend.server)

    def keys(self, **more: Any) -> dict[str, Any]:
        return self.backend.local_keys(**more)

    def database_state(self) -> str:
        return str(self.case.status()["database-status"]["state"])

    def begin(self) -> None:
        raise NotImplementedError

    def end(self) -> None:
        raise NotImplementedError


class Stopped(Fault):
    name = "stopped in order, started again"

    def begin(self) -> None:
        self.backend.server.stop()

    def end(self) -> None:
        self.backend.server.start()


class Killed(Fault):
    name = "all processes killed (-9), started again"

    def begin(self) -> None:
        self.backend.server.kill()

    def end(self) -> None:
        self.backend.server.start()


class Frozen(Fault):
    name = "all processes frozen (SIGSTOP)"

    def begin(self) -> None:
        self.backend.server.freeze()

    def end(self) -> None:
        self.backend.server.thaw()


class Cut(Fault):
    """The database lives in a namespace of its own, behind a router that can stop forwarding: it then drops every packet
    without a word, both ways."""

    name = "packets dropped both ways"
    database_address = "10.99.2.1"

    def server_arguments(self, make_backend: Any) -> dict[str, Any]:
        return {"everywhere": True}

    def open(self) -> None:
        server_side = self.case.server_side
        self.router = self.case.namespace("router")
        home = self.case.namespace("database")
        connect(server_side, "todb", self.router, "left")
        connect(self.router, "right", home, "wire")
        server_side.ip("address", "add", "10.99.1.1/24", "dev", "todb")
        self.router.ip("address", "add", "10.99.1.254/24", "dev", "left")
        self.router.ip("address", "add", "10.99.2.254/24", "dev", "right")
        home.ip("address", "add", f"{self.database_address}/24", "dev", "wire")
        server_side.ip("route", "add", "10.99.2.0/24", "via", "10.99.1.254")
        home.ip("route", "add", "10.99.1.0/24", "via", "10.99.2.254")
        self._forward(True)
        self.backend.server.inside = home.inside()
        super().open()

    def keys(self, **more: Any) -> dict[str, Any]:
        return self.backend.keys(host=self.database_address, **more)

    def begin(self) -> None:
        self._forward(False)

    def end(self) -> None:
        self._forward(True)

    def _forward(self, forward: bool) -> None:
        self.router.set_sysctl("net.ipv4.ip_forward", str(int(forward)))


class AnswersCut(Cut):
    """Requests arrive: each commit on its way is applied, and its client is never told so."""

    name = "answers of the database dropped"

    def begin(self) -> None:
        self.router.ip("route", "add", "blackhole", "10.99.1.1/32")

    def end(self) -> None:
        self.router.ip("route", "delete", "blackhole", "10.99.1.1/32")
