"""File systems without room."""

from __future__ import annotations

import errno
from pathlib import Path


def fill(path: Path) -> None:
    """Takes all space there is, to the last octet."""
    with path.open("wb", buffering=0) as sink:
        for size in (65536, 1):
            try:
                while True:
                    sink.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
