// PLACEHOLDER of branch h3: H1's version replaces this file.
#pragma once

#include <span>

#include "dhcp/client_class.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

void classify(const ExpressionSource& source, const MessageView& message, const ServerConfig& config,
              ClassSet& classes);
void classify_after_hosts(const ExpressionSource& source, const ServerConfig& config, ClassSet& classes);
void classify_additional(const ExpressionSource& source, const ServerConfig& config,
                         std::span<const ClassId> list, ClassSet& classes);

}  // namespace leasehold::v4
