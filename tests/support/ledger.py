"""Judges a capture: was anything that the server acknowledged lost, or given to two clients?

A lease is *lost* if its ACK was captured and the server, asked afterwards, does not have it for that client and
for as long as the ACK promised. (A client that asked for less after that ACK may have been granted less, whether or not
the answer left: then that is what has to be there.) An address is *doubled* if two clients' ACKs for it overlap in
time; so is a prefix, and whatever lies in another's prefix. Pure: reads messages with their times and a list of leases;
capturing and asking are done by who calls. What a message of each family says of leases is ledger_reading.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from support.ledger_reading import Asked, Granted, Returned, holder_of, read, unit_of

# The server's clock has whole seconds, the capture's has not.
ROUNDING_SECONDS = 1.0
ASSIGNED = 0


@dataclass(frozen=True)
class Binding:
    """One client's right to one address or prefix, as the wire showed it. Times are seconds since 1970."""

    holder: str  # a DHCPv4 client, an IA of a DHCPv6 client
    unit: str
    begins: float  # its first ACK
    ends: float  # of the longest promise, counted from the client's REQUEST as the client does; or the return
    promised: float  # the end that its newest ACK named: what the server has to know
    acknowledged: float  # when that ACK came
    given_back: bool = False

    def overlaps(self, other: Binding) -> bool:
        return self.begins < other.ends and other.begins < self.ends


@dataclass(frozen=True)
class Finding:
    """Something that must not be; `text` says what, where and when."""

    kind: str  # "lost", "doubled" or "unasked"
    text: str


class Ledger:
    """The bindings that a capture shows, in the order they began."""

    def __init__(self, messages: Iterable[tuple[float, Any]]) -> None:
        self.acknowledged = 0  # messages that gave somebody something
        self.bindings: list[Binding] = []
        self._open: dict[tuple[str, str], Binding] = {}  # (holder, unit)
        self._asked: dict[tuple[str, int], tuple[float, Asked]] = {}  # (holder, xid) -> first REQUEST
        self._newest: dict[str, tuple[float, int]] = {}  # holder -> newest REQUEST: began, seconds asked for
        self._findings: list[Finding] = []
        for at, message in messages:
            self._read(at, read(message))
        self.bindings += self._open.values()
        self.bindings.sort(key=lambda binding: binding.begins)

    def _read(self, at: float, said: Sequence[Asked | Granted | Returned]) -> None:
        self.acknowledged += any(isinstance(each, Granted) for each in said)
        for each in said:
            match each:
                case Asked():
                    if (each.holder, each.xid) not in self._asked:
                        self._asked[each.holder, each.xid] = at, each
                        self._newest[each.holder] = at, each.seconds
                case Granted():
                    self._grant(at, each)
                case Returned():
                    self._give_back(at, each.holder, each.unit)

    def _grant(self, at: float, granted: Granted) -> None:
        holder = granted.holder
        began, asked = self._asked.get((holder, granted.xid), (0.0, None))
        if asked is None:
            self._findings.append(Finding("unasked", f"{at:.6f}: ACK of {', '.join(granted.seconds)} for {holder}, "
                                                     f"xid {granted.xid:#010x}, answers no captured REQUEST"))
            return
        if asked.anew:
            for _, unit in [key for key in self._open if key[0] == holder]:
                if unit not in granted.seconds:
                    self._give_back(began, holder, unit)
        for unit, seconds in granted.seconds.items():
            self._promise(at, holder, unit, began + seconds)

    def _promise(self, at: float, holder: str, unit: str, ends: float) -> None:
        running = self._open.get((holder, unit))
        if running and running.ends >= at:
            self._open[holder, unit] = replace(
                running, ends=max(ends, running.ends), promised=ends, acknowledged=at)
        else:
            if running:
                self.bindings.append(running)
            self._open[holder, unit] = Binding(holder, unit, at, ends, ends, at)

    def _give_back(self, at: float, holder: str, unit: str) -> None:
        binding = self._open.pop((holder, unit), None)
        if binding:
            self.bindings.append(replace(binding, ends=min(at, binding.ends), given_back=True))

    def unasked(self) -> list[Finding]:
        """ACKs without a REQUEST: the capture is incomplete, or the server invents."""
        return list(self._findings)

    def doubled(self) -> list[Finding]:
        """Addresses and prefixes that two clients held at once."""
        by_unit: dict[str, list[Binding]] = {}
        for binding in self.bindings:
            by_unit.setdefault(binding.unit, []).append(binding)
        return [
            Finding("doubled", f"{_named(first, second)}: {first.holder} from {first.begins:.6f} to {first.ends:.6f}, "
                               f"and {second.holder} from {second.begins:.6f} to {second.ends:.6f}")
            for first, second in _pairs(by_unit)
            if first.holder != second.holder and first.overlaps(second)
        ]

    def lost(self, leases: Sequence[dict[str, Any]], now: float) -> list[Finding]:
        """Promises still running at `now` that `leases` (as lease4-get-page shows them) do not cover."""
        stored = {unit_of(lease): lease for lease in leases}
        findings = []
        for binding in self.bindings:
            if binding.given_back or binding.promised <= now:
                continue
            reason = _uncovered(binding, stored.get(binding.unit), self._owed(binding))
            if reason:
                findings.append(Finding("lost", f"{binding.unit}, acknowledged to {binding.holder} at "
                                                f"{binding.begins:.6f} until {binding.promised:.6f}: {reason}"))
        return findings

    def _owed(self, binding: Binding) -> float:
        """The end that the server has to know: of the newest ACK, or of what the client asked for after it, if less."""
        at, seconds = self._newest[binding.holder]
        asked_later = at > binding.acknowledged and seconds > 0
        return min(binding.promised, at + seconds) if asked_later else binding.promised


def _pairs(by_unit: dict[str, list[Binding]]) -> Iterator[tuple[Binding, Binding]]:
    """Of bindings for the same unit, or for one that lies in the other."""
    networks = {ip_network(unit): held for unit, held in by_unit.items()}
    lengths = {network.prefixlen for network in networks}
    for network, held in networks.items():
        yield from ((first, second) for number, first in enumerate(held) for second in held[number + 1:])
        for around in _around(network, lengths):
            yield from ((outer, inner) for outer in networks.get(around, ()) for inner in held)


def _around(network: IPv4Network | IPv6Network, lengths: set[int]) -> Iterator[IPv4Network | IPv6Network]:
    return (network.supernet(new_prefix=length) for length in lengths if length < network.prefixlen)


def _named(first: Binding, second: Binding) -> str:
    return first.unit if first.unit == second.unit else f"{second.unit} in {first.unit}"


def _uncovered(binding: Binding, lease: dict[str, Any] | None, owed: float) -> str | None:
    if lease is None:
        return "the server has no such lease"
    if holder_of(lease) != binding.holder:
        return f"the server has it for {holder_of(lease)}"
    if lease["state"] != ASSIGNED:
        return f"the server has it in state {lease['state']}"
    ends = lease["cltt"] + lease["valid-lft"]
    if ends + ROUNDING_SECONDS < owed:
        return f"the server has it only until {ends}"
    return None
