#include "dhcp/scope_counts.hpp"

#include <algorithm>

namespace leasehold {

void LeaseCount::add(const LeaseCount& other, int times) {
    assigned += times * other.assigned;
    declined += times * other.declined;
    registered += times * other.registered;
}

void ScopeCounts::add(const LeaseScope& scope, const LeaseCount& count, int times) {
    auto& pools = subnets_[scope.subnet_id];
    auto pool = std::ranges::find(pools, scope, &Pool::scope);
    if (pool == pools.end()) pool = pools.insert(pool, Pool{scope, {}});
    pool->count.add(count, times);
}

LeaseCount ScopeCounts::of(const LeaseScope& scope) const {
    const auto found = subnets_.find(scope.subnet_id);
    if (found == subnets_.end()) return {};
    const auto pool = std::ranges::find(found->second, scope, &Pool::scope);
    return pool == found->second.end() ? LeaseCount{} : pool->count;
}

LeaseCount ScopeCounts::of_subnet(std::uint32_t subnet_id, std::optional<LeaseKind> kind) const {
    LeaseCount sum;
    const auto found = subnets_.find(subnet_id);
    if (found == subnets_.end()) return sum;
    for (const auto& pool : found->second)
        if (!kind || pool.scope.kind == *kind) sum.add(pool.count);
    return sum;
}

}  // namespace leasehold
