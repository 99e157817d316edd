"""The status page in a real browser: what it shows of a server and its clients, by pointer and by keyboard, in light and
dark, to whoever may see it; and that what clients call themselves stays text."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from live.support.browser import ENTER, TAB, Browser
from live.support.case import NETWORK, POOL, OneLinkTest
from live.support.client import hardware_address, query, request_of
from live.support.packet import Message, Option, Type
from live.support.server import binary, subnet
from live.support.waiting import eventually

PORT = 8000
PAGE = f"127.0.0.1:{PORT}/"
HOSTILE = "<img src=x onerror=alert(1)>"
PICTURES = Path(os.environ.get("LEASEHOLD_PICTURES", binary().parent / "pictures"))


class StatusPageTest(OneLinkTest):
    browser: Browser

    def setUp(self) -> None:
        super().setUp()
        self.browser = Browser(self.server_side, self.folder / "browser")
        self.addCleanup(self.browser.close)

    def begin(self, clients: list[dict[str, Any]] | None = None, **keys: Any) -> None:
        http: dict[str, Any] = {"socket-type": "http", "socket-port": PORT}
        if clients:
            http["authentication"] = {"type": "basic", "realm": "leases", "clients": clients}
        unix = {"socket-type": "unix", "socket-name": str(self.subject.socket_path)}
        self.start(control_sockets=[unix, http], **keys)
        self.wire = self.direct_client(self.client_side)

    def sees(self, selector: str, *words: str) -> None:
        """Sooner or later the element shows these words."""
        eventually(lambda: all(word in self.browser.text(selector) for word in words), f"{selector} shows {words}",
                   lambda: f"{self.browser.text(selector)!r}\n{self.browser.complaints()}")
