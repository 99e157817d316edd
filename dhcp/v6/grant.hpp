// What a DHCPv6 client is granted with a lease: its times, its name, and what its relay said. The rest is the
// same for both families: dhcp/grant.
#pragma once

#include "dhcp/grant.hpp"
#include "dhcp/v6/context.hpp"
#include "dhcp/v6/reply.hpp"

namespace leasehold::v6 {

/// Lifetimes of a lease for the client's wish (0: none), within the limits of its classes or subnet: a preferred
/// lifetime that is not configured, or would be longer than the valid one, is 5/8 of that (as with Kea).
/// @param renewal  it has the lease already; else a subnet that gets full gives its shortest time. @pre settled
LeaseTerms terms_for(const DecisionContext& context, const IaLease& wish, bool renewal);

/// What is left of a lease that is confirmed without a write.
LeaseTerms remaining_terms(const Lease& row, LeaseTime now);

/// T1 and T2 (RFC 8415 14.2, 21.4): as configured, or a share of the shortest preferred lifetime; 0: the
/// client's choice. T1 stays below T2. @param preferred_min  of all leases that the message gives
IaTimes ia_times(const SubnetConfig& subnet, std::uint32_t preferred_min);

/// leasehold::bound_lease with what the relay nearest to the client said, where that is wanted.
Lease bound_lease(const Context& context, const Prefix& unit, const std::optional<Lease>& row,
                  const LeaseTerms& terms);

/// What the client must leave out of a delegated prefix, if it can (RFC 6603): its reservation's, else its pool's.
std::optional<Prefix> excluded_from(const Context& context, const Prefix& unit);

}  // namespace leasehold::v6
