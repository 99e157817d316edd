// The next hop that a message shows. One function for all who tell of it: the lease's note, from which the route is
// made, and the program that hears of leases.
#pragma once

#include <optional>
#include <string_view>

#include "dhcp/next_hop.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

/// The client itself, if it is on the link; behind relays the one of them that is nearest to this server, for it knows
/// the way onward and its packets came from there. Both are the datagram's source.
///
/// @param device  the interface that the datagram came in on
/// @return nullopt: it does not show. A client that asks the server's own address from a global one (RFC 8415
///         18.4) may be behind any number of routers
std::optional<NextHop> next_hop_of(const MessageView& message, const Ipv6& source, std::string_view device);

/// The client's own address: what the relay nearest to it saw, or the datagram's source.
Ipv6 client_address_of(const MessageView& message, const Ipv6& source);

}  // namespace leasehold::v6
