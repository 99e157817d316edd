"""The disk fills up: no reply leaves, commands answer, service resumes by itself, nothing acknowledged is lost."""

from __future__ import annotations

import time
from pathlib import Path

from live.support.case import OneRelayTest
from live.support.client import hardware_address, query
from live.support.disk import fill
from live.support.load import Load
from live.support.packet import Type
from live.support.process import run
from live.support.waiting import eventually
from support.ledger import Ledger


class DiskFullTest(OneRelayTest):
    """The lease file lies on a small file system of its own."""

    def setUp(self) -> None:
        super().setUp()
        run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0750", "leasehold-live", str(self.subject.data))
        self.addCleanup(run, "umount", "-l", str(self.subject.data), check=False)

        self.ballast = self.subject.data / "ballast"

    def load_until_the_store_is_lost(self) -> Load:
        load = Load(self.wire, self.seed(), clients=200, in_flight=32)
        load.run_until_acknowledged(300)
        fill(self.ballast)
        # What room the lease file has left inside may still take some leases.
        while "STORE_LOST" not in self.subject.log():
            load.run(50)
        return load

    def test_service_pauses_and_resumes(self) -> None:
        self.start()
        capture = self.capture()
        load = self.load_until_the_store_is_lost()
        closed_at = time.time()
        load.run(600)
        for command in ("status-get", "config-get", "list-commands", "statistic-get-all"):
            self.assertEqual(self.subject.control.ask(command)["result"], 0, command)
        still_full_at = time.time()

        self.ballast.unlink()
        load.run_until_acknowledged(200)
        self.subject.wait_log("STORE_RECOVERED")
        load.settle()
        capture.stop()

        messages = capture.messages()
        acks = [at for at, message in messages
                if message.op == 2 and message.type is Type.ACK and closed_at < at < still_full_at]
        self.assertEqual(acks, [], "ACKs left while nothing could be stored")
        self.assertTrue(self.subject.is_running())
        self.judge(Ledger(messages))

    def test_a_crash_while_the_disk_is_full_loses_nothing(self) -> None:
        self.start()
        capture = self.capture()
        load = self.load_until_the_store_is_lost()
        load.run(200)
        self.subject.kill()
        self.ballast.unlink()
        self.subject.start()
        load.run_until_acknowledged(200)
        load.settle()
        capture.stop()
        self.judge(Ledger(capture.messages()))

    def test_a_disk_that_is_full_at_the_restart_is_waited_for(self) -> None:
        self.start(lease_database={"type": "sqlite", "name": "leases4.db", "retry-on-startup": True})
        kept = self.wire.lease(hardware_address(1)).yiaddr
        self.subject.kill()
        fill(self.ballast)
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered while the disk is full")
        self.ballast.unlink()
        self.assertEqual(self.wire.ask(query(Type.DISCOVER, hardware_address(1))).message.yiaddr, kept)
        self.assertEqual(self.wire.lease(hardware_address(1)).yiaddr, kept)
