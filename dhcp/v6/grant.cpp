// The DHCPv6 side of making a lease.
#include "dhcp/v6/grant.hpp"

#include <algorithm>
#include <cmath>

#include "dhcp/lease_context.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/v6/next_hop.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/v6/reconfigure.hpp"

namespace leasehold::v6 {

namespace {

RelayNote note_of(const RelayView& relay) {
    RelayNote note{relay.hop_count(), relay.link_address(), relay.peer_address(), {}};
    for (const Option& option : relay.options()) {
        if (option.code == option::relay_msg) continue;
        const auto* const header = option.payload.data() - option_header_size;
        note.options.insert(note.options.end(), header, option.payload.data() + option.payload.size());
    }
    return note;
}

std::optional<RelayWords> relay_words(const Context& context) {
    const auto& message = *context.request.message;
    if (!context.subnet().store_extended_info || !message.is_relayed()) return std::nullopt;
    RelayWords words;
    for (const RelayView& relay : message.relays()) words.relays.push_back(note_of(relay));
    return words;
}

/// Where the prefix's route leads, for a restart. What does not show in this message stays as it was noted.
void note_next_hop(const Context& context, std::string& notes) {
    if (!context.subnet().prefix_routes.install) {
        notes = with_next_hop(notes, std::nullopt);
        return;
    }
    const auto& arrival = context.request.arrival;
    const auto hop = next_hop_of(*context.request.message, arrival.source, arrival.interface_name);
    if (hop) notes = with_next_hop(notes, hop);
}

std::uint32_t default_preferred(std::uint32_t valid) {
    return valid == infinite_lifetime ? valid : static_cast<std::uint32_t>(std::uint64_t{valid} * 5 / 8);
}

std::uint32_t share_of(double share, std::uint32_t lifetime) {
    if (lifetime == infinite_lifetime) return infinite_lifetime;
    return static_cast<std::uint32_t>(std::lround(share * lifetime));
}

std::optional<std::uint32_t> as_wish(std::uint32_t seconds) {
    return seconds == 0 ? std::nullopt : std::optional{seconds};
}

/// The bits of `place` between the two lengths, within `unit`.
Prefix within(const Prefix& unit, const Prefix& place) {
    const auto own_bits = ~Uint128{0} >> unit.length;
    const auto bits = to_uint128(masked(place.address, place.length)) & own_bits;
    return {to_ipv6(to_uint128(unit.address) | bits), place.length};
}

}  // namespace

LeaseTerms terms_for(const DecisionContext& context, const IaLease& wish, bool renewal) {
    const auto range = valid_range(context);
    const bool short_one = !renewal && is_nearly_full(context);
    LeaseTerms terms;
    terms.valid = short_one ? range.min : granted_lifetime(range, as_wish(wish.valid));
    auto preferred = of_classes(context, &ClientClassConfig::preferred_lifetime);
    if (!preferred) preferred = context.subnet().preferred_lifetime;
    terms.preferred = preferred ? (short_one ? preferred->min
                                             : granted_lifetime(*preferred, as_wish(wish.preferred)))
                                : default_preferred(terms.valid);
    if (terms.preferred == 0 || terms.preferred > terms.valid) terms.preferred = default_preferred(terms.valid);
    return terms;
}

LeaseTerms remaining_terms(const Lease& row, LeaseTime now) {
    const auto valid = remaining_lifetime(row, now);
    if (row.preferred_lifetime == infinite_lifetime) return {valid, row.preferred_lifetime};
    const auto age = std::max<std::int64_t>((now - row.cltt).count(), 0);
    const auto left = std::max<std::int64_t>(row.preferred_lifetime - age, 0);
    return {valid, static_cast<std::uint32_t>(left)};
}

IaTimes ia_times(const SubnetConfig& subnet, std::uint32_t preferred_min) {
    IaTimes times;
    const bool computes = subnet.calculate_tee_times;
    times.t2 = subnet.rebind_timer.value_or(computes ? share_of(subnet.t2_percent, preferred_min) : 0);
    times.t1 = subnet.renew_timer.value_or(computes ? share_of(subnet.t1_percent, preferred_min) : 0);
    const bool both_infinite = times.t1 == infinite_lifetime && times.t2 == infinite_lifetime;
    if (times.t2 != 0 && times.t1 >= times.t2 && !both_infinite) times.t1 = 0;
    return times;
}

Lease bound_lease(const Context& context, const Prefix& unit, const std::optional<Lease>& row,
                  const LeaseTerms& terms) {
    auto lease = leasehold::bound_lease(context, unit, row, terms, relay_words(context));
    if (context.kind == LeaseKind::pd) note_next_hop(context, lease.user_context);
    const bool accepts = accepts_reconfigure(context.request, context.config);
    lease.user_context = with_reconfigure_note(
        lease.user_context, accepts ? std::optional{reconfigure_note(context.request)} : std::nullopt);
    return lease;
}

std::optional<Prefix> excluded_from(const Context& context, const Prefix& unit) {
    if (context.kind != LeaseKind::pd || !context.request.message->requests(option::pd_exclude))
        return std::nullopt;
    if (const auto* host = context.host) {
        const auto place = std::ranges::find(host->addresses, unit) - host->addresses.begin();
        const auto at = static_cast<std::size_t>(place);
        if (at < host->addresses.size() && at < host->excluded.size() && host->excluded[at].length != 0)
            return host->excluded[at];
    }
    if (context.pool == nullptr || !context.pool->excluded_prefix) return std::nullopt;
    return within(unit, *context.pool->excluded_prefix);
}

}  // namespace leasehold::v6
