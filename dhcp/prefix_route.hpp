// Which route a lease asks for. Pure.
#pragma once

#include <optional>

#include "dhcp/lease.hpp"
#include "dhcp/next_hop.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct PrefixRoute {
    Prefix prefix;
    std::optional<NextHop> hop;  // nullopt: it was not noted yet; the client's next renewal tells it
    std::uint32_t table = 0, metric = 0;
    std::uint8_t protocol = 0;
    bool operator==(const PrefixRoute&) const = default;
};

/// The kernel's name for the prefix of a lease: whatever was brought along, no bits behind its length.
Prefix destination_of(const Lease& lease);

/// A lease of a delegated prefix that has not ended, in a pool or reserved, whose subnet wants routes.
/// nullopt: there is to be none.
std::optional<PrefixRoute> route_of(const Lease& lease, const ServerConfig& config, LeaseTime now);

}  // namespace leasehold
