// SOLICIT, REQUEST, RENEW and REBIND (RFC 8415 18.3.1, 18.3.2, 18.3.4, 18.3.5): for each IA the leases that the
// client gets, all stored as one decision. The order in which leases are looked for is allocate's part.
#include <algorithm>
#include <optional>
#include <utility>

#include "dhcp/allocate.hpp"
#include "dhcp/ddns_names.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/subnet.hpp"
#include "dhcp/v6/client_fqdn.hpp"
#include "dhcp/v6/decide_kinds.hpp"
#include "dhcp/v6/grant.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

namespace {

/// What one IA may get however many leases its client names: a packet must not empty a pool.
constexpr std::size_t leases_per_ia_max = 16;

using Named = boost::container::small_vector<IaLease, 2>;

/// A wish for a particular unit; "::" and a prefix of length 0 name none.
bool names_a_unit(const IaLease& lease) {
    return lease.unit.address != Ipv6{};
}

std::string_view no_lease_text(LeaseKind kind) {
    return kind == LeaseKind::pd ? "This server has no prefix to delegate to the client."
                                 : "This server has no address for the client.";
}

StatusCode no_lease_status(LeaseKind kind) {
    return kind == LeaseKind::pd ? StatusCode::no_prefix_avail : StatusCode::no_addrs_avail;
}

Told told_of(const Request& request) {
    Told told;
    const bool offers = request.kind == RequestKind::solicit && !request.rapid_commit;
    told.type = offers ? MessageType::advertise : MessageType::reply;
    told.rapid_commit = request.rapid_commit;
    return told;
}

/// Under which key the n-th lease of an IA is held for its client: each IA has offers of its own.
ClientKey holder_of(const Context& context, std::size_t place) {
    ClientKey key = context.client.client;
    for (int shift = 24; shift >= 0; shift -= 8)
        key.bytes.push_back(static_cast<std::uint8_t>(context.iaid >> shift));
    key.bytes.push_back(static_cast<std::uint8_t>(context.kind));
    key.bytes.push_back(static_cast<std::uint8_t>(place));
    return key;
}

/// One message's worth of it. Lives as long as the call.
class LeaseDecision {
public:
    explicit LeaseDecision(Context& context)
        : context_{context}, kind_{context.request.kind}, told_{told_of(context.request)} {}

    Decision run() {
        if (auto need = unknown_rows()) return std::move(*need);
        for (const auto& ia : context_.request.message->ias()) {
            if (ia.kind == LeaseKind::ta) continue;  // as with Kea, and gone in RFC 9915
            context_.kind = ia.kind;
            context_.iaid = iaid_of(context_, ia);
            if (auto first = answer(ia)) return std::move(*first);
        }
        return finished();
    }

private:
    using Candidates = boost::container::small_vector<Candidate, 2>;

    bool commits() const { return told_.type == MessageType::reply; }
    bool extends() const { return kind_ == RequestKind::renew || kind_ == RequestKind::rebind; }

    /// @return what must be known before this IA can be answered; nullopt: it is.
    std::optional<Decision> answer(const IaView& ia) {
        Named named;
        for (const auto& lease : ia.leases()) named.push_back(lease);
        auto& told = told_.ias.emplace_back(ToldIa{.kind = ia.kind, .iaid = ia.iaid});
        if (is_off_link(named)) {
            told.status = StatusCode::not_on_link;
            told.text = "None of the addresses is of the client's link.";
            return std::nullopt;
        }
        Candidates found;
        if (const auto busy = find_leases(named, found)) return Decision{Wait{*busy}};
        if (found.empty() && !context_.world.table_complete) return silence_while_loading();
        if (auto first = unread_rows(found)) return first;
        grant_all(named, std::move(found), told);
        if (told.leases.empty() || std::ranges::all_of(told.leases, [](const ToldLease& lease) {
                return lease.valid == 0;
            })) {
            told.status = no_lease_status(ia.kind);
            told.text = no_lease_text(ia.kind);
        }
        return std::nullopt;
    }

    /// While the store is loading, what the client names is read from it, for all IAs at once.
    std::optional<Decision> unknown_rows() const {
        if (context_.world.table_complete || kind_ == RequestKind::solicit) return std::nullopt;
        Need need;
        for (const auto& ia : context_.request.message->ias())
            for (const auto& lease : ia.leases())
                if (names_a_unit(lease) && !row_of(context_, lease.unit)) need.rows.push_back(lease.unit);
        if (need.rows.empty()) return std::nullopt;
        return Decision{std::move(need)};
    }

    /// The same for what was chosen for the present IA.
    std::optional<Decision> unread_rows(const Candidates& found) const {
        for (const auto& candidate : found)
            if (auto first = look_up_first(context_, candidate)) return first;
        return std::nullopt;
    }

    static Decision silence_while_loading() {
        return dropped(DropReason::store_unavailable,
                       "leases are still being loaded, so it is not known what is free");
    }

    /// RFC 8415 18.3.2: a REQUEST for addresses of another link is told so.
    bool is_off_link(const Named& named) const {
        if (kind_ != RequestKind::request || context_.kind != LeaseKind::na || named.empty()) return false;
        return std::ranges::none_of(named, [&](const IaLease& lease) {
            return !names_a_unit(lease) || subnet_with(context_, lease.unit) != nullptr;
        });
    }

    std::size_t ias_of_kind() const {
        std::size_t count = 0;
        for (const auto& ia : context_.request.message->ias()) count += ia.kind == context_.kind ? 1 : 0;
        return count;
    }

    /// As many as the client names, at least one; of a client with one IA all that is reserved for it.
    std::size_t wanted_count(const Named& named) const {
        auto count = static_cast<std::size_t>(std::ranges::count_if(named, names_a_unit));
        if (ias_of_kind() == 1 && !context_.config.hosts->empty()) {
            const auto reserved =
                reserved_units(context_.client, context_.config, *context_.client.subnet, context_.kind);
            count = std::max(count, reserved.size());
        }
        return std::clamp<std::size_t>(count, 1, leases_per_ia_max);
    }

    /// @return a lease that must be known first
    std::optional<Prefix> find_leases(const Named& named, Candidates& found) {
        const auto wanted = wanted_count(named);
        const bool chooses = may_choose(context_);
        if (chooses) {
            if (const auto busy = find_reserved(wanted, found)) return busy;
        }
        const bool has_reserved = !found.empty();
        if (const auto busy = find_own(wanted, has_reserved, found)) return busy;
        if (extends() && !found.empty()) return std::nullopt;
        if (!chooses) return find_named(named, wanted, found);
        return find_new(named, wanted, found);
    }

    /// While the store is loading, of a client that may have leases in it: an offer would need to know more.
    std::optional<Prefix> find_named(const Named& named, std::size_t wanted, Candidates& found) {
        for (const auto& lease : named) {
            if (!commits() || found.size() >= wanted || !names_a_unit(lease)) continue;
            if (context_.world.pending.busy(lease.unit)) return lease.unit;
            auto candidate = choose_named(context_, lease.unit);
            if (candidate && fits(*candidate)) add(std::move(*candidate), found);
        }
        return std::nullopt;
    }

    std::optional<Prefix> find_reserved(std::size_t wanted, Candidates& found) {
        while (found.size() < wanted) {
            auto reserved = reserved_for(context_, conflicts_);
            if (reserved.wait_for) return reserved.wait_for;
            if (!reserved.candidate || !fits(*reserved.candidate)) break;
            add(std::move(*reserved.candidate), found);
        }
        return std::nullopt;
    }

    /// The client's leases of this IA that it may keep. One that was reserved for it meanwhile takes the place
    /// of the others.
    std::optional<Prefix> find_own(std::size_t wanted, bool has_reserved, Candidates& found) {
        for (const auto& row : leases_of_client(context_)) {
            if (is_given(row.address)) continue;
            if (context_.world.pending.busy(row.address)) return row.address;
            const auto& subnet = *subnet_on_link(context_, row.subnet_id);
            const auto* pool = pool_of(context_.config, subnet, row.address);
            const bool ended = !is_live(row, context_.now);
            const bool kept = !has_reserved && !is_set_aside(context_.world, row.address) &&
                              may_have(context_, subnet, pool, row.address) &&
                              !(ended && found.size() >= wanted);
            Candidate own{row.address, &subnet, pool, row, true, false};
            if (kept && (!ended || fits(own)))
                add(std::move(own), found);
            else
                lost_.push_back(row);
        }
        return std::nullopt;
    }

    /// One that the client asks for and that is with the store is waited for: it may not go to somebody else.
    std::optional<Prefix> find_new(const Named& named, std::size_t wanted, Candidates& found) {
        auto next = named.begin();
        const auto is_new = [&](const IaLease& lease) {
            return names_a_unit(lease) && !is_given(lease.unit);
        };
        while (found.size() < wanted) {
            next = std::find_if(next, named.end(), is_new);
            const auto holder = holder_of(context_, found.size());
            Wish wish{std::nullopt, wished_length(named), holder};
            if (next != named.end()) wish.unit = (next++)->unit;
            if (commits() && wish.unit && context_.world.pending.busy(*wish.unit)) return wish.unit;
            auto choice = choose_new_lease(context_, wish);
            if (!choice.candidate) {
                if (found.empty()) note_failure(choice);
                return std::nullopt;
            }
            add(std::move(*choice.candidate), found);
        }
        return std::nullopt;
    }

    /// A delegated prefix of about this length, whichever (RFC 8168 3.1).
    std::optional<std::uint8_t> wished_length(const Named& named) const {
        if (context_.kind != LeaseKind::pd) return std::nullopt;
        for (const auto& lease : named)
            if (lease.unit.length != 0) return lease.unit.length;
        return std::nullopt;
    }

    void note_failure(const Choice& choice) {
        count_failure(context_, choice, done_);
        if (choice.limited) done_.counts.push_back({Stat::pkt6_limit_exceeded, 0});
    }

    bool fits(const Candidate& candidate) const {
        return is_renewal(context_, *candidate.subnet, candidate.row) ||
               !is_over_limit(context_, *candidate.subnet);
    }
    bool is_given(const Prefix& unit) const {
        return std::ranges::find(context_.given, unit) != context_.given.end();
    }
    void add(Candidate candidate, Candidates& found) {
        context_.given.push_back(candidate.unit);
        found.push_back(std::move(candidate));
    }

    void grant_all(const Named& named, Candidates found, ToldIa& told) {
        for (auto& candidate : found) {
            const auto hint = std::ranges::find(named, candidate.unit, &IaLease::unit);
            told.leases.push_back(grant(std::move(candidate), hint == named.end() ? IaLease{} : *hint));
        }
        for (const auto& row : std::exchange(lost_, {})) {
            if (!commits()) continue;
            done_.changes.push_back(erase_change(row, LeaseCause::moved));
            if (is_live(row, context_.now)) told.leases.push_back({row.address, 0, 0, {}});
        }
        if (extends()) refuse_others(named, told);
    }

    /// What the client believes to have and does not get: it must stop using it (RFC 8415 18.3.4, 18.3.5).
    void refuse_others(const Named& named, ToldIa& told) const {
        for (const auto& lease : named) {
            const bool answered =
                std::ranges::find(told.leases, lease.unit, &ToldLease::unit) != told.leases.end();
            if (names_a_unit(lease) && !answered) told.leases.push_back({lease.unit, 0, 0, {}});
        }
    }

    ToldLease grant(Candidate candidate, const IaLease& hint) {
        settle(context_, *candidate.subnet, candidate.pool);
        if (candidate.pool != nullptr &&
            std::ranges::find(pools_, candidate.pool) == pools_.end())
            pools_.push_back(candidate.pool);
        if (granted_in_ == nullptr) granted_in_ = candidate.subnet;
        settle_name(candidate);
        const bool renewal = is_renewal(context_, *candidate.subnet, candidate.row);
        auto terms = terms_for(context_, hint, renewal);
        const auto excluded = excluded_from(context_, candidate.unit);
        const Prefix unit = candidate.unit;
        if (candidate.allocated) done_.advances.push_back(unit);
        if (commits())
            commit(std::move(candidate), renewal, terms);
        else
            offer(candidate);
        preferred_min_ = std::min(preferred_min_, terms.preferred);
        return {unit, terms.preferred, terms.valid, excluded};
    }

    /// The leases of addresses carry the client's name; it is found out with the first of them.
    void settle_name(const Candidate& candidate) {
        if (context_.kind != LeaseKind::na) {
            context_.name = {};
            return;
        }
        if (!name_) {
            const auto& ddns = ddns_of(context_.config, *candidate.subnet, candidate.pool);
            name_ = resolve_name(read_client_fqdn(*context_.request.message, ddns), context_.source,
                                 context_.classes, context_.config, ddns, context_.host,
                                 candidate.unit.address);
        }
        context_.name = *name_;
    }

    void offer(const Candidate& candidate) {
        if (candidate.own && is_live(*candidate.row, context_.now)) return;  // it is the client's anyway
        const auto pool = candidate.pool == nullptr ? std::nullopt : std::optional{candidate.pool->index};
        done_.holds.push_back({candidate.unit, holder_of(context_, told_.ias.back().leases.size()),
                               candidate.subnet->id, pool, context_.now + OfferTable::hold_time});
    }

    /// @param terms  becomes what is left, when the stored lease is confirmed without a write
    void commit(Candidate candidate, bool renewal, LeaseTerms& terms) {
        const auto& row = candidate.row;
        if (context_.world.offers.of_unit(candidate.unit) != nullptr) done_.release_holds.push_back(candidate.unit);
        auto lease = bound_lease(context_, candidate.unit, row, terms);
        if (candidate.own && is_cached(context_, *row, lease)) {
            terms = remaining_terms(*row, context_.now);
            const auto stat = context_.kind == LeaseKind::pd ? Stat::v6_ia_pd_lease_reuses
                                                             : Stat::v6_ia_na_lease_reuses;
            done_.counts.push_back({stat, candidate.subnet->id});
            return;
        }
        const auto cause = renewal ? LeaseCause::renewed : LeaseCause::granted;
        done_.changes.push_back(put_change(context_, std::move(lease), row, cause));
    }

    Decision finished() {
        count_conflicts(conflicts_, done_);
        ReplyScopes scopes{&context_.config, granted_in_, {}, context_.host, &context_.classes};
        if (granted_in_ == nullptr) {
            settle(context_, *context_.client.subnet, nullptr);
            scopes.subnet = context_.client.subnet;
            scopes.host = context_.host;
        }
        scopes.pools.assign(pools_.begin(), pools_.end());
        if (granted_in_ != nullptr) told_.times = ia_times(*granted_in_, preferred_min_);
        if (name_) told_.name = &*name_;
        told_.now = context_.now;
        done_.reply = make_reply(context_.request, scopes, told_);
        return std::move(done_);
    }

    Context& context_;
    RequestKind kind_;
    Told told_;
    Done done_;
    boost::container::small_vector<Lease, 2> lost_;  // rows of the present IA that the client does not keep
    boost::container::small_vector<const PoolConfig*, 2> pools_;
    const SubnetConfig* granted_in_ = nullptr;
    std::optional<ClientName> name_;
    ReservationConflicts conflicts_;
    std::uint32_t preferred_min_ = infinite_lifetime;
};

/// Nothing is known about the client's link. A REBIND goes to every server: another one may know.
Decision without_subnet(const Context& context) {
    const auto kind = context.request.kind;
    if (kind == RequestKind::rebind)
        return dropped(DropReason::no_subnet, "no subnet fits where the packet came from");
    auto told = told_of(context.request);
    for (const auto& ia : context.request.message->ias()) {
        if (ia.kind == LeaseKind::ta) continue;
        const bool renews = kind == RequestKind::renew;
        told.ias.push_back({.kind = ia.kind,
                            .iaid = ia.iaid,
                            .status = renews ? StatusCode::no_binding : no_lease_status(ia.kind),
                            .text = "This server knows no subnet where the client is."});
    }
    Done done;
    done.reply =
        make_reply(context.request, {&context.config, nullptr, {}, context.client.host, &context.classes}, told);
    return done;
}

}  // namespace

Decision decide_leases(Context& context) {
    if (context.client.subnet == nullptr) return without_subnet(context);
    return LeaseDecision{context}.run();
}

Decision decide_remaining(Context& context) {
    const auto silence = [](std::string why) {
        return dropped(DropReason::store_unavailable, "the lease database is away" + std::move(why));
    };
    if (context.client.subnet == nullptr) return silence(", and no subnet fits");
    Told told;
    Done done;
    std::uint32_t preferred_min = infinite_lifetime;
    const SubnetConfig* subnet = nullptr;
    for (const auto& ia : context.request.message->ias()) {
        context.kind = ia.kind;
        context.iaid = iaid_of(context, ia);
        ToldIa answer{.kind = ia.kind, .iaid = ia.iaid};
        for (const auto& row : leases_of_client(context)) {
            if (context.world.pending.busy(row.address)) return Wait{row.address};
            const auto& of_row = *subnet_on_link(context, row.subnet_id);
            const auto* pool = pool_of(context.config, of_row, row.address);
            if (!is_live(row, context.now) || !may_have(context, of_row, pool, row.address)) continue;
            if (subnet == nullptr) subnet = &of_row;
            settle(context, of_row, pool);
            const auto terms = remaining_terms(row, context.now);
            preferred_min = std::min(preferred_min, terms.preferred);
            answer.leases.push_back(
                {row.address, terms.preferred, terms.valid, excluded_from(context, row.address)});
        }
        // An IA of which nothing is known for sure is left out: its client goes on asking.
        if (!answer.leases.empty()) told.ias.push_back(std::move(answer));
    }
    if (told.ias.empty()) return silence(", and it has no lease here that could be confirmed");
    told.times = ia_times(*subnet, preferred_min);
    done.reply =
        make_reply(context.request, {&context.config, subnet, {}, context.host, &context.classes}, told);
    return done;
}

}  // namespace leasehold::v6
