"""Leasehold beside what Debian ships, on the same work, in turns. From the tests folder, as root, on a quiet machine:

    LEASEHOLD=../build/release/leasehold LEASEHOLD_BENCH=../build/release/leasehold-bench python3 -B -m bench.compare

`./tests/run compare` installs and builds what that needs. docs/performance.md says what is compared.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from bench.compare.contenders import Place
from bench.compare.figures import HEADINGS, in_columns, rows
from bench.compare.floods import measure_floods
from bench.compare.lone import measure_lone
from bench.compare.measure import Plan, compare, place_of
from bench.compare.overload import measure_overload
from bench.compare.page import Found, told_of, write
from bench.compare.starts import LARGE, measure_large, measure_starts
from bench.compare.works import STARTERS, STORES, Store, works
from bench.link import SERVER_PROCESSOR
from live.support.namespace import remove_leftovers


def say(text: str) -> None:
    print(text, flush=True)


def options() -> argparse.Namespace:
    names = [store.name for store in STORES]
    parser = argparse.ArgumentParser(prog="bench.compare", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of load in each round, of each server")
    parser.add_argument("--stores", nargs="+", choices=names, default=names)
    parser.add_argument("--floods", action="store_true", help="100,000 clients at once: until all are served")
    parser.add_argument("--flood-limit", type=float, default=300.0, metavar="SECONDS",
                        help="after which it is not waited for the rest (default: 300)")
    parser.add_argument("--overload", action="store_true", help="twice its best: what a server still finishes")
    parser.add_argument("--lone", action="store_true", help="how long a client waits that has the server for itself")
    parser.add_argument("--starts", action="store_true", help="until a server answers after its start")
    parser.add_argument("--large", action="store_true", help="Leasehold with ten million leases (5 minutes)")
    parser.add_argument("--all", action="store_true", help="all of these but --large")
    parser.add_argument("--no-rates", action="store_true", help="only these")
    parser.add_argument("--more-rounds", type=int, default=3, help="of what is measured besides rates (default: 3)")
    parser.add_argument("--leases", type=int, default=1_000_000, help="that a server has when it starts")
    parser.add_argument("--database-processors", default=str(SERVER_PROCESSOR), metavar="LIST",
                        help="of the database server, as taskset writes them (default: the DHCP server's)")
    parser.add_argument("--max-run-delay", type=float, default=5.0, metavar="PERCENT",
                        help="of the time that the load generator may wait for its processor, and others may "
                             "have the server's (default: 5)")
    parser.add_argument("--write", action="store_true", help="docs/performance.md and .svg")
    return parser.parse_args()


def measure_store(store: Store, place: Place, wanted: argparse.Namespace, plan: Plan, found: Found) -> None:
    rounds = wanted.more_rounds
    if not wanted.no_rates:
        for work in works([store.name]):
            found.series += compare(work, place, plan, say)
    if wanted.floods or wanted.all:
        found.floods += measure_floods(store, place, rounds, wanted.flood_limit, plan, say)
    if wanted.overload or wanted.all:
        found.overloads += measure_overload(store, place, rounds, plan, say)
    if wanted.lone or wanted.all:
        found.lone += measure_lone(store, place, rounds, plan, say)
    if (wanted.starts or wanted.all) and store.name in STARTERS:
        found.starts += measure_starts(store, place, wanted.leases, rounds, say)
    if wanted.large and store.name == "files":
        found.large = measure_large(place, LARGE, say)


def main() -> int:
    wanted = options()
    if min(wanted.rounds, wanted.more_rounds) < 1:
        raise SystemExit("--rounds, --more-rounds: at least 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and tidies up
    plan = Plan(wanted.rounds, wanted.seconds, wanted.max_run_delay)
    remove_leftovers()
    told = told_of(wanted.rounds, wanted.more_rounds, wanted.seconds, wanted.database_processors)
    say(told)
    # Not below /tmp, which may be memory: what is synced shall reach a disk.
    folder = Path(tempfile.mkdtemp(prefix="leasehold-compare-", dir="/var/tmp"))
    folder.chmod(0o711)  # database servers have accounts of their own
    found = Found()
    try:
        for store in STORES:
            if store.name in wanted.stores:
                with place_of(store, folder, wanted.database_processors) as place:
                    measure_store(store, place, wanted, plan, found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if found.series:
        say("\n" + in_columns(HEADINGS, rows(found.series)))
    for title, headings, table in found.tables():
        say(f"\n{title}\n" + in_columns(headings, table))
    if wanted.write:
        write(found, told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
