// What is counted and said about a packet: which statistic its type or its drop moves, and its log lines. Nothing is
// formatted unless somebody listens. What a family's own words are, v4/packet_log and v6/packet_log say.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/decision.hpp"
#include "dhcp/log.hpp"
#include "dhcp/statistics.hpp"

namespace leasehold {

/// Moved by every packet, and by the causes of a drop.
struct PacketStats {
    Stat received, sent, receive_drop;
    Stat parse_failed, rfc_violation, not_for_us, service_disabled, queue_full, duplicate, processing_failed,
        admin_filtered, limit_exceeded;
};

/// What differs between the families. A type is a number of the family's MessageType, 0: not known.
struct PacketWords {
    Family family;
    std::uint8_t first_type;  // of the message that begins an exchange
    PacketStats stats;
    Stat (*received_stat)(std::uint8_t type);
    Stat (*sent_stat)(std::uint8_t type);
    std::string_view (*type_name)(std::uint8_t type);
    /// 0: they cannot be read
    std::uint8_t (*type_of)(std::span<const std::uint8_t> datagram);
    /// Whom these octets come from, whatever they are.
    std::string (*client_text)(std::span<const std::uint8_t> datagram);
    MessageId no_lease;           // {client} {detail}: a drop because there is nothing to give
    MessageId reserved_conflict;  // {client} {address}
    /// What the decision did: offered, leased, confirmed, refused, released, declined.
    void (*log_decision)(std::span<const std::uint8_t> query, std::uint32_t subnet_id, const Done& done);
};

/// Moves the counter of the cause and that of all drops; reasons that are a decision not to answer (no address, not
/// our client ...) move none, as with Kea.
void count_drop(Statistics& statistics, const PacketWords& words, DropReason reason);

void log_received(const PacketWords& words, std::span<const std::uint8_t> datagram, std::string_view interface,
                  std::uint8_t type, const Ipv6& source, const Ipv6& destination);
void log_sent(const PacketWords& words, std::span<const std::uint8_t> query, std::string_view interface,
              const Reply& reply);
void log_drop(const PacketWords& words, std::span<const std::uint8_t> datagram, std::string_view interface,
              std::uint8_t type, const Drop& drop);
/// What is reserved for this client and others have, whatever came of its packet.
void log_conflicts(const PacketWords& words, std::span<const std::uint8_t> query, const Done& done);

}  // namespace leasehold
