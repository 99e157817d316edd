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

from bench.compare.figures import HEADINGS, Series, in_columns, rows
from bench.compare.measure import Plan, StartTimes, compare, measure_starts, place_of
from bench.compare.page import START_HEADINGS, start_rows, told_of, write
from bench.compare.works import STARTERS, STORES, works
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
    parser.add_argument("--starts", action="store_true", help="measure starts too")
    parser.add_argument("--only-starts", action="store_true")
    parser.add_argument("--leases", type=int, default=100_000, help="that a server has when it starts")
    parser.add_argument("--database-processors", default=str(SERVER_PROCESSOR), metavar="LIST",
                        help="of the database server, as taskset writes them (default: the DHCP server's)")
    parser.add_argument("--max-run-delay", type=float, default=5.0, metavar="PERCENT",
                        help="of the time that the load generator may wait for its processor, and others may "
                             "have the server's (default: 5)")
    parser.add_argument("--write", action="store_true", help="docs/performance.md and .svg")
    return parser.parse_args()


def main() -> int:
    wanted = options()
    if wanted.rounds < 1:
        raise SystemExit("--rounds: at least 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and tidies up
    plan = Plan(wanted.rounds, wanted.seconds, wanted.max_run_delay)
    remove_leftovers()
    told = told_of(wanted.rounds, wanted.seconds, wanted.database_processors)
    say(told)
    # Not below /tmp, which may be memory: what is synced shall reach a disk.
    folder = Path(tempfile.mkdtemp(prefix="leasehold-compare-", dir="/var/tmp"))
    folder.chmod(0o711)  # database servers have accounts of their own
    all_series: list[Series] = []
    times: list[StartTimes] = []
    try:
        for store in STORES:
            if store.name not in wanted.stores:
                continue
            if wanted.only_starts and store.name not in STARTERS:
                continue
            with place_of(store, folder, wanted.database_processors) as place:
                for work in works([store.name]) if not wanted.only_starts else ():
                    all_series += compare(work, place, plan, say)
                if (wanted.starts or wanted.only_starts) and store.name in STARTERS:
                    times += measure_starts(store, place, wanted.leases, wanted.rounds, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if all_series:
        say("\n" + in_columns(HEADINGS, rows(all_series)))
    if times:
        say("\n" + in_columns(START_HEADINGS, start_rows(times)))
    if wanted.write:
        write(all_series, times, told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
