// Parameters of Kea's flex_option library: options that expressions add, replace or remove.
#pragma once

#include "config/loading.hpp"

namespace leasehold::config {

/// @param parameters  of the library
void load_flex_options(const Node& parameters, Loading& loading, ServerConfig& config);

}  // namespace leasehold::config
