// Short ways to load a configuration that a test has as text.
#pragma once

#include <string>

#include "config/load.hpp"

namespace leasehold::config {

inline LoadResult load_text(const std::string& text, const LoadOptions& options = {}) {
    const auto parsed = parse(text, {.source = "f"});
    if (!parsed) return std::unexpected{parsed.error()};
    return load(parsed->value, options);
}

/// @param members  of the global map: "\"valid-lifetime\": 5"
inline LoadResult load_global(const std::string& members, const LoadOptions& options = {}) {
    return load_text("{\"Dhcp4\": {" + members + "}}", options);
}

}  // namespace leasehold::config
