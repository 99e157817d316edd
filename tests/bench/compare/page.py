"""docs/performance.md: the part between its markers, and the picture. What stands above is written by hand."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.compare.figures import HEADINGS, OfStore, Series, in_markdown, rows
from bench.compare.floods import FLOOD_HEADINGS, Floods, flood_rows
from bench.compare.lone import LONE_HEADINGS, Lone, lone_rows
from bench.compare.overload import OVERLOAD_HEADINGS, Overloads, overload_rows
from bench.compare.plot import bar_chart
from bench.compare.starts import LARGE_HEADINGS, START_HEADINGS, Large, StartTimes, large_rows, start_rows
from bench.compare.works import STORES
from live.support.server import SOURCE_DIR, binary

PAGE, PICTURE = SOURCE_DIR / "docs/performance.md", SOURCE_DIR / "docs/performance.svg"
BEGIN, END = "<!-- performance: begin -->", "<!-- performance: end -->"
TITLE = "Leases a second, logarithmic scale"
_PACKAGES = ("kea-dhcp4-server", "dnsmasq-base", "isc-dhcp-server", "postgresql-15", "mariadb-server")


def versions() -> list[tuple[str, str]]:
    """Of Leasehold and of the packages beside it."""
    found = [("Leasehold", subprocess.run([str(binary()), "-v"], capture_output=True, text=True).stdout.strip())]
    for package in _PACKAGES:
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
        found.append((package, done.stdout or "not installed"))
    return found


def machine(cpuinfo: str) -> str:
    """@param cpuinfo  text of /proc/cpuinfo"""
    models = [line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    count, model = (len(models), models[0]) if models else (os.cpu_count(), platform.machine())
    return f"{count} processors ({model}), Linux {platform.release()}"


@dataclass
class Found:
    """All that was measured in one run."""

    series: list[Series] = field(default_factory=list)
    floods: list[Floods] = field(default_factory=list)
    overloads: list[Overloads] = field(default_factory=list)
    lone: list[OfStore[Lone]] = field(default_factory=list)
    starts: list[StartTimes] = field(default_factory=list)
    large: Large | None = None

    def tables(self) -> list[tuple[str, Sequence[str], list[tuple[str, ...]]]]:
        """Title, headings and rows of what was measured besides rates."""
        clients = f"{self.floods[0].clients:,}" if self.floods else ""
        all_tables = [
            (f"{clients} clients at once", FLOOD_HEADINGS, flood_rows(self.floods)),
            ("Twice its best", OVERLOAD_HEADINGS, overload_rows(self.overloads)),
            ("A lone client", LONE_HEADINGS, lone_rows(self.lone)),
            ("Start", START_HEADINGS, start_rows(self.starts)),
            ("Leasehold with SQLite and very many leases", LARGE_HEADINGS, large_rows(self.large)),
        ]
        return [table for table in all_tables if table[2]]


def generated(found: Found, told: str) -> str:
    """What stands between the markers. @param told  machine, versions and rounds, in markdown"""
    parts = [told]
    if found.series:
        names = {series.work.partition(",")[0] for series in found.series}
        parts += [f"![{TITLE}](performance.svg)", in_markdown(HEADINGS, rows(found.series)),
                  "What each store promises:",
                  "\n".join(f"* {store.name}: {store.promises}." for store in STORES if store.name in names)]
    for title, headings, table in found.tables():
        parts += [f"### {title}", in_markdown(headings, table)]
    return "\n\n".join(parts)


def replaced(page: str, text: str) -> str:
    """@raise ValueError: it has no markers"""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def write(found: Found, told: str) -> None:
    PAGE.write_text(replaced(PAGE.read_text(), generated(found, told)))
    if found.series:
        PICTURE.write_text(bar_chart(found.series, TITLE))


def told_of(rounds: int, more_rounds: int, seconds: float, database_processors: str) -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text()
    return (f"{machine(cpuinfo)}. Rounds of {seconds:g} s: {rounds}; of what is measured besides rates: {more_rounds}. "
            f"Database servers on processor {database_processors}. "
            + ", ".join(f"{name} {version}" for name, version in versions()) + ".")
