#include "dhcp/v6/packet_log.hpp"

#include <algorithm>

#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

namespace {

/// The client as its DUID, whatever relays are around it.
std::string client_text(std::span<const std::uint8_t> datagram) {
    const auto message = MessageView::parse(datagram);
    if (!message) return "a damaged datagram";
    const auto duid = message->duid();
    return duid.empty() ? "a client without DUID" : to_hex(duid);
}

Stat received_stat(std::uint8_t type) {
    switch (MessageType{type}) {
        case MessageType::solicit: return Stat::pkt6_solicit_received;
        case MessageType::advertise: return Stat::pkt6_advertise_received;
        case MessageType::request: return Stat::pkt6_request_received;
        case MessageType::reply: return Stat::pkt6_reply_received;
        case MessageType::confirm: return Stat::pkt6_confirm_received;  // not in Kea
        case MessageType::renew: return Stat::pkt6_renew_received;
        case MessageType::rebind: return Stat::pkt6_rebind_received;
        case MessageType::decline: return Stat::pkt6_decline_received;
        case MessageType::release: return Stat::pkt6_release_received;
        case MessageType::information_request: return Stat::pkt6_infrequest_received;
        case MessageType::dhcpv4_query: return Stat::pkt6_dhcpv4_query_received;
        case MessageType::dhcpv4_response: return Stat::pkt6_dhcpv4_response_received;
        case MessageType::addr_reg_inform: return Stat::pkt6_addr_reg_inform_received;
        case MessageType::addr_reg_reply: return Stat::pkt6_addr_reg_reply_received;
        case MessageType::lease_query: return Stat::pkt6_lease_query_received;
        default: return Stat::pkt6_unknown_received;
    }
}

Stat sent_stat(std::uint8_t type) {
    switch (MessageType{type}) {
        case MessageType::advertise: return Stat::pkt6_advertise_sent;
        case MessageType::dhcpv4_response: return Stat::pkt6_dhcpv4_response_sent;
        case MessageType::addr_reg_reply: return Stat::pkt6_addr_reg_reply_sent;
        case MessageType::lease_query_reply: return Stat::pkt6_lease_query_reply_sent;
        default: return Stat::pkt6_reply_sent;
    }
}

std::uint8_t type_of(std::span<const std::uint8_t> datagram) {
    const auto message = MessageView::parse(datagram);
    return message ? static_cast<std::uint8_t>(message->type()) : std::uint8_t{0};
}

std::string_view type_name(std::uint8_t type) {
    return to_string(MessageType{type});
}

void log_change(const std::string& client, std::uint32_t subnet_id, const Change& change) {
    const std::string lease = to_string(address_of(change));
    const auto* put = std::get_if<Put>(&change);
    const std::uint32_t seconds = put == nullptr ? 0 : put->lease.valid_lifetime;
    const bool registered = put != nullptr && put->lease.state == LeaseState::registered;
    switch (cause_of(change)) {
        case LeaseCause::granted:
        case LeaseCause::renewed:
            log(registered ? MessageId::DHCP6_ADDRESS_REGISTERED : MessageId::DHCP6_LEASE_ALLOC,
                {{"client", client}, {"lease", lease}, {"seconds", seconds}, {"subnet", subnet_id}});
            break;
        case LeaseCause::released:
            log(MessageId::DHCP6_RELEASE, {{"client", client}, {"lease", lease}});
            break;
        case LeaseCause::declined:
            log(MessageId::DHCP6_DECLINE_LEASE,
                {{"client", client}, {"lease", lease}, {"seconds", seconds}});
            break;
        case LeaseCause::moved:
            log(MessageId::DHCP6_LEASE_REMOVED, {{"client", client}, {"lease", lease}});
            break;
        case LeaseCause::offered:
        case LeaseCause::reclaimed:
        case LeaseCause::probation_over:
        case LeaseCause::removed:
        case LeaseCause::edited: break;
    }
}

void log_decision(std::span<const std::uint8_t> query, std::uint32_t subnet_id, const Done& done) {
    const bool refused =
        std::ranges::find(done.counts, Stat::v6_allocation_fail, &Count::stat) != done.counts.end();
    if (!refused && !log_enabled(MessageId::DHCP6_LEASE_ALLOC) && !log_enabled(MessageId::DHCP6_LEASE_ADVERT))
        return;
    const std::string client = client_text(query);
    if (refused)
        log(MessageId::ALLOC_ENGINE_V6_ALLOC_FAIL,
            {{"client", client}, {"detail", "nothing that it may have is free in the subnets of its link"}});
    for (const Change& change : done.changes) log_change(client, subnet_id, change);
    for (const Hold& hold : done.holds)
        log(MessageId::DHCP6_LEASE_ADVERT,
            {{"client", client}, {"lease", to_string(hold.unit)}, {"subnet", subnet_id}});
    const auto is_reuse = [](const Count& count) {
        return count.stat == Stat::v6_ia_na_lease_reuses || count.stat == Stat::v6_ia_pd_lease_reuses;
    };
    if (std::ranges::any_of(done.counts, is_reuse)) log(MessageId::DHCP6_LEASE_REUSE, {{"client", client}});
}

}  // namespace

const PacketWords packet_words{
    .family = Family::v6,
    .first_type = static_cast<std::uint8_t>(MessageType::solicit),
    .stats = {.received = Stat::pkt6_received,
              .sent = Stat::pkt6_sent,
              .receive_drop = Stat::pkt6_receive_drop,
              .parse_failed = Stat::pkt6_parse_failed,
              .rfc_violation = Stat::pkt6_rfc_violation,
              .not_for_us = Stat::pkt6_not_for_us,
              .service_disabled = Stat::pkt6_service_disabled,
              .queue_full = Stat::pkt6_queue_full,
              .duplicate = Stat::pkt6_duplicate,
              .processing_failed = Stat::pkt6_processing_failed,
              .admin_filtered = Stat::pkt6_admin_filtered,
              .limit_exceeded = Stat::pkt6_limit_exceeded},
    .received_stat = &received_stat,
    .sent_stat = &sent_stat,
    .type_name = &type_name,
    .type_of = &type_of,
    .client_text = &client_text,
    .no_lease = MessageId::ALLOC_ENGINE_V6_ALLOC_FAIL,
    .reserved_conflict = MessageId::ALLOC_ENGINE_V6_RESERVED_CONFLICT,
    .log_decision = &log_decision,
};

}  // namespace leasehold::v6
