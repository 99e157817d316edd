"""A place to measure in: a server's namespace and the load generator's, a cable between them, a processor for each."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from live.support.namespace import Namespace, connect
from live.support.server import SOURCE_DIR

SERVER_PROCESSOR, LOAD_PROCESSOR = 0, 1
SERVER_INTERFACE = "sv0"
SERVER_ADDRESS, RELAY_ADDRESS = "10.0.0.1", "10.0.0.2"
NETWORK, POOL = "10.0.0.0/8", ("10.1.0.0", "10.200.255.255")


def tool() -> str:
    """The load generator: $LEASEHOLD_BENCH, else the release build's."""
    path = Path(os.environ.get("LEASEHOLD_BENCH", SOURCE_DIR / "build/release/leasehold-bench"))
    if not path.is_file():
        raise SystemExit(f"{path} does not exist: build it, or name it in the environment variable LEASEHOLD_BENCH")
    return str(path.resolve())


class LoadFailed(SystemExit):
    """The load generator could not run; what it said."""


class Link:
    """Both namespaces, with addresses; `close` it at the end."""

    def __init__(self) -> None:
        self.here, self.there = Namespace("server"), Namespace("load")
        connect(self.here, SERVER_INTERFACE, self.there, "ld0")
        bits = NETWORK.partition("/")[2]
        self.here.ip("address", "add", f"{SERVER_ADDRESS}/{bits}", "dev", SERVER_INTERFACE)
        self.there.ip("address", "add", f"{RELAY_ADDRESS}/{bits}", "dev", "ld0")

    def at_server(self, *command: str, processors: str = str(SERVER_PROCESSOR)) -> list[str]:
        """The command line of a program on the server's side."""
        return self.here.inside("taskset", "-c", processors, *command)

    def load(self, *arguments: str) -> dict[str, Any]:
        """One run of the load generator, of relayed clients: what it found. It goes before most of what wants its
        processor, whose time would otherwise count as the server's; but not as a real-time task, which at a high rate
        leaves nothing to the kernel's own threads there: disk writes then wait for up to a second. @raise LoadFailed"""
        done = subprocess.run(self.there.inside("nice", "-n", "-20", "taskset", "-c", str(LOAD_PROCESSOR), tool(),
                                                "-s", SERVER_ADDRESS, "--relay", RELAY_ADDRESS, "--json", *arguments),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if not done.stdout:
            raise LoadFailed(done.stderr)
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures

    def close(self) -> None:
        self.here.remove()
        self.there.remove()
