#include "dhcp/lease_statistics.hpp"

#include <algorithm>

namespace leasehold {

namespace {

void move(Statistics& statistics, const std::optional<Lease>& lease, int sign) {
    if (!lease) return;
    const LeaseCount count = count_of(*lease);
    if (count.assigned != 0)
        statistics.add(Stat::assigned_addresses, lease->subnet_id, lease->pool_id, sign * count.assigned);
    if (count.declined != 0)
        statistics.add(Stat::declined_addresses, lease->subnet_id, lease->pool_id, sign * count.declined);
}

bool same_count(const LeaseEvent& event) {
    if (!event.before || !event.after) return false;
    const LeaseCount before = count_of(*event.before), after = count_of(*event.after);
    return event.before->subnet_id == event.after->subnet_id &&
           event.before->pool_id == event.after->pool_id && before.assigned == after.assigned &&
           before.declined == after.declined;
}

bool is_new_assignment(const LeaseEvent& event) {
    if (!event.after || event.after->state != LeaseState::assigned) return false;
    if (event.cause == LeaseCause::granted || event.cause == LeaseCause::offered) return true;
    return !event.before || count_of(*event.before).assigned == 0;  // a renewal that revived an ended lease
}

// 128 bits do not fit a counter; a /64 has more addresses than anybody counts.
std::int64_t capped(Uint128 value) {
    constexpr Uint128 most = static_cast<Uint128>(INT64_MAX);
    return static_cast<std::int64_t>(std::min(value, most));
}

}  // namespace

void count_event(Statistics& statistics, const LeaseEvent& event) {
    if (!same_count(event)) {
        move(statistics, event.before, -1);
        move(statistics, event.after, +1);
    }
    if (is_new_assignment(event)) {
        statistics.add(Stat::cumulative_assigned_addresses, event.after->subnet_id, event.after->pool_id);
    }
    if (!event.before) return;
    const auto& before = *event.before;
    const bool reclaimed = event.cause == LeaseCause::reclaimed || event.cause == LeaseCause::probation_over;
    if (reclaimed) statistics.add(Stat::reclaimed_leases, before.subnet_id, before.pool_id);
    if (event.cause == LeaseCause::probation_over)
        statistics.add(Stat::reclaimed_declined_addresses, before.subnet_id, before.pool_id);
}

void recount(Statistics& statistics, const ServerConfig& config, const LeaseKeeper& keeper) {
    std::vector<Statistics::Scope> scopes;
    for (const auto& subnet : config.subnets) {
        Statistics::Scope scope{subnet.id, {}};
        for (const auto& pool : subnet.pools)
            if (std::ranges::find(scope.pool_ids, pool.pool_id) == scope.pool_ids.end())
                scope.pool_ids.push_back(pool.pool_id);
        scopes.push_back(std::move(scope));
    }
    statistics.set_scopes(scopes);

    for (const auto& subnet : config.subnets) {
        Uint128 subnet_total = 0;
        std::map<std::uint32_t, Uint128> pool_totals;
        for (const auto& pool : subnet.pools) {
            const Uint128 capacity = keeper.pools().counts(pool.index).capacity;
            subnet_total += capacity;
            pool_totals[pool.pool_id] += capacity;
        }
        LeaseCount sum;
        for (auto found = keeper.counts().lower_bound({subnet.id, 0});
             found != keeper.counts().end() && found->first.subnet_id == subnet.id; ++found) {
            sum.assigned += found->second.assigned;
            sum.declined += found->second.declined;
        }
        statistics.set(Stat::total_addresses, subnet.id, std::nullopt, capped(subnet_total));
        statistics.set(Stat::assigned_addresses, subnet.id, std::nullopt, sum.assigned);
        statistics.set(Stat::declined_addresses, subnet.id, std::nullopt, sum.declined);
        for (const auto& [pool_id, total] : pool_totals) {
            const auto found = keeper.counts().find({subnet.id, pool_id});
            const LeaseCount count = found == keeper.counts().end() ? LeaseCount{} : found->second;
            statistics.set(Stat::total_addresses, subnet.id, pool_id, capped(total));
            statistics.set(Stat::assigned_addresses, subnet.id, pool_id, count.assigned);
            statistics.set(Stat::declined_addresses, subnet.id, pool_id, count.declined);
        }
    }
    LeaseCount all;
    for (const auto& [scope, count] : keeper.counts()) {
        all.assigned += count.assigned;
        all.declined += count.declined;
    }
    statistics.set(Stat::assigned_addresses, all.assigned);
    statistics.set(Stat::declined_addresses, all.declined);
}

}  // namespace leasehold
