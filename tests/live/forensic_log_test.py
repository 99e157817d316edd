"""The forensic log of leases has a line in Kea's words for all that was acknowledged, in files that are rotated, removed,
or left behind by a kill."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

from live.support.case import NETWORK, POOL, LiveTest, OneLinkTest
from live.support.case6 import OneLink6Test
from live.support.client import hardware_address
from live.support.client6 import duid
from live.support.real_client import Udhcpc
from live.support.real_client6 import Dhclient6
from live.support.server import Server, subnet
from live.support.waiting import eventually

ANNA, BERT = hardware_address(1), hardware_address(2)
TIMESTAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ "


def legal_log(**parameters: Any) -> list[dict[str, Any]]:
    return [{"library": "libdhcp_legal_log.so", "parameters": parameters}]


class ForensicLog:
    """What stands in a server's files, without times."""

    def __init__(self, test: LiveTest, server: Server) -> None:
        self._test = test
        self._server = server

    def files(self) -> list[Path]:
        return sorted((self._server.folder / "log").glob("kea-legal.*.txt"))

    def lines(self) -> list[str]:
        found = []
        for line in "".join(file.read_text() for file in self.files()).splitlines():
            self._test.assertRegex(line, f"^{TIMESTAMP}")
            found.append(re.sub(f"^{TIMESTAMP}", "", line))
        return found

    def wait_for(self, pattern: str) -> None:
        eventually(lambda: any(re.search(pattern, line) for line in self.lines()), f"a line has {pattern!r}",
                   lambda: "\n".join(self.lines()))


class ForensicLogTest(OneLinkTest):
    """DHCPv4."""

    def setUp(self) -> None:
        super().setUp()
        self.forensic = ForensicLog(self, self.subject)

    def start_with(self, **parameters: Any) -> None:
        self.start(hooks_libraries=legal_log(**parameters), cache_threshold=0.0)

    def test_a_lease_from_its_assignment_to_its_release(self) -> None:
        self.start_with()
        client = self.real_client(Udhcpc, self.client_side)
        client.start()
        address = client.wait_bound()
        device = rf"a device with hardware address: hwtype=1 ([0-9a-f]{{2}}:){{5}}[0-9a-f]{{2}}, client-id: 01:[0-9a-f:]+"
        self.forensic.wait_for(rf"^Address: {address} has been assigned for 1 hrs 0 mins 0 secs to {device}$")
        client.program.send_signal(signal.SIGUSR1)
        self.forensic.wait_for(rf"^Address: {address} has been renewed for 1 hrs 0 mins 0 secs to {device}$")
        client.release()
        self.forensic.wait_for(rf"^Address: {address} has been released from {device}$")

        control = self.subject.control
        lease = {"ip-address": "10.77.0.9", "subnet-id": 1, "hw-address": ANNA.hex(":"), "valid-lft": 86400}
        of_anna = f"to a device with hardware address: {ANNA.hex(':')}"
        control.do("lease4-add", lease)
        self.forensic.wait_for(rf"^Administrator added a lease of address: 10\.77\.0\.9 {of_anna} for 1 days 0 hrs 0 mins 0 secs$")
        control.do("lease4-update", {**lease, "valid-lft": 60})
        self.forensic.wait_for(rf"^Administrator updated information on the lease of address: 10\.77\.0\.9 {of_anna} for 0 hrs 1 mins")
        control.do("lease4-del", {"ip-address": "10.77.0.9"})
        self.forensic.wait_for(r"^Administrator deleted the lease for address: 10\.77\.0\.9$")

        status = control.do("status-get")["legal-log"]
        self.assertEqual((status["written"], status["lost"], status["waiting"]), (6, 0, 0))
        self.assertEqual([status["where"]], [str(file) for file in self.forensic.files()])

    def test_a_subnet_that_is_switched_off_and_a_configuration_that_changes(self) -> None:
        self.start_with()
        wire = self.direct_client(self.client_side)
        self.forensic.wait_for(str(wire.lease(ANNA).yiaddr))
        control = self.subject.control
        quiet = [subnet(1, NETWORK, POOL, **{"user-context": {"legal-logging": False}})]
        keys = {**self.keys(subnet4=quiet), "hooks_libraries": legal_log(**{"base-name": "other"}), "cache_threshold": 0.0}
        control.do("config-set", self.subject.configuration(**keys))
        silent = str(wire.lease(BERT).yiaddr)
        keys["subnet4"] = self.keys()["subnet4"]
        control.do("config-set", self.subject.configuration(**keys))
        wire.lease(ANNA)
        other = self.subject.folder / "log"
        eventually(lambda: any("has been" in file.read_text() for file in other.glob("other.*.txt")), "the other file is written")
        text = "".join(file.read_text() for file in other.glob("*.txt"))
        self.assertNotIn(silent, text)

        for parameters, what in (({"path": "/etc"}, "may not be written to"), ({"type": "mysql"}, "not kept in a database"),
                                 ({"prerotate": "/no/such/program"}, "cannot be found")):
            keys["hooks_libraries"] = legal_log(**parameters)
            answer = control.ask("config-set", self.subject.configuration(**keys))
            self.assertEqual(answer["result"], 1)
            self.assertIn(what, answer["text"])

    def test_files_of_a_second_survive_a_kill(self) -> None:
        zipped = self.subject.folder / "zipped"
        program = self.subject.folder / "zip.sh"
        program.write_text(f'#!/bin/sh\necho "$1" >> {zipped}\n')
        program.chmod(0o755)
        self.start_with(**{"time-unit": "second", "prerotate": str(program)})
        wire = self.direct_client(self.client_side)
        first = str(wire.lease(ANNA).yiaddr)
        self.forensic.wait_for(first)
        [file] = self.forensic.files()
        self.assertRegex(file.name, r"^kea-legal\.T\d{20}\.txt$")
        self.assertEqual(file.stat().st_mode & 0o777, 0o640)

        def next_file() -> bool:
            wire.lease(ANNA)
            return len(self.forensic.files()) > 1 and zipped.exists()

        eventually(next_file, "another second has its file")
        self.assertEqual(zipped.read_text().splitlines()[0], str(file))
        second = str(wire.lease(BERT).yiaddr)
        self.forensic.wait_for(second)
        self.subject.kill()
        before = self.forensic.lines()
        self.assertTrue(before[-1].startswith(f"Address: {second} has been "))
        self.subject.start()
        wire.lease(BERT)
        eventually(lambda: len(self.forensic.lines()) > len(before), "it goes on")
        self.assertEqual(self.forensic.lines()[:len(before)], before)

    def test_a_removed_file_and_one_that_cannot_be_written(self) -> None:
        self.start_with()
        wire = self.direct_client(self.client_side)
        self.forensic.wait_for(str(wire.lease(ANNA).yiaddr))
        [file] = self.forensic.files()
        file.unlink()
        file.mkdir()
        address = str(wire.lease(BERT).yiaddr)
        self.subject.wait_log("LEGAL_LOG_FAILED")
        status = self.subject.control.do("status-get")["legal-log"]
        self.assertIn(str(file), status["problem"])
        file.rmdir()
        self.forensic.wait_for(address)
        self.subject.wait_log("LEGAL_LOG_WRITTEN_AGAIN")
        self.assertNotIn("problem", self.subject.control.do("status-get")["legal-log"])
        self.assertEqual(self.subject.stop(), 0)


class ForensicLog6Test(OneLink6Test):
    """DHCPv6."""

    def test_an_address_a_prefix_and_a_format(self) -> None:
        forensic = ForensicLog(self, self.subject)
        self.start(hooks_libraries=legal_log())
        client = self.real_client(Dhclient6, self.client_side)
        client.start()
        address = client.wait_bound()
        forensic.wait_for(rf"^Address:{address} has been assigned for \d.* to a device with DUID: [0-9a-f:]+ and hardware address: hwtype=1")
        forensic.wait_for(r"^Prefix:2001:db8:f0\S+::/56 has been assigned for \d.* to a device with DUID: [0-9a-f:]+")
        formats = {"request-parser-format": "'<' + hexstring(option[1].hex, ':') + '>'",
                   "response-parser-format": "ifelse(option[3].option[5].exists, ' has ' + addrtotext(substring(option[3].option[5].hex, 0, 16)), '')"}
        keys = {**self.keys(), "hooks_libraries": legal_log(**formats)}
        self.subject.control.do("config-set", self.subject.configuration(**keys))
        client.end()
        self.link_clients().lease(duid(1))
        forensic.wait_for(rf"^<{duid(1).hex(':')}> has 2001:db8:77::")
