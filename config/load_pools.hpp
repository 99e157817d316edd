// pools and pd-pools of a subnet as ranges of units. What else a pool says is load_subnets' part.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "config/address_range.hpp"
#include "config/family.hpp"
#include "config/node.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// A pool's units, and the addresses that they take up.
struct PoolUnits {
    PoolConfig pool;  // kind, range and excluded_prefix; the rest is empty
    AddressRange addresses;
};

/// An element of `pools`. nullopt: told what is wrong with it.
/// @param full  shows the range in its normal form afterwards
std::optional<PoolUnits> load_address_pool(const FamilyFacts& family, const Node& node,
                                           const SubnetConfig& subnet, nlohmann::json& full);

/// An element of `pd-pools`: prefixes of one length (RFC 8415 6.3), perhaps each with a part that its client
/// is to leave out (RFC 6603). They need not be in the subnet.
std::optional<PoolUnits> load_prefix_pool(const Node& node, nlohmann::json& full);

}  // namespace leasehold::config
