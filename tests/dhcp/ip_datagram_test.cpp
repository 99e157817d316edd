// IPv4 and UDP headers: a known datagram octet by octet, then each way to damage it.
#include "dhcp/ip_datagram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "dhcp/wire.hpp"

namespace leasehold::ip_datagram_test {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// 192.0.2.1:67 -> 192.0.2.9:68 with "abc"; the checksums were computed by another program.
const Bytes known{
    0x45, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x40, 0x00,  // version, length 31, no id, do not fragment
    0x40, 0x11, 0xb6, 0xc3,                          // time to live 64, UDP, header checksum
    192,  0,    2,    1,    192,  0,    2,    9,     //
    0x00, 0x43, 0x00, 0x44, 0x00, 0x0b, 0xb6, 0xe3,  // ports, length 11, checksum
    'a',  'b',  'c',
};

Bytes build(const IpDatagram& datagram) {
    std::array<std::uint8_t, ip_udp_header_size> headers{};
    write_ip_udp_headers(headers, datagram);
    Bytes bytes{headers.begin(), headers.end()};
    bytes.insert(bytes.end(), datagram.payload.begin(), datagram.payload.end());
    return bytes;
}

/// Makes the header checksum right again, so that the other checks are reached.
void repair_header_checksum(Bytes& bytes) {
    const std::size_t size = std::max<std::size_t>(std::size_t{bytes[0] & 0x0fu} * 4, 20);
    write_u16(&bytes[10], 0);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < size && i + 1 < bytes.size(); i += 2) sum += read_u16(&bytes[i]);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    write_u16(&bytes[10], static_cast<std::uint16_t>(~sum));
}

TEST(IpDatagram, IsWrittenAsKnown) {
    const Bytes payload{'a', 'b', 'c'};
    EXPECT_EQ(build({.source = {0xc0000201},
                     .destination = {0xc0000209},
                     .source_port = 67,
                     .destination_port = 68,
                     .payload = payload}),
              known);
}

TEST(IpDatagram, IsReadAsKnown) {
    const auto datagram = parse_ip_datagram(known, UdpChecksum::verify);
    ASSERT_TRUE(datagram);
    EXPECT_EQ(datagram->source.value, 0xc0000201);
    EXPECT_EQ(datagram->destination.value, 0xc0000209);
    EXPECT_EQ(datagram->source_port, 67);
    EXPECT_EQ(datagram->destination_port, 68);
    EXPECT_THAT(datagram->payload, testing::ElementsAre('a', 'b', 'c'));
}

TEST(IpDatagram, ComesBackForPayloadsOfAllSizes) {
    for (std::size_t size = 0; size < 600; ++size) {
        Bytes payload(size);
        for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 7 + size);
        const auto bytes = build({.source = {0x0a000001},
                                  .destination = {0xffffffff},
                                  .source_port = 67,
                                  .destination_port = 68,
                                  .payload = payload});
        const auto datagram = parse_ip_datagram(bytes, UdpChecksum::verify);
        ASSERT_TRUE(datagram) << size;
        EXPECT_TRUE(std::ranges::equal(datagram->payload, payload)) << size;
    }
}

// RFC 768: a computed zero is sent as all ones, because zero says that there is no checksum.
TEST(IpDatagram, AChecksumOfZeroIsSentAsAllOnes) {
    // Two octets can make the sum whatever is wanted: try all until the field would be zero.
    for (std::uint32_t value = 0; value <= 0xffff; ++value) {
        std::array<std::uint8_t, 2> payload{};
        write_u16(payload.data(), static_cast<std::uint16_t>(value));
        const auto bytes = build({.source = {1}, .destination = {2}, .source_port = 3, .payload = payload});
        ASSERT_NE(read_u16(&bytes[26]), 0) << value;
    }
}

TEST(IpDatagram, PaddingBehindItIsIgnored) {
    auto bytes = known;
    bytes.resize(60, 0xee);
    const auto datagram = parse_ip_datagram(bytes, UdpChecksum::verify);
    ASSERT_TRUE(datagram);
    EXPECT_EQ(datagram->payload.size(), 3u);
}

TEST(IpDatagram, HeaderOptionsAreSkipped) {
    auto bytes = known;
    bytes.insert(bytes.begin() + 20, {1, 1, 1, 0});  // no-operation three times, end of list
    bytes[0] = 0x46;
    bytes[3] = 35;
    repair_header_checksum(bytes);
    const auto datagram = parse_ip_datagram(bytes, UdpChecksum::verify);
    ASSERT_TRUE(datagram) << to_string(datagram.error());
    EXPECT_THAT(datagram->payload, testing::ElementsAre('a', 'b', 'c'));
}

TEST(IpDatagram, EveryTruncationIsRefused) {
    for (std::size_t size = 0; size < known.size(); ++size) {
        const Bytes cut{known.begin(), known.begin() + static_cast<std::ptrdiff_t>(size)};
        const auto datagram = parse_ip_datagram(cut, UdpChecksum::verify);
        ASSERT_FALSE(datagram) << size;
        EXPECT_EQ(datagram.error(), DatagramErrc::truncated) << size;
    }
}

TEST(IpDatagram, EveryFlippedBitIsNoticed) {
    for (std::size_t bit = 0; bit < known.size() * 8; ++bit) {
        auto bytes = known;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        EXPECT_FALSE(parse_ip_datagram(bytes, UdpChecksum::verify)) << "bit " << bit;
    }
}

struct Damage {
    const char* name;
    std::size_t at;
    std::uint16_t value;
    DatagramErrc expected;
};
struct DamagedIpDatagram : testing::TestWithParam<Damage> {};

TEST_P(DamagedIpDatagram, IsRefusedForItsReason) {
    auto bytes = known;
    write_u16(&bytes[GetParam().at], GetParam().value);
    if (GetParam().at != 10) repair_header_checksum(bytes);
    const auto datagram = parse_ip_datagram(bytes, UdpChecksum::verify);
    ASSERT_FALSE(datagram);
    EXPECT_EQ(datagram.error(), GetParam().expected) << to_string(datagram.error());
}

INSTANTIATE_TEST_SUITE_P(, DamagedIpDatagram,
                         testing::Values(Damage{"Version6", 0, 0x6500, DatagramErrc::not_udp},
                                         Damage{"HeaderOfFourWords", 0, 0x4400, DatagramErrc::bad_length},
                                         Damage{"HeaderBeyondTotal", 0, 0x4800, DatagramErrc::bad_length},
                                         Damage{"TotalBelowHeaders", 2, 27, DatagramErrc::bad_length},
                                         Damage{"TotalBeyondOctets", 2, 32, DatagramErrc::truncated},
                                         Damage{"MoreFragments", 6, 0x2000, DatagramErrc::fragment},
                                         Damage{"FragmentOffset", 6, 0x0001, DatagramErrc::fragment},
                                         Damage{"Tcp", 8, 0x4006, DatagramErrc::not_udp},
                                         Damage{"HeaderChecksum", 10, 0xb6c4, DatagramErrc::bad_ip_checksum},
                                         Damage{"UdpLengthBelowHeader", 24, 7, DatagramErrc::bad_length},
                                         Damage{"UdpLengthBeyondTotal", 24, 12, DatagramErrc::bad_length},
                                         Damage{"UdpChecksum", 26, 0xb6e4, DatagramErrc::bad_udp_checksum}),
                         [](const auto& row) { return row.param.name; });

TEST(IpDatagram, AnAbsentOrUnfinishedUdpChecksumIsAccepted) {
    auto bytes = known;
    write_u16(&bytes[26], 0);
    EXPECT_TRUE(parse_ip_datagram(bytes, UdpChecksum::verify));
    write_u16(&bytes[26], 0x1234);
    EXPECT_FALSE(parse_ip_datagram(bytes, UdpChecksum::verify));
    EXPECT_TRUE(parse_ip_datagram(bytes, UdpChecksum::unfinished));
}

}  // namespace
}  // namespace leasehold::ip_datagram_test
