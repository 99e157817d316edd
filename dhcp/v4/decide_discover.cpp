// The answer to a DISCOVER (RFC 2131 4.3.1): an address that the client may request. Nothing is promised yet:
// a hold keeps it for some seconds, or, with offer-lifetime, a stored lease does. With rapid commit (RFC
// 4039) the lease is made at once.
#include <algorithm>

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

Hold hold_of(const Context& context, const Candidate& candidate) {
    return {candidate.unit, context.request.client, candidate.subnet->id,
            candidate.pool == nullptr ? std::nullopt : std::optional{candidate.pool->index},
            context.now + OfferTable::hold_time};
}

/// Should somebody be looked for at the address first? The client itself, when it had the address a moment
/// ago, might answer. @return also when it has been done often enough: then nothing is offered
std::optional<Decision> look_before(const Context& context, const Candidate& candidate) {
    const auto& how = candidate.subnet->ping;
    if (!how.enabled) return std::nullopt;
    if (candidate.own && context.now - candidate.row->cltt < how.recent_lease) return std::nullopt;
    const auto& pings = context.facts.pings;
    if (std::ranges::find(pings, to_ipv4(candidate.unit), &PingResult::address) != pings.end()) return std::nullopt;
    if (pings.size() >= Need::pings_max)
        return dropped(DropReason::no_address, "somebody was found at each address that was tried");
    Need need;
    need.ping = Need::Ping{to_ipv4(candidate.unit), how, hold_of(context, candidate)};
    return need;
}

/// Addresses that somebody unknown was found at are kept from everybody.
void decline_answered(const Context& context, Done& done) {
    for (const auto& ping : context.facts.pings) {
        const auto unit = to_prefix(ping.address);
        const auto* subnet = subnet_with(context, unit);
        if (!ping.answered || subnet == nullptr || context.world.pending.busy(unit)) continue;
        const auto row = context.world.table.find(unit);
        // Somebody may have got it by a REQUEST meanwhile: then it is that client who answered.
        const auto claim = claim_on(context, *subnet, row);
        if (claim == Claim::foreign || (claim == Claim::ended && !context.world.reuse_allowed)) continue;
        const auto* pool = pool_of(context.config, *subnet, unit);
        auto lease = declined_lease(context, unit, subnet->id, pool == nullptr ? 0 : pool->pool_id, row);
        done.changes.push_back(put_change(context, std::move(lease), row, LeaseCause::declined));
    }
}

/// What option 51 of the OFFER says: what an ACK would say.
std::uint32_t offered_lifetime(const Context& context, const Candidate& candidate) {
    const bool renewal = is_renewal(context, *candidate.subnet, candidate.row);
    const auto lifetime = lifetime_for(context, renewal);
    if (!candidate.own) return lifetime;
    const auto& row = *candidate.row;
    const auto renewed = bound_lease(context, candidate.unit, candidate.row, lifetime);
    return is_cached(context, row, renewed) ? remaining_lifetime(row, context.now) : lifetime;
}

void keep_for_client(const Context& context, const Candidate& candidate, Done& done) {
    if (candidate.own && is_live(*candidate.row, context.now)) return;  // it is the client's anyway
    const auto lifetime = offer_lifetime_for(context);
    if (lifetime == 0) {
        done.holds.push_back(hold_of(context, candidate));
        return;
    }
    auto lease = bound_lease(context, candidate.unit, candidate.row, lifetime);
    done.changes.push_back(put_change(context, std::move(lease), candidate.row, LeaseCause::offered));
}

Decision nothing_to_offer(const Context& context, const Choice& choice) {
    Done done;
    const auto where = "in subnet " + network_text(context.subnet().network) +
                       (context.subnet().shared_network ? " and its shared network" : "");
    if (choice.limited) {
        done.drop = {DropReason::limit_exceeded, "the limit on leases is reached " + where};
    } else {
        done.drop = {DropReason::no_address, "no address to offer " + where};
    }
    count_failure(context, choice, done);
    count_conflicts(choice.conflicts, done);
    return done;
}

Decision offer(Context& context, Candidate candidate, const ReservationConflicts& conflicts) {
    Done done;
    count_conflicts(conflicts, done);
    settle(context, *candidate.subnet, candidate.pool, to_ipv4(candidate.unit));
    done.reply = lease_reply(context.request, scopes_of(context), context.name, MessageType::offer,
                             {to_ipv4(candidate.unit), offered_lifetime(context, candidate)});
    if (candidate.allocated) done.advances.push_back(candidate.unit);
    keep_for_client(context, candidate, done);
    return done;
}

Decision answer_with(Context& context, Choice choice) {
    if (!choice.candidate) return nothing_to_offer(context, choice);
    if (auto first = look_before(context, *choice.candidate)) return std::move(*first);
    const bool rapid = context.request.message->has(option::rapid_commit);
    const bool commits = rapid && choice.candidate->subnet->rapid_commit;
    return commits ? acknowledge(context, std::move(*choice.candidate), choice.conflicts)
                   : offer(context, std::move(*choice.candidate), choice.conflicts);
}

}  // namespace

Decision decide_discover(Context& context) {
    if (auto answer = decide_v6_only(context, MessageType::offer)) return std::move(*answer);
    if (!may_choose(context)) {
        return dropped(DropReason::store_unavailable,
                       "leases are still being loaded, and the client may have one among them");
    }
    auto choice = choose_lease(context, wish_of(context.request));
    if (choice.wait_for) return Wait{*choice.wait_for};
    if (auto first = look_up_first(context, choice.candidate)) return std::move(*first);
    auto decision = answer_with(context, std::move(choice));
    if (auto* done = std::get_if<Done>(&decision)) decline_answered(context, *done);
    return decision;
}

}  // namespace leasehold::v4
