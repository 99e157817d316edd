// The values that a subnet has or inherits from its network and the global map, and the rules among them.
#pragma once

#include <optional>

#include "config/loading.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// As written, for the triple rule is applied to what all scopes say together.
struct LifetimeWords {
    std::optional<std::uint32_t> normal, min, max;

    void read(const Node& node);
    bool says_something() const { return normal || min || max; }
    /// Kea's triple rule; Kea's default where nothing is said.
    LifetimeRange settle(const Node& node) const;
};

/// Of a map that inherits nothing, such as a class; nullopt: it says nothing.
std::optional<LifetimeRange> load_lifetimes(const Node& node);

struct NetworkValues {
    LifetimeWords lifetimes;
    SubnetConfig subnet;  // the other values, in place

    /// Takes over what this map says; the rest stays as it was inherited.
    void read(const Node& node, Loading& loading);
    /// Applies the rules and sets subnet.valid_lifetime.
    /// @param node  where errors are told: the map that was read last
    void settle(const Node& node);
};

}  // namespace leasehold::config
