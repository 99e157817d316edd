"""The status page with a million leases, in headless Chromium: how soon it shows something and then everything, what a poll,
a page of leases and a search take, and how long after its lease a client's event is there.

Server and browser share this machine. From the tests folder, as root, on a quiet machine:

    LEASEHOLD=../build/release/leasehold python3 -B -m bench.status_page_bench
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from live.support.browser import Browser
from live.support.client import DirectClient, hardware_address
from live.support.kea_files import HEADER4
from live.support.namespace import Namespace, connect
from live.support.packet import colons
from live.support.server import Server, subnet
from live.support.waiting import eventually

NETWORK, POOL = "10.0.0.0/8", "10.1.0.0 - 10.200.255.255"
URL = "http://127.0.0.1:8000/"
FIRST = 10 * 256**3 + 256**2  # 10.1.0.0

# Runs before the page's own script: notes when the last of what is asked for first is there.
WATCH = """
window.wholeAt = 0;
const whole = () => document.querySelectorAll('#leases-rows th').length === 25 && document.querySelectorAll('#pools-rows th').length > 0
    && document.getElementById('service-word').textContent.trim() !== '';
document.addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
    if (!window.wholeAt && whole()) requestAnimationFrame(() => requestAnimationFrame(() => { window.wholeAt = performance.now(); }));
}).observe(document.body, { subtree: true, childList: true, characterData: true }));
"""
# Until what an action asked for is drawn.
ACTION = """
const [id, text, by] = arguments, done = arguments[arguments.length - 1], rows = document.getElementById('leases-rows');
const begin = performance.now();
const observer = new MutationObserver(() => {
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
});
observer.observe(rows, { childList: true, subtree: true });
if (by) { document.getElementById('search-by').value = by; document.getElementById('search-text').value = text; }
document.getElementById(id).click();
"""
POLLS = """
const of = performance.getEntriesByType('resource').filter(entry => entry.initiatorType === 'fetch' && entry.startTime > window.wholeAt);
return of.map(entry => entry.duration);
"""


def address(number: int) -> str:
    value = FIRST + number
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def write_leases(path: Path, count: int) -> None:
    expire = int(time.time()) + 86400
    with path.open("w") as sink:
        sink.write(HEADER4 + "\n")
        for number in range(count):
            hardware = hardware_address(number)
            sink.write(f"{address(number)},{colons(hardware)},{colons(bytes([1]) + hardware)},86400,{expire},1,0,0,host-{number},0,,0\n")


class World:
    def __init__(self, folder: Path, leases: int) -> None:
        self.here, self.there = Namespace("server"), Namespace("client")
        connect(self.here, "lan", self.there, "eth0")
        self.here.ip("address", "add", "10.0.0.1/8", "dev", "lan")
        self.server = Server(self.here, folder)
        leases_path = self.server.data / "kea-leases4.csv"
        write_leases(leases_path, leases)
        unix = {"socket-type": "unix", "socket-name": str(self.server.socket_path)}
        self.server.configure(subnet4=[subnet(1, NETWORK, POOL)], interfaces_config={"interfaces": ["lan"]},
                              control_sockets=[unix, {"socket-type": "http", "socket-port": 8000}],
                              lease_database={"type": "memfile", "name": str(leases_path)})
        self.server.start()
        eventually(lambda: self.server.control.do("status-get")["leases"]["stored"] == leases, "all leases are there")
        self.wire = DirectClient(self.there, "eth0")
        self.browser = Browser(self.here, folder / "browser")
        self.browser.developer("Page.addScriptToEvaluateOnNewDocument", source=WATCH)

    def close(self) -> None:
        self.browser.close()
        self.server.end()
        self.wire.close()
        self.here.remove()
        self.there.remove()

    def action(self, control: str, text: str = "", by: str = "") -> float:
        return float(self.browser.call("POST", "/execute/async", {"script": ACTION, "args": [control, text, by]}))

    def round(self, number: int, last: int) -> dict[str, float]:
        """In milliseconds."""
        browser = self.browser
        browser.open(URL)
        eventually(lambda: browser.run("return window.wholeAt"), "everything is there")
        found = {"first paint": browser.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime"),
                 "everything": browser.run("return window.wholeAt")}
        found["next page of leases"] = self.action("leases-on")
        found["by address"] = self.action("search-go", address(last), "address")
        found["by hardware address"] = self.action("search-go", colons(hardware_address(last - 1)), "hardware")
        found["by host name, all leases looked at"] = self.action("search-go", f"host-{last - 2}", "hostname")
        eventually(lambda: browser.text("#events-said") == "Listening.", "events come")
        client = hardware_address(50_000_000 + number)
        self.wire.lease(client)
        begin = time.monotonic()
        eventually(lambda: colons(client) in browser.text("#events-rows"), "the event is shown")
        found["event, from the ACK until it is drawn"] = (time.monotonic() - begin) * 1000
        eventually(lambda: len(browser.run(POLLS)) >= 12, "some polls are over")
        found["a poll's request"] = statistics.median(browser.run(POLLS)[4:])
        return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--leases", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    wanted = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="leasehold-bench-", dir="/var/tmp"))
    world = World(folder, wanted.leases)
    try:
        rounds = [world.round(number, wanted.leases - 1) for number in range(wanted.rounds)]
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{wanted.leases} leases, {wanted.rounds} rounds; milliseconds: median, longest")
    for name in rounds[0]:
        values = [one[name] for one in rounds]
        print(f"{name:40} {statistics.median(values):8.1f} {max(values):8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
