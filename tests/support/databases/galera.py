"""A Galera cluster of MariaDB nodes for tests, usually two.

Two nodes are the smallest cluster in which certification conflicts and lost quorum happen: when one is killed the
other has half of the votes, and refuses everything that touches a table.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from support.databases.certificates import Certificates
from support.databases.mariadb import MariaDb
from support.databases.server_process import START_SECONDS, ServerFailed, free_port

_PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")


def provider() -> str:
    for path in _PROVIDERS:
        if Path(path).exists():
            return path
    raise ServerFailed(f"the Galera library is missing, looked for {' and '.join(_PROVIDERS)}: install galera-4")


class Node(MariaDb):
    """One node. The second begins with a copy of the first one's data, accounts and state of the cluster included:
    the script that would bring it over is slow on a busy machine.
    """

    def __init__(self, directory: Path, tls: Certificates | None, group_port: int, peers: list[int],
                 cluster: str) -> None:
        super().__init__(directory, tls, options={
            "wsrep_on": "ON",
            "wsrep_provider": provider(),
            "wsrep_cluster_name": cluster,
            "wsrep_cluster_address": "gcomm://" + ",".join(f"127.0.0.1:{port}" for port in peers),
            "wsrep_node_name": directory.name,
            "wsrep_node_address": "127.0.0.1",
            "wsrep_sst_method": "rsync",
            "wsrep_sst_receive_address": f"127.0.0.1:{free_port()}",
            # A dead peer is noticed after three seconds; the usual values are twice as long.
            "wsrep_provider_options": f"gmcast.listen_addr=tcp://127.0.0.1:{group_port};gcache.size=16M;"
                                      f"ist.recv_addr=127.0.0.1:{free_port()};evs.keepalive_period=PT0.5S;"
                                      "evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S;evs.install_timeout=PT6S",
            "binlog_format": "ROW",
            "innodb_autoinc_lock_mode": "2",
        })
        self.copy_of: MariaDb | None = None

    def prepare(self) -> None:
        if self.copy_of is None:
            super().prepare()
            return
        super().prepare_tls()
        self.run("cp", "--archive", str(self.copy_of.directory / "data"), str(self.directory))
        (self.directory / "data" / "galera.cache").unlink(missing_ok=True)

    def after_first_start(self) -> None:
        if self.copy_of is None:
            super().after_first_start()

    def state(self) -> tuple[str, str]:
        """Nodes that it sees in its part of the cluster, and whether it takes statements ("ON")."""
        rows = self.execute("SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_ready')")
        values = dict(row.split("\t") for row in rows.splitlines())
        return values.get("wsrep_cluster_size", ""), values.get("wsrep_ready", "")


class Galera:
    """`with Galera(folder) as cluster:` nodes that are in step; `url` names all."""

    def __init__(self, directory: Path, tls: Certificates | None = None, nodes: int = 2) -> None:
        self.directory = directory
        cluster = "leasehold-" + os.urandom(4).hex()
        ports = [free_port() for _ in range(nodes)]
        self.nodes = [Node(directory / f"node{index + 1}", tls, port, ports, cluster)
                      for index, port in enumerate(ports)]
        first = self.nodes[0]
        for other in self.nodes[1:]:
            other.copy_of = first
            other.password = first.password
        self.user, self.password, self.database = first.user, first.password, first.database

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"{MariaDb.scheme}://{self.user}:{self.password}@{hosts}/{self.database}"

    def __enter__(self) -> Galera:
        try:
            self.directory.mkdir(mode=0o711, exist_ok=True)
            first, second, *others = self.nodes
            self._start_cluster_with(first)
            first.stop()  # what is copied must stand still
            self._start_cluster_with(second)
            for node in others:
                node.start()
            first.start()
            self.wait_until_in_step()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        for node in reversed(self.nodes):
            node.kill()
            node.end()
        shutil.rmtree(self.directory, ignore_errors=True)

    def execute(self, sql: str, database: str | None = None) -> str:
        return self.nodes[0].execute(sql, database)

    def create_database(self, name: str) -> None:
        self.nodes[0].create_database(name)

    def wait_until_in_step(self) -> None:
        for node in self.nodes:
            self._wait(node, (str(len(self.nodes)), "ON"), "did not join")

    def wait_until_without_quorum(self, node: Node) -> None:
        """After its peer was killed or frozen."""
        self._wait(node, ("1", "OFF"), "did not notice that its peer is gone")

    @staticmethod
    def _start_cluster_with(node: Node) -> None:
        node.options["wsrep_new_cluster"] = ""
        node.start()
        del node.options["wsrep_new_cluster"]  # started again it joins

    def _wait(self, node: Node, wanted: tuple[str, str], otherwise: str) -> None:
        give_up = time.monotonic() + START_SECONDS
        while node.state() != wanted:
            if time.monotonic() > give_up:
                raise node.failure(f"{otherwise}: {node.state()}")
            time.sleep(0.1)
