"""The unit file in packaging/: what systemd-analyze says of it, and whether it forbids what the server does.

The second is judged from the system calls of a real server: no systemd needs to run.
"""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import unittest
from functools import cache
from pathlib import Path

from live.support.case import OneLinkTest
from live.support.client import hardware_address
from live.support.server import SOURCE_DIR, binary
from live.support.supervisor import READY, RELOADING, Supervisor
from live.support.waiting import eventually

UNIT = SOURCE_DIR / "packaging/leasehold.service"
EXPOSURE_MAX = 2.0  # of 10; what is left is mostly the network, which is the server's work
NO_RESTART = ["64", "76", "77", "78"]


def values(key: str, unit: str | None = None) -> list[str]:
    """Of each line that sets `key`."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text() if unit is None else unit, re.MULTILINE)


def analyze(*words: str) -> tuple[int, str]:
    done = subprocess.run(["systemd-analyze", "--no-pager", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    return done.returncode, done.stdout


@cache
def members(group: str) -> frozenset[str]:
    """The system calls of a group such as @system-service, or the call itself."""
    if not group.startswith("@"):
        return frozenset([group])
    code, text = analyze("syscall-filter", group)
    if code != 0:
        raise AssertionError(text)
    names = [line.strip() for line in text.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return frozenset().union(*(members(name) for name in names))


def allowed_calls(unit: str | None = None) -> set[str]:
    """What a list of SystemCallFilter= lines that begins with an allow list leaves."""
    allowed = set(members("@default"))
    for line in values("SystemCallFilter", unit):
        calls = set().union(*(members(word) for word in line.lstrip("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


def forbidden(trace: str, unit: str | None = None) -> list[str]:
    """What a server did, by strace, that the unit file would not let it do."""
    calls = set(re.findall(r"^\d+ +(\w+)\(", trace, re.MULTILINE))
    families = set(re.findall(r"\bsocket\((AF_\w+)", trace))
    return [*sorted(calls - allowed_calls(unit)),
            *sorted(families - set(" ".join(values("RestrictAddressFamilies", unit)).split())),
            *re.findall(r"m(?:map|protect)\(.*PROT_WRITE\|PROT_EXEC.*", trace),
            *re.findall(r'"/proc/(?!self/|thread-self/|\d)[^"]*"', trace)]  # ProcSubset=pid


class UnitFileTest(unittest.TestCase):
    """By systemd's own judgement, without a server."""

    def verify(self, text: str) -> str:
        """What is said of a unit that starts the program where it is."""
        copy = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="leasehold-unit-"))) / UNIT.name
        copy.write_text(text.replace("/usr/sbin/leasehold", str(binary())))
        code, said = analyze("verify", "--man=no", str(copy))
        return said if code == 0 or said else f"exit status {code}"

    def test_nothing_to_complain_about(self) -> None:
        self.assertEqual(self.verify(UNIT.read_text()), "")
        wrong = UNIT.read_text().replace("RestrictRealtime", "RestrictEverything")
        self.assertIn("RestrictEverything", self.verify(wrong))

    def test_exposure_is_low(self) -> None:
        _, said = analyze("security", "--offline=true", str(UNIT))
        overall = re.search(r"Overall exposure level for leasehold\.service: ([0-9.]+)", said)
        assert overall, said
        self.assertLessEqual(float(overall[1]), EXPOSURE_MAX, said)

    def test_the_same_ends_are_final_for_systemd_and_for_runit(self) -> None:
        self.assertEqual(values("RestartPreventExitStatus"), [" ".join(NO_RESTART)])
        finish = (SOURCE_DIR / "packaging/runit/finish").read_text()
        self.assertIn(f"\n    {' | '.join(NO_RESTART)})\n", finish)

    def test_it_is_told_when_the_server_is_ready(self) -> None:
        self.assertEqual(values("Type"), ["notify"])
        self.assertEqual(values("NotifyAccess"), ["main"])
        self.assertGreater(int(values("WatchdogSec")[0]), 0)
        self.assertEqual(values("ExecReload"), ["/bin/kill -HUP $MAINPID"])


class HardeningTest(OneLinkTest):
    """Everything that a server usually does, seen by strace."""

    def test_the_unit_file_forbids_nothing_that_is_needed(self) -> None:
        trace = self.folder / "trace"
        supervisor = Supervisor(self.folder / "notify")
        self.addCleanup(supervisor.close)
        self.subject.wrapper = ["strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", str(trace)]
        self.subject.more_environment = {"NOTIFY_SOCKET": supervisor.name, "WATCHDOG_USEC": "100000"}
        self.start(loggers=[{"name": "kea-dhcp4", "severity": "INFO", "output-options": [
            {"output": str(self.folder / "server.log")}, {"output": "stdout"}]}])
        supervisor.wait_life(READY)
        client, control = self.direct_client(self.client_side), self.subject.control
        client.lease(hardware_address(1))
        self.subject.program.send_signal(signal.SIGHUP)
        supervisor.wait_life(READY, RELOADING, READY)
        client.lease(hardware_address(2))
        dhcp4 = control.do("config-get")["Dhcp4"]
        for database in ({"type": "postgresql", "host": "localhost", "name": "a", "user": "a", "password": "a"},
                         {"type": "mysql", "host": "localhost", "name": "a", "user": "a", "password": "a"},
                         {"type": "sqlite", "name": "other.db"}):
            control.ask("config-set", {"Dhcp4": {**dhcp4, "lease-database": database}})
        for command in ("config-write", "status-get", "leases-reclaim"):
            control.ask(command, {"remove": True} if command == "leases-reclaim" else None)
        supervisor.wait_signs(1)
        self.assertEqual(self.subject.stop(), 0)
        end = re.compile(rf"^{self.subject.pid} +\+\+\+ exited|^{self.subject.pid} +exit_group", re.MULTILINE)
        eventually(lambda: end.search(trace.read_text()), "strace sees the end")
        text = trace.read_text()
        for call in ("fchown", "sendmmsg", "fdatasync"):
            self.assertRegex(text, rf"(?m)^\d+ +{call}\(", "the trace is of a server at work")
        self.assertEqual(forbidden(text), [])
        # The judge sees each way in which a unit file can forbid too much.
        unit = UNIT.read_text()
        self.assertIn("fchown", forbidden(text, unit.replace("SystemCallFilter=fchown", "")))
        self.assertIn("AF_PACKET", forbidden(text, unit.replace(" AF_PACKET", "")))
        self.assertEqual(forbidden('7 openat(AT_FDCWD, "/proc/sys/kernel/osrelease", O_RDONLY) = 3\n'),
                         ['"/proc/sys/kernel/osrelease"'])


if __name__ == "__main__":
    unittest.main()
