// Did a reconfiguration give a subnet another id? Leases refer to subnets by their ids: those under an id
// that now means another prefix, or nothing, no longer belong to the prefix that they are of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct SubnetIdChange {
    Prefix network;
    std::uint32_t old_id = 0, new_id = 0;
    std::uint64_t leases = 0;  // under the old id
    bool operator==(const SubnetIdChange&) const = default;
};

/// The prefixes that both configurations have, under different ids, in the order of the old ids. Pure.
/// @param leases_of  how many leases an id has
std::vector<SubnetIdChange> changed_subnet_ids(
    const ServerConfig& from, const ServerConfig& to,
    const std::function<std::uint64_t(std::uint32_t subnet_id)>& leases_of);

/// For the log and the answer: the first few, and how many more there are; "" when there are none.
std::string to_text(const std::vector<SubnetIdChange>& changes);

}  // namespace leasehold
