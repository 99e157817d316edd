// Reading a message as a request: accept rules, its kind, its subnet, its client. Each rule stands beside the
// sentence of the RFC that it comes from. Not here: the answer (decide).
#include "dhcp/v4/request.hpp"

#include <algorithm>

#include "dhcp/classify.hpp"
#include "dhcp/decision_observer.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/subnet.hpp"
#include "dhcp/v4/classify.hpp"
#include "dhcp/v4/hosts.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/packet_source.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

const SubnetConfig* at(const ServerConfig& config, std::optional<std::size_t> place) {
    return place ? &config.subnets[*place] : nullptr;
}

/// RFC 3527 link selection, else RFC 3011 subnet selection: the address names the client's link, whatever
/// giaddr says. 0.0.0.0 names none.
std::optional<Ipv4> selected_link(const MessageView& message, const CompatibilityConfig& compatibility) {
    if (!compatibility.ignore_rai_link_selection) {
        const auto link = message.relay_suboption(rai::link_selection);
        if (link && link->size() == 4) {
            const Ipv4 address{read_u32(link->data())};
            if (!address.is_zero()) return address;
        }
    }
    const auto selection = message.option_ipv4(option::subnet_selection);
    return selection && !selection->is_zero() ? selection : std::nullopt;
}

/// RFC 5107: a relay that stands in for the server names the address under which clients know it.
std::optional<Ipv4> server_id_override(const MessageView& message) {
    const auto bytes = message.relay_suboption(rai::server_id_override);
    if (!bytes || bytes->size() != 4) return std::nullopt;
    return Ipv4{read_u32(bytes->data())};
}

std::optional<Ipv4> configured_server_id(const OptionSet& options) {
    const auto* found = find_option(options, option::server_identifier);
    if (found == nullptr || found->bytes.size() != 4) return std::nullopt;
    return Ipv4{read_u32(found->bytes.data())};
}

/// Of the first of the classes, in the order of assignment, that has one.
std::optional<Ipv4> server_id_of_classes(const ServerConfig& config, const ClassSet& classes) {
    for (const auto* of : config.defined(classes))
        if (const auto configured = configured_server_id(of->options)) return configured;
    return std::nullopt;
}

/// Does a class of the packet have this server identifier?
bool is_server_id_of_classes(const ServerConfig& config, const ClassSet& classes, Ipv4 named) {
    return std::ranges::any_of(config.defined(classes), [&](const ClientClassConfig* of) {
        return configured_server_id(of->options) == named;
    });
}

/// Is this server the one that option 54 names?
bool names_us(const MessageView& message, Ipv4 named, const ServerConfig& config, const ClassSet& classes,
              const LocalAddresses& local) {
    if (config.compatibility.ignore_dhcp_server_identifier) return true;
    return server_id_override(message) == named || local.is_local(named) ||
           configured_server_id(config.options) == named ||
           config.subnet_index->is_server_identifier(named) ||
           is_server_id_of_classes(config, classes, named);
}

/// The address of ours that the packet was sent to; a broadcast came to the interface's own.
Ipv4 local_address(const Arrival& arrival, const LocalAddresses& local) {
    const bool to_us = !arrival.destination.is_zero() && !arrival.destination.is_broadcast() &&
                       local.is_local(arrival.destination);
    return to_us ? arrival.destination : arrival.interface_address;
}

/// What goes into option 54: the override, else the configured one of the first scope that has it, else the
/// local address.
Ipv4 server_identifier(const Request& request, const ServerConfig& config) {
    if (const auto override = server_id_override(*request.message)) return *override;
    if (const auto* subnet = request.subnet; subnet != nullptr && config.subnet_index->has_server_identifiers()) {
        if (const auto configured = configured_server_id(subnet->options)) return *configured;
        if (subnet->shared_network) {
            const auto& network = config.shared_networks[*subnet->shared_network];
            if (const auto configured = configured_server_id(network.options)) return *configured;
        }
    }
    if (const auto configured = server_id_of_classes(config, request.classes)) return *configured;
    return configured_server_id(config.options).value_or(request.local_address);
}

/// RFC 2131 4.3.2, table 4: what is filled in tells in which state the client is.
RequestKind kind_of_request(const MessageView& message, const Arrival& arrival) {
    if (message.has(option::server_identifier)) return RequestKind::selecting;
    if (!message.ciaddr().is_zero()) {
        // A relayed one was broadcast: renewing clients send straight to the server.
        const bool broadcast = arrival.destination.is_broadcast() || !message.giaddr().is_zero();
        return broadcast ? RequestKind::rebinding : RequestKind::renewing;
    }
    if (message.has(option::requested_address)) return RequestKind::init_reboot;
    return RequestKind::selecting;  // names nothing: gets what a DISCOVER would, as Kea does
}

std::optional<RequestKind> kind_of(const MessageView& message, const Arrival& arrival) {
    switch (message.type()) {
        case MessageType::discover: return RequestKind::discover;
        case MessageType::request: return kind_of_request(message, arrival);
        case MessageType::release: return RequestKind::release;
        case MessageType::decline: return RequestKind::decline;
        case MessageType::inform: return RequestKind::inform;
        case MessageType::none: return RequestKind::selecting;  // BOOTP: gets an address as it asks for one
        default: return std::nullopt;
    }
}

/// RFC 2131 table 5: what a message of this kind must and must not carry. @return what is wrong; empty:
/// nothing.
std::string_view violation_in(const MessageView& message, const Arrival& arrival, RequestKind kind) {
    if (message.chaddr().empty() && !message.has(option::client_identifier)) {
        return "neither a hardware address nor a client identifier";
    }
    switch (kind) {
        case RequestKind::discover:
            return message.has(option::server_identifier) ? "a DHCPDISCOVER must not name a server" : "";
        case RequestKind::release: return message.ciaddr().is_zero() ? "a DHCPRELEASE needs ciaddr" : "";
        case RequestKind::decline:
            return message.has(option::requested_address) ? "" : "a DHCPDECLINE needs the requested address";
        case RequestKind::inform:
            return message.ciaddr().is_zero() && message.giaddr().is_zero() && arrival.source.is_zero()
                       ? "a DHCPINFORM without ciaddr, giaddr and source cannot be answered"
                       : "";
        default: return "";
    }
}

/// RELEASE and DECLINE get no answer.
bool is_answered(RequestKind kind) {
    return kind != RequestKind::release && kind != RequestKind::decline;
}

/// What stands in for option 61 with flex-id and replace-client-id, whether or not hosts are looked up by it:
/// type 0 and the value, as Kea makes it. Too long for a client identifier: the client's own stays.
Octets flexible_client_id(const Request& request, const ServerConfig& config,
                          const ExpressionSource& source) {
    const auto value = flex_identifier(config, source, request.classes);
    if (value.empty() || value.size() >= client_id_size_max) return {};
    Octets id{0};
    id.insert(id.end(), value.begin(), value.end());
    return id;
}

/// The identity that leases are compared with. Client identifiers are opaque, RFC 4361 ones too. Without a
/// hardware address the client identifier is all there is, so match-client-id cannot switch it off.
void read_identity(Request& request, const ServerConfig& config, const ExpressionSource& source) {
    const auto& message = *request.message;
    if (const auto id = message.option(option::client_identifier)) request.sent_client_id = to_octets(*id);
    request.hwaddr = to_octets(message.chaddr());
    request.hwtype = message.htype();
    const bool match = request.subnet == nullptr || request.subnet->match_client_id;
    if (match || request.hwaddr.empty()) {
        if (config.flex_id_replaces_client_id)
            request.client_id = flexible_client_id(request, config, source);
        if (request.client_id.empty()) request.client_id = request.sent_client_id;
    }
    if (request.client_id.empty()) {
        request.client = {IdentityKind::hardware_address, request.hwaddr};
    } else {
        request.client = {IdentityKind::client_id, request.client_id};
    }
}

std::optional<Drop> dropped_by_class(const Request& request) {
    if (!request.classes.has(class_id::drop)) return std::nullopt;
    return Drop{DropReason::admin_filtered, "it is in the class DROP"};
}

}  // namespace

const SubnetConfig* select_subnet(const MessageView& message, const Arrival& arrival,
                                  const ServerConfig& config, const ClassSet& classes) {
    const auto& index = *config.subnet_index;
    const auto takes = [&](std::size_t place) {
        const auto& subnet = config.subnets[place];
        prefetch_subnet(subnet);
        return admits(config, subnet, classes);
    };
    const auto found = [&](std::optional<std::size_t> place, const SubnetClue& clue) {
        const auto* const subnet = at(config, place);
        if (decision_observer != nullptr) decision_observer->on_subnet(clue, classes, subnet);
        return subnet;
    };
    const auto by_address = [&](Ipv4 address, std::string_view whose) {
        const auto key = to_ipv6(address);
        return found(index.by_address(key, takes), {whose, {}, key});
    };
    if (const auto* const carrier = arrival.carrier)
        return found(index.by_carrier(*carrier, takes), {"the DHCPv6 message around it", carrier->interface, {}});
    if (const auto link = selected_link(message, config.compatibility))
        return by_address(*link, "the link that the packet names (option 82.5 or 118)");
    const auto giaddr = message.giaddr();
    if (!giaddr.is_zero()) {
        const auto relay = to_ipv6(giaddr);
        if (const auto listed = index.by_relay(relay, takes))
            return found(listed, {"the relay, which the subnet lists", {}, relay});
        return by_address(giaddr, "the relay's address (giaddr)");
    }
    // A broadcast came from the link that it arrived on, whatever ciaddr says.
    if (!message.ciaddr().is_zero() && !arrival.destination.is_broadcast())
        return by_address(message.ciaddr(), "the client's address (ciaddr)");
    if (!arrival.source.is_zero() && !arrival.source.is_broadcast())
        return by_address(arrival.source, "the packet's source address");
    if (const auto named = index.by_interface(arrival.interface_name, takes))
        return found(named, {"the interface, which the subnet names", arrival.interface_name, {}});
    if (arrival.interface_address.is_zero())
        return found(std::nullopt, {"the interface, which has no address", arrival.interface_name, {}});
    return by_address(arrival.interface_address, "the interface's address");
}

Result<Request, Drop> read_request(const MessageView& message, const Arrival& arrival,
                                   const ServerConfig& config, const LocalAddresses& local) {
    const auto refuse = [](Drop drop) { return std::unexpected(std::move(drop)); };
    const bool bootp = message.type() == MessageType::none;
    if (bootp && !config.answers_bootp) {
        return refuse({DropReason::rfc_violation, "BOOTP: option 53 is missing"});
    }
    const auto kind = kind_of(message, arrival);
    if (!kind) return refuse({DropReason::unknown_type, "a message type that servers do not answer"});

    Request request;
    request.message = &message;
    request.arrival = arrival;
    request.kind = *kind;
    request.bootp = bootp;
    const PacketSource source{message, arrival};
    classify(source, message, config, request.classes);
    if (auto drop = dropped_by_class(request)) return refuse(std::move(*drop));

    if (const auto named = message.option_ipv4(option::server_identifier)) {
        if (!names_us(message, *named, config, request.classes, local)) {
            return refuse({DropReason::not_for_us, "meant for the server " + to_string(*named)});
        }
    }
    const auto wrong = violation_in(message, arrival, *kind);
    if (!wrong.empty()) return refuse({DropReason::rfc_violation, std::string{wrong}});

    if (!config.hosts->empty())
        request.identifiers = read_identifiers(message, config, source, request.classes);
    look_for_early_host(request, config, source);
    if (auto drop = dropped_by_class(request)) return refuse(std::move(*drop));
    request.subnet = select_subnet(message, arrival, config, request.classes);
    request.local_address = local_address(arrival, local);
    read_identity(request, config, source);
    return request;
}

std::optional<Drop> complete_request(Request& request, const ServerConfig& config) {
    if (request.subnet != nullptr) prefetch_contents(*request.subnet);
    look_for_host(request, config);
    classify_after_hosts(PacketSource{*request.message, request.arrival}, config, request.classes);
    if (auto drop = dropped_by_class(request)) return drop;
    request.server_address = server_identifier(request, config);
    if (request.server_address.is_zero() && is_answered(request.kind)) {
        return Drop{DropReason::processing_failed,
                    "interface " + std::string{request.arrival.interface_name} +
                        " has no IPv4 address yet, so there is no server identifier to answer with"};
    }
    return std::nullopt;
}

Result<Request, Drop> read_complete_request(const MessageView& message, const Arrival& arrival,
                                            const ServerConfig& config, const LocalAddresses& local) {
    auto request = read_request(message, arrival, config, local);
    if (!request) return request;
    if (auto drop = complete_request(*request, config)) return std::unexpected(std::move(*drop));
    return request;
}

std::string_view to_string(RequestKind kind) {
    switch (kind) {
        case RequestKind::discover: return "DISCOVER";
        case RequestKind::selecting: return "REQUEST (selecting)";
        case RequestKind::init_reboot: return "REQUEST (init-reboot)";
        case RequestKind::renewing: return "REQUEST (renewing)";
        case RequestKind::rebinding: return "REQUEST (rebinding)";
        case RequestKind::release: return "RELEASE";
        case RequestKind::decline: return "DECLINE";
        case RequestKind::inform: return "INFORM";
    }
    return "unknown";
}

}  // namespace leasehold::v4
