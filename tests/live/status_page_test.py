"""The status page in a real browser: what it shows of a server and its clients, by pointer and by keyboard, in light
and dark, to whoever may see it; and that what clients call themselves stays text."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

from live.support.browser import ENTER, TAB, Browser
from live.support.case import NETWORK, POOL, OneLinkTest
from live.support.case6 import NETWORK6, OneLink6Test
from live.support.client import hardware_address, query, request_of
from live.support.client6 import duid
from live.support.disk import fill
from live.support.namespace import Namespace, remove_leftovers
from live.support.packet import Message, Option, Type
from live.support.process import run
from live.support.server import binary, subnet
from live.support.waiting import eventually

PORT = 8000
PAGE = f"127.0.0.1:{PORT}/"
HOSTILE = "<img/src=x/onerror=alert(1)>"
PICTURES = Path(os.environ.get("LEASEHOLD_PICTURES", binary().parent / "pictures"))


class Stage:
    """Where all servers of this module run, with one browser beside them: starting another one takes a second."""

    place: Namespace
    browser: Browser


def setUpModule() -> None:
    remove_leftovers()
    Stage.place = Namespace("stage")
    unittest.addModuleCleanup(Stage.place.remove)
    folder = Path(unittest.enterModuleContext(tempfile.TemporaryDirectory(prefix="leasehold-live-",
                                                                          ignore_cleanup_errors=True)))
    Stage.browser = Browser(Stage.place, folder / "browser")
    unittest.addModuleCleanup(Stage.browser.close)


class Looking:
    """Before a scene with one server, which gets an HTTP socket."""

    def namespace(self, role: str) -> Namespace:
        return Stage.place if role == "server" else super().namespace(role)  # type: ignore[misc, no-any-return]

    def setUp(self: Any) -> None:
        super().setUp()  # type: ignore[misc]
        self.addCleanup(Stage.place.ip, "link", "delete", "dev", "lan")
        self.browser = Stage.browser
        self.browser.open("about:blank")
        self.browser.complaints()  # are of other tests
        self.browser.resize(1280, 900)

    def begin(self: Any, clients: list[dict[str, Any]] | None = None, **keys: Any) -> None:
        http: dict[str, Any] = {"socket-type": "http", "socket-port": PORT}
        if clients:
            http["authentication"] = {"type": "basic", "realm": "leases", "clients": clients}
        unix = {"socket-type": "unix", "socket-name": str(self.subject.socket_path)}
        self.start(control_sockets=[unix, http], **keys)

    def sees(self, selector: str, *words: str) -> None:
        """Sooner or later the element shows these words."""
        eventually(lambda: all(word in self.browser.text(selector) for word in words), f"{selector} shows {words}",
                   lambda: f"{self.browser.text(selector)!r}\n{self.browser.complaints()}")

    def press(self: Any, *, until: str, most: int = 60) -> None:
        """Tab, until an element with this id has the focus."""
        for _ in range(most):
            self.browser.keys(TAB)
            if self.browser.focused() == until:
                return
        self.fail(f"Tab does not get to {until}")

    def picture(self, name: str) -> None:
        """For a person to look at; nothing compares it."""
        self.browser.screenshot(PICTURES / f"status-page-{name}.png")

    def search(self, by: str, text: str) -> None:
        self.browser.run("""
            const by = document.getElementById('search-by'), text = document.getElementById('search-text');
            by.value = arguments[0];
            text.value = arguments[1];
            document.getElementById('leases-said').textContent = '';
            text.form.requestSubmit();""", by, text)


class StatusPageTest(Looking, OneLinkTest):
    """With DHCPv4."""

    def begin(self, clients: list[dict[str, Any]] | None = None, **keys: Any) -> None:
        super().begin(clients, **keys)
        self.wire = self.direct_client(self.client_side)

    def lease(self, number: int, host_name: str) -> Message:
        """Client `number` gets one, and calls itself so."""
        who = hardware_address(number)
        discover = query(Type.DISCOVER, who)
        discover.options[Option.HOST_NAME] = host_name.encode()
        request = request_of(self.wire.ask(discover).message, who)
        request.options[Option.HOST_NAME] = host_name.encode()
        return self.wire.ask(request).message


class ShownTest(StatusPageTest):
    def test_what_an_operator_sees(self) -> None:
        """A scene in steps, since a browser takes its time to start."""
        database = self.small_disk() / "leases4.db"
        self.begin(hostname_char_set="", lease_database={
            "type": "sqlite", "name": str(database), "on-fail": "serve-retry-continue", "reconnect-wait-time": 100,
            "max-reconnect-tries": 1000}, subnet4=[subnet(1, NETWORK, POOL), subnet(7, "10.78.0.0/24", "10.78.0.0/24")])
        for number in range(1, 41):
            self.lease(number, f"host-{number}")
        browser = self.browser
        browser.open(f"http://{PAGE}")
        self._shows_the_state()
        self._searches()
        self._shows_events()
        self._shows_an_outage(database.parent)
        self._works_by_keyboard()
        self._has_two_looks()
        self.assertEqual(browser.complaints(), [])
        self._says_when_the_server_is_gone()

    def _shows_the_state(self) -> None:
        self.sees("#health", "Serving")
        self.sees("#family", "DHCPv4")
        self.sees("#service-word", "Open")
        self.sees("#database-word", "Serving")
        self.sees("#database-facts", "sqlite:", "small/leases4.db")
        self.sees("#interfaces-list", "lan (raw and udp)")
        self.sees("#load-word", "40")
        self.sees("#pools-rows", NETWORK, "40 %", "10.78.0.0/24", "0 %")
        fullest = self.browser.rows("#pools-rows")[0]
        self.assertEqual(fullest.split()[:3], [NETWORK, "1", "addresses"])
        script = "return document.querySelector('#pools-rows svg[role=img]')?.ariaLabel"
        label = eventually(lambda: self.browser.run(script), "there is a chart")
        self.assertRegex(label, r"^from \d+ to 40 of 100 since", "what the server remembers is in it")
        line = self.browser.run("return document.querySelector('#chart .line').getAttribute('d')")
        self.assertGreater(len(line), 100)
        slowest = self.browser.rows("#slowest-rows")
        self.assertEqual(len(slowest), 16)
        self.assertRegex(slowest[0], r"^[\d.]+ ms (DISCOVER|REQUEST) 02:4c:00:00:00:[0-9a-f]{2} 10\.77\.0\.1\d\d ")

    def _searches(self) -> None:
        browser = self.browser
        self.sees("#leases-said", "25 leases, 10.77.0.100 to 10.77.0.124")
        browser.click("#leases-on")
        self.sees("#leases-said", "15 leases, 10.77.0.125 to 10.77.0.139")
        self.assertEqual(browser.focused(), "leases-on", "it keeps the focus")
        browser.click("#leases-on")
        self.sees("#leases-where", "Page 2")
        browser.click("#leases-back")
        self.sees("#leases-said", "10.77.0.100 to")
        for by, text, found in (("address", "10.77.0.107", "host-8"), ("hardware", "02:4c:00:00:00:09", "host-9"),
                                ("client", "01:02:4c:00:00:00:0a", "host-10"), ("hostname", "HOST-11", "10.77.0.110")):
            self.search(by, text)
            self.sees("#leases-rows", found)
            self.assertEqual(len(browser.rows("#leases-rows")), 1, by)
            self.assertEqual(browser.text("#leases-said"), "1 lease was found.")
        for by, text, said in (("hostname", "nobody", "No lease was found."), ("hardware", "zz", "must be octets"),
                               ("address", "10.77", "is no IPv4 address"), ("subnet", "9", "There is no subnet 9"),
                               ("subnet", "7", "No leases of subnet 7."), ("subnet", NETWORK, "25 leases of subnet 1")):
            self.search(by, text)
            self.sees("#leases-said", said)
        browser.click("#leases-on")
        self.sees("#leases-said", "15 leases of subnet 1, 10.77.0.125 to")
        browser.click("#search-all")
        self.sees("#leases-said", "25 leases, 10.77.0.100")

    def small_disk(self) -> Path:
        """A file system that can be filled."""
        path = self.folder / "small"
        path.mkdir()
        run("mount", "-t", "tmpfs", "-o", "size=2m", "leasehold-live", str(path))
        self.addCleanup(run, "umount", "-l", str(path), check=False)
        return path

    def _shows_events(self) -> None:
        browser = self.browser
        self.sees("#events-said", "Listening.")
        address = self.lease(50, HOSTILE).yiaddr
        self.sees("#events-rows", "granted", address, "02:4c:00:00:00:32", HOSTILE)
        self.search("address", address)
        self.sees("#leases-rows", HOSTILE)
        self.assertEqual(browser.run("return document.querySelectorAll('img').length"), 0)
        browser.click("#events-hold")
        self.lease(51, "later")
        self.subject.control.do("lease4-del", {"ip-address": address})
        browser.click("#events-hold")
        self.sees("#events-rows", "later", "removed")

    def _shows_an_outage(self, disk: Path) -> None:
        self.sees("#database-facts", "Journal", "0 leases")
        fill(disk / "ballast")
        for number in range(3000):  # what room the file has left inside takes some
            self.lease(70, f"in-the-outage-{number}")
            if "STORE_LOST" in self.subject.log():
                break
        self.lease(71, "in-the-outage")
        self.sees("#health", "Serving, with trouble")
        self.sees("#service-word", "In an outage")
        self.sees("#service-facts", "its database is away", "spool")
        self.sees("#database-facts", "Last error", "full", "Attempt", " of 1,000", "lease")
        self.sees("#spoken", "with trouble")
        self.picture("outage")
        (disk / "ballast").unlink()
        self.sees("#database-word", "Serving")
        self.sees("#database-facts", "0 leases")
        self.sees("#spoken", "Serving")
        self.assertEqual(self.browser.text("#health"), "Serving")

    def _works_by_keyboard(self) -> None:
        browser = self.browser
        browser.open(f"http://{PAGE}")
        self.sees("#leases-said", "25 leases")
        browser.keys(TAB)
        self.assertEqual(browser.text(":focus"), "Skip to the content")
        browser.keys(ENTER)
        self.assertEqual(browser.focused(), "main")
        self.press(until="search-text")
        self.assertEqual(browser.name_of("#search-text"), "that is")
        browser.keys(*"10.77.0.101", ENTER)
        self.sees("#leases-said", "1 lease was found.")
        self.press(until="search-all")
        browser.keys(ENTER)
        self.sees("#leases-said", "25 leases")
        self.press(until="leases-on")
        browser.keys(ENTER)
        self.sees("#leases-said", "10.77.0.125 to")
        self.press(until="events-hold")
        outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
        self.assertEqual(outline, "solid", "where the focus is can be seen")
        unnamed = browser.run("""
            return [...document.querySelectorAll('input, select, button, [role=region], svg[role=img]')].filter(
                e => !(e.labels?.length || e.ariaLabel || e.textContent.trim() || e.hasAttribute('aria-labelledby'))
            ).map(e => e.outerHTML)""")
        self.assertEqual(unnamed, [])
        for landmark in ("header", "nav", "main", "footer", "[role=search]"):
            self.assertTrue(browser.run("return document.querySelector(arguments[0]) !== null", landmark), landmark)

    def _has_two_looks(self) -> None:
        grounds = []
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            self.picture(scheme)
            grounds.append(self.browser.run("return getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(grounds, ["rgb(246, 245, 242)", "rgb(20, 24, 27)"])
        for motion, behaviour in (("no-preference", "smooth"), ("reduce", "auto")):
            self.browser.prefer("light", motion)
            now = self.browser.run("return getComputedStyle(document.documentElement).scrollBehavior")
            self.assertEqual(now, behaviour)
        self.browser.resize(390, 800)
        self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 390, "nothing sticks out")
        self.picture("narrow")
        self.browser.resize(1280, 900)

    def _says_when_the_server_is_gone(self) -> None:
        browser = self.browser
        top = "return document.getElementById('slowest').getBoundingClientRect().top + scrollY"
        place = browser.run(top)
        self.subject.kill()
        self.sees("#lost", "Not reachable since", "What is shown is from", "Try")
        self.sees("#spoken", "not reachable since")
        self.assertEqual(browser.text("#load-word"), "43", "the last value stays")
        self.sees("#updated", "Old: as of")
        self.assertEqual(browser.run(top), place, "nothing moves")
        self.picture("lost")
        self.subject.start()
        browser.click("#lost-try")
        self.sees("#health", "Serving")
        self.assertFalse(browser.text("#lost"))
        self.sees("#events-said", "Listening.")
        self.lease(60, "after")
        self.sees("#events-rows", "after")


class RightsTest(StatusPageTest):
    def test_who_may_see_what(self) -> None:
        self.begin(clients=[{"user": "reader", "password": "r", "access": "read", "deny-commands": ["stat-lease4-get"]},
                            {"user": "desk", "password": "d", "access": "none", "allow-commands": ["lease4-get*"]}])
        self.lease(1, "host-1")
        browser = self.browser
        browser.open(f"http://{PAGE}")
        self.assertEqual(browser.run("return document.querySelectorAll('section').length"), 0, "nobody gets nothing")
        browser.open(f"http://desk:d@{PAGE}")
        self.sees("#state-notice", "Not permitted", "status-get")
        self.sees("#pools-notice", "Not permitted", "stat-lease4-get")
        self.sees("#events-notice", "Not permitted", "event stream")
        self.sees("#leases-rows", "host-1")
        browser.open("about:blank")
        browser.open(f"http://reader:r@{PAGE}")
        self.sees("#service-word", "Open")
        self.sees("#pools-notice", "Not permitted", "stat-lease4-get")
        self.sees("#events-said", "Listening.")
        self.sees("#leases-rows", "host-1")
        self.assertEqual(browser.text("#state-notice"), "")
        self.picture("rights")


class StatusPage6Test(Looking, OneLink6Test):
    def test_addresses_and_prefixes(self) -> None:
        self.begin()
        client = self.link_clients()
        client.lease(duid(2))
        self.browser.open(f"http://{PAGE}")
        self.sees("#family", "DHCPv6")
        address, prefix = sorted(self.subject.control.leases(), key=lambda lease: lease["type"])
        self.sees("#leases-rows", address["ip-address"], f"{prefix['ip-address']}/56")
        self.sees("#pools-rows", NETWORK6, "addresses", "prefixes")
        for by, text, said in (("address", address["ip-address"], "1 lease was"),
                               ("address", f"{prefix['ip-address']}/56", "1 lease was"),
                               ("client", address["duid"], "2 leases were"),
                               ("subnet", NETWORK6, "1 lease of subnet 1")):
            self.search(by, text)
            self.sees("#leases-said", said)
        self.sees("#events-said", "Listening.")
        client.lease(duid(4))
        self.sees("#events-rows", "granted", duid(4).hex(":"), "/56")
        self.sees("#slowest-rows", "SOLICIT", "REQUEST", duid(4).hex(":"))
        self.assertEqual(self.browser.complaints(), [])
