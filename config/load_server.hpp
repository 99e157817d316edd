// The parts of the global map that make up a ServerConfig, except subnets and options.
#pragma once

#include "config/load.hpp"
#include "config/node.hpp"

namespace leasehold::config {

void load_server(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                 ServerConfig& config);

/// "name" below `directory`, unless it is absolute.
std::string absolute_name(const std::string& directory, const std::string& name);

}  // namespace leasehold::config
