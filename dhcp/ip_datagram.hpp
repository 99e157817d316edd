// IPv4 and UDP headers as octets (RFC 791, 768): what a packet socket receives and sends. Pure. The link
// header below them is the kernel's part, the DHCP message above them v4/message's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// One UDP datagram over IPv4; `payload` points into the octets it was parsed from.
struct IpDatagram {
    Ipv4 source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    std::span<const std::uint8_t> payload;
};

enum class DatagramErrc : std::uint8_t {
    truncated,   // fewer octets than the headers promise
    not_udp,     // another IP version or protocol
    fragment,    // a piece: putting pieces together is the kernel's job, behind the UDP socket
    bad_length,  // header or UDP length below its minimum, or beyond what carries it
    bad_ip_checksum,
    bad_udp_checksum,
};
std::string_view to_string(DatagramErrc code);

/// A frame of a virtual link may carry a UDP checksum that no hardware has completed yet
/// (TP_STATUS_CSUMNOTREADY); nothing can be verified then, and nothing can have been damaged on a wire.
enum class UdpChecksum : std::uint8_t { verify, unfinished };

/// @param bytes  from the IPv4 header on; the link's padding behind the datagram is ignored.
Result<IpDatagram, DatagramErrc> parse_ip_datagram(std::span<const std::uint8_t> bytes, UdpChecksum checksum);

inline constexpr std::size_t ip_udp_header_size = 28;
inline constexpr std::size_t ip_udp_payload_size_max = 0xffff - ip_udp_header_size;

/// Writes the headers that belong before `datagram.payload`, checksums included.
/// @pre payload.size() <= ip_udp_payload_size_max
void write_ip_udp_headers(std::span<std::uint8_t, ip_udp_header_size> at, const IpDatagram& datagram);

}  // namespace leasehold
