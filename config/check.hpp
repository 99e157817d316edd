// Walks a configuration beside the schema: unknown keys, wrong types, values out of range, keys that are not
// built. What keys mean together is the load_* files' part.
#pragma once

#include "config/dialect.hpp"
#include "config/problems.hpp"
#include "config/schema.hpp"

namespace leasehold::config {

/// @param root  { "Dhcp4": { ... } } or { "Dhcp6": { ... } }
void check(const Value& root, Family family, bool allow_unsupported, Problems& problems);
/// One map of a configuration. @param pointer  its own
void check_map(const Value& map, Family family, Scope scope, const std::string& pointer,
               bool allow_unsupported, Problems& problems);
/// One member beside its row; the pointers of what is wrong are empty. For members that are written in
/// another form, such as a URL.
void check_member(const Key& key, const Member& member, Family family, bool allow_unsupported,
                  Problems& problems);

/// The default, or nothing at all: then a key that is not built, or does not belong here, does no harm.
bool asks_for_nothing(const Key& key, const Value& value);

}  // namespace leasehold::config
