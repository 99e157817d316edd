#include "dhcp/prefix_route.hpp"

#include "dhcp/lease_context.hpp"

namespace leasehold {

namespace {

/// A configuration that no longer gives the prefix out has taken its route back, too.
bool has_place(const Prefix& prefix, const SubnetConfig& subnet, const ServerConfig& config) {
    return find_pool(subnet, prefix) != nullptr || config.hosts->is_reserved(subnet.id, prefix) ||
           config.hosts->is_reserved(0, prefix);
}

}  // namespace

Prefix destination_of(const Lease& lease) {
    return {masked(lease.address.address, lease.address.length), lease.address.length};
}

std::optional<PrefixRoute> route_of(const Lease& lease, const ServerConfig& config, LeaseTime now) {
    if (lease.kind != LeaseKind::pd || lease.state != LeaseState::assigned || is_expired(lease, now))
        return std::nullopt;
    const auto* subnet = config.subnet(lease.subnet_id);
    if (subnet == nullptr || !subnet->prefix_routes.install || !has_place(lease.address, *subnet, config))
        return std::nullopt;
    const auto& marks = subnet->prefix_routes;
    return PrefixRoute{destination_of(lease), read_next_hop(lease.user_context), marks.table, marks.metric,
                       marks.protocol};
}

}  // namespace leasehold
