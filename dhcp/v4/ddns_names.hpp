// The name that a client has here, once its address is known: a host's, its own, a generated or a computed
// one; and what of it the DNS would be told (RFC 4702 4). Not here: reading options 12 and 81 (client_name),
// sending updates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dhcp/v4/client_name.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

/// Of the pool, else the subnet, else the server. @param pool  null: none
const DdnsConfig& ddns_of(const ServerConfig& config, const SubnetConfig& subnet, const PoolConfig* pool);

/// The name of the lease and of the reply, in this order: hostname-expression where it gives one, the host's
/// hostname, one generated as ddns-replace-client-name says, the client's. A name of one label (in option 81:
/// one that is not complete) gets the qualifying suffix. A name over 253 octets, or with a label over 63, is
/// none. An expression that cannot be evaluated changes nothing.
/// @param host  null: none  @param address  what was allocated; generated names are made of it
/// @param classes  all of them, those that its address brought too
ClientName resolve_name(const Request& request, const ClassSet& classes, const ServerConfig& config,
                        const DdnsConfig& ddns, const Reservation* host, Ipv4 address);

/// Seconds that DNS records of a lease are cached: ddns-ttl, else a share of the lifetime (a third unless
/// configured; RFC 4702 5) within ttl-min (600 unless configured) and ttl-max.
std::uint32_t ddns_ttl(const DdnsConfig& ddns, std::uint32_t lifetime);

}  // namespace leasehold::v4
