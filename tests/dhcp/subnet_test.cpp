#include "dhcp/subnet.hpp"

#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold {
namespace {

using testing_world::ip;
using testing_world::ipv4_option;
using testing_world::subnet_of;

using Place = std::optional<std::size_t>;

TEST(SubnetIndex, FindsTheSubnetOfAnAddress) {
    const SubnetIndex index{{subnet_of(1, "192.0.2.0/24", {}), subnet_of(2, "198.51.100.0/25", {}),
                             subnet_of(3, "10.0.0.0/8", {})}};
    EXPECT_EQ(index.by_address(ip("192.0.2.0")), Place{0});
    EXPECT_EQ(index.by_address(ip("192.0.2.255")), Place{0});
    EXPECT_EQ(index.by_address(ip("198.51.100.127")), Place{1});
    EXPECT_EQ(index.by_address(ip("198.51.100.128")), std::nullopt);
    EXPECT_EQ(index.by_address(ip("10.255.255.255")), Place{2});
    EXPECT_EQ(index.by_address(ip("0.0.0.0")), std::nullopt);
}

TEST(SubnetIndex, LowestIdWinsWherePrefixesOverlap) {
    const SubnetIndex narrow_first{{subnet_of(1, "10.1.0.0/16", {}), subnet_of(2, "10.0.0.0/8", {})}};
    EXPECT_EQ(narrow_first.by_address(ip("10.1.2.3")), Place{0});
    EXPECT_EQ(narrow_first.by_address(ip("10.2.2.3")), Place{1});
    const SubnetIndex wide_first{{subnet_of(1, "10.0.0.0/8", {}), subnet_of(2, "10.1.0.0/16", {})}};
    EXPECT_EQ(wide_first.by_address(ip("10.1.2.3")), Place{0});
    const SubnetIndex twice{{subnet_of(1, "10.0.0.0/8", {}), subnet_of(2, "10.0.0.0/8", {})}};
    EXPECT_EQ(twice.by_address(ip("10.1.2.3")), Place{0});
}

TEST(SubnetIndex, ZeroLengthPrefixContainsEverything) {
    const SubnetIndex index{{subnet_of(1, "0.0.0.0/0", {})}};
    EXPECT_EQ(index.by_address(ip("203.0.113.9")), Place{0});
}

TEST(SubnetIndex, FindsByRelayInterfaceAndId) {
    auto first = subnet_of(5, "192.0.2.0/24", {});
    first.relay_addresses = {ip("203.0.113.1"), ip("203.0.113.2")};
    auto second = subnet_of(9, "198.51.100.0/24", {});
    second.relay_addresses = {ip("203.0.113.2")};
    second.interface = "lan1";
    const SubnetIndex index{{first, second}};
    EXPECT_EQ(index.by_relay(ip("203.0.113.1")), Place{0});
    EXPECT_EQ(index.by_relay(ip("203.0.113.2")), Place{0});
    EXPECT_EQ(index.by_relay(ip("203.0.113.3")), std::nullopt);
    EXPECT_EQ(index.by_interface("lan1"), Place{1});
    EXPECT_EQ(index.by_interface("lan0"), std::nullopt);
    EXPECT_EQ(index.by_interface(""), std::nullopt);
    EXPECT_EQ(index.by_id(9), Place{1});
    EXPECT_EQ(index.by_id(6), std::nullopt);
}

TEST(SubnetIndex, KnowsServerIdentifiersOfSubnetsAndPools) {
    auto subnet = subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}});
    subnet.options = {ipv4_option(54, "203.0.113.54")};
    subnet.pools[0].options = {ipv4_option(54, "203.0.113.55")};
    const SubnetIndex index{{subnet}};
    EXPECT_TRUE(index.is_server_identifier(ip("203.0.113.54")));
    EXPECT_TRUE(index.is_server_identifier(ip("203.0.113.55")));
    EXPECT_FALSE(index.is_server_identifier(ip("203.0.113.56")));
}

TEST(ServerConfig, FinishNumbersPoolsAcrossSubnets) {
    const auto config = testing_world::config_of(
        {subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.11"}, {"192.0.2.20", "192.0.2.21"}}),
         subnet_of(4, "10.0.0.0/8", {{"10.0.0.1", "10.0.0.9"}})});
    ASSERT_EQ(config.pool_ranges.size(), 3u);
    EXPECT_EQ(config.subnets[1].pools[0].index, 2u);
    EXPECT_EQ(config.pool_ranges[2], config.subnets[1].pools[0].range);
    EXPECT_EQ(config.subnet(4), &config.subnets[1]);
    EXPECT_EQ(config.subnet(2), nullptr);
}

}  // namespace
}  // namespace leasehold
