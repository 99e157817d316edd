// Which families a configuration file is for: it has "Dhcp4", "Dhcp6", or both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/dialect.hpp"
#include "config/problem.hpp"
#include "dhcp/address.hpp"

namespace leasehold {

/// v4 before v6; empty: neither is there.
std::vector<Family> families_of(const config::Value& root);

/// Of the families, those that shall be served: the one that is asked for, else what the file has. A file that
/// cannot be read, or has neither, is left to whoever loads it for DHCPv4 and says so.
std::vector<Family> families_to_serve(const std::string& file, std::optional<Family> asked_for);

}  // namespace leasehold
