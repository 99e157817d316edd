"""Waiting for a condition, the only place where a live test passes time.

The bound means "this never happens"; it is no measurement, so it is generous and the same everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

NEVER_SECONDS = 60.0
POLL_SECONDS = 0.02

T = TypeVar("T")


class NeverHappened(AssertionError):
    """A condition did not come true within the outer bound."""


def eventually(condition: Callable[[], T | None], what: str, words: Callable[[], str] | None = None) -> T:
    """Polls until `condition` gives something true and returns it.

    `what` completes the sentence "never happened: ..." of the failure; `words` adds what a program said by then.
    """
    give_up = time.monotonic() + NEVER_SECONDS
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > give_up:
            raise NeverHappened(f"never happened: {what}{'; it said:' + chr(10) + words() if words else ''}")
        time.sleep(POLL_SECONDS)
