"""Runs servers and load: rounds in which each server has its turn, each time started with an empty store."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from bench.compare.contenders import CannotStart, Contender, Place
from bench.compare.figures import Judged, Rounds, Run, Series, rotated, run_of
from bench.compare.foreign import foreign_share, usage
from bench.compare.works import WINDOWS, Store, Work
from bench.link import SERVER_PROCESSOR, Link, LoadFailed
from live.support.databases import Backend
from support.databases.server_process import ServerFailed

TRIES = 3
WARM_UP_SECONDS, TRIAL_SECONDS = 0.5, 1.0
TIMEOUT_SECONDS = 5.0
CLIENTS = 2_000_000  # none comes a second time in one run
FAILURES = (CannotStart, LoadFailed, ServerFailed, AssertionError)

J = TypeVar("J", bound=Judged)
R = TypeVar("R", bound=Rounds)  # type: ignore[type-arg]
Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float  # of load in each
    max_run_delay: float  # percent: that the load generator may wait for its processor, that others have the server's


@contextlib.contextmanager
def place_of(store: Store, folder: Path, database_processors: str) -> Iterator[Place]:
    """Namespaces, and the store's database server in that of the DHCP server."""
    link = Link()
    try:
        if store.backend is None:
            yield Place(link, folder)
            return
        backend: Backend = store.backend(folder / "database")
        backend.server.inside = link.at_server(processors=database_processors)
        with backend.server:
            yield Place(link, folder, backend)
    finally:
        link.close()


@contextlib.contextmanager
def started(contender: Contender) -> Iterator[Contender]:
    """With an empty store. @raise CannotStart"""
    contender.empty()
    try:
        contender.start()
        yield contender
        contender.stop()
    finally:
        contender.end()


def load(contender: Contender, work: Work, window: int, seconds: float, plan: Plan) -> Run:
    """On a server that runs and gave no leases yet."""
    link = contender.place.link
    common = ("--window", str(window), "--timeout", str(TIMEOUT_SECONDS), "--max-run-delay", str(plan.max_run_delay))
    if work.renewals:
        clients = str(contender.prepared_clients)
        kind = ("--prepare", clients, "--clients", clients, "--renew", "1")
    else:
        kind = ("--clients", str(CLIENTS))
        link.load(*common, *kind, "--duration", str(WARM_UP_SECONDS))
    return watched(contender, plan, lambda: run_of(link.load(*common, *kind, "--duration", str(seconds))))


def watched(contender: Contender, plan: Plan, once: Callable[[], J]) -> J:
    """Starved too if others had the server's processor meanwhile."""
    before = usage(SERVER_PROCESSOR, contender.processes())
    found = once()
    others = foreign_share(before, usage(SERVER_PROCESSOR, contender.processes()))
    return dataclasses.replace(found, starved=found.starved or others > plan.max_run_delay / 100)


def again_while_starved(once: Callable[[], J], patience: float = math.inf) -> J:
    """At most TRIES times; one that took longer than `patience` seconds is the last."""
    for tries in range(1, TRIES + 1):
        begin = time.monotonic()
        found = once()
        if not found.starved or time.monotonic() - begin > patience:
            break
    return dataclasses.replace(found, tries=tries)


def best_window(contender: Contender, work: Work, plan: Plan) -> tuple[int, dict[int, Run]]:
    """Of a short trial of each; one without losses wins against one with."""
    trials = {window: measure(contender, work, window, TRIAL_SECONDS, plan) for window in WINDOWS}
    return max(WINDOWS, key=lambda window: (not trials[window].problem, trials[window].rate)), trials


def measure(contender: Contender, work: Work, window: int, seconds: float, plan: Plan) -> Run:
    """On a fresh server; again while it is starved."""
    def once() -> Run:
        with started(contender):
            return load(contender, work, window, seconds, plan)

    return again_while_starved(once)


def in_turns(entrants: Sequence[tuple[Contender, R]], rounds: int, once: Callable[[Contender, R], J | None],
             failed: Callable[[str], J], tell: Callable[[int, Contender, J], None]) -> None:
    """All rounds: in each another server begins. Who is absent has no turns.

    @param once  one round of one server; None: it needs no more
    @param failed  what a round is in which a server could not be measured"""
    for turn in range(rounds):
        for contender, series in rotated(entrants, turn):
            if series.absent:
                continue
            try:
                found = once(contender, series)
            except FAILURES as failure:
                found = failed(str(failure))
            if found is not None:
                series.runs.append(found)
                tell(turn + 1, contender, found)


def find_windows(entrants: Sequence[tuple[Contender, R]], title: str, work: Work, plan: Plan, say: Say,
                 tell: Callable[[Contender, R, dict[int, Run]], None] = lambda *_: None) -> None:
    """Gives each its best window, and tells of the trials. Who cannot be measured is absent from then on."""
    for contender, series in entrants:
        try:
            series.window, trials = best_window(contender, work, plan)
        except FAILURES as failure:
            series.absent = str(failure)
            say(f"{title}: {contender.name} is left out: {failure}")
        else:
            tell(contender, series, trials)


def compare(work: Work, place: Place, plan: Plan, say: Say) -> list[Series]:
    """All rounds of one work."""
    contenders = [make(place) for make in work.store.makers]
    entrants = [(contender, Series(work.name, contender.name, 0)) for contender in contenders]

    def tell(contender: Contender, series: Series, trials: dict[int, Run]) -> None:
        say(f"{work.name}: {contender.name:12} window {series.window} of "
            + ", ".join(f"{window}: {_brief(run)}" for window, run in trials.items()))

    find_windows(entrants, work.name, work, plan, say, tell)
    in_turns(entrants, plan.rounds,
             lambda contender, series: measure(contender, work, series.window, plan.seconds, plan),
             lambda why: Run(0.0, problem=why),
             lambda turn, contender, run: say(f"{work.name}: round {turn}, {contender.name:12} {_brief(run)}"))
    return [series for _, series in entrants]


def _brief(run: Run) -> str:
    return f"{run.rate:.0f}/s{verdict(run)}"


def verdict(run: Judged) -> str:
    """What is to be said behind a figure; nothing if it is fine."""
    return ((" STARVED" if run.starved else "") + (f", try {run.tries}" if run.tries > 1 else "")
            + (f" NOT COMPARABLE: {run.problem}" if run.problem else ""))
