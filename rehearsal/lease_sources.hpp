// The leases that a rehearsal begins with: of Kea's lease file, or of the configuration's own store, read beside the
// server that may be serving from it. Both are only read.
#pragma once

#include <string>

#include "dhcp/backend_config.hpp"
#include "dhcp/lease_store.hpp"
#include "rehearsal/memory_server.hpp"

namespace leasehold::rehearsal {

struct LoadedLeases {
    std::string from;         // "kea-leases4.csv", "sqlite:/var/lib/leasehold/leases4.db"; "": nowhere
    std::uint64_t count = 0;  // of live and ended ones
    std::uint64_t unreadable = 0;
};

/// Kea's lease file, and what its clean-up left beside it.
/// @error the file does not exist or is not a lease file: a sentence
StoreResult<LoadedLeases> load_kea_file(MemoryServer& server, const std::string& csv);

/// The store of a configuration. None yet: the lease file of Kea that a first start would take over, if there is one.
/// Leases in memory alone: nothing is loaded.
/// @error as scan_snapshot
StoreResult<LoadedLeases> load_store(MemoryServer& server, const BackendConfig& store);

}  // namespace leasehold::rehearsal
