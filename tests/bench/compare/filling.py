"""Stores with many leases, without having each of them asked for: by DHCP a million takes Kea ten minutes.

All come from one file, as Kea writes it. Kea reads the file, or has it copied into its tables; Leasehold takes it over
by its own import.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

from bench.compare.contenders import CannotStart, Contender, KeaDatabase, KeaFile, Leasehold, LeaseholdDatabase
from bench.link import POOL
from live.support.databases import Backend
from live.support.server import binary

LIFETIME = 86400  # until long after the last start
FIRST_CLIENT = bytes.fromhex("020101000000")
HEADER = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context"
_FIRST_ADDRESS = int(IPv4Address(POOL[0]))

# Addresses are numbers in Kea's tables. In PostgreSQL its triggers would count each row in one that then has as many
# versions as there are rows: they are off, and what they count is written instead.
_COPY = {
    "postgresql": """
        CREATE TEMPORARY TABLE rows (address text, hwaddr text, client_id text, valid_lifetime bigint, expire bigint,
            subnet_id bigint, fqdn_fwd int, fqdn_rev int, hostname text, state bigint, user_context text);
        COPY rows FROM '{path}' (FORMAT csv, HEADER);
        SET session_replication_role = replica;
        INSERT INTO lease4 (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev,
                            hostname, state)
            SELECT address::inet - '0.0.0.0'::inet, decode(replace(hwaddr, ':', ''), 'hex'),
                   decode(replace(client_id, ':', ''), 'hex'), valid_lifetime, to_timestamp(expire), subnet_id,
                   fqdn_fwd = 1, fqdn_rev = 1, '', state FROM rows;
        INSERT INTO lease4_stat SELECT subnet_id, state, count(*) FROM rows GROUP BY subnet_id, state;
        """,
    "mysql": """
        SET foreign_key_checks = 0, unique_checks = 0;
        LOAD DATA INFILE '{path}' INTO TABLE lease4 FIELDS TERMINATED BY ',' IGNORE 1 LINES
            (@address, @hwaddr, @client_id, valid_lifetime, @expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state,
             @user_context)
            SET address = INET_ATON(@address), hwaddr = UNHEX(REPLACE(@hwaddr, ':', '')),
                client_id = UNHEX(REPLACE(@client_id, ':', '')), expire = FROM_UNIXTIME(@expire)
        """,
}
# So that both servers' queries are planned for what is there.
_SETTLE = {"postgresql": "VACUUM ANALYZE; CHECKPOINT", "mysql": ""}


def client(number: int) -> bytes:
    return (int.from_bytes(FIRST_CLIENT, "big") + number).to_bytes(6, "big")


def address(number: int) -> str:
    return str(IPv4Address(_FIRST_ADDRESS + number))


def lines(leases: int, now: int) -> Iterator[str]:
    """A lease file of Kea's 2.2: client n has address n of the pool."""
    yield HEADER
    expire = now + LIFETIME
    for number in range(leases):
        mac = client(number).hex(":")
        yield f"{address(number)},{mac},01:{mac},{LIFETIME},{expire},1,0,0,,0,"


def write_leases(path: Path, leases: int) -> None:
    """Readable for the accounts of database servers."""
    with path.open("w") as file:
        file.writelines(line + "\n" for line in lines(leases, int(time.time())))
    path.chmod(0o644)


def fill(contender: Contender, path: Path) -> None:
    """Its store is empty before, and has the leases of the file afterwards. @raise CannotStart"""
    contender.empty()
    if isinstance(contender, KeaFile):
        shutil.copyfile(path, contender.folder / "leases4.csv")
    elif isinstance(contender, KeaDatabase):
        backend = contender.place.backend
        assert backend is not None
        backend.server.execute(_COPY[backend.type].format(path=path), contender.database_name)
        _settle(backend, contender.database_name)
    elif isinstance(contender, Leasehold):
        configuration = ("-c", str(contender.configuration_path))
        if isinstance(contender, LeaseholdDatabase):
            _tool(contender, "migrate", "run", *configuration)
        _tool(contender, "import-kea", *configuration, "--csv", str(path))
        if contender.place.backend:
            _settle(contender.place.backend, contender.place.backend.server.database)
    else:
        raise CannotStart("it cannot be filled")


def _settle(backend: Backend, database: str) -> None:
    if _SETTLE[backend.type]:
        backend.server.execute(_SETTLE[backend.type], database)


def _tool(contender: Contender, *arguments: str) -> None:
    """One of Leasehold's own, where the server would run."""
    done = subprocess.run(contender.place.link.at_server(str(binary()), *arguments), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env=contender.environment(), check=False)
    if done.returncode:
        raise CannotStart(f"leasehold {arguments[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
