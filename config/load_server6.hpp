// What only a DHCPv6 server has in its global map.
#pragma once

#include "config/load.hpp"
#include "config/loading.hpp"
#include "config/node.hpp"

namespace leasehold::config {

/// server-id, mac-sources, relay-supplied-options and allow-address-registration. The server's DUID is made
/// when nothing is wrong (LoadOptions::server_duid).
void load_server6(const Node& global, const Loading& loading, ServerConfig& config);

}  // namespace leasehold::config
