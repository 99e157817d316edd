// What a DHCPv4 client is granted with its address: its name, its time, and what its relay said. The rest is
// the same for both families: dhcp/grant.
#pragma once

#include "dhcp/grant.hpp"
#include "dhcp/v4/context.hpp"
#include "dhcp/v4/reply_options.hpp"

namespace leasehold::v4 {

/// leasehold::settle, and the client gets its name. @param address  0.0.0.0: it gets none (INFORM, RFC 8925)
void settle(Context& context, const SubnetConfig& subnet, const PoolConfig* pool, Ipv4 address);

/// Where the options of the reply come from. @pre settled
ReplyScopes scopes_of(const Context& context);

/// What the client is granted now, seconds: option 51 within the limits of its classes or subnet. A BOOTP
/// client's lease is infinite: it never renews. @param renewal  it has the address already; else a subnet that
/// gets full gives its shortest time.
std::uint32_t lifetime_for(const Context& context, bool renewal);

/// For how long an OFFER is stored, seconds: the first of the classes that says, else the subnet. 0: it is
/// not.
std::uint32_t offer_lifetime_for(const Context& context);

/// leasehold::bound_lease with what the relay said, where that is wanted.
Lease bound_lease(const Context& context, const Prefix& unit, const std::optional<Lease>& row,
                  std::uint32_t lifetime);

}  // namespace leasehold::v4
