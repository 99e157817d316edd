// client-classes: who is in them, and what their clients get.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/loading.hpp"

namespace leasehold::config {

/// Defines the classes in their order.
/// @param full_global  completed with names, codes and defaults of their options
void load_classes(const Node& global, Loading& loading, nlohmann::json& full_global, ServerConfig& config);

}  // namespace leasehold::config
