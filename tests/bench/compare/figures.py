"""The arithmetic of a comparison, and its tables. Values only: nothing is run here."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

OURS = "Leasehold"
LOSS_MAX = 0.001  # of all exchanges; who loses more was asked for more than it can do
_WRONG = {"duplicates": "addresses given twice", "wrong-leases": "another lease than asked for",
          "wrong-servers": "another server than chosen"}

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One measurement of one server. Latencies are in microseconds."""

    rate: float
    p50: float = 0.0
    p99: float = 0.0
    problem: str = ""  # why it cannot be compared
    starved: bool = False  # it or the load generator, of its processor
    tries: int = 1


def run_of(figures: dict[str, Any]) -> Run:
    """What the load generator reported, judged."""
    problems = [f"{text}: {figures[name]}" for name, text in _WRONG.items() if figures[name]]
    if figures["completed"] == 0:
        problems.append("nothing was completed")
    elif figures["loss"] > LOSS_MAX:
        problems.append(f"{100 * figures['loss']:.1f} % of the exchanges lost")
    if figures["completed"] and figures["refused"] > LOSS_MAX * figures["completed"]:
        problems.append(f"{figures['refused']} refused")
    whole = figures["whole"]
    if whole["count"] == 0:  # renewals: a message and its answer
        whole = figures["messages"]["renew"]["latency"]
    return Run(figures["rate"], whole["p50"], whole["p99"], ", ".join(problems), figures["generator"]["starved"])


@dataclass
class Series:
    """All rounds of one server at one work; None where a round has no run."""

    work: str
    contender: str
    window: int
    runs: list[Run | None] = field(default_factory=list)
    absent: str = ""  # why it could not be measured at all

    @property
    def good(self) -> list[Run]:
        return [run for run in self.runs if run is not None and not run.problem and not run.starved]

    @property
    def rate(self) -> float | None:
        return median(run.rate for run in self.good)

    def notes(self) -> list[str]:
        """What a reader has to know before comparing."""
        notes = [f"not measured: {last_line(self.absent)}"] if self.absent else []
        problems = [run.problem for run in self.runs if run is not None and run.problem]
        if problems:
            notes.append(f"not comparable: {len(problems)} of {len(self.runs)} runs ({last_line(problems[0])})")
        repeated = sum(run.tries - 1 for run in self.runs if run is not None)
        if repeated:
            notes.append(f"{repeated} starved runs repeated")
        starved = sum(run is not None and run.starved for run in self.runs)
        if starved:
            notes.append(f"{starved} of {len(self.runs)} left out: still starved")
        return notes


def last_line(text: str) -> str:
    """Of a log, where it says why; the whole was printed when it happened."""
    return (text.strip().splitlines() or [""])[-1][-300:]


def median(values: Iterable[float]) -> float | None:
    known = list(values)
    return statistics.median(known) if known else None


def rotated(items: Sequence[T], turn: int) -> list[T]:
    """The same in the order of round `turn`: each begins in turn."""
    at = turn % len(items) if items else 0
    return [*items[at:], *items[:at]]


@dataclass(frozen=True)
class Ratio:
    """How many times another server's figure ours is: of medians, and the range over rounds."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"x{short(self.middle)} ({short(self.least)} to {short(self.most)})"


def ratio(ours: Series, other: Series) -> Ratio | None:
    if ours.rate is None or other.rate is None:
        return None
    pairs = [(mine, theirs) for mine, theirs in zip(ours.runs, other.runs, strict=False)
             if mine in ours.good and theirs in other.good]
    each = [mine.rate / theirs.rate for mine, theirs in pairs if mine and theirs and theirs.rate > 0]
    middle = ours.rate / other.rate
    return Ratio(middle, min(each, default=middle), max(each, default=middle))


def short(value: float) -> str:
    """At least two digits that count: 0.83, 4.7, 12, 310."""
    if value < 1:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


HEADINGS = ("work", "server", "window", "a second", "range", "p50 ms", "p99 ms", "Leasehold is", "notes")


def rows(all_series: Sequence[Series]) -> list[tuple[str, ...]]:
    """A row per series, in order; the name of a work only where it begins."""
    ours = {series.work: series for series in all_series if series.contender == OURS}
    table, before = [], ""
    for series in all_series:
        good = series.good
        compared = ratio(ours[series.work], series) if series.work in ours and series.contender != OURS else None
        p50, p99 = median(run.p50 for run in good), median(run.p99 for run in good)
        table.append((
            series.work if series.work != before else "", series.contender, str(series.window or ""),
            f"{series.rate:.0f}" if series.rate is not None else "-",
            f"{min(run.rate for run in good):.0f} to {max(run.rate for run in good):.0f}" if good else "-",
            f"{p50 / 1000:.2f}" if p50 is not None else "-", f"{p99 / 1000:.2f}" if p99 is not None else "-",
            str(compared) if compared else "", "; ".join(series.notes())))
        before = series.work
    return table


def in_columns(headings: Sequence[str], table: Sequence[Sequence[str]]) -> str:
    """For a terminal: columns under each other, numbers to the right."""
    widths = [max(len(row[at]) for row in (headings, *table)) for at in range(len(headings))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(text.rjust(width) if text[:1].isdigit() and text.replace(".", "").isdigit()
                         else text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()

    return "\n".join([line(headings), *(line(row) for row in table)])


def in_markdown(headings: Sequence[str], table: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *table]
    return "\n".join("| " + " | ".join(text.replace("|", "\\|").replace("\n", " ") for text in row) + " |"
                     for row in lines)
