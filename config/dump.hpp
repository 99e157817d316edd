// JSON -> text, in the two forms that people and programs get to see.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace leasehold::config {

/// The form of answers: one line, "{ "a": 1, "b": [ 2 ] }", "{  }" and "[  ]" when empty, reals with a point.
/// Without recursion; linear in the size. Keys come in the object's order, which is sorted.
std::string compact(const nlohmann::json& json);
/// For files (config-write) and people: four blanks per level, one member per line, a newline at the end.
std::string pretty(const nlohmann::json& json);

}  // namespace leasehold::config
