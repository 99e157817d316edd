-- Who has the database to itself, and what tells an applied row of a batch from one that was there before.

-- step: who serves from this database
-- done when: SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'server_registry'
CREATE TABLE IF NOT EXISTS server_registry (
    family        TINYINT NOT NULL PRIMARY KEY COMMENT '4 or 6',
    server_id     BIGINT NOT NULL COMMENT 'the 64 bits of an unsigned number',
    name          VARCHAR(255) NOT NULL,
    epoch         BIGINT NOT NULL,
    released      TINYINT(1) NOT NULL,
    registered_at BIGINT NOT NULL,
    last_seen     BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- step: the write that a row comes from
-- done when: SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'lease' AND column_name = 'write_id'
ALTER TABLE lease ADD COLUMN write_id BIGINT NOT NULL DEFAULT 0;
