// The DHCPv6 side of DHCPv4 over DHCPv6 (RFC 7341): out of a DHCPV4-QUERY, into a DHCPV4-RESPONSE. Pure. Who
// answers in between: carried_message.hpp.
#pragma once

#include "dhcp/carried_message.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

/// All but `reply`.
/// @error it does not carry exactly one DHCPv4 message (RFC 7341 8)
Result<CarriedMessage, Drop> read_carried(const MessageView& query, const Arrival& arrival);

/// The answer, wrapped for the relays that the query came through.
Reply make_carrier(const MessageView& query, const Arrival& arrival, std::span<const std::uint8_t> answer);

}  // namespace leasehold::v6
