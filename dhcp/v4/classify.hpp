// The first classes of a DHCPv4 packet. What follows from them, and from hosts: dhcp/classify.
#pragma once

#include "dhcp/client_class.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

/// ALL, VENDOR_CLASS_<option 60>, BOOTP, then the classes whose tests need no host, in their order.
/// @return how many tests could not be evaluated
std::size_t classify(const ExpressionSource& source, const MessageView& message, const ServerConfig& config,
                     ClassSet& classes);

}  // namespace leasehold::v4
