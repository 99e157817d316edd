"""What is measured: works, who does them with which store, and what that store promises."""

from __future__ import annotations

from dataclasses import dataclass

from bench.compare import contenders
from live.support.databases import Backend, MariaDbBackend, PostgreSqlBackend

WINDOWS = (32, 128, 512)  # each server gets the one that suits it


@dataclass(frozen=True)
class Store:
    """One home of leases; `makers` in the order of the tables, Leasehold first."""

    name: str
    makers: tuple[contenders.Maker, ...]
    promises: str
    backend: type[Backend] | None = None
    renewals: bool = True

    @property
    def pair(self) -> tuple[contenders.Maker, ...]:
        """Leasehold and Kea, which keep leases in the same stores."""
        return self.makers[:2]


STORES = (
    Store("memory", (contenders.LeaseholdMemory, contenders.KeaMemory, contenders.DnsmasqMemory,
                     contenders.EmptyServer),
          "nothing: all forget their leases when they end", renewals=False),
    Store("files", (contenders.LeaseholdSqlite, contenders.KeaFile, contenders.Dnsmasq, contenders.Dhcpd),
          "Leasehold (SQLite) and dhcpd sync before each ACK; dnsmasq too, but it empties its file first, so a power "
          "cut in between takes all leases; Kea never syncs: what it acknowledged last is lost with the power"),
    Store("postgresql", (contenders.LeaseholdDatabase, contenders.KeaDatabase),
          "the same from both: one server, committed with fsync and synchronous_commit on", PostgreSqlBackend),
    Store("mariadb", (contenders.LeaseholdDatabase, contenders.KeaDatabase),
          "the same from both: one server, committed with innodb_flush_log_at_trx_commit=1", MariaDbBackend),
)

# Those whose start is measured: they keep leases, and read them all or ask their database.
STARTERS: dict[str, tuple[contenders.Maker, ...]] = {store.name: store.pair for store in STORES if store.renewals}


@dataclass(frozen=True)
class Work:
    store: Store
    renewals: bool

    @property
    def name(self) -> str:
        return f"{self.store.name}, {'renewals' if self.renewals else 'new clients'}"


def works(stores: list[str]) -> list[Work]:
    return [Work(store, renewals) for store in STORES if store.name in stores
            for renewals in ((False, True) if store.renewals else (False,))]
