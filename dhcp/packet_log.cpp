#include "dhcp/packet_log.hpp"

#include <optional>

namespace leasehold {

namespace {

std::optional<Stat> drop_stat(const PacketStats& stats, DropReason reason) {
    switch (reason) {
        case DropReason::parse_failed: return stats.parse_failed;
        case DropReason::rfc_violation:
        case DropReason::unknown_type: return stats.rfc_violation;
        case DropReason::not_for_us: return stats.not_for_us;
        case DropReason::service_disabled: return stats.service_disabled;
        case DropReason::queue_full:
        case DropReason::too_old: return stats.queue_full;
        case DropReason::duplicate: return stats.duplicate;
        case DropReason::store_unavailable:
        case DropReason::row_rejected:
        case DropReason::processing_failed: return stats.processing_failed;
        case DropReason::admin_filtered: return stats.admin_filtered;
        case DropReason::limit_exceeded: return stats.limit_exceeded;
        case DropReason::none:
        case DropReason::no_subnet:
        case DropReason::no_address:
        case DropReason::not_our_client:
        case DropReason::unknown_address:
        case DropReason::not_the_holder: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

void count_drop(Statistics& statistics, const PacketWords& words, DropReason reason) {
    const auto stat = drop_stat(words.stats, reason);
    if (!stat) return;
    statistics.add(*stat);
    statistics.add(words.stats.receive_drop);
}

void log_received(const PacketWords& words, std::span<const std::uint8_t> datagram, std::string_view interface,
                  std::uint8_t type, const Ipv6& source, const Ipv6& destination) {
    const auto id = in_family(MessageId::DHCP4_PACKET_RECEIVED, words.family);
    if (!log_enabled(id)) return;
    log(id, {{"client", words.client_text(datagram)},
             {"interface", interface},
             {"type", words.type_name(type)},
             {"source", to_string(source)},
             {"destination", to_string(destination)},
             {"size", datagram.size()}});
}

void log_sent(const PacketWords& words, std::span<const std::uint8_t> query, std::string_view interface,
              const Reply& reply) {
    const auto id = in_family(MessageId::DHCP4_PACKET_SENT, words.family);
    if (!log_enabled(id)) return;
    log(id, {{"client", words.client_text(query)},
             {"interface", interface},
             {"type", words.type_name(reply.type)},
             {"destination", to_string(reply.destination.address)},
             {"size", reply.bytes.size()}});
}

void log_drop(const PacketWords& words, std::span<const std::uint8_t> datagram, std::string_view interface,
              std::uint8_t type, const Drop& drop) {
    if (drop.reason == DropReason::no_address)
        log(words.no_lease, {{"client", words.client_text(datagram)}, {"detail", drop.detail}});
    const auto id = in_family(MessageId::DHCP4_PACKET_DROP, words.family);
    if (!log_enabled(id)) return;
    log(id, {{"client", words.client_text(datagram)},
             {"interface", interface},
             {"type", words.type_name(type)},
             {"reason", to_string(drop.reason)},
             {"detail", drop.detail}});
}

void log_conflicts(const PacketWords& words, std::span<const std::uint8_t> query, const Done& done) {
    for (const Prefix& unit : done.reservation_conflicts)
        log(words.reserved_conflict, {{"client", words.client_text(query)}, {"address", to_string(unit)}});
}

}  // namespace leasehold
