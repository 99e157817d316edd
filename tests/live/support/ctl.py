"""The control channel as a script uses it: one JSON value in, one out, over the UNIX socket."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

SUCCESS, ERROR, UNSUPPORTED, EMPTY = 0, 1, 2, 3
NEVER_SECONDS = 60.0


class ControlSocket:
    """Commands to one server. A connection carries one command."""

    def __init__(self, path: Path, family: int = 4) -> None:
        self.path = path
        self.family = family

    def ask(self, command: str, arguments: Any = None) -> dict[str, Any]:
        """The whole answer, whatever its result."""
        request: dict[str, Any] = {"command": command}
        if arguments is not None:
            request["arguments"] = arguments
        answer = json.loads(self.exchange(json.dumps(request).encode()))
        if not isinstance(answer, dict):
            raise AssertionError(f"{command} was answered with {answer!r}, not with a map")
        return answer

    def exchange(self, octets: bytes) -> bytes:
        """Sends bytes as they are and reads until the server closes."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(NEVER_SECONDS)
            channel.connect(str(self.path))
            channel.sendall(octets)
            received = bytearray()
            while piece := channel.recv(65536):
                received += piece
        return bytes(received)

    def do(self, command: str, arguments: Any = None) -> Any:
        """The arguments of an answer that must be a success."""
        answer = self.ask(command, arguments)
        if answer["result"] != SUCCESS:
            raise AssertionError(f"{command} failed: {answer}")
        return answer.get("arguments")

    def answers(self) -> bool:
        try:
            return self.ask("version-get")["result"] == SUCCESS
        except (OSError, ValueError):
            return False

    def lease(self, address: str) -> dict[str, Any] | None:
        answer = self.ask(f"lease{self.family}-get", {"ip-address": address})
        if answer["result"] == EMPTY:
            return None
        if answer["result"] != SUCCESS:
            raise AssertionError(f"the lease of {address} cannot be had: {answer}")
        return answer["arguments"]

    def leases(self) -> list[dict[str, Any]]:
        """Every lease, a page at a time."""
        found: list[dict[str, Any]] = []
        start = "start"
        while True:
            answer = self.ask(f"lease{self.family}-get-page", {"from": start, "limit": 1000})
            if answer["result"] == EMPTY:
                return found
            if answer["result"] != SUCCESS:
                raise AssertionError(f"a page of leases cannot be had: {answer}")
            page = answer["arguments"]["leases"]
            found += page
            if len(page) < 1000:
                return found
            start = page[-1]["ip-address"]

    def statistic(self, name: str) -> int:
        return self.do("statistic-get", {"name": name})[name][0][0]
