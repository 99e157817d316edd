"""Runs servers and load: rounds in which each server has its turn, each time started with an empty store."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.compare.contenders import CannotStart, Contender, Place
from bench.compare.figures import Run, Series, median, rotated, run_of
from bench.compare.foreign import foreign_share, usage
from bench.compare.probe import Probe, Start
from bench.compare.works import STARTERS, WINDOWS, Store, Work
from bench.link import SERVER_PROCESSOR, Link, LoadFailed
from live.support.databases import Backend
from support.databases.server_process import ServerFailed

TRIES = 3
WARM_UP_SECONDS, TRIAL_SECONDS = 0.5, 1.0
TIMEOUT_SECONDS = 5.0
CLIENTS = 2_000_000  # none comes a second time in one run
FAILURES = (CannotStart, LoadFailed, ServerFailed, AssertionError)
FIRST_CLIENT = bytes.fromhex("020101000000")

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
    before = usage(SERVER_PROCESSOR, contender.processes())
    run = run_of(link.load(*common, *kind, "--duration", str(seconds)))
    others = foreign_share(before, usage(SERVER_PROCESSOR, contender.processes()))
    return dataclasses.replace(run, starved=run.starved or others > plan.max_run_delay / 100)


def best_window(contender: Contender, work: Work, plan: Plan) -> tuple[int, dict[int, Run]]:
    """Of a short trial of each; one without losses wins against one with."""
    trials = {window: measure(contender, work, window, TRIAL_SECONDS, plan) for window in WINDOWS}
    return max(WINDOWS, key=lambda window: (not trials[window].problem, trials[window].rate)), trials


def measure(contender: Contender, work: Work, window: int, seconds: float, plan: Plan) -> Run:
    """Again while it is starved, at most TRIES times."""
    for tries in range(1, TRIES + 1):
        with started(contender):
            run = load(contender, work, window, seconds, plan)
        if not run.starved:
            break
    return dataclasses.replace(run, tries=tries)


def compare(work: Work, place: Place, plan: Plan, say: Say) -> list[Series]:
    """All rounds of one work."""
    entrants = []
    for make in work.store.makers:
        contender = make(place)
        series = Series(work.name, contender.name, 0)
        entrants.append((contender, series))
        try:
            series.window, trials = best_window(contender, work, plan)
        except FAILURES as failure:
            series.absent = str(failure)
            say(f"{work.name}: {contender.name} is left out: {failure}")
            continue
        say(f"{work.name}: {contender.name:12} window {series.window} of "
            + ", ".join(f"{window}: {_brief(run)}" for window, run in trials.items()))
    for turn in range(plan.rounds):
        for contender, series in rotated(entrants, turn):
            if series.absent:
                continue
            try:
                run: Run | None = measure(contender, work, series.window, plan.seconds, plan)
            except FAILURES as failure:
                run = Run(0.0, problem=str(failure))
            series.runs.append(run)
            assert run is not None
            say(f"{work.name}: round {turn + 1}, {contender.name:12} {_brief(run)}")
    return [series for _, series in entrants]


def _brief(run: Run) -> str:
    return (f"{run.rate:.0f}/s" + (" STARVED" if run.starved else "") + (f", try {run.tries}" if run.tries > 1 else "")
            + (f" NOT COMPARABLE: {run.problem}" if run.problem else ""))


@dataclasses.dataclass
class StartTimes:
    """Of one server with one store, seconds: until a known client's renewal is answered, until a new client is."""

    store: str
    contender: str
    leases: int
    starts: list[Start] = dataclasses.field(default_factory=list)
    absent: str = ""

    @property
    def renewal(self) -> float | None:
        return median(start.renewal for start in self.starts if start.renewal is not None)

    @property
    def offer(self) -> float | None:
        return median(start.offer for start in self.starts if start.offer is not None)


def measure_starts(store: Store, place: Place, leases: int, rounds: int, say: Say) -> list[StartTimes]:
    """Each server is filled once; then they are started in turn."""
    filled: list[tuple[Contender, StartTimes, str]] = []
    found = []
    for make in STARTERS[store.name]:
        contender = make(place)
        times = StartTimes(store.name, contender.name, leases)
        found.append(times)
        try:
            filled.append((contender, times, _fill(contender, leases, say)))
        except FAILURES as failure:
            times.absent = str(failure)
            say(f"start, {store.name}: {contender.name} is left out: {failure}")
    for turn in range(rounds):
        for contender, times, address in rotated(filled, turn):
            probe = Probe(place.link)
            try:
                begin = time.monotonic()
                contender.launch()
                start = probe.first_answers(FIRST_CLIENT, address, begin)
                contender.stop()
            except FAILURES as failure:
                say(f"start, {store.name}: round {turn + 1}, {contender.name}: {failure}")
                continue
            finally:
                contender.end()
                probe.close()
            times.starts.append(start)
            say(f"start, {store.name}: round {turn + 1}, {contender.name:12} "
                f"renewal after {_seconds(start.renewal)}, offer after {_seconds(start.offer)}")
    return found


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.3f} s"


def _fill(contender: Contender, leases: int, say: Say) -> str:
    """@return the address of the first client. @raise CannotStart: or it did not give all leases"""
    with started(contender):
        done = contender.place.link.load("--window", "32", "--timeout", str(TIMEOUT_SECONDS), "--duration", "86400",
                                         "--clients", str(leases), "--exchanges", str(leases),
                                         "--base-mac", FIRST_CLIENT.hex(":"))
        say(f"{contender.name} gave {done['completed']} leases, {done['rate']:.0f} a second")
        probe = Probe(contender.place.link)
        try:
            offer = probe.offer(FIRST_CLIENT, TIMEOUT_SECONDS)
        finally:
            probe.close()
        if offer is None or done["completed"] < 0.999 * leases:
            raise contender.failure(f"it gave {done['completed']} of {leases} leases")
        return offer.yiaddr
