// Which host of the configuration a client is, and which addresses and prefixes are kept for it or for
// others. Reads only; what a reservation means for the answer is the business of allocate and decide.
#pragma once

#include <boost/container/small_vector.hpp>

#include "dhcp/client_request.hpp"
#include "dhcp/expression.hpp"

namespace leasehold {

/// The value of the flex-id expression; empty: none, or it could not be evaluated.
Octets flex_identifier(const ServerConfig& config, const ExpressionSource& source, const ClassSet& classes);

/// The first of the identifiers that a host has decides. @param subnet_id  0: a global host
const Reservation* find_host(const ServerConfig& config, std::uint32_t subnet_id,
                             const HostIdentifiers& identifiers);

/// The client's host in this subnet: the subnet's own before the global one, each where the subnet looks for
/// such hosts (reservations-in-subnet, reservations-global).
const Reservation* host_in(const ClientRequest& request, const ServerConfig& config,
                           const SubnetConfig& subnet);

/// early-global-reservations-lookup: a global host's classes, KNOWN and what depends on it may decide about
/// the subnet. Nothing unless the configuration says so.
void look_for_early_host(ClientRequest& request, const ServerConfig& config, const ExpressionSource& source);

/// KNOWN or UNKNOWN, and the host's classes. In a shared network the subnet, and with it the subnet's host,
/// is certain only after the allocation, which then adds that host's classes (as with Kea); a global host is
/// the same everywhere.
void look_for_host(ClientRequest& request, const ServerConfig& config);

/// What the subnet keeps for this client of one kind: an address in v4, addresses or prefixes in v6. It may
/// lie outside of every pool, and, with reservations-out-of-pool, must.
struct ReservedUnit {
    Prefix unit;
    const Reservation* host = nullptr;
    const PoolConfig* pool = nullptr;  // nullptr: in none
};
using ReservedUnits = boost::container::small_vector<ReservedUnit, 2>;
ReservedUnits reserved_units(const ClientRequest& request, const ServerConfig& config,
                             const SubnetConfig& subnet, LeaseKind kind);
bool is_reserved_for(const ClientRequest& request, const ServerConfig& config, const SubnetConfig& subnet,
                     LeaseKind kind, const Prefix& unit);

/// Is the unit kept for another host, global ones included? @param pool  nullptr: in none
bool is_kept_for_other(const ClientRequest& request, const ServerConfig& config, const SubnetConfig& subnet,
                       const PoolConfig* pool, const Prefix& unit);

/// The pool of the subnet that has this unit, whomever it lets in; nullptr: none, or compatibility excludes
/// the address.
const PoolConfig* pool_of(const ServerConfig& config, const SubnetConfig& subnet, const Prefix& unit);

}  // namespace leasehold
