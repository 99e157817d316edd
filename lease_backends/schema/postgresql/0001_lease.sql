-- The leases of one family or both, the bookkeeping of the schema, and views in the columns of Kea's tables.
-- Column names are explained in docs/backends.md. No secondary index: memory answers every question. Text is
-- BYTEA too: what clients send need not be UTF-8, and a NUL octet would refuse the row.

CREATE TABLE schema_info (
    id         INT2 PRIMARY KEY CONSTRAINT one_row CHECK (id = 1),
    version    INT4 NOT NULL,
    min_reader INT4 NOT NULL, -- the oldest program schema that may use this one
    backend    TEXT NOT NULL,
    created_by TEXT NOT NULL
);

CREATE TABLE schema_migrations (
    version    INT4 PRIMARY KEY,
    name       TEXT NOT NULL,
    checksum   CHAR(64) NOT NULL,
    state      TEXT NOT NULL CONSTRAINT state_word CHECK (state IN ('applied', 'applying')),
    step       INT4 NOT NULL,
    applied_at INT8 NOT NULL,
    applied_by TEXT NOT NULL,
    ms         INT8 NOT NULL
);

CREATE TABLE lease (
    address            BYTEA NOT NULL CONSTRAINT address_size CHECK (length(address) = 16),
    prefix_length      INT2  NOT NULL CONSTRAINT prefix_length_range CHECK (prefix_length BETWEEN 0 AND 128),
    kind               INT2  NOT NULL CONSTRAINT kind_range CHECK (kind BETWEEN 0 AND 3),
    subnet_id          INT8  NOT NULL,
    pool_id            INT8  NOT NULL,
    client_id          BYTEA NOT NULL CONSTRAINT client_id_size CHECK (length(client_id) <= 255),
    duid               BYTEA NOT NULL CONSTRAINT duid_size CHECK (length(duid) <= 130),
    iaid               INT8  NOT NULL,
    hwaddr             BYTEA NOT NULL CONSTRAINT hwaddr_size CHECK (length(hwaddr) <= 20),
    hwtype             INT4  NOT NULL,
    hwaddr_source      INT8  NOT NULL,
    valid_lifetime     INT8  NOT NULL,
    preferred_lifetime INT8  NOT NULL,
    cltt               INT8  NOT NULL CONSTRAINT cltt_range CHECK (cltt BETWEEN 0 AND 1099511627776),
    expire             INT8  NOT NULL CONSTRAINT expire_range CHECK (expire BETWEEN 0 AND 1099511627776),
    hold_until         INT8  NOT NULL CONSTRAINT hold_until_range CHECK (hold_until BETWEEN 0 AND 1099511627776),
    state              INT2  NOT NULL CONSTRAINT state_range CHECK (state BETWEEN 0 AND 4),
    fqdn_fwd           BOOLEAN NOT NULL,
    fqdn_rev           BOOLEAN NOT NULL,
    hostname           BYTEA NOT NULL CONSTRAINT hostname_size CHECK (length(hostname) <= 255),
    user_context       BYTEA NOT NULL CONSTRAINT user_context_size CHECK (length(user_context) <= 65535),
    relay_id           BYTEA NOT NULL CONSTRAINT relay_id_size CHECK (length(relay_id) <= 255),
    remote_id          BYTEA NOT NULL CONSTRAINT remote_id_size CHECK (length(remote_id) <= 255),
    version            INT8  NOT NULL, -- the 64 bits of an unsigned number
    last_writer        INT8  NOT NULL,
    PRIMARY KEY (address, prefix_length)
);

-- Octets as text, whatever they are: UTF-8 as it is, everything else escaped, so that no row can break a view. The
-- pattern is the table of well-formed UTF-8 without NUL, in hexadecimal digits.
CREATE FUNCTION lease_text(octets BYTEA) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN getdatabaseencoding() = 'UTF8' AND encode(octets, 'hex') ~
            ('^(0[1-9a-f]|[1-7][0-9a-f]'
             || '|(c[2-9a-f]|d[0-9a-f])[89ab][0-9a-f]'
             || '|(e0[ab][0-9a-f]|e[1-9a-cef][89ab][0-9a-f]|ed[89][0-9a-f])[89ab][0-9a-f]'
             || '|(f0[9ab][0-9a-f]|f[1-3][89ab][0-9a-f]|f48[0-9a-f])([89ab][0-9a-f]){2})*$')
        THEN convert_from(octets, 'UTF8')
        ELSE encode(octets, 'escape')
    END
$$;

-- An IPv4 address is ::ffff:a.b.c.d.
CREATE VIEW lease4 AS
SELECT
    (get_byte(address, 12)::int8 << 24) + (get_byte(address, 13) << 16) + (get_byte(address, 14) << 8)
        + get_byte(address, 15) AS address,
    hwaddr,
    nullif(client_id, '') AS client_id,
    valid_lifetime,
    to_timestamp(CASE valid_lifetime WHEN 4294967295 THEN cltt ELSE expire END) AS expire,
    subnet_id,
    fqdn_fwd,
    fqdn_rev,
    lease_text(hostname)::varchar(255) AS hostname,
    state::int8 AS state,
    nullif(lease_text(user_context), '') AS user_context,
    nullif(relay_id, '') AS relay_id,
    nullif(remote_id, '') AS remote_id,
    pool_id
FROM lease WHERE kind = 0;

-- Kea keeps an unsigned number in a signed column as the same bits.
CREATE VIEW lease6 AS
SELECT
    regexp_replace(encode(address, 'hex'), '(....)(?!$)', '\1:', 'g')::inet AS address,
    duid,
    valid_lifetime,
    to_timestamp(CASE valid_lifetime WHEN 4294967295 THEN cltt ELSE expire END) AS expire,
    subnet_id,
    preferred_lifetime AS pref_lifetime,
    (kind - 1)::int2 AS lease_type,
    (CASE WHEN iaid > 2147483647 THEN iaid - 4294967296 ELSE iaid END)::int4 AS iaid,
    prefix_length AS prefix_len,
    fqdn_fwd,
    fqdn_rev,
    lease_text(hostname)::varchar(255) AS hostname,
    nullif(hwaddr, '') AS hwaddr,
    (CASE WHEN hwtype > 32767 THEN hwtype - 65536 ELSE hwtype END)::int2 AS hwtype,
    least(hwaddr_source, 32767)::int2 AS hwaddr_source,
    state::int8 AS state,
    nullif(lease_text(user_context), '') AS user_context,
    pool_id
FROM lease WHERE kind <> 0;
