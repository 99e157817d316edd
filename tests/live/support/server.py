"""The real server binary under test: its folder, its configuration, its life.

Knows files and processes; what is asked of the server over the control channel is ctl.py's part.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from live.support.ctl import ControlSocket
from live.support.namespace import Namespace
from live.support.process import Program
from live.support.waiting import eventually

SOURCE_DIR = Path(__file__).resolve().parents[3]
STARTED = "DHCP4_STARTED"
STARTED6 = "DHCP6_STARTED"


def binary() -> Path:
    """$LEASEHOLD, which ctest sets, else the release build."""
    path = Path(os.environ.get("LEASEHOLD", SOURCE_DIR / "build/release/leasehold"))
    if not path.is_file():
        raise AssertionError(f"{path} does not exist: build it, or name it in the environment variable LEASEHOLD")
    return path.resolve()


def subnet(number: int, network: str, pool: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "subnet": network, "pools": [{"pool": pool}], **more}


class Server:
    """One server in one namespace; it can be stopped, killed and started again on the same leases."""

    def __init__(self, namespace: Namespace, folder: Path, family: int = 4) -> None:
        self.namespace = namespace
        self.folder = folder
        self.family = family
        self.configuration_path = folder / "leasehold.conf"
        self.log_path = folder / "server.log"
        self.data = folder / "data"
        self.socket_path = folder / "run" / "control.sock"
        self.control = ControlSocket(self.socket_path, family)
        self.wrapper: Sequence[str] = ()  # a program that starts it and leaves it the pid, such as strace -D
        for name in ("run", "data", "log"):
            (folder / name).mkdir(mode=0o750, exist_ok=True)
        self.more_environment: dict[str, str] = {}
        self._program: Program | None = None

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "KEA_DHCP_DATA_DIR": str(self.data),
            "KEA_CONTROL_SOCKET_DIR": str(self.folder / "run"),
            "KEA_PIDFILE_DIR": str(self.folder / "run"),
            "KEA_LOCKFILE_DIR": str(self.folder / "run"),
            "KEA_LOG_FILE_DIR": str(self.folder / "log"),
            **self.more_environment,
        }

    def configuration(self, **keys: Any) -> dict[str, Any]:
        """A whole configuration: SQLite leases, a control socket, and `keys` (dashes as underscores) on top."""
        keys_of_family: dict[str, Any] = {
            "interfaces-config": {"interfaces": ["*"]},
            "lease-database": {"type": "sqlite", "name": f"leases{self.family}.db"},
            "control-sockets": [{"socket-type": "unix", "socket-name": str(self.socket_path)}],
            "valid-lifetime": 3600,
        }
        keys_of_family.update({name.replace("_", "-"): value for name, value in keys.items()})
        return {f"Dhcp{self.family}": keys_of_family}

    def configure(self, **keys: Any) -> dict[str, Any]:
        """Writes the configuration file; a running server does not notice before a reload."""
        configuration = self.configuration(**keys)
        self.configuration_path.write_text(json.dumps(configuration, indent=2))
        return configuration

    def start(self) -> None:
        """Starts it and waits until it says that it serves."""
        started = STARTED if self.family == 4 else STARTED6
        before = self.log().count(started)
        self.launch()

        def up() -> bool:
            if not self.program.is_running():
                raise AssertionError(f"the server ended with code {self.program.wait()}:\n{self.log()}")
            return self.log().count(started) > before and self.control.answers()

        eventually(up, "the server starts", self.log)

    def launch(self) -> None:
        """Starts it and waits for nothing."""
        command = [*self.wrapper, str(binary()), "-c", str(self.configuration_path)]
        self._program = Program(self.namespace.inside(*command), self.log_path, self.environment())

    @property
    def program(self) -> Program:
        assert self._program is not None, "the server was not started"
        return self._program

    @property
    def pid(self) -> int:
        return self.program.pid

    def is_running(self) -> bool:
        return self._program is not None and self._program.is_running()

    def stop(self) -> int:
        return self.program.stop(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut would, seen from the process."""
        self.program.send_signal(signal.SIGKILL)
        self.program.wait()

    def end(self) -> None:
        if self._program is not None:
            self._program.end()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_log(self, message_id: str, count: int = 1) -> None:
        eventually(lambda: self.log().count(message_id) >= count, f"{message_id} in the log", self.log)

    def resident_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs the binary with other arguments (-t FILE, ctl ...): exit code and everything it wrote."""
        done = subprocess.run([str(binary()), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, env=self.environment())
        return done.returncode, done.stdout
