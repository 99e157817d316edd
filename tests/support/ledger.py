"""Judges a capture: was anything that the server acknowledged lost, or given to two clients?

A lease is *lost* if its ACK was captured and the server, asked afterwards, does not have it for that client and
for as long as the ACK promised. (A client that asked for less after that ACK may have been granted less, whether or not
the answer left: then that is what has to be there.) An address is *doubled* if two clients' ACKs for it overlap in time. Pure: reads
messages with their times and a list of leases; capturing and asking are done by who calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from live.support.packet import Message, Option, Type

# The server's clock has whole seconds, the capture's has not.
ROUNDING_SECONDS = 1.0
ASSIGNED = 0


@dataclass(frozen=True)
class Binding:
    """One client's right to one address, as the wire showed it. Times are seconds since 1970."""

    client: str
    address: str
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

    def __init__(self, messages: Iterable[tuple[float, Message]]) -> None:
        self.acknowledged = 0
        self.bindings: list[Binding] = []
        self._open: dict[tuple[str, str], Binding] = {}  # (client, address)
        self._asked: dict[tuple[str, int], float] = {}  # (client, xid) -> first REQUEST
        self._newest: dict[str, tuple[float, int]] = {}  # client -> its newest REQUEST: when it began, seconds asked for
        self._findings: list[Finding] = []
        for at, message in messages:
            self._read(at, message)
        self.bindings += self._open.values()
        self.bindings.sort(key=lambda binding: binding.begins)

    def _read(self, at: float, message: Message) -> None:
        if message.op == 2:
            if message.type is Type.ACK and message.yiaddr != "0.0.0.0":
                self._ack(at, message)
        elif message.type is Type.REQUEST:
            if (message.client, message.xid) not in self._asked:
                self._asked[message.client, message.xid] = at
                self._newest[message.client] = (at, message.lease_seconds)
        elif message.type is Type.RELEASE:
            self._give_back(at, message.client, message.ciaddr)
        elif message.type is Type.DECLINE:
            self._give_back(at, message.client, _requested(message))

    def _ack(self, at: float, message: Message) -> None:
        self.acknowledged += 1
        asked = self._asked.get((message.client, message.xid))
        if asked is None:
            self._findings.append(Finding("unasked", f"{at:.6f}: ACK of {message.yiaddr} for {message.client}, "
                                                     f"xid {message.xid:#010x}, answers no captured REQUEST"))
            return
        ends = asked + message.lease_seconds
        # One address per client: whoever captures several subnets gives the clients of each their own names.
        for client, address in [key for key in self._open if key[0] == message.client]:
            if address != message.yiaddr:
                self._give_back(asked, client, address)
        running = self._open.get((message.client, message.yiaddr))
        if running and running.ends >= at:
            self._open[message.client, message.yiaddr] = replace(
                running, ends=max(ends, running.ends), promised=ends, acknowledged=at)
        else:
            if running:
                self.bindings.append(running)
            self._open[message.client, message.yiaddr] = Binding(
                message.client, message.yiaddr, at, ends, ends, at)

    def _give_back(self, at: float, client: str, address: str) -> None:
        binding = self._open.pop((client, address), None)
        if binding:
            self.bindings.append(replace(binding, ends=min(at, binding.ends), given_back=True))

    def unasked(self) -> list[Finding]:
        """ACKs without a REQUEST: the capture is incomplete, or the server invents."""
        return list(self._findings)

    def doubled(self) -> list[Finding]:
        """Addresses that two clients held at once."""
        by_address: dict[str, list[Binding]] = {}
        for binding in self.bindings:
            by_address.setdefault(binding.address, []).append(binding)
        return [
            Finding("doubled", f"{address}: {first.client} from {first.begins:.6f} to {first.ends:.6f}, and "
                               f"{second.client} from {second.begins:.6f} to {second.ends:.6f}")
            for address, held in by_address.items()
            for number, first in enumerate(held)
            for second in held[number + 1:]
            if first.client != second.client and first.overlaps(second)
        ]

    def lost(self, leases: Sequence[dict[str, Any]], now: float) -> list[Finding]:
        """Promises still running at `now` that `leases` (as lease4-get-page shows them) do not cover."""
        stored = {lease["ip-address"]: lease for lease in leases}
        findings = []
        for binding in self.bindings:
            if binding.given_back or binding.promised <= now:
                continue
            reason = _uncovered(binding, stored.get(binding.address), self._owed(binding))
            if reason:
                findings.append(Finding("lost", f"{binding.address}, acknowledged to {binding.client} at "
                                                f"{binding.begins:.6f} until {binding.promised:.6f}: {reason}"))
        return findings

    def _owed(self, binding: Binding) -> float:
        """The end that the server has to know: of the newest ACK, or of what the client asked for after it, if less."""
        at, seconds = self._newest[binding.client]
        asked_later = at > binding.acknowledged and seconds > 0
        return min(binding.promised, at + seconds) if asked_later else binding.promised


def _requested(message: Message) -> str:
    return ".".join(str(octet) for octet in message.options.get(Option.REQUESTED_ADDRESS, b"\0\0\0\0"))


def _uncovered(binding: Binding, lease: dict[str, Any] | None, owed: float) -> str | None:
    if lease is None:
        return "the server has no such lease"
    identifier = lease.get("client-id")
    owner = f"id {identifier}" if identifier else f"hw {lease['hw-address']}"
    if owner != binding.client:
        return f"the server has it for {owner}"
    if lease["state"] != ASSIGNED:
        return f"the server has it in state {lease['state']}"
    ends = lease["cltt"] + lease["valid-lft"]
    if ends + ROUNDING_SECONDS < owed:
        return f"the server has it only until {ends}"
    return None
