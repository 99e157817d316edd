"""What clients and operators saw of an outage: exchanges and commands with their times, and the figures from them.

Pure: who asks is steady_clients.py, who breaks the database is faults.py. An exchange belongs to the phase in which its
first message was sent. "In time" is before that phase ended, so that an answer counts for the outage only if it
came while the database was away; one that came afterwards is "late".
"""

from __future__ import annotations

import enum
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIGURES = "LEASEHOLD_OUTAGE_TABLE"  # names a file to which the table is appended


class Kind(enum.Enum):
    RENEWAL = "renewal"
    NEW = "new client"


class Answer(enum.Enum):
    ACK = "ACK"
    NAK = "NAK"


class Phase(enum.IntEnum):
    BEFORE = 0
    DURING = 1
    AFTER = 2


@dataclass
class Exchange:
    """From a client's first message to its ACK or NAK, a new client's DISCOVER and OFFER included."""

    kind: Kind
    client: int
    asked: float
    answered: float | None = None
    answer: Answer | None = None


@dataclass
class Command:
    name: str
    asked: float
    answered: float | None  # None: not at all
    result: int | None = None
    service: str = ""  # states, of status-get only
    database: str = ""
    journal: str = ""


@dataclass(frozen=True)
class Tally:
    asked: int = 0
    in_time: int = 0  # ACKs
    late: int = 0

    def __str__(self) -> str:
        return f"{self.in_time}/{self.asked}" + (f" +{self.late}" if self.late else "")


@dataclass
class Trace:
    """One run. `away` is when the fault was there, `back` when its end began; both by the clock of the exchanges."""

    exchanges: list[Exchange] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    away: float = float("inf")
    back: float = float("inf")

    def phase(self, at: float) -> Phase:
        if at < self.away:
            return Phase.BEFORE
        return Phase.DURING if at < self.back else Phase.AFTER

    def tally(self, kind: Kind, phase: Phase) -> Tally:
        """Only an outage has an end that cuts answers off; before and after it every answer is in time."""
        asked = [exchange for exchange in self.exchanges
                 if exchange.kind is kind and self.phase(exchange.asked) is phase]
        acknowledged = [exchange for exchange in asked if exchange.answer is Answer.ACK and exchange.answered]
        in_time = [exchange for exchange in acknowledged
                   if phase is not Phase.DURING or exchange.answered < self.back]  # type: ignore[operator]
        return Tally(len(asked), len(in_time), len(acknowledged) - len(in_time))

    def commands_while_away(self) -> int:
        return sum(1 for command in self.commands if command.answered is not None
                   and self.away <= command.asked and command.answered < self.back)

    def unanswered_commands(self) -> list[Command]:
        return [command for command in self.commands if command.answered is None]

    def naks(self) -> int:
        return sum(1 for exchange in self.exchanges if exchange.answer is Answer.NAK)

    def failed_commands(self) -> list[Command]:
        """Result 3 is an answer too: there is no such lease."""
        return [command for command in self.commands if command.answered is not None and command.result not in (0, 3)]

    def unanswered_exchanges(self) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.answered is None]

    def wrong_naks(self) -> list[Exchange]:
        """To a renewing client: each of them held its address."""
        return [exchange for exchange in self.exchanges
                if exchange.answer is Answer.NAK and exchange.kind is Kind.RENEWAL]

    def longest_reply(self) -> float:
        return max((exchange.answered - exchange.asked for exchange in self.exchanges
                    if exchange.answered is not None), default=0.0)

    def longest_command(self) -> float:
        return max((command.answered - command.asked for command in self.commands
                    if command.answered is not None), default=0.0)

    def states(self, phase: Phase) -> list[str]:
        """What status-get showed, in order, each run of the same once."""
        shown: list[str] = []
        for command in self.commands:
            if not command.service or command.answered is None or self.phase(command.answered) is not phase:
                continue
            words = f"{command.service}/{command.database}"
            if not shown or shown[-1] != words:
                shown.append(words)
        return shown

    def services(self, phase: Phase) -> set[str]:
        return {command.service for command in self.commands
                if command.service and command.answered is not None and self.phase(command.answered) is phase}


@dataclass
class Row:
    """A line of the table."""

    fault: str
    database: str
    policy: str
    trace: Trace
    lost: int | str = "?"
    doubled: int | str = "?"
    conflicts: int | str = "?"
    exit_code: int | str = "?"

    def cells(self) -> list[str]:
        trace = self.trace
        tallies = [str(trace.tally(kind, phase)) for kind in Kind for phase in Phase]
        seen = _shorten(trace.states(Phase.DURING))
        return [self.fault, self.database, self.policy, f"{trace.back - trace.away:.1f}", *tallies,
                f"{trace.longest_reply():.2f}", f"{trace.longest_command():.2f}",
                f"{len(trace.unanswered_commands())}", f"{len(trace.wrong_naks())}", str(self.lost), str(self.doubled),
                str(self.conflicts), str(self.exit_code), seen]


HEADINGS = ["fault", "database", "policy", "away, s",
            "renewals before", "during", "after", "new clients before", "during", "after",
            "longest reply, s", "longest command, s", "commands unanswered", "wrong NAKs", "lost", "doubled", "conflicts",
            "exit code", "service/database meanwhile"]


def _shorten(states: Sequence[str], most: int = 4) -> str:
    """The order in which states were first seen: attempts repeat waiting and connecting many times."""
    first = list(dict.fromkeys(states))
    return ", ".join(first[:most]) + (", ..." if len(first) > most else "")


def table(rows: Iterable[Row]) -> str:
    """Markdown. "57/60 +3": of 60 exchanges asked for in that phase 57 were acknowledged in it, 3 after it."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def publish(rows: Sequence[Row]) -> None:
    """On standard output, and at the end of the file that the environment names."""
    if not rows:
        return
    text = table(rows)
    print("\n" + text, flush=True)
    if path := os.environ.get(FIGURES):
        with Path(path).open("a") as sink:
            sink.write(text + "\n")
