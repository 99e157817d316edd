// Which subnet a message would be for: the choice that packets meet with, for a message made from a few facts.
#pragma once

#include <string>

#include "dhcp/client_class.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// What is known of a message; not given: ::, or empty. IPv4 addresses are mapped ones.
struct SubnetQuestion {
    std::string interface, interface_id;  // interface_id: DHCPv6, at most `interface_id_max` octets
    /// ciaddr, giaddr, the address of this server's interface, where the message came from, the link that a
    /// relay names (RFC 3527; the link address of DHCPv6), the client's subnet selection (RFC 3011)
    Ipv6 address, relay, local, remote, link, subnet;
    ClassSet classes;
};
inline constexpr std::size_t interface_id_max = 1000;

/// @return nullptr: no subnet is for it
const SubnetConfig* subnet_of_discover(const SubnetQuestion& question, const ServerConfig& config);
/// Within a DHCPv6 message (RFC 7341).
const SubnetConfig* subnet_of_carried_discover(const SubnetQuestion& question, const ServerConfig& config);
const SubnetConfig* subnet_of_solicit(const SubnetQuestion& question, const ServerConfig& config);

}  // namespace leasehold
