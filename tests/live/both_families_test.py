"""One process that serves DHCPv4 and DHCPv6: a file with both maps, a control socket for each, one end."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

from live.support.case import LiveTest
from live.support.ctl import ControlSocket
from live.support.http_control import HttpControl
from live.support.namespace import connect
from live.support.server import STARTED, STARTED6
from live.support.waiting import eventually

SERVER_ID_FILE = "kea-dhcp6-serverid"


class BothFamiliesTest(LiveTest):
    """A machine with one interface and a file with Dhcp4 and Dhcp6."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side, self.client_side = self.namespace("server"), self.namespace("client")
        connect(self.server_side, "lan", self.client_side, "eth0")
        self.server_side.ip("address", "add", "10.77.0.1/24", "dev", "lan")
        self.server_side.ip("address", "add", "2001:db8:77::1/64", "dev", "lan", "nodad")
        self.subject = self.server(self.server_side)
        self.control6 = ControlSocket(self.subject.folder / "run" / "control6.sock", 6)

    def both(self, **of_v6: Any) -> dict[str, Any]:
        """A configuration of both families."""
        v4 = self.subject.configuration(interfaces_config={"interfaces": ["lan"]}, subnet4=[
            {"id": 1, "subnet": "10.77.0.0/24", "pools": [{"pool": "10.77.0.100 - 10.77.0.199"}]}])
        v6 = {
            "interfaces-config": {"interfaces": ["lan"]},
            "lease-database": {"type": "sqlite", "name": "leases6.db"},
            "control-sockets": [{"socket-type": "unix", "socket-name": str(self.control6.path)}],
            "subnet6": [{"id": 1, "subnet": "2001:db8:77::/64", "interface": "lan",
                         "pools": [{"pool": "2001:db8:77::/64"}],
                         "pd-pools": [{"prefix": "2001:db8:f000::", "prefix-len": 44, "delegated-len": 56}]}],
            **{name.replace("_", "-"): value for name, value in of_v6.items()},
        }
        return {**v4, "Dhcp6": v6}

    def write(self, configuration: dict[str, Any]) -> Path:
        self.subject.configuration_path.write_text(json.dumps(configuration, indent=2))
        return self.subject.configuration_path

    def start(self) -> None:
        self.subject.launch()
        log = self.subject.log
        eventually(lambda: STARTED in log() and STARTED6 in log(), "both start", log)

    def test_each_family_answers_on_its_own_socket(self) -> None:
        self.write(self.both())
        self.start()
        four, six = self.subject.control, self.control6
        self.assertEqual(four.do("status-get")["family"], "DHCPv4")
        self.assertEqual(six.do("status-get")["family"], "DHCPv6")
        self.assertEqual(four.do("status-get")["pid"], six.do("status-get")["pid"])
        self.assertIn("lease4-get", four.do("list-commands"))
        self.assertNotIn("lease6-get", four.do("list-commands"))
        self.assertIn("lease6-get-by-duid", six.do("list-commands"))
        names = set(six.do("statistic-get-all"))
        self.assertIn("subnet[1].pd-pool[0].total-pds", names)
        self.assertFalse([name for name in names if name.startswith(("pkt4", "v4-"))])
        table = six.do("stat-lease6-get")["result-set"]
        self.assertEqual(table["columns"][:3], ["subnet-id", "total-nas", "cumulative-assigned-nas"])
        self.assertEqual(table["rows"], [[1, 2**64, 0, 0, 0, 4096, 0, 0]])
        self.assertEqual(four.do("stat-lease4-get")["result-set"]["rows"], [[1, 100, 0, 0, 0]])
        self.assertEqual(set(six.do("config-get")) - {"hash"}, {"Dhcp6"})
        pids = {path.read_text() for path in (self.subject.folder / "run").glob("*.pid")}
        self.assertEqual(pids, {f"{self.subject.pid}\n"})
        self.assertEqual(self.subject.stop(), 0)

    def test_one_listener_shows_both(self) -> None:
        configuration = self.both()
        configuration["Dhcp6"]["control-sockets"].append({"socket-type": "http", "socket-port": 8006})
        self.write(configuration)
        self.start()
        http = HttpControl(self.server_side, 8006)
        ready = http.post("", method="GET", path="/health/ready")
        self.assertEqual(ready.status, 200)
        self.assertEqual([service["family"] for service in ready.json["services"]], ["DHCPv4", "DHCPv6"])
        metrics = http.post("", method="GET", path="/metrics").text.splitlines()
        for line in ('leasehold_service_state{family="4",state="open"} 1',
                     'leasehold_service_state{family="6",state="open"} 1',
                     'kea_dhcp4_addresses_total{subnet="10.77.0.0/24",subnet_id="1",prefix="10.77.0.0/24",'
                     'shared_network=""} 100',
                     'kea_dhcp6_na_total{subnet="2001:db8:77::/64",subnet_id="1",prefix="2001:db8:77::/64",'
                     'shared_network=""} 18446744073709551616'):
            self.assertIn(line, metrics)

    def test_writing_one_part_keeps_the_other(self) -> None:
        path = self.write(self.both())
        self.start()
        self.control6.do("config-write")
        written = json.loads(path.read_text())
        self.assertEqual(written["Dhcp4"], self.both()["Dhcp4"])
        self.assertIn("valid-lifetime", written["Dhcp6"])
        self.subject.program.send_signal(signal.SIGHUP)
        self.subject.wait_log("DHCP4_CONFIG_COMPLETE", 2)
        self.subject.wait_log("DHCP6_CONFIG_COMPLETE", 2)
        self.assertEqual(self.subject.control.do("config-reload")["hash"],
                         self.subject.control.do("config-hash-get")["hash"])

    def test_one_socket_for_both_is_refused(self) -> None:
        shared = self.both()["Dhcp4"]["control-sockets"]
        path = self.write(self.both(control_sockets=shared))
        code, output = self.subject.run("-t", str(path))
        self.assertEqual(code, 78, output)
        self.assertIn("named under \"Dhcp4\" and under \"Dhcp6\"", output)
        self.subject.launch()
        self.assertEqual(self.subject.program.wait(), 78)

    def test_a_check_names_both_and_writes_nothing(self) -> None:
        path = self.write(self.both())
        code, output = self.subject.run("-t", str(path))
        self.assertEqual(code, 0, output)
        self.assertIn("the DHCPv4 configuration can be used", output)
        self.assertIn("the DHCPv6 configuration can be used", output)
        self.assertEqual(self.subject.run("-6", "-t", str(path))[0], 0)
        self.assertFalse((self.subject.data / SERVER_ID_FILE).exists())

    def test_the_duid_stays_over_restarts_and_changes_with_its_configuration(self) -> None:
        self.write(self.both())
        self.start()
        kept = self.subject.data / SERVER_ID_FILE
        duid = kept.read_text()
        self.assertRegex(duid, r"^00:01:00:01:([0-9a-f]{2}:){9}[0-9a-f]{2}\n$")
        self.subject.stop()
        self.start_again()
        self.assertEqual(kept.read_text(), duid)
        configuration = {"Dhcp6": {**self.both()["Dhcp6"], "server-id": {"type": "EN", "enterprise-id": 32473}}}
        self.control6.do("config-test", configuration)
        self.assertEqual(kept.read_text(), duid, "a test writes nothing")
        self.control6.do("config-set", configuration)
        eventually(lambda: kept.read_text() != duid, "the new DUID is kept")
        self.assertTrue(kept.read_text().startswith("00:02:00:00:7e:d9:"))

    def start_again(self) -> None:
        before = self.subject.log().count(STARTED6)
        self.subject.launch()
        self.subject.wait_log(STARTED6, before + 1)
