"""What a supervisor hears from the real server: systemd's notification protocol on a socket that the test reads.

Order is asserted, never how long something took: the clock of the watchdog test is another server.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import unittest
from pathlib import Path
from typing import Any

from live.support.case import LiveTest
from live.support.server import Server, subnet
from live.support.supervisor import READY, RELOADING, STOPPING, Supervisor
from live.support.waiting import eventually

WATCHDOG_MICROSECONDS = 40_000
UNREACHABLE_AT_START = 69
NOBODY_LISTENS = {"type": "postgresql", "host": "127.0.0.1", "port": 5432, "name": "leases", "user": "leases",
                  "password": "none", "max-reconnect-tries": 1000, "reconnect-wait-time": 200}


class SupervisedTest(LiveTest):
    """A server that serves no interface and is told of a supervisor."""

    def setUp(self) -> None:
        super().setUp()
        self.net = self.namespace("server")
        self.subject, self.supervisor = self.supervised()

    def supervised(self, **more: str) -> tuple[Server, Supervisor]:
        server = self.server(self.net)
        supervisor = Supervisor(server.folder / "notify")
        self.addCleanup(supervisor.close)
        server.more_environment = {"NOTIFY_SOCKET": supervisor.name, **more}
        return server, supervisor

    @staticmethod
    def keys(**keys: Any) -> dict[str, Any]:
        return {"interfaces_config": {"interfaces": []},
                "subnet4": [subnet(1, "10.77.0.0/24", "10.77.0.100 - 10.77.0.199")], **keys}

    def launch(self, **keys: Any) -> None:
        self.subject.configure(**self.keys(**keys))
        self.subject.launch()

    def assert_life(self, *words: str) -> None:
        self.assertEqual(self.supervisor.life(), list(words), self.supervisor.words())


class LifeTest(SupervisedTest):
    """From the start to the end."""

    def test_ready_when_commands_are_answered_and_stopping_at_sigterm(self) -> None:
        self.launch()
        self.supervisor.wait_life(READY)
        self.assertEqual(self.subject.control.do("status-get")["service"]["state"], "open")
        self.assertRegex(self.supervisor.statuses()[-1], "^open; lease database sqlite:.* serving$")
        before = [line.split("=")[0] for line in self.supervisor.lines()]
        self.assertLess(before.index("EXTEND_TIMEOUT_USEC"), before.index("READY"))
        self.assertEqual(self.subject.stop(), 0)
        self.assert_life(READY, STOPPING)
        self.assertEqual(self.supervisor.statuses()[-1], "stopping: SIGTERM")

    def test_a_command_ends_it(self) -> None:
        self.launch()
        self.supervisor.wait_life(READY)
        self.subject.control.do("shutdown")
        self.supervisor.wait_life(READY, STOPPING)
        self.assertEqual(self.subject.program.wait(), 0)

    def test_a_start_that_fails_is_never_ready(self) -> None:
        self.launch(lease_database=NOBODY_LISTENS)
        self.assertEqual(self.subject.program.wait(), UNREACHABLE_AT_START)
        self.assert_life(STOPPING)
        self.assertIn("refused", self.supervisor.statuses()[-1])

    def test_a_status_is_told_once(self) -> None:
        self.launch()
        self.supervisor.wait_life(READY)
        for command in ("dhcp-disable", "dhcp-disable", "status-get", "dhcp-enable", "dhcp-enable"):
            self.subject.control.ask(command)
        self.assertEqual(self.subject.stop(), 0)
        statuses = self.supervisor.statuses()
        self.assertEqual(len([text for text in statuses if "dhcp-disable" in text]), 1, statuses)
        for earlier, later in zip(statuses, statuses[1:]):
            self.assertNotEqual(earlier, later)


class ReloadTest(SupervisedTest):
    """Reloading begins and ends, whatever becomes of the configuration."""

    def setUp(self) -> None:
        super().setUp()
        self.launch()
        self.supervisor.wait_life(READY)

    def test_sighup(self) -> None:
        self.subject.configure(**self.keys(valid_lifetime=1234))
        self.subject.program.send_signal(signal.SIGHUP)
        self.supervisor.wait_life(READY, RELOADING, READY)
        dhcp4 = self.subject.control.do("config-get")["Dhcp4"]
        self.assertEqual(dhcp4["valid-lifetime"], 1234)
        self.assertRegex(self.supervisor.words(), f"{RELOADING}\nMONOTONIC_USEC=[0-9]+\n")

    def test_sighup_with_a_configuration_that_is_refused(self) -> None:
        self.subject.configuration_path.write_text('{ "Dhcp4": { "valid-lifetime": "long" } }')
        self.subject.program.send_signal(signal.SIGHUP)
        self.supervisor.wait_life(READY, RELOADING, READY)
        self.subject.wait_log("DHCP4_CONFIG_LOAD_FAIL")
        self.assertRegex(self.supervisor.statuses()[-1], "^open;")

    def test_commands(self) -> None:
        """An answer comes after the end of its reload was told."""
        control, good = self.subject.control, self.subject.configuration(**self.keys())["Dhcp4"]
        missing = {"type": "sqlite", "name": f"{self.subject.configuration_path}/leases4.db"}
        told = [READY]
        for command, arguments in (("config-set", {"Dhcp4": good}),
                                   ("config-set", {"Dhcp4": {**good, "valid-lifetme": 1}}),
                                   ("config-set", {"Dhcp4": {**good, "lease-database": missing}}),
                                   ("config-set", {"Dhcp4": {**good, "lease-database": {"type": "memory"}}}),
                                   ("config-reload", None)):
            control.ask(command, arguments)
            told += [RELOADING, READY]
            with self.subTest(command, arguments=json.dumps(arguments)):
                self.supervisor.wait_life(*told)
        for command in ("config-test", "config-get", "status-get"):
            control.ask(command, {"Dhcp4": good} if command == "config-test" else None)
        self.assert_life(*told)


class DatabaseAwayTest(SupervisedTest):
    """The database cannot be reached when the server starts, and it may wait for it."""

    def test_ready_at_once_and_the_status_says_what_is_tried(self) -> None:
        self.subject.more_environment["WATCHDOG_USEC"] = str(WATCHDOG_MICROSECONDS)
        self.launch(lease_database={**NOBODY_LISTENS, "retry-on-startup": True})
        self.supervisor.wait_life(READY)
        self.assertTrue(self.subject.control.answers())
        for attempt in (2, 3):
            text = self.supervisor.wait_status(
                lambda status, n=attempt: bool(re.search(rf"\bwaiting, attempt {n} of \d+, next in \d+ s", status)),
                f"attempt {attempt}")
            self.assertRegex(text, "^closed; lease database waiting, ")
            self.assertIn("127.0.0.1", text)
            self.assertIn("refused", text)
            self.assertNotIn("password", text)
        self.supervisor.wait_signs(10)
        self.assertEqual(self.subject.control.do("status-get")["service"]["state"], "closed")
        self.assertEqual(self.subject.stop(), 0)
        self.assert_life(READY, STOPPING)

    def test_a_refused_configuration_meanwhile(self) -> None:
        self.launch(lease_database={**NOBODY_LISTENS, "retry-on-startup": True})
        self.supervisor.wait_life(READY)
        self.subject.configuration_path.write_text("{")
        self.subject.program.send_signal(signal.SIGHUP)
        self.supervisor.wait_life(READY, RELOADING, READY)


class WatchdogTest(SupervisedTest):
    """Signs of life come from the loop: none from one that stands still."""

    def test_a_stopped_server_sends_none(self) -> None:
        clock, of_clock = self.supervised(WATCHDOG_USEC=str(WATCHDOG_MICROSECONDS))
        clock.configure(**self.keys())
        clock.start()
        self.subject.more_environment["WATCHDOG_USEC"] = str(WATCHDOG_MICROSECONDS)
        self.launch()
        self.supervisor.wait_life(READY)
        self.supervisor.wait_signs(3)
        self.subject.program.send_signal(signal.SIGSTOP)
        state = Path(f"/proc/{self.subject.pid}/stat")
        eventually(lambda: state.read_text().rpartition(") ")[2].startswith("T"), "it stands still")
        of_clock.wait_signs(1)  # what it had sent has been read by now
        before = self.supervisor.signs_of_life()
        of_clock.wait_signs(20)
        self.assertEqual(self.supervisor.signs_of_life(), before)
        self.subject.program.send_signal(signal.SIGCONT)
        self.supervisor.wait_signs(3)

    def test_nobody_expects_any(self) -> None:
        self.subject.more_environment.update(WATCHDOG_USEC=str(WATCHDOG_MICROSECONDS), WATCHDOG_PID="1")
        clock, of_clock = self.supervised(WATCHDOG_USEC=str(WATCHDOG_MICROSECONDS))
        self.launch()
        self.supervisor.wait_life(READY)
        clock.configure(**self.keys())
        clock.start()
        of_clock.wait_signs(10)
        self.assertEqual(self.supervisor.signs_of_life(), 0)


class DeafSupervisorTest(SupervisedTest):
    """The server does not depend on being heard."""

    def test_the_socket_is_missing(self) -> None:
        self.subject.more_environment["NOTIFY_SOCKET"] = str(self.folder / "missing")
        self.subject.configure(**self.keys())
        self.subject.start()
        self.subject.wait_log("SUPERVISOR_UNREACHABLE")
        with Supervisor(self.folder / "missing") as late:
            late.wait_life(READY)
        self.assertEqual(self.subject.stop(), 0)

    def test_nobody_reads(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
            deaf.bind(str(self.folder / "deaf"))
            self.subject.more_environment.update(NOTIFY_SOCKET=str(self.folder / "deaf"), WATCHDOG_USEC="2000")
            self.subject.configure(**self.keys())
            self.subject.start()
            self.subject.wait_log("SUPERVISOR_UNREACHABLE")  # its queue is full
            self.assertTrue(self.subject.control.answers())
            self.subject.control.do("config-reload")
            self.assertEqual(self.subject.stop(), 0)

    def test_an_abstract_name(self) -> None:
        name = f"@{self.net.name}"
        with self.net.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract:
            abstract.bind("\0" + name[1:])
            abstract.settimeout(60)
            self.subject.more_environment["NOTIFY_SOCKET"] = name
            self.launch()
            while not abstract.recv(65536).startswith(READY.encode()):
                pass


if __name__ == "__main__":
    unittest.main()
