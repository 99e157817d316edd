"""What servers copy is made once, whoever asks, and never found half made."""

from __future__ import annotations

import tempfile
import threading
import unittest
from pathlib import Path

from support.databases.template import template


class TemplateTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="leasehold-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name) / "home"
        self.made: list[Path] = []

    def make(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "data").write_text("whole")
        self.made.append(folder)

    def ask(self, *depends_on: str) -> Path:
        return template("server", list(depends_on), self.make, self.home)

    def test_is_made_once(self) -> None:
        first = self.ask("version 1")
        self.assertEqual((first / "data").read_text(), "whole")
        self.assertEqual(self.ask("version 1"), first)
        self.assertEqual(len(self.made), 1)

    def test_another_version_is_another(self) -> None:
        self.assertNotEqual(self.ask("version 1"), self.ask("version 2"))
        self.assertEqual(len(self.made), 2)

    def test_what_an_interrupted_run_left_is_made_anew(self) -> None:
        def interrupted(folder: Path) -> None:
            folder.mkdir()
            (folder / "half").touch()
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            template("server", ["version 1"], interrupted, self.home)
        self.assertEqual([path.name for path in self.ask("version 1").iterdir()], ["data"])

    def test_those_that_ask_meanwhile_wait(self) -> None:
        asked = threading.Event()
        found: list[Path] = []

        def slow(folder: Path) -> None:
            other.start()
            asked.wait()
            self.make(folder)

        def ask() -> None:
            asked.set()
            found.append(self.ask("version 1"))

        other = threading.Thread(target=ask)
        first = template("server", ["version 1"], slow, self.home)
        other.join()
        self.assertEqual(found, [first])
        self.assertEqual(len(self.made), 1)


if __name__ == "__main__":
    unittest.main()
