"""Data folders as they are when a database server was just installed, made once per machine and copied from then on:
the installation takes longer than most of what is done with a server, and has failed by itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

HOME = Path(tempfile.gettempdir()) / f"leasehold-templates-{os.geteuid()}"


def template(name: str, depends_on: list[str], make: Callable[[Path], None], home: Path = HOME) -> Path:
    """The folder that `make` fills when there is none yet for this name and what its content depends on.

    Tests that run at the same time wait for the one that makes it. What an interrupted run left is made anew; what
    was made before the machine started last is not used, since nothing syncs it.

    @param make  gets the path of a folder that does not exist, below one that every account can pass
    """
    home.mkdir(mode=0o711, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise PermissionError(f"{home} belongs to somebody else")
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    key = hashlib.sha256("\0".join([boot, *depends_on]).encode()).hexdigest()[:16]
    finished = home / f"{name}-{key}"
    with (home / f"{finished.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            unfinished = home / f"{finished.name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(finished)
    return finished
