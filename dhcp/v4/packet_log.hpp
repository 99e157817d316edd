// What is counted and said about a packet: which statistic its type or its drop moves, and its log lines.
// Nothing is formatted unless somebody listens.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dhcp/statistics.hpp"
#include "dhcp/v4/decide.hpp"

namespace leasehold::v4 {

Stat received_stat(MessageType type);
Stat sent_stat(MessageType type);
/// Moves the counter of the cause and pkt4-receive-drop; reasons that are a decision not to answer (no
/// address, not our client ...) move none, as with Kea.
void count_drop(Statistics& statistics, DropReason reason);

void log_received(std::span<const std::uint8_t> datagram, std::string_view interface, MessageType type,
                  Ipv4 source, Ipv4 destination);
void log_sent(std::span<const std::uint8_t> query, std::string_view interface, const Reply& reply);
void log_drop(std::span<const std::uint8_t> datagram, std::string_view interface, MessageType type,
              const Drop& drop);
/// Addresses reserved for this client that others have, whatever came of its packet.
void log_conflicts(std::span<const std::uint8_t> query, const Done& done);
/// What the decision did: offered, leased, confirmed, refused, released, declined.
void log_decision(std::span<const std::uint8_t> query, std::uint32_t subnet_id, const Done& done);

}  // namespace leasehold::v4
