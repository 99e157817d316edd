"""A small DHCPv4 server behind one relay that does one thing wrong, so that what looks for it can be tested.

Run as a program: python3 -m live.support.faulty_server FAULT ADDRESS. It answers until it is ended.
"""

from __future__ import annotations

import enum
import ipaddress
import socket
import sys

from live.support.packet import SERVER_PORT, Message, Option, Type, address_bytes

_FIRST = int(ipaddress.IPv4Address("10.88.1.0"))


class Fault(enum.StrEnum):
    """What is wrong with it."""

    SHARED = "shared"  # each address goes to two clients
    REFUSES = "refuses"  # NAK
    WRONG_XID = "wrong-xid"
    WRONG_ADDRESS = "wrong-address"  # acknowledged
    WRONG_SERVER = "wrong-server"  # acknowledges in another server's name


def answer(asked: Message, fault: Fault, server: str) -> Message | None:
    """What this server makes of a message; None: nothing."""
    if asked.type not in (Type.DISCOVER, Type.REQUEST):
        return None
    acknowledges = asked.type is Type.REQUEST
    number = int.from_bytes(asked.chaddr[-2:], "big")
    if fault is Fault.SHARED:
        number //= 2
    if fault is Fault.WRONG_ADDRESS and acknowledges:
        number += 1000
    refused = fault is Fault.REFUSES and acknowledges
    reply = Message(op=2, xid=asked.xid, flags=asked.flags, giaddr=asked.giaddr, chaddr=asked.chaddr)
    if fault is Fault.WRONG_XID:
        reply.xid ^= 1
    if not refused:
        reply.yiaddr = str(ipaddress.IPv4Address(_FIRST + number))
    kind = Type.NAK if refused else Type.ACK if acknowledges else Type.OFFER
    name = "10.77.0.9" if fault is Fault.WRONG_SERVER and acknowledges else server
    reply.options = {Option.MESSAGE_TYPE: bytes([kind]), Option.SERVER_ID: address_bytes(name),
                     Option.LEASE_TIME: (3600).to_bytes(4, "big")}
    return reply


def serve(fault: Fault, server: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((server, SERVER_PORT))
        print("serving", flush=True)
        while True:
            asked = Message.decode(sock.recv(2048))
            if reply := answer(asked, fault, server):
                sock.sendto(reply.encode(), (asked.giaddr, SERVER_PORT))


if __name__ == "__main__":
    serve(Fault(sys.argv[1]), sys.argv[2])
