"""A database server that a test starts for itself: in a private folder, under an account without rights, and gone
with the test whatever becomes of it.

What PostgreSQL, PgBouncer and MariaDB have in common is here; a class per server says how it is set up and when it
is ready. Only processes that were started here are signalled, each by its pid.
"""

from __future__ import annotations

import functools
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from support.databases.template import template

START_SECONDS = 300.0  # nothing takes so long, not on a busy machine either; a server that does has failed
STOP_SECONDS = 300.0
LOG_TAIL_CHARACTERS = 4000


class ServerFailed(RuntimeError):
    """A server did not start or stop; the message ends with the tail of its log."""


_PORT_SLOTS = 100
_ports_given: set[int] = set()


@functools.cache
def _port_slot() -> tuple[int, socket.socket]:
    """Which ports are this process's: no other test in this network namespace has the same number while this one
    lives, for the socket's name is taken."""
    for slot in random.sample(range(_PORT_SLOTS), _PORT_SLOTS):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0leasehold-test-ports-{slot}")
        except OSError:
            name.close()
            continue
        return slot, name
    raise RuntimeError(f"{_PORT_SLOTS} tests with servers run already")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now, and below those that the kernel gives to clients: one of
    these could be taken between this look and the server's bind. For the same reason tests that run at the same time
    look in different places, and no port is given twice: the eight of a Galera cluster are chosen before any is
    bound."""
    slot, first, last = _port_slot()[0], 20000, 32000
    size = (last - first) // _PORT_SLOTS
    places = range(first + slot * size, first + (slot + 1) * size)
    if len(_ports_given) >= size // 2:
        _ports_given.clear()  # the oldest are long bound
    while True:
        port = random.choice(places)
        if port in _ports_given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _ports_given.add(port)
            return port


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class ServerProcess:
    """One server program and its folder. A context manager: starts on entry, is gone at the end.

    Subclasses set `program` up in `prepare` (once) and say in `ready` when it serves. `user`, `password`, `port`
    and `database` are how a test reaches it; `url` is the same as one text.
    """

    account = "nobody"  # runs as this user when the test is root; otherwise as the caller
    scheme = ""
    stop_signal = signal.SIGTERM
    death_signal = signal.SIGTERM  # what it gets when the test program dies

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.log_path = directory / "server.log"
        self.port = free_port()
        self.user = "leasehold"
        self.password = "secret-" + os.urandom(8).hex()
        self.database = "leases"
        self.inside: Sequence[str] = ()  # words before its command line, such as those that enter a network namespace
        self._process: subprocess.Popen[bytes] | None = None
        self._prepared = False

    # -- what a subclass brings

    def prepare(self) -> None:
        """Makes the data folder and the settings; runs once, before the first start."""
        raise NotImplementedError

    def command(self) -> Sequence[str]:
        """The server in the foreground."""
        raise NotImplementedError

    def ready(self) -> bool:
        raise NotImplementedError

    def after_first_start(self) -> None:
        """Makes accounts and databases."""

    def remove_leftovers(self) -> None:
        """What a killed server left outside of its folder."""

    # -- what tests use

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.user}:{self.password}@127.0.0.1:{self.port}/{self.database}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Until it serves. @raise ServerFailed"""
        if not self._prepared:
            self._make_directory()
            self.prepare()
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.inside, *self.as_account(self.command(), die_with_parent=True)], cwd=self.directory, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, env=self.environment())
        self._wait(lambda: self.ready(), START_SECONDS, "did not get ready")
        if not self._prepared:
            self.after_first_start()
            self._prepared = True

    def stop(self) -> None:
        """In order; open connections are ended. @raise ServerFailed when it had to be killed"""
        if not self.is_running():
            return
        assert self._process is not None
        self.thaw()
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.failure("did not stop") from None

    def kill(self) -> None:
        """As a power cut would: all its processes at once."""
        if self._process is None:
            return
        pids = self.processes()
        for pid in pids:
            _signal(pid, signal.SIGKILL)
        self._process.wait()
        _wait_for_state(pids, _GONE)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing: what a hung machine looks like."""
        pids = self.processes()
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        _wait_for_state(pids, _GONE + "T")

    def thaw(self) -> None:
        for pid in self.processes():
            _signal(pid, signal.SIGCONT)

    def processes(self) -> list[int]:
        """The server and all that it started, parents first."""
        found = [self.pid] if self.is_running() else []
        for pid in found:  # grows while it is walked
            try:
                text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found += [int(child) for child in text.split()]
        return found

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """For clean-ups: gone, with its folder."""
        try:
            self.stop()
        finally:
            self.kill()
            self.remove_leftovers()
            shutil.rmtree(self.directory, ignore_errors=True)

    # -- for subclasses

    def as_account(self, command: Sequence[str], die_with_parent: bool = False) -> list[str]:
        """The command line that runs `command` without the rights of root."""
        change = ["setpriv"]
        if die_with_parent:
            change.append(f"--pdeathsig={self.death_signal.name.removeprefix('SIG')}")
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.account)
            change += [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        return [*change, *command] if len(change) > 1 else list(command)

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's: no PG*, no MYSQL_*, no locale."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LC_ALL": "C.UTF-8"}

    def run(self, *command: str, text_in: str = "") -> str:
        """Runs a program of the server's account to its end and gives its output. @raise ServerFailed"""
        done = subprocess.run(self.as_account(command), cwd=self.directory, input=text_in, capture_output=True,
                              text=True, timeout=120, env=self.environment(), check=False)
        if done.returncode != 0:
            raise self.failure(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def copy_installed(self, name: str, target: Path, depends_on: list[str], install: Callable[[Path], None]) -> None:
        """Makes `target`, with what `install` makes of a new empty folder. Version and options of the installation
        are what that depends on."""
        def make(folder: Path) -> None:
            folder.mkdir(mode=0o700)
            self._give_away(folder)
            install(folder)

        installed = template(name, [self.account, *depends_on], make)
        self.run("cp", "--archive", "--reflink=auto", str(installed), str(target))

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file of the server's account in its folder."""
        path = self.directory / name
        path.write_text(text)
        path.chmod(mode)
        self._give_away(path)
        return path

    def failure(self, what: str) -> ServerFailed:
        return ServerFailed(f"{type(self).__name__} {what}; the end of its log:\n{self.log()[-LOG_TAIL_CHARACTERS:]}")

    def _make_directory(self) -> None:
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self._give_away(self.directory)

    def _give_away(self, path: Path) -> None:
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.account)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _wait(self, condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
        assert self._process is not None
        give_up = time.monotonic() + seconds
        while not condition():
            if self._process.poll() is not None:
                raise self.failure(f"ended with {self._process.returncode}")
            if time.monotonic() > give_up:
                raise self.failure(otherwise)
            time.sleep(0.02)


_GONE = "ZX"  # a zombie is gone but for its parent's notice


def state_of(pid: int) -> str:
    """The letter that ps shows: R, S, D, T (stopped), Z; X when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def _wait_for_state(pids: Sequence[int], states: str) -> None:
    """Signals take effect after kill() returned."""
    give_up = time.monotonic() + STOP_SECONDS
    while any(state_of(pid) not in states for pid in pids):
        if time.monotonic() > give_up:
            raise ServerFailed(f"processes {pids} did not take a signal: {[state_of(pid) for pid in pids]}")
        time.sleep(0.005)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
