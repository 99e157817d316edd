// subnet4: prefixes, pools, what subnets inherit, and what must not overlap or stand twice.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/definitions.hpp"
#include "config/node.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// @param full_global  completed with what subnets inherit and with their pools in normal form
void load_subnets(const Node& global, const Definitions& definitions, nlohmann::json& full_global,
                  ServerConfig& config);

}  // namespace leasehold::config
