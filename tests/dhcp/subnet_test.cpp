#include "dhcp/subnet.hpp"

#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::subnet_test {
namespace {

using testing_world::ip;
using testing_world::ipv4_option;
using testing_world::subnet_of;

using Place = std::optional<std::size_t>;

TEST(SubnetIndex, FindsTheSubnetOfAnAddress) {
    const SubnetIndex index{{subnet_of(1, "192.0.2.0/24", {}), subnet_of(2, "198.51.100.0/25", {}),
                             subnet_of(3, "10.0.0.0/8", {})}};
    EXPECT_EQ(index.by_address(to_ipv6(ip("192.0.2.0"))), Place{0});
    EXPECT_EQ(index.by_address(to_ipv6(ip("192.0.2.255"))), Place{0});
    EXPECT_EQ(index.by_address(to_ipv6(ip("198.51.100.127"))), Place{1});
    EXPECT_EQ(index.by_address(to_ipv6(ip("198.51.100.128"))), std::nullopt);
    EXPECT_EQ(index.by_address(to_ipv6(ip("10.255.255.255"))), Place{2});
    EXPECT_EQ(index.by_address(to_ipv6(ip("0.0.0.0"))), std::nullopt);
}

TEST(SubnetIndex, LowestIdWinsWherePrefixesOverlap) {
    const SubnetIndex narrow_first{{subnet_of(1, "10.1.0.0/16", {}), subnet_of(2, "10.0.0.0/8", {})}};
    EXPECT_EQ(narrow_first.by_address(to_ipv6(ip("10.1.2.3"))), Place{0});
    EXPECT_EQ(narrow_first.by_address(to_ipv6(ip("10.2.2.3"))), Place{1});
    const SubnetIndex wide_first{{subnet_of(1, "10.0.0.0/8", {}), subnet_of(2, "10.1.0.0/16", {})}};
    EXPECT_EQ(wide_first.by_address(to_ipv6(ip("10.1.2.3"))), Place{0});
    const SubnetIndex twice{{subnet_of(1, "10.0.0.0/8", {}), subnet_of(2, "10.0.0.0/8", {})}};
    EXPECT_EQ(twice.by_address(to_ipv6(ip("10.1.2.3"))), Place{0});
}

TEST(SubnetIndex, ZeroLengthPrefixContainsEverything) {
    const SubnetIndex index{{subnet_of(1, "0.0.0.0/0", {})}};
    EXPECT_EQ(index.by_address(to_ipv6(ip("203.0.113.9"))), Place{0});
}

TEST(SubnetIndex, FindsByRelayInterfaceAndId) {
    auto first = subnet_of(5, "192.0.2.0/24", {});
    first.relay_addresses = {to_ipv6(ip("203.0.113.1")), to_ipv6(ip("203.0.113.2"))};
    auto second = subnet_of(9, "198.51.100.0/24", {});
    second.relay_addresses = {to_ipv6(ip("203.0.113.2"))};
    second.interface = "lan1";
    const SubnetIndex index{{first, second}};
    EXPECT_EQ(index.by_relay(to_ipv6(ip("203.0.113.1"))), Place{0});
    EXPECT_EQ(index.by_relay(to_ipv6(ip("203.0.113.2"))), Place{0});
    EXPECT_EQ(index.by_relay(to_ipv6(ip("203.0.113.3"))), std::nullopt);
    EXPECT_EQ(index.by_interface("lan1"), Place{1});
    EXPECT_EQ(index.by_interface("lan0"), std::nullopt);
    EXPECT_EQ(index.by_interface(""), std::nullopt);
    EXPECT_EQ(index.by_id(9), Place{1});
    EXPECT_EQ(index.by_id(6), std::nullopt);
}

// RFC 7341: Kea's 4o6 keys
TEST(SubnetIndex, ACarriedMessageIsPlacedByRelayThenPrefixThenInterface) {
    std::vector<SubnetConfig> subnets;
    for (std::uint32_t id = 1; id <= 4; ++id) subnets.push_back(subnet_of(id, "10.0.0.0/8", {}));
    subnets[0].interface = "lan0";  // not looked at: a 4o6 key is needed
    subnets[1].carrier = CarrierConfig{{}, {}, "lan0"};
    subnets[2].carrier = CarrierConfig{{}, Prefix{*parse_ipv6("2001:db8:2::"), 64}, {}};
    subnets[3].carrier = CarrierConfig{{'p', '4'}, {}, {}};
    const SubnetIndex index{subnets};
    const auto all = [](std::size_t) { return true; };
    const auto place = [&](const CarrierLink& link) { return index.by_carrier(link, all); };
    const Ipv6 in_it = *parse_ipv6("2001:db8:2::7"), elsewhere = *parse_ipv6("2001:db8:3::7");
    EXPECT_EQ(place({{'p', '4'}, in_it, in_it, "lan0"}), Place{3});
    EXPECT_EQ(place({{'p', '5'}, in_it, elsewhere, "lan0"}), Place{2});
    EXPECT_EQ(place({{}, {}, in_it, "lan0"}), Place{2});
    EXPECT_EQ(place({{}, elsewhere, elsewhere, "lan0"}), Place{1});
    EXPECT_EQ(place({{}, elsewhere, elsewhere, "lan1"}), std::nullopt);
    const auto not_the_last = [](std::size_t at) { return at != 3; };
    EXPECT_EQ(index.by_carrier({{'p', '4'}, in_it, in_it, "lan0"}, not_the_last), Place{2});
}

TEST(SubnetIndex, ASubnetThatDoesNotTakeTheClientIsPassedOver) {
    std::vector<SubnetConfig> subnets;
    for (std::uint32_t id = 1; id <= 3; ++id) {
        auto& subnet = subnets.emplace_back(subnet_of(id, id == 2 ? "10.0.0.0/8" : "10.1.0.0/16", {}));
        subnet.relay_addresses = {to_ipv6(ip("203.0.113.1"))};
        subnet.interface = "lan0";
    }
    const SubnetIndex index{subnets};
    const auto at_least = [](std::size_t first) {
        return [first](std::size_t place) { return place >= first; };
    };
    for (const std::size_t first : {0u, 1u, 2u}) {
        EXPECT_EQ(index.by_address(to_ipv6(ip("10.1.2.3")), at_least(first)), Place{first});
        EXPECT_EQ(index.by_relay(to_ipv6(ip("203.0.113.1")), at_least(first)), Place{first});
        EXPECT_EQ(index.by_interface("lan0", at_least(first)), Place{first});
    }
    EXPECT_EQ(index.by_address(to_ipv6(ip("10.1.2.3")), at_least(3)), std::nullopt);
    EXPECT_EQ(index.by_relay(to_ipv6(ip("203.0.113.1")), at_least(3)), std::nullopt);
    EXPECT_EQ(index.by_address(to_ipv6(ip("10.2.2.3")), at_least(2)), std::nullopt);
}

TEST(SubnetIndex, FindsAmongManySubnetsByAskingFew) {
    std::vector<SubnetConfig> subnets;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const Ipv4 network{ip("10.0.0.0").value + (i << 8)};
        subnets.push_back(subnet_of(i + 1, to_string(network) + "/24", {}));
        subnets.back().relay_addresses = {to_ipv6(Ipv4{network.value + 1})};
    }
    const SubnetIndex index{subnets};
    int asked = 0;
    const auto takes = [&](std::size_t) {
        ++asked;
        return true;
    };
    EXPECT_EQ(index.by_address(to_ipv6(ip("10.30.200.9")), takes), Place{30 * 256 + 200});
    EXPECT_EQ(index.by_relay(to_ipv6(ip("10.30.200.1")), takes), Place{30 * 256 + 200});
    EXPECT_EQ(asked, 2);
}

TEST(SubnetsOnALink, TheSelectedOneThenTheNextOnesAroundTheNetwork) {
    auto config = testing_world::config_of({subnet_of(1, "10.1.0.0/16", {}), subnet_of(2, "10.2.0.0/16", {}),
                                            subnet_of(3, "10.3.0.0/16", {}), subnet_of(4, "10.4.0.0/16", {}),
                                            subnet_of(5, "10.5.0.0/16", {})});
    const auto guard = config.class_names.intern("phone");
    testing_world::add_network(config, "floor", {1, 3, 4, 5});
    config.subnets[4].guard = {guard};
    finish(config);
    const auto order = [&](std::size_t place, const ClassSet& classes) {
        std::vector<std::uint32_t> ids;
        any_subnet_on_link(config, config.subnets[place], classes, [&](const SubnetConfig& subnet) {
            ids.push_back(subnet.id);
            return false;
        });
        return ids;
    };
    ClassSet phone;
    phone.add(guard);
    EXPECT_EQ(order(2, phone), (std::vector<std::uint32_t>{3, 4, 5, 1}));
    EXPECT_EQ(order(2, {}), (std::vector<std::uint32_t>{3, 4, 1}));
    EXPECT_EQ(order(1, phone), (std::vector<std::uint32_t>{2}));
}

TEST(SubnetIndex, KnowsServerIdentifiersOfNetworks) {
    SharedNetworkConfig network;
    network.options = {ipv4_option(54, "203.0.113.54")};
    const SubnetIndex index{{}, {network}};
    EXPECT_TRUE(index.is_server_identifier(ip("203.0.113.54")));
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
}  // namespace leasehold::subnet_test
