// Short ways to load a configuration that a test has as text.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
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

inline bool told_at(const std::vector<Problem>& problems, const std::string& pointer, std::size_t column,
                    const std::string& what) {
    return std::ranges::any_of(problems, [&](const Problem& p) {
        return p.pointer == pointer && p.column == column && p.what.find(what) != std::string::npos;
    });
}

/// The configuration is refused with an error at the sign "@", which is not part of it.
/// @param members  of the global map, in one line
inline void expect_refused(std::string members, const std::string& pointer, const std::string& what) {
    SCOPED_TRACE(members);
    const std::size_t at = members.find('@');
    ASSERT_NE(at, std::string::npos);
    members.erase(at, 1);
    const std::size_t column = at + std::string{"{\"Dhcp4\": {"}.size() + 1;
    const auto loaded = load_global(members);
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(told_at(loaded.error(), pointer, column, what)) << column << "\n" << format(loaded.error());
}

}  // namespace leasehold::config
