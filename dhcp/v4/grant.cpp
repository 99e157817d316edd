// The DHCPv4 side of making a lease.
#include "dhcp/v4/grant.hpp"

#include "dhcp/ddns_names.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/v4/client_name.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {

namespace {

std::optional<RelayWords> relay_words(const Context& context) {
    if (!context.subnet().store_extended_info) return std::nullopt;
    const auto information = context.request.message->option(option::relay_agent_information);
    return information ? std::optional{RelayWords{*information, {}}} : std::nullopt;
}

}  // namespace

void settle(Context& context, const SubnetConfig& subnet, const PoolConfig* pool, Ipv4 address) {
    leasehold::settle(context, subnet, pool);
    if (address.is_zero()) return;  // nobody to name
    const auto& ddns = ddns_of(context.config, subnet, pool);
    context.name = resolve_name(read_client_name(*context.request.message, ddns), context.source,
                                context.classes, context.config, ddns, context.host, to_ipv6(address));
}

ReplyScopes scopes_of(const Context& context) {
    ReplyScopes scopes{&context.config, &context.subnet(), {}, context.host, &context.classes};
    if (context.pool != nullptr) scopes.pools.push_back(context.pool);
    return scopes;
}

std::uint32_t lifetime_for(const Context& context, bool renewal) {
    if (context.request.bootp) return infinite_lifetime;
    const auto range = valid_range(context);
    if (!renewal && is_nearly_full(context)) return range.min;
    return granted_lifetime(range, context.request.message->option_u32(option::lease_time));
}

std::uint32_t offer_lifetime_for(const Context& context) {
    return of_classes(context, &ClientClassConfig::offer_lifetime).value_or(context.subnet().offer_lifetime);
}

Lease bound_lease(const Context& context, const Prefix& unit, const std::optional<Lease>& row,
                  std::uint32_t lifetime) {
    return leasehold::bound_lease(context, unit, row, {.valid = lifetime}, relay_words(context));
}

}  // namespace leasehold::v4
