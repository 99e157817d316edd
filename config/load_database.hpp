// The map lease-database, in Kea's keys or as a URL -> BackendConfig.
#pragma once

#include "config/load.hpp"
#include "config/node.hpp"

namespace leasehold::config {

/// Fills everything of `config` but server_id.
/// @param hidden  texts of the configuration that its full form does not show
void load_database(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                   BackendConfig& config);

}  // namespace leasehold::config
