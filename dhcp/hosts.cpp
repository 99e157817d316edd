// Looking up hosts and what is kept for them. The table itself: dhcp/reservation.
#include "dhcp/hosts.hpp"

#include <algorithm>

#include "dhcp/classify.hpp"
#include "dhcp/log.hpp"
#include "dhcp/subnet.hpp"

namespace leasehold {

namespace {

/// Does any subnet that the client may get an address of know it?
bool is_known(ClientRequest& request, const ServerConfig& config) {
    if (request.classes.has(class_id::known)) return true;  // an early global host
    const auto& hosts = *config.hosts;
    if (request.subnet == nullptr || hosts.empty()) return false;
    if (request.global_host == nullptr && hosts.has_global())
        request.global_host = find_host(config, 0, request.identifiers);
    return any_subnet_on_link(config, *request.subnet, request.classes, [&](const SubnetConfig& subnet) {
        return host_in(request, config, subnet) != nullptr;
    });
}

bool is_of_kind(const Prefix& unit, LeaseKind kind) {
    return (unit.length == 128) == (kind != LeaseKind::pd);
}

void add_units(const ServerConfig& config, const SubnetConfig& subnet, LeaseKind kind, const Reservation* host,
               ReservedUnits& units) {
    if (host == nullptr) return;
    for (const auto& unit : host->addresses) {
        if (!is_of_kind(unit, kind)) continue;
        // A global host's address may be of any subnet. A prefix need not lie in its subnet.
        if (kind != LeaseKind::pd && !contains(subnet.network, unit.address)) continue;
        const auto* pool = pool_of(config, subnet, unit);
        if (pool != nullptr && subnet.reservations_out_of_pool) continue;
        units.push_back({unit, host, pool});
    }
}

}  // namespace

Octets flex_identifier(const ServerConfig& config, const ExpressionSource& source, const ClassSet& classes) {
    if (!config.flex_id) return {};
    Expression::Output value;
    if (const auto done = config.flex_id->evaluate(source, classes, value); !done) {
        log(MessageId::EXPRESSION_ERROR, {{"what", "identifier-expression"}, {"reason", done.error()}});
        return {};
    }
    return {value.begin(), value.end()};
}

const Reservation* find_host(const ServerConfig& config, std::uint32_t subnet_id,
                             const HostIdentifiers& identifiers) {
    for (const auto& identifier : identifiers) {
        if (const auto* host = config.hosts->find(subnet_id, identifier.type, view(identifier.bytes)))
            return host;
    }
    return nullptr;
}

const Reservation* host_in(const ClientRequest& request, const ServerConfig& config,
                           const SubnetConfig& subnet) {
    if (config.hosts->empty()) return nullptr;
    if (subnet.reservations_in_subnet) {
        if (const auto* own = find_host(config, subnet.id, request.identifiers)) return own;
    }
    return subnet.reservations_global ? request.global_host : nullptr;
}

void look_for_early_host(ClientRequest& request, const ServerConfig& config, const ExpressionSource& source) {
    if (!config.early_global_reservations || !config.hosts->has_global()) return;
    request.global_host = find_host(config, 0, request.identifiers);
    if (request.global_host == nullptr) return;
    for (const auto id : request.global_host->classes) request.classes.add(id);
    request.classes.add(class_id::known);
    classify_after_hosts(source, config, request.classes);
}

void look_for_host(ClientRequest& request, const ServerConfig& config) {
    request.classes.add(is_known(request, config) ? class_id::known : class_id::unknown);
    if (request.subnet == nullptr) {
        request.host = request.global_host;
        return;
    }
    request.host = host_in(request, config, *request.subnet);
    if (request.host == nullptr) return;
    if (request.subnet->shared_network && request.host != request.global_host) return;
    for (const auto id : request.host->classes) request.classes.add(id);
}

ReservedUnits reserved_units(const ClientRequest& request, const ServerConfig& config,
                             const SubnetConfig& subnet, LeaseKind kind) {
    ReservedUnits units;
    const auto* host = host_in(request, config, subnet);
    add_units(config, subnet, kind, host, units);
    // The subnet's host may only have options; its address may be in the global one.
    if (units.empty() && host != nullptr && host != request.global_host && subnet.reservations_global)
        add_units(config, subnet, kind, request.global_host, units);
    return units;
}

bool is_reserved_for(const ClientRequest& request, const ServerConfig& config, const SubnetConfig& subnet,
                     LeaseKind kind, const Prefix& unit) {
    const auto units = reserved_units(request, config, subnet, kind);
    return std::ranges::find(units, unit, &ReservedUnit::unit) != units.end();
}

bool is_kept_for_other(const ClientRequest& request, const ServerConfig& config, const SubnetConfig& subnet,
                       const PoolConfig* pool, const Prefix& unit) {
    const auto& hosts = *config.hosts;
    if (hosts.empty() || (pool != nullptr && subnet.reservations_out_of_pool)) return false;
    // Most addresses are reserved for nobody: then the client's own host need not be looked up.
    if (subnet.reservations_in_subnet && hosts.is_reserved(subnet.id, unit) &&
        hosts.is_reserved_for_other(subnet.id, unit, find_host(config, subnet.id, request.identifiers)))
        return true;
    return subnet.reservations_global && hosts.has_global() &&
           hosts.is_reserved_for_other(0, unit, request.global_host);
}

const PoolConfig* pool_of(const ServerConfig& config, const SubnetConfig& subnet, const Prefix& unit) {
    return is_excluded(config, subnet, unit) ? nullptr : find_pool(subnet, unit);
}

}  // namespace leasehold
