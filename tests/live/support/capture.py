"""What went over a wire, seen by tcpdump and not by those who spoke.

A capture that lost frames proves nothing, so that is an error here.
"""

from __future__ import annotations

import re
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

from live.support.frame import Frame
from live.support.namespace import Namespace
from live.support.packet import CLIENT_PORT, SERVER_PORT, Message
from live.support.packet6 import CLIENT_PORT6, SERVER_PORT6, Message6
from live.support.process import Program
from live.support.waiting import eventually

_ETHERNET = 1
_MAGIC_MICROSECONDS = 0xA1B2C3D4
# The kernel's buffer is cut into slots of this size, one per frame: many fit only if it is little more than the
# largest frame of Ethernet.
_FRAME_SIZE_MAX = 2048
_BUFFER_KIBIBYTES = 65536
_COUNTS = re.compile(r"(\d+) packets? captured.*?(\d+) packets? received by filter", re.DOTALL)
_PORTS6 = (CLIENT_PORT6, SERVER_PORT6)
_PORTS = (CLIENT_PORT, SERVER_PORT, *_PORTS6)


class Capture:
    """DHCP traffic of one interface, of both families, until `stop`."""

    def __init__(self, namespace: Namespace, interface: str, folder: Path) -> None:
        self.path = folder / f"{interface}.pcap"
        self._program = Program(
            namespace.inside("tcpdump", "--immediate-mode", "-U", "-Z", "root", "-n", "-B", str(_BUFFER_KIBIBYTES),
                             "-s", str(_FRAME_SIZE_MAX), "-i", interface, "-w", str(self.path),
                             " or ".join(f"udp port {port}" for port in _PORTS)),
            folder / f"{interface}.tcpdump")
        eventually(lambda: "listening on" in self._program.output(), "tcpdump listens", self._program.output)

    def stop(self) -> None:
        eventually(self._has_read_all, "tcpdump has read what the kernel has for it", self._program.output)
        self._program.stop(signal.SIGTERM)
        dropped = re.search(r"(\d+) packets? dropped by kernel", self._program.output())
        if not dropped or int(dropped[1]) != 0:
            raise AssertionError(f"the capture is not complete: {self._program.output()}")

    def _has_read_all(self) -> bool:
        """Ended by a signal, it forgets frames that it has not read, and calls none of them dropped."""
        told = len(_COUNTS.findall(self._program.output()))
        self._program.send_signal(signal.SIGUSR1)
        eventually(lambda: len(_COUNTS.findall(self._program.output())) > told, "tcpdump tells its counts",
                   self._program.output)
        read, received = _COUNTS.findall(self._program.output())[-1]
        return int(read) == int(received)

    def end(self) -> None:
        self._program.end()

    def messages(self) -> list[tuple[float, Message | Message6]]:
        return [(at, message_in(frame)) for at, frame in self.frames()]

    def frames(self) -> Iterator[tuple[float, Frame]]:
        return read_frames(self.path.read_bytes())

    def frames_so_far(self) -> Iterator[tuple[float, Frame]]:
        """While it runs."""
        return read_frames(self.path.read_bytes(), growing=True)


def message_in(frame: Frame) -> Message | Message6:
    """@raise ValueError: none"""
    return (Message6 if frame.target_port in _PORTS6 else Message).decode(frame.payload)


def read_frames(octets: bytes, growing: bool = False) -> Iterator[tuple[float, Frame]]:
    """(seconds since 1970, frame) of each UDP datagram in a pcap file.

    @param growing  the last frame may be unfinished; it is left out
    @raise ValueError: not a pcap file of Ethernet frames, cut off in the middle, or with frames in part.
    """
    if len(octets) < 24:
        raise ValueError("no pcap file")
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", octets)
    if magic != _MAGIC_MICROSECONDS or link != _ETHERNET:
        raise ValueError("no pcap file of Ethernet frames in this machine's octet order")
    at = 24
    while at < len(octets):
        head = octets[at:at + 16]
        seconds, micros, size, sent = struct.unpack("<IIII", head) if len(head) == 16 else (0, 0, len(octets), 0)
        frame = octets[at + 16:at + 16 + size]
        if len(frame) < size:
            if growing:
                return
            raise ValueError("the capture is cut off")
        if size < sent:
            raise ValueError(f"a frame of {sent} octets was captured in part")
        yield seconds + micros / 1e6, Frame.decode(frame)
        at += 16 + size
