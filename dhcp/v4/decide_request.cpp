// The answer to a REQUEST (RFC 2131 4.3.2), whichever of its kinds: ACK, NAK, or silence. A NAK needs
// certainty: while the store is loading or the clock is in doubt, silence takes its place.
#include <utility>

#include "dhcp/subnet.hpp"
#include "dhcp/allocate.hpp"
#include "dhcp/v4/decide_kinds.hpp"
#include "dhcp/v4/grant.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/reply.hpp"
#include "dhcp/v4/v6_only.hpp"

namespace leasehold::v4 {

namespace {

/// The address that the client speaks of; nullopt: none.
std::optional<Ipv4> named_address(const Request& request) {
    const auto ciaddr = request.message->ciaddr();
    const bool has_one = request.kind == RequestKind::renewing || request.kind == RequestKind::rebinding;
    if (!has_one) {
        if (const auto wish = request.message->option_ipv4(option::requested_address)) return wish;
    }
    return ciaddr.is_zero() ? std::nullopt : std::optional{ciaddr};
}

/// Nothing is known about the client's link. A server that the client chose, or renews with, owes it a NAK;
/// others speak only when they are authoritative.
Decision without_subnet(const Context& context) {
    const auto kind = context.request.kind;
    const bool addressed = kind == RequestKind::selecting || kind == RequestKind::renewing;
    const bool speaks = kind == RequestKind::init_reboot && context.config.authoritative;
    if (addressed || speaks) return refused(context, "no subnet fits where the client is");
    return dropped(DropReason::no_subnet, "no subnet fits where the packet came from");
}

/// Does an address that no subnet on the client's link has belong to another network than the client's? (RFC
/// 2131 4.3.2, "on the wrong net".) It does when another of our subnets has it; whether there are other
/// networks on the link only an authoritative server knows.
bool is_on_wrong_net(const Context& context, Ipv4 address) {
    return context.subnet().authoritative || context.config.subnet_index->by_address(to_ipv6(address)).has_value();
}

/// @pre !context.world.table_complete
Decision dropped_while_loading() {
    return dropped(DropReason::store_unavailable, "leases are still being loaded, so nothing can be refused");
}

/// The client remembers an address that the table does not show as its own.
Decision init_reboot_refusal(const Context& context) {
    if (!context.world.table_complete) return dropped_while_loading();
    if (!leases_of_client(context).empty()) return refused(context, "its lease is of another address");
    if (context.subnet().authoritative) return refused(context, "it has no lease in this subnet");
    return dropped(DropReason::not_our_client, "it has no lease here, and the subnet is not authoritative");
}

/// Somebody else has it.
Decision refused_foreign(const Context& context, const SubnetConfig& subnet, const Lease& row) {
    if (!context.world.table_complete) return dropped_while_loading();
    if (!context.world.reuse_allowed) {
        return dropped(DropReason::not_our_client, "the clock is in doubt, so nobody is refused an address");
    }
    if (row.subnet_id != subnet.id && belongs_to(row, context)) {
        return refused(context, "its lease is of another subnet, which no longer has this address");
    }
    return refused(context, row.state == LeaseState::declined ? "the address is declined"
                                                              : "the address is leased to another client");
}

/// A limit on leases is reached: as if there were no address (the client may try again).
Decision refused_by_limit(const Context& context) {
    auto decision = refused(context, "the limit on leases is reached");
    if (auto* done = std::get_if<Done>(&decision); done->reply)
        done->counts.push_back({Stat::pkt4_limit_exceeded});
    else
        done->drop.reason = DropReason::limit_exceeded;
    return decision;
}

/// The client's other leases on this link go in the same decision, so that it never holds two.
std::optional<Prefix> erase_others(const Context& context, const Prefix& kept, Done& done) {
    for (const auto& row : leases_of_client(context)) {
        // Where somebody else was found the row becomes a declined one.
        if (row.address == kept || answered_a_ping(context, row.address)) continue;
        if (context.world.pending.busy(row.address)) return row.address;
        done.changes.push_back(erase_change(row, LeaseCause::moved));
    }
    return std::nullopt;
}

/// The client may not have this address, whoever has it now.
Decision refused_by_rules(const Context& context, const SubnetConfig& subnet, const PoolConfig* pool,
                          const Prefix& unit) {
    if (pool == nullptr)
        return dropped(DropReason::unknown_address, to_string(unit) + " is in no pool of the subnet");
    if (is_kept_for_other(context.request, context.config, subnet, pool, unit))
        return refused(context, "the address is reserved for another client");
    return refused(context, "the pool of the address is not for this client's classes");
}

/// Is another address reserved for the client, which it could have now? Then it is refused any other: it asks
/// anew, and gets its own. (This is what brings a client that was given a reservation while it had a lease to
/// its address at the next renewal or reboot.) While the store is loading that is not known.
bool should_ask_anew(const Context& context, const SubnetConfig& subnet, const Prefix& unit,
                     ReservationConflicts& conflicts) {
    if (!context.world.table_complete) return false;
    if (is_reserved_for(context.request, context.config, subnet, context.kind, unit)) return false;
    const auto own = reserved_for(context, conflicts);
    return own.candidate && own.candidate->unit != unit &&
           !is_over_limit(context, *own.candidate->subnet);
}

/// Does the client name, out of its memory, the address that is reserved for it? It is known then, even
/// without a lease, and gets it; Kea looks at leases only, and is silent.
bool remembers_its_reservation(const Context& context, const SubnetConfig& subnet, const Prefix& unit,
                               Claim claim) {
    if (claim != Claim::free && claim != Claim::ended) return false;
    return is_reserved_for(context.request, context.config, subnet, context.kind, unit);
}

Decision request_for(Context& context, Ipv4 address) {
    const auto unit = to_prefix(address);
    const auto* found = subnet_with(context, unit);
    if (found == nullptr && is_on_wrong_net(context, address)) {
        return refused(context, "the address is not of the network that the client is in");
    }
    const auto& subnet = found == nullptr ? context.subnet() : *found;
    if (context.world.pending.busy(unit)) return Wait{unit};
    if (is_set_aside(context.world, unit)) {
        return dropped(DropReason::store_unavailable, "the stored lease of " + to_string(address) +
                                                          " cannot be read, so it is not known whose it is");
    }
    auto known = row_of(context, unit);
    if (!known) return Need{{unit}};
    auto& row = *known;
    const auto claim = claim_on(context, subnet, row);
    if (context.request.kind == RequestKind::init_reboot && claim != Claim::own &&
        !remembers_its_reservation(context, subnet, unit, claim))
        return init_reboot_refusal(context);
    const auto* pool = pool_of(context.config, subnet, unit);
    if (claim == Claim::foreign) return refused_foreign(context, subnet, *row);
    if (claim == Claim::ended && !context.world.reuse_allowed && !belongs_to(*row, context)) {
        return dropped(DropReason::not_our_client, "the clock is in doubt, so no address changes hands");
    }
    if (!may_have(context, subnet, pool, unit)) return refused_by_rules(context, subnet, pool, unit);
    ReservationConflicts conflicts;
    if (should_ask_anew(context, subnet, unit, conflicts))
        return refused(context, "another address is reserved for it");
    if (!is_renewal(context, subnet, row) && is_over_limit(context, subnet)) return refused_by_limit(context);
    return acknowledge(context, {unit, &subnet, pool, std::move(row), claim == Claim::own, false},
                       conflicts);
}

/// A REQUEST that names no address gets one as a DISCOVER would.
Decision request_for_any(Context& context) {
    if (!context.world.table_complete) return dropped_while_loading();
    auto choice = choose_lease(context, wish_of(context.request));
    if (choice.wait_for) return Wait{*choice.wait_for};
    if (choice.candidate) return acknowledge(context, std::move(*choice.candidate), choice.conflicts);
    if (choice.limited) return refused_by_limit(context);
    auto decision = refused(context, "the subnet has no address to give");
    auto& done = std::get<Done>(decision);
    count_failure(context, choice, done);
    count_conflicts(choice.conflicts, done);
    return decision;
}

}  // namespace

Decision acknowledge(Context& context, Candidate candidate, const ReservationConflicts& conflicts) {
    const auto& unit = candidate.unit;
    const auto& row = candidate.row;
    settle(context, *candidate.subnet, candidate.pool, to_ipv4(unit));
    Done done;
    count_conflicts(conflicts, done);
    if (context.world.offers.of_unit(unit) != nullptr) done.release_holds.push_back(unit);
    if (candidate.allocated) done.advances.push_back(unit);

    const bool renewal = is_renewal(context, *candidate.subnet, row);
    if (!renewal) {
        if (const auto busy = erase_others(context, unit, done)) return Wait{*busy};
    }
    auto lifetime = lifetime_for(context, renewal);
    auto lease = bound_lease(context, unit, row, lifetime);
    if (candidate.own && is_cached(context, *row, lease)) {
        lifetime = remaining_lifetime(*row, context.now);
        done.counts.push_back({Stat::v4_lease_reuses, candidate.subnet->id});
    } else {
        const auto cause = renewal ? LeaseCause::renewed : LeaseCause::granted;
        done.changes.push_back(put_change(context, std::move(lease), row, cause));
    }
    done.reply = lease_reply(context.request, scopes_of(context), context.name, MessageType::ack,
                             {to_ipv4(unit), lifetime});
    return done;
}

Decision decide_confirm(Context& context) {
    const auto silence = [](std::string why) {
        return dropped(DropReason::store_unavailable, std::move(why));
    };
    if (context.request.subnet == nullptr) return silence("the lease database is away, and no subnet fits");
    const auto address = named_address(context.request);
    if (!address) return silence("the lease database is away");
    const auto unit = to_prefix(*address);
    if (context.world.pending.busy(unit)) return Wait{unit};
    const auto row = context.world.table.find(unit);
    const auto* subnet = subnet_with(context, unit);
    const auto* pool = subnet == nullptr ? nullptr : pool_of(context.config, *subnet, unit);
    const bool own = subnet != nullptr && row && claim_on(context, *subnet, row) == Claim::own &&
                     is_live(*row, context.now) && may_have(context, *subnet, pool, unit);
    if (!own || is_set_aside(context.world, unit))
        return silence("the lease database is away, and " + to_string(*address) + " is not this client's");
    settle(context, *subnet, pool, *address);
    Done done;
    done.counts.push_back({Stat::v4_lease_reuses, subnet->id});
    done.reply = lease_reply(context.request, scopes_of(context), context.name, MessageType::ack,
                             {*address, remaining_lifetime(*row, context.now)});
    return done;
}

Decision decide_request(Context& context) {
    if (context.request.subnet == nullptr) return without_subnet(context);
    if (auto answer = decide_v6_only(context, MessageType::ack)) return std::move(*answer);
    const auto address = named_address(context.request);
    return address ? request_for(context, *address) : request_for_any(context);
}

}  // namespace leasehold::v4
