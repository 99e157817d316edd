// Looking up leases for one client. Not here: changing them (grant), choosing an address (allocate).
#include "dhcp/v4/binding.hpp"

#include <algorithm>

#include "dhcp/v4/lifetimes.hpp"

namespace leasehold::v4 {

namespace {

void keep_own(LeaseRows& rows, const Context& context) {
    const auto is_other = [&](const Lease& row) {
        return row.subnet_id != context.subnet().id || !belongs_to(row, context.request);
    };
    rows.erase(std::remove_if(rows.begin(), rows.end(), is_other), rows.end());
}

}  // namespace

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

Claim claim_on(const Context& context, const std::optional<Lease>& row) {
    if (!row) return Claim::free;
    if (row->subnet_id == context.subnet().id && belongs_to(*row, context.request)) return Claim::own;
    return is_reusable(*row, context.now, context.config.lease_reuse_grace) ? Claim::ended : Claim::foreign;
}

const PoolConfig* pool_of(const ServerConfig& config, const SubnetConfig& subnet, Ipv4 address) {
    const auto unit = to_prefix(address);
    const auto found = std::ranges::find_if(subnet.pools, [&](const PoolConfig& pool) {
        return pool.range.first.address <= unit.address && unit.address <= pool.range.last.address;
    });
    return found == subnet.pools.end() || is_excluded(config, subnet, address) ? nullptr : &*found;
}

bool is_set_aside(const World& world, const Prefix& unit) {
    return world.set_aside && world.set_aside(unit);
}

bool is_live(const Lease& row, LeaseTime now) {
    return row.state == LeaseState::assigned && !is_expired(row, now);
}

}  // namespace leasehold::v4
