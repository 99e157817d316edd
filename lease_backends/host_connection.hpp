// Connecting to one of the hosts that a configuration names, and the errors when none of them will do.
#pragma once

#include <atomic>

#include "lease_backends/lease_session.hpp"
#include "lease_backends/registry.hpp"

namespace leasehold {

struct HostConnection {
    std::size_t host = 0;  // the index of the host that is connected now
    ServerTraits traits;
};

/// Tries the hosts in their order, beginning with `first`, each for its connect_timeout at most. Credentials
/// are read now.
/// @param cancelled  looked at between two hosts
/// @error as to_store_error has them; the message names every host that was tried
StoreResult<HostConnection> connect_to_a_host(LeaseSession& session, const BackendConfig& config,
                                              std::size_t first, Deadline deadline,
                                              const std::atomic<bool>& cancelled);

/// For tools: a session of its own, connected.
StoreResult<std::unique_ptr<LeaseSession>> connected_session(const BackendConfig& config, Deadline deadline);

/// The server that serves from this database now, as far as the database knows: nobody is registered, who was
/// has released it, or has not been seen for `silence_max` and is the server of this configuration itself.
StoreResult<std::optional<Registration>> serving_now(const BackendConfig& config, Deadline deadline);
inline constexpr std::chrono::seconds silence_max{60};

}  // namespace leasehold
