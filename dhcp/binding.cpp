// Looking up leases for one client. Not here: changing them (grant), choosing an address (allocate).
#include "dhcp/binding.hpp"

#include <algorithm>

#include "dhcp/subnet.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/lifetimes.hpp"

namespace leasehold {

namespace {

void keep_own(LeaseRows& rows, const DecisionContext& context) {
    const auto is_other = [&](const Lease& row) {
        return !belongs_to(row, context) || subnet_on_link(context, row.subnet_id) == nullptr;
    };
    rows.erase(std::remove_if(rows.begin(), rows.end(), is_other), rows.end());
}

/// A delegated prefix need not lie in its subnet's network: its pool, or its reservation, tells.
const SubnetConfig* subnet_with_pool(const DecisionContext& context, const Prefix& unit) {
    const SubnetConfig* found = nullptr;
    any_subnet_on_link(context.config, *context.client.subnet, context.classes, [&](const SubnetConfig& subnet) {
        const bool has = find_pool(subnet, unit) != nullptr ||
                         is_reserved_for(context.client, context.config, subnet, context.kind, unit);
        if (has) found = &subnet;
        return has;
    });
    return found;
}

}  // namespace

bool is_on_link(const DecisionContext& context, const SubnetConfig& subnet) {
    const auto& selected = *context.client.subnet;
    if (&subnet == &selected) return true;
    return subnet.shared_network && subnet.shared_network == selected.shared_network &&
           admits(subnet.guard, context.classes);
}

const SubnetConfig* subnet_on_link(const DecisionContext& context, std::uint32_t subnet_id) {
    const auto& selected = *context.client.subnet;
    if (subnet_id == selected.id) return &selected;
    if (!selected.shared_network) return nullptr;
    const auto* subnet = context.config.subnet(subnet_id);
    return subnet != nullptr && is_on_link(context, *subnet) ? subnet : nullptr;
}

const SubnetConfig* subnet_with(const DecisionContext& context, const Prefix& unit) {
    const auto& selected = *context.client.subnet;
    if (context.kind == LeaseKind::pd) return subnet_with_pool(context, unit);
    if (contains(selected.network, unit.address)) return &selected;
    if (!selected.shared_network) return nullptr;
    const auto& subnets = context.config.subnets;
    const auto place = context.config.subnet_index->by_address(
        unit.address, [&](std::size_t candidate) { return is_on_link(context, subnets[candidate]); });
    return place ? &subnets[*place] : nullptr;
}

bool belongs_to(const Lease& row, const DecisionContext& context) {
    if (row.state == LeaseState::declined) return false;
    const auto& client = context.client;
    if (row.kind != LeaseKind::v4 || context.kind != LeaseKind::v4)
        return row.state != LeaseState::registered && row.kind == context.kind &&
               row.iaid == context.iaid && row.duid == client.duid;
    if (!row.client_id.empty() && !client.client_id.empty()) return row.client_id == client.client_id;
    return !row.hwaddr.empty() && row.hwaddr == client.hwaddr;
}

std::optional<std::optional<Lease>> row_of(const DecisionContext& context, const Prefix& unit) {
    auto row = context.world.table.find(unit);
    if (row || context.world.table_complete) return row;
    const auto& fresh = context.facts.fresh;
    const auto found = std::ranges::find(fresh, unit, &FreshRow::address);
    if (found == fresh.end()) return std::nullopt;
    return found->row;
}

void expect_look_up(const DecisionContext& context) {
    const auto& client = context.client;
    const auto& table = context.world.table;
    if (context.config.family == Family::v4) {
        table.expect_look_up(view(client.client_id), view(client.hwaddr));
    } else {
        table.expect_look_up(view(client.duid), {});
    }
    if (client.subnet != nullptr && !client.subnet->pools.empty())
        context.world.pools.expect(client.subnet->pools.front().index);
}

bool knows_leases_of_client(const DecisionContext& context) {
    if (context.world.table_complete) return true;
    const auto* const stored = context.world.stored_clients;
    if (stored == nullptr) return false;
    const auto& client = context.client;
    if (context.kind != LeaseKind::v4) return !stored->may_have(view(client.duid));
    return !stored->may_have(view(client.client_id)) && !stored->may_have(view(client.hwaddr));
}

LeaseRows leases_of_client(const DecisionContext& context) {
    const auto& client = context.client;
    const auto& id = context.kind == LeaseKind::v4 ? client.client_id : client.duid;
    LeaseRows rows;
    if (!id.empty()) {
        rows = context.world.table.by_client_id(view(id));
        keep_own(rows, context);
    }
    if (rows.empty() && context.kind == LeaseKind::v4 && !client.hwaddr.empty()) {
        rows = context.world.table.by_hwaddr(view(client.hwaddr));
        keep_own(rows, context);
    }
    if (rows.size() > 1) {
        // Live before ended, then the latest; the address makes the order the same every time.
        std::ranges::sort(rows, [&](const Lease& a, const Lease& b) {
            const bool a_live = is_live(a, context.now), b_live = is_live(b, context.now);
            if (a_live != b_live) return a_live;
            return a.cltt != b.cltt ? a.cltt > b.cltt : a.address < b.address;
        });
    }
    return rows;
}

Claim claim_on(const DecisionContext& context, const SubnetConfig& subnet, const std::optional<Lease>& row) {
    if (!row) return Claim::free;
    if (row->subnet_id == subnet.id && belongs_to(*row, context)) return Claim::own;
    return is_reusable(*row, context.now, context.config.lease_reuse_grace) ? Claim::ended : Claim::foreign;
}

bool is_renewal(const DecisionContext& context, const SubnetConfig& subnet, const std::optional<Lease>& row) {
    return claim_on(context, subnet, row) == Claim::own && row->state == LeaseState::assigned;
}

bool is_set_aside(const World& world, const Prefix& unit) {
    return world.set_aside && world.set_aside(unit);
}

bool is_live(const Lease& row, LeaseTime now) {
    return row.state == LeaseState::assigned && !is_expired(row, now);
}

}  // namespace leasehold
