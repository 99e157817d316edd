// Walks a configuration beside the schema: unknown keys, wrong types, values out of range, keys that are not
// built. What keys mean together is the load_* files' part.
#pragma once

#include "config/dialect.hpp"
#include "config/problems.hpp"

namespace leasehold::config {

/// @param root  { "Dhcp4": { ... } }
void check(const Value& root, bool allow_unsupported, Problems& problems);

}  // namespace leasehold::config
