// Which address an OFFER names, what is counted when there is none, and what keeps the address meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_discover_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_world::Client;
using testing_world::config_of;
using testing_world::measured_config;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2), carol = Client::number(3);

TEST(Discover, OffersTheClientsOwnLeaseEvenWhenItHasEnded) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    ASSERT_EQ(world.bind(bob), "192.0.2.11");
    world.pass(seconds{5000});
    const auto offer = world.ask(alice.discover().with_ip(50, "192.0.2.12"));
    EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
    EXPECT_FALSE(offer.done->holds.empty());  // ended: others could have it meanwhile
}

TEST(Discover, ALiveLeaseNeedsNoHold) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    const auto offer = world.ask(alice.discover());
    EXPECT_TRUE(offer.done->holds.empty());
    EXPECT_TRUE(offer.done->changes.empty());
}

TEST(Discover, ARepeatedOneIsOfferedTheSameAddress) {
    World world{measured_config()};
    EXPECT_EQ(world.ask(bob.discover()).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.11");
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.11");
    EXPECT_EQ(world.keeper().offers().size(), 2u);
}

TEST(Discover, TheWishCountsIfTheAddressIsFreeAndOfThePool) {
    World world{measured_config()};
    EXPECT_EQ(world.ask(alice.discover().with_ip(50, "192.0.2.12")).yiaddr(), "192.0.2.12");
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "192.0.2.12")).yiaddr(), "192.0.2.10");     // held
    EXPECT_EQ(world.ask(carol.discover().with_ip(50, "192.0.2.200")).yiaddr(), "192.0.2.11");  // of no pool
}

TEST(Discover, FreeBeforeReusableBeforeHeldLongest) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.ask(alice.release("192.0.2.10"));
    EXPECT_EQ(world.ask(bob.discover()).yiaddr(), "192.0.2.11");
    world.pass(seconds{1});
    EXPECT_EQ(world.ask(carol.discover()).yiaddr(), "192.0.2.12");
    world.pass(seconds{1});
    EXPECT_EQ(world.ask(Client::number(4).discover()).yiaddr(), "192.0.2.10");  // reusable
    world.pass(seconds{1});
    EXPECT_EQ(world.ask(Client::number(5).discover()).yiaddr(), "192.0.2.11");  // held longest
}

TEST(Discover, PoolsAreUsedInTheirOrder) {
    World world{config_of(
        {subnet_of(1, "192.0.2.0/24", {{"192.0.2.50", "192.0.2.50"}, {"192.0.2.10", "192.0.2.11"}})})};
    EXPECT_EQ(world.bind(alice), "192.0.2.50");
    EXPECT_EQ(world.bind(bob), "192.0.2.10");
    world.ask(alice.release("192.0.2.50"));
    EXPECT_EQ(world.bind(carol), "192.0.2.11");  // free in the second pool before reusable in the first
}

TEST(Discover, AHoldEndsAndTheAddressIsFreeAgain) {
    World world{measured_config()};
    ASSERT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
    world.pass(OfferTable::hold_time + seconds{1});
    EXPECT_EQ(world.keeper().offers().size(), 0u);
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "192.0.2.10")).yiaddr(), "192.0.2.10");
}

TEST(Discover, AnAddressWhoseRowCannotBeReadIsNeverOffered) {
    World world{config_of(
        {subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}, {"192.0.2.20", "192.0.2.20"}})})};
    world.set_aside = {unit("192.0.2.10")};
    EXPECT_EQ(world.ask(alice.discover().with_ip(50, "192.0.2.10")).yiaddr(), "192.0.2.20");
    world.set_aside.push_back(unit("192.0.2.20"));
    EXPECT_EQ(world.ask(bob.discover()).drop.reason, DropReason::no_address);
}

TEST(Discover, ADeclinedAddressIsOfferedOnlyAfterItsProbation) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}})});
    config.decline_probation_period = 300;
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.ask(alice.decline("192.0.2.10"));
    EXPECT_TRUE(world.ask(bob.discover()).silent());
    world.pass(seconds{300});
    EXPECT_TRUE(world.ask(bob.discover()).silent());
    world.pass(seconds{1});
    EXPECT_EQ(world.bind(bob), "192.0.2.10");
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Discover, ReuseWaitsForTheGrace) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}})});
    config.lease_reuse_grace = 10;
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{3610});
    EXPECT_TRUE(world.ask(bob.discover()).silent());
    world.pass(seconds{1});
    EXPECT_EQ(world.ask(bob.discover()).yiaddr(), "192.0.2.10");
}

TEST(Discover, AReleasedLeaseNeedsNoGrace) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}})});
    config.lease_reuse_grace = 10;
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.ask(alice.release("192.0.2.10"));
    EXPECT_EQ(world.bind(bob), "192.0.2.10");
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Discover, WithTheClockInDoubtNoAddressChangesHands) {
    World world{config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.11"}})})};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{5000});
    world.reuse_allowed = false;
    EXPECT_EQ(world.bind(bob), "192.0.2.11");                       // never used: nobody's
    EXPECT_TRUE(world.ask(carol.discover()).silent());              // alice's, even though it ended
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");  // its own
}

TEST(Discover, WhileLoadingNothingIsOffered) {
    World world{measured_config()};
    world.table_complete = false;
    const auto answer = world.ask(alice.discover());
    EXPECT_TRUE(answer.silent());
    EXPECT_EQ(answer.drop.reason, DropReason::store_unavailable);
}

struct DiscoverWhileLoading : testing::Test {
    DiscoverWhileLoading() {
        world.table_complete = false;
        world.stored_clients.emplace().add(bob.hwaddr);
    }
    /// As the journey does: what is needed is read, and it is decided again. Only `held` have rows.
    testing_world::Answer ask(const testing_world::Packet& packet, const std::vector<Prefix>& held = {}) {
        auto answer = world.decide(packet);
        for (int reads = 0; reads < 4 && !answer.needs.empty(); ++reads) {
            for (const Prefix& needed : answer.needs) {
                const bool is_held = std::ranges::find(held, needed) != held.end();
                world.fresh.push_back({needed, is_held ? std::optional{lease_of_bob(needed)} : std::nullopt});
                if (is_held) world.load(lease_of_bob(needed));
            }
            answer = world.decide(packet);
        }
        return answer;
    }
    Lease lease_of_bob(const Prefix& address) const {
        Lease lease;
        lease.address = address;
        lease.subnet_id = 1;
        lease.hwaddr = to_octets(bob.hwaddr);
        lease.valid_lifetime = 3600;
        lease.cltt = world.now();
        lease.expire = lease.hold_until = lease.cltt + seconds{3600};
        lease.version = 1;
        return lease;
    }
    World world{measured_config()};
};

TEST_F(DiscoverWhileLoading, AClientInNoStoredRowIsOfferedAnAddressThatTheStoreHasNoRowOf) {
    const auto first = world.decide(alice.discover());
    ASSERT_FALSE(first.needs.empty());
    EXPECT_THAT(first.needs, testing::IsSubsetOf({unit("192.0.2.10"), unit("192.0.2.11"), unit("192.0.2.12")}));
    const auto offer = ask(alice.discover(), {unit("192.0.2.10"), unit("192.0.2.12")});
    EXPECT_EQ(offer.yiaddr(), "192.0.2.11");
}

TEST_F(DiscoverWhileLoading, AFullPoolIsNotToldOfBeforeAllIsLoaded) {
    const auto none = ask(alice.discover(), {unit("192.0.2.10"), unit("192.0.2.11"), unit("192.0.2.12")});
    EXPECT_TRUE(none.silent());
    EXPECT_EQ(none.drop.reason, DropReason::store_unavailable);
    EXPECT_THAT(none.done->counts, IsEmpty());
}

TEST_F(DiscoverWhileLoading, WhoMayHaveALeaseWaits) {
    EXPECT_EQ(world.decide(bob.discover()).drop.reason, DropReason::store_unavailable);
    auto named = alice;
    named.with_id("bob");
    world.stored_clients->add(named.client_id);
    EXPECT_EQ(world.decide(named.discover()).drop.reason, DropReason::store_unavailable);
    world.stored_clients.reset();
    EXPECT_EQ(world.decide(alice.discover()).drop.reason, DropReason::store_unavailable) << "nothing is known yet";
}

TEST_F(DiscoverWhileLoading, WhoGotALeaseMeanwhileIsOfferedIt) {
    world.fresh = {{unit("192.0.2.11"), std::nullopt}};
    ASSERT_EQ(world.ask(alice.selecting("192.0.2.11")).type(), MessageType::ack);
    world.fresh.clear();
    EXPECT_EQ(ask(alice.discover()).yiaddr(), "192.0.2.11");
}

TEST_F(DiscoverWhileLoading, WhatIsOfferedIsOfferedToNobodyElse) {
    world.fresh = {{unit("192.0.2.12"), std::nullopt}};
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.12");
    const auto second = world.decide(carol.discover());
    EXPECT_FALSE(second.needs.empty());
    EXPECT_THAT(second.needs, testing::Not(testing::Contains(unit("192.0.2.12"))));
}

TEST_F(DiscoverWhileLoading, ALimitWaitsUntilAllAreCounted) {
    auto config = measured_config();
    config.subnets[0].limits.address_limit = 2;
    World limited{std::move(config)};
    limited.table_complete = false;
    limited.stored_clients.emplace();
    EXPECT_EQ(limited.decide(alice.discover()).drop.reason, DropReason::store_unavailable);
}

TEST(Discover, WaitsForItsOwnLeaseThatIsWithTheStore) {
    World world{measured_config()};
    auto named = alice;
    const auto in_flight = world.ask_in_flight(named.with_id("os").selecting("192.0.2.10"));
    ASSERT_EQ(in_flight.type(), MessageType::ack);
    EXPECT_EQ(world.decide(alice.discover()).waits_for, unit("192.0.2.10"));  // same machine, other identity
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "192.0.2.10")).yiaddr(), "192.0.2.11");
    world.settle(in_flight);
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
}

TEST(Discover, WithoutPoolsTheOtherFailureIsCounted) {
    World world{config_of({subnet_of(1, "192.0.2.0/24", {})})};
    const auto answer = world.ask(alice.discover());
    EXPECT_EQ(answer.drop.reason, DropReason::no_address);
    EXPECT_TRUE(answer.counted(Stat::v4_allocation_fail_no_pools));
    EXPECT_FALSE(answer.counted(Stat::v4_allocation_fail));
    EXPECT_FALSE(answer.counted(Stat::v4_allocation_fail_shared_network));
}

TEST(Discover, FirstAndLastOfA24MayBeExcluded) {
    auto config =
        config_of({subnet_of(1, "10.0.0.0/16", {{"10.0.1.255", "10.0.1.255"}, {"10.0.2.1", "10.0.2.255"}})});
    auto client = alice;
    client.behind("10.0.0.1");
    World plain{config};
    EXPECT_EQ(plain.ask(client.discover()).yiaddr(), "10.0.1.255");
    config.compatibility.exclude_first_last_24 = true;
    World excluding{config};
    EXPECT_EQ(excluding.ask(client.discover().with_ip(50, "10.0.2.255")).yiaddr(), "10.0.2.1");
    EXPECT_EQ(excluding.ask(client.selecting("10.0.2.255")).drop.reason, DropReason::unknown_address);
}

TEST(Discover, OfferLifetimeStoresTheOffer) {
    auto config = measured_config();
    config.subnets[0].offer_lifetime = 60;
    World world{config};
    const auto offer = world.ask(alice.discover());
    ASSERT_EQ(offer.type(), MessageType::offer);
    EXPECT_EQ(offer.u32(51), 3600u);  // what the client will get
    EXPECT_TRUE(offer.done->holds.empty());
    ASSERT_EQ(offer.done->changes.size(), 1u);
    EXPECT_EQ(cause_of(offer.done->changes[0]), LeaseCause::offered);
    EXPECT_EQ(world.row("192.0.2.10")->valid_lifetime, 60u);
    EXPECT_TRUE(world.ask(alice.discover()).done->changes.empty());  // it stands already
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.10")).type(), MessageType::ack);
    EXPECT_EQ(world.row("192.0.2.10")->valid_lifetime, 3600u);
}

TEST(Discover, OfferLifetimeDoesNotShortenALease) {
    auto config = measured_config();
    config.subnets[0].offer_lifetime = 60;
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{2000});
    EXPECT_TRUE(world.ask(alice.discover()).done->changes.empty());
    EXPECT_EQ(world.row("192.0.2.10")->valid_lifetime, 3600u);
}

TEST(Discover, TheCursorMovesOnlyForTheAllocatorsAddress) {
    World world{measured_config()};
    EXPECT_THAT(world.ask(alice.discover().with_ip(50, "192.0.2.12")).done->advances, IsEmpty());
    EXPECT_THAT(world.ask(bob.discover()).done->advances, ElementsAre(unit("192.0.2.10")));
}

// I8: decide reads only its arguments.
TEST(Discover, I8SameArgumentsSameDecision) {
    auto config = measured_config();
    config.subnets[0].allocator = AllocatorKind::random;
    World world{config};
    ASSERT_FALSE(world.bind(alice).empty());
    world.seed = 42;
    const auto first = world.decide(bob.discover()), second = world.decide(bob.discover());
    ASSERT_TRUE(first.done && second.done);
    EXPECT_EQ(first.done->reply->bytes, second.done->reply->bytes);
    EXPECT_EQ(first.done->reply->destination, second.done->reply->destination);
    EXPECT_EQ(first.done->holds.at(0).unit, second.done->holds.at(0).unit);
    EXPECT_EQ(first.done->advances, second.done->advances);
}

}  // namespace
}  // namespace leasehold::v4::decide_discover_test
