// control-sockets: where commands are received, who may give them, and which.
#pragma once

#include "config/load.hpp"
#include "config/node.hpp"

namespace leasehold::config {

/// @param hidden  what "*****" stands for in a configuration that config-get showed
void load_control_sockets(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                          DaemonConfig& daemon);

}  // namespace leasehold::config
