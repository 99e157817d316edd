"""Holds the arrows between the folders: cli -> control -> config -> dhcp <- lease_backends, control -> lease_backends;
cli -> rehearsal -> config, rehearsal -> lease_backends.

Reads the #include lines of the sources. What a folder may not include, it cannot quietly begin to depend on:
dhcp/ has no JSON, no SQL and no logging library, so that decisions stay testable without them.
"""

from __future__ import annotations

import re
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

SOURCE_DIR = Path(__file__).resolve().parents[1]
# Each folder and the folders whose headers it may include besides its own.
ARROWS = {
    "dhcp": set(),
    "lease_backends": {"dhcp"},
    "config": {"dhcp"},
    "rehearsal": {"config", "dhcp", "lease_backends"},
    "control": {"config", "dhcp", "lease_backends"},
    "cli": {"control", "rehearsal", "config", "dhcp", "lease_backends"},
}
# Each folder and the libraries it has to do without, by how their headers' names begin.
FOREIGN = {
    "dhcp": ("nlohmann/", "sqlite3", "libpq", "mysql", "mariadb", "spdlog/", "fmt/", "CLI/", "openssl/",
             "boost/json", "boost/beast"),
    "lease_backends": ("nlohmann/", "spdlog/", "CLI/"),
    "config": ("sqlite3", "libpq", "mysql", "mariadb", "spdlog/", "CLI/"),
    "rehearsal": ("sqlite3", "libpq", "mysql", "mariadb", "spdlog/", "CLI/", "boost/asio"),
    "control": ("sqlite3", "libpq", "mysql", "mariadb"),
    "cli": ("sqlite3", "libpq", "mysql", "mariadb"),
}
# A lease's own notes are JSON by nature (the user context that is stored with it): two files read and write them.
EXCEPTIONS = {
    ("dhcp/lease_context.cpp", "boost/json.hpp"),
    ("dhcp/json_source.cpp", "boost/json/src.hpp"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
SUFFIXES = {".cpp", ".hpp", ".h", ".def", ".inc", ".ipp"}


def includes(file: Path) -> Iterator[tuple[int, str]]:
    """(line number, name) of each #include."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if match := INCLUDE.match(line):
            yield number, match[1]


def objection(folder: str, name: str) -> str | None:
    """Why a file of `folder` may not include `name`; None: it may."""
    target = name.split("/")[0]
    if ".." in Path(name).parts:
        return "name a header from the top of the tree, not relative to the file"
    if "/" in name and target == "tests":
        return "the product does not know its tests"
    if "/" in name and target in ARROWS and target != folder and target not in ARROWS[folder]:
        return f"{folder}/ may include {', '.join(sorted(ARROWS[folder])) or 'no other folder'}"
    if name.startswith(FOREIGN[folder]):
        return f"{folder}/ does without this library"
    return None


def violations(root: Path) -> list[str]:
    """Each include under `root` that runs against an arrow, as file:line: name: why."""
    found = []
    for folder in ARROWS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in SUFFIXES:
                continue
            for number, name in includes(file):
                if (str(file.relative_to(root)), name) in EXCEPTIONS:
                    continue
                if why := objection(folder, name):
                    found.append(f"{file.relative_to(root)}:{number}: {name}: {why}")
    return found


class TreeTest(unittest.TestCase):
    """The tree as it is."""

    def test_every_include_follows_an_arrow(self) -> None:
        self.assertEqual(violations(SOURCE_DIR), [])

    def test_the_folders_are_there(self) -> None:
        for folder in ARROWS:
            with self.subTest(folder=folder):
                self.assertTrue(any((SOURCE_DIR / folder).glob("*.cpp")), "a renamed folder would be unwatched")


class WatcherTest(unittest.TestCase):
    """The watcher sees what it is there to see."""

    def tree(self, file: str, line: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, file)
            path.parent.mkdir(parents=True)
            path.write_text(f"// why this exists\n{line}\n")
            return violations(Path(folder))

    def test_wrong_arrows_are_found(self) -> None:
        for file, line in (
            ("dhcp/server.cpp", '#include "config/load.hpp"'),
            ("dhcp/v4/decide.cpp", '#include "control/commands.hpp"'),
            ("dhcp/lease.hpp", '#include "lease_backends/open.hpp"'),
            ("lease_backends/open.cpp", '#  include "config/load.hpp"'),
            ("config/load.hpp", '#include "lease_backends/open.hpp"'),
            ("config/load.cpp", '#include "control/main.hpp"'),
            ("dhcp/option_text.cpp", "#include <nlohmann/json.hpp>"),
            ("dhcp/lease_store.hpp", "#include <sqlite3.h>"),
            ("dhcp/log.cpp", "#include <spdlog/spdlog.h>"),
            ("dhcp/lease_context.hpp", "#include <boost/json.hpp>"),
            ("dhcp/v4/grant.cpp", "#include <boost/json.hpp>"),
            ("control/lease_commands.cpp", "#include <sqlite3.h>"),
            ("rehearsal/replay.cpp", '#include "control/service.hpp"'),
            ("control/service.cpp", '#include "rehearsal/replay.hpp"'),
            ("dhcp/x.cpp", '#include "../config/load.hpp"'),
            ("config/x.cpp", '#include "tests/support/fake.hpp"'),
        ):
            with self.subTest(file=file, line=line):
                self.assertEqual(len(self.tree(file, line)), 1)

    def test_right_arrows_are_not(self) -> None:
        for file, line in (
            ("control/main.cpp", '#include "config/load.hpp"'),
            ("control/main.cpp", '#include "lease_backends/open.hpp"'),
            ("config/load.cpp", '#include "dhcp/server_config.hpp"'),
            ("lease_backends/sqlite_store.cpp", "#include <sqlite3.h>"),
            ("dhcp/v4/decide.cpp", '#include "dhcp/lease.hpp"'),
            ("dhcp/server.cpp", "#include <boost/asio/io_context.hpp>"),
            ("dhcp/lease_context.cpp", "#include <boost/json.hpp>"),
            ("dhcp/server.cpp", '// #include "config/load.hpp"'),
        ):
            with self.subTest(file=file, line=line):
                self.assertEqual(self.tree(file, line), [])


if __name__ == "__main__":
    unittest.main()
