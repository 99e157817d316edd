// The only list of backends.
#pragma once

#include <memory>

#include "dhcp/backend_config.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Makes the store that the configuration names; nothing is opened yet.
std::unique_ptr<LeaseStore> make_lease_store(const BackendConfig& config);

}  // namespace leasehold
