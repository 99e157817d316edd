// What changes the plain exchange: a look before an offer (ping), rapid commit, BOOTP, clients that can do
// without IPv4, lifetimes of classes, limits on leases.
#include <gtest/gtest.h>

#include <map>

#include "dhcp/lease_context.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::decide_variants_test {
namespace {

using std::chrono::seconds;
using testing_world::Client;
using testing_world::config_of;
using testing_world::ip;
using testing_world::ipv4_option;
using testing_world::measured_config;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::vendor_class;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2), carol = Client::number(3);

ClientClassConfig& add_class(ServerConfig& config, std::string_view vendor) {
    auto& added = config.classes.emplace_back();
    added.id = vendor_class(config, vendor);
    added.name = config.class_names.name(added.id);
    return added;
}

// --- ping

ServerConfig pinging() {
    auto config = measured_config();
    config.subnets[0].ping.enabled = true;
    return config;
}

TEST(Ping, ANewAddressIsLookedAtBeforeItIsOffered) {
    World world{pinging()};
    EXPECT_EQ(world.decide(alice.discover()).looks_at, ip("192.0.2.10"));
    world.pings = {{ip("192.0.2.10"), false}};
    const auto offer = world.ask(alice.discover());
    EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
    EXPECT_TRUE(offer.done->changes.empty());
}

TEST(Ping, AnAddressThatAnsweredIsDeclinedAndAnotherOffered) {
    World world{pinging()};
    world.pings = {{ip("192.0.2.10"), true}};
    EXPECT_EQ(world.decide(alice.discover()).looks_at, ip("192.0.2.11"));
    world.pings.push_back({ip("192.0.2.11"), false});
    const auto offer = world.ask(alice.discover());
    EXPECT_EQ(offer.yiaddr(), "192.0.2.11");
    ASSERT_EQ(offer.done->changes.size(), 1u);
    EXPECT_EQ(cause_of(offer.done->changes[0]), LeaseCause::declined);
    EXPECT_EQ(world.row("192.0.2.10")->state, LeaseState::declined);
    EXPECT_EQ(world.row("192.0.2.10")->valid_lifetime, 86400u);
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Ping, WhenEveryAddressAnswersAllAreDeclinedAndNothingIsOffered) {
    World world{pinging()};
    world.pings = {{ip("192.0.2.10"), true}, {ip("192.0.2.11"), true}, {ip("192.0.2.12"), true}};
    const auto answer = world.ask(alice.discover().with_ip(50, "192.0.2.11"));
    EXPECT_EQ(answer.drop.reason, DropReason::no_address);
    EXPECT_EQ(answer.done->changes.size(), 3u);
}

TEST(Ping, AfterSoManyAddressesTheyAreDeclinedAndNothingIsOffered) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.100"}})});
    config.subnets[0].ping.enabled = true;
    World world{config};
    for (std::uint32_t i = 0; i < Need::pings_max; ++i) world.pings.push_back({Ipv4{0xc000020a + i}, true});
    const auto answer = world.ask(alice.discover());
    EXPECT_EQ(answer.drop.reason, DropReason::no_address);
    EXPECT_EQ(answer.done->changes.size(), Need::pings_max);
    world.pings.clear();
    EXPECT_EQ(world.decide(alice.discover()).looks_at, ip("192.0.2.18"));
}

TEST(Ping, TheClientsOwnRecentLeaseNeedsNoLook) {
    World world{pinging()};
    ASSERT_EQ(world.ask(alice.selecting("192.0.2.10")).type(), MessageType::ack);
    world.pass(seconds{59});
    EXPECT_EQ(world.decide(alice.discover()).yiaddr(), "192.0.2.10");
    world.pass(seconds{1});
    EXPECT_EQ(world.decide(alice.discover()).looks_at, ip("192.0.2.10"));
}

TEST(Ping, AnAddressThatWasGrantedMeanwhileIsNotDeclined) {
    World world{pinging()};
    ASSERT_EQ(world.ask(bob.selecting("192.0.2.10")).type(), MessageType::ack);
    world.pings = {{ip("192.0.2.10"), true}, {ip("192.0.2.11"), false}};
    EXPECT_TRUE(world.ask(alice.discover()).done->changes.empty());
    EXPECT_EQ(world.row("192.0.2.10")->state, LeaseState::assigned);
}

// --- rapid commit (RFC 4039)

TEST(RapidCommit, Rfc4039TheLeaseIsMadeAtOnceWhereItIsAllowed) {
    for (const bool allowed : {false, true}) {
        auto config = measured_config();
        config.subnets[0].rapid_commit = allowed;
        World world{config};
        const auto answer = world.ask(alice.discover().with(80, {}));
        EXPECT_EQ(answer.type(), allowed ? MessageType::ack : MessageType::offer);
        EXPECT_EQ(world.row("192.0.2.10").has_value(), allowed);
        EXPECT_EQ(world.ask(bob.discover()).type(), MessageType::offer);  // does not ask for it
    }
}

TEST(RapidCommit, TheOldLeaseGoesAndAnsweredAddressesAreDeclined) {
    auto config = pinging();
    config.subnets[0].rapid_commit = true;
    World world{config};
    ASSERT_EQ(world.ask(alice.selecting("192.0.2.10")).type(), MessageType::ack);
    world.pass(seconds{5000});
    world.pings = {{ip("192.0.2.10"), true}, {ip("192.0.2.11"), false}};
    const auto ack = world.ask(alice.discover().with(80, {}));
    EXPECT_EQ(ack.yiaddr(), "192.0.2.11");
    EXPECT_EQ(ack.done->changes.size(), 2u);
    EXPECT_EQ(world.row("192.0.2.10")->state, LeaseState::declined);
    EXPECT_EQ(world.refused_changes(), 0u);
}

// --- BOOTP

TEST(Bootp, IsAnsweredWithAnInfiniteLeaseWhenConfigured) {
    auto config = measured_config();
    config.answers_bootp = true;
    config.subnets[0].pools[0].guard = {class_id::bootp};
    World world{config};
    auto packet = alice.discover();
    packet.type = MessageType::none;
    const auto answer = world.ask(packet);
    ASSERT_FALSE(answer.silent());
    EXPECT_EQ(answer.yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.row("192.0.2.10")->valid_lifetime, infinite_lifetime);
    EXPECT_TRUE(world.ask(bob.discover()).silent());
}

TEST(Bootp, IsNeverRefusedButLeftWithoutAnAnswer) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.10"}})});
    config.answers_bootp = true;
    World world{config};
    ASSERT_EQ(world.bind(bob), "192.0.2.10");
    auto packet = alice.discover();
    packet.type = MessageType::none;
    EXPECT_TRUE(world.ask(packet).silent());
    packet.ciaddr = ip("192.0.2.10");
    EXPECT_TRUE(world.ask(packet).silent());
}

// --- RFC 8925

ServerConfig v6_mostly() {
    auto config = measured_config();
    config.subnets[0].options.push_back({108, {0, 0, 7, 8}, false, false});
    return config;
}

TEST(V6Only, Rfc8925AClientThatAsksFor108GetsNoAddress) {
    World world{v6_mostly()};
    for (const auto& packet :
         {alice.discover().requesting({1, 108}), alice.selecting("192.0.2.10").requesting({108})}) {
        const auto answer = world.ask(packet);
        EXPECT_EQ(answer.type(),
                  packet.type == MessageType::discover ? MessageType::offer : MessageType::ack);
        EXPECT_EQ(answer.yiaddr(), "0.0.0.0");
        EXPECT_EQ(answer.u32(108), 1800u);
        EXPECT_FALSE(answer.option(51));
        EXPECT_TRUE(answer.done->changes.empty());
        EXPECT_TRUE(answer.done->holds.empty());
    }
}

TEST(V6Only, OthersGetAnAddress) {
    World world{v6_mostly()};
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
    World without{measured_config()};
    EXPECT_EQ(without.ask(alice.discover().requesting({108})).yiaddr(), "192.0.2.10");
}

TEST(V6Only, TheOptionMayBeForAClassOrOfTheNetwork) {
    auto config = measured_config();
    testing_world::add_network(config, "floor", {1});
    config.shared_networks[0].options = {{108, {0, 0, 7, 8}, false, false, {vendor_class(config, "phone")}}};
    finish(config);
    World world{config};
    EXPECT_EQ(world.ask(alice.discover().requesting({108})).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(alice.discover().requesting({108}).with_text(60, "phone")).yiaddr(), "0.0.0.0");
}

// --- lifetimes

TEST(Lifetime, OfTheFirstClassThatHasOne) {
    auto config = measured_config();
    add_class(config, "phone").valid_lifetime = LifetimeRange{60, 120, 180};
    config.classes[0].offer_lifetime = 33;
    finish(config);
    World world{config};
    EXPECT_EQ(world.ask(alice.discover().with_text(60, "other")).u32(51), 3600u);
    EXPECT_EQ(world.ask(bob.discover().with_text(60, "phone")).u32(51), 120u);
    EXPECT_EQ(world.row("192.0.2.11")->valid_lifetime, 33u);  // the class's offer-lifetime
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.11").with_text(60, "phone").with_u32(51, 9000)).u32(51), 180u);
}

TEST(Lifetime, ANearlyFullSubnetGivesItsShortestTimeToNewLeases) {
    auto config = measured_config();
    config.subnets[0].allocator = AllocatorKind::flq;
    config.subnets[0].adaptive_lease_time_threshold = 0.6;
    World world{config};
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.10")).u32(51), 3600u);
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.11")).u32(51), 3600u);  // one of three is taken
    EXPECT_EQ(world.ask(carol.discover()).u32(51), 600u);              // two of three
    EXPECT_EQ(world.ask(carol.selecting("192.0.2.12").with_u32(51, 7000)).u32(51), 600u);
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).u32(51), 3600u);
}

// --- limits

struct Counts final : LeaseCounts {
    std::int64_t of_subnet(std::uint32_t id, LeaseKind) const override {
        const auto found = subnets.find(id);
        return found == subnets.end() ? 0 : found->second;
    }
    std::int64_t of_class(std::string_view name, LeaseKind) const override {
        const auto found = classes.find(std::string{name});
        return found == classes.end() ? 0 : found->second;
    }
    std::map<std::uint32_t, std::int64_t> subnets;
    std::map<std::string, std::int64_t> classes;
};

TEST(Limit, OfASubnetKeepsNewLeasesOutAndLetsRenewalsPass) {
    auto config = measured_config();
    config.subnets[0].limits.address_limit = 1;
    World world{config};
    Counts counts;
    world.counts = &counts;
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    counts.subnets[1] = 1;
    EXPECT_EQ(world.ask(bob.discover()).drop.reason, DropReason::limit_exceeded);
    const auto nak = world.ask(bob.selecting("192.0.2.11"));
    EXPECT_EQ(nak.type(), MessageType::nak);
    EXPECT_TRUE(nak.counted(Stat::pkt4_limit_exceeded));
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.11").without(50)).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).type(), MessageType::ack);
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.12")).type(), MessageType::ack);  // one for another
}

TEST(Limit, OfASubnetLeavesTheOthersOfItsNetwork) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}}),
                             subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.20"}})});
    testing_world::add_network(config, "floor", {1, 2});
    config.subnets[0].limits.address_limit = 0;
    finish(config);
    World world{config};
    Counts counts;
    world.counts = &counts;
    EXPECT_EQ(world.bind(alice), "10.0.0.10");
}

TEST(Limit, OfAClassCountsWhoeverIsInItAndItsLeasesAreMarked) {
    auto config = measured_config();
    add_class(config, "phone").limits.address_limit = 1;
    finish(config);
    World world{config};
    Counts counts;
    world.counts = &counts;
    ASSERT_EQ(world.ask(alice.selecting("192.0.2.10").with_text(60, "phone")).type(), MessageType::ack);
    EXPECT_EQ(read_notes(world.row("192.0.2.10")->user_context).client_classes,
              std::vector<std::string>{"VENDOR_CLASS_phone"});
    counts.classes["VENDOR_CLASS_phone"] = 1;
    EXPECT_EQ(world.ask(bob.discover().with_text(60, "phone")).drop.reason, DropReason::limit_exceeded);
    EXPECT_EQ(world.ask(bob.discover()).yiaddr(), "192.0.2.11");
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10").with_text(60, "phone")).type(), MessageType::ack);
}

// --- what is noted

TEST(Notes, TheRelaysWordsStayWhenTheClientRenewsWithoutARelay) {
    auto config = measured_config();
    config.subnets[0].store_extended_info = true;
    World world{config};
    world.ask(alice.selecting("192.0.2.10").with(82, {1, 1, 'p', 2, 1, 'r'}));
    const testing_world::Bytes said{1, 1, 'p', 2, 1, 'r'};
    EXPECT_EQ(read_notes(world.row("192.0.2.10")->user_context).relay_information, said);
    world.pass(seconds{5});
    EXPECT_TRUE(world.ask(alice.renewing("192.0.2.10")).done->changes.empty());
    world.pass(seconds{3000});
    ASSERT_FALSE(world.ask(alice.renewing("192.0.2.10")).done->changes.empty());
    EXPECT_EQ(read_notes(world.row("192.0.2.10")->user_context).relay_information, said);
    EXPECT_EQ(to_hex(view(world.row("192.0.2.10")->remote_id)), "72");
}

}  // namespace
}  // namespace leasehold::v4::decide_variants_test
