#include "rehearsal/pcap_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/rehearsal/pcap_writer.hpp"

namespace leasehold::pcap_file_test {
namespace {

using namespace testing_pcap;
using rehearsal::CaptureFile;
using testing::HasSubstr;

Result<CaptureFile, std::string> read(const std::string& octets) {
    std::istringstream in{octets};
    return rehearsal::read_pcap(in, "x.pcap");
}

CaptureFile good(const std::string& octets) {
    auto file = read(octets);
    EXPECT_TRUE(file) << file.error();
    return file ? std::move(*file) : CaptureFile{};
}

const Bytes hello{'h', 'e', 'l', 'l', 'o'};

// --- forms

struct Form {
    const char* name;
    Pcap file;
    Bytes frame;
    Family family = Family::v4;
};
struct PcapForms : testing::TestWithParam<Form> {};

TEST_P(PcapForms, GiveTheDatagram) {
    auto pcap = GetParam().file;
    const std::uint32_t fraction = pcap.nanoseconds ? 250'000'000 : 250'000;
    const auto file = good(pcap.packet(GetParam().frame, 1'700'000'000, fraction).file());
    ASSERT_EQ(file.datagrams.size(), 1u);
    const auto& datagram = file.datagrams[0];
    EXPECT_EQ(datagram.number, 1u);
    EXPECT_EQ(datagram.payload, hello);
    EXPECT_EQ(datagram.family, GetParam().family);
    EXPECT_EQ(datagram.at.time_since_epoch(), std::chrono::milliseconds{1'700'000'000'250});
    const bool v4 = GetParam().family == Family::v4;
    EXPECT_EQ(to_string(datagram.source), v4 ? "192.0.2.99" : "fe80::9");
    EXPECT_EQ(to_string(datagram.destination), v4 ? "192.0.2.1" : "ff02::1:2");
    EXPECT_EQ(datagram.destination_port, v4 ? 67 : 547);
}

Pcap of_link(std::uint32_t link, bool little = true) {
    return {.little = little, .nanoseconds = false, .link = link};
}

const Bytes vlan_tag = u16(0x8100) + u16(7), outer_tag = u16(0x88a8) + u16(8);
const Bytes hop_by_hop{60, 0, 0, 0, 0, 0, 0, 0}, destination_options{17, 0, 0, 0, 0, 0, 0, 0};

INSTANTIATE_TEST_SUITE_P(
    Forms, PcapForms,
    testing::Values(Form{"ethernet", of_link(1), ethernet(0x0800, ipv4(hello))},
                    Form{"big_endian", of_link(1, false), ethernet(0x0800, ipv4(hello))},
                    Form{"nanoseconds", {.little = true, .nanoseconds = true}, ethernet(0x0800, ipv4(hello))},
                    Form{"padded", of_link(1), ethernet(0x0800, ipv4(hello)) + Bytes(20)},
                    Form{"vlan", of_link(1), Bytes(12, 2) + vlan_tag + u16(0x0800) + ipv4(hello)},
                    Form{"two_vlans", of_link(1), Bytes(12, 2) + outer_tag + vlan_tag + u16(0x0800) + ipv4(hello)},
                    Form{"with_checksums_behind", of_link(0x24000001), ethernet(0x0800, ipv4(hello))},
                    Form{"cooked", of_link(113), Bytes(14) + u16(0x0800) + ipv4(hello)},
                    Form{"cooked2", of_link(276), u16(0x0800) + Bytes(18) + ipv4(hello)},
                    Form{"raw", of_link(101), ipv4(hello)}, Form{"raw_ipv4", of_link(228), ipv4(hello)},
                    Form{"ethernet6", of_link(1), ethernet(0x86dd, ipv6(hello)), Family::v6},
                    Form{"cooked6", of_link(113), Bytes(14) + u16(0x86dd) + ipv6(hello), Family::v6},
                    Form{"raw6", of_link(101), ipv6(hello), Family::v6},
                    Form{"extended6", of_link(101), ipv6(hello, 0, hop_by_hop + destination_options), Family::v6}),
    [](const auto& of) { return of.param.name; });

TEST(PcapFile, OtherPacketsAreCountedAndPassedOver) {
    auto piece = ipv4(hello);
    piece[6] = 0x20;  // more follow
    piece[10] = static_cast<std::uint8_t>(piece[10] + 0x20);
    auto damaged = ipv4(hello);
    damaged[12] ^= 1;  // the header's checksum
    const Bytes fragment6{17, 0, 0, 1, 0, 0, 0, 9};
    Pcap pcap;
    pcap.packet(ethernet(0x0806, Bytes(28)))                 // ARP
        .packet(ethernet(0x0800, ipv4(hello, 53, 4000)))     // DNS
        .packet(ethernet(0x0800, piece))
        .packet(ethernet(0x0800, damaged))
        .packet(ethernet(0x86dd, ipv6(hello, 44, fragment6)))
        .packet({})
        .packet(ethernet(0x0800, ipv4(hello)));
    const auto file = good(pcap.file());
    EXPECT_EQ(file.packets, 7u);
    ASSERT_EQ(file.datagrams.size(), 1u);
    EXPECT_EQ(file.datagrams[0].number, 7u);
    EXPECT_EQ(file.fragments, 2u);
    EXPECT_EQ(file.damaged, 1u);
}

TEST(PcapFile, AnEmptyCaptureIsOne) {
    const auto file = good(Pcap{}.file());
    EXPECT_EQ(file.packets, 0u);
}

// --- what cannot be read

struct Broken {
    const char* name;
    std::string octets;
    const char* says;
};
struct PcapRefusals : testing::TestWithParam<Broken> {};

TEST_P(PcapRefusals, SayWhatAndWhere) {
    const auto file = read(GetParam().octets);
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error(), HasSubstr("x.pcap"));
    EXPECT_THAT(file.error(), HasSubstr(GetParam().says));
}

std::string two_packets(std::uint32_t cut = 0) {
    auto short_frame = ethernet(0x0800, ipv4(hello));
    short_frame.resize(short_frame.size() - cut);
    return Pcap{}.packet(ethernet(0x0800, ipv4(hello))).packet(short_frame, 1000, 0, cut).file();
}

std::string too_long() {
    Pcap pcap;
    pcap.packets = pcap.number(1) + pcap.number(1) + pcap.number(1u << 20) + pcap.number(1u << 20);
    return pcap.file();
}

INSTANTIATE_TEST_SUITE_P(
    Files, PcapRefusals,
    testing::Values(Broken{"nothing", "", "not a capture file"}, Broken{"text", "hello, world, this is no capture", "tcpdump -w"},
                    Broken{"pcapng", std::string("\x0a\x0d\x0d\x0a\x1c\0\0\0", 8), "pcapng"},
                    Broken{"half_a_header", Pcap{}.file().substr(0, 20), "within its header"},
                    Broken{"other_link", Pcap{.link = 105}.file(), "link type 105"},
                    Broken{"half_a_record", two_packets().substr(0, 24 + 16 + 47 + 9), "packet 2: the file ends within this packet's header"},
                    Broken{"half_a_packet", two_packets().substr(0, two_packets().size() - 1), "packet 2: the file ends within this packet"},
                    Broken{"snapped", two_packets(3), "packet 2: only 44 of its 47 octets"},
                    Broken{"length", too_long(), "packet 1: a length of 1048576 octets"}),
    [](const auto& of) { return of.param.name; });

TEST(PcapFile, EveryTruncationIsAWholeFileOrAnError) {
    const auto whole = two_packets();
    int wholes = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) wholes += read(whole.substr(0, size)) ? 1 : 0;
    EXPECT_EQ(wholes, 2);  // no packet, and one
}

/// What is read of a damaged file is within it, whatever its lengths say.
TEST(PcapFile, DamageIsReadWithinBounds) {
    std::uint64_t seed = 1;
    const auto next = [&seed] { return (seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33; };
    const Bytes frames[]{Bytes(12, 2) + outer_tag + vlan_tag + u16(0x0800) + ipv4(hello), ethernet(0x86dd, ipv6(hello, 0, hop_by_hop + destination_options))};
    std::size_t datagrams = 0;
    for (int round = 0; round < 5000; ++round) {
        auto octets = Pcap{.little = true}.packet(frames[round % 2]).packet(frames[(round + 1) % 2]).file();
        for (int i = 0; i < 3; ++i) octets[24 + next() % (octets.size() - 24)] = static_cast<char>(next());
        const auto file = read(octets);
        for (const auto& one : file ? file->datagrams : std::vector<rehearsal::CapturedDatagram>{}) {
            ++datagrams;
            EXPECT_LE(one.payload.size(), octets.size());
        }
    }
    EXPECT_GT(datagrams, 1000u);
}

TEST(PcapFile, OneThatIsNotThereIsNamed) {
    const auto file = rehearsal::read_pcap_file("/nowhere/x.pcap");
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error(), HasSubstr("/nowhere/x.pcap: cannot be opened"));
}

}  // namespace
}  // namespace leasehold::pcap_file_test
