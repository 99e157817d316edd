-- Which server has the leases of a family to itself (lease_backends/registry.hpp).

CREATE TABLE server_registry (
    family        INTEGER PRIMARY KEY CHECK (family IN (4, 6)),
    server_id     INTEGER NOT NULL,  -- the 64 bits of an unsigned number
    name          TEXT    NOT NULL,  -- the server's host, for people
    epoch         INTEGER NOT NULL,  -- one more at each registration and take-over
    released      INTEGER NOT NULL CHECK (released IN (0, 1)),  -- 1: it ended in order
    registered_at INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL
) STRICT;
