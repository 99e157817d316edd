"""Twice as many exchanges as a server can finish: what share of its best does it still finish?

The closed loop finds the best; clients that do not wait for each other then ask at twice that rate, and wait a second
for each answer. What is finished after the load has ended does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.compare.contenders import Contender, Place
from bench.compare.figures import Judged, OfStore, Run, faults, milliseconds
from bench.compare.measure import (
    CLIENTS, WARM_UP_SECONDS, Plan, Say, again_while_starved, find_windows, in_turns, measure, started, verdict, watched,
)
from bench.compare.works import Store, Work

TIMES = 2.0  # of the best
OFFERED_MIN = 1.5  # less is no overload that can be compared
SHARE_MAX = 1.1  # more: the machine was slower while the best was looked for
TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True)
class Overload(Judged):
    """Exchanges a second; latencies, of what was finished, in microseconds."""

    peak: float = 0.0
    offered: float = 0.0
    finished: float = 0.0  # while the load lasted
    p50: float = 0.0
    p99: float = 0.0

    @property
    def share(self) -> float:
        return self.finished / self.peak if self.peak else 0.0


def overload_of(peak: float, figures: dict[str, Any]) -> Overload:
    """@param figures  what the load generator reported"""
    problems, offered = faults(figures), figures["begun-rate"]
    if offered < OFFERED_MIN * peak:
        problems.append(f"only {offered / peak:.1f} times its best could be offered")
    if figures["rate"] > SHARE_MAX * peak:
        problems.append("it finished more than its best: that was not found")
    whole = figures["whole"]
    return Overload(peak, offered, figures["rate"], whole["p50"], whole["p99"], problem=", ".join(problems),
                    starved=figures["generator"]["starved"])


@dataclass
class Overloads(OfStore[Overload]):
    window: int = 0


OVERLOAD_HEADINGS = ("store", "server", "best a second", "offered a second", "finished a second", "share of best",
                     "range", "p50 ms", "p99 ms", "notes")


def overload_rows(all_overloads: Sequence[Overloads]) -> list[tuple[str, ...]]:
    table, before = [], ""
    for loads in all_overloads:
        shares = [run.share for run in loads.good]
        share = loads.middle(lambda run: run.share)
        table.append((loads.store if loads.store != before else "", loads.contender,
                      *(_rate(loads.middle(figure)) for figure in (
                          lambda run: run.peak, lambda run: run.offered, lambda run: run.finished)),
                      "-" if share is None else f"{100 * share:.0f} %",
                      f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %" if shares else "-",
                      milliseconds(loads.middle(lambda run: run.p50)), milliseconds(loads.middle(lambda run: run.p99)),
                      "; ".join(loads.notes())))
        before = loads.store
    return table


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def measure_overload(store: Store, place: Place, rounds: int, plan: Plan, say: Say) -> list[Overloads]:
    """Of Leasehold and Kea; both loads of a round on a fresh server each."""
    work = Work(store, renewals=False)
    contenders = [make(place) for make in store.pair]
    entrants = [(contender, Overloads(store.name, contender.name)) for contender in contenders]
    find_windows(entrants, f"overload, {store.name}", work, plan, say)

    def once(contender: Contender, loads: Overloads) -> Overload:
        peak = measure(contender, work, loads.window, plan.seconds, plan)
        if peak.problem or peak.starved:
            return Overload(peak.rate, problem=peak.problem, starved=peak.starved, tries=peak.tries)
        return again_while_starved(lambda: _overload(contender, peak, plan))

    def tell(turn: int, contender: Contender, found: Overload) -> None:
        say(f"overload, {store.name}: round {turn}, {contender.name:12} {found.peak:.0f}/s at best, of "
            f"{found.offered:.0f}/s {found.finished:.0f}/s, {100 * found.share:.0f} %{verdict(found)}")

    in_turns(entrants, rounds, once, lambda why: Overload(problem=why), tell)
    return [loads for _, loads in entrants]


def _overload(contender: Contender, peak: Run, plan: Plan) -> Overload:
    link = contender.place.link
    common = ("--clients", str(CLIENTS), "--timeout", str(TIMEOUT_SECONDS), "--max-run-delay", str(plan.max_run_delay))
    with started(contender):
        link.load(*common, "--window", "32", "--duration", str(WARM_UP_SECONDS))
        return watched(contender, plan, lambda: overload_of(peak.rate, link.load(
            *common, "--rate", f"{TIMES * peak.rate:.0f}", "--duration", str(plan.seconds))))
