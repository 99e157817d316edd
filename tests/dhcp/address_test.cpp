// Text and conversion of addresses and prefixes.
#include "dhcp/address.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace leasehold::address_test {
namespace {

TEST(Address, Ipv4TextGoesBothWays) {
    for (const std::string text : {"0.0.0.0", "192.0.2.1", "10.20.30.40", "255.255.255.255"}) {
        const auto address = parse_ipv4(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_string(*address), text);
    }
    EXPECT_EQ(parse_ipv4("192.0.2.1")->value, 0xc0000201);
}

TEST(Address, OtherTextIsNoIpv4Address) {
    using namespace std::string_view_literals;
    for (const auto text : {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "1.2.3.256"sv, "1.2.3.-4"sv, " 1.2.3.4"sv,
                            "1.2.3.4 "sv, "1.2.3.4\0"sv, "::1"sv, "255.255.255.2555"sv, "a.b.c.d"sv})
        EXPECT_FALSE(parse_ipv4(text)) << text;
}

TEST(Address, Ipv6TextIsTheShortestForm) {
    // RFC 5952 4: no leading zeros, the longest run of zeros shortened, lower case.
    const std::pair<std::string, std::string> rows[] = {
        {"2001:0DB8::0001", "2001:db8::1"},
        {"::", "::"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    };
    for (const auto& [text, shortest] : rows) {
        const auto address = parse_ipv6(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_string(*address), shortest);
        EXPECT_EQ(to_ipv6(to_uint128(*address)), *address);
    }
    for (const std::string text : {"", ":", "1::2::3", "fe80::1%eth0", "2001:db8::1/64", "12345::"})
        EXPECT_FALSE(parse_ipv6(text)) << text;
}

TEST(Address, AnIpv4LeaseKeyIsAMappedAddress) {
    const Ipv4 address = *parse_ipv4("192.0.2.1");
    const Prefix key = to_prefix(address);
    EXPECT_EQ(to_string(key.address), "192.0.2.1");
    EXPECT_TRUE(is_ipv4(key));
    EXPECT_EQ(to_ipv4(key), address);
    EXPECT_EQ(to_string(key), "192.0.2.1");
    EXPECT_FALSE(is_ipv4({key.address, 120}));
    EXPECT_FALSE(is_ipv4({*parse_ipv6("2001:db8::1"), 128}));
}

TEST(Address, PrefixesPrintTheirLengthOnlyWhenDelegated) {
    EXPECT_EQ(to_string(Prefix{*parse_ipv6("2001:db8::1"), 128}), "2001:db8::1");
    EXPECT_EQ(to_string(Prefix{*parse_ipv6("2001:db8::"), 56}), "2001:db8::/56");
}

TEST(Address, NetworksLoseTheirHostBits) {
    EXPECT_EQ(to_string(*parse_ipv4_network("192.0.2.77/24")), "192.0.2.0/24");
    EXPECT_EQ(to_string(*parse_ipv4_network("1.2.3.4/0")), "0.0.0.0/0");
    EXPECT_EQ(to_string(*parse_ipv4_network("1.2.3.4/32")), "1.2.3.4/32");
    EXPECT_EQ(to_string(*parse_ipv6_prefix("2001:db8:ffff::1/33")), "2001:db8:8000::/33");
    EXPECT_EQ(to_string(*parse_ipv6_prefix("ffff::/0")), "::/0");
    for (const std::string text :
         {"192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/2x", "/24"})
        EXPECT_FALSE(parse_ipv4_network(text)) << text;
    for (const std::string text : {"2001:db8::", "2001:db8::/129", "2001:db8::/0128", "192.0.2.0/24"})
        EXPECT_FALSE(parse_ipv6_prefix(text)) << text;
}

TEST(Address, NetworkContainsItsAddresses) {
    const auto network = *parse_ipv4_network("192.0.2.64/26");
    EXPECT_TRUE(network.contains(*parse_ipv4("192.0.2.64")));
    EXPECT_TRUE(network.contains(*parse_ipv4("192.0.2.127")));
    EXPECT_FALSE(network.contains(*parse_ipv4("192.0.2.128")));
    EXPECT_TRUE(Ipv4Network{}.contains(*parse_ipv4("203.0.113.9")));
}

TEST(Address, NeighboursHashApart) {
    std::unordered_set<std::size_t> hashes;
    for (std::uint32_t i = 0; i < 10000; ++i) hashes.insert(hash_value(to_prefix(Ipv4{0x0a000000 + i})));
    EXPECT_EQ(hashes.size(), 10000u);
}

}  // namespace
}  // namespace leasehold::address_test
