// RELEASE and DECLINE (RFC 8415 18.3.7, 18.3.8): each IA is answered for itself, all changes are stored together.
#include <algorithm>
#include <utility>
#include <variant>

#include "dhcp/v6/decide_kinds.hpp"
#include "dhcp/v6/grant.hpp"

namespace leasehold::v6 {

namespace {

constexpr std::string_view no_binding_text = "This server has no such lease of the client.";

/// What must be known before any of the IAs can be answered.
std::optional<Decision> unknown_leases(const Context& context) {
    Need need;
    for (const auto& ia : context.request.message->ias()) {
        for (const auto& named : ia.leases()) {
            if (context.world.pending.busy(named.unit)) return Decision{Wait{named.unit}};
            if (!row_of(context, named.unit)) need.rows.push_back(named.unit);
        }
    }
    if (need.rows.empty()) return std::nullopt;
    return Decision{std::move(need)};
}

/// The rows of the leases that an IA names and that are this client's. @pre they are known
boost::container::small_vector<Lease, 2> held_rows(const Context& context, const IaView& ia) {
    boost::container::small_vector<Lease, 2> rows;
    for (const auto& named : ia.leases()) {
        const auto row = row_of(context, named.unit);
        if (*row && (*row)->state == LeaseState::assigned && belongs_to(**row, context)) rows.push_back(**row);
    }
    return rows;
}

/// @param change_of  makes the change of a row; nullopt: this row is not the client's to change
/// @param answers_pd  prefixes are handled, too (they cannot be declined)
template <class ChangeOf>
Decision give_up(Context& context, bool answers_pd, std::string_view text, const ChangeOf& change_of) {
    if (auto first = unknown_leases(context)) return std::move(*first);
    Done done;
    Told told;
    told.status = StatusCode::success;
    told.with_options = false;
    for (const auto& ia : context.request.message->ias()) {
        if (ia.kind == LeaseKind::ta || (ia.kind == LeaseKind::pd && !answers_pd)) continue;
        context.kind = ia.kind;
        context.iaid = iaid_of(context, ia);
        auto& answer = told.ias.emplace_back(ToldIa{.kind = ia.kind, .iaid = ia.iaid, .text = text});
        bool any = false;
        for (auto& row : held_rows(context, ia)) {
            const auto unit = row.address;
            // Named twice in one message: it is given up once.
            if (std::ranges::find(context.given, unit) != context.given.end()) continue;
            if (auto changed = change_of(std::move(row))) {
                context.given.push_back(unit);
                done.changes.push_back(std::move(*changed));
                any = true;
            }
        }
        if (any) continue;
        answer.status = StatusCode::no_binding;
        answer.text = no_binding_text;
    }
    ReplyScopes scopes;
    scopes.config = &context.config;
    done.reply = make_reply(context.request, scopes, told);
    return done;
}

}  // namespace

Decision decide_release(Context& context) {
    return give_up(context, true, "Released.", [&](Lease row) -> std::optional<Change> {
        return release_change(context, std::move(row));
    });
}

/// Somebody else was found at the address (duplicate address detection): it is kept from everybody for a while.
Decision decide_decline(Context& context) {
    return give_up(context, false, "Declined.", [&](Lease row) -> std::optional<Change> {
        if (is_expired(row, context.now)) return std::nullopt;
        auto declined = declined_lease(context, row.address, row.subnet_id, row.pool_id, row);
        return Put{.lease = std::move(declined), .cause = LeaseCause::declined};
    });
}

}  // namespace leasehold::v6
