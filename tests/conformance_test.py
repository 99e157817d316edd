"""Holds docs/conformance.md to the truth: each test that it names has to be in the sources.

That a test shows what its row says is for readers to judge; that it is there is not.
"""

from __future__ import annotations

import ast
import re
import unittest
from pathlib import Path

TESTS_DIR = Path(__file__).resolve().parent
DOCUMENT = TESTS_DIR.parent / "docs" / "conformance.md"
NAMED = re.compile(r"`(\w+\.\w+)`")
DEFINED = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
RFC = re.compile(r"\d+(?:, \d+)*")


def claims(text: str) -> list[list[str]]:
    """The rows of the first table, their cells stripped."""
    table = text.split("## Not done")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
            if line.startswith("|")]
    return rows[2:]


def defined_tests() -> set[str]:
    in_cpp = {f"{suite}.{name}" for source in TESTS_DIR.rglob("*_test.cpp")
              for suite, name in DEFINED.findall(source.read_text(encoding="utf-8"))}
    return in_cpp.union(*(python_tests(source.read_text(encoding="utf-8")) for source in TESTS_DIR.rglob("*_test.py")))


def python_tests(text: str) -> set[str]:
    """`Class.test_name`, with what a class has from others of its module."""
    names: dict[str, set[str]] = {}
    for made in (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)):
        own = {each.name for each in made.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}
        names[made.name] = own.union(*(names.get(base.id, set()) for base in made.bases if isinstance(base, ast.Name)))
    return {f"{made}.{name}" for made, tests in names.items() for name in tests}


class ConformanceTest(unittest.TestCase):
    def setUp(self) -> None:
        self.rows = claims(DOCUMENT.read_text(encoding="utf-8"))

    def test_there_is_a_table(self) -> None:
        self.assertGreater(len(self.rows), 20)

    def test_each_claim_has_its_rfc_its_requirement_and_a_test(self) -> None:
        for row in self.rows:
            with self.subTest(row=row):
                self.assertEqual(len(row), 4)
                self.assertRegex(row[0], RFC)
                self.assertTrue(row[2])
                self.assertTrue(NAMED.findall(row[3]))

    def test_each_named_test_is_in_the_sources(self) -> None:
        missing = {name for row in self.rows for name in NAMED.findall(row[3])} - defined_tests()
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main()
