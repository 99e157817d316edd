// RELEASE, DECLINE and INFORM.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_release_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing_world::Client;
using testing_world::config_of;
using testing_world::ip;
using testing_world::measured_config;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2);

TEST(Release, KeepsTheRowForItsClientWhereThereIsAffinity) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    const auto version = world.row("192.0.2.10")->version;
    world.pass(seconds{10});
    const auto answer = world.ask(alice.release("192.0.2.10"));
    EXPECT_TRUE(answer.silent());
    ASSERT_EQ(answer.done->changes.size(), 1u);
    EXPECT_EQ(cause_of(answer.done->changes[0]), LeaseCause::released);
    const auto row = world.row("192.0.2.10");
    EXPECT_EQ(row->state, LeaseState::released);
    EXPECT_EQ(row->valid_lifetime, 0u);
    EXPECT_EQ(row->expire, world.now());
    EXPECT_EQ(row->hold_until, world.now());
    EXPECT_EQ(row->hwaddr, to_octets(alice.hwaddr));
    EXPECT_EQ(row->version, version + 1);
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
}

TEST(Release, ErasesTheRowWithoutAffinityAndForAnInfiniteLease) {
    auto config = measured_config();
    config.expiration.hold_reclaimed = seconds{0};
    World without{config};
    ASSERT_EQ(without.bind(alice), "192.0.2.10");
    without.ask(alice.release("192.0.2.10"));
    EXPECT_FALSE(without.row("192.0.2.10"));

    config = measured_config();
    config.subnets[0].valid_lifetime = {infinite_lifetime, infinite_lifetime, infinite_lifetime};
    World infinite{config};
    ASSERT_EQ(infinite.bind(alice), "192.0.2.10");
    infinite.ask(alice.release("192.0.2.10"));
    EXPECT_FALSE(infinite.row("192.0.2.10"));
}

TEST(Release, OnlyTheHolderCan) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    for (const auto& packet : {bob.release("192.0.2.10"), alice.release("192.0.2.11"),
                               bob.decline("192.0.2.10"), alice.decline("192.0.2.11")}) {
        const auto answer = world.ask(packet);
        EXPECT_EQ(answer.drop.reason, DropReason::not_the_holder);
        EXPECT_TRUE(answer.done->changes.empty());
    }
    world.ask(alice.release("192.0.2.10"));
    EXPECT_EQ(world.ask(alice.release("192.0.2.10")).drop.reason, DropReason::not_the_holder);
}

TEST(Release, WaitsForALeaseThatIsWithTheStoreAndFetchesWhileLoading) {
    World world{measured_config()};
    const auto in_flight = world.ask_in_flight(alice.selecting("192.0.2.10"));
    auto named = alice;
    EXPECT_EQ(world.decide(named.with_id("os").release("192.0.2.10")).waits_for, unit("192.0.2.10"));
    world.settle(in_flight);
    World loading{measured_config()};
    loading.table_complete = false;
    EXPECT_EQ(loading.decide(alice.release("192.0.2.10")).needs, std::vector{unit("192.0.2.10")});
    EXPECT_EQ(loading.decide(alice.decline("192.0.2.10")).needs, std::vector{unit("192.0.2.10")});
}

TEST(Decline, LeavesNothingOfItsClient) {
    auto config = measured_config();
    config.subnets[0].store_extended_info = true;
    World world{config};
    auto client = alice;
    client.with_id("box");
    world.ask(client.selecting("192.0.2.10").with_text(12, "box").with(82, {2, 1, 'r'}));
    ASSERT_FALSE(world.row("192.0.2.10")->remote_id.empty());
    const auto answer = world.ask(client.decline("192.0.2.10"));
    EXPECT_EQ(cause_of(answer.done->changes.at(0)), LeaseCause::declined);
    const auto row = world.row("192.0.2.10");
    EXPECT_EQ(row->state, LeaseState::declined);
    EXPECT_TRUE(row->client_id.empty());
    EXPECT_TRUE(row->hwaddr.empty());
    EXPECT_TRUE(row->hostname.empty());
    EXPECT_TRUE(row->remote_id.empty());
    EXPECT_EQ(row->expire, world.now() + seconds{86400});
    EXPECT_EQ(world.bind(client), "192.0.2.11");
}

TEST(Decline, ALeaseThatHasExpiredIsNoLongerTheClients) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{3601});
    EXPECT_EQ(world.ask(alice.decline("192.0.2.10")).drop.reason, DropReason::not_the_holder);
}

// --- INFORM

TEST(Inform, GetsOptionsAtItsOwnAddressAndNoLease) {
    World world{measured_config()};
    auto packet = alice.inform("192.0.2.50");
    const auto ack = world.ask(packet.requesting({1, 3, 6, 66}));
    ASSERT_EQ(ack.type(), MessageType::ack);
    EXPECT_THAT(ack.codes(), ElementsAre(53, 1, 3, 6, 15, 42, 54, 66));
    EXPECT_EQ(ack.yiaddr(), "0.0.0.0");
    EXPECT_EQ(ack.view().ciaddr(), ip("192.0.2.50"));
    EXPECT_EQ(ack.done->reply->destination, (Destination{Route::address, to_ipv6(ip("192.0.2.50")), 68, {}}));
    EXPECT_EQ(world.keeper().table().size(), 0u);
}

TEST(Inform, TheMaskGoesOnlyToWhoAskedOrHasNoList) {
    World world{measured_config()};
    EXPECT_FALSE(world.ask(alice.inform("192.0.2.50").requesting({3})).option(1));
    EXPECT_TRUE(world.ask(alice.inform("192.0.2.50")).option(1));
}

TEST(Inform, ARelayedOneIsAnsweredToItsClientPastTheRelay) {
    World world{measured_config()};
    auto client = alice;
    auto packet = client.behind("192.0.2.254").inform("192.0.2.50").with(82, {1, 1, 'x'});
    const auto ack = world.ask(packet);
    EXPECT_EQ(ack.done->reply->destination.route, Route::address);
    EXPECT_TRUE(ack.view().giaddr().is_zero());
    EXPECT_EQ(ack.view().hops(), 0);
    EXPECT_FALSE(ack.option(82));
}

TEST(Inform, WithoutCiaddrItGoesToTheRelayOrTheSource) {
    World world{measured_config()};
    auto relayed = alice;
    auto packet = relayed.behind("192.0.2.254").inform("0.0.0.0").with(82, {1, 1, 'x'});
    const auto via_relay = world.ask(packet);
    EXPECT_EQ(via_relay.done->reply->destination, (Destination{Route::relay, to_ipv6(ip("192.0.2.254")), 67, {}}));
    EXPECT_EQ(via_relay.view().flags(), broadcast_flag);
    EXPECT_TRUE(via_relay.option(82));
    auto direct = alice.inform("0.0.0.0");
    direct.arrival.source = ip("192.0.2.60");
    EXPECT_EQ(world.ask(direct).done->reply->destination.address, to_ipv6(ip("192.0.2.60")));
}

TEST(Inform, IsAnsweredWhileLoadingButNotWithoutASubnet) {
    World world{measured_config()};
    world.table_complete = false;
    EXPECT_EQ(world.ask(alice.inform("192.0.2.50")).type(), MessageType::ack);
    EXPECT_EQ(world.ask(alice.inform("203.0.113.50")).drop.reason, DropReason::no_subnet);
}

}  // namespace
}  // namespace leasehold::v4::decide_release_test
