// A configuration as config-get shows it: defaults filled in, comments moved to user-context, old spellings
// replaced. What is copied between scopes is done where the scopes are loaded.
#pragma once

#include <nlohmann/json.hpp>

#include "config/dialect.hpp"
#include "config/schema.hpp"

namespace leasehold::config {

/// @param value  a map of this scope that the schema check has accepted
nlohmann::json full_form(Family family, const Value& value, Scope scope);

/// The values that subnets show as their own unless they have others: key and value. Defaults too, where the
/// outer scope shows none.
std::vector<std::pair<std::string, nlohmann::json>> inherited_values(
    Family family, const nlohmann::json& full_outer);

}  // namespace leasehold::config
