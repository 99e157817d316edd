// A lease as lease4-add, lease6-update and their like name it: what is left out follows from the configuration.
#pragma once

#include "control/command.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct LeaseRefusal {
    ResultCode result = ResultCode::error;  // conflict: the configuration has no place for such a lease
    std::string text;
};

/// @param arguments  checked against the command's row
/// @param now  the lease's last transaction, unless "expire" says another
Result<Lease, LeaseRefusal> read_lease(const Arguments& arguments, const ServerConfig& config, LeaseTime now);

/// "address 192.0.2.1", "prefix 2001:db8::/56".
std::string lease_words(const Lease& lease);

}  // namespace leasehold
