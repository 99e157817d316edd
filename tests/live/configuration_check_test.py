"""`leasehold -t FILE`: what it says of good and of bad files, and where it points."""

from __future__ import annotations

import json

from live.support.case import NETWORK, POOL, LiveTest
from live.support.server import Server, subnet


class ConfigurationCheckTest(LiveTest):
    """No server runs here: -t opens nothing."""

    def setUp(self) -> None:
        super().setUp()
        self.subject: Server = self.server(self.namespace("server"))

    def check(self, text: str) -> tuple[int, str]:
        self.subject.configuration_path.write_text(text)
        return self.subject.run("-t", str(self.subject.configuration_path))

    def test_a_good_file_passes_and_nothing_is_opened(self) -> None:
        good = self.subject.configuration(subnet4=[subnet(1, NETWORK, POOL)])
        code, output = self.check("// comments of\n# three\n/* kinds */\n" + json.dumps(good))
        self.assertEqual(code, 0, output)
        self.assertEqual(list(self.subject.data.iterdir()), [])

    def test_bad_files_are_refused_with_the_place_of_each_error(self) -> None:
        path = self.subject.configuration_path
        cases = {
            "a misspelt key": (
                '{ "Dhcp4": {\n  "valid-lifetme": 3600\n} }', ["2:3", "valid-lifetme", "valid-lifetime"]),
            "a wrong type": (
                '{ "Dhcp4": {\n  "valid-lifetime": "long"\n} }', ["2:21", "valid-lifetime"]),
            "a pool outside its subnet": (
                '{ "Dhcp4": { "subnet4": [\n  { "id": 1, "subnet": "10.0.0.0/24",\n'
                '    "pools": [ { "pool": "10.0.1.1 - 10.0.1.9" } ] }\n] } }', [":3:", "10.0.0.0/24"]),
            "broken syntax": ('{ "Dhcp4": {\n  "valid-lifetime": ,\n} }', [":2:"]),
            "two errors at once": (
                '{ "Dhcp4": {\n  "valid-lifetme": 1,\n  "renew-timr": 2\n} }', ["2:3", "3:3", "renew-timer"]),
            "no Dhcp4": ('{ "Dhcp9": { } }', ["Dhcp9"]),
        }
        for name, (text, expected) in cases.items():
            with self.subTest(name):
                code, output = self.check(text)
                self.assertNotEqual(code, 0)
                self.assertIn(str(path), output)
                for part in expected:
                    self.assertIn(part, output)

    def test_a_file_that_is_not_there_is_named(self) -> None:
        code, output = self.subject.run("-t", "/nonexistent/leasehold.conf")
        self.assertNotEqual(code, 0)
        self.assertIn("/nonexistent/leasehold.conf", output)

    def test_a_refused_file_does_not_start_a_server(self) -> None:
        self.subject.configuration_path.write_text('{ "Dhcp4": { "valid-lifetme": 3600 } }')
        self.subject.launch()
        self.assertEqual(self.subject.program.wait(), 78, self.subject.log())
        self.subject.wait_log("valid-lifetme")
