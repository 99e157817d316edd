// The answer to a DISCOVER (RFC 2131 4.3.1): an address that the client may request. Nothing is promised yet:
// a hold keeps it for some seconds, or, with offer-lifetime, a stored lease does.
#include "dhcp/v4/allocate.hpp"
#include "dhcp/v4/decide_kinds.hpp"
#include "dhcp/v4/grant.hpp"
#include "dhcp/v4/lifetimes.hpp"
#include "dhcp/v4/reply.hpp"

namespace leasehold::v4 {

namespace {

/// What option 51 of the OFFER says: what an ACK would say.
std::uint32_t offered_lifetime(const Context& context, const Candidate& candidate) {
    const auto lifetime = lifetime_for(context);
    if (!candidate.own) return lifetime;
    const auto& row = *candidate.row;
    const auto renewed = bound_lease(context, candidate.address, *candidate.pool, candidate.row, lifetime);
    return is_cached(context, row, renewed) ? remaining_lifetime(row, context.now) : lifetime;
}

void keep_for_client(const Context& context, Candidate& candidate, Done& done) {
    if (candidate.own && is_live(*candidate.row, context.now)) return;  // it is the client's anyway
    const auto& subnet = context.subnet();
    if (subnet.offer_lifetime == 0) {
        done.hold = Hold{to_prefix(candidate.address), context.request.client, subnet.id,
                         candidate.pool->index, context.now + OfferTable::hold_time};
        return;
    }
    auto lease =
        bound_lease(context, candidate.address, *candidate.pool, candidate.row, subnet.offer_lifetime);
    done.changes.push_back(put_change(context, std::move(lease), candidate.row, LeaseCause::offered));
}

}  // namespace

Decision decide_discover(const Context& context) {
    if (!context.world.table_complete) {
        return dropped(DropReason::store_unavailable,
                       "leases are still being loaded, so it is not known which addresses are free");
    }
    auto choice = choose_address(context);
    if (choice.wait_for) return Wait{*choice.wait_for};
    Done done;
    if (!choice.candidate) {
        done.drop = {DropReason::no_address,
                     "no address to offer in subnet " + to_string(context.subnet().network)};
        count_failure(context, done);
        return done;
    }
    auto& candidate = *choice.candidate;
    done.reply = lease_reply(context.request, context.config, context.name, MessageType::offer,
                             {candidate.address, candidate.pool, offered_lifetime(context, candidate)});
    if (candidate.allocated) done.advance = to_prefix(candidate.address);
    keep_for_client(context, candidate, done);
    return done;
}

}  // namespace leasehold::v4
