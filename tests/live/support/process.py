"""Programs that a test starts, and that end with it whatever becomes of the test.

Only processes started here are ever signalled, each by its own pid.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A running program whose output goes to a file."""

    def __init__(self, command: Sequence[str], output: Path, environment: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.output_path = output
        with output.open("ab") as sink:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=environment,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def output(self) -> str:
        return self.output_path.read_text(errors="replace")

    def send_signal(self, number: signal.Signals) -> None:
        if self.is_running():
            self._process.send_signal(number)

    def wait(self, bound: float = 60.0) -> int:
        """The exit code; negative: the signal that ended it."""
        return self._process.wait(bound)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end; a program that does not is killed, and that is an error of the test."""
        self.send_signal(number)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"{self.command} did not end on {number.name}:\n{self.output()[-4000:]}") from None

    def end(self) -> None:
        """For clean-ups: gone, whatever it takes."""
        if self.is_running():
            self._process.kill()
        self._process.wait()


def run(*command: str, check: bool = True) -> str:
    """Runs a program to its end and returns what it wrote; its failure is the test's, with its words."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr
