// Captures as octets, for tests of their reader.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "dhcp/ip_datagram.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::testing_pcap {

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

inline Bytes u16(std::uint16_t value) {
    Bytes octets(2);
    write_u16(octets.data(), value);
    return octets;
}

inline Bytes ipv4(const Bytes& payload, std::uint16_t from = 68, std::uint16_t to = 67) {
    Bytes octets(ip_udp_header_size);
    const IpDatagram datagram{{0xc0000263}, {0xc0000201}, from, to, payload};
    write_ip_udp_headers(std::span<std::uint8_t, ip_udp_header_size>{octets}, datagram);
    return octets + payload;
}

/// fe80::<last> to ff02::1:2. @param extension  headers before UDP; the first is of type `next`
inline Bytes ipv6(const Bytes& payload, std::uint8_t next = 17, const Bytes& extension = {}) {
    Bytes udp = u16(546) + u16(547) + u16(static_cast<std::uint16_t>(payload.size() + 8)) + u16(0) + payload;
    Bytes head{0x60, 0, 0, 0};
    head = head + u16(static_cast<std::uint16_t>(udp.size() + extension.size())) + Bytes{next, 1};
    Bytes source(16), destination(16);
    source[0] = 0xfe, source[1] = 0x80, source[15] = 9;
    destination[0] = 0xff, destination[1] = 2, destination[13] = 1, destination[15] = 2;
    return head + source + destination + extension + udp;
}

inline Bytes ethernet(std::uint16_t type, const Bytes& network) {
    return Bytes(12, 2) + u16(type) + network;
}

/// A capture file that grows.
struct Pcap {
    bool little = false, nanoseconds = false;
    std::uint32_t link = 1;
    Bytes packets = {};

    Bytes number(std::uint32_t value) const {
        Bytes octets(4);
        write_u32(octets.data(), value);
        if (little) std::ranges::reverse(octets);
        return octets;
    }
    Pcap& packet(const Bytes& frame, std::uint32_t seconds = 1000, std::uint32_t fraction = 0, std::uint32_t cut = 0) {
        const auto size = static_cast<std::uint32_t>(frame.size());
        packets = packets + number(seconds) + number(fraction) + number(size) + number(size + cut) + frame;
        return *this;
    }
    std::string file() const {
        const auto magic = number(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
        const auto version = little ? Bytes{2, 0, 4, 0} : Bytes{0, 2, 0, 4};
        const auto octets = magic + version + Bytes(8) + number(65535) + number(link) + packets;
        return {octets.begin(), octets.end()};
    }
};

}  // namespace leasehold::testing_pcap
