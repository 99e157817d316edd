// The order of candidates for a DISCOVER, and the allocator's last resorts. What the pools know about each
// address: address_pools; who was offered what: offer_table; what is kept for whom: hosts.
#include "dhcp/v4/allocate.hpp"

#include <algorithm>

#include "dhcp/subnet.hpp"
#include "dhcp/v4/hosts.hpp"
#include "dhcp/v4/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {

namespace {

/// Picks of one pool that turn out not to be for this client (set aside, with the store, found in use) before
/// the pool is left. The pools themselves leave out what is taken or reserved.
constexpr int picks_max = 64;

/// The address for a client, if nobody needs it and nothing about it is in doubt. Whether it may have it is
/// asked before.
std::optional<Candidate> if_unneeded(const Context& context, const SubnetConfig& subnet,
                                     const PoolConfig* pool, Ipv4 address) {
    const auto& world = context.world;
    const auto unit = to_prefix(address);
    if (world.pending.busy(unit) || is_set_aside(world, unit)) return std::nullopt;
    if (answered_a_ping(context, address)) return std::nullopt;
    auto row = world.table.find(unit);
    const auto claim = claim_on(context, subnet, row);
    switch (claim) {
        case Claim::own:
        case Claim::free: break;
        case Claim::ended:
            // A clock in doubt may be wrong about the end; only the same client may have it back.
            if (!world.reuse_allowed && !belongs_to(*row, context.request)) return std::nullopt;
            break;
        case Claim::foreign: return std::nullopt;
    }
    return Candidate{address, &subnet, pool, std::move(row), claim == Claim::own, false};
}

std::optional<Candidate> if_available(const Context& context, const SubnetConfig& subnet,
                                      const PoolConfig* pool, Ipv4 address) {
    if (!may_have(context, subnet, pool, address)) return std::nullopt;
    return if_unneeded(context, subnet, pool, address);
}

/// The client's lease on its link, even when it has ended: it gets the same address again.
Choice own_lease(const Context& context, const LeaseRows& rows) {
    for (const auto& row : rows) {
        const auto address = to_ipv4(row.address);
        const auto& subnet = *subnet_on_link(context, row.subnet_id);
        const auto* pool = pool_of(context.config, subnet, address);
        if (!may_have(context, subnet, pool, address)) continue;
        if (is_set_aside(context.world, row.address) || answered_a_ping(context, address)) continue;
        if (context.world.pending.busy(row.address)) return {std::nullopt, row.address, {}, false};
        return {Candidate{address, &subnet, pool, row, true, false}, std::nullopt, {}, false};
    }
    return {};
}

/// A repeated DISCOVER is offered the same address.
std::optional<Candidate> own_hold(const Context& context, const SubnetConfig& subnet) {
    const auto hold = context.world.offers.of_client(context.request.client, subnet.id);
    if (!hold) return std::nullopt;
    const auto address = to_ipv4(hold->unit);
    return if_available(context, subnet, pool_of(context.config, subnet, address), address);
}

std::optional<Candidate> wished(const Context& context) {
    const auto wish = context.request.message->option_ipv4(option::requested_address);
    if (!wish || context.world.offers.of_unit(to_prefix(*wish))) return std::nullopt;
    const auto* subnet = subnet_with(context, *wish);
    if (subnet == nullptr) return std::nullopt;
    return if_available(context, *subnet, pool_of(context.config, *subnet, *wish), *wish);
}

/// The allocator's next address of one pool. What is not for this client is stepped over: the random
/// allocator of a dense pool begins at its seed, so the seed behind a refused address leads to the next one.
std::optional<Candidate> picked_from(const Context& context, const SubnetConfig& subnet,
                                     const PoolConfig& pool, Availability wanted) {
    auto kind = subnet.allocator;
    auto seed = context.seed;
    std::optional<Ipv4> first;
    for (int i = 0; i < picks_max; ++i) {
        const auto pick = context.world.pools.pick(pool.index, kind, seed);
        if (!pick.unit || pick.was != wanted) return std::nullopt;
        const auto address = to_ipv4(*pick.unit);
        if (address == first) return std::nullopt;  // once around
        if (i == 0) first = address;
        if (auto candidate = if_available(context, subnet, &pool, address)) {
            candidate->allocated = true;
            return candidate;
        }
        kind = AllocatorKind::random;
        seed = address.value - to_ipv4(pool.range.first).value + 1u;
    }
    return std::nullopt;
}

/// A free address of any pool, in their order, before a reusable one of any pool.
std::optional<Candidate> picked(const Context& context, const SubnetConfig& subnet) {
    for (const auto wanted : {Availability::free, Availability::reusable}) {
        for (const auto& pool : subnet.pools) {
            if (!admits(pool.guard, context.classes)) continue;
            if (auto candidate = picked_from(context, subnet, pool, wanted)) return candidate;
        }
    }
    return std::nullopt;
}

/// When nothing else is left: the address whose offer has waited longest for its REQUEST.
std::optional<Candidate> oldest_held(const Context& context, const SubnetConfig& subnet) {
    std::optional<Candidate> oldest;
    auto oldest_until = LeaseTime::max();
    for (const auto& pool : subnet.pools) {
        if (!admits(pool.guard, context.classes)) continue;
        const auto hold = context.world.offers.oldest(pool.index);
        if (!hold || hold->until >= oldest_until) continue;
        if (auto candidate = if_available(context, subnet, &pool, to_ipv4(hold->unit))) {
            oldest = std::move(candidate);
            oldest_until = hold->until;
        }
    }
    return oldest;
}

/// A lease that the client does not have yet, in any subnet on its link that is below its limit.
std::optional<Candidate> new_address(const Context& context, bool& limited) {
    const auto in_any_subnet = [&](auto step) {
        std::optional<Candidate> found;
        any_subnet_on_link(context.config, *context.request.subnet, context.classes,
                           [&](const SubnetConfig& subnet) {
                               if (is_over_limit(context, subnet)) {
                                   limited = true;
                                   return false;
                               }
                               found = step(context, subnet);
                               return found.has_value();
                           });
        return found;
    };
    if (context.world.offers.size() != 0) {
        if (auto held = in_any_subnet(own_hold)) return held;
    }
    if (auto wish = wished(context)) {
        if (!is_over_limit(context, *wish->subnet)) return wish;
        limited = true;
    }
    if (auto next = in_any_subnet(picked)) return next;
    return context.world.offers.size() == 0 ? std::nullopt : in_any_subnet(oldest_held);
}

/// Classes whose limit the client would be counted against.
bool is_class_over_limit(const Context& context) {
    return std::ranges::any_of(context.config.defined(context.classes), [&](const ClientClassConfig* of) {
        return of->limits.address_limit &&
               context.world.counts->of_class(of->name, LeaseKind::v4) >= *of->limits.address_limit;
    });
}

}  // namespace

bool answered_a_ping(const Context& context, Ipv4 address) {
    return std::ranges::any_of(context.facts.pings, [&](const PingResult& ping) {
        return ping.answered && ping.address == address;
    });
}

bool may_have(const Context& context, const SubnetConfig& subnet, const PoolConfig* pool, Ipv4 address) {
    const auto& request = context.request;
    const bool in_open_pool = pool != nullptr && admits(pool->guard, context.classes) &&
                              !is_excluded(context.config, subnet, address);
    if (!in_open_pool) {
        const auto reserved = reserved_address(request, context.config, subnet);
        return reserved && reserved->address == address;
    }
    return !is_kept_for_other(request, context.config, subnet, pool, address);
}

ReservedChoice reserved_for(const Context& context, ReservationConflicts& conflicts) {
    ReservedChoice choice;
    if (context.config.hosts->empty()) return choice;
    const auto visit = [&](const SubnetConfig& subnet) {
        const auto reserved = reserved_address(context.request, context.config, subnet);
        if (!reserved) return false;
        const auto unit = to_prefix(reserved->address);
        if (context.world.pending.busy(unit)) {
            choice.wait_for = unit;
            return true;
        }
        choice.candidate = if_unneeded(context, subnet, reserved->pool, reserved->address);
        if (!choice.candidate) conflicts.push_back({reserved->address, subnet.id});
        return choice.candidate.has_value();
    };
    any_subnet_on_link(context.config, *context.request.subnet, context.classes, visit);
    return choice;
}

bool is_over_limit(const Context& context, const SubnetConfig& subnet) {
    const auto* counts = context.world.counts;
    if (counts == nullptr) return false;
    const auto& limit = subnet.limits.address_limit;
    const bool over = (limit && counts->of_subnet(subnet.id, LeaseKind::v4) >= *limit) || is_class_over_limit(context);
    if (!over) return false;
    const auto rows = leases_of_client(context);
    return std::ranges::none_of(rows, [&](const Lease& row) { return is_renewal(context, subnet, row); });
}

Choice choose_address(const Context& context) {
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
    choice.candidate = new_address(context, choice.limited);
    return choice;
}

void count_failure(const Context& context, const Choice& choice, Done& done) {
    const auto& selected = *context.request.subnet;
    if (choice.limited) return;  // not for want of addresses: pkt4-limit-exceeded tells
    bool tried = false;
    any_subnet_on_link(context.config, selected, context.classes, [&](const SubnetConfig& subnet) {
        tried = std::ranges::any_of(
            subnet.pools, [&](const PoolConfig& pool) { return admits(pool.guard, context.classes); });
        return tried;
    });
    const auto where =
        selected.shared_network ? Stat::v4_allocation_fail_shared_network : Stat::v4_allocation_fail_subnet;
    done.counts.push_back({where, selected.id});
    done.counts.push_back(
        {tried ? Stat::v4_allocation_fail : Stat::v4_allocation_fail_no_pools, selected.id});
    done.counts.push_back({Stat::v4_allocation_fail_classes, selected.id});
}

void count_conflicts(const ReservationConflicts& conflicts, Done& done) {
    for (const auto& conflict : conflicts) {
        done.counts.push_back({Stat::v4_reservation_conflicts, conflict.subnet_id});
        done.reservation_conflicts.push_back(to_prefix(conflict.address));
    }
}

}  // namespace leasehold::v4
