// The last step of making a configuration: what is derived from its subnets, and look-ups in it. Reading a
// configuration file is config/load's part.
#include "dhcp/server_config.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>
#include <set>

#include "dhcp/subnet.hpp"

namespace leasehold {

const SubnetConfig* ServerConfig::subnet(std::uint32_t id) const {
    const auto place = subnet_index->by_id(id);
    return place ? &subnets[*place] : nullptr;
}

const ClientClassConfig* ServerConfig::client_class(ClassId id) const {
    if (id >= class_places_.size() || class_places_[id] == 0) return nullptr;
    return &classes[class_places_[id] - 1];
}

namespace {

std::vector<RouteOwner> route_owners_of(const ServerConfig& config) {
    std::set<RouteOwner> owners;
    const auto add = [&](const PrefixRoutesConfig& routes) {
        if (routes.managed) owners.insert({routes.table, routes.protocol});
    };
    add(config.prefix_routes);
    for (const auto& subnet : config.subnets) add(subnet.prefix_routes);
    return {owners.begin(), owners.end()};
}

}  // namespace

void finish(ServerConfig& config) {
    assert(std::ranges::is_sorted(config.subnets, {}, &SubnetConfig::id));
    config.class_places_.assign(config.class_names.size(), 0);
    for (std::size_t place = 0; place < config.classes.size(); ++place)
        config.class_places_[config.classes[place].id] = static_cast<std::uint32_t>(place + 1);
    for (auto& network : config.shared_networks) network.subnets.clear();
    for (std::size_t place = 0; place < config.subnets.size(); ++place)
        if (const auto network = config.subnets[place].shared_network)
            config.shared_networks[*network].subnets.push_back(static_cast<std::uint32_t>(place));
    config.pool_ranges.clear();
    std::map<std::pair<Prefix, Prefix>, PoolIndex> known;
    for (auto& subnet : config.subnets) {
        for (auto& pool : subnet.pools) {
            const auto next = static_cast<PoolIndex>(config.pool_ranges.size());
            const auto [place, is_new] = known.try_emplace({pool.range.first, pool.range.last}, next);
            pool.index = place->second;
            if (is_new) config.pool_ranges.push_back(pool.range);
        }
    }
    config.route_owners = route_owners_of(config);
    config.subnet_index = std::make_shared<const SubnetIndex>(config.subnets, config.shared_networks);
}

AllocatorKind allocator_of(const SubnetConfig& subnet, const PoolConfig& pool) {
    return pool.kind == LeaseKind::pd ? subnet.pd_allocator : subnet.allocator;
}

const PoolConfig* find_pool(const SubnetConfig& subnet, const Prefix& unit) {
    const auto found = std::ranges::find_if(subnet.pools, [&](const PoolConfig& pool) {
        return pool.range.first.length == unit.length && pool.range.first <= unit && unit <= pool.range.last;
    });
    return found == subnet.pools.end() ? nullptr : &*found;
}

bool is_excluded(const ServerConfig& config, const SubnetConfig& subnet, const Prefix& unit) {
    if (!config.compatibility.exclude_first_last_24 || !is_ipv4(unit)) return false;
    if (to_ipv4_network(subnet.network).length > 24) return false;
    const auto last = unit.address.bytes.back();
    return last == 0 || last == 255;
}

const OptionValue* find_option(const OptionSet& options, std::uint16_t code) {
    const auto end = std::ranges::partition_point(options, [](const OptionValue& o) { return !o.vendor; });
    const auto found = std::ranges::lower_bound(options.begin(), end, code, {}, &OptionValue::code);
    return found != end && found->code == code ? &*found : nullptr;
}

}  // namespace leasehold
