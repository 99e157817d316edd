"""The control channel of the running server: commands, statistics, framing, answers under load."""

from __future__ import annotations

import json
import stat
import threading

from live.support.case import NETWORK, POOL, OneLinkTest
from live.support.client import hardware_address, query
from live.support.ctl import EMPTY, ERROR, SUCCESS, UNSUPPORTED
from live.support.packet import Type, colons

COMMANDS = {
    "build-report", "config-get", "config-hash-get", "config-reload", "config-set", "config-test", "config-write",
    "dhcp-disable", "dhcp-enable", "lease4-get", "lease4-get-all", "lease4-get-by-client-id",
    "lease4-get-by-hostname", "lease4-get-by-hw-address", "lease4-get-page", "leases-reclaim", "list-commands",
    "shutdown", "statistic-get", "statistic-get-all", "statistic-reset", "statistic-reset-all", "status-get",
    "version-get",
}
ANNA, BERT = hardware_address(1), hardware_address(2)


class ControlTest(OneLinkTest):
    """A server with two leases."""

    def setUp(self) -> None:
        super().setUp()
        self.start()
        self.wire = self.direct_client(self.client_side)
        self.control = self.subject.control
        self.annas = self.wire.lease(ANNA).yiaddr
        self.berts = self.wire.lease(BERT).yiaddr

    def test_commands_are_listed_in_order(self) -> None:
        listed = self.control.do("list-commands")
        self.assertEqual(listed, sorted(listed))
        self.assertEqual(COMMANDS - set(listed), set())

    def test_leases_are_found_by_what_people_know(self) -> None:
        by_hardware = self.control.do("lease4-get-by-hw-address", {"hw-address": colons(ANNA)})["leases"]
        by_client_id = self.control.do("lease4-get-by-client-id", {"client-id": f"01:{colons(ANNA)}"})["leases"]
        self.assertEqual(by_hardware, by_client_id)
        self.assertEqual([lease["ip-address"] for lease in by_hardware], [self.annas])
        everything = self.control.do("lease4-get-all")["leases"]
        self.assertEqual({lease["ip-address"] for lease in everything}, {self.annas, self.berts})
        self.assertEqual(self.control.ask("lease4-get", {"ip-address": "10.77.0.9"})["result"], EMPTY)

    def test_pages_follow_each_other(self) -> None:
        first = self.control.do("lease4-get-page", {"from": "start", "limit": 1})
        second = self.control.do("lease4-get-page", {"from": first["leases"][0]["ip-address"], "limit": 1})
        addresses = [page["leases"][0]["ip-address"] for page in (first, second)]
        self.assertEqual(set(addresses), {self.annas, self.berts})
        self.assertEqual((first["count"], second["count"]), (1, 1))
        self.assertEqual(self.control.ask("lease4-get-page", {"from": addresses[1], "limit": 1})["result"], EMPTY)

    def test_statistics_count_what_happened(self) -> None:
        everything = self.control.do("statistic-get-all")
        value = {name: samples[0][0] for name, samples in everything.items()}
        self.assertEqual(value["pkt4-ack-sent"], 2)
        self.assertEqual(value["assigned-addresses"], 2)
        self.assertEqual(value["subnet[1].assigned-addresses"], 2)
        self.assertEqual(value["subnet[1].total-addresses"], 100)
        self.assertEqual(value["pkt4-received"], value["pkt4-discover-received"] + value["pkt4-request-received"])
        self.control.do("statistic-reset", {"name": "pkt4-ack-sent"})
        self.assertEqual(self.control.statistic("pkt4-ack-sent"), 0)

    def test_service_is_switched_off_and_on(self) -> None:
        self.control.do("dhcp-disable")
        before = self.control.statistic("pkt4-service-disabled")
        self.wire.send(query(Type.DISCOVER, ANNA))
        while self.control.statistic("pkt4-service-disabled") == before:
            self.assertIsNone(self.wire.receive(0.05), "answered while disabled")
        self.control.do("dhcp-enable")
        self.assertEqual(self.wire.lease(ANNA).yiaddr, self.annas)

    def test_what_cannot_be_understood_is_refused(self) -> None:
        self.assertEqual(self.control.ask("lease4-conjure")["result"], UNSUPPORTED)
        self.assertEqual(self.control.ask("lease4-get", {"ip-address": "ten"})["result"], ERROR)
        for octets in (b"[ 1 ]", b"nonsense", b'{ "command": 7 }', b'{ "no-command": "x" }',
                       b'{ "command": "list-commands", "whatever": 1 }'):
            with self.subTest(octets=octets):
                self.assertEqual(json.loads(self.control.exchange(octets))["result"], ERROR)
        self.assertEqual(self.control.ask("version-get")["result"], SUCCESS)

    def test_comments_and_text_after_the_command_are_allowed(self) -> None:
        answer = self.control.exchange(b'// why\n{ "command": /* which */ "version-get" } and more')
        self.assertEqual(json.loads(answer)["result"], SUCCESS)

    def test_the_socket_is_not_for_everybody(self) -> None:
        mode = stat.S_IMODE(self.subject.socket_path.stat().st_mode)
        self.assertEqual(mode & 0o007, 0, oct(mode))

    def test_ctl_is_a_client_for_people(self) -> None:
        code, output = self.subject.run("ctl", "--socket", str(self.subject.socket_path), "lease4-get",
                                        f"ip-address={self.annas}")
        self.assertEqual(code, 0, output)
        self.assertIn(colons(ANNA), output)

    def test_the_configuration_that_is_shown_can_be_set(self) -> None:
        shown = self.control.do("config-get")
        self.assertEqual(self.control.do("config-hash-get")["hash"], shown["hash"])
        self.assertEqual(self.control.ask("config-test", {"Dhcp4": shown["Dhcp4"]})["result"], SUCCESS)
        answer = self.control.ask("config-set", {"Dhcp4": shown["Dhcp4"]})
        self.assertEqual(answer["result"], SUCCESS, answer)
        self.assertEqual(answer["arguments"]["changes"], [])
        self.assertEqual(self.control.do("config-get"), shown)
        self.assertEqual([pool["pool"].replace(" ", "") for pool in shown["Dhcp4"]["subnet4"][0]["pools"]],
                         [POOL.replace(" ", "")])
        self.assertEqual(shown["Dhcp4"]["subnet4"][0]["subnet"], NETWORK)

    def test_commands_are_answered_while_packets_pour_in(self) -> None:
        """Order, not time: every answer is there before the flood ends (I4)."""
        enough = threading.Event()
        flooding = threading.Event()

        def flood() -> None:
            number = 0
            while not enough.is_set():
                self.wire.send(query(Type.DISCOVER, hardware_address(number % 4096)))
                number += 1
                if number == 1000:
                    flooding.set()

        sender = threading.Thread(target=flood)
        sender.start()
        self.addCleanup(sender.join)
        self.addCleanup(enough.set)
        self.assertTrue(flooding.wait(60))
        received = self.control.statistic("pkt4-received")
        for command in ("version-get", "status-get", "list-commands", "lease4-get-all", "config-get") * 10:
            self.assertEqual(self.control.ask(command)["result"], SUCCESS)
        self.assertGreater(self.control.statistic("pkt4-received"), received)
        self.assertFalse(enough.is_set())

    def test_shutdown_ends_the_process_with_the_wanted_code(self) -> None:
        self.control.do("shutdown", {"exit-value": 3})
        self.assertEqual(self.subject.program.wait(), 3)
        self.assertFalse(self.subject.socket_path.exists())
