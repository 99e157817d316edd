"""How much of the servers' processor others had: a server that waits for one looks slow, and nobody told.

Only time in user mode is looked at, where compilers and the like spend theirs; the kernel's is not divided cleanly
between a server and the packets that interrupt it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """At one moment; ticks of user time since they began."""

    seconds: float
    processor: int
    own: int


def user_ticks_of_processor(stat: str, processor: int) -> int:
    """@param stat  text of /proc/stat. @raise ValueError: there is no such processor"""
    for line in stat.splitlines():
        name, *columns = line.split()
        if name == f"cpu{processor}":
            return int(columns[0]) + int(columns[1])  # user, nice
    raise ValueError(f"no processor {processor}")


def user_ticks_of_process(stat: str) -> int:
    """With that of children that ended. @param stat  text of /proc/PID/stat"""
    columns = stat.rpartition(")")[2].split()
    return int(columns[11]) + int(columns[13])  # utime, cutime


def usage(processor: int, pids: Sequence[int]) -> Usage:
    own = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            own += user_ticks_of_process(Path(f"/proc/{pid}/stat").read_text())
    return Usage(time.monotonic(), user_ticks_of_processor(Path("/proc/stat").read_text(), processor), own)


def foreign_share(before: Usage, after: Usage) -> float:
    """From 0 to 1, of the time between."""
    ticks = (after.processor - before.processor) - (after.own - before.own)
    return min(max(ticks / _TICKS_PER_SECOND / max(after.seconds - before.seconds, 1e-9), 0.0), 1.0)
