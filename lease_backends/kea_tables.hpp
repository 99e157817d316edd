// Reader of the lease tables that Kea keeps in MySQL, MariaDB or PostgreSQL. Reads only.
#pragma once

#include <functional>
#include <string>

#include "lease_backends/sql_connection.hpp"

namespace leasehold {

struct KeaTableSinks {
    /// An error ends the reading and is returned.
    std::function<StoreResult<void>(Lease&&)> lease;
    /// A row that is no lease: which, and why.
    std::function<void(std::string)> refused;
};

/// Hands on the rows of lease4 or lease6 in the order of their addresses, in constant memory: pages, all from
/// one snapshot (a REPEATABLE READ transaction that is never written in). Schemas of every age: what a column
/// is called and of what type it is, is asked first; what is missing takes its default.
///
/// Leases have no version and no last_writer. `hold_until` is `expire`.
/// @error schema: the table is not there, or not Kea's. unavailable, permissions: the database's words.
/// @return the number of rows read
StoreResult<std::uint64_t> read_kea_table(SqlConnection& connection, Family family,
                                          const KeaTableSinks& sinks);

}  // namespace leasehold
