"""`leasehold probe` against real servers: as a client and as a relay, of both families; and against nobody."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from live.support.case import OneLinkTest, OneRelayTest, RoutedTest
from live.support.case6 import OneLink6Test, Over6
from live.support.namespace import Namespace
from live.support.process import Program
from live.support.server import binary
from live.support.waiting import eventually

QUICK = ("--timeout", "0.4", "--retries", "0")
MAC = "02:00:5e:00:53:01"


def probe(namespace: Namespace, *words: str) -> tuple[int, str, str]:
    """Exit status, what was shown, and what it had to say about it."""
    done = subprocess.run(namespace.inside(str(binary()), "probe", *words), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def types(told: dict[str, Any]) -> list[str]:
    return [f"{message['direction']} {message['type']}" for message in told["exchange"]]


def content(message: dict[str, Any]) -> dict[str, str]:
    return {line["name"]: line["value"] for line in message["content"]}


class ProbeTest(OneLinkTest):
    """On the server's link, DHCPv4."""

    def probe(self, *words: str) -> tuple[int, str, str]:
        return probe(self.client_side, "-i", "eth0", *words)

    def told(self, status: int, *words: str) -> dict[str, Any]:
        code, text, said = self.probe("--json", *QUICK, *words)
        self.assertEqual((code, json.loads(text)["status"]), (status, status), said)
        return json.loads(text)

    def test_what_is_offered_is_shown_and_not_bound(self) -> None:
        self.start(option_data=[{"name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54"}])
        code, text, said = probe(self.client_side, *QUICK, "--mac", MAC)  # the only interface needs no name
        self.assertEqual((code, said), (0, ""))
        self.assertRegex(text, r"(?m)^0\.\d ms  sent DHCPDISCOVER to 255\.255\.255\.255$")
        self.assertRegex(text, r"(?m)^\d+\.\d ms  received DHCPOFFER from 10\.77\.0\.1$")
        self.assertIn(f"        chaddr: {MAC}\n", text)
        self.assertIn("        6 domain-name-servers: 192.0.2.53, 192.0.2.54\n", text)
        self.assertRegex(text, r"server 10\.77\.0\.1 after \d+\.\d ms: offers 10\.77\.0\.1\d\d\n")
        self.assertTrue(text.endswith("is offered; nothing was bound.\n"), text)
        self.assertEqual(self.subject.control.leases(), [])

    def test_a_lease_taken_and_given_back_or_kept(self) -> None:
        self.start()
        told = self.told(0, "--lease", "--mac", MAC, "--client-id", "01:02:03", "--hostname", "prober")
        self.assertEqual(types(told), ["sent DHCPDISCOVER", "received DHCPOFFER", "sent DHCPREQUEST", "received DHCPACK",
                                       "sent DHCPRELEASE"])
        self.subject.wait_log("DHCP4_RELEASE ")
        kept = self.told(0, "--request", "--mac", MAC, "--client-id", "01:02:03", "--hostname", "prober")
        (lease,) = [lease for lease in self.subject.control.leases() if lease["state"] == 0]
        self.assertEqual((lease["hw-address"], lease["client-id"], lease["hostname"], [lease["ip-address"]]),
                         (MAC, "01:02:03", "prober", kept["servers"][0]["offers"]))

    def test_options_of_ones_own_and_one_server(self) -> None:
        self.start(client_classes=[{"name": "own", "test": "option[60].text == 'AB'", "next-server": "192.0.2.9"}])
        told = self.told(0, "--option", "60=4142", "--server", "10.77.0.1", "--mac", MAC)
        self.assertEqual(content(told["exchange"][0])["60 vendor-class-identifier"], "AB")
        self.assertEqual(content(told["exchange"][1])["siaddr"], "192.0.2.9")

    def test_a_second_server_is_found(self) -> None:
        self.start()
        self.server_side.ip("link", "add", "lan2", "link", "lan", "type", "macvlan", "mode", "bridge")
        stranger = self.namespace("stranger")
        self.server_side.ip("link", "set", "lan2", "netns", stranger.name)
        stranger.ip("address", "add", "10.77.0.9/24", "dev", "lan2")
        stranger.ip("link", "set", "lan2", "up")
        other = self.server(stranger)
        other.configure(**{**self.keys(), "interfaces_config": {"interfaces": ["lan2"]}})
        other.start()
        told = self.told(0)
        self.assertEqual({server["server"] for server in told["servers"]}, {"10.77.0.1", "10.77.0.9"})
        self.assertIn("2 servers answered", told["result"])
        told = self.told(3, "--known", "10.77.0.1")
        self.assertIn("10.77.0.9", told["result"])
        self.told(0, "--known", "10.77.0.1", "--known", "10.77.0.9")

    def test_nobody_answers(self) -> None:
        code, text, said = self.probe("--timeout", "0.1", "--retries", "2")
        self.assertEqual((code, text.count("sent DHCPDISCOVER")), (1, 3))
        self.assertIn("No answer in 0.3 s from 255.255.255.255 on eth0.", said)
        self.assertIn("UDP ports 67 and 68", said)

    def test_a_refusal(self) -> None:
        self.start(subnet4=[])
        self.told(1)  # no subnet: silence
        self.assertEqual(self.subject.stop(), 0)

    def test_what_keeps_it_from_asking(self) -> None:
        self.client_side.ip("link", "add", "spare", "link", "eth0", "type", "macvlan")
        for words, status, text in (
            (("-i", "none"), 71, "There is no interface none; there are eth0, spare."),
            (("-i", "spare"), 71, "The interface spare is down: 'ip link set spare up' brings it up."),
            (("-i", "eth0", "--relay", "10.9.9.9"), 64, "name it with --server"),
            (("-i", "eth0", "--relay", "10.9.9.9", "--server", "10.77.0.1"), 71, "10.9.9.9 is no address of this machine"),
            (("-i", "eth0", "--server", "2001:db8::1"), 64, "is an address of the other family"),
            (("-i", "eth0", "--mac", "xyz"), 64, "hexadecimal octets"),
            (("-i", "eth0", "--option", "60"), 64, "an option's code"),
            (("-i", "eth0", "--option", "255=00"), 64, "options 1 to 254, not 255"),
            (("-i", "eth0", "--option", "60=" + "00" * 400, "--option", "61=" + "00" * 400), 64, "have room"),
        ):
            with self.subTest(words=words):
                code, _, said = probe(self.client_side, *QUICK, *words)
                self.assertEqual(code, status, said)
                self.assertIn(text, said)
        self.client_side.ip("link", "set", "spare", "up")
        self.assertIn("Name the interface with -i: there are eth0, spare.", probe(self.client_side, *QUICK)[2])
        done = subprocess.run(self.client_side.inside("setpriv", "--reuid=65534", "--clear-groups", str(binary()), "probe", "-i",
                                                      "eth0"), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 71)
        self.assertIn("CAP_NET_RAW", done.stderr)

    def test_keas_answers_are_understood(self) -> None:
        configuration = self.folder / "kea.conf"
        configuration.write_text(json.dumps({"Dhcp4": {
            "interfaces-config": {"interfaces": ["lan"]}, "lease-database": {"type": "memfile", "persist": False},
            "subnet4": [{"id": 1, "subnet": "10.77.0.0/24", "pools": [{"pool": "10.77.0.50 - 10.77.0.59"}]}]}}))
        folder = str(self.folder)
        kea = Program(self.server_side.inside("kea-dhcp4", "-c", str(configuration)), self.folder / "kea.log",
                      {"PATH": "/usr/sbin:/usr/bin", "KEA_PIDFILE_DIR": folder, "KEA_LOCKFILE_DIR": folder,
                       "KEA_DHCP_DATA_DIR": folder})
        self.addCleanup(kea.end)
        eventually(lambda: "DHCP4_STARTED" in kea.output(), "Kea starts", kea.output)
        told = self.told(0, "--lease", "--mac", MAC)
        self.assertEqual((types(told)[-2:], told["servers"][0]["server"]), (["received DHCPACK", "sent DHCPRELEASE"], "10.77.0.1"))


class ProbeAsRelayTest(OneRelayTest):
    """In relay form, DHCPv4."""

    def test_a_lease_through_giaddr(self) -> None:
        self.wire.close()
        self.start()
        words = ("--relay", self.giaddr, "--server", "10.77.0.1", "--mac", MAC, "--json", *QUICK)
        code, text, said = probe(self.relay_side, *words, "--lease", "--option", "82=01:04:70:6f:72:74")
        self.assertEqual(code, 0, said)
        told = json.loads(text)
        self.assertTrue(told["servers"][0]["offers"][0].startswith("10.88."), told)
        shown = content(told["exchange"][1])
        self.assertEqual((shown["giaddr"], shown["1 circuit-id"]), (self.giaddr, "706f7274"))
        self.subject.wait_log("DHCP4_RELEASE ")

    def test_the_port_is_taken(self) -> None:
        code, _, said = probe(self.relay_side, "--relay", self.giaddr, "--server", "10.77.0.1", *QUICK)
        self.assertEqual(code, 71)
        self.assertIn("ss -lunp", said)
        self.wire.close()
        code, _, said = probe(self.relay_side, "--relay", self.giaddr, "--server", "10.77.0.1", *QUICK)
        self.assertEqual(code, 1)
        self.assertIn(f"has it a subnet for {self.giaddr}", said)


class Probe6Test(OneLink6Test):
    """On the server's link, DHCPv6."""

    def test_an_exchange(self) -> None:
        self.start(option_data=[{"name": "dns-servers", "data": "2001:db8::53"}])
        code, text, said = probe(self.client_side, "-6", *QUICK, "--mac", MAC, "--prefix", "--hostname", "prober")
        self.assertEqual((code, said), (0, ""))
        self.assertIn("sent SOLICIT to ff02::1:2\n", text)
        self.assertIn("        23 dns-servers: 2001:db8::53\n", text)
        self.assertRegex(text, r"        3 ia-na: iaid \d+, T1 \d+ s, T2 \d+ s\n          5 iaaddr: 2001:db8:77::1\w+, preferred")
        self.assertRegex(text, r"          26 iaprefix: 2001:db8:f0\w+:[\w:]*/56, preferred")
        self.assertIn(f"        1 clientid: 00030001{MAC.replace(':', '')}\n", text)
        self.assertEqual(self.subject.control.leases(), [])

        code, text, said = probe(self.client_side, "-6", "--json", *QUICK, "--lease", "--duid", "00:04:01:02:03:04")
        self.assertEqual(code, 0, said)
        self.assertEqual(types(json.loads(text)), ["sent SOLICIT", "received ADVERTISE", "sent REQUEST", "received REPLY",
                                                   "sent RELEASE", "received REPLY"])
        self.subject.wait_log("DHCP6_RELEASE ")

    def test_nothing_is_left_and_nobody_answers(self) -> None:
        self.start(subnet6=[{"id": 1, "subnet": "2001:db8:77::/64", "interface": "lan"}])
        code, _, said = probe(self.client_side, "-6", *QUICK)
        self.assertEqual(code, 2, said)
        self.assertIn("NoAddrsAvail", said)
        self.assertEqual(self.subject.stop(), 0)
        code, _, said = probe(self.client_side, "-6", *QUICK)
        self.assertEqual(code, 1)
        self.assertIn("UDP ports 546 and 547", said)


class Probe6AsRelayTest(Over6, OneRelayTest):
    """In relay form, DHCPv6."""

    def test_a_lease_through_a_link_address(self) -> None:
        self.wire.close()
        self.start()
        for more in ((), ("-i", "uplink")):
            code, text, said = probe(self.relay_side, "--relay-v6", self.relay_address, "--server", "2001:db8:77::1",
                                     "--mac", MAC, "--json", "--lease", *QUICK, *more)
            self.assertEqual(code, 0, said)
            told = json.loads(text)
            self.assertEqual(types(told)[-1], "received REPLY")
            self.assertTrue(told["servers"][0]["offers"][0].startswith("2001:db8:88::"), told)
            self.assertEqual(content(told["exchange"][1])["relay"],
                             f"link-address {self.relay_address}, peer-address fe80::5eff:fe00:5301")


class ProbeRoutedTest(RoutedTest):
    """A link address that is somewhere else."""

    def test_a_giaddr_has_to_be_ours(self) -> None:
        code, _, said = probe(self.relay_side, "--relay", "10.99.0.1", "--server", "10.77.0.1", *QUICK)
        self.assertEqual(code, 71)
        self.assertIn("ip address add 10.99.0.1/32 dev lo", said)
