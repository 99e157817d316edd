// The last step of making a configuration: what is derived from its subnets, and look-ups in it. Reading a
// configuration file is config/load's part.
#include "dhcp/server_config.hpp"

#include <algorithm>
#include <cassert>

#include "dhcp/subnet.hpp"

namespace leasehold {

const SubnetConfig* ServerConfig::subnet(std::uint32_t id) const {
    const auto place = subnet_index->by_id(id);
    return place ? &subnets[*place] : nullptr;
}

void finish(ServerConfig& config) {
    assert(std::ranges::is_sorted(config.subnets, {}, &SubnetConfig::id));
    config.pool_ranges.clear();
    for (auto& subnet : config.subnets) {
        for (auto& pool : subnet.pools) {
            pool.index = static_cast<PoolIndex>(config.pool_ranges.size());
            config.pool_ranges.push_back(pool.range);
        }
    }
    config.subnet_index = std::make_shared<const SubnetIndex>(config.subnets);
}

bool is_excluded(const ServerConfig& config, const SubnetConfig& subnet, Ipv4 address) {
    if (!config.compatibility.exclude_first_last_24 || subnet.network.length > 24) return false;
    const auto last = address.value & 0xff;
    return last == 0 || last == 255;
}

const OptionValue* find_option(const OptionSet& options, std::uint16_t code) {
    const auto found = std::ranges::lower_bound(options, code, {}, &OptionValue::code);
    return found != options.end() && found->code == code ? &*found : nullptr;
}

}  // namespace leasehold
