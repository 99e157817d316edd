// Parses and writes IPv4 and UDP headers; see the header for what is left to others.
#include "dhcp/ip_datagram.hpp"

#include <algorithm>
#include <cassert>

#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

constexpr std::size_t ip_header_size_min = 20;
constexpr std::size_t udp_header_size = 8;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint16_t flag_do_not_fragment = 0x4000;
constexpr std::uint16_t more_fragments_or_offset = 0x3fff;

/// The running sum of RFC 1071; an odd last octet counts as if a zero followed.
std::uint32_t add_to_sum(std::uint32_t sum, std::span<const std::uint8_t> bytes) {
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) sum += read_u16(bytes.data() + i);
    if (i < bytes.size()) sum += std::uint32_t{bytes[i]} << 8;
    return sum;
}

std::uint16_t fold(std::uint32_t sum) {
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

/// RFC 768: source, destination, protocol and UDP length are summed as if they stood before the header.
std::uint32_t pseudo_header_sum(Ipv4 source, Ipv4 destination, std::size_t udp_length) {
    return (source.value >> 16) + (source.value & 0xffff) + (destination.value >> 16) +
           (destination.value & 0xffff) + protocol_udp + static_cast<std::uint32_t>(udp_length);
}

}  // namespace

std::string_view to_string(DatagramErrc code) {
    switch (code) {
        case DatagramErrc::truncated: return "shorter than its headers say";
        case DatagramErrc::not_udp: return "not UDP over IPv4";
        case DatagramErrc::fragment: return "a fragment";
        case DatagramErrc::bad_length: return "impossible length";
        case DatagramErrc::bad_ip_checksum: return "wrong IP header checksum";
        case DatagramErrc::bad_udp_checksum: return "wrong UDP checksum";
    }
    return "unknown";
}

Result<IpDatagram, DatagramErrc> parse_ip_datagram(std::span<const std::uint8_t> bytes,
                                                   UdpChecksum checksum) {
    using enum DatagramErrc;
    if (bytes.size() < ip_header_size_min) return std::unexpected(truncated);
    if (bytes[0] >> 4 != 4 || bytes[9] != protocol_udp) return std::unexpected(not_udp);
    const std::size_t header_size = std::size_t{bytes[0] & 0x0fu} * 4;
    const std::size_t total_size = read_u16(&bytes[2]);
    if (header_size < ip_header_size_min || total_size < header_size + udp_header_size) {
        return std::unexpected(bad_length);
    }
    if (total_size > bytes.size()) return std::unexpected(truncated);
    if (fold(add_to_sum(0, bytes.first(header_size))) != 0xffff) return std::unexpected(bad_ip_checksum);
    if ((read_u16(&bytes[6]) & more_fragments_or_offset) != 0) return std::unexpected(fragment);

    auto udp = bytes.subspan(header_size, total_size - header_size);
    const std::size_t udp_length = read_u16(&udp[4]);
    if (udp_length < udp_header_size || udp_length > udp.size()) return std::unexpected(bad_length);
    udp = udp.first(udp_length);
    const IpDatagram datagram{.source = {read_u32(&bytes[12])},
                              .destination = {read_u32(&bytes[16])},
                              .source_port = read_u16(&udp[0]),
                              .destination_port = read_u16(&udp[2]),
                              .payload = udp.subspan(udp_header_size)};
    const bool has_checksum = read_u16(&udp[6]) != 0;  // RFC 768: zero means that the sender made none
    if (has_checksum && checksum == UdpChecksum::verify) {
        const auto pseudo = pseudo_header_sum(datagram.source, datagram.destination, udp_length);
        if (fold(add_to_sum(pseudo, udp)) != 0xffff) return std::unexpected(bad_udp_checksum);
    }
    return datagram;
}

void write_ip_udp_headers(std::span<std::uint8_t, ip_udp_header_size> at, const IpDatagram& datagram) {
    assert(datagram.payload.size() <= ip_udp_payload_size_max);
    const auto udp_length = static_cast<std::uint16_t>(udp_header_size + datagram.payload.size());
    std::ranges::fill(at, std::uint8_t{0});
    at[0] = 0x45;  // version 4, five words of header
    write_u16(&at[2], static_cast<std::uint16_t>(ip_header_size_min + udp_length));
    // A datagram that is never split needs no identification (RFC 6864), so that stays zero.
    write_u16(&at[6], flag_do_not_fragment);
    at[8] = 64;  // time to live
    at[9] = protocol_udp;
    write_u32(&at[12], datagram.source.value);
    write_u32(&at[16], datagram.destination.value);
    const auto ip_sum = fold(add_to_sum(0, at.first<ip_header_size_min>()));
    write_u16(&at[10], static_cast<std::uint16_t>(~ip_sum));

    const auto udp = at.last<udp_header_size>();
    write_u16(&udp[0], datagram.source_port);
    write_u16(&udp[2], datagram.destination_port);
    write_u16(&udp[4], udp_length);
    auto sum = pseudo_header_sum(datagram.source, datagram.destination, udp_length);
    sum = add_to_sum(add_to_sum(sum, udp), datagram.payload);
    const auto udp_checksum = static_cast<std::uint16_t>(~fold(sum));
    write_u16(&udp[6], udp_checksum == 0 ? std::uint16_t{0xffff} : udp_checksum);  // zero would mean "none"
}

}  // namespace leasehold
