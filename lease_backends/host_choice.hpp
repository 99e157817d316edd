// Which of several hosts a session is connected to: the same for the server's store and for tools.
#pragma once

#include <atomic>

#include "lease_backends/lease_session.hpp"

namespace leasehold {

struct HostChoice {
    std::size_t host = 0;  // in the configuration's list
    ServerTraits traits;
};

/// Reads the credentials and tries the hosts, `first` first, each for connect-timeout at most.
///
/// @param cancelled  looked at before each host: cancel() of the session ends only one attempt
/// @error with several hosts the most hopeful code: a refusal only when all refuse; the message has each
StoreResult<HostChoice> connect_to_a_host(LeaseSession& session, const BackendConfig& config,
                                          std::size_t first, const std::atomic<bool>& cancelled,
                                          Deadline deadline);

}  // namespace leasehold
