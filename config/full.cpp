// What config-get shows, from the values as written and the schema's defaults.
#include "config/full.hpp"

#include <array>

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

/// Old spelling -> the one that config-get shows, as a list where that has one and this was a single value.
struct OldSpelling {
    std::string_view old, now;
};
constexpr std::array old_spellings{
    OldSpelling{"control-socket", "control-sockets"},
    OldSpelling{"output_options", "output-options"},
    OldSpelling{"hosts-database", "hosts-databases"},
    OldSpelling{"ip-address", "ip-addresses"},
    OldSpelling{"client-class", "client-classes"},
    OldSpelling{"require-client-classes", "evaluate-additional-classes"},
    OldSpelling{"only-if-required", "only-in-additional-list"},
};

Json full_value(Family family, const Value& value, const Key& key) {
    if (key.rule.type == Type::map && value.is_map()) return full_form(family, value, key.rule.child);
    if (key.rule.type == Type::real && std::holds_alternative<std::int64_t>(value.data))
        return static_cast<double>(std::get<std::int64_t>(value.data));
    if (key.rule.type != Type::map_list || !value.is_list()) return to_json(value);
    Json list = Json::array();
    for (const Value& item : std::get<Value::List>(value.data))
        list.push_back(full_form(family, item, key.rule.child));
    return list;
}

void put(Json& full, Family family, Scope scope, const std::string& name, Json value) {
    for (const OldSpelling& spelling : old_spellings) {
        const Key* const now = spelling.old == name ? find_key(family, scope, spelling.now) : nullptr;
        if (now == nullptr) continue;
        const bool wants_list = now->rule.type == Type::map_list || now->rule.type == Type::string_list;
        if (wants_list && !value.is_array())
            value = value == Json("") ? Json::array() : Json::array({std::move(value)});
        full[std::string{spelling.now}] = std::move(value);
        return;
    }
    full[name] = std::move(value);
}

/// A default, or for a map the defaults within it.
Json default_of(Family family, const Key& key) {
    if (key.rule.type != Type::map) return fallback_value(key);
    Json inner = Json::object();
    for (const Key* child : keys_of(family, key.rule.child))
        if ((child->flags & shown) != 0) inner[std::string{child->name}] = default_of(family, *child);
    return inner;
}

bool is_shown(const Key& key, Scope scope) {
    return (key.flags & shown) != 0 || (scope == Scope::global && (key.flags & shown_globally) != 0);
}

using Defaults = std::vector<std::pair<std::string, Json>>;
using DefaultsOfScopes = std::array<Defaults, scope_count>;

DefaultsOfScopes shown_defaults_of(Family family) {
    DefaultsOfScopes made;
    for (std::size_t i = 0; i < scope_count; ++i)
        for (const Key* key : keys_of(family, static_cast<Scope>(i)))
            if (is_shown(*key, static_cast<Scope>(i)))
                made[i].emplace_back(key->name, default_of(family, *key));
    return made;
}

/// Those of a scope, made once: thousands of subnets need them.
const Defaults& shown_defaults(Family family, Scope scope) {
    static const std::array all{shown_defaults_of(Family::v4), shown_defaults_of(Family::v6)};
    return all[static_cast<std::size_t>(family)][static_cast<std::size_t>(scope)];
}

}  // namespace

Json full_form(Family family, const Value& value, Scope scope) {
    Json full = Json::object();
    if (!value.is_map()) return full;
    for (const Member& member : std::get<Value::Map>(value.data)) {
        if (member.key == "comment") continue;
        const Key* const key = find_key(family, scope, member.key);
        put(full, family, scope, member.key,
            key != nullptr ? full_value(family, member.value, *key) : to_json(member.value));
    }
    if (const Value* const comment = value.member("comment")) {
        Json& context = full["user-context"];
        if (context.is_null() || context.is_object()) context["comment"] = to_json(*comment);
    }
    for (const auto& [name, fallback] : shown_defaults(family, scope)) {
        const bool inherits = (scope == Scope::subnet || scope == Scope::shared_network) &&
                              (find_key(family, scope, name)->flags & inherited) != 0;
        if (!inherits && !full.contains(name)) full[name] = fallback;
    }
    return full;
}

std::vector<std::pair<std::string, Json>> inherited_values(Family family, const Json& full_outer) {
    std::vector<std::pair<std::string, Json>> values;
    for (const Key* key : keys_of(family, Scope::subnet)) {
        if ((key->flags & inherited) == 0) continue;
        const auto found = full_outer.find(std::string{key->name});
        if (found != full_outer.end())
            values.emplace_back(key->name, *found);
        else if (!key->fallback.empty())
            values.emplace_back(key->name, fallback_value(*key));
    }
    return values;
}

}  // namespace leasehold::config
