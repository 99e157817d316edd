// Makes DHCPv4 datagrams for tests, also damaged ones, which MessageWriter refuses to write.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace leasehold::v4 {

using Packet = std::vector<std::uint8_t>;

inline void put(Packet& packet, std::size_t at, std::initializer_list<std::uint8_t> octets) {
    std::ranges::copy(octets, packet.begin() + static_cast<long>(at));
}

/// A BOOTREQUEST of an Ethernet client with these octets behind the cookie, as they are.
inline Packet packet_with(std::initializer_list<std::uint8_t> options) {
    Packet packet(240);
    put(packet, 0, {1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef});
    put(packet, 28, {2, 0, 0x5e, 0x10, 0, 1});
    put(packet, 236, {0x63, 0x82, 0x53, 0x63});
    packet.insert(packet.end(), options);
    return packet;
}

}  // namespace leasehold::v4
