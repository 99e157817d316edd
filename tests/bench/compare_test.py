"""What a comparison computes and writes: made-up runs, each figure with one that must not count."""

from __future__ import annotations

import os
import unittest
from typing import Any
from xml.etree import ElementTree

from bench.compare.figures import (
    HEADINGS, OURS, OfStore, Run, Series, in_columns, in_markdown, last_line, median, ratio, rotated, rows, run_of,
    short,
)
from bench.compare.filling import FIRST_CLIENT, HEADER, address, client, lines
from bench.compare.floods import FLOOD_HEADINGS, Flood, Floods, flood_of, flood_rows, times_slower
from bench.compare.foreign import Usage, foreign_share, user_ticks_of_process, user_ticks_of_processor
from bench.compare.lone import LONE_HEADINGS, Lone, lone_of, lone_rows
from bench.compare.measure import TRIES, again_while_starved, in_turns
from bench.compare.overload import OVERLOAD_HEADINGS, Overload, Overloads, overload_of, overload_rows
from bench.compare.page import BEGIN, END, PAGE, Found, generated, machine, replaced
from bench.compare.plot import bar_chart, decades, scale
from bench.compare.probe import Start
from bench.compare.starts import LARGE_HEADINGS, Large, StartTimes, large_rows, start_rows
from bench.compare.works import STARTERS, STORES, works


def report(**changed: Any) -> dict[str, Any]:
    """The fields of the load generator's that are read."""
    return {"rate": 1000.0, "completed": 5000, "loss": 0.0, "refused": 0, "duplicates": 0, "wrong-leases": 0,
            "wrong-servers": 0, "whole": {"count": 5000, "p50": 300.0, "p99": 900.0},
            "messages": {"renew": {"latency": {"p50": 70.0, "p99": 90.0}},
                         "request": {"latency": {"p50": 40.0, "p99": 50.0}}},
            "begun-rate": 2000.0, "served-after": {}, "generator": {"starved": False}, **changed}


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


class RoundsTest(unittest.TestCase):
    """Turns, and rounds that are repeated."""

    def test_a_starved_round_is_repeated_three_times_at_most(self) -> None:
        tries = iter([Run(1.0, starved=True), Run(2.0), Run(3.0)])
        self.assertEqual(again_while_starved(lambda: next(tries)), Run(2.0, tries=2))
        self.assertEqual(again_while_starved(lambda: Run(1.0, starved=True)).tries, TRIES)

    def test_not_when_it_took_long(self) -> None:
        self.assertEqual(again_while_starved(lambda: Run(1.0, starved=True), patience=0.0).tries, 1)

    def test_turns(self) -> None:
        kea, dhcpd, gone = series("Kea"), series("dhcpd"), Series("w", "dnsmasq", 0, absent="gone")
        order = []

        def once(contender: Any, of: Series) -> Run | None:
            order.append(contender)
            if contender == "d" and len(of.runs) == 1:
                return None  # has enough
            if contender == "k" and not of.runs:
                raise AssertionError("it ended")
            return Run(7.0)

        entrants: Any = [("k", kea), ("d", dhcpd), ("x", gone)]
        in_turns(entrants, 2, once, lambda why: Run(0.0, problem=why), lambda *_: None)
        self.assertEqual(order, ["k", "d", "d", "k"])
        self.assertEqual(kea.runs, [Run(0.0, problem="it ended"), Run(7.0)])
        self.assertEqual((dhcpd.runs, gone.runs), ([Run(7.0)], []))


class FloodTest(unittest.TestCase):
    @staticmethod
    def floods(contender: str, *seconds: float | None, served: int = 1000, limit: float = 300.0) -> Floods:
        return Floods("files", contender, 1000, limit, runs=[Flood(served, 1.0, whole) for whole in seconds])

    def test_the_report(self) -> None:
        self.assertEqual(flood_of(report(**{"served-after": {"50": 1.0, "100": 2.5}})), Flood(5000, 1.0, 2.5))
        self.assertEqual(flood_of(report(loss=0.4)), Flood(5000, None, None))  # not all: no fault by itself
        self.assertIn("given twice", flood_of(report(duplicates=1)).problem)

    def test_ratio(self) -> None:
        ours = self.floods(OURS, 2.0, 4.0, 3.0)
        self.assertEqual(times_slower(ours, self.floods("Kea", 20.0, 60.0, 45.0)), "x15 (10 to 15)")
        self.assertEqual(times_slower(ours, self.floods("Kea")), "")
        self.assertEqual(times_slower(self.floods(OURS, None), self.floods("Kea", 20.0)), "")

    def test_who_is_not_done_by_the_limit(self) -> None:
        found = flood_rows([self.floods(OURS, 2.0), self.floods("dhcpd", None, served=400, limit=60.0)])
        self.assertEqual(found[1], ("", "dhcpd", "400", "1.0", "more than 60", "-", "more than x30", "one round"))
        self.assertEqual(found[0], ("files", OURS, "1,000", "1.0", "2.0", "2.0 to 2.0", "", ""))

    def test_a_median_of_rounds_that_were_not_all_done(self) -> None:
        self.assertEqual(self.floods("Kea", 10.0, None, 20.0).seconds, 20.0)
        self.assertEqual(flood_rows([self.floods("Kea", 10.0, None, None)])[0][4], "more than 300")

    def test_long_ones_have_one_round(self) -> None:
        self.assertFalse(self.floods("Kea", 59.0).is_long)
        self.assertTrue(self.floods("Kea", 61.0).is_long)
        self.assertFalse(Floods("files", "Kea", 9, 60.0, runs=[Flood(problem="it ended")]).is_long)

    def test_columns(self) -> None:
        self.assertEqual(len(flood_rows([self.floods("Kea")])[0]), len(FLOOD_HEADINGS))


class OverloadTest(unittest.TestCase):
    def test_the_share_is_of_the_best(self) -> None:
        found = overload_of(1250.0, report())
        self.assertEqual(found, Overload(1250.0, 2000.0, 1000.0, 300.0, 900.0))
        self.assertEqual((found.share, Overload().share), (0.8, 0.0))

    def test_losses_are_what_is_measured_faults_are_not(self) -> None:
        self.assertEqual(overload_of(1000.0, report(loss=0.5)).problem, "")
        self.assertIn("given twice", overload_of(1000.0, report(duplicates=1)).problem)

    def test_a_generator_that_cannot_offer_it(self) -> None:
        self.assertEqual(overload_of(2000.0, report()).problem, "only 1.0 times its best could be offered")

    def test_a_best_that_was_none(self) -> None:
        self.assertEqual(overload_of(950.0, report()).problem, "")
        self.assertIn("was not found", overload_of(900.0, report()).problem)

    def test_rows(self) -> None:
        made = Overloads("files", "Kea", 32, runs=[Overload(1000.0, 2000.0, finished, 300.0, 900.0)
                                                   for finished in (900.0, 500.0, 950.0)])
        self.assertEqual(overload_rows([made]), [("files", "Kea", "1000", "2000", "900", "90 %", "50 to 95 %", "0.30",
                                                  "0.90", "")])
        self.assertEqual(len(overload_rows([Overloads("files", "Kea")])[0]), len(OVERLOAD_HEADINGS))


class LoneTest(unittest.TestCase):
    @staticmethod
    def lone(store: str, contender: str, *p50s: float) -> OfStore[Lone]:
        return OfStore(store, contender, runs=[Lone(p50, 9000.0) for p50 in p50s])

    def test_it_is_the_requests_latency(self) -> None:
        self.assertEqual(lone_of(report()), Lone(40.0, 50.0))
        self.assertIn("nothing", lone_of(report(completed=0)).problem)

    def test_what_a_commit_costs(self) -> None:
        found = lone_rows([self.lone("memory", OURS, 40.0), self.lone("memory", "Kea", 50.0),
                           self.lone("files", OURS, 240.0), self.lone("files", "Kea", 480.0),
                           self.lone("files", "dhcpd", 720.0)])
        self.assertEqual([row[4] for row in found], ["", "", "0.20", "0.43", ""])
        self.assertEqual([row[5] for row in found[2:]], ["", "x2.0 (2.0 to 2.0)", "x3.0 (3.0 to 3.0)"])
        self.assertEqual({len(row) for row in found}, {len(LONE_HEADINGS)})


class FillingTest(unittest.TestCase):
    """The lease file that stores are filled from."""

    def test_client_n_has_address_n(self) -> None:
        header, first, second = lines(2, 1000)
        self.assertEqual(header, HEADER)
        self.assertEqual(first, "10.1.0.0,02:01:01:00:00:00,01:02:01:01:00:00:00,86400,87400,1,0,0,,0,")
        self.assertTrue(second.startswith("10.1.0.1,02:01:01:00:00:01,01:02:01:01:00:00:01,"))
        self.assertEqual({line.count(",") for line in (header, first, second)}, {10})

    def test_ten_million_have_room(self) -> None:
        self.assertEqual(client(0), FIRST_CLIENT)
        self.assertEqual(client(1 << 16).hex(), "020101010000")
        self.assertEqual(address(9_999_999), "10.153.150.127")


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

    def test_very_many_leases(self) -> None:
        row, = large_rows(Large(10_000_000, 170.4, Start(0.1, 9.0), 9.5, 123.4))
        self.assertEqual(row, ("10,000,000", "170", "0.100", "9.000", "9.5", "123"))
        self.assertEqual((len(row), large_rows(None)), (len(LARGE_HEADINGS), []))

    def test_what_was_not_measured_has_no_part(self) -> None:
        found = Found(overloads=[Overloads("files", OURS)])
        text = generated(found, "a machine")
        self.assertIn("### Twice its best", text)
        self.assertEqual(text.count("###"), 1)
        self.assertEqual(generated(Found(), "a machine"), "a machine")

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
