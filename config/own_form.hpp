// config-get's form turned back to what a person would have written: networks and subnets without the values
// that were copied down to them, so that a change further out, or a move to another network, reaches them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "dhcp/address.hpp"

namespace leasehold::config {

/// Takes out of each shared network and subnet what it would inherit anyway. Loading the result gives the
/// same configuration. A value that is written there and is the same as the outer one goes too.
/// @param map  the one within "Dhcp4" or "Dhcp6", in full form
void leave_own_values(nlohmann::json& map, Family family);

}  // namespace leasehold::config
