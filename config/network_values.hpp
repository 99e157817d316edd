// The values that a subnet has or inherits from its network and the global map, and the rules among them.
#pragma once

#include <optional>

#include "config/loading.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// The keys of a lifetime with its bounds.
struct LifetimeKeys {
    std::string_view normal, min, max;
};
inline constexpr LifetimeKeys valid_lifetime_keys{"valid-lifetime", "min-valid-lifetime",
                                                  "max-valid-lifetime"};
inline constexpr LifetimeKeys preferred_lifetime_keys{"preferred-lifetime", "min-preferred-lifetime",
                                                      "max-preferred-lifetime"};

/// As written, for the triple rule is applied to what all scopes say together.
struct LifetimeWords {
    LifetimeKeys keys;
    std::optional<std::uint32_t> normal = {}, min = {}, max = {};

    void read(const Node& node);
    bool says_something() const { return normal || min || max; }
    /// Kea's triple rule; Kea's default where nothing is said.
    LifetimeRange settle(const Node& node) const;
};

/// Of a map that inherits nothing, such as a class; nullopt: it says nothing.
std::optional<LifetimeRange> load_lifetimes(const Node& node, const LifetimeKeys& keys);

struct NetworkValues {
    LifetimeWords valid{valid_lifetime_keys}, preferred{preferred_lifetime_keys};
    SubnetConfig subnet;  // the other values, in place

    /// What the schema says of keys that stand nowhere.
    void take_defaults(Family family);
    /// Takes over what this map says; the rest stays as it was inherited.
    void read(const Node& node, Loading& loading);
    /// Applies the rules and sets the subnet's lifetimes.
    /// @param node  where errors are told: the map that was read last
    void settle(const Node& node);
};

}  // namespace leasehold::config
