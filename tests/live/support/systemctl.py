"""Stands for systemctl where no systemd runs: does with a unit file what a start, a stop and their words need.

A program, started as `systemctl` from a test's own folder. It keeps to the lines of the unit that decide whether a service works: user,
directories, capabilities, environment, the command, and readiness where the type is notify. Restrictions are left out.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

UNIT_FOLDERS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
STATE = Path("/run/units")
BOUND_SECONDS = 60.0
DIRECTORIES = {"ConfigurationDirectory": "/etc", "RuntimeDirectory": "/run", "StateDirectory": "/var/lib",
               "LogsDirectory": "/var/log"}


def unit_text(name: str) -> str:
    for folder in UNIT_FOLDERS:
        if (path := folder / f"{name}.service").is_file():
            return path.read_text()
    sys.exit(f"Unit {name}.service not found.")


def values(text: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


def make_directories(text: str, user: pwd.struct_passwd) -> None:
    for key, parent in DIRECTORIES.items():
        for name in " ".join(values(text, key)).split():
            path = Path(parent, name)
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(int(next(iter(values(text, f"{key}Mode")), "0755"), 8))
            if key != "ConfigurationDirectory":
                os.chown(path, user.pw_uid, user.pw_gid)


def command(text: str, user: pwd.struct_passwd) -> list[str]:
    """As the unit's user, with the capabilities that it names and no others."""
    words = [word for word in values(text, "ExecStart")[0].split() if not word.startswith("$")]
    if not Path(words[0]).exists():
        words[0] = shutil.which(Path(words[0]).name) or words[0]
    rights = ",".join(f"+{name.removeprefix('CAP_').lower()}"
                      for name in " ".join(values(text, "AmbientCapabilities")).split())
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", f"--inh-caps={rights}",
            f"--ambient-caps={rights}", *words]


def pid_of(name: str) -> int | None:
    path = STATE / f"{name}.pid"
    return int(path.read_text()) if path.is_file() else None


def start(name: str) -> None:
    STATE.mkdir(parents=True, exist_ok=True)
    text = unit_text(name)
    user = pwd.getpwnam(next(iter(values(text, "User")), "root"))
    make_directories(text, user)
    environment = {**os.environ}
    for line in values(text, "Environment"):
        key, _, value = line.strip('"').partition("=")
        environment[key] = value
    waits = values(text, "Type") == ["notify"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        if waits:
            path = STATE / f"{name}.notify"
            path.unlink(missing_ok=True)
            notify.bind(str(path))
            path.chmod(0o666)
            environment["NOTIFY_SOCKET"] = str(path)
        with open(STATE / f"{name}.output", "ab") as output:
            process = subprocess.Popen(command(text, user), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                       env=environment, start_new_session=True)
        (STATE / f"{name}.pid").write_text(str(process.pid))
        notify.settimeout(0.1)
        give_up = time.monotonic() + BOUND_SECONDS
        while waits and time.monotonic() < give_up:
            if process.poll() is not None:
                sys.exit(f"{name} ended with {process.returncode}:\n{(STATE / f'{name}.output').read_text()}")
            try:
                if b"READY=1" in notify.recv(65536):
                    return
            except TimeoutError:
                continue
        if waits:
            sys.exit(f"{name} does not become ready:\n{(STATE / f'{name}.output').read_text()}")


def stop(name: str) -> None:
    pid = pid_of(name)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    give_up = time.monotonic() + BOUND_SECONDS
    while is_running(pid):
        if time.monotonic() > give_up:
            sys.exit(f"{name} does not end")
        time.sleep(0.02)
    (STATE / f"{name}.pid").unlink()


def is_running(pid: int) -> bool:
    """A process that has ended and waits to be seen counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def main(words: list[str]) -> None:
    verb, names = words[0], [word for word in words[1:] if not word.startswith("-")]
    now = "--now" in words
    if verb == "start" or (verb == "enable" and now):
        for name in names:
            start(name)
    elif verb == "stop" or (verb == "disable" and now):
        for name in names:
            stop(name)
    elif verb != "daemon-reload":
        sys.exit(f"not known here: systemctl {' '.join(words)}")


if __name__ == "__main__":
    main(sys.argv[1:])
