"""One client at a time: how long it waits for its ACK. What a durable store takes longer than memory is the commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.compare.contenders import Contender, Place
from bench.compare.figures import OURS, Judged, OfStore, faults, milliseconds, ratio_of
from bench.compare.measure import (
    CLIENTS, TIMEOUT_SECONDS, WARM_UP_SECONDS, Plan, Say, again_while_starved, in_turns, started, verdict, watched,
)
from bench.compare.works import Store

SECONDS = 2.0
MEMORY = "memory"


@dataclass(frozen=True)
class Lone(Judged):
    """Of the REQUEST, in microseconds."""

    p50: float = 0.0
    p99: float = 0.0


def lone_of(figures: dict[str, Any]) -> Lone:
    """What the load generator reported."""
    problems = faults(figures) + (["nothing was completed"] if not figures["completed"] else [])
    latency = figures["messages"]["request"]["latency"]
    return Lone(latency["p50"], latency["p99"], problem=", ".join(problems), starved=figures["generator"]["starved"])


LONE_HEADINGS = ("store", "server", "ACK after ms (p50)", "p99 ms", "more than memory ms", "Leasehold is faster",
                 "notes")


def lone_rows(all_lone: Sequence[OfStore[Lone]]) -> list[tuple[str, ...]]:
    ours = {lone.store: lone for lone in all_lone if lone.contender == OURS}
    memory = {lone.contender: lone.middle(_p50) for lone in all_lone if lone.store == MEMORY}
    table, before = [], ""
    for lone in all_lone:
        p50, least, mine = lone.middle(_p50), memory.get(lone.contender), ours.get(lone.store)
        compared = ratio_of(lone.each(_p50), mine.each(_p50)) if mine and mine is not lone else None
        more = "" if p50 is None or least is None or lone.store == MEMORY else milliseconds(p50 - least)
        table.append((lone.store if lone.store != before else "", lone.contender, milliseconds(p50),
                      milliseconds(lone.middle(lambda run: run.p99)), more, str(compared or ""),
                      "; ".join(lone.notes())))
        before = lone.store
    return table


def _p50(run: Lone) -> float:
    return run.p50


def measure_lone(store: Store, place: Place, rounds: int, plan: Plan, say: Say) -> list[OfStore[Lone]]:
    entrants: list[tuple[Contender, OfStore[Lone]]] = []
    for make in store.makers:
        contender = make(place)
        entrants.append((contender, OfStore(store.name, contender.name)))

    def once(contender: Contender, _: OfStore[Lone]) -> Lone:
        return again_while_starved(lambda: _lone(contender, plan))

    def tell(turn: int, contender: Contender, lone: Lone) -> None:
        say(f"lone client, {store.name}: round {turn}, {contender.name:12} ACK after {milliseconds(lone.p50)} ms"
            f"{verdict(lone)}")

    in_turns(entrants, rounds, once, lambda why: Lone(problem=why), tell)
    return [lone for _, lone in entrants]


def _lone(contender: Contender, plan: Plan) -> Lone:
    link = contender.place.link
    common = ("--window", "1", "--spin", "--clients", str(CLIENTS), "--timeout", str(TIMEOUT_SECONDS),
              "--max-run-delay", str(plan.max_run_delay))
    with started(contender):
        link.load(*common, "--duration", str(WARM_UP_SECONDS))
        return watched(contender, plan, lambda: lone_of(link.load(*common, "--duration", str(SECONDS))))
