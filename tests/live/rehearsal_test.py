"""`leasehold explain` says what the running server then does, and `leasehold replay` of a captured exchange compares: with
the configuration that answered, with a changed one, and with the answers of Kea to the same client."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from live.support.capture import Capture
from live.support.case import NETWORK, POOL, SERVER_ADDRESS, OneLinkTest
from live.support.case6 import OneLink6Test
from live.support.client6 import duid
from live.support.namespace import Namespace
from live.support.process import Program
from live.support.real_client import Udhcpc
from live.support.server import subnet
from live.support.waiting import eventually

OPTIONS = [{"name": "routers", "data": SERVER_ADDRESS}, {"name": "domain-name-servers", "data": "10.77.0.53"}]
OTHER_OPTIONS = [{"name": "routers", "data": SERVER_ADDRESS}, {"name": "domain-name-servers", "data": "10.77.0.54"}]


def digests(folder: Path) -> dict[str, str]:
    """Of what holds leases. The shared memory beside SQLite's file has locks in it, which a reader takes; its log, once
    it is empty, goes with the last one who closes the file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())
            if path.is_file() and path.stat().st_size != 0 and not path.name.endswith("-shm")}


class RehearsalTest(OneLinkTest):
    """udhcpc on the server's link."""

    def setUp(self) -> None:
        super().setUp()
        self.subject.configure(**self.keys(option_data=OPTIONS, cache_threshold=0.0))
        self.mac = self.client_side.mac("eth0").hex(":")

    def explained(self, *words: str, status: int = 0) -> dict[str, Any]:
        code, output = self.subject.run("explain", "-c", str(self.subject.configuration_path), "--json", "--interface",
                                        f"lan/{SERVER_ADDRESS}", *words)
        self.assertEqual(code, status, output)
        explanation: dict[str, Any] = json.loads(output)
        return explanation

    def replayed(self, capture: Path, *words: str) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        """(exit status, messages, summary)"""
        code, output = self.subject.run("replay", str(capture), "-c", str(self.subject.configuration_path), "--json",
                                        *words)
        lines = [json.loads(line) for line in output.splitlines()]
        return code, lines[:-1], lines[-1]["summary"]

    def captured_life(self, namespace: Namespace, interface: str) -> tuple[Path, str]:
        """udhcpc gets a lease, renews it and gives it back: the capture, and the address."""
        capture = Capture(namespace, interface, self.folder)
        self.addCleanup(capture.end)
        client = self.real_client(Udhcpc, self.client_side)
        client.start()
        address = client.wait_bound()
        client.program.send_signal(10)  # SIGUSR1: renew
        self.assertEqual(client.wait_renewed(), address)
        client.release()
        eventually(lambda: len(list(capture.frames_so_far())) >= 7, "the release is captured")
        capture.stop()
        return capture.path, address

    def test_what_is_explained_is_what_is_done(self) -> None:
        self.subject.start()
        other = self.direct_client(self.client_side)
        taken = other.lease(bytes.fromhex("020000000099")).yiaddr
        before = digests(self.subject.data)
        identity = ["--mac", self.mac, "--client-id", f"01:{self.mac}"]
        explained = self.explained(*identity)
        self.assertEqual(explained["leases-from"]["count"], 1)
        promised = explained["leases"][0]["address"]
        self.assertNotEqual(promised, taken)
        origins = {option["code"]: option["from"] for option in explained["options"]}
        self.assertEqual(origins[6], "global")
        self.assertEqual(self.explained(*identity, "--message", "request")["answer"]["message"], "DHCPACK")
        self.assertEqual(digests(self.subject.data), before)
        leases = self.folder / "leases.csv"
        code, output = self.subject.run("leases", "dump", "-c", str(self.subject.configuration_path), "--format", "csv",
                                        "-o", str(leases))
        self.assertEqual(code, 0, output)

        path, address = self.captured_life(self.server_side, "lan")
        self.assertEqual(address, promised)
        first = self.explained("--packet", str(path))
        self.assertEqual((first["packet"]["message"], first["packet"]["hw-address"]), ("DISCOVER", self.mac))
        self.assertEqual(first["leases"][0]["why"], "the client had it before")

        code, messages, _ = self.replayed(path)  # without leases the first address is free
        self.assertEqual((code, messages[0]["differences"]),
                         (1, [{"what": "address", "ours": taken, "theirs": address}]))
        code, messages, summary = self.replayed(path, "--leases", str(leases))
        self.assertEqual((code, summary["leases"]), (0, 1), messages)
        self.assertEqual(self.subject.stop(), 0)
        stopped = digests(self.subject.data)
        self.assertEqual(self.explained(*identity)["leases"][0]["address"], address)
        self.assertEqual(digests(self.subject.data), stopped)

    def test_a_capture_is_answered_the_same_until_the_configuration_changes(self) -> None:
        self.subject.start()
        path, address = self.captured_life(self.server_side, "lan")
        code, messages, summary = self.replayed(path)
        self.assertEqual([message["differences"] for message in messages], [[]] * len(messages))
        self.assertEqual((code, summary["same"]), (0, len(messages)))
        kinds = [message["message"] for message in messages]  # udhcpc may rebind where it was told to renew
        self.assertEqual((kinds[:3], kinds[-1]), (["DISCOVER", "REQUEST (selecting)", "REQUEST (renewing)"], "RELEASE"))

        self.subject.configure(**self.keys(option_data=OTHER_OPTIONS, cache_threshold=0.0))
        code, messages, summary = self.replayed(path)
        self.assertEqual((code, summary["same"]), (1, 1), "the release has no answer")
        self.assertEqual(messages[0]["differences"], [{"what": "option 6 (domain-name-servers)", "ours": "10.77.0.54",
                                                       "theirs": "10.77.0.53"}])
        self.assertEqual(self.replayed(path, "--ignore", "6")[0], 0)
        code, text = self.subject.run("replay", str(path), "-c", str(self.subject.configuration_path))
        self.assertEqual(code, 1)
        self.assertIn(f"capture  DHCPOFFER {address} (packet 2)", text)
        self.assertIn(f"{len(messages)} message(s) of clients: 1 answered the same, {len(messages) - 1} differently", text)

    def test_what_kea_answered_is_answered_the_same(self) -> None:
        configuration = self.folder / "kea.conf"
        keys = {"interfaces-config": {"interfaces": ["lan"]}, "lease-database": {"type": "memfile", "persist": False},
                "valid-lifetime": 3600, "option-data": OPTIONS, "subnet4": [subnet(1, NETWORK, POOL)]}
        configuration.write_text(json.dumps({"Dhcp4": keys}))
        run = self.folder / "kea"
        run.mkdir()
        environment = {**os.environ, "KEA_PIDFILE_DIR": str(run), "KEA_LOCKFILE_DIR": str(run),
                       "KEA_DHCP_DATA_DIR": str(run)}
        kea = Program(self.server_side.inside("kea-dhcp4", "-c", str(configuration)), self.folder / "kea.log", environment)
        self.addCleanup(kea.end)
        eventually(lambda: "DHCP4_STARTED" in kea.output() or not kea.is_running(), "Kea starts", kea.output)
        self.assertTrue(kea.is_running(), kea.output())
        path, _ = self.captured_life(self.server_side, "lan")
        code, messages, summary = self.replayed(path)
        self.assertEqual([message["differences"] for message in messages], [[]] * len(messages))
        self.assertEqual((code, summary["answers"]), (0, len(messages) - 1))

    def test_what_cannot_be_read_is_an_error_of_its_own(self) -> None:
        broken = self.folder / "broken.pcap"
        broken.write_bytes(b"\x0a\x0d\x0d\x0a and more")
        code, output = self.subject.run("replay", str(broken), "-c", str(self.subject.configuration_path))
        self.assertEqual(code, 65)
        self.assertIn("pcapng", output)


class Rehearsal6Test(OneLink6Test):
    """A DHCPv6 client that says what it is told."""

    def test_explained_served_and_replayed(self) -> None:
        self.start(option_data=[{"name": "dns-servers", "data": "2001:db8::53"}])
        capture = Capture(self.server_side, "lan", self.folder)
        self.addCleanup(capture.end)
        who = duid(4)
        explain = ["explain", "-c", str(self.subject.configuration_path), "--duid", who.hex(":"), "--json"]
        code, output = self.subject.run(*explain)
        self.assertEqual(code, 0, output)
        promised = {lease["address"] for ia in json.loads(output)["leases"] for lease in ia["leases"]}
        reply = self.link_clients().lease(who)
        self.assertEqual({unit.text for ia in reply.ias for unit in ia.units}, promised)
        eventually(lambda: len(list(capture.frames_so_far())) >= 4, "the exchange is captured")
        capture.stop()

        replay = ["replay", str(capture.path), "-c", str(self.subject.configuration_path)]
        code, output = self.subject.run(*replay)
        self.assertEqual(code, 0, output)
        self.subject.configure(**self.keys(valid_lifetime=7200, preferred_lifetime=2250))
        code, output = self.subject.run(*replay, "--json")
        self.assertEqual(code, 1, output)
        differences = json.loads(output.splitlines()[0])["differences"]
        self.assertEqual(differences[0]["what"], f"IA na {reply.ias[0].iaid}")
