// The name that a client has here, once its address is known: a host's, its own, a generated or a computed
// one; and what of it the DNS would be told (RFC 4702 4). Not here: reading what the client sent (client_name),
// sending updates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dhcp/client_class.hpp"
#include "dhcp/client_name.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// Of the pool, else the subnet, else the server. @param pool  null: none
const DdnsConfig& ddns_of(const ServerConfig& config, const SubnetConfig& subnet, const PoolConfig* pool);

/// The name of the lease and of the reply, in this order: hostname-expression where it gives one, the host's
/// hostname, one generated as ddns-replace-client-name says, the client's. A name of one label (in option 81
/// or 39: one that is not complete) gets the qualifying suffix. A name over 253 octets, or with a label over
/// 63, is none. An expression that cannot be evaluated changes nothing.
///
/// @param sent  what the client calls itself  @param source  the packet, for the expression
/// @param classes  all of them, those that its address brought too
/// @param host  null: none  @param address  what was allocated; generated names are made of it
ClientName resolve_name(ClientName sent, const ExpressionSource& source, const ClassSet& classes,
                        const ServerConfig& config, const DdnsConfig& ddns, const Reservation* host,
                        const Ipv6& address);

/// Seconds that DNS records of a lease are cached: ddns-ttl, else a share of the lifetime (a third unless
/// configured; RFC 4702 5) within ttl-min (600 unless configured) and ttl-max.
std::uint32_t ddns_ttl(const DdnsConfig& ddns, std::uint32_t lifetime);

}  // namespace leasehold
