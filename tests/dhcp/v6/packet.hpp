// Makes DHCPv6 datagrams for tests out of their parts, also damaged ones, which MessageWriter refuses to
// write.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v6 {

using Packet = std::vector<std::uint8_t>;

inline Packet packet_of(std::span<const std::uint8_t> octets) {
    return {octets.begin(), octets.end()};
}

inline Packet joined(std::initializer_list<Packet> parts) {
    Packet whole;
    for (const Packet& part : parts) whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

inline Packet ipv6_octets(std::string_view text) {
    const Ipv6 address = *parse_ipv6(text);
    return {address.bytes.begin(), address.bytes.end()};
}

inline Packet number_octets(std::uint32_t value) {
    Packet octets(4);
    write_u32(octets.data(), value);
    return octets;
}

/// @param size  the length that it claims to have; -1: the true one
inline Packet option_of(std::uint16_t code, const Packet& payload, int size = -1) {
    Packet option(option_header_size);
    write_u16(&option[0], code);
    write_u16(&option[2], static_cast<std::uint16_t>(size < 0 ? static_cast<int>(payload.size()) : size));
    return joined({option, payload});
}

/// A message with transaction id 0x0a0b0c and these octets behind it, as they are.
inline Packet message_of(MessageType type, std::initializer_list<Packet> options) {
    return joined({{static_cast<std::uint8_t>(type), 0x0a, 0x0b, 0x0c}, joined(options)});
}

/// A relay's header and these octets behind it.
inline Packet relay_of(std::uint8_t hop_count, std::string_view link, std::string_view peer,
                       std::initializer_list<Packet> options, MessageType type = MessageType::relay_forward) {
    return joined({{static_cast<std::uint8_t>(type), hop_count},
                   ipv6_octets(link),
                   ipv6_octets(peer),
                   joined(options)});
}

/// `message` through so many relays, each with its hop count as the last octet of its link address.
inline Packet through_relays(std::size_t count, Packet message) {
    for (std::size_t hop = 0; hop < count; ++hop) {
        const std::string link = "2001:db8::" + std::to_string(hop);
        message = relay_of(static_cast<std::uint8_t>(hop), link, "fe80::1",
                           {option_of(option::relay_msg, message)});
    }
    return message;
}

}  // namespace leasehold::v6
