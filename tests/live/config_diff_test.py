"""`leasehold config diff`: two files, what differs in their meaning, where it stands, and what a reload would do."""

from __future__ import annotations

import json
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from live.support.server import SOURCE_DIR, binary

BEFORE = """{ "Dhcp4": {
    "interfaces-config": { "interfaces": [ "eth0", "eth1" ] },
    "lease-database": { "type": "postgresql", "name": "dhcp", "host": "db1", "user": "dhcp", "password": "first secret" },
    "writer-id": 5,
    "valid-lifetime": 3600,
    "client-classes": [ { "name": "phones", "test": "option[60].exists" }, { "name": "guests", "test": "option[61].exists" } ],
    "subnet4": [
        { "id": 1, "subnet": "192.0.2.0/24", "pools": [ { "pool": "192.0.2.10-192.0.2.99" }, { "pool": "192.0.2.128/25" } ],
          "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "192.0.2.9" } ] },
        { "id": 2, "subnet": "198.51.100.0/24", "pools": [ { "pool": "198.51.100.0/25" } ] }
    ]
} }
"""
AGAIN = """// the same, told in another way
{ "Dhcp4": {
    "valid-lifetime": 3600, "writer-id": 5, "echo-client-id": true,
    "subnet4": [
        { "id": 2, "subnet": "198.51.100.0/24", "valid-lifetime": 3600, "pools": [ { "pool": "198.51.100.0/25" } ] },
        { "id": 1, "subnet": "192.0.2.0/24", "pools": [ { "pool": "192.0.2.10-192.0.2.99" }, { "pool": "192.0.2.128/25" } ],
          "reservations": [ { "ip-address": "192.0.2.9", "hw-address": "02:00:00:00:00:01" } ] }
    ],
    "client-classes": [ { "name": "phones", "test": "option[60].exists" }, { "name": "guests", "test": "option[61].exists" } ],
    "lease-database": { "type": "postgresql", "name": "dhcp", "host": "db1", "user": "dhcp", "password": "first secret" },
    "interfaces-config": { "interfaces": [ "eth1", "eth0" ] }
} }
"""


class ConfigDiffTest(unittest.TestCase):
    """Pairs of files."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="leasehold-diff-")))

    def diff(self, before: str, after: str, *more: str) -> tuple[int, str, str]:
        (self.folder / "a.conf").write_text(before)
        (self.folder / "b.conf").write_text(after)
        done = subprocess.run([str(binary()), "config", "diff", "a.conf", "b.conf", *more], cwd=self.folder,
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def changes(self, before: str, after: str) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """By where; and what a reload would do."""
        code, text, words = self.diff(before, after, "--json")
        self.assertEqual((code, words), (1, ""), text)
        told = json.loads(text)
        self.assertFalse(told["same"])
        (family,) = told["families"]
        return {change["where"]: change for change in family["changes"]}, family["reload"]

    def test_the_same_meaning(self) -> None:
        self.assertEqual(self.diff(BEFORE, BEFORE), (0, "", ""))
        self.assertEqual(self.diff(BEFORE, AGAIN), (0, "", ""))
        code, text, _ = self.diff(BEFORE, AGAIN, "--json")
        self.assertEqual((code, json.loads(text)["same"]), (0, True))

    def test_values_of_subnets_that_follow_are_counted_and_not_listed(self) -> None:
        code, text, _ = self.diff(BEFORE, BEFORE.replace("3600", "7200"))
        self.assertEqual(code, 1)
        self.assertIn("changed /Dhcp4/valid-lifetime: 3600 -> 7200\n    before a.conf:5:23\n    after b.conf:5:23\n", text)
        self.assertNotIn("[id=1]", text)
        self.assertRegex(text, r"and \d+ value\(s\) that subnets and networks inherit")
        self.assertTrue(text.endswith("The values count from the next packet on.\n"))

    def test_each_kind_of_element_goes_by_its_name(self) -> None:
        changed = (BEFORE.replace("192.0.2.9\"", "192.0.2.8\"").replace("198.51.100.0/25", "198.51.100.0/26")
                   .replace('"test": "option[61].exists"', '"test": "option[82].exists"'))
        changes, reload = self.changes(BEFORE, changed)
        host = changes["/Dhcp4/subnet4[id=1]/reservations[hw-address=02:00:00:00:00:01]/ip-address"]
        self.assertEqual((host["from"], host["to"]), ("192.0.2.9", "192.0.2.8"))
        self.assertRegex(host["after"]["place"], r"^b\.conf:9:\d+$")
        self.assertEqual(changes["/Dhcp4/client-classes[name=guests]/test"]["to"], "option[82].exists")
        pools = {where: change["change"] for where, change in changes.items() if "pools[" in where}
        self.assertEqual(sorted(pools.values()), ["added", "removed"])
        self.assertTrue(all(where.startswith("/Dhcp4/subnet4[id=2]/pools[pool=") for where in pools), pools)
        self.assertIn("Pools are filled anew", " ".join(reload))

    def test_a_subnet_with_another_id_is_the_same_subnet(self) -> None:
        changes, reload = self.changes(BEFORE, BEFORE.replace('"id": 2', '"id": 7'))
        self.assertEqual({where: (change["from"], change["to"]) for where, change in changes.items()},
                         {"/Dhcp4/subnet4[id=7]/id": (2, 7)})
        self.assertIn("keep the id", " ".join(reload))

    def test_an_order_that_decides_is_told(self) -> None:
        first, second = ('{ "name": "phones", "test": "option[60].exists" }', '{ "name": "guests", "test": "option[61].exists" }')
        other = BEFORE.replace(f"{first}, {second}", f"{second}, {first}")
        changes, _ = self.changes(BEFORE, other)
        self.assertEqual({where: change["change"] for where, change in changes.items()},
                         {"/Dhcp4/client-classes": "reordered"})

    def test_secrets_differ_and_stay_hidden(self) -> None:
        other = BEFORE.replace("first secret", "second secret")
        for more in ((), ("--json",)):
            code, text, _ = self.diff(BEFORE, other, *more)
            self.assertEqual(code, 1)
            self.assertIn("/Dhcp4/lease-database/password", text)
            self.assertNotIn("secret", text)
            self.assertIn("connection to postgresql://db1/dhcp is made anew", text)

    def test_what_a_reload_would_do(self) -> None:
        for change, effect in (
            (('"host": "db1"', '"host": "db2"'), "Leases are kept in postgresql://db2/dhcp instead of"),
            (('"id": 2', '"id": 7'), "Leases of 198.51.100.0/24 are not found any more, as its id becomes 7 instead of 2"),
            (('"eth1"', '"eth2"'), "Sockets of interfaces"),
            (('"writer-id": 5,', '"writer-id": 5, "control-socket": { "socket-type": "unix", "socket-name": "/run/x" },'),
             "Control sockets are opened before"),
            (('"writer-id": 5,', '"writer-id": 5, "loggers": [ { "name": "kea-dhcp4", "severity": "DEBUG" } ],'),
             "Log destinations"),
        ):
            with self.subTest(effect=effect):
                _, reload = self.changes(BEFORE, BEFORE.replace(*change))
                self.assertIn(effect, " ".join(reload))

    def test_files_that_are_refused(self) -> None:
        code, text, words = self.diff(BEFORE, BEFORE.replace("3600", "-1"))
        self.assertEqual((code, text), (78, ""))
        self.assertIn("b.conf:5:23: error", words)
        self.assertEqual(self.diff(BEFORE, "{}")[0], 1)  # the family is gone
        self.assertEqual(self.diff("{}", "{}")[0], 78)
        self.assertEqual(self.diff(BEFORE, BEFORE, "--no-such")[0], 64)

    def test_both_families_and_one_of_them(self) -> None:
        v6 = (SOURCE_DIR / "config/examples/homelab6.conf").read_text()
        code, text, _ = self.diff(v6, v6.replace("Dhcp6", "Dhcp4", 0))
        self.assertEqual((code, text), (0, ""))
        code, text, _ = self.diff(v6, BEFORE)
        self.assertEqual(code, 1)
        self.assertIn("added /Dhcp4\n", text)
        self.assertIn("removed /Dhcp6\n", text)
        self.assertIn("that takes a restart", text)
        self.assertNotIn("Dhcp4", self.diff(v6, BEFORE, "-6")[1])


if __name__ == "__main__":
    unittest.main()
