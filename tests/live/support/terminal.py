"""A pseudo-terminal with a program in it: what it draws, keys, and a window that changes its size."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from live.support.process import _die_with_parent
from live.support.waiting import eventually

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One program, with the terminal as its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], columns: int = 80, lines: int = 24) -> None:
        self._own, theirs = pty.openpty()
        self._set_size(columns, lines)
        self.modes = termios.tcgetattr(self._own)
        self._seen = bytearray()
        self._process = subprocess.Popen(
            list(command), stdin=theirs, stdout=theirs, stderr=theirs, env={"TERM": "xterm", **environment},
            start_new_session=True, preexec_fn=lambda: (_die_with_parent(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)))
        os.close(theirs)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._own, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        """The kernel tells the program with SIGWINCH."""
        self._set_size(columns, lines)

    def type(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def drawn(self) -> str:
        """All that came so far, escape sequences too."""
        while select.select([self._own], [], [], 0)[0]:
            try:
                piece = os.read(self._own, 65536)
            except OSError:  # the last one that had it open has closed it
                break
            if not piece:
                break
            self._seen += piece
        return self._seen.decode(errors="replace")

    def text(self) -> str:
        return _ESCAPE.sub("", self.drawn()).replace("\r\n", "\n")

    def forget(self) -> None:
        self.drawn()
        self._seen.clear()

    def wait_text(self, text: str) -> None:
        eventually(lambda: text in self.text(), f"{text!r} on the terminal", self.text)

    def wait(self) -> int:
        """The exit code, when all it drew was taken; negative: the signal that ended it."""
        eventually(lambda: (self.drawn(), self._process.poll() is not None)[1], "the program ends", self.text)
        self.drawn()
        return self._process.returncode

    def is_stopped(self) -> bool:
        state = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def modes_now(self) -> list[object]:
        return termios.tcgetattr(self._own)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._own)
