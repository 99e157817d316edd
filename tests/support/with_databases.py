"""Runs a program beside database servers of its own:

    python3 -B -m support.with_databases postgresql pgbouncer -- PROGRAM [ARGUMENT ...]

For each server NAME the program finds LEASEHOLD_TEST_NAME, the URL of a database of its own (scheme, user, password,
host, port, name), and LEASEHOLD_TEST_NAME_DIRECTORY, the server's folder. NAME-tls is the same server with
encryption; the certificates are then in LEASEHOLD_TEST_CERTIFICATES. The program's status is this one's. When it
ends, or this program is ended, the servers go, and their folders with them.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from support.databases.certificates import Certificates
from support.databases.server_process import ServerFailed, ServerProcess

# Class in support.databases.<name>, and the servers that its constructor takes behind the folder.
SERVERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "postgresql": ("PostgreSql", ()),
    "pgbouncer": ("PgBouncer", ("postgresql",)),
    "mariadb": ("MariaDb", ()),
    "galera": ("Galera", ()),
}
TLS_SUFFIX = "-tls"


class Stopped(Exception):
    """Somebody wants this program to end."""


def _stop(number: int, _: object) -> None:
    raise Stopped(signal.Signals(number).name)


def make_server(name: str, folder: Path, started: dict[str, Any], certificates: Certificates | None) -> ServerProcess:
    """A server that is not started yet, in a folder of its own below `folder`.

    @raise SystemExit  there is no such server, or one that it needs was not named before it
    """
    kind = name.removesuffix(TLS_SUFFIX)
    if kind not in SERVERS:
        raise SystemExit(f"no server {name}: there are {', '.join(SERVERS)}, each also with {TLS_SUFFIX}")
    class_name, needs = SERVERS[kind]
    if missing := [other for other in needs if other not in started]:
        raise SystemExit(f"{name} stands before {', '.join(missing)}: name that first")
    make = getattr(importlib.import_module(f"support.databases.{kind}"), class_name)
    tls = {"tls": certificates} if certificates else {}
    return make(folder / name, *(started[other] for other in needs), **tls)


def environment_of(servers: dict[str, Any], certificates: Certificates | None) -> dict[str, str]:
    environment = dict(os.environ)
    for name, server in servers.items():
        variable = "LEASEHOLD_TEST_" + name.upper().replace("-", "_")
        environment[variable] = server.url
        environment[variable + "_DIRECTORY"] = str(server.directory)
    if certificates:
        environment["LEASEHOLD_TEST_CERTIFICATES"] = str(certificates.directory)
    return environment


def run_beside(names: list[str], command: list[str]) -> int:
    """The status of `command`, run while the servers are up."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leasehold-db-")))
        folder.chmod(0o711)  # the servers' accounts pass through; each server's folder is private
        certificates = None
        if any(name.endswith(TLS_SUFFIX) for name in names):
            certificates = Certificates(folder / "certificates")
        started: dict[str, Any] = {}
        for name in names:
            server = make_server(name, folder, started, certificates if name.endswith(TLS_SUFFIX) else None)
            started[name] = stack.enter_context(server)
        with subprocess.Popen(command, env=environment_of(started, certificates)) as program:
            try:
                status = program.wait()
            except BaseException:
                program.terminate()
                try:
                    program.wait(10)
                except subprocess.TimeoutExpired:
                    program.kill()
                raise
        return status if status >= 0 else 128 - status


def main(arguments: list[str]) -> int:
    if "--" not in arguments[1:-1]:
        print(__doc__, file=sys.stderr)
        return 64
    at = arguments.index("--")
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        return run_beside(arguments[:at], arguments[at + 1:])
    except ServerFailed as failure:
        print(failure, file=sys.stderr)
        return 70
    except Stopped as stopped:
        print(f"ended by {stopped}", file=sys.stderr)
        return 75


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
