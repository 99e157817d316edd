"""UDP datagrams on Ethernet, over IPv4 and IPv6, as tests write and read them. Shares no code with the server."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

BROADCAST_MAC = b"\xff" * 6
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_UDP = 17


@dataclass
class Frame:
    """A UDP datagram on Ethernet; both addresses are of one family."""

    source_mac: bytes
    target_mac: bytes
    source: str
    target: str
    source_port: int
    target_port: int
    payload: bytes

    def encode(self) -> bytes:
        source, target = (ipaddress.ip_address(text).packed for text in (self.source, self.target))
        size = 8 + len(self.payload)
        if len(source) == 4:
            kind = _IPV4
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, 0, 0, 64, _UDP, 0, source, target)
            head = head[:10] + _checksum(head) + head[12:]
            pseudo = source + target + struct.pack("!BBH", 0, _UDP, size)
        else:
            kind = _IPV6
            head = struct.pack("!IHBB16s16s", 6 << 28, size, _UDP, 64, source, target)
            pseudo = source + target + struct.pack("!II", size, _UDP)
        udp = struct.pack("!HHHH", self.source_port, self.target_port, size, 0) + self.payload
        checksum = _checksum(pseudo + udp)
        udp = udp[:6] + (checksum if checksum != b"\0\0" else b"\xff\xff") + udp[8:]
        return self.target_mac + self.source_mac + kind + head + udp

    @staticmethod
    def decode(octets: bytes) -> Frame:
        """@raise ValueError: not UDP right over IPv4 or IPv6 over Ethernet."""
        kind = octets[12:14]
        if kind == _IPV4 and len(octets) >= 42 and octets[23] == _UDP:
            udp, source, target = 14 + (octets[14] & 15) * 4, octets[26:30], octets[30:34]
        elif kind == _IPV6 and len(octets) >= 62 and octets[20] == _UDP:
            udp, source, target = 54, octets[22:38], octets[38:54]
        else:
            raise ValueError("no UDP datagram")
        if len(octets) < udp + 8:
            raise ValueError("no UDP datagram")
        source_port, target_port, size = struct.unpack_from("!HHH", octets, udp)
        return Frame(
            source_mac=octets[6:12], target_mac=octets[:6], source=str(ipaddress.ip_address(source)),
            target=str(ipaddress.ip_address(target)), source_port=source_port, target_port=target_port,
            payload=octets[udp + 8:udp + size],
        )


def _checksum(octets: bytes) -> bytes:
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", total ^ 0xFFFF)
