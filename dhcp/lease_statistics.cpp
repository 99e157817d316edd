#include "dhcp/lease_statistics.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace leasehold {

namespace {

/// The counters that are told apart by what is leased.
struct KindStats {
    Stat assigned, cumulative, total;
};
constexpr KindStats stats_of(LeaseKind kind) {
    switch (kind) {
        case LeaseKind::v4: break;
        case LeaseKind::na:
        case LeaseKind::ta: return {Stat::assigned_nas, Stat::cumulative_assigned_nas, Stat::total_nas};
        case LeaseKind::pd: return {Stat::assigned_pds, Stat::cumulative_assigned_pds, Stat::total_pds};
    }
    return {Stat::assigned_addresses, Stat::cumulative_assigned_addresses, Stat::total_addresses};
}

StatPool pool_of(const Lease& lease) {
    return {lease.pool_id, lease.kind == LeaseKind::pd};
}

void move(Statistics& statistics, const std::optional<Lease>& lease, int sign) {
    if (!lease) return;
    const LeaseCount count = count_of(*lease);
    const auto add = [&](Stat stat, std::int64_t by) {
        if (by != 0) statistics.add(stat, lease->subnet_id, pool_of(*lease), sign * by);
    };
    add(stats_of(lease->kind).assigned, count.assigned);
    add(Stat::declined_addresses, count.declined);
    add(Stat::registered_nas, count.registered);
}

bool same_count(const LeaseEvent& event) {
    if (!event.before || !event.after) return false;
    const Lease &before = *event.before, &after = *event.after;
    return before.subnet_id == after.subnet_id && before.pool_id == after.pool_id &&
           before.kind == after.kind && count_of(before) == count_of(after);
}

bool is_new_assignment(const LeaseEvent& event) {
    if (!event.after || event.after->state != LeaseState::assigned) return false;
    if (event.cause == LeaseCause::granted || event.cause == LeaseCause::offered) return true;
    return !event.before || count_of(*event.before).assigned == 0;  // a renewal that revived an ended lease
}

bool is_new_registration(const LeaseEvent& event) {
    if (!event.after || event.after->state != LeaseState::registered) return false;
    return !event.before || event.before->state != LeaseState::registered;
}

// What a /0 of single addresses holds is one more than fits.
StatValue to_stat_value(Uint128 value) {
    constexpr Uint128 most = ~Uint128{0} >> 1;
    return static_cast<StatValue>(std::min(value, most));
}

/// The kinds of leases that a server's subnets have pools for.
std::span<const LeaseKind> kinds_of(Family family) {
    static constexpr std::array v4{LeaseKind::v4};
    static constexpr std::array v6{LeaseKind::na, LeaseKind::pd};
    if (family == Family::v4) return v4;
    return v6;
}

std::vector<Statistics::Scope> scopes_of(const ServerConfig& config) {
    std::vector<Statistics::Scope> scopes;
    for (const auto& subnet : config.subnets) {
        Statistics::Scope scope{subnet.id, {}};
        for (const auto& pool : subnet.pools) {
            const StatPool wanted{pool.pool_id, pool.kind == LeaseKind::pd};
            if (std::ranges::find(scope.pools, wanted) == scope.pools.end()) scope.pools.push_back(wanted);
        }
        scopes.push_back(std::move(scope));
    }
    return scopes;
}

void recount_subnet(Statistics& statistics, const SubnetConfig& subnet, const LeaseKeeper& keeper,
                    LeaseKind kind) {
    Uint128 subnet_total = 0;
    std::map<std::uint32_t, Uint128> pool_totals;
    for (const auto& pool : subnet.pools) {
        if (pool.kind != kind) continue;
        const Uint128 capacity = keeper.pools().counts(pool.index).capacity;
        subnet_total += capacity;
        pool_totals[pool.pool_id] += capacity;
    }
    const auto put = [&](std::optional<StatPool> pool, Uint128 total, const LeaseCount& count) {
        const auto set = [&](Stat stat, StatValue value) { statistics.set(stat, subnet.id, pool, value); };
        set(stats_of(kind).total, to_stat_value(total));
        set(stats_of(kind).assigned, count.assigned);
        if (kind != LeaseKind::pd) set(Stat::declined_addresses, count.declined);
        if (kind == LeaseKind::na) set(Stat::registered_nas, count.registered);
    };
    put(std::nullopt, subnet_total, keeper.counts().of_subnet(subnet.id, kind));
    for (const auto& [pool_id, total] : pool_totals) {
        put(StatPool{pool_id, kind == LeaseKind::pd}, total, keeper.counts().of({subnet.id, pool_id, kind}));
    }
}

}  // namespace

void count_event(Statistics& statistics, const LeaseEvent& event) {
    if (!same_count(event)) {
        move(statistics, event.before, -1);
        move(statistics, event.after, +1);
    }
    const auto count = [&](Stat stat, const Lease& lease) {
        statistics.add(stat, lease.subnet_id, pool_of(lease));
    };
    if (is_new_assignment(event)) count(stats_of(event.after->kind).cumulative, *event.after);
    if (is_new_registration(event)) count(Stat::cumulative_registered_nas, *event.after);
    if (!event.before) return;
    const bool reclaimed = event.cause == LeaseCause::reclaimed || event.cause == LeaseCause::probation_over;
    if (reclaimed) count(Stat::reclaimed_leases, *event.before);
    if (event.cause == LeaseCause::probation_over) count(Stat::reclaimed_declined_addresses, *event.before);
}

void recount(Statistics& statistics, const ServerConfig& config, const LeaseKeeper& keeper) {
    statistics.set_scopes(scopes_of(config));
    StatValue declined = 0;
    for (const LeaseKind kind : kinds_of(config.family)) {
        for (const auto& subnet : config.subnets) recount_subnet(statistics, subnet, keeper, kind);
        StatValue assigned = 0;
        keeper.counts().for_each([&](const LeaseScope& scope, const LeaseCount& count) {
            if (scope.kind != kind) return;
            assigned += count.assigned;
            declined += count.declined;
        });
        statistics.set(stats_of(kind).assigned, assigned);
    }
    statistics.set(Stat::declined_addresses, declined);
}

}  // namespace leasehold
