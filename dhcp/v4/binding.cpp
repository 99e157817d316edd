// Looking up leases for one client. Not here: changing them (grant), choosing an address (allocate).
#include "dhcp/v4/binding.hpp"

#include <algorithm>

#include "dhcp/subnet.hpp"
#include "dhcp/v4/lifetimes.hpp"

namespace leasehold::v4 {

namespace {

void keep_own(LeaseRows& rows, const Context& context) {
    const auto is_other = [&](const Lease& row) {
        return !belongs_to(row, context.request) || subnet_on_link(context, row.subnet_id) == nullptr;
    };
    rows.erase(std::remove_if(rows.begin(), rows.end(), is_other), rows.end());
}

}  // namespace

bool is_on_link(const Context& context, const SubnetConfig& subnet) {
    const auto& selected = *context.request.subnet;
    if (&subnet == &selected) return true;
    return subnet.shared_network && subnet.shared_network == selected.shared_network &&
           admits(subnet.guard, context.classes);
}

const SubnetConfig* subnet_on_link(const Context& context, std::uint32_t subnet_id) {
    const auto& selected = *context.request.subnet;
    if (subnet_id == selected.id) return &selected;
    if (!selected.shared_network) return nullptr;
    const auto* subnet = context.config.subnet(subnet_id);
    return subnet != nullptr && is_on_link(context, *subnet) ? subnet : nullptr;
}

const SubnetConfig* subnet_with(const Context& context, Ipv4 address) {
    const auto& selected = *context.request.subnet;
    if (contains(selected.network, address)) return &selected;
    if (!selected.shared_network) return nullptr;
    const auto& subnets = context.config.subnets;
    const auto place = context.config.subnet_index->by_address(
        to_ipv6(address), [&](std::size_t candidate) { return is_on_link(context, subnets[candidate]); });
    return place ? &subnets[*place] : nullptr;
}

bool belongs_to(const Lease& row, const Request& request) {
    if (row.state == LeaseState::declined) return false;
    if (!row.client_id.empty() && !request.client_id.empty()) return row.client_id == request.client_id;
    return !row.hwaddr.empty() && row.hwaddr == request.hwaddr;
}

std::optional<std::optional<Lease>> row_of(const Context& context, const Prefix& unit) {
    auto row = context.world.table.find(unit);
    if (row || context.world.table_complete) return row;
    const auto& fresh = context.facts.fresh;
    const auto found = std::ranges::find(fresh, unit, &FreshRow::address);
    if (found == fresh.end()) return std::nullopt;
    return found->row;
}

LeaseRows leases_of_client(const Context& context) {
    const auto& request = context.request;
    LeaseRows rows;
    if (!request.client_id.empty()) {
        rows = context.world.table.by_client_id(view(request.client_id));
        keep_own(rows, context);
    }
    if (rows.empty() && !request.hwaddr.empty()) {
        rows = context.world.table.by_hwaddr(view(request.hwaddr));
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

Claim claim_on(const Context& context, const SubnetConfig& subnet, const std::optional<Lease>& row) {
    if (!row) return Claim::free;
    if (row->subnet_id == subnet.id && belongs_to(*row, context.request)) return Claim::own;
    return is_reusable(*row, context.now, context.config.lease_reuse_grace) ? Claim::ended : Claim::foreign;
}

bool is_renewal(const Context& context, const SubnetConfig& subnet, const std::optional<Lease>& row) {
    return claim_on(context, subnet, row) == Claim::own && row->state == LeaseState::assigned;
}

bool is_set_aside(const World& world, const Prefix& unit) {
    return world.set_aside && world.set_aside(unit);
}

bool is_live(const Lease& row, LeaseTime now) {
    return row.state == LeaseState::assigned && !is_expired(row, now);
}

}  // namespace leasehold::v4
