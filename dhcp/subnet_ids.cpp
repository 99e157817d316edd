// Compares the prefixes of two configurations in one pass over each.
#include "dhcp/subnet_ids.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

namespace leasehold {

namespace {
constexpr std::size_t shown_max = 5;
}  // namespace

std::vector<SubnetIdChange> changed_subnet_ids(
    const ServerConfig& from, const ServerConfig& to,
    const std::function<std::uint64_t(std::uint32_t subnet_id)>& leases_of) {
    boost::unordered_flat_map<Prefix, std::uint32_t> new_ids;
    for (const SubnetConfig& subnet : to.subnets) new_ids.emplace(subnet.network, subnet.id);
    std::vector<SubnetIdChange> changes;
    for (const SubnetConfig& subnet : from.subnets) {
        const auto now = new_ids.find(subnet.network);
        if (now != new_ids.end() && now->second != subnet.id)
            changes.push_back({subnet.network, subnet.id, now->second, leases_of(subnet.id)});
    }
    return changes;
}

std::string to_text(const std::vector<SubnetIdChange>& changes) {
    std::string text;
    for (std::size_t i = 0; i < changes.size() && i < shown_max; ++i) {
        const SubnetIdChange& change = changes[i];
        text += (text.empty() ? "" : "; ") + network_text(change.network) + " had the id " +
                std::to_string(change.old_id) + " (" + std::to_string(change.leases) +
                " leases) and now has " + std::to_string(change.new_id);
    }
    if (changes.size() > shown_max)
        text += "; " + std::to_string(changes.size() - shown_max) + " more prefixes";
    return text;
}

}  // namespace leasehold
