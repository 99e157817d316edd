// Which host of the configuration a packet comes from, and which addresses are kept for others. Reads only;
// what a reservation means for the answer is the business of allocate and decide_request.
#pragma once

#include <cstdint>

#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

/// What the configuration looks hosts up by (`host-reservation-identifiers`), in its order; what the packet
/// does not have is left out. A DUID is what follows the type 255 and the IAID in option 61 (RFC 4361 6.1).
HostIdentifiers read_identifiers(const MessageView& message, const ServerConfig& config,
                                 const ExpressionSource& source, const ClassSet& classes);

/// The value of the flex-id expression; empty: none, or it could not be evaluated.
Octets flex_identifier(const ServerConfig& config, const ExpressionSource& source, const ClassSet& classes);

/// The first of the identifiers that a host has decides. @param subnet_id  0: a global host
const Reservation* find_host(const ServerConfig& config, std::uint32_t subnet_id,
                             const HostIdentifiers& identifiers);

/// The client's host in this subnet: the subnet's own before the global one, each where the subnet looks for
/// such hosts (reservations-in-subnet, reservations-global).
const Reservation* host_in(const Request& request, const ServerConfig& config, const SubnetConfig& subnet);

/// The address that the subnet keeps for this client; nullptr: none. It may lie outside of every pool, and,
/// with reservations-out-of-pool, must.
struct ReservedAddress {
    Ipv4 address;
    const Reservation* host = nullptr;
    const PoolConfig* pool = nullptr;  // nullptr: in none
};
std::optional<ReservedAddress> reserved_address(const Request& request, const ServerConfig& config,
                                                const SubnetConfig& subnet);

/// Is the address of the subnet kept for another host, global ones included? @param pool  nullptr: in none
bool is_kept_for_other(const Request& request, const ServerConfig& config, const SubnetConfig& subnet,
                       const PoolConfig* pool, Ipv4 address);

/// The pool of the subnet that has this address, whomever it lets in; nullptr: none, or compatibility
/// excludes the address.
const PoolConfig* pool_of(const ServerConfig& config, const SubnetConfig& subnet, Ipv4 address);

}  // namespace leasehold::v4
