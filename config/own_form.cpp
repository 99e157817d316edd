#include "config/own_form.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/family.hpp"
#include "config/full.hpp"
#include "config/network_values.hpp"

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

constexpr std::array lifetime_kinds{valid_lifetime_keys, preferred_lifetime_keys};

bool is_lifetime(std::string_view key) {
    return std::ranges::any_of(lifetime_kinds, [&](const LifetimeKeys& keys) {
        return key == keys.min || key == keys.normal || key == keys.max;
    });
}

/// What a scope passes on to those within it.
struct Outer {
    std::vector<std::pair<std::string, Json>> values;  // lifetimes left out
    Json lifetimes = Json::object();                   // as they are written there or further out
    Json relay;                                        // null: none
};

Outer outer_of(Family family, const Json& full) {
    Outer outer;
    outer.values = inherited_values(family, full);
    std::erase_if(outer.values, [](const auto& value) { return is_lifetime(value.first); });
    return outer;
}

void write_lifetimes(const Json& scope, Json& lifetimes) {
    for (const LifetimeKeys& keys : lifetime_kinds)
        for (const auto key : {keys.min, keys.normal, keys.max})
            if (const auto found = scope.find(std::string{key}); found != scope.end())
                lifetimes[std::string{key}] = *found;
}

/// The least and the most that are not written are the same as the lifetime itself, unless inherited.
void leave_own_lifetimes(Json& scope, const Json& outer) {
    for (const LifetimeKeys& keys : lifetime_kinds) {
        const std::string normal_key{keys.normal};
        if (!scope.contains(normal_key)) continue;
        const Json normal = scope[normal_key];
        for (const std::string& bound : {std::string{keys.min}, std::string{keys.max}}) {
            const auto found = scope.find(bound);
            if (found == scope.end()) continue;
            if (*found == (outer.contains(bound) ? outer[bound] : normal)) scope.erase(found);
        }
        if (outer.contains(normal_key) && outer[normal_key] == normal) scope.erase(normal_key);
    }
}

void leave_own(Json& scope, const Outer& outer) {
    leave_own_lifetimes(scope, outer.lifetimes);
    for (const auto& [name, value] : outer.values)
        if (const auto found = scope.find(name); found != scope.end() && *found == value) scope.erase(found);
    const auto relay = scope.find("relay");
    if (!outer.relay.is_null() && relay != scope.end() && *relay == outer.relay) scope.erase(relay);
}

}  // namespace

void leave_own_values(Json& map, Family family) {
    const std::string subnets{facts_of(family).subnets};
    Outer global = outer_of(family, map);
    write_lifetimes(map, global.lifetimes);
    if (map.contains("shared-networks"))
        for (Json& network : map["shared-networks"]) {
            Outer outer = outer_of(family, network);
            if (network.contains("relay")) outer.relay = network["relay"];
            leave_own(network, global);
            outer.lifetimes = global.lifetimes;
            write_lifetimes(network, outer.lifetimes);
            if (network.contains(subnets))
                for (Json& subnet : network[subnets]) leave_own(subnet, outer);
        }
    if (map.contains(subnets))
        for (Json& subnet : map[subnets]) leave_own(subnet, global);
}

}  // namespace leasehold::config
