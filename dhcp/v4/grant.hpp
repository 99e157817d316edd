// Making a client's lease: what comes with its address (host, classes, name), the row to be stored, and the
// change that stores it. Not here: which address (allocate, decide_request) and the reply.
#pragma once

#include <cstdint>
#include <optional>

#include "dhcp/v4/binding.hpp"
#include "dhcp/v4/reply_options.hpp"

namespace leasehold::v4 {

/// The client will have this address: what follows from it is settled in the context. In a shared network
/// that is the first time the subnet, and so the subnet's host and its classes, are certain. Then the
/// additional classes of pool, subnet and network are evaluated (evaluate-additional-classes), before options
/// and lifetimes; then the client gets its name. @param address  0.0.0.0: it gets none (INFORM, RFC 8925)
void settle(Context& context, const SubnetConfig& subnet, const PoolConfig* pool, Ipv4 address);

/// Where the options of the reply come from. @pre settled
ReplyScopes scopes_of(const Context& context);

/// What the client is granted now, seconds: the first of its classes that has a lifetime, else the subnet's;
/// option 51 within the limits. A BOOTP client's lease is infinite: it never renews. @param renewal  it has
/// the address already; else a subnet that gets full gives its shortest time (adaptive-lease-time-threshold).
std::uint32_t lifetime_for(const Context& context, bool renewal);

/// For how long an OFFER is stored, seconds: the first of the classes that says, else the subnet. 0: it is
/// not.
std::uint32_t offer_lifetime_for(const Context& context);

/// The row that makes the address this client's for `lifetime` seconds from now. @pre settled
///
/// @param row  what the address has now: the client's own (whose running promise and notes are kept), an
/// ended
///             one of somebody else (nothing of which is kept but its version), or none
Lease bound_lease(const Context& context, Ipv4 address, const std::optional<Lease>& row,
                  std::uint32_t lifetime);

/// The row that keeps the address from everybody: somebody unknown uses it (RFC 2131 4.3.3).
Lease declined_lease(const Context& context, const Prefix& unit, std::uint32_t subnet_id,
                     std::uint32_t pool_id, const std::optional<Lease>& row);

/// The change that stores `lease` over `row`. It takes over when the row was not the client's own.
LeaseChange put_change(const Context& context, Lease lease, const std::optional<Lease>& row,
                       LeaseCause cause);
LeaseChange erase_change(const Lease& row, LeaseCause cause);

/// May the client be answered from its row without a write? The row is live, young, and says everything that
/// a new one would say (cache-threshold).
bool is_cached(const Context& context, const Lease& row, const Lease& renewed);

}  // namespace leasehold::v4
