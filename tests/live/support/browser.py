"""A headless Chromium in a namespace, told what to do by the WebDriver protocol (W3C).

What a test asks is what a person could see: text, the accessible name, which element has the focus.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
from pathlib import Path
from typing import Any

from live.support.namespace import Namespace
from live.support.process import Program
from live.support.waiting import eventually

PORT = 9515
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the standard's name of a reference to an element
NEVER_SECONDS = 60.0
TAB, ENTER, SHIFT = "\ue004", "\ue007", "\ue008"


class BrowserError(AssertionError):
    """The driver's words."""


class Browser:
    """One chromedriver and one browser; `close` it at the end."""

    def __init__(self, namespace: Namespace, folder: Path) -> None:
        self._namespace = namespace
        folder.mkdir()
        environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "XDG_CONFIG_HOME": str(folder)}
        # What the driver starts is not this program's child, and ends with the namespace of its process numbers.
        alone = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
        self._driver = Program(namespace.inside(*alone, "chromedriver", f"--port={PORT}"), folder / "driver.log",
                               environment)
        self._session = ""
        eventually(lambda: "started successfully" in self._driver.output(), "the driver starts", self._driver.output)
        switches = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                    "--force-color-profile=srgb", "--window-size=1280,900", "--disable-background-networking",
                    "--disable-component-update", "--disable-extensions", "--disable-sync",
                    "--no-first-run", "--no-default-browser-check", f"--user-data-dir={folder / 'profile'}"]
        options = {"goog:chromeOptions": {"args": switches}, "goog:loggingPrefs": {"browser": "ALL"},
                   "timeouts": {"script": 30000}}
        self._session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": options}})["sessionId"]
        self.prefer("light")

    def close(self) -> None:
        try:
            if self._session:
                self.call("DELETE", "")
        finally:
            self._driver.end()

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        connection.sock = self._namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.sock.settimeout(NEVER_SECONDS)
        connection.sock.connect(("127.0.0.1", PORT))
        try:
            text = None if method != "POST" else json.dumps(body or {})
            connection.request(method, path, text, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise BrowserError(f"{path}: {value['error']}: {value['message']}")
        return value

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self._call(method, f"/session/{self._session}{path}", body)

    def developer(self, command: str, **parameters: Any) -> Any:
        """A command of Chromium's own protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    # --- the page

    def open(self, url: str) -> None:
        self.call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector: str) -> str:
        """What can be read there; "" also where there is no such element, or it is hidden."""
        return str(self.run("const found = document.querySelector(arguments[0]);"
                            "return found?.checkVisibility() ? found.innerText : ''", selector))

    def rows(self, body: str) -> list[str]:
        """Of a table's body, each as one line."""
        found = self.run("return [...document.querySelectorAll(arguments[0] + ' > tr')].map(row => row.innerText)", body)
        return [" ".join(row.split()) for row in found]

    def element(self, selector: str) -> str:
        return str(self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT])

    def click(self, selector: str) -> None:
        """As a pointer does: what covers it gets the click."""
        self.call("POST", f"/element/{self.element(selector)}/click")

    def focused(self) -> str:
        """The id of the element that has the focus; its tag where it has none."""
        return str(self.run("const at = document.activeElement; return at.id || at.tagName.toLowerCase()"))

    def name_of(self, selector: str) -> str:
        """By which a screen reader calls it."""
        return str(self.call("GET", f"/element/{self.element(selector)}/computedlabel"))

    def keys(self, *keys: str) -> None:
        """Pressed one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def prefer(self, scheme: str, motion: str = "reduce") -> None:
        """@param scheme  "light" or "dark"
        @param motion  "reduce" or "no-preference"; what moves by itself cannot be clicked at"""
        self.developer("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}])

    def resize(self, width: int, height: int) -> None:
        """Of what shows the page."""
        self.developer("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self, file: Path, whole: bool = True) -> None:
        """@param whole  the page to its end, else what is on the screen"""
        file.parent.mkdir(parents=True, exist_ok=True)
        picture = self.developer("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(picture["data"]))

    def complaints(self) -> list[str]:
        """What the console says since it was asked last: script errors, what the page's policy forbade, and answers of
        an error status."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]
