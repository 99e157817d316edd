// The values that a subnet has or inherits from the global map, and the rules among them.
#pragma once

#include <optional>

#include "config/node.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

struct NetworkValues {
    /// As written, for the triple rule is applied to what all scopes say together.
    std::optional<std::uint32_t> valid_lifetime, min_valid_lifetime, max_valid_lifetime;
    SubnetConfig subnet;  // the other values, in place

    /// Takes over what this map says; the rest stays as it was inherited.
    void read(const Node& node);
    /// Applies the rules and sets subnet.valid_lifetime.
    /// @param node  where errors are told: the map that was read last
    void settle(const Node& node);
};

}  // namespace leasehold::config
