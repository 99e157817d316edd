"""The example for runit in packaging/, under the real runsv: what ends is started again, unless it cannot help.

The server runs as a user without rights, as the example wants it, on port 67 and with packet sockets.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from live.support.case import NETWORK, POOL, SERVER_ADDRESS, LiveTest
from live.support.client import hardware_address
from live.support.namespace import connect
from live.support.process import Program
from live.support.server import SOURCE_DIR, binary, subnet
from live.support.waiting import eventually

EXAMPLE = SOURCE_DIR / "packaging/runit"
USER, GROUP = "nobody", "nogroup"
CONFIGURATION, UNREACHABLE_AT_START = 78, 69
NOBODY_LISTENS = {"type": "postgresql", "host": "127.0.0.1", "port": 5432, "name": "leases", "user": "leases",
                  "password": "none"}


class RunitTest(LiveTest):
    """One service folder, one runsv."""

    def setUp(self) -> None:
        super().setUp()
        self.folder.chmod(0o711)
        self.net, self.client_side = self.namespace("server"), self.namespace("client")
        connect(self.net, "lan", self.client_side, "eth0")
        self.net.ip("address", "add", f"{SERVER_ADDRESS}/24", "dev", "lan")
        self.subject = self.server(self.net)
        self.subject.folder.chmod(0o711)
        self.service = self.folder / "leasehold"
        shutil.copytree(EXAMPLE, self.service)
        shutil.copy2(binary(), self.folder / "program")  # where everybody may read
        self.output = self.subject.folder / "log/runit"
        self.subject.log_path = self.output / "current"
        self.write_settings()

    def write_settings(self) -> None:
        """Every name that the example sets is set otherwise."""
        folder = self.subject.folder
        ours = {"program": self.folder / "program", "configuration": self.subject.configuration_path, "options": "",
                "user": USER, "group": GROUP, "more_capabilities": "", "run_directory": folder / "run",
                "data_directory": folder / "data", "log_directory": folder / "log", "output_directory": self.output}
        lines = (self.service / "settings").read_text().splitlines()
        self.assertEqual([line.split("=")[0] for line in lines if "=" in line], list(ours))
        (self.service / "settings").write_text("".join(f"{name}={value}\n" for name, value in ours.items()))

    def configure(self, **keys: object) -> None:
        self.subject.configure(**{"interfaces_config": {"interfaces": ["lan"]},
                                  "subnet4": [subnet(1, NETWORK, POOL)], **keys})

    def supervise(self) -> None:
        self.runsv = Program(self.net.inside("runsv", str(self.service)), self.folder / "runsv.log")
        self.addCleanup(self.end)
        eventually(lambda: (self.service / "supervise/ok").exists() and (self.service / "log/supervise/ok").exists(),
                   "runsv listens", self.runsv.output)

    def end(self) -> None:
        """runsv takes its services along when it is asked to end."""
        last = [self.pid(self.service), self.pid(self.service / "log")]
        self.runsv.send_signal(signal.SIGTERM)
        try:
            self.runsv.wait()
        except subprocess.TimeoutExpired:
            self.runsv.end()
            for pid in last:
                if pid:
                    os.kill(pid, signal.SIGKILL)
            raise

    @staticmethod
    def pid(service: Path) -> int:
        text = (service / "supervise/pid").read_text().strip()
        return int(text) if text else 0

    def sv(self, *words: str) -> str:
        done = subprocess.run(["sv", *words, str(self.service)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"sv {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def wait_down(self) -> None:
        """Down, and meant to be: runsv may sleep for a moment before it reads that it shall not start it again."""
        def is_down() -> bool:
            status = self.sv("status")
            return status.startswith("down:") and "want up" not in status

        eventually(is_down, "it is down", self.subject.log)

    def wait_answers(self) -> None:
        eventually(self.subject.control.answers, "commands are answered", self.words)

    def words(self) -> str:
        return self.runsv.output() + self.subject.log()

    def test_a_life(self) -> None:
        self.configure()
        self.supervise()
        eventually(lambda: "run: " in self.sv("check"), "it is up", self.words)  # ./check asks the server
        self.subject.wait_log("DHCP4_STARTED")
        first = self.pid(self.service)
        self.assertNotEqual(Path(f"/proc/{first}").stat().st_uid, 0)
        wire = self.direct_client(self.client_side)
        address = wire.lease(hardware_address(1)).yiaddr

        os.kill(first, signal.SIGKILL)
        self.subject.wait_log("leasehold was ended by signal 9")
        self.wait_answers()
        self.assertNotEqual(self.pid(self.service), first)
        self.assertEqual(wire.lease(hardware_address(1)).yiaddr, address)

        self.configure(valid_lifetime=1234)
        self.sv("hup")
        eventually(lambda: self.subject.control.do("config-get")["Dhcp4"]["valid-lifetime"] == 1234,
                   "the configuration is read again", self.words)

        self.sv("down")
        self.subject.wait_log("leasehold ended with exit status 0")
        self.wait_down()
        self.sv("up")
        self.wait_answers()

    def test_what_cannot_mend_itself_stays_down(self) -> None:
        self.subject.configuration_path.write_text("{")
        self.supervise()
        self.subject.wait_log(f"leasehold ended with exit status {CONFIGURATION} and is not started again")
        self.wait_down()
        self.configure()
        self.sv("up")
        self.wait_answers()
        self.assertEqual(self.subject.log().count("DHCP4_INIT_FAIL"), 1, "it was started once before")

    def test_a_database_that_is_away_is_tried_again(self) -> None:
        self.configure(lease_database=NOBODY_LISTENS)
        self.supervise()
        self.subject.wait_log(f"leasehold ended with exit status {UNREACHABLE_AT_START}", count=3)
        self.configure()
        self.wait_answers()


if __name__ == "__main__":
    unittest.main()
