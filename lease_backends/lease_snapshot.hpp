// All leases of a database as they stand at one moment, read beside a server that goes on serving from it.
#pragma once

#include "dhcp/backend_config.hpp"
#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// Streams the leases of the family in the order of keys, in constant memory. Nothing is locked, registered
/// or written. On a database server old versions of rows are kept for so long, in SQLite its log.
/// @error no_database, schema (no lease database), permissions, unavailable ...
StoreResult<ScanEnd> scan_snapshot(const BackendConfig& config, RowSink& sink);

/// Begins a read-only transaction whose statements all see the same moment; "ROLLBACK" ends it. For database
/// servers.
SqlResult<void> begin_snapshot(SqlConnection& connection);

}  // namespace leasehold
