// The first classes of a DHCPv6 packet. What follows from them, and from hosts: dhcp/classify.
#pragma once

#include "dhcp/client_class.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

/// ALL, VENDOR_CLASS_<the first data of option 16>, then the classes whose tests need no host, in their order.
/// @return how many tests could not be evaluated
std::size_t classify(const ExpressionSource& source, const MessageView& message, const ServerConfig& config,
                     ClassSet& classes);

}  // namespace leasehold::v6
