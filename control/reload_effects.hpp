// What a reload to another configuration would do besides taking its values for the next packet: which parts of the server are
// opened, filled or left. Pure: both configurations are loaded, and no server is asked.
#pragma once

#include <string>
#include <vector>

#include "config/load.hpp"

namespace leasehold {

/// Sentences, the weightiest first; empty: nothing but values, which count from the next packet on.
std::vector<std::string> reload_effects(const config::Loaded& before, const config::Loaded& after);

}  // namespace leasehold
