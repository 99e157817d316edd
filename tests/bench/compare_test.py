"""What a comparison computes and writes: made-up runs, each figure with one that must not count."""

from __future__ import annotations

import os
import unittest
from typing import Any
from xml.etree import ElementTree

from bench.compare.figures import (
    HEADINGS, OURS, Run, Series, in_columns, in_markdown, last_line, median, ratio, rotated, rows, run_of, short,
)
from bench.compare.foreign import Usage, foreign_share, user_ticks_of_process, user_ticks_of_processor
from bench.compare.page import BEGIN, END, PAGE, Found, generated, machine, replaced
from bench.compare.plot import bar_chart, decades, scale
from bench.compare.probe import Start
from bench.compare.starts import StartTimes, start_rows
from bench.compare.works import STARTERS, STORES, works


def report(**changed: Any) -> dict[str, Any]:
    """The fields of the load generator's that are read."""
    return {"rate": 1000.0, "completed": 5000, "loss": 0.0, "refused": 0, "duplicates": 0, "wrong-leases": 0,
            "wrong-servers": 0, "whole": {"count": 5000, "p50": 300.0, "p99": 900.0},
            "messages": {"renew": {"latency": {"p50": 70.0, "p99": 90.0}}}, "generator": {"starved": False}, **changed}


def series(contender: str, *rates: float, work: str = "files, new clients") -> Series:
    return Series(work, contender, 32, runs=[Run(rate, 2000.0, 4000.0) for rate in rates])


class RunTest(unittest.TestCase):
    """Which runs can be compared."""

    def test_a_fine_one(self) -> None:
        self.assertEqual(run_of(report()), Run(1000.0, 300.0, 900.0))
        self.assertEqual(run_of(report(loss=0.001, refused=5)).problem, "")

    def test_renewals_have_one_message_only(self) -> None:
        self.assertEqual(run_of(report(whole={"count": 0, "p50": 0, "p99": 0})).p99, 90.0)

    def test_what_cannot_be_compared_says_why(self) -> None:
        for changed, said in (({"loss": 0.02}, "2.0 % of the exchanges lost"), ({"duplicates": 3}, "given twice: 3"),
                              ({"wrong-leases": 1}, "another lease than asked for: 1"), ({"refused": 6}, "6 refused"),
                              ({"wrong-servers": 1}, "another server"), ({"completed": 0}, "nothing was completed")):
            self.assertIn(said, run_of(report(**changed)).problem)

    def test_starved(self) -> None:
        self.assertTrue(run_of(report(generator={"starved": True})).starved)


class ForeignTest(unittest.TestCase):
    """Time of others on the servers' processor."""

    def test_the_columns(self) -> None:
        self.assertEqual(user_ticks_of_processor("cpu 99 99 9\ncpu0 1 2 9\ncpu1 30 4 9 9\nintr 7\n", 1), 34)
        with self.assertRaises(ValueError):
            user_ticks_of_processor("cpu 1 1\n", 0)
        fields = " ".join(str(number) for number in range(4, 50))
        self.assertEqual(user_ticks_of_process(f"7 (a) b) S {fields}"), 14 + 16)

    def test_what_the_server_used_is_not_others(self) -> None:
        second = os.sysconf("SC_CLK_TCK")
        begin = Usage(10.0, 0, 0)
        self.assertEqual(foreign_share(begin, Usage(12.0, 2 * second, second)), 0.5)
        self.assertEqual(foreign_share(begin, Usage(12.0, second, 2 * second)), 0.0)


class SeriesTest(unittest.TestCase):
    """Medians of the runs that count, and what is said of the others."""

    def test_only_good_runs_count(self) -> None:
        made = series("Kea", 100, 300, 200)
        made.runs += [None, Run(9.0, problem="lost"), Run(7.0, starved=True, tries=3)]
        self.assertEqual(made.rate, 200)
        self.assertEqual(made.notes(), ["not comparable: 1 of 6 runs (lost)", "2 starved runs repeated",
                                        "1 of 6 left out: still starved"])

    def test_without_any(self) -> None:
        self.assertIsNone(series("Kea").rate)
        self.assertIsNone(median([]))
        self.assertEqual(Series("w", "Kea", 0, absent="INFO begin\nERROR no such file\n").notes(),
                         ["not measured: ERROR no such file"])
        self.assertEqual(last_line(""), "")

    def test_the_ratio_is_that_of_medians_its_range_that_of_rounds(self) -> None:
        ours, other = series(OURS, 1000, 1200, 1100), series("Kea", 100, 400, 220)
        found = ratio(ours, other)
        assert found is not None
        self.assertEqual((found.middle, found.least, found.most), (5.0, 3.0, 10.0))
        self.assertEqual(str(found), "x5.0 (3.0 to 10)")

    def test_a_round_that_one_of_them_lacks_is_in_no_range(self) -> None:
        ours, other = series(OURS, 1000, 9000), series("Kea", 100, 100)
        other.runs[1] = Run(100, problem="lost")
        found = ratio(ours, other)
        assert found is not None
        self.assertEqual((found.least, found.most), (10.0, 10.0))
        self.assertIsNone(ratio(ours, series("Kea")))

    def test_rounds_begin_with_another_each(self) -> None:
        self.assertEqual(["".join(rotated("abc", turn)) for turn in range(4)], ["abc", "bca", "cab", "abc"])
        self.assertEqual(rotated([], 3), [])


class TableTest(unittest.TestCase):
    made = [series(OURS, 5000), series("Kea", 1000), Series("files, new clients", "dhcpd", 0, absent="gone"),
            series(OURS, 900, work="mariadb, renewals")]

    def test_rows(self) -> None:
        found = rows(self.made)
        self.assertEqual([row[0] for row in found], ["files, new clients", "", "", "mariadb, renewals"])
        self.assertEqual(found[1], ("", "Kea", "32", "1000", "1000 to 1000", "2.00", "4.00", "x5.0 (5.0 to 5.0)", ""))
        self.assertEqual(found[2][2:], ("", "-", "-", "-", "-", "", "not measured: gone"))

    def test_every_row_has_every_column(self) -> None:
        self.assertEqual({len(row) for row in rows(self.made)}, {len(HEADINGS)})
        self.assertEqual({line.count("|") for line in in_markdown(HEADINGS, rows(self.made)).splitlines()},
                         {len(HEADINGS) + 1})

    def test_columns_are_under_each_other(self) -> None:
        lines = in_columns(("a", "number", "b"), [("long text", "7", "x"), ("y", "1000", "z")]).splitlines()
        self.assertEqual(lines, ["a          number  b", "long text       7  x", "y            1000  z"])

    def test_a_cell_cannot_break_the_markdown(self) -> None:
        self.assertEqual(in_markdown(("a",), [("x|y\nz",)]).splitlines()[-1], "| x\\|y z |")

    def test_digits(self) -> None:
        self.assertEqual([short(value) for value in (0.834, 4.71, 12.2, 310.4)], ["0.83", "4.7", "12", "310"])


class PlotTest(unittest.TestCase):
    def test_it_is_well_formed_with_a_bar_each(self) -> None:
        made = [series(OURS, 50000), series("a <b> & c", 120), series("none")]
        root = ElementTree.fromstring(bar_chart(made, "a & b"))
        name = "{http://www.w3.org/2000/svg}"
        bars = root.findall(f"{name}rect")
        self.assertEqual([bar.get("class") for bar in bars], ["ours", "other"])
        widths = [float(bar.get("width", "0")) for bar in bars]
        self.assertGreater(widths[0], widths[1])
        self.assertIn("a <b> & c", [text.text for text in root.findall(f"{name}text")])

    def test_without_any_rate(self) -> None:
        ElementTree.fromstring(bar_chart([], "empty"))

    def test_the_scale_is_logarithmic(self) -> None:
        self.assertEqual(decades([120.0, 50000.0]), (100.0, 100000.0))
        self.assertEqual(decades([1000.0]), (1000.0, 10000.0))
        self.assertAlmostEqual(scale(1000.0, 100.0, 100000.0), 1 / 3)
        self.assertEqual((scale(1.0, 100.0, 1000.0), scale(9999.0, 100.0, 1000.0)), (0.0, 1.0))


class PageTest(unittest.TestCase):
    def test_what_is_written_by_hand_stays(self) -> None:
        page = f"# Title\n\n{BEGIN}\nold\n{END}\nafter\n"
        self.assertEqual(replaced(page, "new"), f"# Title\n\n{BEGIN}\n\nnew\n\n{END}\nafter\n")
        self.assertEqual(replaced(replaced(page, "x"), "new"), replaced(page, "new"))
        with self.assertRaises(ValueError):
            replaced("# Title", "new")

    def test_the_page_has_its_markers(self) -> None:
        replaced(PAGE.read_text(), "")

    def test_each_store_that_was_measured_says_what_it_promises(self) -> None:
        text = generated(Found([series(OURS, 1000), series("Kea", 10)]), "a machine")
        self.assertIn("* files: ", text)
        self.assertNotIn("* mariadb: ", text)

    def test_starts(self) -> None:
        times = [StartTimes("files", OURS, 10, [Start(0.1, 0.2)]), StartTimes("files", "Kea", 10, [Start(2.0, 2.0)]),
                 StartTimes("mariadb", "Kea", 10, [Start(None, None)])]
        self.assertEqual([row[3:6] for row in start_rows(times)],
                         [("0.100", "0.200", ""), ("2.000", "2.000", "x10 faster"), ("-", "-", "")])

    def test_machine(self) -> None:
        self.assertIn("2 processors (AMD X), Linux ", machine("model name\t: AMD X\nmodel name\t: AMD X\n"))


class WorksTest(unittest.TestCase):
    def test_memory_has_no_renewals_to_write(self) -> None:
        self.assertEqual([work.name for work in works(["memory", "mariadb"])],
                         ["memory, new clients", "mariadb, new clients", "mariadb, renewals"])

    def test_leasehold_is_in_each(self) -> None:
        for makers in (*(store.makers for store in STORES), *STARTERS.values()):
            self.assertEqual(makers[0].name, OURS)  # type: ignore[attr-defined]


if __name__ == "__main__":
    unittest.main()
