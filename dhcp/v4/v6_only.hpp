// Clients that can do without IPv4 (RFC 8925): they ask for option 108, and where the link has it they get no
// address.
#pragma once

#include <optional>

#include "dhcp/v4/context.hpp"

namespace leasehold::v4 {

/// An OFFER or ACK of 0.0.0.0 for a client that asks for option 108 where a subnet on its link, or their
/// network, has it. Nothing is stored; leases that the client has are left to expire. nullopt: the client
/// gets an address. @pre request.subnet is set
std::optional<Decision> decide_v6_only(Context& context, MessageType type);

}  // namespace leasehold::v4
