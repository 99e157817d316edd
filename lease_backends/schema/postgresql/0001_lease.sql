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
