// The order of candidates for a DISCOVER, and the allocator's last resorts. What the pools know about each
// address: address_pools; who was offered what: offer_table.
#include "dhcp/v4/allocate.hpp"

#include "dhcp/v4/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {

namespace {

/// The address for a client that does not hold it: nobody needs it, and nothing about it is in doubt.
std::optional<Candidate> if_unneeded(const Context& context, const Prefix& unit, const PoolConfig& pool) {
    const auto& world = context.world;
    const auto address = to_ipv4(unit);
    if (world.pending.busy(unit) || is_set_aside(world, unit)) return std::nullopt;
    if (is_excluded(context.config, context.subnet(), address)) return std::nullopt;
    auto row = world.table.find(unit);
    const auto claim = claim_on(context, row);
    switch (claim) {
        case Claim::own:
        case Claim::free: break;
        case Claim::ended:
            // A clock in doubt may be wrong about the end; only the same client may have it back.
            if (!world.reuse_allowed && !belongs_to(*row, context.request)) return std::nullopt;
            break;
        case Claim::foreign: return std::nullopt;
    }
    return Candidate{address, &pool, std::move(row), claim == Claim::own, false};
}

/// The client's lease in this subnet, even when it has ended: it gets the same address again.
Choice own_lease(const Context& context) {
    for (auto& row : leases_of_client(context)) {
        const auto* pool = pool_of(context.config, context.subnet(), to_ipv4(row.address));
        if (pool == nullptr || is_set_aside(context.world, row.address)) continue;
        if (context.world.pending.busy(row.address)) return {std::nullopt, row.address};
        const auto address = to_ipv4(row.address);
        return {Candidate{address, pool, std::move(row), true, false}, std::nullopt};
    }
    return {};
}

/// A repeated DISCOVER is offered the same address.
std::optional<Candidate> own_hold(const Context& context) {
    const auto hold = context.world.offers.of_client(context.request.client, context.subnet().id);
    if (!hold) return std::nullopt;
    const auto* pool = pool_of(context.config, context.subnet(), to_ipv4(hold->unit));
    return pool == nullptr ? std::nullopt : if_unneeded(context, hold->unit, *pool);
}

std::optional<Candidate> wished(const Context& context) {
    const auto wish = context.request.message->option_ipv4(option::requested_address);
    if (!wish) return std::nullopt;
    const auto* pool = pool_of(context.config, context.subnet(), *wish);
    const auto unit = to_prefix(*wish);
    if (pool == nullptr || context.world.offers.of_unit(unit)) return std::nullopt;
    return if_unneeded(context, unit, *pool);
}

/// When nothing else is left: the address whose offer has waited longest for its REQUEST.
std::optional<Candidate> oldest_held(const Context& context) {
    std::optional<Candidate> oldest;
    auto oldest_until = LeaseTime::max();
    for (const auto& pool : context.subnet().pools) {
        const auto hold = context.world.offers.oldest(pool.index);
        if (!hold || hold->until >= oldest_until) continue;
        if (auto candidate = if_unneeded(context, hold->unit, pool)) {
            oldest = std::move(candidate);
            oldest_until = hold->until;
        }
    }
    return oldest;
}

/// A free address of any pool, in their order, before a reusable one of any pool.
std::optional<Candidate> picked(const Context& context) {
    std::optional<Candidate> reusable;
    for (const auto& pool : context.subnet().pools) {
        const auto pick = context.world.pools.pick(pool.index, context.subnet().allocator, context.seed);
        if (!pick.unit || (pick.was != Availability::free && reusable)) continue;
        auto candidate = if_unneeded(context, *pick.unit, pool);
        if (!candidate) continue;
        candidate->allocated = true;
        if (pick.was == Availability::free) return candidate;
        reusable = std::move(candidate);
    }
    return reusable;
}

}  // namespace

Choice choose_address(const Context& context) {
    if (auto own = own_lease(context); own.candidate || own.wait_for) return own;
    for (const auto step : {own_hold, wished, picked, oldest_held}) {
        if (auto candidate = step(context)) return {std::move(candidate), std::nullopt};
    }
    return {};
}

void count_failure(const Context& context, Done& done) {
    const auto& subnet = context.subnet();
    const bool tried = !subnet.pools.empty();
    done.counts.push_back({Stat::v4_allocation_fail_subnet, subnet.id});
    done.counts.push_back({tried ? Stat::v4_allocation_fail : Stat::v4_allocation_fail_no_pools, subnet.id});
    done.counts.push_back({Stat::v4_allocation_fail_classes, subnet.id});
}

}  // namespace leasehold::v4
