// Making a client's lease: the row to be stored, and the change that stores it. Not here: which address
// (allocate, decide_request) and the reply.
#pragma once

#include <cstdint>
#include <optional>

#include "dhcp/v4/binding.hpp"

namespace leasehold::v4 {

/// What the client is granted now: option 51 within the subnet's limits. Seconds.
std::uint32_t lifetime_for(const Context& context);

/// The row that makes the address this client's for `lifetime` seconds from now.
///
/// @param row  what the address has now: the client's own (whose running promise and notes are kept), an
/// ended
///             one of somebody else (nothing of which is kept but its version), or none
Lease bound_lease(const Context& context, Ipv4 address, const PoolConfig& pool,
                  const std::optional<Lease>& row, std::uint32_t lifetime);

/// The change that stores `lease` over `row`. It takes over when the row was not the client's own.
LeaseChange put_change(const Context& context, Lease lease, const std::optional<Lease>& row,
                       LeaseCause cause);
LeaseChange erase_change(const Lease& row, LeaseCause cause);

/// May the client be answered from its row without a write? The row is live, young, and says everything that
/// a new one would say (cache-threshold).
bool is_cached(const Context& context, const Lease& row, const Lease& renewed);

}  // namespace leasehold::v4
