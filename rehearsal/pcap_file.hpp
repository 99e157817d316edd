// Reads the DHCP datagrams of a capture file: classic pcap as tcpdump writes it, with Ethernet (VLAN tags too), Linux
// cooked (v1, v2) or raw IP frames, in either order of octets, with micro- or nanoseconds. Pure but for the
// stream. Not here: pcapng, pieces of IP datagrams (counted and passed over), and what a datagram means.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/result.hpp"

namespace leasehold::rehearsal {

struct CapturedDatagram {
    std::size_t number = 0;  // of its packet in the file, from 1, as tcpdump and Wireshark count
    std::chrono::system_clock::time_point at;
    Family family = Family::v4;
    Ipv6 source, destination;  // IPv4 ones are mapped
    std::uint16_t source_port = 0, destination_port = 0;
    std::vector<std::uint8_t> payload;
};

struct CaptureFile {
    std::vector<CapturedDatagram> datagrams;  // of DHCP by their ports, in the order of the file
    std::size_t packets = 0;                  // of all sorts
    std::size_t fragments = 0;                // IP datagrams that came in pieces
    std::size_t damaged = 0;                  // DHCP's ports, and lengths or checksums that cannot be
};

/// A packet that claims to be longer is damage, not a packet.
inline constexpr std::uint32_t captured_packet_max = 262'144;
/// More are refused: a rehearsal is held in memory.
inline constexpr std::size_t captured_datagrams_max = 1'000'000;

/// @param name  of the file, for messages
/// @error a sentence: what is wrong, with which packet, and what to do
Result<CaptureFile, std::string> read_pcap(std::istream& input, const std::string& name);
/// The same, opened.
Result<CaptureFile, std::string> read_pcap_file(const std::string& path);

}  // namespace leasehold::rehearsal
