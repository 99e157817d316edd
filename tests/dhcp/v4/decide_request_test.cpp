// REQUEST: who gets an ACK, a NAK or silence, and what is stored with it. Kea's measured answers are in
// decide_measured_test; here are the rules behind them and the ones that Kea does not have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_request_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing_world::Answer;
using testing_world::Bytes;
using testing_world::Client;
using testing_world::config_of;
using testing_world::measured_config;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2);

const Put& put_of(const Answer& answer, std::size_t at = 0) {
    return std::get<Put>(answer.done->changes.at(at));
}

ServerConfig one_address() {
    return config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}})});
}

Lease lease_of(std::string_view address, std::uint32_t subnet_id, const Client& client, LeaseTime now) {
    Lease lease;
    lease.address = unit(address);
    lease.subnet_id = subnet_id;
    lease.hwaddr = to_octets(client.hwaddr);
    lease.valid_lifetime = 3600;
    lease.cltt = now;
    lease.expire = lease.hold_until = now + seconds{3600};
    lease.version = 7;
    return lease;
}

// --- versions and the stored row

TEST(Request, ANewRowStartsAtAFirstVersionAndEachRenewalAddsOne) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    const auto first = world.row("192.0.2.10")->version;
    EXPECT_GE(first, std::uint64_t{1'700'000'000} * 1'000'000 * 1024);
    world.pass(seconds{1800});
    const auto ack = world.ask(alice.renewing("192.0.2.10"));
    EXPECT_EQ(put_of(ack).lease.version, first + 1);
    EXPECT_FALSE(put_of(ack).takes_over);
    EXPECT_EQ(cause_of(ack.done->changes[0]), LeaseCause::renewed);
}

TEST(Request, TheRowSaysWhoWhereAndHowLong) {
    auto config = measured_config();
    config.subnets[0].pools[0].pool_id = 9;
    World world{config};
    auto client = alice;
    client.with_id("box");
    const auto ack = world.ask(client.selecting("192.0.2.11").with_text(12, "Box"));
    const auto& lease = put_of(ack).lease;
    EXPECT_EQ(lease.address, unit("192.0.2.11"));
    EXPECT_EQ(lease.kind, LeaseKind::v4);
    EXPECT_EQ(lease.subnet_id, 1u);
    EXPECT_EQ(lease.pool_id, 9u);
    EXPECT_EQ(lease.client_id, to_octets(Bytes{'b', 'o', 'x'}));
    EXPECT_EQ(lease.hwaddr, to_octets(client.hwaddr));
    EXPECT_EQ(lease.hostname, "box");
    EXPECT_EQ(lease.valid_lifetime, 3600u);
    EXPECT_EQ(lease.cltt, world.now());
    EXPECT_EQ(lease.expire, world.now() + seconds{3600});
    EXPECT_EQ(lease.hold_until, lease.expire);
    EXPECT_EQ(lease.state, LeaseState::assigned);
    EXPECT_EQ(lease.last_writer, 77u);
    EXPECT_EQ(cause_of(ack.done->changes[0]), LeaseCause::granted);
}

TEST(Request, MatchClientIdFalseLeavesTheIdentifierOutOfTheRow) {
    auto config = measured_config();
    config.subnets[0].match_client_id = false;
    World world{config};
    auto client = alice;
    EXPECT_EQ(world.bind(client.with_id("one")), "192.0.2.10");
    EXPECT_EQ(world.bind(client.with_id("two")), "192.0.2.10");
    EXPECT_TRUE(world.row("192.0.2.10")->client_id.empty());
}

TEST(Request, Rfc4361IdentifiersAreOpaque) {
    World world{measured_config()};
    auto one = alice, other = alice;
    one.client_id = {255, 0, 0, 0, 1, 0, 3, 0, 1, 1, 2, 3, 4, 5, 6};
    other.client_id = {255, 0, 0, 0, 2, 0, 3, 0, 1, 1, 2, 3, 4, 5, 6};  // same DUID, another IAID
    EXPECT_NE(world.bind(one), world.bind(other));
}

TEST(Request, RelayIdentitiesAreStoredOnDemand) {
    for (const bool wanted : {false, true}) {
        auto config = measured_config();
        config.subnets[0].store_extended_info = wanted;
        World world{config};
        world.ask(alice.selecting("192.0.2.10").with(82, {2, 2, 'r', 'm', 12, 2, 'i', 'd'}));
        const auto row = world.row("192.0.2.10");
        EXPECT_EQ(to_hex(view(row->remote_id), ""), wanted ? "726d" : "");
        EXPECT_EQ(to_hex(view(row->relay_id), ""), wanted ? "6964" : "");
    }
}

// --- renewals without a write

TEST(Request, ARenewalIsWrittenWhenItIsOldEnough) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{900});  // a quarter of 3600: still young
    EXPECT_TRUE(world.ask(alice.renewing("192.0.2.10")).done->changes.empty());
    world.pass(seconds{1});
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).u32(51), 3600u);
    EXPECT_EQ(world.row("192.0.2.10")->cltt, world.now());
}

TEST(Request, ARenewalIsWrittenWhenSomethingChanged) {
    const auto writes = [](const std::function<void(testing_world::Packet&)>& change) {
        World world{measured_config()};
        EXPECT_EQ(world.bind(alice), "192.0.2.10");
        world.pass(seconds{5});
        auto renewal = alice.renewing("192.0.2.10");
        change(renewal);
        return !world.ask(renewal).done->changes.empty();
    };
    EXPECT_FALSE(writes([](auto&) {}));
    EXPECT_TRUE(writes([](auto& packet) { packet.with_text(12, "renamed"); }));
    EXPECT_TRUE(writes([](auto& packet) { packet.with_text(61, "now-with-id"); }));
    EXPECT_TRUE(writes([](auto& packet) { packet.with_u32(51, 1200); }));
}

TEST(Request, CacheThresholdZeroAndCacheMaxAgeMakeRenewalsWritten) {
    auto config = measured_config();
    config.subnets[0].cache_threshold = 0;
    World never{config};
    ASSERT_EQ(never.bind(alice), "192.0.2.10");
    EXPECT_FALSE(never.ask(alice.renewing("192.0.2.10")).done->changes.empty());
    config.subnets[0].cache_threshold = 0.25;
    config.subnets[0].cache_max_age = 10;
    World briefly{config};
    ASSERT_EQ(briefly.bind(alice), "192.0.2.10");
    briefly.pass(seconds{10});
    EXPECT_TRUE(briefly.ask(alice.renewing("192.0.2.10")).done->changes.empty());
    briefly.pass(seconds{1});
    EXPECT_FALSE(briefly.ask(alice.renewing("192.0.2.10")).done->changes.empty());
}

TEST(Request, ANewLifetimeOfTheConfigurationTakesEffectAtTheNextRenewal) {
    World world{measured_config()};
    auto old = lease_of("192.0.2.10", 1, alice, world.now());
    old.valid_lifetime = 7000;
    old.expire = old.hold_until = world.now() + seconds{7000};
    world.load(old);
    world.pass(seconds{5});
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).u32(51), 3600u);
}

// --- promises

TEST(Request, AShorterRenewalDoesNotTakeBackAnEarlierPromise) {
    World world{one_address()};
    world.ask(alice.selecting("192.0.2.10").with_u32(51, 7200));
    const auto promised = world.row("192.0.2.10")->hold_until;
    world.pass(seconds{100});
    world.ask(alice.renewing("192.0.2.10").with_u32(51, 600));
    const auto row = world.row("192.0.2.10");
    EXPECT_EQ(row->expire, world.now() + seconds{600});
    EXPECT_EQ(row->hold_until, promised);
    // The lease has expired for everybody to see, but the ACK may have been lost: nobody else gets the
    // address.
    world.pass(seconds{700});
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::nak);
    EXPECT_TRUE(world.ask(bob.discover()).silent());
    world.pass(seconds{7200});
    EXPECT_EQ(world.bind(bob), "192.0.2.10");
    EXPECT_EQ(world.refused_changes(), 0u);
}

// --- taking over

TEST(Request, AnEndedLeaseOfAnotherIsTakenOverAndTheStoreIsTold) {
    auto config = one_address();
    config.lease_reuse_grace = 10;
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    const auto version = world.row("192.0.2.10")->version;
    world.pass(seconds{3611});
    const auto ack = world.ask(bob.selecting("192.0.2.10").with_text(12, "bob"));
    ASSERT_EQ(ack.type(), MessageType::ack);
    EXPECT_TRUE(put_of(ack).takes_over);
    EXPECT_EQ(put_of(ack).grace_seconds, 10u);
    EXPECT_EQ(put_of(ack).now, world.now());
    EXPECT_EQ(put_of(ack).lease.version, version + 1);
    EXPECT_EQ(put_of(ack).lease.hold_until, world.now() + seconds{3600});
    EXPECT_EQ(cause_of(ack.done->changes[0]), LeaseCause::granted);
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Request, BeforeTheGraceIsOverAnEndedLeaseIsStillRefused) {
    auto config = one_address();
    config.lease_reuse_grace = 10;
    World world{config};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{3610});
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.rebinding("192.0.2.10")).type(), MessageType::ack);
}

TEST(Request, AnOwnEndedLeaseIsGrantedAgainWithoutTakingOver) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.ask(alice.release("192.0.2.10"));
    const auto ack = world.ask(alice.init_reboot("192.0.2.10"));
    ASSERT_EQ(ack.type(), MessageType::ack);
    EXPECT_FALSE(put_of(ack).takes_over);
    EXPECT_EQ(cause_of(ack.done->changes[0]), LeaseCause::granted);
}

TEST(Request, ADeclinedAddressIsRefused) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.ask(alice.decline("192.0.2.10"));
    for (const auto& client : {alice, bob}) {
        EXPECT_EQ(world.ask(client.selecting("192.0.2.10")).type(), MessageType::nak);
    }
}

TEST(Request, AHeldAddressGoesToWhoeverRequestsItFirst) {
    World world{one_address()};
    ASSERT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
    ASSERT_EQ(world.ask(bob.discover()).yiaddr(), "192.0.2.10");  // nothing else is there
    const auto ack = world.ask(alice.selecting("192.0.2.10"));
    EXPECT_EQ(ack.type(), MessageType::ack);
    EXPECT_THAT(ack.done->release_holds, ElementsAre(unit("192.0.2.10")));
    EXPECT_EQ(world.keeper().offers().size(), 0u);
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::nak);
}

// --- moving

TEST(Request, TheOldLeaseGoesInTheSameDecision) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    const auto version = world.row("192.0.2.10")->version;
    const auto ack = world.ask(alice.selecting("192.0.2.12"));
    ASSERT_EQ(ack.done->changes.size(), 2u);
    EXPECT_EQ(cause_of(ack.done->changes[0]), LeaseCause::moved);
    const auto& erase = std::get<Erase>(ack.done->changes[0]);
    EXPECT_EQ(erase.address, unit("192.0.2.10"));
    EXPECT_EQ(erase.version, version);
    EXPECT_EQ(put_of(ack, 1).lease.address, unit("192.0.2.12"));
    EXPECT_FALSE(world.row("192.0.2.10"));
}

TEST(Request, MovingWaitsForAnOldLeaseThatIsWithTheStore) {
    World world{measured_config()};
    auto named = alice;
    const auto in_flight = world.ask_in_flight(named.with_id("os").selecting("192.0.2.10"));
    const auto answer = world.decide(alice.selecting("192.0.2.12"));
    EXPECT_EQ(answer.waits_for, unit("192.0.2.10"));
    world.settle(in_flight);
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.12")).done->changes.size(), 2u);
}

TEST(Request, ALeaseInAnotherSubnetStaysUntilItExpires) {
    World world{config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}}),
                           subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.20"}})})};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    auto roaming = alice;
    EXPECT_EQ(world.bind(roaming.behind("10.0.0.1")), "10.0.0.10");
    EXPECT_TRUE(world.row("192.0.2.10"));
    EXPECT_EQ(world.bind(alice), "192.0.2.10");  // back home, and the address has waited
}

// --- the wrong network

TEST(Request, InitRebootWithAnAddressOfAnotherSubnetOfOursIsRefused) {
    World world{config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}}),
                           subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.20"}})})};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    auto roaming = alice;
    roaming.behind("10.0.0.1");
    // RFC 2131 4.3.2: "on the wrong net"; needs no authoritative, since both networks are ours.
    const auto nak = world.ask(roaming.init_reboot("192.0.2.10"));
    EXPECT_EQ(nak.type(), MessageType::nak);
    EXPECT_TRUE(nak.done->changes.empty());
    EXPECT_EQ(world.ask(roaming.rebinding("192.0.2.10")).type(), MessageType::nak);
}

TEST(Request, AnAddressOfNoSubnetOfOursIsRefusedOnlyWhenAuthoritative) {
    for (const bool authoritative : {false, true}) {
        auto config = measured_config();
        config.subnets[0].authoritative = authoritative;
        World world{config};
        auto client = alice;
        client.behind("192.0.2.254");
        const auto expected = authoritative ? MessageType::nak : MessageType::none;
        EXPECT_EQ(world.ask(client.init_reboot("203.0.113.9")).type(), expected);
        EXPECT_EQ(world.ask(client.rebinding("203.0.113.9")).type(), expected);
    }
}

TEST(Request, TwoRelaysInARowLeaveTheFirstOnesGiaddr) {
    World world{config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}}),
                           subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.20"}})})};
    auto packet = Client::number(1).behind("10.0.0.1").discover();
    packet.hops = 2;
    packet.arrival.source = testing_world::ip("192.0.2.253");  // the second relay
    const auto offer = world.ask(packet);
    EXPECT_EQ(offer.yiaddr(), "10.0.0.10");
    EXPECT_EQ(offer.done->reply->destination.address, to_ipv6(testing_world::ip("10.0.0.1")));
    EXPECT_EQ(offer.view().hops(), 2);
}

TEST(Request, LeasesOfASubnetThatIsGoneAreNotRenewedAndBlockTheirAddress) {
    World world{measured_config()};
    world.load(lease_of("192.0.2.10", 99, alice, world.now()));
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.bind(alice), "192.0.2.11");
    world.pass(seconds{3601});
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::ack);
    EXPECT_EQ(world.row("192.0.2.10")->subnet_id, 1u);
}

TEST(Request, AnAddressThatLeftItsPoolIsNoLongerRenewed) {
    World world{measured_config()};
    world.load(lease_of("192.0.2.99", 1, alice, world.now()));
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.99")).drop.reason, DropReason::unknown_address);
    const auto offer = world.ask(alice.discover());
    EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.10")).done->changes.size(), 2u);
    EXPECT_FALSE(world.row("192.0.2.99"));
}

// --- doubt

TEST(Request, WaitsForAnAddressThatIsWithTheStore) {
    World world{measured_config()};
    const auto in_flight = world.ask_in_flight(alice.selecting("192.0.2.10"));
    EXPECT_EQ(world.decide(bob.selecting("192.0.2.10")).waits_for, unit("192.0.2.10"));
    world.settle(in_flight);
    EXPECT_EQ(world.decide(bob.selecting("192.0.2.10")).type(), MessageType::nak);
}

TEST(Request, WithTheClockInDoubtRenewalsGoOnAndNobodyIsRefusedOrReplaced) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    world.pass(seconds{5000});
    world.reuse_allowed = false;
    const auto other = world.ask(bob.selecting("192.0.2.10"));
    EXPECT_TRUE(other.silent());
    EXPECT_TRUE(other.done->changes.empty());
    EXPECT_EQ(world.ask(alice.rebinding("192.0.2.10")).type(), MessageType::ack);
    EXPECT_TRUE(world.ask(bob.selecting("192.0.2.10")).silent());  // live now, but by which clock?
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.11")).type(), MessageType::ack);  // never used
}

TEST(Request, WhileLoadingAFreshRowIsAskedFor) {
    World world{measured_config()};
    world.table_complete = false;
    for (const auto& packet : {alice.renewing("192.0.2.10"), alice.rebinding("192.0.2.10"),
                               alice.init_reboot("192.0.2.10"), alice.selecting("192.0.2.10")}) {
        EXPECT_EQ(world.decide(packet).needs, std::vector{unit("192.0.2.10")});
    }
    world.fresh = {{unit("192.0.2.10"), lease_of("192.0.2.10", 1, alice, world.now() - seconds{2000})}};
    EXPECT_EQ(world.decide(alice.renewing("192.0.2.10")).type(), MessageType::ack);
    EXPECT_EQ(world.decide(alice.init_reboot("192.0.2.10")).type(), MessageType::ack);
    const auto ack = world.decide(alice.selecting("192.0.2.10"));
    EXPECT_EQ(put_of(ack).lease.version, 8u);
}

TEST(Request, WhileLoadingNobodyIsRefused) {
    World world{measured_config()};
    world.table_complete = false;
    world.fresh = {{unit("192.0.2.10"), lease_of("192.0.2.10", 1, alice, world.now())},
                   {unit("192.0.2.11"), std::nullopt}};
    for (const auto& packet : {bob.selecting("192.0.2.10"), bob.init_reboot("192.0.2.10"),
                               bob.init_reboot("192.0.2.11"), bob.selecting("192.0.2.10").without(50)}) {
        const auto answer = world.decide(packet);
        EXPECT_TRUE(answer.silent());
        EXPECT_EQ(answer.drop.reason, DropReason::store_unavailable);
    }
    EXPECT_EQ(world.decide(bob.selecting("192.0.2.11")).type(), MessageType::ack);  // no row: free
}

TEST(Request, AnAddressWhoseRowCannotBeReadIsMetWithSilence) {
    World world{measured_config()};
    world.set_aside = {unit("192.0.2.10")};
    const auto answer = world.ask(alice.selecting("192.0.2.10"));
    EXPECT_TRUE(answer.silent());
    EXPECT_EQ(answer.drop.reason, DropReason::store_unavailable);
}

TEST(Request, WithoutAnAddressItGetsOneAsADiscoverWould) {
    World world{measured_config()};
    const auto ack = world.ask(alice.selecting("192.0.2.10").without(50));
    EXPECT_EQ(ack.type(), MessageType::ack);
    EXPECT_EQ(ack.yiaddr(), "192.0.2.10");
    EXPECT_THAT(ack.done->advances, ElementsAre(unit("192.0.2.10")));
    EXPECT_TRUE(world.row("192.0.2.10"));
}

TEST(Request, InfiniteLeasesAreNeverTakenOver) {
    auto config = one_address();
    config.subnets[0].valid_lifetime = {infinite_lifetime, infinite_lifetime, infinite_lifetime};
    World world{config};
    const auto ack = world.ask(alice.selecting("192.0.2.10"));
    EXPECT_EQ(ack.u32(51), infinite_lifetime);
    world.pass(std::chrono::hours{24 * 365 * 3});
    EXPECT_TRUE(world.ask(bob.discover()).silent());
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).u32(51), infinite_lifetime);
}

}  // namespace
}  // namespace leasehold::v4::decide_request_test
