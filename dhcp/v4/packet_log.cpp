#include "dhcp/v4/packet_log.hpp"

#include <optional>

#include "dhcp/log.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

constexpr std::size_t hlen_offset = 2, yiaddr_offset = 16, chaddr_offset = 28, chaddr_size_max = 16;

/// The client as its hardware address; a datagram too short for one says so.
std::string client_text(std::span<const std::uint8_t> datagram) {
    if (datagram.size() < chaddr_offset + chaddr_size_max) return "a short datagram";
    const std::size_t size = std::min<std::size_t>(datagram[hlen_offset], chaddr_size_max);
    return size == 0 ? "a client without hardware address" : to_hex(datagram.subspan(chaddr_offset, size));
}

std::string yiaddr_text(const Reply& reply) {
    return to_string(Ipv4{read_u32(reply.bytes.data() + yiaddr_offset)});
}

std::optional<Stat> drop_stat(DropReason reason) {
    switch (reason) {
        case DropReason::parse_failed: return Stat::pkt4_parse_failed;
        case DropReason::rfc_violation:
        case DropReason::unknown_type: return Stat::pkt4_rfc_violation;
        case DropReason::not_for_us: return Stat::pkt4_not_for_us;
        case DropReason::service_disabled: return Stat::pkt4_service_disabled;
        case DropReason::queue_full:
        case DropReason::too_old: return Stat::pkt4_queue_full;
        case DropReason::duplicate: return Stat::pkt4_duplicate;
        case DropReason::store_unavailable:
        case DropReason::row_rejected:
        case DropReason::processing_failed: return Stat::pkt4_processing_failed;
        case DropReason::admin_filtered: return Stat::pkt4_admin_filtered;
        case DropReason::limit_exceeded: return Stat::pkt4_limit_exceeded;
        case DropReason::none:
        case DropReason::no_subnet:
        case DropReason::no_address:
        case DropReason::not_our_client:
        case DropReason::unknown_address:
        case DropReason::not_the_holder: return std::nullopt;
    }
    return std::nullopt;
}

void log_change(const std::string& client, std::uint32_t subnet_id, const LeaseChange& change) {
    const std::string address = to_string(address_of(change.change));
    const auto* put = std::get_if<Put>(&change.change);
    const std::uint32_t seconds = put == nullptr ? 0 : put->lease.valid_lifetime;
    switch (change.cause) {
        case LeaseCause::granted:
        case LeaseCause::renewed:
            log(MessageId::DHCP4_LEASE_ALLOC,
                {{"client", client}, {"address", address}, {"seconds", seconds}, {"subnet", subnet_id}});
            break;
        case LeaseCause::offered: break;  // the OFFER says it
        case LeaseCause::released:
            log(MessageId::DHCP4_RELEASE, {{"client", client}, {"address", address}});
            break;
        case LeaseCause::declined:
            log(MessageId::DHCP4_DECLINE_LEASE,
                {{"client", client}, {"address", address}, {"seconds", seconds}});
            break;
        case LeaseCause::moved:
        case LeaseCause::reclaimed:
        case LeaseCause::probation_over:
        case LeaseCause::removed: break;
    }
}

}  // namespace

Stat received_stat(MessageType type) {
    switch (type) {
        case MessageType::discover: return Stat::pkt4_discover_received;
        case MessageType::offer: return Stat::pkt4_offer_received;
        case MessageType::request: return Stat::pkt4_request_received;
        case MessageType::decline: return Stat::pkt4_decline_received;
        case MessageType::ack: return Stat::pkt4_ack_received;
        case MessageType::nak: return Stat::pkt4_nak_received;
        case MessageType::release: return Stat::pkt4_release_received;
        case MessageType::inform: return Stat::pkt4_inform_received;
        case MessageType::lease_query: return Stat::pkt4_lease_query_received;
        default: return Stat::pkt4_unknown_received;
    }
}

Stat sent_stat(MessageType type) {
    switch (type) {
        case MessageType::offer: return Stat::pkt4_offer_sent;
        case MessageType::nak: return Stat::pkt4_nak_sent;
        default: return Stat::pkt4_ack_sent;
    }
}

void count_drop(Statistics& statistics, DropReason reason) {
    const auto stat = drop_stat(reason);
    if (!stat) return;
    statistics.add(*stat);
    statistics.add(Stat::pkt4_receive_drop);
}

void log_received(std::span<const std::uint8_t> datagram, std::string_view interface, MessageType type,
                  Ipv4 source, Ipv4 destination) {
    if (!log_enabled(MessageId::DHCP4_PACKET_RECEIVED)) return;
    log(MessageId::DHCP4_PACKET_RECEIVED, {{"client", client_text(datagram)},
                                           {"interface", interface},
                                           {"type", to_string(type)},
                                           {"source", to_string(source)},
                                           {"destination", to_string(destination)},
                                           {"size", datagram.size()}});
}

void log_sent(std::span<const std::uint8_t> query, std::string_view interface, const Reply& reply) {
    if (!log_enabled(MessageId::DHCP4_PACKET_SENT)) return;
    log(MessageId::DHCP4_PACKET_SENT, {{"client", client_text(query)},
                                       {"interface", interface},
                                       {"type", to_string(MessageType{reply.type})},
                                       {"destination", to_string(reply.destination.address)},
                                       {"size", reply.bytes.size()}});
}

void log_drop(std::span<const std::uint8_t> datagram, std::string_view interface, MessageType type,
              const Drop& drop) {
    if (drop.reason == DropReason::no_address)
        log(MessageId::ALLOC_ENGINE_V4_ALLOC_FAIL,
            {{"client", client_text(datagram)}, {"detail", drop.detail}});
    if (!log_enabled(MessageId::DHCP4_PACKET_DROP)) return;
    log(MessageId::DHCP4_PACKET_DROP, {{"client", client_text(datagram)},
                                       {"interface", interface},
                                       {"type", to_string(type)},
                                       {"reason", to_string(drop.reason)},
                                       {"detail", drop.detail}});
}

void log_conflicts(std::span<const std::uint8_t> query, const Done& done) {
    for (const Prefix& address : done.reservation_conflicts)
        log(MessageId::ALLOC_ENGINE_V4_DISCOVER_ADDRESS_CONFLICT,
            {{"client", client_text(query)}, {"address", to_string(to_ipv4(address))}});
}

void log_decision(std::span<const std::uint8_t> query, std::uint32_t subnet_id, const Done& done) {
    if (!log_enabled(MessageId::DHCP4_LEASE_ALLOC) && !log_enabled(MessageId::DHCP4_LEASE_OFFER)) return;
    const std::string client = client_text(query);
    for (const LeaseChange& change : done.changes) log_change(client, subnet_id, change);
    if (!done.reply) return;
    const Reply& reply = *done.reply;
    if (MessageType{reply.type} == MessageType::offer) {
        log(MessageId::DHCP4_LEASE_OFFER,
            {{"client", client}, {"address", yiaddr_text(reply)}, {"subnet", subnet_id}});
    } else if (MessageType{reply.type} == MessageType::nak) {
        log(MessageId::DHCP4_NAK, {{"client", client}, {"detail", done.refusal}});
    } else if (done.changes.empty() && read_u32(reply.bytes.data() + yiaddr_offset) != 0) {
        log(MessageId::DHCP4_LEASE_REUSE, {{"client", client}, {"address", yiaddr_text(reply)}});
    }
}

}  // namespace leasehold::v4
