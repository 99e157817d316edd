// Looking up hosts by what packets say. The table itself: dhcp/reservation.
#include "dhcp/v4/hosts.hpp"

#include <algorithm>

#include "dhcp/hosts.hpp"
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

HostIdentifiers read_identifiers(const MessageView& message, const ServerConfig& config,
                                 const ExpressionSource& source, const ClassSet& classes) {
    HostIdentifiers identifiers;
    for (const auto type : config.host_identifiers) {
        auto bytes = identifier_of(type, message, config, source, classes);
        if (!bytes.empty()) identifiers.push_back({type, std::move(bytes)});
    }
    return identifiers;
}

}  // namespace leasehold::v4
