"""All clients at once, as after a power cut: how long until each of them has its lease.

They ask again as RFC 2131 4.1 says, after 4, 8, 16 ... seconds: who is not heard the first time waits, so a server
that drops twice what another one drops is much more than twice as late.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.compare.contenders import Contender, Place
from bench.compare.figures import OURS, Judged, OfStore, Ratio, faults, median, ratio_of, short
from bench.compare.measure import Plan, Say, again_while_starved, in_turns, started, verdict, watched
from bench.compare.works import Store

CLIENTS = 100_000
PATIENCE_SECONDS = 60.0  # who takes longer is measured once


@dataclass(frozen=True)
class Flood(Judged):
    served: int = 0
    half: float | None = None  # seconds until half of the clients were served; None: not by the limit
    whole: float | None = None  # until all were


def flood_of(figures: dict[str, Any]) -> Flood:
    """What the load generator reported."""
    after = figures["served-after"]
    return Flood(figures["completed"], after.get("50"), after.get("100"), problem=", ".join(faults(figures)),
                 starved=figures["generator"]["starved"])


@dataclass
class Floods(OfStore[Flood]):
    """All rounds of one server; infinite seconds: not by the limit."""

    clients: int
    limit: float

    @property
    def seconds(self) -> float | None:
        return median(math.inf if run.whole is None else run.whole for run in self.good)

    @property
    def half(self) -> float | None:
        return median(math.inf if run.half is None else run.half for run in self.good)

    @property
    def is_long(self) -> bool:
        """Another round would take as long, and tell nothing else."""
        return any(run is not None and not run.problem and (run.whole is None or run.whole > PATIENCE_SECONDS)
                   for run in self.runs)

    def notes(self) -> list[str]:
        return super().notes() + (["one round"] if self.is_long and len(self.runs) == 1 else [])


def times_slower(ours: Floods, other: Floods) -> str:
    """@return nothing where it cannot be told"""
    mine, theirs = ours.seconds, other.seconds
    if mine is None or theirs is None or math.isinf(mine):
        return ""
    if math.isinf(theirs):
        return f"more than x{short(other.limit / mine)}"
    found = ratio_of(other.each(lambda run: run.whole), ours.each(lambda run: run.whole))
    return str(Ratio(theirs / mine, found.least, found.most)) if found else ""


FLOOD_HEADINGS = ("store", "server", "served", "half after s", "all after s", "range", "Leasehold is faster", "notes")


def flood_rows(all_floods: Sequence[Floods]) -> list[tuple[str, ...]]:
    ours = {floods.store: floods for floods in all_floods if floods.contender == OURS}
    table, before = [], ""
    for floods in all_floods:
        known = [run.whole for run in floods.good if run.whole is not None]
        served = median(run.served for run in floods.good)
        mine = ours.get(floods.store)
        table.append((floods.store if floods.store != before else "", floods.contender,
                      "-" if served is None else f"{served:,.0f}", _seconds(floods.half, floods.limit),
                      _seconds(floods.seconds, floods.limit),
                      f"{min(known):.1f} to {max(known):.1f}" if known else "-",
                      times_slower(mine, floods) if mine and mine is not floods else "", "; ".join(floods.notes())))
        before = floods.store
    return table


def _seconds(value: float | None, limit: float) -> str:
    if value is None:
        return "-"
    return f"more than {limit:.0f}" if math.isinf(value) else f"{value:.1f}"


def measure_floods(store: Store, place: Place, rounds: int, limit: float, plan: Plan, say: Say,
                   clients: int = CLIENTS) -> list[Floods]:
    """Each round begins with an empty store. @param limit  seconds, of servers that have no shorter one"""
    entrants = []
    for make in store.makers:
        contender = make(place)
        entrants.append((contender, Floods(store.name, contender.name, clients, min(limit, contender.flood_seconds))))

    def once(contender: Contender, floods: Floods) -> Flood | None:
        if floods.is_long:
            return None
        return again_while_starved(lambda: _flood(contender, floods, plan), PATIENCE_SECONDS)

    def tell(turn: int, contender: Contender, flood: Flood) -> None:
        whole = _seconds(math.inf if flood.whole is None else flood.whole, min(limit, contender.flood_seconds))
        say(f"flood, {store.name}: round {turn}, {contender.name:12} {flood.served} served, all after {whole} s"
            f"{verdict(flood)}")

    in_turns(entrants, rounds, once, lambda why: Flood(problem=why), tell)
    return [floods for _, floods in entrants]


def _flood(contender: Contender, floods: Floods, plan: Plan) -> Flood:
    with started(contender):
        return watched(contender, plan, lambda: flood_of(contender.place.link.load(
            "--avalanche", "--clients", str(floods.clients), "--duration", str(floods.limit),
            "--max-run-delay", str(plan.max_run_delay))))
