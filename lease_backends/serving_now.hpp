// Whether a server is serving from a database server just now: what a tool asks before it writes there.
#pragma once

#include "dhcp/backend_config.hpp"
#include "lease_backends/registry.hpp"

namespace leasehold {

/// A server of this configuration that has not been seen for so long is taken to be gone.
inline constexpr std::chrono::seconds silence_max{60};

/// Who is registered, unless that server has released the database, or is the one of this configuration
/// (`config.server_id`) and silent.
/// @error as of connecting
StoreResult<std::optional<Registration>> serving_now(const BackendConfig& config, Deadline deadline);

}  // namespace leasehold
