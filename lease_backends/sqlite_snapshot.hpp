// A second, read-only connection to a lease database, beside the server that serves from it: what is read or
// copied through it is the database as it stood at one moment.
#pragma once

#include <cstdint>
#include <functional>

#include "dhcp/backend_config.hpp"
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

/// Pages done so far, of all. Returning false ends the copy.
using CopyProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Holds one read transaction: the server goes on, but its log grows until this is gone.
class SqliteSnapshot {
public:
    /// @error no_database, permissions (owner and mode as a server asks for), schema: not a lease database,
    ///        unavailable, corrupt
    static StoreResult<SqliteSnapshot> open(const BackendConfig& config);

    /// Streams all leases in the order of keys.
    StoreResult<ScanEnd> scan(RowSink& sink);

    /// Copies the database to a new file (0600), checks the copy, and only then gives it its name.
    /// @return the size of the copy in octets
    /// @error permissions: the name is taken; corrupt: the copy, and with it the database, is damaged
    StoreResult<std::uint64_t> copy_to(const std::string& file, const CopyProgress& progress);

private:
    SqliteSnapshot(SqliteHandle handle, std::string path)
        : handle_{std::move(handle)}, path_{std::move(path)} {}

    SqliteHandle handle_;
    std::string path_;
};

}  // namespace leasehold
