// The order of candidates for an offer, and the allocator's last resorts. What the pools know about each
// unit: address_pools; who was offered what: offer_table; what is kept for whom: hosts.
#include "dhcp/allocate.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "dhcp/hosts.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/subnet.hpp"

namespace leasehold {

namespace {

/// Picks of one pool that turn out not to be for this client (set aside, with the store, found in use) before
/// the pool is left. The pools themselves leave out what is taken or reserved.
constexpr int picks_max = 64;

bool is_given(const DecisionContext& context, const Prefix& unit) {
    return std::ranges::find(context.given, unit) != context.given.end();
}

/// The unit for a client, if nobody needs it and nothing about it is in doubt. Whether it may have it is asked
/// before. @param is_free  its pool says so: no row is looked for, which would be far away in memory
std::optional<Candidate> if_unneeded(const DecisionContext& context, const SubnetConfig& subnet,
                                     const PoolConfig* pool, const Prefix& unit, bool is_free = false) {
    const auto& world = context.world;
    if (world.pending.busy(unit) || is_set_aside(world, unit)) return std::nullopt;
    if (answered_a_ping(context, unit) || is_given(context, unit)) return std::nullopt;
    auto row = is_free ? std::nullopt : world.table.find(unit);
    const auto claim = claim_on(context, subnet, row);
    switch (claim) {
        case Claim::own:
        case Claim::free: break;
        case Claim::ended:
            // A clock in doubt may be wrong about the end; only the same client may have it back.
            if (!world.reuse_allowed && !belongs_to(*row, context)) return std::nullopt;
            break;
        case Claim::foreign: return std::nullopt;
    }
    return Candidate{unit, &subnet, pool, std::move(row), claim == Claim::own, false};
}

std::optional<Candidate> if_available(const DecisionContext& context, const SubnetConfig& subnet,
                                      const PoolConfig* pool, const Prefix& unit, bool is_free = false) {
    if (!may_have(context, subnet, pool, unit)) return std::nullopt;
    return if_unneeded(context, subnet, pool, unit, is_free);
}

/// The client's lease on its link, even when it has ended: it gets the same one again.
Choice own_lease(const DecisionContext& context, const LeaseRows& rows) {
    for (const auto& row : rows) {
        const auto& subnet = *subnet_on_link(context, row.subnet_id);
        const auto* pool = pool_of(context.config, subnet, row.address);
        if (is_given(context, row.address) || !may_have(context, subnet, pool, row.address)) continue;
        if (is_set_aside(context.world, row.address) || answered_a_ping(context, row.address)) continue;
        if (context.world.pending.busy(row.address)) return {std::nullopt, row.address, {}, false};
        return {Candidate{row.address, &subnet, pool, row, true, false}, std::nullopt, {}, false};
    }
    return {};
}

/// A repeated DISCOVER or SOLICIT is offered the same unit.
std::optional<Candidate> own_hold(const DecisionContext& context, const SubnetConfig& subnet,
                                  const ClientKey& holder) {
    const auto* const hold = context.world.offers.of_client(holder, subnet.id);
    if (hold == nullptr) return std::nullopt;
    return if_available(context, subnet, pool_of(context.config, subnet, hold->unit), hold->unit);
}

std::optional<Candidate> wished(const DecisionContext& context, const Wish& wish) {
    if (!wish.unit || context.world.offers.of_unit(*wish.unit) != nullptr) return std::nullopt;
    return choose_named(context, *wish.unit);
}

/// How many units of the pool lie before this one, as a seed; of a sparse pool its low bits, which is as
/// random.
std::uint64_t offset_in(const PoolConfig& pool, const Prefix& unit) {
    const auto distance = to_uint128(unit.address) - to_uint128(pool.range.first.address);
    return static_cast<std::uint64_t>(distance >> (128 - unit.length));
}

/// While the store is loading: a unit of the pool that was read from it for this packet, and that has no row.
std::optional<Candidate> read_as_free(const DecisionContext& context, const SubnetConfig& subnet,
                                      const PoolConfig& pool) {
    for (const auto& [unit, row] : context.facts.fresh) {
        if (row || pool_of(context.config, subnet, unit) != &pool) continue;
        const auto& pools = context.world.pools;
        if (pools.get(unit) != Availability::free || pools.is_blocked(unit)) continue;  // not any more
        if (auto candidate = if_available(context, subnet, &pool, unit)) return candidate;
    }
    return std::nullopt;
}

/// The allocator's next unit of one pool. What is not for this client is stepped over: the random allocator of
/// a dense pool begins at its seed, so the seed behind a refused unit leads to the next one.
std::optional<Candidate> picked_from(const DecisionContext& context, const SubnetConfig& subnet,
                                     const PoolConfig& pool, Availability wanted) {
    auto kind = allocator_of(subnet, pool);
    if (!context.world.table_complete) {
        if (wanted != Availability::free) return std::nullopt;
        if (auto candidate = read_as_free(context, subnet, pool)) return candidate;
        kind = AllocatorKind::random;  // in order come the units that others have, and that are not loaded yet
    }
    auto seed = context.seed;
    std::optional<Prefix> first;
    for (int i = 0; i < picks_max; ++i) {
        const auto pick = context.world.pools.pick(pool.index, kind, seed);
        if (!pick.unit || pick.was != wanted) return std::nullopt;
        const auto& unit = *pick.unit;
        if (unit == first) return std::nullopt;  // once around
        if (i == 0) first = unit;
        if (auto candidate = if_available(context, subnet, &pool, unit, pick.was == Availability::free)) {
            candidate->allocated = true;
            return candidate;
        }
        kind = AllocatorKind::random;
        seed = offset_in(pool, unit) + 1u;
    }
    return std::nullopt;
}

/// May the client get this kind of lease from the pool?
bool is_open(const DecisionContext& context, const PoolConfig& pool) {
    return pool.kind == context.kind && admits(pool.guard, context.classes);
}

/// Which of the pools of delegated prefixes are looked at together: those of the length that the client
/// wishes, then shorter ones (a larger prefix than asked for), then longer ones (RFC 8168 3.2).
enum class LengthClass : std::uint8_t { any, exact, shorter, longer };

bool is_of_length(const PoolConfig& pool, LengthClass wanted, std::uint8_t wish) {
    const auto length = pool.range.first.length;
    switch (wanted) {
        case LengthClass::any: return true;
        case LengthClass::exact: return length == wish;
        case LengthClass::shorter: return length < wish;
        case LengthClass::longer: return length > wish;
    }
    return false;
}

/// A free unit of any pool, in their order, before a reusable one of any pool.
std::optional<Candidate> picked(const DecisionContext& context, const SubnetConfig& subnet,
                                LengthClass wanted_length, std::uint8_t length) {
    for (const auto wanted : {Availability::free, Availability::reusable}) {
        for (const auto& pool : subnet.pools) {
            if (!is_open(context, pool) || !is_of_length(pool, wanted_length, length)) continue;
            if (auto candidate = picked_from(context, subnet, pool, wanted)) return candidate;
        }
    }
    return std::nullopt;
}

/// When nothing else is left: what was offered and has waited longest for its REQUEST.
std::optional<Candidate> oldest_held(const DecisionContext& context, const SubnetConfig& subnet) {
    std::optional<Candidate> oldest;
    auto oldest_until = LeaseTime::max();
    for (const auto& pool : subnet.pools) {
        if (!is_open(context, pool)) continue;
        const auto* const hold = context.world.offers.oldest(pool.index);
        if (hold == nullptr || hold->until >= oldest_until) continue;
        if (auto candidate = if_available(context, subnet, &pool, hold->unit)) {
            oldest = std::move(candidate);
            oldest_until = hold->until;
        }
    }
    return oldest;
}

/// A lease that the client does not have yet, in any subnet on its link that is below its limit.
std::optional<Candidate> new_lease(const DecisionContext& context, const Wish& wish, bool& limited) {
    const auto in_any_subnet = [&](auto step) {
        std::optional<Candidate> found;
        any_subnet_on_link(context.config, *context.client.subnet, context.classes,
                           [&](const SubnetConfig& subnet) {
                               if (is_over_limit(context, subnet)) {
                                   limited = true;
                                   return false;
                               }
                               found = step(subnet);
                               return found.has_value();
                           });
        return found;
    };
    const bool any_offers = context.world.offers.size() != 0;
    if (any_offers) {
        const auto held = [&](const SubnetConfig& subnet) { return own_hold(context, subnet, wish.holder); };
        if (auto found = in_any_subnet(held)) return found;
    }
    if (auto found = wished(context, wish)) {
        if (!is_over_limit(context, *found->subnet)) return found;
        limited = true;
    }
    using enum LengthClass;
    static constexpr std::array by_length{exact, shorter, longer}, of_any{any, any, any};
    const auto orders = std::span{wish.length ? by_length : of_any}.first(wish.length ? 3 : 1);
    for (const auto order : orders) {
        const auto next = [&](const SubnetConfig& subnet) {
            return picked(context, subnet, order, wish.length.value_or(0));
        };
        if (auto found = in_any_subnet(next)) return found;
    }
    if (!any_offers) return std::nullopt;
    return in_any_subnet([&](const SubnetConfig& subnet) { return oldest_held(context, subnet); });
}

const std::optional<std::uint32_t>& limit_of(const LimitsConfig& limits, LeaseKind kind) {
    return kind == LeaseKind::pd ? limits.prefix_limit : limits.address_limit;
}

/// Classes whose limit the client would be counted against.
bool is_class_over_limit(const DecisionContext& context) {
    return std::ranges::any_of(context.config.defined(context.classes), [&](const ClientClassConfig* of) {
        const auto& limit = limit_of(of->limits, context.kind);
        return limit && context.world.counts->of_class(of->name, context.kind) >= *limit;
    });
}

/// v6: another of the client's own IAs has it, which is no conflict.
bool is_other_ia_of_client(const DecisionContext& context, const Prefix& unit) {
    if (context.kind == LeaseKind::v4) return false;
    const auto row = context.world.table.find(unit);
    return row && row->duid == context.client.duid;
}

/// Further units of the pool that could be the client's: one question to the store finds a free one among them.
void add_alternatives(const DecisionContext& context, const Candidate& chosen, std::vector<Prefix>& units) {
    constexpr std::size_t units_max = 16;
    auto seed = context.seed;
    for (std::size_t tries = 0; tries < units_max && units.size() < units_max; ++tries) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const auto pick = context.world.pools.pick(chosen.pool->index, AllocatorKind::random, seed >> 16);
        if (!pick.unit || pick.was != Availability::free) return;
        const bool fits = std::ranges::find(units, *pick.unit) == units.end() &&
                          if_available(context, *chosen.subnet, chosen.pool, *pick.unit);
        if (fits) units.push_back(*pick.unit);
    }
}

struct FailureStats {
    Stat all, no_pools, shared_network, subnet, classes;
};

const FailureStats& failure_stats(LeaseKind kind) {
    static constexpr FailureStats v4{Stat::v4_allocation_fail, Stat::v4_allocation_fail_no_pools,
                                     Stat::v4_allocation_fail_shared_network, Stat::v4_allocation_fail_subnet,
                                     Stat::v4_allocation_fail_classes};
    static constexpr FailureStats v6{Stat::v6_allocation_fail, Stat::v6_allocation_fail_no_pools,
                                     Stat::v6_allocation_fail_shared_network, Stat::v6_allocation_fail_subnet,
                                     Stat::v6_allocation_fail_classes};
    return kind == LeaseKind::v4 ? v4 : v6;
}

}  // namespace

bool answered_a_ping(const DecisionContext& context, const Prefix& unit) {
    return std::ranges::any_of(context.facts.pings, [&](const PingResult& ping) {
        return ping.answered && to_prefix(ping.address) == unit;
    });
}

bool may_have(const DecisionContext& context, const SubnetConfig& subnet, const PoolConfig* pool,
              const Prefix& unit) {
    const auto& client = context.client;
    const bool in_open_pool =
        pool != nullptr && is_open(context, *pool) && !is_excluded(context.config, subnet, unit);
    if (!in_open_pool) return is_reserved_for(client, context.config, subnet, context.kind, unit);
    return !is_kept_for_other(client, context.config, subnet, pool, unit);
}

ReservedChoice reserved_for(const DecisionContext& context, ReservationConflicts& conflicts) {
    ReservedChoice choice;
    if (context.config.hosts->empty()) return choice;
    const auto visit = [&](const SubnetConfig& subnet) {
        for (const auto& reserved : reserved_units(context.client, context.config, subnet, context.kind)) {
            if (is_given(context, reserved.unit)) continue;
            if (context.world.pending.busy(reserved.unit)) {
                choice.wait_for = reserved.unit;
                return true;
            }
            choice.candidate = if_unneeded(context, subnet, reserved.pool, reserved.unit);
            if (choice.candidate) return true;
            if (!is_other_ia_of_client(context, reserved.unit))
                conflicts.push_back({reserved.unit, subnet.id});
        }
        return false;
    };
    any_subnet_on_link(context.config, *context.client.subnet, context.classes, visit);
    return choice;
}

bool is_over_limit(const DecisionContext& context, const SubnetConfig& subnet) {
    const auto* counts = context.world.counts;
    if (counts == nullptr) return false;
    const auto& limit = limit_of(subnet.limits, context.kind);
    const bool over = (limit && counts->of_subnet(subnet.id, context.kind) >= *limit) || is_class_over_limit(context);
    if (!over) return false;
    const auto rows = leases_of_client(context);
    return std::ranges::none_of(rows, [&](const Lease& row) { return is_renewal(context, subnet, row); });
}

std::optional<Candidate> choose_named(const DecisionContext& context, const Prefix& unit) {
    const auto* subnet = subnet_with(context, unit);
    if (subnet == nullptr) return std::nullopt;
    // A pool that subnets share keeps what is reserved in any of them.
    if (context.world.pools.is_blocked(unit) &&
        !is_reserved_for(context.client, context.config, *subnet, context.kind, unit))
        return std::nullopt;
    return if_available(context, *subnet, pool_of(context.config, *subnet, unit), unit);
}

bool may_choose(const DecisionContext& context) {
    if (context.world.table_complete) return true;
    if (!knows_leases_of_client(context)) return false;
    const auto is_limited = [&](const auto& of) { return limit_of(of.limits, context.kind).has_value(); };
    return !any_subnet_on_link(context.config, *context.client.subnet, context.classes, is_limited) &&
           std::ranges::none_of(context.config.defined(context.classes),
                                [&](const ClientClassConfig* of) { return is_limited(*of); });
}

std::optional<Decision> look_up_first(const DecisionContext& context, const std::optional<Candidate>& chosen) {
    if (context.world.table_complete) return std::nullopt;
    if (!chosen)
        return dropped(DropReason::store_unavailable,
                       "leases are still being loaded, and no free one was found without them");
    if (row_of(context, chosen->unit)) return std::nullopt;
    Need need{{chosen->unit}};
    if (chosen->allocated) add_alternatives(context, *chosen, need.rows);
    return Decision{std::move(need)};
}

Choice choose_new_lease(const DecisionContext& context, const Wish& wish) {
    Choice choice;
    choice.candidate = new_lease(context, wish, choice.limited);
    return choice;
}

Choice choose_lease(const DecisionContext& context, const Wish& wish) {
    Choice choice;
    auto reserved = reserved_for(context, choice.conflicts);
    choice.wait_for = reserved.wait_for;
    if (choice.wait_for) return choice;
    if (reserved.candidate) {
        if (!is_over_limit(context, *reserved.candidate->subnet)) {
            choice.candidate = std::move(reserved.candidate);
            return choice;
        }
        choice.limited = true;
    }
    auto own = own_lease(context, leases_of_client(context));
    choice.wait_for = own.wait_for;
    if (choice.wait_for) return choice;
    if (own.candidate) {
        const auto& candidate = *own.candidate;
        if (is_renewal(context, *candidate.subnet, candidate.row) ||
            !is_over_limit(context, *candidate.subnet)) {
            choice.candidate = std::move(own.candidate);
            return choice;
        }
        choice.limited = true;
    }
    choice.candidate = new_lease(context, wish, choice.limited);
    return choice;
}

void count_failure(const DecisionContext& context, const Choice& choice, Done& done) {
    const auto& selected = *context.client.subnet;
    if (choice.limited) return;  // not for want of addresses: pkt4-limit-exceeded tells
    bool tried = false;
    any_subnet_on_link(context.config, selected, context.classes, [&](const SubnetConfig& subnet) {
        tried = std::ranges::any_of(
            subnet.pools, [&](const PoolConfig& pool) { return is_open(context, pool); });
        return tried;
    });
    const auto& stats = failure_stats(context.kind);
    done.counts.push_back({selected.shared_network ? stats.shared_network : stats.subnet, selected.id});
    done.counts.push_back({tried ? stats.all : stats.no_pools, selected.id});
    done.counts.push_back({stats.classes, selected.id});
}

void count_conflicts(const ReservationConflicts& conflicts, Done& done) {
    for (const auto& conflict : conflicts) {
        done.counts.push_back({Stat::v4_reservation_conflicts, conflict.subnet_id});
        done.reservation_conflicts.push_back(conflict.unit);
    }
}

}  // namespace leasehold
