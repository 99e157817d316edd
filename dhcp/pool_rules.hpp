// What a configuration says about its pools besides their ranges: which allocator they have, and which
// addresses the allocator must not find (kept for hosts, or excluded for compatibility). Pools are made anew
// when any of this changes. Not here: what leases say about them (lease_keeper).
#pragma once

#include <cstddef>
#include <optional>

#include "dhcp/server_config.hpp"

namespace leasehold {

/// The pools of a configuration without leases and without the addresses of hosts, which follow in steps.
AddressPools make_pools(const ServerConfig& config);

/// Blocks what hosts from `from` on (a place in HostTable::all()) keep in pools where the allocator has to
/// know: of the host's own subnet with reservations-in-subnet, for a global host where reservations-global is
/// on; not where reservations-out-of-pool promises that pools have none.
///
/// @return where to go on; nullopt: that was all
std::optional<std::size_t> block_reserved(AddressPools& pools, const ServerConfig& config, std::size_t from,
                                          std::size_t limit);

/// Would the pools of both be the same? In doubt: no.
bool same_pools(const ServerConfig& a, const ServerConfig& b);

}  // namespace leasehold
