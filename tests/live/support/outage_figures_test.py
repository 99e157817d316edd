"""The arithmetic of an outage is checked with a made-up trace: each figure has an exchange that must not count, too."""

from __future__ import annotations

import tempfile
import unittest
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest import mock

from live.support.outage import (
    FIGURES, HEADINGS, Answer, Command, Exchange, Kind, Phase, Row, Tally, Trace, publish, table,
)

AWAY, BACK = 100.0, 110.0


def exchange(asked: float, answered: float | None, kind: Kind = Kind.RENEWAL, answer: Answer = Answer.ACK) -> Exchange:
    return Exchange(kind, 1, asked, answered, answer if answered is not None else None)


def status(at: float, service: str, database: str) -> Command:
    return Command("status-get", at - 0.01, at, 0, service, database)


def trace(*exchanges: Exchange, commands: tuple[Command, ...] = ()) -> Trace:
    return Trace(list(exchanges), list(commands), AWAY, BACK)


class PhaseTest(unittest.TestCase):
    def test_an_exchange_belongs_to_the_phase_in_which_it_was_asked(self) -> None:
        made = trace(exchange(99.9, 100.5), exchange(100.0, 100.5), exchange(109.9, 109.95), exchange(110.0, 110.1))
        self.assertEqual([made.tally(Kind.RENEWAL, phase).asked for phase in Phase], [1, 2, 1])

    def test_an_answer_after_the_end_does_not_count_for_the_outage(self) -> None:
        made = trace(exchange(101, 109.99), exchange(102, 110.0), exchange(103, 112), exchange(104, None))
        self.assertEqual(made.tally(Kind.RENEWAL, Phase.DURING), Tally(asked=4, in_time=1, late=2))

    def test_before_and_after_no_answer_is_late(self) -> None:
        made = trace(exchange(99, 120), exchange(111, 130))
        for phase in (Phase.BEFORE, Phase.AFTER):
            self.assertEqual(made.tally(Kind.RENEWAL, phase), Tally(1, 1, 0))

    def test_kinds_are_counted_apart(self) -> None:
        made = trace(exchange(101, 102), exchange(101, 102, Kind.NEW), exchange(101, 102, Kind.NEW))
        self.assertEqual([made.tally(kind, Phase.DURING).in_time for kind in Kind], [1, 2])

    def test_a_nak_is_no_service(self) -> None:
        made = trace(exchange(101, 102, answer=Answer.NAK))
        self.assertEqual(made.tally(Kind.RENEWAL, Phase.DURING), Tally(1, 0, 0))
        self.assertEqual((made.naks(), len(made.wrong_naks())), (1, 1))

    def test_a_nak_to_a_new_client_takes_nothing_away(self) -> None:
        made = trace(exchange(101, 102, Kind.NEW, Answer.NAK))
        self.assertEqual((made.naks(), len(made.wrong_naks())), (1, 0))

    def test_without_an_outage_everything_is_before_it(self) -> None:
        made = Trace([exchange(1e9, 1e9 + 1)])
        self.assertEqual(made.tally(Kind.RENEWAL, Phase.BEFORE), Tally(1, 1, 0))


class DelayTest(unittest.TestCase):
    def test_the_longest_of_each(self) -> None:
        made = trace(exchange(99, 99.25), exchange(101, 104.5), exchange(102, None),
                     commands=(Command("config-get", 101, 101.75, 0), Command("config-get", 102, None)))
        self.assertEqual((made.longest_reply(), made.longest_command()), (3.5, 0.75))

    def test_of_nothing_it_is_zero(self) -> None:
        self.assertEqual((trace().longest_reply(), trace().longest_command()), (0.0, 0.0))


class CommandTest(unittest.TestCase):
    def test_only_those_asked_and_answered_meanwhile_count(self) -> None:
        made = trace(commands=(Command("config-get", 99.9, 100.1, 0), Command("config-get", 101, 102, 0),
                               Command("config-get", 109, 110.5, 0), Command("config-get", 103, None)))
        self.assertEqual(made.commands_while_away(), 1)
        self.assertEqual(len(made.unanswered_commands()), 1)

    def test_states_are_shown_in_order_and_runs_once(self) -> None:
        made = trace(commands=(status(99, "open", "serving"), status(101, "open", "serving"),
                               status(102, "closed", "waiting"), Command("config-get", 102, 102.5, 0),
                               status(103, "closed", "waiting"), status(104, "closed", "connecting"),
                               status(111, "open", "serving")))
        self.assertEqual(made.states(Phase.DURING), ["open/serving", "closed/waiting", "closed/connecting"])
        self.assertEqual(made.services(Phase.DURING), {"open", "closed"})


class TableTest(unittest.TestCase):
    def row(self) -> Row:
        made = trace(exchange(99, 99.1), exchange(101, 102), exchange(102, 111), exchange(103, None),
                     exchange(111, 111.1, Kind.NEW), commands=(status(105, "closed", "waiting"),))
        return Row("frozen", "PostgreSQL", "spool", made, lost=0, doubled=0, conflicts=0, exit_code=0)

    def test_each_row_has_a_cell_for_each_heading(self) -> None:
        self.assertEqual(len(self.row().cells()), len(HEADINGS))

    def test_figures_stand_under_their_headings(self) -> None:
        cells = self.row().cells()
        self.assertEqual(cells[3:10], ["10.0", "1/1", "1/3 +1", "0/0", "0/0", "0/0", "1/1"])
        self.assertEqual(cells[-1], "closed/waiting")

    def test_the_table_is_printed_and_appended(self) -> None:
        with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()) as shown:
            path = Path(folder) / "table"
            path.write_text("before\n")
            with mock.patch.dict("os.environ", {FIGURES: str(path)}):
                publish([self.row()])
                publish([])
            self.assertEqual(path.read_text(), "before\n" + table([self.row()]) + "\n")
            self.assertIn("| frozen |", shown.getvalue())


if __name__ == "__main__":
    unittest.main()
