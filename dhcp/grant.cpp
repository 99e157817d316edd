// Rows and changes for one client. The rules of versions and of taking over are in lease_store.hpp.
#include "dhcp/grant.hpp"

#include "dhcp/classify.hpp"
#include "dhcp/decision_observer.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/lifetimes.hpp"

namespace leasehold {

namespace {

void add_additional_classes(DecisionContext& context) {
    const auto& subnet = context.subnet();
    const std::vector<ClassId> none;
    const auto& of_pool = context.pool == nullptr ? none : context.pool->additional_classes;
    const auto& of_network = subnet.shared_network
                                 ? context.config.shared_networks[*subnet.shared_network].additional_classes
                                 : none;
    if (of_pool.empty() && subnet.additional_classes.empty() && of_network.empty()) return;
    for (const auto* list : {&of_pool, &subnet.additional_classes, &of_network})
        classify_additional(context.source, context.config, *list, context.classes);
}

/// The user context of a lease: the classes whose leases are counted, and the relays' words, beside whatever
/// else is in the one so far.
std::string noted(const DecisionContext& context, const std::optional<RelayWords>& relay, const std::string& before) {
    LeaseNotes notes;
    if (context.world.counts != nullptr) {
        for (const auto* of : context.config.defined(context.classes))
            if (of->limits.address_limit || of->limits.prefix_limit) notes.client_classes.push_back(of->name);
    }
    if (relay) {
        notes.relay_information.assign(relay->information.begin(), relay->information.end());
        notes.relays = relay->relays;
    } else if (!before.empty()) {
        auto kept = read_notes(before);
        notes.relay_information = std::move(kept.relay_information);
        notes.relays = std::move(kept.relays);
    }
    // Nothing to note and nothing noted, as nearly always: no text is read.
    const bool nothing = notes == LeaseNotes{};
    return nothing && before.empty() ? std::string{} : with_notes(before, notes);
}

}  // namespace

void settle(DecisionContext& context, const SubnetConfig& subnet, const PoolConfig* pool) {
    const auto& client = context.client;
    context.chosen = &subnet;
    context.pool = pool;
    context.host = &subnet == client.subnet ? client.host : host_in(client, context.config, subnet);
    if (context.host != nullptr)  // a subnet without a network has added them already
        for (const auto id : context.host->classes) context.classes.add(id);
    add_additional_classes(context);
    if (decision_observer != nullptr) decision_observer->on_settled(context);
}

LifetimeRange valid_range(const DecisionContext& context) {
    return of_classes(context, &ClientClassConfig::valid_lifetime).value_or(context.subnet().valid_lifetime);
}

bool is_nearly_full(const DecisionContext& context) {
    const auto& subnet = context.subnet();
    if (!subnet.adaptive_lease_time_threshold) return false;
    double taken = 0, capacity = 0;
    for (const auto& pool : subnet.pools) {
        if (pool.kind != context.kind || allocator_of(subnet, pool) != AllocatorKind::flq) continue;
        const auto counts = context.world.pools.counts(pool.index);
        taken += static_cast<double>(counts.taken);
        capacity += static_cast<double>(counts.capacity);
    }
    return capacity > 0 && taken >= *subnet.adaptive_lease_time_threshold * capacity;
}

Lease bound_lease(const DecisionContext& context, const Prefix& unit, const std::optional<Lease>& row,
                  const LeaseTerms& terms, const std::optional<RelayWords>& relay) {
    const auto& client = context.client;
    const bool own = claim_on(context, context.subnet(), row) == Claim::own;
    Lease lease;
    lease.address = unit;
    lease.kind = context.kind;
    lease.subnet_id = context.subnet().id;
    lease.pool_id = context.pool == nullptr ? 0 : context.pool->pool_id;
    lease.client_id = client.client_id;
    lease.duid = client.duid;
    lease.iaid = context.iaid;
    lease.hwaddr = client.hwaddr;
    lease.hwtype = client.hwtype;
    lease.hwaddr_source = client.hwaddr_source;
    lease.preferred_lifetime = terms.preferred;
    lease.hostname = context.name.text;
    lease.fqdn_fwd = context.name.fqdn_fwd;
    lease.fqdn_rev = context.name.fqdn_rev;
    lease.user_context = noted(context, relay, own ? row->user_context : std::string{});
    if (relay) {
        auto identities = relay_identities(relay->information, relay->relays);
        lease.relay_id = std::move(identities.relay_id);
        lease.remote_id = std::move(identities.remote_id);
    } else if (own) {
        lease.relay_id = row->relay_id;
        lease.remote_id = row->remote_id;
    }
    start_lifetime(lease, terms.valid, context.now, own ? row->hold_until : LeaseTime{});
    lease.version = row ? row->version + 1 : context.first_version;
    lease.last_writer = context.config.server_id;
    return lease;
}

Lease declined_lease(const DecisionContext& context, const Prefix& unit, std::uint32_t subnet_id,
                     std::uint32_t pool_id, const std::optional<Lease>& row) {
    Lease lease;
    lease.address = unit;
    lease.kind = context.kind;
    lease.subnet_id = subnet_id;
    lease.pool_id = pool_id;
    if (row) lease.hwtype = row->hwtype;
    lease.state = LeaseState::declined;
    start_lifetime(lease, context.config.decline_probation_period, context.now, LeaseTime{});
    lease.version = row ? row->version + 1 : context.first_version;
    lease.last_writer = context.config.server_id;
    return lease;
}

Lease released_lease(const DecisionContext& context, Lease row) {
    row.state = LeaseState::released;
    row.preferred_lifetime = 0;
    start_lifetime(row, 0, context.now, LeaseTime{});
    row.version += 1;
    row.last_writer = context.config.server_id;
    return row;
}

Change release_change(const DecisionContext& context, Lease row) {
    if (!context.config.expiration.keeps_affinity() || row.valid_lifetime == infinite_lifetime)
        return erase_change(row, LeaseCause::released);
    return Put{.lease = released_lease(context, std::move(row)), .cause = LeaseCause::released};
}

Change put_change(const DecisionContext& context, Lease lease, const std::optional<Lease>& row, LeaseCause cause) {
    Put put{.lease = std::move(lease), .cause = cause};
    if (row && !belongs_to(*row, context)) {
        put.takes_over = true;
        put.grace_seconds = context.config.lease_reuse_grace;
        put.now = context.now;
    }
    return put;
}

Change erase_change(const Lease& row, LeaseCause cause) {
    return Erase{row.address, row.version, cause};
}

bool is_cached(const DecisionContext& context, const Lease& row, const Lease& renewed) {
    return is_fresh_enough(row, context.subnet(), renewed.valid_lifetime, context.now) &&
           row.pool_id == renewed.pool_id && row.client_id == renewed.client_id &&
           row.hwaddr == renewed.hwaddr && row.hwtype == renewed.hwtype &&
           row.preferred_lifetime == renewed.preferred_lifetime && row.hostname == renewed.hostname &&
           row.fqdn_fwd == renewed.fqdn_fwd && row.fqdn_rev == renewed.fqdn_rev &&
           row.relay_id == renewed.relay_id && row.remote_id == renewed.remote_id &&
           row.user_context == renewed.user_context;
}

}  // namespace leasehold
