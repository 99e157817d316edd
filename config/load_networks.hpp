// shared-networks and subnet4: who inherits what from whom.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/load_hosts.hpp"
#include "config/loading.hpp"

namespace leasehold::config {

/// @param full_global  completed with what networks and subnets inherit
void load_networks(const Node& global, Loading& loading, HostLoader& hosts, nlohmann::json& full_global,
                   ServerConfig& config);

}  // namespace leasehold::config
