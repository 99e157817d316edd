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

inline LoadOptions for_v6() {
    LoadOptions options;
    options.family = Family::v6;
    return options;
}

/// The same of { "Dhcp6": { ... } }.
inline LoadResult load_global6(const std::string& members, LoadOptions options = for_v6()) {
    return load_text("{\"Dhcp6\": {" + members + "}}", options);
}

/// A file, for the server that its first key names.
inline LoadResult load_any_file(const std::string& path, LoadOptions options = {}) {
    const auto parsed = parse_file(path);
    if (!parsed) return std::unexpected{parsed.error()};
    options.family = parsed->value.member("Dhcp6") != nullptr ? Family::v6 : Family::v4;
    return load(parsed->value, options);
}

/// The configuration is refused with an error at the sign "@", which is not part of it.
/// @param members  of the global map, in one line
inline void expect_refused(std::string members, const std::string& pointer, const std::string& what,
                           Family family = Family::v4) {
    SCOPED_TRACE(members);
    const std::size_t at = members.find('@');
    ASSERT_NE(at, std::string::npos);
    members.erase(at, 1);
    const std::size_t column = at + std::string{"{\"Dhcp4\": {"}.size() + 1;
    const auto loaded = family == Family::v4 ? load_global(members) : load_global6(members);
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(told_at(loaded.error(), pointer, column, what)) << column << "\n" << format(loaded.error());
}

}  // namespace leasehold::config
