// Reading a message as a request: accept rules, its kind, its subnet, its client. Each rule stands beside the
// section of RFC 8415 that it comes from. Not here: the answer (decide).
#include "dhcp/v6/request.hpp"

#include <algorithm>
#include <ranges>

#include "dhcp/classify.hpp"
#include "dhcp/decision_observer.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/subnet.hpp"
#include "dhcp/v6/classify.hpp"
#include "dhcp/v6/hardware_address.hpp"
#include "dhcp/v6/next_hop.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/v6/packet_source.hpp"

namespace leasehold::v6 {

namespace {

enum class Presence : std::uint8_t { required, forbidden, either };

struct KindRule {
    MessageType type;
    RequestKind kind;
    Presence client_id, server_id;
    std::string_view rfc;
};

/// RFC 8415 16.2 to 16.12, RFC 9686 4.2.
constexpr std::array kind_rules{
    KindRule{MessageType::solicit, RequestKind::solicit, Presence::required, Presence::forbidden, "8415 16.2"},
    KindRule{MessageType::request, RequestKind::request, Presence::required, Presence::required, "8415 16.4"},
    KindRule{MessageType::confirm, RequestKind::confirm, Presence::required, Presence::forbidden, "8415 16.5"},
    KindRule{MessageType::renew, RequestKind::renew, Presence::required, Presence::required, "8415 16.6"},
    KindRule{MessageType::rebind, RequestKind::rebind, Presence::required, Presence::forbidden, "8415 16.7"},
    KindRule{MessageType::decline, RequestKind::decline, Presence::required, Presence::required, "8415 16.8"},
    KindRule{MessageType::release, RequestKind::release, Presence::required, Presence::required, "8415 16.9"},
    KindRule{MessageType::information_request, RequestKind::information_request, Presence::either,
             Presence::either, "8415 16.12"},
    KindRule{MessageType::addr_reg_inform, RequestKind::address_registration, Presence::required,
             Presence::forbidden, "9686 4.2"},
};

const KindRule* rule_of(MessageType type) {
    const auto found = std::ranges::find(kind_rules, type, &KindRule::type);
    return found == kind_rules.end() ? nullptr : &*found;
}

bool is_of_use_as_link(const Ipv6& address) {
    const bool unspecified = address == Ipv6{};
    return !unspecified && !is_link_local(address);
}

/// What one kind of message must and must not carry. @return what is wrong; empty: nothing.
std::string violation_in(const MessageView& message, const KindRule& rule) {
    const auto said = [&](std::string_view what) {
        return std::string{to_string(message.type())}.append(what).append(" (RFC ").append(rule.rfc).append(")");
    };
    const auto clients = message.count(option::client_id), servers = message.count(option::server_id);
    if (clients > 1 || servers > 1) return said(" with the same identifier option twice");
    if (rule.client_id == Presence::required && clients == 0) return said(" without a client identifier");
    if (rule.server_id == Presence::required && servers == 0) return said(" without a server identifier");
    if (rule.server_id == Presence::forbidden && servers != 0) return said(" must not name a server");
    if (rule.kind == RequestKind::information_request && !message.ias().empty())
        return said(" must not carry an IA");
    return {};
}

/// RFC 8415 18.4, and RFC 9915, which does away with unicast to servers: clients send to the multicast group.
bool is_wrongly_unicast(const MessageView& message, const Arrival& arrival) {
    return !message.is_relayed() && arrival.destination != Ipv6{} && !is_multicast(arrival.destination);
}

void read_identity(Request& request, const ServerConfig& config) {
    const auto& message = *request.message;
    request.duid = to_octets(message.duid());
    if (auto found = find_hardware_address(message, request.arrival, config.mac_sources)) {
        request.hwaddr = std::move(found->hardware.octets);
        request.hwtype = found->hardware.type;
        request.hwaddr_source = found->source;
    }
    if (!request.duid.empty()) {
        request.client = {IdentityKind::duid, request.duid};
        return;
    }
    // An INFORMATION-REQUEST may come from nobody in particular.
    const auto from = client_address_of(message, request.arrival.source);
    request.client = {IdentityKind::hardware_address, to_octets(from.bytes)};
}

/// flex-id with replace-client-id: leases go by the value of its expression instead of the DUID, as a DUID of type
/// 0. Too long for one: the client's own stays. Answers echo what was sent.
void replace_identity(Request& request, const ServerConfig& config, const ExpressionSource& source) {
    constexpr std::size_t type_size = 2;
    if (!config.flex_id_replaces_client_id || request.duid.empty()) return;
    const auto value = flex_identifier(config, source, request.classes);
    if (value.empty() || value.size() + type_size > duid_size_max) return;
    request.duid = {0, 0};
    request.duid.insert(request.duid.end(), value.begin(), value.end());
    request.client = {IdentityKind::duid, request.duid};
}

HostIdentifiers read_identifiers(const Request& request, const ServerConfig& config,
                                 const ExpressionSource& source) {
    HostIdentifiers identifiers;
    for (const auto type : config.host_identifiers) {
        Octets bytes;
        switch (type) {
            case HostIdentifierType::hw_address: bytes = request.hwaddr; break;
            case HostIdentifierType::duid: bytes = to_octets(request.message->duid()); break;
            case HostIdentifierType::flex_id: bytes = flex_identifier(config, source, request.classes); break;
            case HostIdentifierType::circuit_id:
            case HostIdentifierType::client_id: break;  // DHCPv4 has these
        }
        if (!bytes.empty()) identifiers.push_back({type, std::move(bytes)});
    }
    return identifiers;
}

std::optional<Drop> dropped_by_class(const Request& request) {
    if (!request.classes.has(class_id::drop)) return std::nullopt;
    return Drop{DropReason::admin_filtered, "it is in the class DROP"};
}

}  // namespace

OptionBytes interface_id_of(const MessageView& message) {
    for (const auto& relay : message.relays() | std::views::reverse)  // from the client outward
        if (const auto id = relay.option(option::interface_id)) return id;
    return std::nullopt;
}

std::optional<Ipv6> link_address_of(const MessageView& message) {
    for (const auto& relay : message.relays() | std::views::reverse)
        if (const auto link = relay.link_address(); is_of_use_as_link(link)) return link;
    return std::nullopt;
}

const SubnetConfig* select_subnet(const MessageView& message, const Arrival& arrival,
                                  const ServerConfig& config, const ClassSet& classes) {
    const auto& index = *config.subnet_index;
    const auto takes = [&](std::size_t place) {
        const auto& subnet = config.subnets[place];
        prefetch_subnet(subnet);
        return admits(config, subnet, classes);
    };
    const auto found = [&](std::optional<std::size_t> place, const SubnetClue& clue) {
        const auto* const subnet = place ? &config.subnets[*place] : nullptr;
        if (decision_observer != nullptr) decision_observer->on_subnet(clue, classes, subnet);
        return subnet;
    };
    const auto by_address = [&](const Ipv6& address, std::string_view whose) {
        return found(index.by_address(address, takes), {whose, {}, address});
    };
    if (!message.is_relayed()) {
        const auto interface = arrival.interface_name;
        if (const auto named = index.by_interface(interface, takes))
            return found(named, {"the interface, which the subnet names", interface, {}});
        if (is_of_use_as_link(arrival.source)) return by_address(arrival.source, "the packet's source address");
        // Kea stops here; an operator whose subnet is on the interface means it, whether or not he says so.
        if (arrival.interface_address == Ipv6{})
            return found(std::nullopt, {"the interface, which has no global address", interface, {}});
        return by_address(arrival.interface_address, "the interface's address");
    }
    if (const auto id = interface_id_of(message))
        if (const auto named = index.by_interface_id(*id, takes))
            return found(named, {"the relay's interface-id", as_text(*id), {}});
    const auto link = link_address_of(message);
    if (!link) return found(std::nullopt, {"the relays' link addresses, of which none is of use", {}, {}});
    if (const auto listed = index.by_relay(*link, takes))
        return found(listed, {"the relay, which the subnet lists", {}, *link});
    return by_address(*link, "the relay's link address");
}

Result<Request, Drop> read_request(const MessageView& message, const Arrival& arrival,
                                   const ServerConfig& config) {
    const auto refuse = [](DropReason reason, std::string why) {
        return std::unexpected(Drop{reason, std::move(why)});
    };
    const auto* rule = rule_of(message.type());
    if (rule == nullptr) return refuse(DropReason::unknown_type, "a message type that servers do not answer");
    const auto named = message.server_id();
    if (!named.empty() && !same_octets(named, view(config.duid)))
        return refuse(DropReason::not_for_us, "meant for the server " + to_hex(named));
    if (is_wrongly_unicast(message, arrival))
        return refuse(DropReason::rfc_violation, "sent to " + to_string(arrival.destination) +
                                                     ", while clients must send to the multicast group");
    if (auto wrong = violation_in(message, *rule); !wrong.empty())
        return refuse(DropReason::rfc_violation, std::move(wrong));

    Request request;
    request.message = &message;
    request.arrival = arrival;
    request.kind = rule->kind;
    read_identity(request, config);
    const PacketSource source{message, arrival, request.hwaddr};
    classify(source, message, config, request.classes);
    if (auto drop = dropped_by_class(request)) return std::unexpected(std::move(*drop));
    replace_identity(request, config, source);
    if (!config.hosts->empty()) request.identifiers = read_identifiers(request, config, source);
    look_for_early_host(request, config, source);
    if (auto drop = dropped_by_class(request)) return std::unexpected(std::move(*drop));
    request.subnet = select_subnet(message, arrival, config, request.classes);
    request.rapid_commit = request.kind == RequestKind::solicit && request.subnet != nullptr &&
                           request.subnet->rapid_commit && message.has(option::rapid_commit);
    return request;
}

std::optional<Drop> complete_request(Request& request, const ServerConfig& config) {
    if (request.subnet != nullptr) prefetch_contents(*request.subnet);
    look_for_host(request, config);
    classify_after_hosts(PacketSource{*request.message, request.arrival, request.hwaddr}, config,
                         request.classes);
    return dropped_by_class(request);
}

Result<Request, Drop> read_complete_request(const MessageView& message, const Arrival& arrival,
                                            const ServerConfig& config) {
    auto request = read_request(message, arrival, config);
    if (!request) return request;
    if (auto drop = complete_request(*request, config)) return std::unexpected(std::move(*drop));
    return request;
}

std::string_view to_string(RequestKind kind) {
    switch (kind) {
        case RequestKind::solicit: return "SOLICIT";
        case RequestKind::request: return "REQUEST";
        case RequestKind::confirm: return "CONFIRM";
        case RequestKind::renew: return "RENEW";
        case RequestKind::rebind: return "REBIND";
        case RequestKind::release: return "RELEASE";
        case RequestKind::decline: return "DECLINE";
        case RequestKind::information_request: return "INFORMATION-REQUEST";
        case RequestKind::address_registration: return "ADDR-REG-INFORM";
    }
    return "unknown";
}

}  // namespace leasehold::v6
