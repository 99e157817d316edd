"""The frame of a live test: a folder, namespaces and a server, all removed again whatever happens.

Needs root. Missing rights are a failure, never a skip: a proof that did not run is no proof.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, ClassVar

from live.support.capture import Capture
from live.support.client import BoundClient, DirectClient, RelayedClients
from live.support.exchange import Exchange
from live.support.namespace import Namespace, connect, remove_leftovers
from live.support.real_client import RealClient
from live.support.server import Server, subnet
from support.ledger import Ledger

SERVER_ADDRESS = "10.77.0.1"
NETWORK = "10.77.0.0/24"
POOL = "10.77.0.100 - 10.77.0.199"


class LiveTest(unittest.TestCase):
    """Gives tests the parts they build their scene from."""

    family: ClassVar[int] = 4  # of servers, unless a test says otherwise

    @classmethod
    def setUpClass(cls) -> None:
        remove_leftovers()

    def setUp(self) -> None:
        self.assertEqual(os.geteuid(), 0, "live tests need root, for network namespaces and packet sockets")
        self.folder = Path(tempfile.mkdtemp(prefix="leasehold-live-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self._servers: list[Server] = []

    def tearDown(self) -> None:
        """Shows the server's last words with a failure."""
        result = self._outcome.result  # type: ignore[attr-defined]
        if any(test is self for test, _ in result.failures + result.errors):
            for server in self._servers:
                print(f"--- end of {server.log_path}\n{server.log()[-6000:]}", file=sys.stderr)

    def namespace(self, role: str) -> Namespace:
        created = Namespace(role)
        self.addCleanup(created.remove)
        return created

    def server(self, namespace: Namespace, family: int | None = None) -> Server:
        folder = self.folder / f"server{len(self._servers)}"
        folder.mkdir()
        server = Server(namespace, folder, family or self.family)
        self._servers.append(server)
        self.addCleanup(server.end)
        return server

    def real_client(self, kind: type[RealClient], namespace: Namespace, interface: str = "eth0") -> RealClient:
        client = kind(namespace, interface, self.folder / kind.__name__)
        self.addCleanup(client.end)
        return client

    def direct_client(self, namespace: Namespace, interface: str = "eth0") -> DirectClient:
        client = DirectClient(namespace, interface)
        self.addCleanup(client.close)
        return client

    def bound_client(self, namespace: Namespace, address: str, server: str = SERVER_ADDRESS) -> BoundClient:
        client = BoundClient(namespace, address, server)
        self.addCleanup(client.close)
        return client

    def relayed_clients(self, namespace: Namespace, giaddr: str, server: str,
                        circuit_id: bytes = b"") -> RelayedClients:
        clients = RelayedClients(namespace, giaddr, server, circuit_id)
        self.addCleanup(clients.close)
        return clients


class OneLinkTest(LiveTest):
    """The usual scene: a server and clients on one link, subnet 1 with a pool of 100."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side = self.namespace("server")
        self.client_side = self.namespace("client")
        connect(self.server_side, "lan", self.client_side, "eth0")
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS}/24", "dev", "lan")
        self.subject = self.server(self.server_side)

    def start(self, **keys: Any) -> None:
        """Configures the server with subnet 1 and `keys`, and starts it."""
        self.subject.configure(**self.keys(**keys))
        self.subject.start()

    @staticmethod
    def keys(**keys: Any) -> dict[str, Any]:
        return {"interfaces_config": {"interfaces": ["lan"]}, "subnet4": [subnet(1, NETWORK, POOL)], **keys}


class RoutedTest(LiveTest):
    """A server with one uplink to a machine that relays for networks of its own, none of which is the server's."""

    def setUp(self) -> None:
        super().setUp()
        self.server_side = self.namespace("server")
        self.relay_side = self.namespace("relay")
        connect(self.server_side, "lan", self.relay_side, "uplink")
        self.server_side.ip("address", "add", f"{SERVER_ADDRESS}/24", "dev", "lan")
        self.relay_side.ip("address", "add", "10.77.0.2/24", "dev", "uplink")
        self.subject = self.server(self.server_side)

    def route(self, network: str) -> None:
        """From the server to a network behind the relay."""
        self.server_side.ip("route", "add", network, "via", "10.77.0.2")


class OneRelayTest(RoutedTest):
    """One relay (giaddr 10.88.0.1) with a pool of 2000 behind it: the scene for many clients. With DHCPv6: see
    Over6 in case6.py."""

    giaddr = "10.88.0.1"
    first_address = "10.88.0.10"  # of the pool
    wire: Any

    def setUp(self) -> None:
        super().setUp()
        self.wire = self.make_wire()

    def make_wire(self) -> Exchange:
        self.relay_side.ip("address", "add", f"{self.giaddr}/21", "dev", "lo")
        self.route("10.88.0.0/21")
        return self.relayed_clients(self.relay_side, self.giaddr, SERVER_ADDRESS)

    @staticmethod
    def keys(**keys: Any) -> dict[str, Any]:
        """Every renewal is written; clients may ask for a lifetime from 1 s on."""
        return {"interfaces_config": {"interfaces": ["lan"]}, "cache_threshold": 0.0,
                "min_valid_lifetime": 1, "max_valid_lifetime": 3600,
                "subnet4": [subnet(1, "10.88.0.0/21", "10.88.0.10 - 10.88.7.217")], **keys}

    def start(self, **keys: Any) -> None:
        self.subject.configure(**self.keys(**keys))
        self.subject.start()

    def capture(self) -> Capture:
        """Starts to record the wire between relay and server."""
        capture = Capture(self.relay_side, "uplink", self.folder)
        self.addCleanup(capture.end)
        return capture

    def seed(self) -> int:
        """Of this run, printed; $LEASEHOLD_SEED repeats one."""
        seed = int(os.environ.get("LEASEHOLD_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"{self.id()}: LEASEHOLD_SEED={seed}", file=sys.stderr)
        return seed

    def judge(self, ledger: Ledger) -> None:
        """Nothing lost and nothing doubled: now, and from the disk after a restart."""
        self.assertEqual([finding.text for finding in ledger.unasked()[:20]], [])
        self.assertEqual([finding.text for finding in ledger.doubled()[:20]], [])
        for occasion in ("now", "after a restart"):
            if occasion == "after a restart":
                self.assertEqual(self.subject.stop(), 0)
                self.subject.start()
            lost = ledger.lost(self.subject.control.leases(), time.time())
            self.assertEqual([finding.text for finding in lost[:20]], [], f"{len(lost)} lost, {occasion}")
