// Decides the answer to one DHCPv6 message (RFC 8415 18.3). Pure: no sockets, store or clock, so every branch is
// reachable from a table test. Sending, storing and waiting are the journey's part.
#pragma once

#include <cstdint>

#include "dhcp/decision.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

/// @param now   lease time
/// @param first_version  for rows that do not exist yet, above any version seen
/// @param seed  for the random allocator; the same arguments always give the same decision
Decision decide(const Request& request, const ServerConfig& config, const World& world, const Facts& facts,
                LeaseTime now, std::uint64_t first_version, std::uint64_t seed);

}  // namespace leasehold::v6
