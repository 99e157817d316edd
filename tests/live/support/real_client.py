"""The DHCP clients people have, run in a namespace with nothing of the host's to write to.

Each is started the same way and told the same things; how a program is told is its class's part.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from live.support.namespace import Namespace
from live.support.process import Program, run
from live.support.waiting import eventually

_SCRIPT = Path(__file__).with_name("client_event.sh")


class RealClient:
    """One client program on one interface, and the events it reported."""

    bound = ("BOUND", "REBOOT")
    renewed = ("RENEW",)
    rebound = ("REBIND",)
    sets_address = ""

    def __init__(self, namespace: Namespace, interface: str, folder: Path) -> None:
        self.namespace = namespace
        self.interface = interface
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._events = folder / "events"
        self._program: Program | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def release(self) -> None:
        """Gives the lease back and ends the program."""
        raise NotImplementedError

    def start(self) -> None:
        environment = {**os.environ, **self.environment()}
        self._program = Program(self.namespace.inside(*self.command()), self.folder / "output", environment)

    def environment(self) -> dict[str, str]:
        return {"EVENTS": str(self._events), "SETS_ADDRESS": self.sets_address}

    @property
    def program(self) -> Program:
        assert self._program is not None, "the client was not started"
        return self._program

    def end(self) -> None:
        if self._program is not None:
            self._program.end()

    def events(self) -> list[tuple[str, str]]:
        """(event, address) in the order reported."""
        if not self._events.exists():
            return []
        lines = self._events.read_text().splitlines()
        return [(name, rest.partition(" ")[0]) for name, _, rest in (line.partition(" ") for line in lines)]

    def wait_bound(self) -> str:
        return self._wait(self.bound)

    def wait_renewed(self) -> str:
        return self._wait(self.renewed)

    def count(self, names: tuple[str, ...]) -> int:
        return sum(name in names for name, _ in self.events())

    def kill_before_release(self) -> None:
        """For dhclient: busy with a reply, it misses the signal by which `dhclient -r` ends it, and then renews what was
        just released. What there is to release stands in its lease file."""
        self.program.end()
        for name in ("pid", "pid6"):
            (self.folder / name).unlink(missing_ok=True)

    def _wait(self, names: tuple[str, ...]) -> str:
        def found() -> str | None:
            return next((address for name, address in self.events() if name in names), None)

        return eventually(found, f"{type(self).__name__} reports {names}", self.program.output)


class Udhcpc(RealClient):
    """BusyBox's client. Renewing and rebinding are both reported as `renew`."""

    bound = ("bound",)
    renewed = ("renew",)
    rebound = ("renew",)

    def command(self) -> list[str]:
        return ["udhcpc", "-f", "-i", self.interface, "-s", str(_SCRIPT), "-t", "50", "-T", "1"]

    def release(self) -> None:
        self.program.send_signal(signal.SIGUSR2)
        eventually(lambda: self.events()[-1][0] == "deconfig", "udhcpc reports its release")
        self.program.stop()


class Dhclient(RealClient):
    """ISC's client."""

    sets_address = "yes"

    def command(self) -> list[str]:
        return ["dhclient", "-4", "-d", *self._files(), "-sf", str(_SCRIPT), self.interface]

    def _files(self) -> list[str]:
        configuration = self.folder / "dhclient.conf"
        configuration.write_text("timeout 60;\nretry 1;\ninitial-interval 1;\nbackoff-cutoff 1;\n")
        return ["-cf", str(configuration), "-lf", str(self.folder / "leases"), "-pf", str(self.folder / "pid"),
                *(part for name, value in self.environment().items() for part in ("-e", f"{name}={value}"))]

    def release(self) -> None:
        self.kill_before_release()
        run(*self.namespace.inside("dhclient", "-4", "-r", *self._files(), "-sf", str(_SCRIPT), self.interface))


class Dhcpcd(RealClient):
    """dhcpcd: its state folders are its own, and its helper processes end with it (a process namespace)."""

    def command(self) -> list[str]:
        configuration = self.folder / "dhcpcd.conf"
        variables = "".join(f"env {name}={value}\n" for name, value in self.environment().items())
        configuration.write_text(f"ipv4only\nclientid\nnoarp\nnohook resolv.conf\nscript {_SCRIPT}\n{variables}")
        state = " && ".join(f"mkdir -p {folder} && mount -t tmpfs none {folder}"
                            for folder in ("/var/lib/dhcpcd", "/run/dhcpcd"))
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child",
                "sh", "-c", f'{state} && exec "$@"', "sh", "dhcpcd", "-B", "-f", str(configuration), self.interface]

    def release(self) -> None:
        inside = Path(f"/proc/{self.program.pid}/task/{self.program.pid}/children").read_text().strip()
        os.kill(int(inside), signal.SIGALRM)  # as `dhcpcd -k` does
        self.program.wait()
