// Walks the schema: each key that is not built is refused and each ignored one warns, but only when they ask
// for something; the documentation shows the table.
#include "config/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/config/configuration.hpp"

namespace leasehold::config::schema_test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

/// A right value of the rule that is not the default.
Json sample(const Key& key) {
    const Json& fallback = fallback_value(key);
    switch (key.rule.type) {
        case Type::boolean: return !(fallback.is_boolean() && fallback.get<bool>());
        case Type::flag_or_word: return std::string{key.rule.words};
        case Type::duration:
        case Type::integer: return fallback == Json(key.rule.min) ? key.rule.min + 1 : key.rule.min;
        case Type::real: return fallback == Json(0.125) ? 0.5 : 0.125;
        case Type::string: {
            if (key.rule.words.empty()) return "x";
            const std::string words{key.rule.words};
            const std::string first = words.substr(0, words.find('|')),
                              last = words.substr(words.rfind('|') + 1);
            return fallback == Json(first) ? last : first;
        }
        case Type::string_list: return Json::array({"x"});
        case Type::map_list: return Json::array({Json::object()});
        case Type::map:
        case Type::free_map: return {{"comment", "x"}};
        case Type::anything: return "x";
    }
    return nullptr;
}

constexpr std::array both_families{Family::v4, Family::v6};

/// A configuration with one map of the scope, which holds the member.
Json configuration(Family family, Scope scope, const std::string& key, const Json& value) {
    Json inner = {{key, value}};
    const bool v4 = family == Family::v4;
    const std::string own{to_string(family, scope)};
    const auto global = [&](const std::string& name, Json part) {
        return Json{{to_string(family, Scope::global), {{name, std::move(part)}}}};
    };
    const auto in_subnet = [&](Json part) {
        part["id"] = 1;
        part["subnet"] = v4 ? "192.0.2.0/24" : "2001:db8::/64";
        return global(std::string{to_string(family, Scope::subnet)}, Json::array({part}));
    };
    switch (scope) {
        case Scope::root: return inner;
        case Scope::global: return {{to_string(family, Scope::global), inner}};
        case Scope::subnet: return in_subnet(inner);
        case Scope::pool:
            inner["pool"] = v4 ? "192.0.2.1-192.0.2.9" : "2001:db8::1-2001:db8::9";
            return in_subnet({{"pools", Json::array({inner})}});
        case Scope::pd_pool:
            for (const auto& [name, usual] :
                 {std::pair{"prefix", Json("2001:db8:100::")}, {"prefix-len", 48}, {"delegated-len", 56}})
                if (name != key) inner[name] = usual;
            return in_subnet({{"pd-pools", Json::array({inner})}});
        case Scope::relay: return in_subnet({{"relay", inner}});
        case Scope::option_data:
            inner.update(v4 ? Json{{"code", 3}, {"data", "192.0.2.1"}}
                            : Json{{"code", 23}, {"data", "2001:db8::1"}});
            return global("option-data", Json::array({inner}));
        case Scope::option_def:
            inner.update(Json{{"code", 224}, {"name", "own"}, {"type", "string"}});
            return global("option-def", Json::array({inner}));
        case Scope::lease_database:
            if (key != "type") inner["type"] = "memory";
            return global("lease-database", inner);
        case Scope::logger: inner["name"] = "kea-dhcp"; return global("loggers", Json::array({inner}));
        case Scope::control_socket:
            inner.update(Json{{"socket-type", "unix"}, {"socket-name", "s"}});
            return global("control-sockets", Json::array({inner}));
        case Scope::authentication:
        case Scope::http_client:
        case Scope::http_header: {
            Json socket{{"socket-type", "http"}};
            if (scope == Scope::authentication) socket["authentication"] = inner;
            if (scope == Scope::http_client) socket["authentication"]["clients"] = Json::array({inner});
            if (scope == Scope::http_header) socket["http-headers"] = Json::array({inner});
            return global("control-sockets", Json::array({socket}));
        }
        case Scope::hook_library:
            inner["library"] = "libdhcp_lease_cmds.so";
            return global("hooks-libraries", Json::array({inner}));
        case Scope::client_class: inner.emplace("name", "c"); break;
        case Scope::shared_network: inner.emplace("name", "n"); break;
        case Scope::reservation: inner.emplace("hw-address", "01"); break;
        default: return global(own, inner);
    }
    return global(own, Json::array({inner}));
}

LoadResult load_json(Family family, const Json& json, bool allow_unsupported = false) {
    LoadOptions options;
    options.family = family;
    options.allow_unsupported = allow_unsupported;
    return load(from_json(json, "made"), options);
}

bool stands_in_refused_container(Scope scope) {
    return scope == Scope::database || scope == Scope::config_control;
}

std::string place(Family family, Scope scope, const Key& key) {
    return std::string{to_string(family, Scope::global)} + ": " + std::string{to_string(family, scope)} + "/" +
           std::string{key.name};
}

template <class Visit>
void for_each_key(Status status, const Visit& visit) {
    for (const Family family : both_families) {
        std::size_t visited = 0;
        for (std::size_t i = 0; i < scope_count; ++i) {
            const auto scope = static_cast<Scope>(i);
            if (stands_in_refused_container(scope)) continue;
            for (const Key* key : keys_of(family, scope)) {
                if (key->status != status) continue;
                SCOPED_TRACE(place(family, scope, *key));
                visit(family, scope, *key);
                ++visited;
            }
        }
        EXPECT_GT(visited, 5u);
    }
}

/// Is there a problem at this key, with these words?
bool tells(const std::vector<Problem>& problems, const Key& key, std::string_view words) {
    return std::ranges::any_of(problems, [&](const Problem& p) {
        return p.pointer.find("/" + std::string{key.name}) != std::string::npos &&
               p.what.find(words) != std::string::npos;
    });
}

TEST(Schema, EveryKeyThatIsNotBuiltIsRefused) {
    for_each_key(Status::refused, [](Family family, Scope scope, const Key& key) {
        const Json json = configuration(family, scope, std::string{key.name}, sample(key));
        const auto refused = load_json(family, json);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(tells(refused.error(), key, "not built yet")) << format(refused.error());
        const auto allowed = load_json(family, json, true);
        ASSERT_TRUE(allowed) << format(allowed.error());
        EXPECT_TRUE(tells(allowed->warnings, key, "it is ignored")) << format(allowed->warnings);
    });
}

TEST(Schema, EveryIgnoredKeyWarns) {
    for_each_key(Status::ignored, [](Family family, Scope scope, const Key& key) {
        const auto loaded = load_json(family, configuration(family, scope, std::string{key.name}, sample(key)));
        ASSERT_TRUE(loaded) << format(loaded.error());
        EXPECT_TRUE(tells(loaded->warnings, key, "is ignored")) << format(loaded->warnings);
    });
}

TEST(Schema, DefaultsOfIgnoredAndUnbuiltKeysAreSilent) {
    for (const Status status : {Status::refused, Status::ignored}) {
        for_each_key(status, [](Family family, Scope scope, const Key& key) {
            if (key.fallback.empty()) return;
            const auto loaded = load_json(family, configuration(family, scope, std::string{key.name}, fallback_value(key)));
            ASSERT_TRUE(loaded) << format(loaded.error());
            EXPECT_FALSE(tells(loaded->warnings, key, "")) << format(loaded->warnings);
        });
    }
}

TEST(Schema, EveryKeyRefusesAnotherType) {
    for (const Key& key : schema()) {
        if (key.rule.type == Type::anything) continue;
        Json wrong = key.rule.type == Type::boolean ? Json("x") : Json(true);
        if (key.rule.type == Type::flag_or_word) wrong = 5;
        for (const Family family : both_families) {
            for (std::size_t i = 0; i < scope_count; ++i) {
                const auto scope = static_cast<Scope>(i);
                if (find_key(family, scope, key.name) != &key || stands_in_refused_container(scope) ||
                    scope == Scope::output_option)
                    continue;
                if ((key.flags & required) != 0 || scope == Scope::option_data || scope == Scope::option_def)
                    continue;
                SCOPED_TRACE(place(family, scope, key));
                if (scope == Scope::control_socket && key.name == "socket-name") continue;
                const auto refused =
                    load_json(family, configuration(family, scope, std::string{key.name}, wrong));
                ASSERT_FALSE(refused);
                EXPECT_TRUE(tells(refused.error(), key, "belongs")) << format(refused.error());
            }
        }
    }
}

TEST(Schema, EveryKeyOfOneServerIsRefusedByTheOther) {
    std::size_t visited = 0;
    for (const Family family : both_families) {
        const Family other = family == Family::v4 ? Family::v6 : Family::v4;
        for (std::size_t i = 0; i < scope_count; ++i) {
            const auto scope = static_cast<Scope>(i);
            if (to_string(other, scope).empty()) continue;
            for (const Key* key : keys_of(family, scope)) {
                if (find_key(other, scope, key->name) != nullptr) continue;
                SCOPED_TRACE(place(other, scope, *key));
                const auto refused =
                    load_json(other, configuration(other, scope, std::string{key->name}, sample(*key)));
                ASSERT_FALSE(refused);
                const std::string owner = family == Family::v4 ? "DHCPv4" : "DHCPv6";
                EXPECT_TRUE(tells(refused.error(), *key, "belongs to " + owner)) << format(refused.error());
                ++visited;
            }
        }
    }
    EXPECT_GT(visited, 40u);
}

/// Whoever looks one up without knowing the family may do so.
TEST(Schema, KeysOfDatabasesAreAlike) {
    for (const Scope scope : {Scope::lease_database, Scope::database})
        EXPECT_EQ(keys_of(Family::v4, scope), keys_of(Family::v6, scope));
}

TEST(Schema, DefaultsAreRightValues) {
    for (const Key& key : schema()) {
        if (key.fallback.empty()) continue;
        SCOPED_TRACE(std::string{key.name});
        const Json& value = fallback_value(key);
        if (key.rule.type == Type::integer || key.rule.type == Type::duration) {
            EXPECT_GE(value.get<std::int64_t>(), key.rule.min);
            EXPECT_LE(value.get<std::int64_t>(), key.rule.max);
        }
        EXPECT_TRUE(key.rule.words.empty() || has_word(key.rule.words, value.get<std::string>()));
    }
}

TEST(Schema, KeysAreUniqueWithinAScope) {
    for (const Family family : both_families) {
        for (std::size_t i = 0; i < scope_count; ++i) {
            std::set<std::string_view> names;
            for (const Key* key : keys_of(family, static_cast<Scope>(i)))
                EXPECT_TRUE(names.insert(key->name).second) << place(family, static_cast<Scope>(i), *key);
        }
    }
}

TEST(Schema, MisspelledKeysFindTheirNeighbour) {
    EXPECT_EQ(nearest_key(Family::v4, Scope::global, "valid_lifetime"), "valid-lifetime");
    EXPECT_EQ(nearest_key(Family::v4, Scope::global, "valid-lifetme"), "valid-lifetime");
    EXPECT_EQ(nearest_key(Family::v4, Scope::subnet, "Subnet"), "subnet");
    EXPECT_EQ(nearest_key(Family::v6, Scope::pd_pool, "delegated_length"), "delegated-len");
    EXPECT_EQ(nearest_key(Family::v4, Scope::pd_pool, "delegated-len"), "");
    EXPECT_EQ(nearest_key(Family::v4, Scope::global, "completely-different-thing"), "");
    EXPECT_EQ(nearest_key(Family::v4, Scope::global, std::string(100'000, 'x')), "");
}

/// With UPDATE_DOCS set, writes the table into the page instead.
TEST(Schema, DocumentationShowsTheTable) {
    const std::string path = SOURCE_DIR "/docs/configuration.md";
    std::stringstream text;
    text << std::ifstream{path}.rdbuf();
    const std::string page = text.str();
    const std::string begin = "<!-- reference: begin -->\n", end = "<!-- reference: end -->";
    const std::size_t from = page.find(begin), to = page.find(end);
    ASSERT_NE(from, std::string::npos);
    ASSERT_NE(to, std::string::npos);
    const std::size_t start = from + begin.size();
    if (std::getenv("UPDATE_DOCS") != nullptr)
        std::ofstream{path} << page.substr(0, start) << config_reference_markdown() << page.substr(to);
    else
        EXPECT_TRUE(page.substr(start, to - start) == config_reference_markdown())
            << "docs/configuration.md is not what the schema says: run this test once with UPDATE_DOCS=1";
}

}  // namespace
}  // namespace leasehold::config::schema_test
