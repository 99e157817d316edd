// Leases on their way into a database, collected in a temporary file first: whatever they come from is read
// to its end, and known to be in order, before anything is written; ten million need no more memory than ten.
#pragma once

#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

/// A private SQLite database in the folder for temporary files (SQLITE_TMPDIR, TMPDIR, else /var/tmp),
/// without a name: it is gone with the process, however that ends. One thread.
class LeaseStage {
public:
    /// @error unavailable: such as a full disk; the message names the cure.
    static StoreResult<LeaseStage> make();

    /// Takes the place of a lease with this key. Its version and last_writer are kept as they are.
    StoreResult<void> put(const Lease& lease);
    /// Removes every lease on this address, whatever its prefix length: Kea's key is the address alone.
    StoreResult<void> erase(const Ipv6& address);
    /// No further puts.
    StoreResult<void> complete();

    StoreResult<std::uint64_t> count();
    /// All leases in the order of keys. The sink must not touch the stage.
    StoreResult<ScanEnd> scan(RowSink& sink);

private:
    LeaseStage() = default;
    std::unexpected<StoreError> failed(std::string_view doing) const;

    SqliteHandle database_;
    Statement put_, erase_;
};

}  // namespace leasehold
