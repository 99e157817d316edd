// The entrance: which function answers which kind of message, and the short ones (RELEASE, DECLINE, INFORM).
// DISCOVER and REQUEST have files of their own.
#include "dhcp/v4/decide.hpp"

#include <utility>

#include "dhcp/v4/decide_kinds.hpp"
#include "dhcp/v4/grant.hpp"
#include "dhcp/grant.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/reply.hpp"

namespace leasehold::v4 {

namespace {

/// The row of a lease that its holder gives back or complains about; or why there is nothing to do.
std::variant<Lease, Decision> held_row(const Context& context, Ipv4 address) {
    const auto unit = to_prefix(address);
    if (context.world.pending.busy(unit)) return Decision{Wait{unit}};
    auto row = row_of(context, unit);
    if (!row) return Decision{Need{{unit}}};
    const bool held = *row && (*row)->state == LeaseState::assigned && belongs_to(**row, context);
    if (!held) {
        return dropped(DropReason::not_the_holder, to_string(address) + " is not leased to this client");
    }
    return std::move(**row);
}

}  // namespace

Wish wish_of(const Request& request) {
    const auto address = request.message->option_ipv4(option::requested_address);
    return {address ? std::optional{to_prefix(*address)} : std::nullopt, std::nullopt, request.client};
}

Decision refused(const Context& context, std::string_view why) {
    // BOOTP knows no refusal (RFC 951): the client asks another server.
    if (context.request.bootp) return dropped(DropReason::no_address, std::string{why});
    Done done;
    done.reply = nak_reply(context.request, context.config);
    done.refusal = why;
    return done;
}

/// RFC 2131 4.3.4
Decision decide_release(const Context& context) {
    auto held = held_row(context, context.request.message->ciaddr());
    if (auto* decision = std::get_if<Decision>(&held)) return std::move(*decision);
    Done done;
    done.changes.push_back(release_change(context, std::move(std::get<Lease>(held))));
    return done;
}

/// RFC 2131 4.3.3
Decision decide_decline(const Context& context) {
    const auto address = context.request.message->option_ipv4(option::requested_address);
    if (!address) return dropped(DropReason::rfc_violation, "a DHCPDECLINE needs the requested address");
    auto held = held_row(context, *address);
    if (auto* decision = std::get_if<Decision>(&held)) return std::move(*decision);
    const auto& row = std::get<Lease>(held);
    if (is_expired(row, context.now)) {
        return dropped(DropReason::not_the_holder, "its lease of " + to_string(*address) + " has expired");
    }
    Done done;
    auto declined = declined_lease(context, row.address, row.subnet_id, row.pool_id, row);
    done.changes.push_back(Put{.lease = std::move(declined), .cause = LeaseCause::declined});
    return done;
}

/// RFC 2131 4.3.5: options only, no lease is looked at.
Decision decide_inform(Context& context) {
    settle(context, context.subnet(), nullptr, {});
    Done done;
    done.reply = inform_reply(context.request, scopes_of(context));
    return done;
}

/// The lease database is away, and on-fail has service go on (recovery 3.3). Nobody is refused anything.
Decision decide_without_store(Context& context, OutageService service) {
    const auto kind = context.request.kind;
    if (kind == RequestKind::inform && context.request.subnet != nullptr) return decide_inform(context);
    if (service == OutageService::confirm) {
        switch (kind) {
            case RequestKind::release: return decide_release(context);
            case RequestKind::decline: return decide_decline(context);
            case RequestKind::init_reboot:
            case RequestKind::renewing:
            case RequestKind::rebinding: return decide_confirm(context);
            case RequestKind::discover:
            case RequestKind::selecting:
            case RequestKind::inform: break;
        }
    }
    return dropped(DropReason::store_unavailable, "the lease database is away");
}

Decision decide(const Request& request, const ServerConfig& config, const World& world, const Facts& facts,
                LeaseTime now, std::uint64_t first_version, std::uint64_t seed) {
    const PacketSource packet{*request.message, request.arrival};
    Context context{request, packet, config, world, facts, now, first_version, seed};
    if (world.outage) return decide_without_store(context, *world.outage);
    switch (request.kind) {
        case RequestKind::release: return decide_release(context);
        case RequestKind::decline: return decide_decline(context);
        case RequestKind::selecting:
        case RequestKind::init_reboot:
        case RequestKind::renewing:
        case RequestKind::rebinding: expect_look_up(context); return decide_request(context);
        case RequestKind::discover:
        case RequestKind::inform: break;
    }
    if (request.subnet == nullptr) {
        return dropped(DropReason::no_subnet, "no subnet fits where the packet came from");
    }
    if (request.kind == RequestKind::inform) return decide_inform(context);
    expect_look_up(context);
    return decide_discover(context);
}

}  // namespace leasehold::v4
