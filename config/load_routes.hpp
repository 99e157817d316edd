// prefix-routes: which delegated prefixes get a route in the kernel, and how it is marked.
#pragma once

#include "config/node.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// Takes over what this map says; the rest stays as it was inherited.
void load_prefix_routes(const Node& node, PrefixRoutesConfig& routes);

}  // namespace leasehold::config
