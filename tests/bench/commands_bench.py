"""How long clients wait for their leases while commands are answered: nothing else, lease4-get-all of a million leases
again and again, a thousand commands a second, and both together.

The four take turns within each round, so that a ratio compares what was measured in the same minute. Server and
load generator have a processor of their own; commands come from the generator's. From the tests folder, as root, on a quiet machine:

    LEASEHOLD=../build/release/leasehold LEASEHOLD_BENCH=../build/release/leasehold-bench python3 -B -m bench.commands_bench
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from bench.link import LOAD_PROCESSOR, NETWORK, POOL, SERVER_PROCESSOR, Link
from live.support.server import Server, subnet

COMMANDS_PER_SECOND = 1000
COMMANDS = ("status-get", "version-get", "statistic-get-all", "lease4-get", "list-commands")


def ask(path: Path, command: str, arguments: dict[str, Any] | None = None) -> int:
    """@return how many octets the answer had"""
    request: dict[str, Any] = {"command": command}
    if arguments is not None:
        request["arguments"] = arguments
    size = 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.connect(str(path))
        channel.sendall(json.dumps(request).encode())
        buffer = bytearray(1 << 20)
        while got := channel.recv_into(buffer):
            size += got
    return size


def list_leases(path: Path, stop: Event, done: Any) -> None:
    while not stop.is_set():
        ask(path, "lease4-get-all")
        with done.get_lock():
            done.value += 1


def command_often(path: Path, stop: Event, done: Any) -> None:
    begin = time.monotonic()
    for number in range(1 << 30):
        ahead = begin + number / COMMANDS_PER_SECOND - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        if stop.is_set():
            return
        command = COMMANDS[number % len(COMMANDS)]
        ask(path, command, {"ip-address": "10.0.1.77"} if command == "lease4-get" else None)
        with done.get_lock():
            done.value += 1


Work = Callable[[Path, Event, Any], None]
CONDITIONS: dict[str, tuple[Work, ...]] = {
    "nothing else": (),
    "lease4-get-all": (list_leases,),
    f"{COMMANDS_PER_SECOND} commands/s": (command_often,),
    "both": (list_leases, command_often),
}


@contextlib.contextmanager
def commands(path: Path, works: tuple[Work, ...]) -> Iterator[list[Any]]:
    stop = multiprocessing.Event()
    counts = [multiprocessing.Value("q", 0) for _ in works]
    workers = [multiprocessing.Process(target=work, args=(path, stop, count))
               for work, count in zip(works, counts, strict=True)]
    for worker in workers:
        worker.start()
        os.sched_setaffinity(worker.pid or 0, {LOAD_PROCESSOR})
    try:
        yield counts
    finally:
        stop.set()
        for worker in workers:
            worker.join()


class World:
    """A server and a relay's place, a cable between them."""

    def __init__(self, folder: Path, store: str) -> None:
        self.link = Link()
        self.server = Server(self.link.here, folder)
        database = {"type": "memfile", "persist": False} if store == "memory" else {"type": "sqlite", "name": "leases4.db"}
        self.server.configure(subnet4=[subnet(1, NETWORK, " - ".join(POOL))], lease_database=database)
        self.server.start()
        subprocess.run(["taskset", "-a", "-p", "-c", str(SERVER_PROCESSOR), str(self.server.pid)], check=True,
                       stdout=subprocess.DEVNULL)
        self.load = self.link.load

    def close(self) -> None:
        self.server.stop()
        self.link.close()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--leases", type=int, default=1_000_000)
    options.add_argument("--rate", type=int, default=2000, help="exchanges (DORA) begun per second")
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--store", choices=("sqlite", "memory"), default="sqlite")
    wanted = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="leasehold-bench-", dir="/var/tmp"))
    world = World(folder, wanted.store)
    try:
        filled = world.load("--window", "512", "--clients", str(wanted.leases), "--exchanges", str(wanted.leases),
                            "--duration", "600")
        print(f"{filled['completed']} leases given, {filled['rate']:.0f} a second; then {wanted.rate} exchanges a second")
        compare(world, wanted)
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def compare(world: World, wanted: argparse.Namespace) -> None:
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in CONDITIONS}
    for number in range(wanted.rounds):
        for name, works in CONDITIONS.items():
            with commands(world.server.socket_path, works) as counts:
                figures = world.load("--rate", str(wanted.rate), "--duration", str(wanted.seconds), "--timeout", "10")
            rounds[name].append(figures)
            whole = figures["whole"]
            print(f"round {number + 1} {name:18} p50 {whole['p50']:8.0f} us  p99 {whole['p99']:8.0f} us  "
                  f"lost {figures['lost']}  commands {[count.value for count in counts]}"
                  f"{'  STARVED' if figures['generator']['starved'] else ''}", flush=True)
    print()
    idle = rounds["nothing else"]
    for name, runs in rounds.items():
        middle = {key: statistics.median(run["whole"][key] for run in runs) for key in ("p50", "p99")}
        ratio = statistics.median(run["whole"]["p99"] / still["whole"]["p99"]
                                  for run, still in zip(runs, idle, strict=True))
        print(f"{name:18} p50 {middle['p50']:8.0f} us  p99 {middle['p99']:8.0f} us  x{ratio:.2f} of nothing else")


if __name__ == "__main__":
    sys.exit(main())
