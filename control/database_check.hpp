// Can a lease database be used as a configuration says? Opened, looked at, closed again; nothing is
// registered.
#pragma once

#include <string>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

struct DatabaseCheck {
    std::string found;  // "the lease database sqlite:/x.db can be opened"
    std::vector<std::string> notices, warnings;
};

/// Blocks for as long as opening may take.
/// @param may_migrate  an empty database may be given its tables, as auto-migrate says; false: nothing is
/// changed
/// @error as LeaseStore::open
StoreResult<DatabaseCheck> check_database(const BackendConfig& database, bool may_migrate);

}  // namespace leasehold
