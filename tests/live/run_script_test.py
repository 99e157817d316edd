"""The operator's program hears of a lease's life, and a program that hangs holds up nobody."""

from __future__ import annotations

from pathlib import Path

from live.support.case import OneLinkTest
from live.support.client import hardware_address, query
from live.support.packet import Option, Type, address_bytes
from live.support.waiting import eventually

ANNA, BERT = hardware_address(1), hardware_address(2)


class RunScriptTest(OneLinkTest):
    """A script that writes down what it is told."""

    def setUp(self) -> None:
        super().setUp()
        self.folder.chmod(0o755)
        self.told = self.folder / "told"
        self.told.touch()
        self.wire = self.direct_client(self.client_side)

    def script(self, body: str) -> Path:
        path = self.folder / "on-lease.sh"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def start_with(self, body: str, **keys: object) -> None:
        library = {"library": "libdhcp_run_script.so", "parameters": {"name": str(self.script(body)), "sync": False}}
        self.start(hooks_libraries=[library], **keys)

    def lines(self) -> list[str]:
        return self.told.read_text().splitlines()

    def test_a_lease_from_its_grant_to_its_end(self) -> None:
        self.start_with(f'echo "$1 $LEASE4_ADDRESS$LEASES4_AT0_ADDRESS $LEASE4_HWADDR$LEASES4_AT0_HWADDR" >> {self.told}',
                        cache_threshold=0.0, min_valid_lifetime=1,
                        expired_leases_processing={"reclaim-timer-wait-time": 1})
        ack = self.wire.lease(ANNA)
        who = f"{ack.yiaddr} {ANNA.hex(':')}"
        eventually(lambda: f"leases4_committed {who}" in self.lines(), "the grant is told")
        self.client_side.ip("address", "add", f"{ack.yiaddr}/24", "dev", "eth0")
        renewal = query(Type.REQUEST, ANNA, ciaddr=ack.yiaddr)
        self.wire.ask(renewal)
        eventually(lambda: f"lease4_renew {who}" in self.lines(), "the renewal is told")
        release = query(Type.RELEASE, ANNA, ciaddr=ack.yiaddr)
        release.options[Option.SERVER_ID] = ack.options[Option.SERVER_ID]
        self.wire.send(release)
        eventually(lambda: f"lease4_release {who}" in self.lines(), "the release is told")

        short = query(Type.DISCOVER, BERT)
        offer = self.wire.ask(short).message
        request = query(Type.REQUEST, BERT, xid=offer.xid)
        request.options[Option.REQUESTED_ADDRESS] = address_bytes(offer.yiaddr)
        request.options[Option.SERVER_ID] = offer.options[Option.SERVER_ID]
        request.options[Option.LEASE_TIME] = (1).to_bytes(4, "big")
        self.wire.ask(request)
        eventually(lambda: f"lease4_expire {offer.yiaddr} {BERT.hex(':')}" in self.lines(), "the end is told")

    def test_a_hanging_program_holds_up_nobody(self) -> None:
        self.start_with("exec sleep 1000")
        for number in range(20):
            self.wire.lease(hardware_address(number))
        status = self.subject.control.do("status-get")["run-script"]
        self.assertEqual(status["running"], 4)
        self.assertEqual(status["waiting"], 16)

    def test_a_program_that_cannot_run_is_refused_before_anything_changes(self) -> None:
        self.start()
        path = self.script("true")
        path.chmod(0o644)
        dhcp4 = self.subject.configuration(**self.keys(hooks_libraries=[
            {"library": "libdhcp_run_script.so", "parameters": {"name": str(path)}}]))["Dhcp4"]
        for command in ("config-test", "config-set"):
            answer = self.subject.control.ask(command, {"Dhcp4": dhcp4})
            self.assertEqual(answer["result"], 1)
            self.assertIn("chmod +x", answer["text"])
        self.assertTrue(self.wire.lease(ANNA).yiaddr)
