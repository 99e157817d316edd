"""The frame of a live test: a folder, namespaces and a server, all removed again whatever happens.

Needs root. Missing rights are a failure, never a skip: a proof that did not run is no proof.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from live.support.client import BoundClient, DirectClient, RelayedClients
from live.support.namespace import Namespace, connect, remove_leftovers
from live.support.real_client import RealClient
from live.support.server import Server, subnet

SERVER_ADDRESS = "10.77.0.1"
NETWORK = "10.77.0.0/24"
POOL = "10.77.0.100 - 10.77.0.199"


class LiveTest(unittest.TestCase):
    """Gives tests the parts they build their scene from."""

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

    def server(self, namespace: Namespace) -> Server:
        folder = self.folder / f"server{len(self._servers)}"
        folder.mkdir()
        server = Server(namespace, folder)
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

    def relayed_clients(self, namespace: Namespace, giaddr: str, server: str, circuit_id: bytes = b"") -> RelayedClients:
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
