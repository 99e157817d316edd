-- Which server has the leases of a family to itself (lease_backends/registry.hpp).

CREATE TABLE server_registry (
    family        INT2 PRIMARY KEY CONSTRAINT family_number CHECK (family IN (4, 6)),
    server_id     INT8 NOT NULL, -- the 64 bits of an unsigned number
    name          TEXT NOT NULL, -- the server's host, for people
    epoch         INT8 NOT NULL, -- one more at each registration and take-over
    released      INT2 NOT NULL CONSTRAINT released_flag CHECK (released IN (0, 1)), -- 1: it ended in order
    registered_at INT8 NOT NULL,
    last_seen     INT8 NOT NULL
);
