// All leases of a database as they stand at one moment, read beside a server that goes on serving from it.
#pragma once

#include "dhcp/backend_config.hpp"
#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// Of a table that is read in a snapshot: how many rows are asked for at a time, and how long that may take.
inline constexpr std::size_t snapshot_page_rows = 4096;
inline constexpr std::chrono::seconds snapshot_page_time_max{60};

/// Streams the leases of the family in the order of keys, in constant memory. Nothing is locked, registered
/// or written. On a database server old versions of rows are kept for so long, in SQLite its log.
/// @error no_database, schema (no lease database), permissions, unavailable ...
StoreResult<ScanEnd> scan_snapshot(const BackendConfig& config, RowSink& sink);

/// Begins a read-only transaction whose statements all see the same moment; "ROLLBACK" ends it. For database
/// servers.
SqlResult<void> begin_snapshot(SqlConnection& connection);

}  // namespace leasehold
