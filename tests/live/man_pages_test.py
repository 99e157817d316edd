"""The manual pages: groff and mandoc read them without a word, and what the program's tables have is in them."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from live.support.process import run
from live.support.server import binary

PAGES = {"leasehold.8": "man8", "leasehold.conf.5": "man5", "leasehold-ctl.1": "man1"}


def program(*arguments: str) -> str:
    return run(str(binary()), *arguments)


def commands_with_help(words: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """Each command of the program with its --help, as --help itself lists them."""
    text = program(*words, "--help")
    found = [(words, text)]
    _, _, listed = text.partition("\nSubcommands:\n")
    for name in re.findall(r"^  ([a-z][a-z-]*)", listed.partition("\n\n")[0], re.MULTILINE):
        found += commands_with_help((*words, name))
    return found


def without_blanks(text: str) -> str:
    """Wherever lines were broken."""
    return re.sub(r"\s", "", text)


class ManPagesTest(unittest.TestCase):
    """Each page as a file, as it is installed."""

    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="leasehold-man-")
        for name, part in PAGES.items():
            Path(cls.folder.name, name).write_text(program("docs", part), encoding="ascii")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def path(self, name: str) -> str:
        return str(Path(self.folder.name, name))

    def rendered(self, name: str) -> str:
        """As a reader sees it on a line that is wide enough for everything."""
        text = run("mandoc", "-T", "ascii", "-O", "width=1000", self.path(name))
        return re.sub(r".\x08", "", text)

    def terms(self, name: str) -> set[str]:
        """What the page explains: the first word of each line that is indented as a term is."""
        return set(re.findall(r"^       (\S+)", self.rendered(name), re.MULTILINE))

    def test_groff_and_mandoc_have_nothing_to_say(self) -> None:
        for name in PAGES:
            with self.subTest(page=name):
                for command in (["groff", "-ww", "-man", "-Tutf8", "-rLL=80n"], ["mandoc", "-T", "lint", "-W", "warning"]):
                    done = subprocess.run([*command, self.path(name)], capture_output=True, text=True, timeout=60)
                    words = done.stderr if command[0] == "groff" else done.stdout + done.stderr
                    self.assertEqual((words, done.returncode), ("", 0), command)

    def test_every_key_of_the_configuration(self) -> None:
        text = without_blanks(self.rendered("leasehold.conf.5"))
        keys = re.findall(r"^\| `([^`]+)` \|.*\| ([^|]+) \|$", program("docs", "configuration"), re.MULTILINE)
        self.assertGreater(len(keys), 300)
        terms = self.terms("leasehold.conf.5")
        self.assertEqual([key for key, _ in keys if key not in terms], [])
        missing = [help_text for _, help_text in keys if without_blanks(help_text).replace("`", "") not in text]
        self.assertEqual(missing, [])

    def test_every_command_of_the_server(self) -> None:
        terms = self.terms("leasehold-ctl.1")
        page = program("docs", "commands")
        names = re.findall(r"^### ([a-z0-9-]+)$", page, re.MULTILINE) + re.findall(r"^\| `([a-z0-9*-]+)` \| [A-Z]", page,
                                                                               re.MULTILINE)
        self.assertGreater(len(names), 100)
        self.assertEqual([name for name in names if name not in terms], [])

    def test_every_option_of_the_program(self) -> None:
        commands = commands_with_help()
        self.assertGreater(len(commands), 10)
        pages = {name: self.rendered(name) for name in ("leasehold.8", "leasehold-ctl.1")}
        sections = {name: dict(re.findall(r"^   (\S.*)\n((?:(?!^ {0,3}\S).*\n)*)", page, re.MULTILINE))
                    for name, page in pages.items()}
        for words, text in commands:
            page, place = ("leasehold-ctl.1", words[1:]) if words[:1] == ("ctl",) else ("leasehold.8", words)
            with self.subTest(command=" ".join(words)):
                section = sections[page][" ".join(place)] if place else pages[page]
                options = re.findall(r"^  ((?:-[A-Za-z0-9]|--[a-z][a-z0-9-]*)(?:,--[a-z][a-z0-9-]*)?)", text, re.MULTILINE)
                for option in options:
                    if option != "-h,--help" or not words:
                        self.assertRegex(section, rf"(?m)^       {option.replace(',', ', ')}\b")

    def test_every_exit_status(self) -> None:
        for part, page in (("exit-codes", "leasehold.8"), ("ctl-exit-codes", "leasehold-ctl.1")):
            rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", program("docs", part), re.MULTILINE)
            self.assertGreater(len(rows), 7)
            text = self.rendered(page)
            self.assertEqual([code for code, meaning in rows if not re.search(
                rf"(?m)^       {code} .*\b{re.escape(meaning.strip().replace('`', ''))}\.", text)], [])

    def test_the_same_octets_for_the_same_source_date(self) -> None:
        def page(seconds: int) -> str:
            return subprocess.run([str(binary()), "docs", "man1"], capture_output=True, text=True, check=True, timeout=60,
                                  env={**os.environ, "SOURCE_DATE_EPOCH": str(seconds)}).stdout

        self.assertEqual(page(86400 * 365).splitlines()[0].split()[3], "1971-01-01")
        self.assertEqual(page(5).splitlines()[1:], page(86400).splitlines()[1:])

    def test_they_are_installed_where_man_looks(self) -> None:
        run("cmake", "--install", str(binary().parent), "--component", "man", "--prefix", self.folder.name)
        for name, part in PAGES.items():
            installed = Path(self.folder.name, "share/man", f"man{part[-1]}", name).read_text(encoding="ascii")
            self.assertEqual(installed.splitlines()[1:], Path(self.path(name)).read_text().splitlines()[1:])


if __name__ == "__main__":
    unittest.main()
