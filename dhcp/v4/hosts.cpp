// Looking up hosts by what packets say. The table itself: dhcp/reservation.
#include "dhcp/v4/hosts.hpp"

#include <algorithm>

#include "dhcp/log.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {

namespace {

constexpr std::uint8_t rfc4361_type = 255;
constexpr std::size_t type_and_iaid_size = 5;

OctetView duid_of(OptionBytes client_id) {
    if (!client_id || client_id->size() <= type_and_iaid_size || client_id->front() != rfc4361_type)
        return {};
    return client_id->subspan(type_and_iaid_size);
}

Octets identifier_of(HostIdentifierType type, const MessageView& message, const ServerConfig& config,
                     const ExpressionSource& source, const ClassSet& classes) {
    const auto octets = [](OptionBytes bytes) { return bytes ? to_octets(*bytes) : Octets{}; };
    switch (type) {
        case HostIdentifierType::hw_address: return to_octets(message.chaddr());
        case HostIdentifierType::duid: return to_octets(duid_of(message.option(option::client_identifier)));
        case HostIdentifierType::circuit_id: return octets(message.relay_suboption(rai::circuit_id));
        case HostIdentifierType::client_id: return octets(message.option(option::client_identifier));
        case HostIdentifierType::flex_id: return flex_identifier(config, source, classes);
    }
    return {};
}

}  // namespace

Octets flex_identifier(const ServerConfig& config, const ExpressionSource& source, const ClassSet& classes) {
    if (!config.flex_id) return {};
    Expression::Output value;
    if (const auto done = config.flex_id->evaluate(source, classes, value); !done) {
        log(MessageId::DHCP4_EXPRESSION_ERROR, {{"what", "identifier-expression"}, {"reason", done.error()}});
        return {};
    }
    return {value.begin(), value.end()};
}

HostIdentifiers read_identifiers(const MessageView& message, const ServerConfig& config,
                                 const ExpressionSource& source, const ClassSet& classes) {
    HostIdentifiers identifiers;
    for (const auto type : config.host_identifiers) {
        auto bytes = identifier_of(type, message, config, source, classes);
        if (!bytes.empty()) identifiers.push_back({type, std::move(bytes)});
    }
    return identifiers;
}

const Reservation* find_host(const ServerConfig& config, std::uint32_t subnet_id,
                             const HostIdentifiers& identifiers) {
    for (const auto& identifier : identifiers) {
        if (const auto* host = config.hosts->find(subnet_id, identifier.type, view(identifier.bytes)))
            return host;
    }
    return nullptr;
}

const Reservation* host_in(const Request& request, const ServerConfig& config, const SubnetConfig& subnet) {
    if (config.hosts->empty()) return nullptr;
    if (subnet.reservations_in_subnet) {
        if (const auto* own = find_host(config, subnet.id, request.identifiers)) return own;
    }
    return subnet.reservations_global ? request.global_host : nullptr;
}

std::optional<ReservedAddress> reserved_address(const Request& request, const ServerConfig& config,
                                                const SubnetConfig& subnet) {
    const auto address_of = [&](const Reservation* host) -> std::optional<ReservedAddress> {
        if (host == nullptr || host->addresses.empty()) return std::nullopt;
        const auto address = to_ipv4(host->addresses.front());
        // A global host's address may be of any subnet.
        if (!contains(subnet.network, address)) return std::nullopt;
        const auto* pool = pool_of(config, subnet, address);
        if (pool != nullptr && subnet.reservations_out_of_pool) return std::nullopt;
        return ReservedAddress{address, host, pool};
    };
    const auto* host = host_in(request, config, subnet);
    if (auto own = address_of(host)) return own;
    // The subnet's host may only have options; its address may be in the global one.
    if (host == nullptr || host == request.global_host || !subnet.reservations_global) return std::nullopt;
    return address_of(request.global_host);
}

bool is_kept_for_other(const Request& request, const ServerConfig& config, const SubnetConfig& subnet,
                       const PoolConfig* pool, Ipv4 address) {
    const auto& hosts = *config.hosts;
    if (hosts.empty() || (pool != nullptr && subnet.reservations_out_of_pool)) return false;
    const auto unit = to_prefix(address);
    // Most addresses are reserved for nobody: then the client's own host need not be looked up.
    if (subnet.reservations_in_subnet && hosts.is_reserved(subnet.id, unit) &&
        hosts.is_reserved_for_other(subnet.id, unit, find_host(config, subnet.id, request.identifiers)))
        return true;
    return subnet.reservations_global && hosts.has_global() &&
           hosts.is_reserved_for_other(0, unit, request.global_host);
}

const PoolConfig* pool_of(const ServerConfig& config, const SubnetConfig& subnet, Ipv4 address) {
    return is_excluded(config, subnet, address) ? nullptr : find_pool(subnet, to_prefix(address));
}

}  // namespace leasehold::v4
