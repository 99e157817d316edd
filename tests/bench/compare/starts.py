"""How long after its start a server answers, with many leases in its store; and what they take in memory."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

from bench.compare.contenders import Contender, LeaseholdSqlite, Place
from bench.compare.figures import OURS, last_line, median, rotated, short
from bench.compare.filling import FIRST_CLIENT, address, client, fill, write_leases
from bench.compare.measure import FAILURES, TIMEOUT_SECONDS, Say
from bench.compare.probe import NEVER_SECONDS, Probe, Start
from bench.compare.works import STARTERS, Store
from live.support.ctl import ControlSocket


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


START_HEADINGS = ("store", "server", "leases", "renewal after s", "offer after s", "Leasehold is", "notes")


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


def measure_starts(store: Store, place: Place, leases: int, rounds: int, say: Say) -> list[StartTimes]:
    """Each server is filled once; then they are started in turn."""
    path = place.folder / "leases.csv"
    write_leases(path, leases)
    filled: list[tuple[Contender, StartTimes]] = []
    found = []
    for make in STARTERS[store.name]:
        contender = make(place)
        times = StartTimes(store.name, contender.name, leases)
        found.append(times)
        try:
            _fill(contender, path, leases, say)
            filled.append((contender, times))
        except FAILURES as failure:
            times.absent = str(failure)
            say(f"start, {store.name}: {contender.name} is left out: {failure}")
    path.unlink()
    for turn in range(rounds):
        for contender, times in rotated(filled, turn):
            try:
                start = _start(contender)
                contender.stop()
            except FAILURES as failure:
                say(f"start, {store.name}: round {turn + 1}, {contender.name}: {failure}")
                continue
            finally:
                contender.end()
            times.starts.append(start)
            say(f"start, {store.name}: round {turn + 1}, {contender.name:12} "
                f"renewal after {_seconds(start.renewal)}, offer after {_seconds(start.offer)}")
    return found


def _start(contender: Contender) -> Start:
    probe = Probe(contender.place.link)
    try:
        begin = time.monotonic()
        contender.launch()
        return probe.first_answers(FIRST_CLIENT, address(0), begin)
    finally:
        probe.close()


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.3f} s"


def _fill(contender: Contender, path: Path, leases: int, say: Say) -> None:
    """@raise CannotStart: or it does not know the first and the last of them"""
    begin = time.monotonic()
    fill(contender, path)
    say(f"{contender.name} has {leases} leases after {time.monotonic() - begin:.1f} s")
    try:
        contender.start()
        probe = Probe(contender.place.link)
        try:
            for number in (0, leases - 1):
                offer = probe.offer(client(number), TIMEOUT_SECONDS)
                if offer is None or offer.yiaddr != address(number):
                    raise contender.failure(f"client {number} was offered {offer and offer.yiaddr}")
        finally:
            probe.close()
        contender.stop()
    finally:
        contender.end()


LARGE = 10_000_000


@dataclasses.dataclass(frozen=True)
class Large:
    """A server with very many leases. Seconds since its start."""

    leases: int
    imported: float  # how long that took
    answered: Start
    complete: float  # until all leases were read
    octets: float  # resident, for each lease


LARGE_HEADINGS = ("leases", "import s", "renewal after s", "offer after s", "all read after s", "octets a lease")


def large_rows(large: Large | None) -> list[tuple[str, ...]]:
    if large is None:
        return []
    return [(f"{large.leases:,}", f"{large.imported:.0f}", _text(large.answered.renewal), _text(large.answered.offer),
             f"{large.complete:.1f}", f"{large.octets:.0f}")]


class LeaseholdLarge(LeaseholdSqlite):
    """It is asked how far it is."""

    @property
    def more_keys(self) -> dict[str, object]:  # type: ignore[override]
        return {**super().more_keys,
                "control-sockets": [{"socket-type": "unix", "socket-name": str(self.folder / "control.sock")}]}


def measure_large(place: Place, leases: int, say: Say) -> Large:
    """Of Leasehold with SQLite. @raise CannotStart"""
    path = place.folder / "leases.csv"
    write_leases(path, leases)
    contender = LeaseholdLarge(place)
    begin = time.monotonic()
    fill(contender, path)
    imported = time.monotonic() - begin
    say(f"large: {leases} leases imported in {imported:.0f} s")
    path.unlink()
    try:
        begin = time.monotonic()
        answered = _start(contender)
        complete = _complete(contender, begin)
        resident = contender.resident_octets()
        contender.stop()
    finally:
        contender.end()
    say(f"large: renewal after {_seconds(answered.renewal)}, all read after {complete:.1f} s, "
        f"{resident / leases:.0f} octets a lease")
    return Large(leases, imported, answered, complete, resident / leases)


def _complete(contender: LeaseholdLarge, begin: float) -> float:
    """Seconds from `begin` until the server has all leases."""
    control = ControlSocket(contender.folder / "control.sock")
    while time.monotonic() < begin + NEVER_SECONDS:
        if control.do("status-get")["database-status"]["state"] == "serving":
            return time.monotonic() - begin
        time.sleep(0.05)
    raise contender.failure("it never had all leases")
