// option-data -> the bytes that go into packets: values by the shape of their option, sub-options put into
// the option that carries them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/loading.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// The `option-data` list of one scope.
/// @param owner  the map that holds the list
/// @param full   what config-get shows of `owner`; its list is completed with names, codes and defaults
/// @param definitions  the global ones, or those of the class that `owner` is
OptionSet load_options(const Node& owner, Loading& loading, const Definitions& definitions,
                       nlohmann::json& full);

}  // namespace leasehold::config
