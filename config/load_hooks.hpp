// hooks-libraries: no library is loaded; those whose work is built in say here how it is done.
#pragma once

#include "config/load.hpp"
#include "config/loading.hpp"

namespace leasehold::config {

/// Which libraries are listed, and what of their parameters subnets inherit. Others than those that are built
/// in are told of.
void load_libraries(const Node& global, bool allow_unsupported, Loading& loading);

/// Their other parameters; what the ddns_tuning library says is in ServerConfig::ddns afterwards, for all
/// scopes to inherit. @pre the classes are loaded: expressions may name them
void load_library_parameters(const Node& global, const LoadOptions& options, Loading& loading, ServerConfig& config);

}  // namespace leasehold::config
