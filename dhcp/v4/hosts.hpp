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

}  // namespace leasehold::v4
