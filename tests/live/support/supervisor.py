"""The socket on which a supervisor hears its service: what systemd names in NOTIFY_SOCKET.

A thread takes the datagrams as they come, so the queue of the socket is never full.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

from live.support.waiting import eventually

READY, RELOADING, STOPPING = "READY=1", "RELOADING=1", "STOPPING=1"
SIGN_OF_LIFE = "WATCHDOG=1"


class Supervisor:
    """Hears everything in order. Close it at the end."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.name)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """An empty datagram is the sign for the reader; a server sends none."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"", self.name)
        self._reader.join()
        self._socket.close()

    def messages(self) -> list[str]:
        """Whole datagrams so far."""
        return list(self._heard)

    def lines(self) -> list[str]:
        return [line for message in self.messages() for line in message.split("\n")]

    def life(self) -> list[str]:
        """The words that say in which part of its life the service is."""
        return [line for line in self.lines() if line in (READY, RELOADING, STOPPING)]

    def statuses(self) -> list[str]:
        return [line.removeprefix("STATUS=") for line in self.lines() if line.startswith("STATUS=")]

    def signs_of_life(self) -> int:
        return self.lines().count(SIGN_OF_LIFE)

    def wait_life(self, *words: str) -> None:
        """Until exactly these were said."""
        eventually(lambda: len(self.life()) >= len(words), f"{words} are told", self.words)
        if self.life() != list(words):
            raise AssertionError(f"{self.life()} instead of {words}")

    def wait_status(self, condition: Callable[[str], bool], what: str) -> str:
        return eventually(lambda: next((text for text in self.statuses() if condition(text)), None),
                          f"the status tells {what}", self.words)

    def wait_signs(self, more: int) -> None:
        before = self.signs_of_life()
        eventually(lambda: self.signs_of_life() >= before + more, f"{more} signs of life", self.words)

    def words(self) -> str:
        return "\n".join(self.messages())

    def _read(self) -> None:
        while octets := self._socket.recv(65536):
            self._heard.append(octets.decode("ascii"))
