"""What strace wrote of a server: which datagrams it took and sent, and when its leases reached the disk.

Only the order of calls is used. A call that another thread interrupts is two lines in the trace; it counts from
its first line to its second.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from live.support.packet import COOKIE, Message
from live.support.packet6 import Message6
from support.ledger_reading import Asked, Granted, read

FLUSHES = ("fdatasync", "fsync")
SENDS = ("sendto", "sendmsg", "sendmmsg")
RECEIVES = ("recvfrom", "recvmsg", "recvmmsg")

_LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$")
_UNFINISHED = " <unfinished ...>"
_RESULT = re.compile(r"\) += (-?\d+)")
_BUFFER = re.compile(r'"((?:\\x[0-9a-f]{2})+)"')


def strace_command(trace: Path) -> list[str]:
    """Goes before the server's command line.

    -D leaves the server the pid (and so the signals), -y names files, -xx shows datagrams octet by octet.
    """
    calls = ",".join((*FLUSHES, *SENDS, *RECEIVES))
    return ["strace", "-D", "-f", "-y", "-xx", "-s", "2048", "-e", f"trace={calls}", "-e", "signal=none",
            "-o", str(trace)]


@dataclass
class Call:
    """One system call; `begins` and `ends` are line numbers, its place in the order of things."""

    name: str
    text: str
    begins: int
    ends: int

    @property
    def succeeded(self) -> bool:
        result = _RESULT.search(self.text)
        return result is not None and int(result[1]) >= 0

    def is_flush_of(self, file: str) -> bool:
        """A successful fsync or fdatasync of a file whose path contains `file`."""
        path = re.match(r"\d+<((?:\\x[0-9a-f]{2}|[^>])*)>", self.text)
        return (self.name in FLUSHES and self.succeeded and path is not None
                and file in _unescaped(path[1]))

    def messages(self) -> Iterator[Message | Message6]:
        """The DHCP messages in its buffers, in DHCPv4 whatever headers stand before them."""
        for buffer in _BUFFER.findall(self.text):
            octets = bytes.fromhex(buffer.replace("\\x", ""))
            cookie = octets.find(COOKIE)
            if cookie >= 236:
                yield Message.decode(octets[cookie - 236:])
                continue
            with contextlib.suppress(ValueError):  # a path, an address, ...
                yield Message6.decode(octets)


def _unescaped(path: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), path)


def read_calls(lines: Iterable[str]) -> list[Call]:
    """The finished calls of all threads, in the order they ended."""
    calls: list[Call] = []
    unfinished: dict[str, Call] = {}
    for number, line in enumerate(lines):
        match = _LINE.match(line.rstrip("\n"))
        if not match:
            continue
        thread, resumed, started, rest = match.groups()
        if resumed:
            call = unfinished.pop(thread, None)
            if call is None or call.name != resumed:
                raise ValueError(f"line {number + 1} of the trace continues a call that never began: {line!r}")
            call.text, call.ends = call.text + rest, number
            calls.append(call)
        elif rest.endswith(_UNFINISHED):
            unfinished[thread] = Call(started, rest.removesuffix(_UNFINISHED), number, number)
        else:
            calls.append(Call(started, rest, number, number))
    return calls


def acks_too_early(calls: list[Call], lease_file: str) -> list[str]:
    """Each ACK without a flush of the lease file that began after its REQUEST came and ended before it left."""
    flushes = [call for call in calls if call.is_flush_of(lease_file)]
    received: dict[tuple[str, int], int] = {}
    early = []
    for call in sorted(calls, key=lambda call: call.begins if call.name in SENDS else call.ends):
        for said in (said for message in call.messages() for said in read(message)) if call.succeeded else ():
            if call.name in RECEIVES and isinstance(said, Asked):
                received.setdefault((said.holder, said.xid), call.ends)
            elif call.name in SENDS and isinstance(said, Granted):
                came = received[said.holder, said.xid]
                if not any(came < flush.begins and flush.ends < call.begins for flush in flushes):
                    early.append(f"ACK of {', '.join(said.seconds)} to {said.holder} on line {call.begins + 1}, "
                                 f"its REQUEST on line {came + 1}")
    return early
