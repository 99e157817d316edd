"""leasehold-bench, the load generator: at the real server, at its own empty one, and at servers with one fault each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from live.support.case import SERVER_ADDRESS, OneLinkTest, OneRelayTest, RoutedTest
from live.support.case6 import SERVER_ADDRESS6, OneLink6Test, Over6
from live.support.faulty_server import Fault
from live.support.namespace import Namespace
from live.support.process import Program
from live.support.server import subnet
from live.support.waiting import eventually

FINE, USAGE, WRONG_ANSWERS, LOSSES = 0, 1, 2, 3
# So that a busy machine loses nothing; nobody waits for it unless something is lost.
PATIENT = ("--timeout", "20")


def tool() -> Path:
    """The binary under test."""
    path = os.environ.get("LEASEHOLD_BENCH")
    if path is None:
        raise AssertionError("LEASEHOLD_BENCH is not set: name the load generator, build/release/leasehold-bench")
    return Path(path)


def bench(namespace: Namespace, *arguments: str) -> tuple[int, str]:
    """Exit status and output of a run."""
    done = subprocess.run(namespace.inside(str(tool()), *arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=120)
    return done.returncode, done.stdout or done.stderr


def figures(namespace: Namespace, *arguments: str) -> tuple[int, dict[str, Any]]:
    status, text = bench(namespace, *arguments, "--json")
    return status, json.loads(text)


class RelayedBenchTest(OneRelayTest):
    """The real server, DHCPv4, behind one relay with a pool of 2000."""

    family_arguments: tuple[str, ...] = ("-s", SERVER_ADDRESS, "--relay", "10.88.0.1")

    def run_bench(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        self.wire.close()  # whose port it needs
        return figures(self.relay_side, *self.family_arguments, *PATIENT, *arguments)

    def test_new_clients_renewals_and_releases(self) -> None:
        self.start()
        status, found = self.run_bench("--exchanges", "3000", "--clients", "1000", "--renew", "0.5", "--release", "0.2",
                                       "--circuit-id", "port %")
        self.assertEqual(status, FINE, found)
        self.assertEqual(found["completed"], 3000)
        self.assertEqual(found["loss"], 0)
        self.assertGreater(found["messages"]["renew"]["answered"], 1000)
        self.assertEqual([found[kind] for kind in ("duplicates", "wrong-leases", "wrong-servers", "refused")], [0] * 4)
        self.assertGreater(len(self.subject.control.leases()), 0)

    def test_an_avalanche_is_served_to_the_last(self) -> None:
        self.start()
        status, found = self.run_bench("--avalanche", "--clients", "500", "--time-scale", "0.05")
        self.assertEqual(status, FINE, found)
        self.assertEqual(found["completed"], 500)
        self.assertEqual(set(found["served-after"]), {"50", "90", "99", "100"})
        self.assertEqual(len(self.subject.control.leases()), 500)

    def test_the_same_clients_keep_their_leases(self) -> None:
        self.start()
        same = ("--clients", "50", "--exchanges", "50", "--base-mac", "02:00:5e:00:00:00")
        for _ in range(2):
            status, found = self.run_bench(*same)
            self.assertEqual((status, found["completed"]), (FINE, 50))
        self.assertEqual(len(self.subject.control.leases()), 50)


class Relayed6BenchTest(Over6, RelayedBenchTest):
    """The same with DHCPv6, in relays' messages."""

    family_arguments = ("-6", "-s", SERVER_ADDRESS6, "--relay", Over6.relay_address, "-i", "uplink")


class RenewFromClientsTest(OneRelayTest):
    """Renewals by unicast: the relay's /21 on lo makes every address of it this machine's."""

    def test_renewals_come_from_the_clients_addresses(self) -> None:
        self.start()
        self.wire.close()
        status, found = figures(self.relay_side, "-s", SERVER_ADDRESS, "--relay", "10.88.0.1", *PATIENT,
                                "--prepare", "100", "--renew", "1", "--exchanges", "300")
        self.assertEqual(status, FINE, found)
        self.assertTrue(found["renewals-from-clients"])
        self.assertEqual(found["messages"]["renew"]["answered"], 300)


class DirectBenchTest(OneLinkTest):
    """Clients on the server's link."""

    def test_clients_without_addresses(self) -> None:
        self.start(subnet4=[subnet(1, "10.77.0.0/21", "10.77.4.0 - 10.77.7.200")])
        self.server_side.ip("address", "add", "10.77.0.1/21", "dev", "lan")
        self.client_side.ip("route", "add", "local", "10.77.4.0/22", "dev", "lo")  # so that it answers the server's ARP
        self.client_side.ip("route", "add", "10.77.0.0/22", "dev", "eth0")
        status, found = figures(self.client_side, "-i", "eth0", *PATIENT, "--rate", "500", "--duration", "1",
                                "--renew", "0.4", "--release", "0.1")
        self.assertEqual(status, FINE, found)
        self.assertEqual(found["begun"], found["completed"])
        self.assertTrue(found["renewals-from-clients"])
        self.assertGreater(found["messages"]["renew"]["answered"], 50)


class Direct6BenchTest(OneLink6Test):
    """The same with DHCPv6: by multicast."""

    def test_addresses_and_prefixes(self) -> None:
        self.start()
        status, found = figures(self.client_side, "-6", "-i", "eth0", *PATIENT, "--want", "both", "--exchanges", "300",
                                "--renew", "0.3")
        self.assertEqual(status, FINE, found)
        self.assertEqual(found["completed"], 300)


class EmptyServerTest(RoutedTest):
    """The tool against itself."""

    def respond(self, *arguments: str) -> Program:
        empty = Program(self.server_side.inside(str(tool()), "respond", "-i", "lan", *arguments), self.folder / "empty")
        self.addCleanup(empty.end)
        return empty

    def answers(self, *arguments: str) -> bool:
        return bench(self.relay_side, *arguments, "--exchanges", "1", "--timeout", "0.2")[0] == FINE

    def test_it_answers_both_families_on_both_ways(self) -> None:
        self.server_side.ip("address", "add", "2001:db8::1/64", "dev", "lan", "nodad")
        self.relay_side.ip("address", "add", "2001:db8::2/64", "dev", "uplink", "nodad")
        served = (self.respond(), self.respond("-6"))
        ways = (("-s", SERVER_ADDRESS), ("-i", "uplink"), ("-6", "-s", "2001:db8::1", "--want", "both"),
                ("-6", "-i", "uplink", "--exchange", "rapid"))
        for way in ways:
            with self.subTest(way=way):
                eventually(lambda way=way: self.answers(*way), "the empty server answers")
                status, found = figures(self.relay_side, *way, *PATIENT, "--window", "64", "--exchanges", "2000")
                self.assertEqual((status, found["completed"]), (FINE, 2000), found)
        for program in served:
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertIn("answered", program.output())

    def test_a_search_finds_a_rate_and_tells_its_steps(self) -> None:
        self.respond()
        eventually(lambda: self.answers("-s", SERVER_ADDRESS), "the empty server answers")
        status, found = figures(self.relay_side, "-s", SERVER_ADDRESS, "--search", "--from", "50", "--to", "100",
                                "--duration", "0.2", "--timeout", "0.2", "--max-loss", "50")
        self.assertIn(status, (FINE, LOSSES))  # as busy as the machine is
        self.assertEqual(found["steps"][0]["rate"], 50)
        self.assertEqual(found["sustained-rate"] > 0, status == FINE)


class FaultyServerTest(RoutedTest):
    """Each fault has its words and its exit status."""

    def found(self, fault: Fault, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-B", "-m", "live.support.faulty_server", fault, SERVER_ADDRESS]
        server = Program(self.server_side.inside(*command), self.folder / fault)
        self.addCleanup(server.end)
        eventually(lambda: "serving" in server.output(), "the faulty server serves", server.output)
        result = bench(self.relay_side, "-s", SERVER_ADDRESS, "--base-mac", "02:00:5e:00:00:00", "--clients", "40",
                       "--exchanges", "40", "--window", "1", *arguments)
        server.end()
        return result

    def test_what_each_fault_is_found_as(self) -> None:
        for fault, status, words in (
            (Fault.SHARED, WRONG_ANSWERS, "10.88.1.0 was given to two clients at a time: "
                                          "to 02:00:5e:00:00:00 and then to 02:00:5e:00:00:01"),
            (Fault.WRONG_ADDRESS, WRONG_ANSWERS, "another lease than asked for 40"),
            (Fault.WRONG_SERVER, WRONG_ANSWERS, "another server than chosen 40"),
            (Fault.REFUSES, LOSSES, "refused 40"),
        ):
            with self.subTest(fault=fault):
                found, text = self.found(fault, *PATIENT)
                self.assertEqual(found, status, text)
                self.assertIn(words, text)
        with self.subTest(fault=Fault.WRONG_XID):
            found, text = self.found(Fault.WRONG_XID, "--timeout", "0.02")
            self.assertEqual(found, LOSSES, text)
            self.assertRegex(text, r"orphans [1-9]")

    def test_what_cannot_work_is_told_before_anything_is_sent(self) -> None:
        for arguments, words in ((("-i", "nowhere"), "nowhere"), ((), "-s ADDRESS"),
                                 (("-s", "192.0.2.1"), "the way to 192.0.2.1")):
            with self.subTest(arguments=arguments):
                status, text = bench(self.relay_side, *arguments)
                self.assertEqual(status, USAGE, text)
                self.assertIn(words, text)


if __name__ == "__main__":
    import unittest

    unittest.main()
