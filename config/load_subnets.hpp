// subnet4 and subnet6: prefixes, pools, what subnets inherit, and what must not overlap or stand twice. The networks that
// they may be in are load_networks' part.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/load_hosts.hpp"
#include "config/load_pools.hpp"
#include "config/loading.hpp"
#include "config/network_values.hpp"

namespace leasehold::config {

/// What a subnet stands in: the global map or a shared network.
struct NetworkScope {
    NetworkValues values;
    std::vector<std::pair<std::string, nlohmann::json>> copied_down;  // what config-get shows in each subnet
    std::optional<std::uint32_t> place;                               // in ServerConfig::shared_networks
    std::string interface;
    Octets interface_id;
    std::vector<Ipv6> relay_addresses;
};

/// Fills in what config-get shows of inherited values.
/// @param settled  with the lifetimes of the network or subnet that is shown
void show_inherited(const NetworkScope& scope, const SubnetConfig& settled, nlohmann::json& full);

/// The addresses of the map `relay`.
std::vector<Ipv6> load_relay(const FamilyFacts& family, const Node& node);
/// The octets of the text `interface-id`, which stands alone: clients are either on an interface, or behind a
/// relay.
Octets load_interface_id(const Node& node);

class SubnetLoader {
public:
    SubnetLoader(Loading& loading, HostLoader& hosts, ServerConfig& config)
        : loading_{loading}, hosts_{hosts}, config_{config} {}

    /// @param full  completed with what is inherited and with pools in normal form
    void load(const Node& node, const NetworkScope& scope, nlohmann::json& full);
    /// Pools of all subnets: no address may be given out twice. The same pool in several subnets is one that
    /// they share (finish of server_config); those with only a part in common are refused.
    void check_overlaps(Problems& problems);

private:
    struct PoolPlace {
        AddressRange range;
        PoolRange units;
        std::uint32_t subnet_id;
        Position position;
        std::string pointer;
    };
    bool load_prefix(const Node& node, SubnetConfig& subnet);
    void stands_once(const Node& node, const SubnetConfig& subnet);
    void load_link(const Node& node, const NetworkScope& scope, SubnetConfig& subnet, nlohmann::json& full);
    void load_pools(const Node& node, SubnetConfig& subnet, nlohmann::json& full);
    void load_pool(const Node& node, std::string_view place_key, PoolUnits units, SubnetConfig& subnet,
                   nlohmann::json& full);

    Loading& loading_;
    HostLoader& hosts_;
    ServerConfig& config_;
    std::unordered_map<std::uint32_t, Position> ids_;
    std::map<Prefix, Position> prefixes_;
    std::vector<PoolPlace> pools_;
};

}  // namespace leasehold::config
