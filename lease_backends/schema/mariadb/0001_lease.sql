-- The leases of one family or both, the bookkeeping of the schema, and views in the columns of Kea's tables.
-- Column names are explained in docs/backends.md. No secondary index: memory answers every question. Text is
-- binary too: what clients send need not be UTF-8, and must not be compared by a collation.
--
-- MariaDB ends a transaction at each of these statements, so a migration is a list of steps that can be taken
-- up again where it was interrupted: a comment line that names the step, one with the query that gives other
-- than 0 once it is done, and one statement, which ends with `;` at the end of a line.

-- step: the version of the schema
-- done when: SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_info'
CREATE TABLE IF NOT EXISTS schema_info (
    id         TINYINT NOT NULL PRIMARY KEY,
    version    INT UNSIGNED NOT NULL,
    min_reader INT UNSIGNED NOT NULL COMMENT 'the oldest program schema that may use this one',
    backend    VARCHAR(32) NOT NULL,
    created_by VARCHAR(255) NOT NULL,
    CONSTRAINT schema_info_one_row CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- step: the migrations that were applied
-- done when: SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'
CREATE TABLE IF NOT EXISTS schema_migrations (
    version    INT UNSIGNED NOT NULL PRIMARY KEY,
    name       VARCHAR(255) NOT NULL,
    checksum   CHAR(64) NOT NULL,
    state      VARCHAR(16) NOT NULL,
    step       INT UNSIGNED NOT NULL,
    applied_at BIGINT NOT NULL,
    applied_by VARCHAR(255) NOT NULL,
    ms         BIGINT NOT NULL,
    CONSTRAINT schema_migrations_state_word CHECK (state IN ('applied', 'applying'))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- step: who is migrating
-- done when: SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_lock'
CREATE TABLE IF NOT EXISTS schema_lock (
    id     TINYINT NOT NULL PRIMARY KEY,
    holder VARCHAR(255) NOT NULL,
    token  BIGINT NOT NULL,
    until  BIGINT NOT NULL COMMENT 'seconds since 1970, by the clock of the database',
    CONSTRAINT schema_lock_one_row CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- step: the row that says who is migrating
-- done when: SELECT COUNT(*) FROM schema_lock
INSERT IGNORE INTO schema_lock (id, holder, token, until) VALUES (1, '', 0, 0);

-- step: leases
-- done when: SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'lease'
CREATE TABLE IF NOT EXISTS lease (
    address            BINARY(16) NOT NULL COMMENT 'an IPv4 address is ::ffff:a.b.c.d',
    prefix_length      TINYINT UNSIGNED NOT NULL,
    kind               TINYINT NOT NULL COMMENT '0 IPv4, 1 NA, 2 TA, 3 PD',
    subnet_id          INT UNSIGNED NOT NULL,
    pool_id            INT UNSIGNED NOT NULL,
    client_id          VARBINARY(255) NOT NULL,
    duid               VARBINARY(130) NOT NULL,
    iaid               INT UNSIGNED NOT NULL,
    hwaddr             VARBINARY(20) NOT NULL,
    hwtype             SMALLINT UNSIGNED NOT NULL,
    hwaddr_source      INT UNSIGNED NOT NULL,
    valid_lifetime     INT UNSIGNED NOT NULL,
    preferred_lifetime INT UNSIGNED NOT NULL,
    cltt               BIGINT NOT NULL,
    expire             BIGINT NOT NULL,
    hold_until         BIGINT NOT NULL,
    state              TINYINT UNSIGNED NOT NULL,
    fqdn_fwd           TINYINT(1) NOT NULL,
    fqdn_rev           TINYINT(1) NOT NULL,
    hostname           VARBINARY(255) NOT NULL,
    user_context       BLOB NOT NULL,
    relay_id           VARBINARY(255) NOT NULL,
    remote_id          VARBINARY(255) NOT NULL,
    version            BIGINT NOT NULL COMMENT 'the 64 bits of an unsigned number',
    last_writer        BIGINT NOT NULL COMMENT 'the 64 bits of an unsigned number',
    PRIMARY KEY (address, prefix_length),
    CONSTRAINT prefix_length_range CHECK (prefix_length <= 128),
    CONSTRAINT kind_range CHECK (kind BETWEEN 0 AND 3),
    CONSTRAINT cltt_range CHECK (cltt BETWEEN 0 AND 1099511627776),
    CONSTRAINT expire_range CHECK (expire BETWEEN 0 AND 1099511627776),
    CONSTRAINT hold_until_range CHECK (hold_until BETWEEN 0 AND 1099511627776),
    CONSTRAINT state_range CHECK (state <= 4),
    CONSTRAINT fqdn_fwd_range CHECK (fqdn_fwd IN (0, 1)),
    CONSTRAINT fqdn_rev_range CHECK (fqdn_rev IN (0, 1))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- FROM_UNIXTIME follows the time zone of the session, as Kea's TIMESTAMP column does. What its 32 bits cannot
-- hold is shown as their end.

-- step: the view lease4
-- done when: SELECT COUNT(*) FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = 'lease4'
CREATE VIEW lease4 AS
SELECT
    CAST(CONV(HEX(SUBSTRING(address, 13, 4)), 16, 10) AS UNSIGNED) AS address,
    hwaddr,
    NULLIF(client_id, '') AS client_id,
    valid_lifetime,
    FROM_UNIXTIME(LEAST(IF(valid_lifetime = 4294967295, cltt, expire), 2147483647)) AS expire,
    subnet_id,
    fqdn_fwd,
    fqdn_rev,
    CONVERT(hostname USING utf8mb4) AS hostname,
    state,
    NULLIF(CONVERT(user_context USING utf8mb4), '') AS user_context,
    NULLIF(relay_id, '') AS relay_id,
    NULLIF(remote_id, '') AS remote_id,
    pool_id
FROM lease WHERE kind = 0;

-- step: the view lease6
-- done when: SELECT COUNT(*) FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = 'lease6'
CREATE VIEW lease6 AS
SELECT
    address,
    duid,
    valid_lifetime,
    FROM_UNIXTIME(LEAST(IF(valid_lifetime = 4294967295, cltt, expire), 2147483647)) AS expire,
    subnet_id,
    preferred_lifetime AS pref_lifetime,
    kind - 1 AS lease_type,
    iaid,
    prefix_length AS prefix_len,
    fqdn_fwd,
    fqdn_rev,
    CONVERT(hostname USING utf8mb4) AS hostname,
    NULLIF(hwaddr, '') AS hwaddr,
    hwtype,
    hwaddr_source,
    state,
    NULLIF(CONVERT(user_context USING utf8mb4), '') AS user_context,
    pool_id
FROM lease WHERE kind <> 0;
