"""The arithmetic of a comparison, and its tables. Values only: nothing is run here."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeGuard, TypeVar

OURS = "Leasehold"
LOSS_MAX = 0.001  # of all exchanges; who loses more was asked for more than it can do
_WRONG = {"duplicates": "addresses given twice", "wrong-leases": "another lease than asked for",
          "wrong-servers": "another server than chosen"}

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One measurement of one server, and whether it counts."""

    problem: str = ""  # why it cannot be compared
    starved: bool = False  # the server or the load generator, of its processor
    tries: int = 1


@dataclass(frozen=True)
class Run(Judged):
    """Of rates. Latencies are in microseconds."""

    rate: float
    p50: float = 0.0
    p99: float = 0.0


def faults(figures: dict[str, Any]) -> list[str]:
    """What a server must not do at any load."""
    return [f"{text}: {figures[name]}" for name, text in _WRONG.items() if figures[name]]


def run_of(figures: dict[str, Any]) -> Run:
    """What the load generator reported, judged."""
    problems = faults(figures)
    if figures["completed"] == 0:
        problems.append("nothing was completed")
    elif figures["loss"] > LOSS_MAX:
        problems.append(f"{100 * figures['loss']:.1f} % of the exchanges lost")
    if figures["completed"] and figures["refused"] > LOSS_MAX * figures["completed"]:
        problems.append(f"{figures['refused']} refused")
    whole = figures["whole"]
    if whole["count"] == 0:  # renewals: a message and its answer
        whole = figures["messages"]["renew"]["latency"]
    return Run(figures["rate"], whole["p50"], whole["p99"], problem=", ".join(problems),
               starved=figures["generator"]["starved"])


J = TypeVar("J", bound=Judged)


@dataclass
class Rounds(Generic[J]):
    """All rounds of one server; None where a round has no run."""

    runs: list[J | None] = field(default_factory=list, kw_only=True)
    absent: str = field(default="", kw_only=True)  # why it could not be measured at all

    @property
    def good(self) -> list[J]:
        return [run for run in self.runs if counts(run)]

    def each(self, figure: Callable[[J], float | None]) -> list[float | None]:
        """Of each round, None where it does not count."""
        return [figure(run) if counts(run) else None for run in self.runs]

    def middle(self, figure: Callable[[J], float | None]) -> float | None:
        return median(value for value in self.each(figure) if value is not None)

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


def counts(run: J | None) -> TypeGuard[J]:
    return run is not None and not run.problem and not run.starved


@dataclass
class Series(Rounds[Run]):
    """At one work."""

    work: str
    contender: str
    window: int

    @property
    def rate(self) -> float | None:
        return self.middle(lambda run: run.rate)


@dataclass
class OfStore(Rounds[J]):
    """With one store, where there is one work only."""

    store: str
    contender: str


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


def ratio_of(tops: Sequence[float | None], bottoms: Sequence[float | None]) -> Ratio | None:
    """Of figures of the same rounds; None where a round has none."""
    top, bottom = (median(value for value in values if value is not None) for values in (tops, bottoms))
    if top is None or not bottom:
        return None
    each = [one / other for one, other in zip(tops, bottoms, strict=False) if one is not None and other]
    return Ratio(top / bottom, min(each, default=top / bottom), max(each, default=top / bottom))


def ratio(ours: Series, other: Series) -> Ratio | None:
    return ratio_of(ours.each(lambda run: run.rate), other.each(lambda run: run.rate))


def short(value: float) -> str:
    """At least two digits that count: 0.83, 4.7, 12, 310."""
    if value < 1:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


HEADINGS = ("work", "server", "window", "a second", "range", "p50 ms", "p99 ms", "Leasehold is", "notes")


def milliseconds(microseconds: float | None) -> str:
    return "-" if microseconds is None else f"{microseconds / 1000:.2f}"


def rows(all_series: Sequence[Series]) -> list[tuple[str, ...]]:
    """A row per series, in order; the name of a work only where it begins."""
    ours = {series.work: series for series in all_series if series.contender == OURS}
    table, before = [], ""
    for series in all_series:
        good = series.good
        compared = ratio(ours[series.work], series) if series.work in ours and series.contender != OURS else None
        p50, p99 = series.middle(lambda run: run.p50), series.middle(lambda run: run.p99)
        table.append((
            series.work if series.work != before else "", series.contender, str(series.window or ""),
            f"{series.rate:.0f}" if series.rate is not None else "-",
            f"{min(run.rate for run in good):.0f} to {max(run.rate for run in good):.0f}" if good else "-",
            milliseconds(p50), milliseconds(p99), str(compared) if compared else "", "; ".join(series.notes())))
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
