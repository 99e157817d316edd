// The entrance: which function answers which kind of message, and the short ones (CONFIRM, INFORMATION-REQUEST,
// ADDR-REG-INFORM). What concerns leases has files of its own.
#include "dhcp/v6/decide.hpp"

#include "dhcp/lifetimes.hpp"
#include "dhcp/subnet.hpp"
#include "dhcp/v6/decide_kinds.hpp"
#include "dhcp/v6/grant.hpp"
#include "dhcp/v6/next_hop.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

namespace {

ReplyScopes scopes_without_lease(Context& context) {
    const auto* subnet = context.client.subnet;
    if (subnet != nullptr) settle(context, *subnet, nullptr);
    return {&context.config, subnet, {}, context.host, &context.classes};
}

/// The address that a client registers must be the one it sends from (RFC 9686 4.2).
Ipv6 address_of_client(const Request& request) {
    return client_address_of(*request.message, request.arrival.source);
}

/// What the row of an address means for somebody who registers it.
enum class RegistrationClaim : std::uint8_t { own, free, ended, foreign };
RegistrationClaim registration_claim(const Context& context, const std::optional<Lease>& row) {
    if (!row) return RegistrationClaim::free;
    if (row->state == LeaseState::registered && row->duid == context.client.duid) return RegistrationClaim::own;
    if (!is_reusable(*row, context.now, context.config.lease_reuse_grace)) return RegistrationClaim::foreign;
    return context.world.reuse_allowed ? RegistrationClaim::ended : RegistrationClaim::foreign;
}

Change registration_change(const Context& context, const IaLease& told, const std::optional<Lease>& row,
                           RegistrationClaim claim) {
    if (told.valid == 0 && claim == RegistrationClaim::own) return erase_change(*row, LeaseCause::released);
    const auto before = claim == RegistrationClaim::own ? row : std::nullopt;
    auto lease = bound_lease(context, told.unit, before, {told.valid, told.preferred});
    lease.state = LeaseState::registered;
    lease.version = row ? row->version + 1 : context.first_version;
    const bool renewal = claim == RegistrationClaim::own;
    Put put{.lease = std::move(lease), .cause = renewal ? LeaseCause::renewed : LeaseCause::granted};
    if (row && !renewal) {
        put.takes_over = true;
        put.grace_seconds = context.config.lease_reuse_grace;
        put.now = context.now;
    }
    return put;
}

/// The store is away, and on-fail has service go on (recovery 3.3). Nobody is refused anything.
Decision decide_without_store(Context& context, OutageService service) {
    const auto kind = context.request.kind;
    if (kind == RequestKind::information_request) return decide_information(context);
    if (service == OutageService::confirm) {
        switch (kind) {
            case RequestKind::release: return decide_release(context);
            case RequestKind::decline: return decide_decline(context);
            case RequestKind::renew:
            case RequestKind::rebind: return decide_remaining(context);
            case RequestKind::confirm: return decide_confirm(context);
            case RequestKind::solicit:
            case RequestKind::request:
            case RequestKind::information_request:
            case RequestKind::address_registration: break;
        }
    }
    return dropped(DropReason::store_unavailable, "the lease database is away");
}

}  // namespace

/// RFC 8415 18.3.3. Silence where there is nothing to confirm, or where nothing is known about the link.
Decision decide_confirm(Context& context) {
    bool any = false, all_on_link = true;
    context.kind = LeaseKind::na;
    for (const auto& ia : context.request.message->ias()) {
        if (ia.kind == LeaseKind::pd) continue;
        for (const auto& lease : ia.leases()) {
            any = true;
            all_on_link = all_on_link && context.client.subnet != nullptr &&
                          subnet_with(context, lease.unit) != nullptr;
        }
    }
    if (!any) return dropped(DropReason::rfc_violation, "a CONFIRM without an address (RFC 8415 18.3.3)");
    Told told;
    told.status = all_on_link ? StatusCode::success : StatusCode::not_on_link;
    told.text = all_on_link ? "All addresses are on this link." : "Not all addresses are on this link.";
    Done done;
    done.reply = make_reply(context.request, scopes_without_lease(context), told);
    return done;
}

/// RFC 8415 18.3.6
Decision decide_information(Context& context) {
    Done done;
    done.reply = make_reply(context.request, scopes_without_lease(context), Told{});
    return done;
}

Decision decide_registration(Context& context) {
    const auto silence = [](std::string why) { return dropped(DropReason::rfc_violation, std::move(why)); };
    const auto& request = context.request;
    const auto& message = *request.message;
    if (!context.config.allow_address_registration)
        return dropped(DropReason::admin_filtered, "allow-address-registration is off");
    if (!message.ias().empty()) return silence("an ADDR-REG-INFORM must not carry an IA (RFC 9686 4.2)");
    if (message.count(option::iaaddr) != 1)
        return silence("an ADDR-REG-INFORM needs exactly one address (RFC 9686 4.2)");
    const auto payload = *message.option(option::iaaddr);
    const auto told = read_ia_lease({option::iaaddr, payload});
    if (told.unit.address != address_of_client(request))
        return silence("the registered address is not the one it was sent from (RFC 9686 4.2.1)");
    if (request.subnet == nullptr || !contains(request.subnet->network, told.unit.address))
        return dropped(DropReason::no_subnet, to_string(told.unit) + " is of no subnet on the client's link");
    if (context.world.pending.busy(told.unit)) return Wait{told.unit};
    auto row = row_of(context, told.unit);
    if (!row) return Need{{told.unit}};
    settle(context, *request.subnet, nullptr);
    const auto claim = registration_claim(context, *row);
    if (claim == RegistrationClaim::foreign || is_set_aside(context.world, told.unit))
        return dropped(DropReason::not_the_holder, to_string(told.unit) + " is leased to another client");
    if (context.config.hosts->is_reserved(request.subnet->id, told.unit) ||
        context.config.hosts->is_reserved(0, told.unit))
        return dropped(DropReason::not_the_holder, to_string(told.unit) + " is reserved");
    Done done;
    if (told.valid != 0 || claim == RegistrationClaim::own)
        done.changes.push_back(registration_change(context, told, *row, claim));
    done.reply = make_registration_reply(request, context.config, payload);
    return done;
}

Decision decide(const Request& request, const ServerConfig& config, const World& world, const Facts& facts,
                LeaseTime now, std::uint64_t first_version, std::uint64_t seed) {
    const PacketSource packet{*request.message, request.arrival, request.hwaddr};
    Context context{request, packet, config, world, facts, now, first_version, seed};
    if (world.outage) return decide_without_store(context, *world.outage);
    switch (request.kind) {
        case RequestKind::solicit:
        case RequestKind::request:
        case RequestKind::renew:
        case RequestKind::rebind: expect_look_up(context); return decide_leases(context);
        case RequestKind::release: return decide_release(context);
        case RequestKind::decline: return decide_decline(context);
        case RequestKind::confirm: return decide_confirm(context);
        case RequestKind::information_request: return decide_information(context);
        case RequestKind::address_registration: return decide_registration(context);
    }
    return dropped(DropReason::unknown_type, "a message type that servers do not answer");
}

}  // namespace leasehold::v6
