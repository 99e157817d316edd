#include "dhcp/pool_rules.hpp"

#include <algorithm>

#include "dhcp/subnet.hpp"

namespace leasehold {
namespace {

/// Those that no lease will ever take.
void block_excluded(AddressPools& pools, const ServerConfig& config) {
    if (!config.compatibility.exclude_first_last_24) return;
    for (const SubnetConfig& subnet : config.subnets) {
        for (const PoolConfig& pool : subnet.pools) {
            const std::uint64_t first = to_ipv4(pool.range.first).value,
                                last = to_ipv4(pool.range.last).value;
            for (std::uint64_t block = first & ~std::uint64_t{0xff}; block <= last; block += 256) {
                for (const std::uint64_t value : {block, block + 255}) {
                    const Ipv4 address{static_cast<std::uint32_t>(value)};
                    if (value >= first && value <= last && is_excluded(config, subnet, to_prefix(address)))
                        pools.block(to_prefix(address));
                }
            }
        }
    }
}

bool knows_own_hosts(const SubnetConfig& subnet) {
    return subnet.reservations_in_subnet && !subnet.reservations_out_of_pool;
}
bool knows_global_hosts(const SubnetConfig& subnet) {
    return subnet.reservations_global && !subnet.reservations_out_of_pool;
}

/// The subnet whose pool has a global host's address; nullptr: no pool has it. Subnets may contain one
/// another, which is rare: only then all are looked at.
const SubnetConfig* subnet_with(const ServerConfig& config, const AddressPools& pools,
                                const Prefix& address) {
    if (!pools.pool_of(address)) return nullptr;
    const auto likely = config.subnet_index->by_address(address.address);
    if (likely && find_pool(config.subnets[*likely], address) != nullptr) return &config.subnets[*likely];
    const auto found = std::ranges::find_if(
        config.subnets, [&](const SubnetConfig& subnet) { return find_pool(subnet, address) != nullptr; });
    return found == config.subnets.end() ? nullptr : &*found;
}

}  // namespace

AddressPools make_pools(const ServerConfig& config) {
    AddressPools pools{config.pool_ranges};
    for (const SubnetConfig& subnet : config.subnets)
        for (const PoolConfig& pool : subnet.pools)
            if (allocator_of(subnet, pool) == AllocatorKind::flq) pools.keep_order(pool.index);
    block_excluded(pools, config);
    return pools;
}

std::optional<std::size_t> block_reserved(AddressPools& pools, const ServerConfig& config, std::size_t from,
                                          std::size_t limit) {
    const auto& hosts = config.hosts->all();
    const std::size_t end = std::min(hosts.size(), from + limit);
    for (std::size_t place = from; place < end; ++place) {
        const Reservation& host = hosts[place];
        for (const Prefix& address : host.addresses) {
            const bool global = host.subnet_id == 0;
            const auto* subnet = global ? subnet_with(config, pools, address) : config.subnet(host.subnet_id);
            if (subnet == nullptr) continue;
            if (global ? knows_global_hosts(*subnet)
                       : knows_own_hosts(*subnet) && find_pool(*subnet, address) != nullptr)
                pools.block(address);
        }
    }
    return end == hosts.size() ? std::nullopt : std::optional{end};
}

bool same_pools(const ServerConfig& a, const ServerConfig& b) {
    const auto same_rules = [](const SubnetConfig& x, const SubnetConfig& y) {
        return x.id == y.id && x.network == y.network && knows_own_hosts(x) == knows_own_hosts(y) &&
               knows_global_hosts(x) == knows_global_hosts(y) &&
               (x.allocator == AllocatorKind::flq) == (y.allocator == AllocatorKind::flq) &&
               (x.pd_allocator == AllocatorKind::flq) == (y.pd_allocator == AllocatorKind::flq) &&
               std::ranges::equal(x.pools, y.pools, {}, &PoolConfig::index, &PoolConfig::index);
    };
    const auto same_addresses = [](const Reservation& x, const Reservation& y) {
        return x.subnet_id == y.subnet_id && x.addresses == y.addresses;
    };
    return a.pool_ranges == b.pool_ranges &&
           a.compatibility.exclude_first_last_24 == b.compatibility.exclude_first_last_24 &&
           std::ranges::equal(a.subnets, b.subnets, same_rules) &&
           std::ranges::equal(a.hosts->all(), b.hosts->all(), same_addresses);
}

}  // namespace leasehold
