#include "dhcp/server_config.hpp"

#include <algorithm>

#include "dhcp/subnet.hpp"

namespace leasehold {

const SubnetConfig* ServerConfig::subnet(std::uint32_t id) const {
    const auto found = std::ranges::lower_bound(subnets, id, {}, &SubnetConfig::id);
    return found != subnets.end() && found->id == id ? &*found : nullptr;
}

void finish(ServerConfig& config) {
    config.pool_ranges.clear();
    for (SubnetConfig& subnet : config.subnets) {
        for (PoolConfig& pool : subnet.pools) {
            pool.index = static_cast<PoolIndex>(config.pool_ranges.size());
            config.pool_ranges.push_back(pool.range);
        }
    }
    config.subnet_index = std::make_shared<const SubnetIndex>(config.subnets);
}

const OptionValue* find_option(const OptionSet& options, std::uint16_t code) {
    const auto found = std::ranges::lower_bound(options, code, {}, &OptionValue::code);
    return found != options.end() && found->code == code ? &*found : nullptr;
}

}  // namespace leasehold
