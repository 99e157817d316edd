-- The leases of one family, the bookkeeping of the schema, and views in the columns of Kea's tables.
-- Column names are explained in docs/backends.md. No secondary index: memory answers every question.

CREATE TABLE schema_info (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    version     INTEGER NOT NULL,
    min_reader  INTEGER NOT NULL,  -- the oldest program schema that may use this one
    backend     TEXT    NOT NULL,
    created_by  TEXT    NOT NULL,
    opened_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE schema_migrations (
    version     INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    checksum    TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('applied', 'applying')),
    step        INTEGER NOT NULL,
    applied_at  INTEGER NOT NULL,
    applied_by  TEXT    NOT NULL,
    ms          INTEGER NOT NULL
) STRICT;

CREATE TABLE lease (
    address            BLOB    NOT NULL CONSTRAINT address_size CHECK (length(address) = 16),
    prefix_length      INTEGER NOT NULL CONSTRAINT prefix_length_range CHECK (prefix_length BETWEEN 0 AND 128),
    kind               INTEGER NOT NULL CONSTRAINT kind_range CHECK (kind BETWEEN 0 AND 3),
    subnet_id          INTEGER NOT NULL,
    pool_id            INTEGER NOT NULL,
    client_id          BLOB    NOT NULL CONSTRAINT client_id_size CHECK (length(client_id) <= 255),
    duid               BLOB    NOT NULL CONSTRAINT duid_size CHECK (length(duid) <= 130),
    iaid               INTEGER NOT NULL,
    hwaddr             BLOB    NOT NULL CONSTRAINT hwaddr_size CHECK (length(hwaddr) <= 20),
    hwtype             INTEGER NOT NULL,
    hwaddr_source      INTEGER NOT NULL,
    valid_lifetime     INTEGER NOT NULL,
    preferred_lifetime INTEGER NOT NULL,
    cltt               INTEGER NOT NULL CONSTRAINT cltt_range CHECK (cltt BETWEEN 0 AND 1099511627776),
    expire             INTEGER NOT NULL CONSTRAINT expire_range CHECK (expire BETWEEN 0 AND 1099511627776),
    hold_until         INTEGER NOT NULL CONSTRAINT hold_until_range CHECK (hold_until BETWEEN 0 AND 1099511627776),
    state              INTEGER NOT NULL CONSTRAINT state_range CHECK (state BETWEEN 0 AND 4),
    fqdn_fwd           INTEGER NOT NULL CHECK (fqdn_fwd IN (0, 1)),
    fqdn_rev           INTEGER NOT NULL CHECK (fqdn_rev IN (0, 1)),
    hostname           TEXT    NOT NULL CONSTRAINT hostname_size CHECK (length(CAST(hostname AS BLOB)) <= 255),
    user_context       TEXT    NOT NULL
        CONSTRAINT user_context_size CHECK (length(CAST(user_context AS BLOB)) <= 65535),
    relay_id           BLOB    NOT NULL CONSTRAINT relay_id_size CHECK (length(relay_id) <= 255),
    remote_id          BLOB    NOT NULL CONSTRAINT remote_id_size CHECK (length(remote_id) <= 255),
    version            INTEGER NOT NULL,
    last_writer        INTEGER NOT NULL,
    PRIMARY KEY (address, prefix_length)
) STRICT, WITHOUT ROWID;

-- An IPv4 address is ::ffff:a.b.c.d; its last four octets as a number, from their hexadecimal digits.
CREATE VIEW lease4 AS
SELECT
    ((instr('123456789ABCDEF', substr(hex(address), 25, 1)) << 28)
     + (instr('123456789ABCDEF', substr(hex(address), 26, 1)) << 24)
     + (instr('123456789ABCDEF', substr(hex(address), 27, 1)) << 20)
     + (instr('123456789ABCDEF', substr(hex(address), 28, 1)) << 16)
     + (instr('123456789ABCDEF', substr(hex(address), 29, 1)) << 12)
     + (instr('123456789ABCDEF', substr(hex(address), 30, 1)) << 8)
     + (instr('123456789ABCDEF', substr(hex(address), 31, 1)) << 4)
     + instr('123456789ABCDEF', substr(hex(address), 32, 1))) AS address,
    hwaddr,
    nullif(client_id, x'') AS client_id,
    valid_lifetime,
    CASE valid_lifetime WHEN 4294967295 THEN cltt ELSE expire END AS expire,
    subnet_id,
    fqdn_fwd,
    fqdn_rev,
    hostname,
    state,
    nullif(user_context, '') AS user_context,
    nullif(relay_id, x'') AS relay_id,
    nullif(remote_id, x'') AS remote_id,
    pool_id
FROM lease WHERE kind = 0;

CREATE VIEW lease6 AS
SELECT
    address,
    duid,
    valid_lifetime,
    CASE valid_lifetime WHEN 4294967295 THEN cltt ELSE expire END AS expire,
    subnet_id,
    preferred_lifetime AS pref_lifetime,
    kind - 1 AS lease_type,
    iaid,
    prefix_length AS prefix_len,
    fqdn_fwd,
    fqdn_rev,
    hostname,
    nullif(hwaddr, x'') AS hwaddr,
    hwtype,
    hwaddr_source,
    state,
    nullif(user_context, '') AS user_context,
    pool_id
FROM lease WHERE kind <> 0;
