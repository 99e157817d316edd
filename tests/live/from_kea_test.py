"""docs/from-kea.md, followed literally: its blocks are run on a machine that Kea serves, and back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from live.support.case import NETWORK, POOL, SERVER_ADDRESS, LiveTest
from live.support.namespace import connect
from live.support.process import Program
from live.support.real_client import Udhcpc
from live.support.server import SOURCE_DIR, binary
from live.support.waiting import eventually

GUIDE = SOURCE_DIR / "docs/from-kea.md"
# What a Debian machine with Kea would have, in places of the test's own: nothing of this machine is written.
MACHINE = """
set -e
mount --bind "$FOLDER/etc" /etc
for folder in /run /var/lib /var/log; do mount -t tmpfs none $folder; done
mkdir -p /run/lock /run/program /etc/kea
touch /run/program/leasehold
mount --bind "$PROGRAM" /run/program/leasehold
ln -s "$SYSTEMCTL" /run/program/systemctl
touch "$FOLDER/ready"
exec sleep infinity
"""


def blocks() -> list[str]:
    """The page's commands, block by block."""
    return re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


class FromKeaTest(LiveTest):
    """A server that runs Kea, and two clients on a link of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side, self.client_side = self.namespace("server"), self.namespace("client")
        connect(self.server_side, "lan", self.client_side, "eth0")
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS}/24", "dev", "lan")
        self.client_side.ip("link", "add", "eth1", "link", "eth0", "type", "macvlan", "mode", "bridge")
        self.client_side.ip("link", "set", "eth1", "up")
        self.machine = self.make_machine()

    def make_machine(self) -> Program:
        subprocess.run(["cp", "-a", "/etc", str(self.folder / "etc")], check=True)
        self.folder.chmod(0o755)
        systemctl = self.folder / "systemctl"
        systemctl.write_text(f"#!/bin/sh\nexec {sys.executable} -B {SOURCE_DIR}/tests/live/support/systemctl.py \"$@\"\n")
        systemctl.chmod(0o755)
        machine = Program(self.server_side.inside("unshare", "--mount", "--propagation", "private", "--pid", "--fork",
                                                  "--kill-child", "--mount-proc", "sh", "-c", MACHINE),
                          self.folder / "machine",
                          {"FOLDER": str(self.folder), "PROGRAM": str(binary()), "SYSTEMCTL": str(systemctl),
                           "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.addCleanup(machine.end)
        eventually((self.folder / "ready").exists, "the machine is there", machine.output)
        return machine

    def inside(self, commands: str) -> str:
        """Runs a block on the machine, in the folder of the sources; one that fails is the test's failure."""
        children = Path(f"/proc/{self.machine.pid}/task/{self.machine.pid}/children").read_text().split()
        done = subprocess.run(["nsenter", "-t", children[0], "--mount", "--net", "--pid", "--wd=/", "sh", "-e", "-c",
                               f"cd {SOURCE_DIR}\n{commands}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120,
                              env={"PATH": "/run/program:/usr/sbin:/usr/bin:/sbin:/bin"})
        self.assertEqual(done.returncode, 0, f"{commands}\n{done.stdout}\n{self.words()}")
        return done.stdout

    def words(self) -> str:
        files = " ".join(("/run/units/*.output", "/var/log/leasehold/*", "/var/log/kea/*"))
        children = Path(f"/proc/{self.machine.pid}/task/{self.machine.pid}/children").read_text().split()
        done = subprocess.run(["nsenter", "-t", children[0], "--mount", "sh", "-c", f"tail -n 30 {files}"],
                              capture_output=True, text=True)
        return done.stdout

    def serve_with_kea(self) -> None:
        configuration = {"Dhcp4": {
            "interfaces-config": {"interfaces": ["lan"]},
            "control-socket": {"socket-type": "unix", "socket-name": "/run/kea/kea4-ctrl-socket"},
            "lease-database": {"type": "memfile", "lfc-interval": 3600},
            "expired-leases-processing": {"reclaim-timer-wait-time": 10, "hold-reclaimed-time": 3600},
            "renew-timer": 900, "rebind-timer": 1800, "valid-lifetime": 3600,
            "option-data": [{"name": "domain-name-servers", "data": "192.0.2.1, 192.0.2.2"}],
            "client-classes": [{"name": "voip", "test": "substring(option[60].hex,0,6) == 'Aastra'",
                                "next-server": "192.0.2.254"}],
            "subnet4": [{"id": 1, "subnet": NETWORK, "pools": [{"pool": POOL}],
                         "option-data": [{"name": "routers", "data": SERVER_ADDRESS}]}],
            "loggers": [{"name": "kea-dhcp4", "severity": "INFO",
                         "output_options": [{"output": "/var/log/kea/kea-dhcp4.log"}]}],
        }}
        path = self.folder / "etc/kea/kea-dhcp4.conf"
        path.write_text("// As Debian's, with comments\n" + json.dumps(configuration, indent=4))
        self.inside("systemctl start kea-dhcp4-server")

    def renewed(self, client: Udhcpc) -> str:
        """The address after a renewal that begins now."""
        before = client.count(client.renewed)
        client.program.send_signal(10)  # SIGUSR1
        eventually(lambda: client.count(client.renewed) > before, "the client renews", self.words)
        return client.events()[-1][1]

    def client(self, interface: str) -> Udhcpc:
        client = Udhcpc(self.client_side, interface, self.folder / interface)
        self.addCleanup(client.end)
        client.start()
        return client

    def test_every_block_and_the_way_back(self) -> None:
        all_blocks = blocks()
        user, configuration, rehearsal, switch, questions, way_back = all_blocks
        self.serve_with_kea()
        first = self.client("eth0")
        address = first.wait_bound()

        self.inside(user)
        self.assertIn("the DHCPv4 configuration can be used: 1 subnet(s), 1 pool(s), 1 warning(s)",
                      self.inside(configuration))
        self.assertIn("1 lease", self.inside(rehearsal))
        self.assertEqual(self.renewed(first), address)  # Kea's answer still

        self.inside(switch)
        answers = self.inside(questions)
        self.assertIn(address, answers)
        self.assertEqual(self.renewed(first), address)
        second = self.client("eth1")
        other = second.wait_bound()
        self.assertNotEqual(other, address)
        self.assertIn(other, self.inside(questions))

        self.inside(way_back)
        self.assertNotIn("leasehold.pid", self.inside("ls /run/units"))
        self.assertEqual((self.renewed(first), self.renewed(second)), (address, other))
        self.inside("grep -q DHCP4_LEASE_ALLOC /var/log/kea/kea-dhcp4.log")

        self.inside(switch)  # again, as the page says
        self.assertEqual((self.renewed(first), self.renewed(second)), (address, other))
