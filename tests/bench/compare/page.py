"""docs/performance.md: the part between its markers, and the picture. What stands above is written by hand."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.compare.figures import HEADINGS, OURS, Series, in_markdown, last_line, rows, short
from bench.compare.measure import StartTimes
from bench.compare.plot import bar_chart
from bench.compare.works import STORES
from live.support.server import SOURCE_DIR, binary

PAGE, PICTURE = SOURCE_DIR / "docs/performance.md", SOURCE_DIR / "docs/performance.svg"
BEGIN, END = "<!-- performance: begin -->", "<!-- performance: end -->"
TITLE = "Leases a second, logarithmic scale"
START_HEADINGS = ("store", "server", "leases", "renewal after s", "offer after s", "Leasehold is", "notes")
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


def start_rows(times: Sequence[StartTimes]) -> list[tuple[str, ...]]:
    table = []
    ours = {entry.store: entry for entry in times if entry.contender == OURS}
    for entry in times:
        mine = ours.get(entry.store)
        faster = ""
        if mine and mine is not entry and mine.offer and entry.offer:
            faster = f"x{short(entry.offer / mine.offer)} faster"
        table.append((entry.store, entry.contender, f"{entry.leases:,}", _text(entry.renewal), _text(entry.offer),
                      faster, f"not measured: {last_line(entry.absent)}" if entry.absent else ""))
    return table


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def generated(all_series: Sequence[Series], times: Sequence[StartTimes], told: str) -> str:
    """What stands between the markers. @param told  machine, versions and rounds, in markdown"""
    parts = [told]
    if all_series:
        names = {series.work.partition(",")[0] for series in all_series}
        parts += [f"![{TITLE}](performance.svg)", in_markdown(HEADINGS, rows(all_series)), "What each store promises:",
                  "\n".join(f"* {store.name}: {store.promises}." for store in STORES if store.name in names)]
    if times:
        parts += ["### Start", in_markdown(START_HEADINGS, start_rows(times))]
    return "\n\n".join(parts)


def replaced(page: str, text: str) -> str:
    """@raise ValueError: it has no markers"""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def write(all_series: Sequence[Series], times: Sequence[StartTimes], told: str) -> None:
    PAGE.write_text(replaced(PAGE.read_text(), generated(all_series, times, told)))
    if all_series:
        PICTURE.write_text(bar_chart(all_series, TITLE))


def told_of(rounds: int, seconds: float, database_processors: str) -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text()
    return (f"{machine(cpuinfo)}. Rounds of {seconds:g} s: {rounds}. "
            f"Database servers on processor {database_processors}. "
            + ", ".join(f"{name} {version}" for name, version in versions()) + ".")
