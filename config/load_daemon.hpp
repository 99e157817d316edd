// What the program around the server needs: control sockets, loggers, and what to say about hook libraries.
#pragma once

#include "config/load.hpp"
#include "config/node.hpp"

namespace leasehold::config {

void load_daemon(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                 DaemonConfig& daemon);

}  // namespace leasehold::config
