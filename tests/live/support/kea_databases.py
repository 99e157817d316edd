"""Kea's lease tables as a test fills them: the columns of Kea's schema, with rows of every sort that it stores.

Only tables and columns that an importer reads; no triggers, no statistics.
"""

from __future__ import annotations

BORN = 1_767_200_000  # seconds since 1970: the last transaction of the clients below
LIFETIME = 3600
INFINITE = 0xFFFFFFFF

MYSQL_TABLES = """
CREATE TABLE lease4 (
  address INT UNSIGNED NOT NULL PRIMARY KEY, hwaddr VARBINARY(20), client_id VARBINARY(255),
  valid_lifetime INT UNSIGNED, expire TIMESTAMP NULL, subnet_id INT UNSIGNED, fqdn_fwd TINYINT(1),
  fqdn_rev TINYINT(1), hostname VARCHAR(255), state INT UNSIGNED DEFAULT 0, user_context TEXT,
  relay_id VARBINARY(255), remote_id VARBINARY(255), pool_id INT UNSIGNED NOT NULL DEFAULT 0) ENGINE=InnoDB;
CREATE TABLE lease6 (
  address BINARY(16) NOT NULL PRIMARY KEY, duid VARBINARY(130), valid_lifetime INT UNSIGNED, expire TIMESTAMP NULL,
  subnet_id INT UNSIGNED, pref_lifetime INT UNSIGNED, lease_type TINYINT, iaid INT UNSIGNED,
  prefix_len TINYINT UNSIGNED, fqdn_fwd TINYINT(1), fqdn_rev TINYINT(1), hostname VARCHAR(255),
  hwaddr VARBINARY(20), hwtype SMALLINT UNSIGNED, hwaddr_source INT UNSIGNED, state INT UNSIGNED DEFAULT 0,
  user_context TEXT, pool_id INT UNSIGNED NOT NULL DEFAULT 0) ENGINE=InnoDB;
"""
POSTGRESQL_TABLES = """
CREATE TABLE lease4 (
  address INT8 PRIMARY KEY, hwaddr BYTEA, client_id BYTEA, valid_lifetime INT8, expire TIMESTAMPTZ,
  subnet_id INT8, fqdn_fwd BOOLEAN, fqdn_rev BOOLEAN, hostname VARCHAR(255), state INT8 DEFAULT 0,
  user_context TEXT, relay_id BYTEA, remote_id BYTEA, pool_id INT8 NOT NULL DEFAULT 0);
CREATE TABLE lease6 (
  address INET PRIMARY KEY, duid BYTEA, valid_lifetime INT8, expire TIMESTAMPTZ, subnet_id INT8,
  pref_lifetime INT8, lease_type INT2, iaid INT4, prefix_len INT2, fqdn_fwd BOOLEAN, fqdn_rev BOOLEAN,
  hostname VARCHAR(255), hwaddr BYTEA, hwtype INT2, hwaddr_source INT2, state INT8 DEFAULT 0,
  user_context TEXT, pool_id INT8 NOT NULL DEFAULT 0);
"""
# Ages of the schema: no pool_id, and v6 addresses as text.
OLD_MYSQL_TABLES = (MYSQL_TABLES.replace(", pool_id INT UNSIGNED NOT NULL DEFAULT 0", "")
                    .replace("address BINARY(16)", "address VARCHAR(39)"))
OLD_POSTGRESQL_TABLES = (POSTGRESQL_TABLES.replace(", pool_id INT8 NOT NULL DEFAULT 0", "")
                         .replace("address INET", "address VARCHAR(39)"))


class Dialect:
    """How one database writes the values of a row."""

    def __init__(self, postgresql: bool, old: bool = False) -> None:
        self.postgresql = postgresql
        self.old = old

    @property
    def tables(self) -> str:
        if self.old:
            return OLD_POSTGRESQL_TABLES if self.postgresql else OLD_MYSQL_TABLES
        return POSTGRESQL_TABLES if self.postgresql else MYSQL_TABLES

    def octets(self, text: str | None) -> str:
        if text is None:
            return "NULL"
        return f"'\\x{text}'" if self.postgresql else f"x'{text}'"

    def time(self, seconds: int) -> str:
        return f"to_timestamp({seconds})" if self.postgresql else f"FROM_UNIXTIME({seconds})"

    def flag(self, value: int) -> str:
        return ("true" if value else "false") if self.postgresql else str(value)

    def iaid(self, value: int) -> str:
        """PostgreSQL keeps its 32 bits as a signed number."""
        return str(value - (1 << 32) if self.postgresql and value >= 1 << 31 else value)

    def address6(self, text: str, octets: str) -> str:
        return f"'{text}'" if self.postgresql or self.old else f"x'{octets}'"

    def text(self, value: str | None) -> str:
        return "NULL" if value is None else f"'{value}'"

    def row4(self, address: int, hwaddr: str | None, client_id: str | None, lifetime: int, expire: int,
             state: int = 0, hostname: str | None = "", context: str | None = None,
             relay_id: str | None = None) -> str:
        return (f"INSERT INTO lease4 (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, "
                f"fqdn_rev, hostname, state, user_context, relay_id) VALUES ({address}, {self.octets(hwaddr)}, "
                f"{self.octets(client_id)}, {lifetime}, {self.time(expire)}, 7, {self.flag(1)}, {self.flag(0)}, "
                f"{self.text(hostname)}, {state}, {self.text(context)}, {self.octets(relay_id)});\n")

    def row6(self, address: str, octets: str, duid: str, kind: int, length: int, iaid: int, hwaddr: str | None,
             state: int = 0) -> str:
        return (f"INSERT INTO lease6 (address, duid, valid_lifetime, expire, subnet_id, pref_lifetime, lease_type, "
                f"iaid, prefix_len, fqdn_fwd, fqdn_rev, hostname, hwaddr, hwtype, hwaddr_source, state) VALUES ("
                f"{self.address6(address, octets)}, {self.octets(duid)}, {LIFETIME}, {self.time(BORN + LIFETIME)}, "
                f"7, 1800, {kind}, {self.iaid(iaid)}, {length}, {self.flag(0)}, {self.flag(1)}, 'six', "
                f"{self.octets(hwaddr)}, {'NULL' if hwaddr is None else 1}, {'NULL' if hwaddr is None else 2}, "
                f"{state});\n")


def script(dialect: Dialect, many: int = 0) -> str:
    """Tables and rows: four good leases of DHCPv4 and two rows that are none, two leases of DHCPv6; `many` more
    leases of DHCPv4 from 10.2.0.0 on."""
    first = (10 << 24) + 256
    rows = [
        dialect.row4(first + 1, "020000000001", "0102000000ff", LIFETIME, BORN + LIFETIME, hostname="anna",
                     context='{ "a": [ 1, "x,y" ] }', relay_id="0a0b"),
        dialect.row4(first + 2, "020000000002", None, INFINITE, BORN, hostname=None),
        dialect.row4(first + 3, None, None, 86400, BORN + 86400, state=1),
        dialect.row4(0xFFFFFFF0, None, "ff", LIFETIME, BORN + LIFETIME, state=2),
        dialect.row4(first + 5, None, None, LIFETIME, BORN + LIFETIME),  # nobody's
        dialect.row4(first + 6, "020000000006", None, LIFETIME, BORN + LIFETIME, state=9),
        dialect.row6("2001:db8::9", "20010db8" + "0" * 23 + "9", "00010203", 0, 128, 0xFFFFFFF7, "020000000009"),
        dialect.row6("2001:db8:1::", "20010db80001" + "0" * 20, "00010204", 2, 56, 3, None),
    ]
    rows += [dialect.row4((10 << 24) + (2 << 16) + i, f"0206{i:08x}", None, LIFETIME, BORN + LIFETIME)
             for i in range(many)]
    return dialect.tables + "".join(rows)
