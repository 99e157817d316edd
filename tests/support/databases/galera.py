"""A Galera cluster of two MariaDB nodes of the test's own, on private directories and ports.

Two nodes are the smallest cluster in which certification conflicts and lost quorum happen: when one is killed the
other has half of the votes and refuses everything that touches a table.
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from .mariadb import NEVER_SECONDS, MariaDb, free_port

_PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")


def provider() -> str:
    for path in _PROVIDERS:
        if Path(path).exists():
            return path
    raise AssertionError(f"the Galera library is missing, looked for {' and '.join(_PROVIDERS)}: install galera-4")


class Node(MariaDb):
    """One node; the same account and passwords as its peers, since accounts travel with the data."""

    def __init__(self, name: str, group_port: int, peers: list[int], cluster: str) -> None:
        state_port, transfer_port = free_port(), free_port()
        super().__init__({
            "wsrep_on": "ON",
            "wsrep_provider": provider(),
            "wsrep_cluster_name": cluster,
            "wsrep_cluster_address": "gcomm://" + ",".join(f"127.0.0.1:{port}" for port in peers),
            "wsrep_node_name": name,
            "wsrep_node_address": "127.0.0.1",
            "wsrep_sst_method": "rsync",
            "wsrep_sst_receive_address": f"127.0.0.1:{transfer_port}",
            # A dead peer is noticed after three seconds; the usual values are twice as long.
            "wsrep_provider_options": f"gmcast.listen_addr=tcp://127.0.0.1:{group_port};gcache.size=16M;"
                                      f"ist.recv_addr=127.0.0.1:{state_port};evs.keepalive_period=PT0.5S;"
                                      "evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S;evs.install_timeout=PT6S",
            "binlog_format": "ROW",
            "innodb_autoinc_lock_mode": "2",
        })


class Galera:
    """`with Galera() as cluster:` two nodes that are in step."""

    def __init__(self) -> None:
        cluster = "leasehold-" + secrets.token_hex(4)
        group_ports = [free_port(), free_port()]
        self.nodes = [Node(f"node{index + 1}", port, group_ports, cluster) for index, port in enumerate(group_ports)]
        first, second = self.nodes
        second.password, second.administrator_password = first.password, first.administrator_password
        second._has_accounts = True

    def __enter__(self) -> Galera:
        try:
            for node in self.nodes:
                node.create()
            self.nodes[0].start({"wsrep_new_cluster": ""})
            self.nodes[1].start()
            self.wait_until_in_step()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def user(self) -> str:
        return self.nodes[0].user

    @property
    def password(self) -> str:
        return self.nodes[0].password

    def url(self, database: str) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"mysql://{self.user}:{self.password}@{hosts}/{database}"

    def create_database(self, name: str) -> None:
        self.nodes[0].create_database(name)

    def execute(self, sql: str, database: str | None = None) -> str:
        return self.nodes[0].execute(sql, database)

    def wait_until_in_step(self) -> None:
        """Until every node has joined and takes statements."""
        give_up = time.monotonic() + NEVER_SECONDS
        for node in self.nodes:
            while self._state(node) != (str(len(self.nodes)), "ON"):
                if time.monotonic() > give_up:
                    raise AssertionError(f"the cluster never came together:\n{node.log()[-4000:]}")
                time.sleep(0.1)

    def wait_until_without_quorum(self, node: MariaDb) -> None:
        """After its peer was killed or frozen."""
        give_up = time.monotonic() + NEVER_SECONDS
        while self._state(node)[1] != "OFF":
            if time.monotonic() > give_up:
                raise AssertionError(f"the node never noticed that its peer is gone:\n{node.log()[-4000:]}")
            time.sleep(0.1)

    def end(self) -> None:
        for node in self.nodes:
            node.end()

    def _state(self, node: MariaDb) -> tuple[str, str]:
        values = {}
        for line in node.execute("SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_ready')").splitlines():
            name, value = line.split("\t")
            values[name] = value
        return values.get("wsrep_cluster_size", ""), values.get("wsrep_ready", "")
