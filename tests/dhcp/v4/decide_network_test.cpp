// Shared networks and guards: which subnet and pool an address comes from, and which lease counts as the
// client's.
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_network_test {
namespace {

using std::chrono::seconds;
using testing_world::add_network;
using testing_world::Client;
using testing_world::config_of;
using testing_world::ip;
using testing_world::Packet;
using testing_world::set_hosts;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::vendor_class;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2), carol = Client::number(3);

/// Two subnets of one address each on one link, and one that stands alone.
ServerConfig floor_config() {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}}),
                             subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.10"}}),
                             subnet_of(3, "172.16.0.0/24", {{"172.16.0.10", "172.16.0.10"}})});
    add_network(config, "floor", {1, 2});
    finish(config);
    return config;
}

Packet phone(Packet packet) {
    return packet.with_text(60, "phone");
}

TEST(SharedNetwork, TheSelectedSubnetComesFirstThenTheOthers) {
    World world{floor_config()};
    EXPECT_EQ(world.bind(alice), "192.0.2.10");
    EXPECT_EQ(world.bind(bob), "10.0.0.10");
    EXPECT_EQ(world.row("10.0.0.10")->subnet_id, 2u);
    const auto full = world.ask(carol.discover());
    EXPECT_EQ(full.drop.reason, DropReason::no_address);
    EXPECT_TRUE(full.counted(Stat::v4_allocation_fail_shared_network));
    EXPECT_FALSE(full.counted(Stat::v4_allocation_fail_subnet));
}

TEST(SharedNetwork, TheReplyIsOfTheSubnetThatTheAddressIsOf) {
    auto config = floor_config();
    config.subnets[1].valid_lifetime = {600, 1234, 7200};
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    const auto offer = world.ask(bob.discover());
    EXPECT_EQ(offer.yiaddr(), "10.0.0.10");
    EXPECT_EQ(offer.u32(51), 1234u);
}

TEST(SharedNetwork, ALeaseInAnyOfItsSubnetsIsTheClients) {
    World world{floor_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    ASSERT_EQ(world.bind(bob), "10.0.0.10");
    world.ask(alice.release("192.0.2.10"));
    EXPECT_EQ(world.ask(bob.discover()).yiaddr(), "10.0.0.10");
    EXPECT_EQ(world.ask(bob.init_reboot("10.0.0.10")).type(), MessageType::ack);
    EXPECT_EQ(world.ask(bob.renewing("10.0.0.10")).type(), MessageType::ack);
    EXPECT_EQ(world.ask(bob.init_reboot("192.0.2.10")).type(), MessageType::nak);
}

TEST(SharedNetwork, AClientThatMovesWithinItLosesItsOldLease) {
    World world{floor_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    EXPECT_EQ(world.ask(alice.selecting("10.0.0.10")).type(), MessageType::ack);
    EXPECT_FALSE(world.row("192.0.2.10"));
}

TEST(SharedNetwork, TheWishMayBeOfAnotherSubnetOnTheLinkOnly) {
    World world{floor_config()};
    EXPECT_EQ(world.ask(alice.discover().with_ip(50, "10.0.0.10")).yiaddr(), "10.0.0.10");
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "172.16.0.10")).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(carol.selecting("172.16.0.10")).type(), MessageType::nak);
}

TEST(SharedNetwork, ARepeatedDiscoverIsOfferedTheSameAddressOfAnotherSubnet) {
    World world{floor_config()};
    ASSERT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
    ASSERT_EQ(world.ask(bob.discover()).yiaddr(), "10.0.0.10");
    world.keeper().release_hold(unit("192.0.2.10"));
    EXPECT_EQ(world.ask(bob.discover()).yiaddr(), "10.0.0.10");
}

TEST(Guard, OfASubnetInTheNetworkKeepsItsAddressesFromOthers) {
    auto config = floor_config();
    config.subnets[1].guard = {vendor_class(config, "phone")};
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    EXPECT_TRUE(world.ask(bob.discover()).silent());
    EXPECT_EQ(world.ask(bob.selecting("10.0.0.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(phone(bob.selecting("10.0.0.10"))).type(), MessageType::ack);
    EXPECT_EQ(world.ask(phone(bob.rebinding("10.0.0.10"))).type(), MessageType::ack);
    auto relayed = bob;
    relayed.behind("192.0.2.254");
    EXPECT_EQ(world.ask(relayed.rebinding("10.0.0.10")).type(), MessageType::nak);  // it is no phone any more
}

TEST(Guard, OfTheNetworkCountsForEachOfItsSubnets) {
    auto config = floor_config();
    config.shared_networks[0].guard = {vendor_class(config, "phone")};
    World world{config};
    EXPECT_EQ(world.ask(alice.discover()).drop.reason, DropReason::no_subnet);
    EXPECT_EQ(world.ask(phone(alice.discover())).yiaddr(), "192.0.2.10");
}

TEST(Guard, OfAPoolKeepsItsAddressesFromOthers) {
    auto config = config_of(
        {subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}, {"192.0.2.20", "192.0.2.20"}})});
    config.subnets[0].pools[0].guard = {vendor_class(config, "phone")};
    World world{config};
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.20");
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "192.0.2.10")).yiaddr(), "192.0.2.20");
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(phone(carol.discover())).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(phone(carol.selecting("192.0.2.10"))).type(), MessageType::ack);
}

TEST(Guard, WhenNoPoolLetsTheClientInNoPoolsIsWhatIsCounted) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}})});
    config.subnets[0].pools[0].guard = {vendor_class(config, "phone")};
    World world{config};
    EXPECT_TRUE(world.ask(alice.discover()).counted(Stat::v4_allocation_fail_no_pools));
}

TEST(Guard, KnownClientsMayHaveAPoolOfTheirOwn) {
    auto config = config_of(
        {subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}, {"192.0.2.20", "192.0.2.20"}})});
    config.subnets[0].pools[0].guard = {class_id::known};
    config.subnets[0].pools[1].guard = {class_id::unknown};
    set_hosts(config, {testing_world::host_of(alice, 1, "")});
    World world{config};
    EXPECT_EQ(world.bind(alice), "192.0.2.10");
    EXPECT_EQ(world.bind(bob), "192.0.2.20");
}

// Kea: a host's classes in a shared network count from the allocation on, since the subnet may change.
TEST(AfterAllocation, TheHostOfTheChosenSubnetGivesItsClasses) {
    auto config = floor_config();
    auto& brief = config.classes.emplace_back();
    brief.id = config.class_names.intern("brief");
    brief.name = "brief";
    brief.valid_lifetime = LifetimeRange{60, 61, 62};
    auto host = testing_world::host_of(bob, 2, "");
    host.classes = {brief.id};
    set_hosts(config, {host});
    finish(config);
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    EXPECT_EQ(world.ask(bob.discover()).u32(51), 61u);
    world.ask(alice.release("192.0.2.10"));
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "192.0.2.10")).u32(51), 61u);  // still held in 2
}

TEST(AfterAllocation, AdditionalClassesOfPoolSubnetAndNetworkCountForTheLifetime) {
    for (const int place : {0, 1, 2}) {
        auto config = floor_config();
        auto& brief = config.classes.emplace_back();
        brief.id = config.class_names.intern("brief");
        brief.name = "brief";
        brief.additional_only = true;
        brief.valid_lifetime = LifetimeRange{60, 61, 62};
        auto& subnet = config.subnets[0];
        auto& list = place == 0   ? subnet.pools[0].additional_classes
                     : place == 1 ? subnet.additional_classes
                                  : config.shared_networks[0].additional_classes;
        list = {brief.id};
        finish(config);
        World world{config};
        EXPECT_EQ(world.ask(alice.discover()).u32(51), 61u) << place;
        EXPECT_EQ(world.ask(bob.selecting("10.0.0.10")).u32(51), place == 2 ? 61u : 3600u) << place;
    }
}

}  // namespace
}  // namespace leasehold::v4::decide_network_test
