// Rows and changes for one client. The rules of versions and of taking over are in lease_store.hpp.
#include "dhcp/v4/grant.hpp"

#include "dhcp/lease_context.hpp"
#include "dhcp/v4/classify.hpp"
#include "dhcp/v4/ddns_names.hpp"
#include "dhcp/v4/hosts.hpp"
#include "dhcp/v4/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/packet_source.hpp"

namespace leasehold::v4 {

namespace {

Octets relay_octets(const MessageView& message, std::uint8_t code) {
    const auto bytes = message.relay_suboption(code);
    return bytes ? to_octets(*bytes) : Octets{};
}

void add_additional_classes(Context& context) {
    const auto& subnet = context.subnet();
    const std::vector<ClassId> none;
    const auto& of_pool = context.pool == nullptr ? none : context.pool->additional_classes;
    const auto& of_network = subnet.shared_network
                                 ? context.config.shared_networks[*subnet.shared_network].additional_classes
                                 : none;
    if (of_pool.empty() && subnet.additional_classes.empty() && of_network.empty()) return;
    const PacketSource source{*context.request.message, context.request.arrival};
    for (const auto* list : {&of_pool, &subnet.additional_classes, &of_network})
        classify_additional(source, context.config, *list, context.classes);
}

/// What a class says first; nullopt: none of them says anything.
template <class Value>
std::optional<Value> of_classes(const Context& context, std::optional<Value> ClientClassConfig::*member) {
    for (const auto* of : context.config.defined(context.classes))
        if (of->*member) return of->*member;
    return std::nullopt;
}

/// Has the subnet given out so much of its pools that new leases are short?
bool is_nearly_full(const Context& context) {
    const auto& subnet = context.subnet();
    if (!subnet.adaptive_lease_time_threshold || subnet.allocator != AllocatorKind::flq) return false;
    double taken = 0, capacity = 0;
    for (const auto& pool : subnet.pools) {
        const auto counts = context.world.pools.counts(pool.index);
        taken += static_cast<double>(counts.taken);
        capacity += static_cast<double>(counts.capacity);
    }
    return capacity > 0 && taken >= *subnet.adaptive_lease_time_threshold * capacity;
}

/// The relay's words are taken down where that is wanted. A client that renews straight with the server has
/// no relay at that moment: what the last one said stands (as with Kea, and stash-agent-options lives on it).
OptionBytes relay_information_of(const Context& context) {
    if (!context.subnet().store_extended_info) return std::nullopt;
    return context.request.message->option(option::relay_agent_information);
}

/// The user context of a lease: the classes whose leases are counted, and the relay's words, beside whatever
/// else is in the one so far.
std::string noted(const Context& context, const std::string& before) {
    LeaseNotes notes;
    if (context.world.counts != nullptr) {
        for (const auto* of : context.config.defined(context.classes))
            if (of->limits.address_limit) notes.client_classes.push_back(of->name);
    }
    if (const auto relay = relay_information_of(context)) {
        notes.relay_information.assign(relay->begin(), relay->end());
    } else if (!before.empty()) {
        notes.relay_information = read_notes(before).relay_information;
    }
    // Nothing to note and nothing noted, as nearly always: no text is read.
    const bool nothing = notes.client_classes.empty() && notes.relay_information.empty();
    return nothing && before.empty() ? std::string{} : with_notes(before, notes);
}

}  // namespace

void settle(Context& context, const SubnetConfig& subnet, const PoolConfig* pool, Ipv4 address) {
    const auto& request = context.request;
    context.chosen = &subnet;
    context.pool = pool;
    context.host = &subnet == request.subnet ? request.host : host_in(request, context.config, subnet);
    if (context.host != nullptr)  // a subnet without a network has added them already
        for (const auto id : context.host->classes) context.classes.add(id);
    add_additional_classes(context);
    if (address.is_zero()) return;  // nobody to name
    context.name = resolve_name(request, context.classes, context.config,
                                ddns_of(context.config, subnet, pool), context.host, address);
}

ReplyScopes scopes_of(const Context& context) {
    return {&context.config, &context.subnet(), context.pool, context.host, &context.classes};
}

std::uint32_t lifetime_for(const Context& context, bool renewal) {
    if (context.request.bootp) return infinite_lifetime;
    const auto range =
        of_classes(context, &ClientClassConfig::valid_lifetime).value_or(context.subnet().valid_lifetime);
    if (!renewal && is_nearly_full(context)) return range.min;
    return granted_lifetime(range, context.request.message->option_u32(option::lease_time));
}

std::uint32_t offer_lifetime_for(const Context& context) {
    return of_classes(context, &ClientClassConfig::offer_lifetime).value_or(context.subnet().offer_lifetime);
}

Lease bound_lease(const Context& context, Ipv4 address, const std::optional<Lease>& row,
                  std::uint32_t lifetime) {
    const auto& request = context.request;
    const bool own = claim_on(context, context.subnet(), row) == Claim::own;
    Lease lease;
    lease.address = to_prefix(address);
    lease.subnet_id = context.subnet().id;
    lease.pool_id = context.pool == nullptr ? 0 : context.pool->pool_id;
    lease.client_id = request.client_id;
    lease.hwaddr = request.hwaddr;
    lease.hwtype = request.hwtype;
    lease.hostname = context.name.text;
    lease.fqdn_fwd = context.name.fqdn_fwd;
    lease.fqdn_rev = context.name.fqdn_rev;
    lease.user_context = noted(context, own ? row->user_context : std::string{});
    if (relay_information_of(context)) {
        lease.relay_id = relay_octets(*request.message, rai::relay_id);
        lease.remote_id = relay_octets(*request.message, rai::remote_id);
    } else if (own) {
        lease.relay_id = row->relay_id;
        lease.remote_id = row->remote_id;
    }
    start_lifetime(lease, lifetime, context.now, own ? row->hold_until : LeaseTime{});
    lease.version = row ? row->version + 1 : context.first_version;
    lease.last_writer = context.config.server_id;
    return lease;
}

Lease declined_lease(const Context& context, const Prefix& unit, std::uint32_t subnet_id,
                     std::uint32_t pool_id, const std::optional<Lease>& row) {
    Lease lease;
    lease.address = unit;
    lease.subnet_id = subnet_id;
    lease.pool_id = pool_id;
    if (row) lease.hwtype = row->hwtype;
    lease.state = LeaseState::declined;
    start_lifetime(lease, context.config.decline_probation_period, context.now, LeaseTime{});
    lease.version = row ? row->version + 1 : context.first_version;
    lease.last_writer = context.config.server_id;
    return lease;
}

LeaseChange put_change(const Context& context, Lease lease, const std::optional<Lease>& row,
                       LeaseCause cause) {
    Put put{std::move(lease), false, 0, {}};
    if (row && !belongs_to(*row, context.request)) {
        put.takes_over = true;
        put.grace_seconds = context.config.lease_reuse_grace;
        put.now = context.now;
    }
    return {std::move(put), cause};
}

LeaseChange erase_change(const Lease& row, LeaseCause cause) {
    return {Erase{row.address, row.version}, cause};
}

bool is_cached(const Context& context, const Lease& row, const Lease& renewed) {
    return is_fresh_enough(row, context.subnet(), renewed.valid_lifetime, context.now) &&
           row.pool_id == renewed.pool_id && row.client_id == renewed.client_id &&
           row.hwaddr == renewed.hwaddr && row.hwtype == renewed.hwtype && row.hostname == renewed.hostname &&
           row.fqdn_fwd == renewed.fqdn_fwd && row.fqdn_rev == renewed.fqdn_rev &&
           row.relay_id == renewed.relay_id && row.remote_id == renewed.remote_id &&
           row.user_context == renewed.user_context;
}

}  // namespace leasehold::v4
