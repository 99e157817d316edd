"""Network namespaces and the virtual cables between them.

Names carry the pid of the test, so that runs do not meet; what a killed run left behind is removed by the next
one. Interfaces are created inside the namespaces: the host never sees one.
"""

from __future__ import annotations

import ctypes
import os
import re
import socket
from pathlib import Path

from live.support.process import run

_NAME = re.compile(r"^leasehold-(\d+)-")
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def remove_leftovers() -> None:
    """Removes the namespaces of test processes that no longer exist."""
    folder = Path("/run/netns")
    for entry in folder.iterdir() if folder.is_dir() else ():
        match = _NAME.match(entry.name)
        if match and not Path(f"/proc/{match[1]}").exists():
            run("ip", "netns", "delete", entry.name, check=False)


class Namespace:
    """One network namespace with its loopback up."""

    def __init__(self, role: str) -> None:
        self.name = f"leasehold-{os.getpid()}-{role}"
        run("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")

    def remove(self) -> None:
        run("ip", "netns", "delete", self.name, check=False)

    def ip(self, *arguments: str) -> str:
        return run("ip", "-netns", self.name, *arguments)

    def inside(self, *command: str) -> list[str]:
        """The command line that runs `command` in here; the program keeps the pid."""
        return ["ip", "netns", "exec", self.name, *command]

    def set_sysctl(self, key: str, value: str) -> None:
        run(*self.inside("sysctl", "-q", "-w", f"{key}={value}"))

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket that lives in here, made by this thread's short visit."""
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            _enter(there.fileno())
            try:
                return socket.socket(family, kind, protocol)
            finally:
                _enter(home.fileno())

    def mac(self, interface: str) -> bytes:
        text = self.ip("-brief", "link", "show", "dev", interface).split()[2]
        return bytes.fromhex(text.replace(":", ""))

    def index(self, interface: str) -> int:
        return int(self.ip("-oneline", "link", "show", "dev", interface).partition(":")[0])

    def link_local(self, interface: str) -> str:
        """Its fe80:: address. @raise IndexError: there is none"""
        words = self.ip("-6", "-brief", "address", "show", "dev", interface, "scope", "link").split()
        return words[2].partition("/")[0]


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "entering a network namespace")


def connect(left: Namespace, left_name: str, right: Namespace, right_name: str) -> None:
    """Lays a cable: a veth pair with one end in each namespace, both up, no addresses."""
    run("ip", "link", "add", "name", left_name, "netns", left.name, "type", "veth",
        "peer", "name", right_name, "netns", right.name)
    left.ip("link", "set", "dev", left_name, "up")
    right.ip("link", "set", "dev", right_name, "up")
