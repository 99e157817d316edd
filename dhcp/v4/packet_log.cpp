#include "dhcp/v4/packet_log.hpp"

#include "dhcp/v4/message.hpp"
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

void log_change(const std::string& client, std::uint32_t subnet_id, const Change& change) {
    const std::string address = to_string(address_of(change));
    const auto* put = std::get_if<Put>(&change);
    const std::uint32_t seconds = put == nullptr ? 0 : put->lease.valid_lifetime;
    switch (cause_of(change)) {
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
        case LeaseCause::removed:
        case LeaseCause::edited: break;
    }
}

Stat received_stat(std::uint8_t type) {
    switch (MessageType{type}) {
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

Stat sent_stat(std::uint8_t type) {
    switch (MessageType{type}) {
        case MessageType::offer: return Stat::pkt4_offer_sent;
        case MessageType::nak: return Stat::pkt4_nak_sent;
        default: return Stat::pkt4_ack_sent;
    }
}

std::uint8_t type_of(std::span<const std::uint8_t> datagram) {
    const auto message = MessageView::parse(datagram);
    return message ? static_cast<std::uint8_t>(message->type()) : std::uint8_t{0};
}

std::string_view type_name(std::uint8_t type) {
    return to_string(MessageType{type});
}

void log_decision(std::span<const std::uint8_t> query, std::uint32_t subnet_id, const Done& done) {
    if (!log_enabled(MessageId::DHCP4_LEASE_ALLOC) && !log_enabled(MessageId::DHCP4_LEASE_OFFER)) return;
    const std::string client = client_text(query);
    for (const Change& change : done.changes) log_change(client, subnet_id, change);
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

}  // namespace

const PacketWords packet_words{
    .family = Family::v4,
    .first_type = static_cast<std::uint8_t>(MessageType::discover),
    .stats = {.received = Stat::pkt4_received,
              .sent = Stat::pkt4_sent,
              .receive_drop = Stat::pkt4_receive_drop,
              .parse_failed = Stat::pkt4_parse_failed,
              .rfc_violation = Stat::pkt4_rfc_violation,
              .not_for_us = Stat::pkt4_not_for_us,
              .service_disabled = Stat::pkt4_service_disabled,
              .queue_full = Stat::pkt4_queue_full,
              .duplicate = Stat::pkt4_duplicate,
              .processing_failed = Stat::pkt4_processing_failed,
              .admin_filtered = Stat::pkt4_admin_filtered,
              .limit_exceeded = Stat::pkt4_limit_exceeded},
    .received_stat = &received_stat,
    .sent_stat = &sent_stat,
    .type_name = &type_name,
    .type_of = &type_of,
    .client_text = &client_text,
    .no_lease = MessageId::ALLOC_ENGINE_V4_ALLOC_FAIL,
    .reserved_conflict = MessageId::ALLOC_ENGINE_V4_DISCOVER_ADDRESS_CONFLICT,
    .log_decision = &log_decision,
};

}  // namespace leasehold::v4
