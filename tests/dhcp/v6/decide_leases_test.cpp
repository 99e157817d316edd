// SOLICIT, REQUEST, RENEW and REBIND: which leases a client gets, what is stored with them, and what it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v6/option_table.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::decide_leases_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing_world6::Client6;
using testing_world6::config6_of;
using testing_world6::home_config;
using testing_world6::host6_of;
using testing_world6::SentIa;
using testing_world6::subnet6_of;
using testing_world6::unit;
using testing_world6::World6;

const Client6 alice = Client6::number(1), bob = Client6::number(2), carol = Client6::number(3),
              dave = Client6::number(4);
constexpr LeaseKind pd = LeaseKind::pd, na = LeaseKind::na, ta = LeaseKind::ta;

// --- RFC 8415 18.3.1, 18.3.9: SOLICIT

TEST(Solicit6, OffersAnAddressAndStoresNothing) {
    World6 world{home_config()};
    const auto offer = world.ask(alice.solicit());
    EXPECT_EQ(offer.text(), "ADVERTISE; NA 1 2001:db8:1::10 3000/4000");
    EXPECT_THAT(offer.done->changes, IsEmpty());
    EXPECT_THAT(offer.done->holds, SizeIs(1));
    EXPECT_THAT(offer.codes(), ElementsAre(option::client_id, option::server_id, option::ia_na));
}

TEST(Solicit6, TheSameClientIsOfferedTheSameAgainAndOthersSomethingElse) {
    World6 world{home_config()};
    EXPECT_EQ(world.ask(alice.solicit()).text(), "ADVERTISE; NA 1 2001:db8:1::10 3000/4000");
    EXPECT_EQ(world.ask(alice.solicit()).text(), "ADVERTISE; NA 1 2001:db8:1::10 3000/4000");
    EXPECT_EQ(world.ask(bob.solicit()).text(), "ADVERTISE; NA 1 2001:db8:1::11 3000/4000");
}

TEST(Solicit6, SeveralIasGetDifferentLeases) {
    World6 world{home_config()};
    const std::vector<SentIa> ias{{na, 1}, {na, 2}, {pd, 1}, {pd, 7}};
    EXPECT_EQ(world.ask(alice.solicit(ias)).text(),
              "ADVERTISE; NA 1 2001:db8:1::10 3000/4000; NA 2 2001:db8:1::11 3000/4000; "
              "PD 1 2001:db8:f000::/56 3000/4000; PD 7 2001:db8:f000:100::/56 3000/4000");
    EXPECT_EQ(world.bind(alice, ias),
              "REPLY; NA 1 2001:db8:1::10 3000/4000; NA 2 2001:db8:1::11 3000/4000; "
              "PD 1 2001:db8:f000::/56 3000/4000; PD 7 2001:db8:f000:100::/56 3000/4000");
}

TEST(Solicit6, SeveralHintsInOneIaGetAsManyLeases) {
    World6 world{home_config()};
    const SentIa two{na, 1, {"2001:db8:1::11", "2001:db8:1::12"}};
    EXPECT_EQ(world.ask(alice.solicit({two})).text(),
              "ADVERTISE; NA 1 2001:db8:1::11 3000/4000 2001:db8:1::12 3000/4000");
}

TEST(Solicit6, AHintIsHonouredAndOneOfAnotherLinkIsNot) {
    World6 world{home_config()};
    EXPECT_EQ(world.ask(alice.solicit({{na, 1, {"2001:db8:1::12"}}})).text(),
              "ADVERTISE; NA 1 2001:db8:1::12 3000/4000");
    EXPECT_EQ(world.ask(bob.solicit({{na, 1, {"2001:db8:9::12"}}})).text(),
              "ADVERTISE; NA 1 2001:db8:1::10 3000/4000");
    EXPECT_EQ(world.ask(carol.solicit({{pd, 1, {"2001:db8:f000:300::/56"}}})).text(),
              "ADVERTISE; PD 1 2001:db8:f000:300::/56 3000/4000");
}

TEST(Solicit6, AnExhaustedPoolIsAStatusOfItsIaAlone) {
    World6 world{config6_of({subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::10", "2001:db8:1::10"}},
                                        {{"2001:db8:f000::/56", 56}})})};
    EXPECT_EQ(world.bind(alice), "REPLY; NA 1 2001:db8:1::10 3000/4000");
    const auto answer = world.ask(bob.solicit({{na, 1}, {pd, 1}}));
    EXPECT_EQ(answer.text(), "ADVERTISE; NA 1 NoAddrsAvail; PD 1 2001:db8:f000::/56 3000/4000");
    EXPECT_TRUE(answer.counted(Stat::v6_allocation_fail));
    EXPECT_TRUE(answer.counted(Stat::v6_allocation_fail_subnet));
    EXPECT_EQ(world.bind(bob, {{pd, 1}}), "REPLY; PD 1 2001:db8:f000::/56 3000/4000");
    EXPECT_EQ(world.ask(carol.solicit({{pd, 1}})).text(), "ADVERTISE; PD 1 NoPrefixAvail");
}

TEST(Solicit6, WithoutASubnetSaysSo) {
    auto config = home_config();
    config.subnets[0].interface = "lan1";
    finish(config);
    World6 world{std::move(config)};
    EXPECT_EQ(world.ask(alice.solicit({{na, 1}, {pd, 2}})).text(),
              "ADVERTISE; NA 1 NoAddrsAvail; PD 2 NoPrefixAvail");
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(), "REPLY; NA 1 NoBinding");
    EXPECT_TRUE(world.ask(alice.rebind({{na, 1, {"2001:db8:1::10"}}})).silent()) << "another server may know";
}

TEST(Solicit6, TemporaryAddressesArePassedOver) {
    World6 world{home_config()};
    EXPECT_EQ(world.ask(alice.solicit({{ta, 1}, {na, 1}})).text(), "ADVERTISE; NA 1 2001:db8:1::10 3000/4000");
}

// RFC 8415 18.3.1, 21.14
TEST(Solicit6, RapidCommitIsAnsweredAtOnceWhereTheSubnetHasIt) {
    auto config = home_config();
    config.subnets[0].rapid_commit = true;
    World6 world{std::move(config)};
    const auto reply = world.ask(alice.solicit().with(option::rapid_commit, {}));
    EXPECT_EQ(reply.text(), "REPLY; NA 1 2001:db8:1::10 3000/4000");
    EXPECT_TRUE(reply.option(option::rapid_commit));
    EXPECT_TRUE(world.row("2001:db8:1::10"));
    EXPECT_EQ(world.ask(bob.solicit()).text(), "ADVERTISE; NA 1 2001:db8:1::11 3000/4000") << "did not ask for it";

    World6 other{home_config()};
    EXPECT_EQ(other.ask(alice.solicit().with(option::rapid_commit, {})).type(), MessageType::advertise);
}

// --- RFC 8415 18.3.2: REQUEST

TEST(Request6, StoresWhatItSays) {
    World6 world{home_config()};
    EXPECT_EQ(world.bind(alice, {{na, 5}, {pd, 6}}),
              "REPLY; NA 5 2001:db8:1::10 3000/4000; PD 6 2001:db8:f000::/56 3000/4000");
    const auto row = world.row("2001:db8:1::10");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->kind, na);
    EXPECT_EQ(row->iaid, 5u);
    EXPECT_EQ(to_hex(view(row->duid)), "00:03:00:01:02:00:00:00:00:01");
    EXPECT_EQ(to_hex(view(row->hwaddr)), "02:00:00:00:00:01") << "out of the DUID-LL";
    EXPECT_EQ(row->valid_lifetime, 4000u);
    EXPECT_EQ(row->preferred_lifetime, 3000u);
    EXPECT_EQ(row->hold_until, world.now() + seconds{4000});
    const auto prefix = world.row("2001:db8:f000::/56");
    ASSERT_TRUE(prefix);
    EXPECT_EQ(prefix->kind, pd);
    EXPECT_EQ(prefix->iaid, 6u);
    EXPECT_EQ(world.refused_changes(), 0u);
    EXPECT_EQ(world.keeper().offers().size(), 0u) << "what was offered is bound";
}

TEST(Request6, AllLeasesOfAReplyAreOneDecision) {
    World6 world{home_config()};
    const auto reply = world.ask(alice.request({{na, 1}, {na, 2}, {pd, 3}}));
    EXPECT_THAT(reply.done->changes, SizeIs(3));
}

TEST(Request6, AddressesOfAnotherLinkAreNotOnLink) {
    World6 world{home_config()};
    EXPECT_EQ(world.ask(alice.request({{na, 1, {"2001:db8:9::10"}}})).text(), "REPLY; NA 1 NotOnLink");
    EXPECT_THAT(world.events(), IsEmpty());
}

TEST(Request6, WhatSomebodyElseHasIsReplacedByAnother) {
    World6 world{home_config()};
    world.bind(alice);
    EXPECT_EQ(world.ask(bob.request({{na, 1, {"2001:db8:1::10"}}})).text(),
              "REPLY; NA 1 2001:db8:1::11 3000/4000");
}

TEST(Request6, WishesForLifetimesAreKeptWithinTheLimits) {
    World6 world{home_config()};
    const auto with_times = [](std::uint32_t preferred, std::uint32_t valid) {
        return std::vector<SentIa>{{na, 1, {"2001:db8:1::10"}, preferred, valid}};
    };
    EXPECT_EQ(world.ask(alice.solicit(with_times(800, 2000))).text(), "ADVERTISE; NA 1 2001:db8:1::10 800/2000");
    EXPECT_EQ(world.ask(alice.solicit(with_times(1, 1))).text(), "ADVERTISE; NA 1 2001:db8:1::10 750/1000");
    EXPECT_EQ(world.ask(alice.solicit(with_times(0xffffffff, 0xffffffff))).text(),
              "ADVERTISE; NA 1 2001:db8:1::10 6000/8000");
    EXPECT_EQ(world.ask(alice.solicit(with_times(6000, 1000))).text(), "ADVERTISE; NA 1 2001:db8:1::10 625/1000")
        << "a preferred lifetime over the valid one becomes 5/8 of it";
}

TEST(Request6, ABusyLeaseIsWaitedFor) {
    World6 world{home_config()};
    const auto first = world.ask_in_flight(alice.request({{na, 1}}));
    EXPECT_EQ(world.decide(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(), "waits for 2001:db8:1::10");
    world.settle(first);
    EXPECT_EQ(world.decide(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(),
              "REPLY; NA 1 2001:db8:1::10 3000/4000");
}

// --- RFC 8415 18.3.4, 18.3.5: RENEW and REBIND

TEST(Renew6, ExtendsWhatTheClientHas) {
    auto config = home_config();
    config.subnets[0].cache_threshold = 0;
    World6 world{std::move(config)};
    world.bind(alice, {{na, 1}, {pd, 1}});
    world.pass(seconds{1000});
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}, {pd, 1, {"2001:db8:f000::/56"}}})).text(),
              "REPLY; NA 1 2001:db8:1::10 3000/4000; PD 1 2001:db8:f000::/56 3000/4000");
    EXPECT_EQ(world.row("2001:db8:1::10")->expire, world.now() + seconds{4000});
    EXPECT_EQ(world.events().back().cause, LeaseCause::renewed);
}

TEST(Renew6, AYoungLeaseIsConfirmedWithoutAWrite) {
    World6 world{home_config()};
    world.bind(alice);
    world.pass(seconds{100});
    const auto reply = world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}}));
    EXPECT_EQ(reply.text(), "REPLY; NA 1 2001:db8:1::10 2900/3900");
    EXPECT_THAT(reply.done->changes, IsEmpty());
    EXPECT_TRUE(reply.counted(Stat::v6_ia_na_lease_reuses));
}

/// A relayed message of alice's, through two relays.
testing_world6::Packet6 relayed(testing_world6::Packet6 packet, std::uint8_t line) {
    const testing_world6::Bytes remote_id{0, 0, 0, 9, line};
    packet.relayed_by({"2001:db8:1::fe", "fe80::1", {{option::interface_id, {'p'}}, {option::remote_id, remote_id}}});
    packet.relayed_by({"2001:db8:9::1", "fe80::fe"});
    return packet;
}

TEST(Renew6, WhatTheRelaysSaidIsKeptOnDemandAndWrittenOnlyWhenItChanges) {
    auto config = home_config();
    config.subnets[0].store_extended_info = true;
    World6 world{std::move(config)};
    world.ask(relayed(alice.request({{na, 1}}), 'a'));
    const auto first = world.row("2001:db8:1::10");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->user_context,
              R"({"ISC":{"relay-info":[{"hop":1,"link":"2001:db8:9::1","peer":"fe80::fe"},)"
              R"({"hop":0,"link":"2001:db8:1::fe","peer":"fe80::1",)"
              R"("options":"0x0012000170002500050000000961","remote-id":"0000000961"}]}})");
    EXPECT_EQ(to_hex(view(first->remote_id), ""), "0000000961");

    world.pass(seconds{100});
    const SentIa held{na, 1, {"2001:db8:1::10"}};
    EXPECT_THAT(world.ask(relayed(alice.renew({held}), 'a')).done->changes, IsEmpty());
    EXPECT_THAT(world.ask(alice.renew({held})).done->changes, IsEmpty()) << "straight to the server";
    EXPECT_THAT(world.ask(relayed(alice.renew({held}), 'b')).done->changes, SizeIs(1));
    EXPECT_EQ(to_hex(view(world.row("2001:db8:1::10")->remote_id), ""), "0000000962");
    EXPECT_THAT(world.row("2001:db8:1::10")->user_context, testing::HasSubstr("0000000962"));
}

TEST(Renew6, OfNothingMakesALease) {
    World6 world{home_config()};
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::11"}}})).text(), "REPLY; NA 1 2001:db8:1::11 3000/4000");
    EXPECT_EQ(world.ask(bob.rebind({{pd, 1, {"2001:db8:f000:200::/56"}}})).text(),
              "REPLY; PD 1 2001:db8:f000:200::/56 3000/4000");
}

TEST(Renew6, WhatTheClientMayNotHaveAnyMoreIsTakenFromIt) {
    World6 world{home_config()};
    world.bind(alice);
    EXPECT_EQ(world.ask(bob.renew({{na, 1, {"2001:db8:1::10", "2001:db8:9::1"}}})).text(),
              "REPLY; NA 1 2001:db8:1::11 3000/4000 2001:db8:1::12 3000/4000 2001:db8:1::10 0/0 2001:db8:9::1 0/0");
}

TEST(Renew6, OfAPoolThatIsGoneGivesANewAddressAndEndsTheOldOne) {
    World6 world{home_config()};
    auto lease = Lease{};
    lease.address = unit("2001:db8:1::99");
    lease.kind = na;
    lease.subnet_id = 1;
    lease.duid = to_octets(alice.duid);
    lease.iaid = 1;
    lease.valid_lifetime = 4000;
    lease.cltt = world.now();
    lease.expire = lease.hold_until = world.now() + seconds{4000};
    lease.version = 7;
    world.load(lease);
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::99"}}})).text(),
              "REPLY; NA 1 2001:db8:1::10 3000/4000 2001:db8:1::99 0/0");
    EXPECT_FALSE(world.row("2001:db8:1::99"));
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Renew6, AnotherClientsIaidIsAnotherIa) {
    World6 world{home_config()};
    world.bind(alice, {{na, 1}});
    EXPECT_EQ(world.bind(alice, {{na, 2}}), "REPLY; NA 2 2001:db8:1::11 3000/4000");
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(), "REPLY; NA 1 2001:db8:1::10 3000/4000");
}

// --- while the store loads, and without it

TEST(WhileLoading6, OnlyWhatTheClientNamesIsAnswered) {
    World6 world{home_config()};
    world.table_complete = false;
    EXPECT_TRUE(world.ask(alice.solicit()).silent());
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(), "needs 2001:db8:1::10");
    world.fresh = {{unit("2001:db8:1::10"), std::nullopt}};
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(), "REPLY; NA 1 2001:db8:1::10 3000/4000")
        << "nobody has it";
    EXPECT_EQ(world.ask(bob.renew({{na, 1}})).drop.reason, DropReason::store_unavailable);
}

TEST(WhileLoading6, AClientInNoStoredRowGetsWhatTheStoreHasNoRowOf) {
    World6 world{home_config()};
    world.table_complete = false;
    world.stored_clients.emplace().add(bob.duid);
    const std::vector<SentIa> ias{{na, 1}, {pd, 7}};
    auto answer = world.decide(alice.solicit(ias));
    for (int reads = 0; reads < 4 && !answer.needs.empty(); ++reads) {
        for (const Prefix& needed : answer.needs) world.fresh.push_back({needed, std::nullopt});
        answer = world.decide(alice.solicit(ias));
    }
    ASSERT_TRUE(answer.done && answer.done->reply);
    EXPECT_THAT(answer.done->holds, SizeIs(2));
    for (const auto& hold : answer.done->holds)
        EXPECT_TRUE(std::ranges::count(world.fresh, hold.unit, &FreshRow::address) == 1) << to_string(hold.unit);
    EXPECT_EQ(world.ask(bob.solicit()).drop.reason, DropReason::store_unavailable);
}

TEST(WithoutTheStore6, ConfirmTellsWhatIsLeft) {
    World6 world{home_config()};
    world.bind(alice, {{na, 1}, {pd, 1}});
    world.pass(seconds{1500});
    world.outage = OutageService::confirm;
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}, {pd, 1, {"2001:db8:f000::/56"}}})).text(),
              "REPLY; NA 1 2001:db8:1::10 1500/2500; PD 1 2001:db8:f000::/56 1500/2500");
    EXPECT_TRUE(world.ask(bob.solicit()).silent());
    EXPECT_TRUE(world.ask(bob.renew({{na, 1, {"2001:db8:1::11"}}})).silent());
}

// --- prefixes

TEST(Prefixes6, ALengthHintChoosesThePool) {
    auto config = config6_of(
        {subnet6_of(1, "2001:db8:1::/64", {}, {{"2001:db8:a000::/48", 64}, {"2001:db8:b000::/48", 56},
                                               {"2001:db8:c000::/40", 48}})});
    World6 world{std::move(config)};
    const auto offered = [&](std::vector<std::string_view> hint) {
        return world.decide(alice.solicit({{pd, 1, std::move(hint)}})).text();
    };
    EXPECT_EQ(offered({}), "ADVERTISE; PD 1 2001:db8:a000::/64 3000/4000");
    EXPECT_EQ(offered({"::/64"}), "ADVERTISE; PD 1 2001:db8:a000::/64 3000/4000");
    EXPECT_EQ(offered({"::/56"}), "ADVERTISE; PD 1 2001:db8:b000::/56 3000/4000");
    EXPECT_EQ(offered({"::/60"}), "ADVERTISE; PD 1 2001:db8:b000::/56 3000/4000") << "a shorter length first";
    EXPECT_EQ(offered({"::/44"}), "ADVERTISE; PD 1 2001:db8:a000::/64 3000/4000") << "none is as short";
    EXPECT_EQ(offered({"::/0"}), "ADVERTISE; PD 1 2001:db8:a000::/64 3000/4000");
}

// RFC 6603 4.2: prefix 2001:db8:f000::/56 without 2001:db8:f000:ff::/64
TEST(Prefixes6, ExcludedOnesGoToClientsThatKnowThem) {
    auto config = home_config();
    config.subnets[0].pools[1].excluded_prefix = parse_ipv6_prefix("2001:db8:f000:ff::/64");
    finish(config);
    World6 world{std::move(config)};
    world.bind(bob, {{pd, 1}});
    auto solicit = alice.solicit({{pd, 1}});
    const auto plain = world.decide(solicit);
    EXPECT_EQ(plain.text(), "ADVERTISE; PD 1 2001:db8:f000:100::/56 3000/4000");
    const auto excluded_in = [](const testing_world6::Answer6& answer) {
        const auto message = answer.view();
        const auto ia = *message.ias().begin();
        return find_option((*ia.leases().begin()).octets, option::pd_exclude);
    };
    EXPECT_FALSE(excluded_in(plain));
    const auto asked = world.decide(solicit.requesting({option::pd_exclude}));
    ASSERT_TRUE(excluded_in(asked));
    EXPECT_THAT(*excluded_in(asked), ElementsAre(64, 0xff));
}

/// Four prefixes that the subnets 1 and 2 both have, and a client behind the relay of either.
ServerConfig shared_prefixes() {
    return config6_of({subnet6_of(1, "2001:db8:1::/64", {}, {{"2001:db8:f000::/54", 56}}),
                       subnet6_of(2, "2001:db8:2::/64", {}, {{"2001:db8:f000::/54", 56}})});
}
testing_world6::Packet6 in_subnet(int number, testing_world6::Packet6 packet) {
    packet.relayed_by({.link = number == 1 ? "2001:db8:1::1" : "2001:db8:2::1"});
    return packet;
}

TEST(Prefixes6, APoolThatSubnetsShareGivesEachPrefixOnce) {
    World6 world{shared_prefixes()};
    const auto asks = [&](const Client6& client, int subnet) {
        return world.ask(in_subnet(subnet, client.request({{pd, 1}}))).text();
    };
    EXPECT_EQ(asks(alice, 1), "REPLY; PD 1 2001:db8:f000::/56 3000/4000");
    EXPECT_EQ(asks(bob, 2), "REPLY; PD 1 2001:db8:f000:100::/56 3000/4000");
    EXPECT_EQ(world.row("2001:db8:f000:100::/56")->subnet_id, 2u);
    const auto wishes = in_subnet(2, carol.request({{pd, 1, {"2001:db8:f000::/56"}}}));
    EXPECT_EQ(world.ask(wishes).text(), "REPLY; PD 1 2001:db8:f000:200::/56 3000/4000") << "alice has it";
    EXPECT_EQ(asks(alice, 2), "REPLY; PD 1 2001:db8:f000:300::/56 3000/4000") << "elsewhere she is new";
    EXPECT_EQ(asks(dave, 1), "REPLY; PD 1 NoPrefixAvail") << "it is empty for both";
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Prefixes6, WhatOneSubnetReservesASharedPoolKeepsFromAll) {
    auto config = shared_prefixes();
    config.hosts =
        std::make_shared<const HostTable>(std::vector{host6_of(alice, 1, {"2001:db8:f000::/56"})});
    World6 world{std::move(config)};
    const auto wishes = in_subnet(2, bob.request({{pd, 1, {"2001:db8:f000::/56"}}}));
    EXPECT_EQ(world.ask(wishes).text(), "REPLY; PD 1 2001:db8:f000:100::/56 3000/4000");
    EXPECT_EQ(world.ask(in_subnet(1, alice.request({{pd, 1}}))).text(),
              "REPLY; PD 1 2001:db8:f000::/56 3000/4000");
}

TEST(Prefixes6, AHugePoolCostsNoMore) {
    auto config = config6_of({subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::", "2001:db8:1::ffff:ffff:ffff:ffff"}},
                                         {{"2001:db8::/32", 64}})});
    config.subnets[0].allocator = config.subnets[0].pd_allocator = AllocatorKind::random;
    World6 world{std::move(config)};
    for (std::uint8_t i = 1; i < 100; ++i) {
        world.seed = i * 77u;
        const auto reply = world.bind(Client6::number(i), {{na, 1}, {pd, 1}});
        EXPECT_THAT(reply, testing::StartsWith("REPLY; NA 1 2001:db8:1:")) << reply;
        EXPECT_THAT(reply, testing::HasSubstr("/64 3000/4000")) << reply;
    }
    EXPECT_EQ(world.refused_changes(), 0u);
}

// --- reservations

TEST(ReservedLeases6, GoToTheirClientAndToNobodyElse) {
    auto config = home_config();
    config.hosts = std::make_shared<const HostTable>(
        std::vector{host6_of(alice, 1, {"2001:db8:1::77", "2001:db8:1::10", "2001:db8:eeee::/48"})});
    World6 world{std::move(config)};
    EXPECT_EQ(world.bind(bob), "REPLY; NA 1 2001:db8:1::11 3000/4000") << "::10 is kept";
    EXPECT_EQ(world.bind(alice, {{na, 1}, {pd, 1}}),
              "REPLY; NA 1 2001:db8:1::77 3000/4000 2001:db8:1::10 3000/4000; PD 1 2001:db8:eeee::/48 3000/4000");
}

TEST(ReservedLeases6, AreSharedOutOverTheIas) {
    auto config = home_config();
    config.hosts = std::make_shared<const HostTable>(
        std::vector{host6_of(alice, 1, {"2001:db8:1::77", "2001:db8:1::78"})});
    World6 world{std::move(config)};
    EXPECT_EQ(world.bind(alice, {{na, 1}, {na, 2}}),
              "REPLY; NA 1 2001:db8:1::77 3000/4000; NA 2 2001:db8:1::78 3000/4000");
    EXPECT_EQ(world.ask(alice.renew({{na, 2, {"2001:db8:1::78"}}})).text(), "REPLY; NA 2 2001:db8:1::78 3000/4000");
}

TEST(ReservedLeases6, ANewReservationReplacesTheLeaseAtTheNextRenewal) {
    World6 before{home_config()};
    before.bind(alice);
    auto config = home_config();
    config.hosts = std::make_shared<const HostTable>(std::vector{host6_of(alice, 1, {"2001:db8:1::77"})});
    World6 world{std::move(config)};
    world.load(*before.row("2001:db8:1::10"));
    EXPECT_EQ(world.ask(alice.renew({{na, 1, {"2001:db8:1::10"}}})).text(),
              "REPLY; NA 1 2001:db8:1::77 3000/4000 2001:db8:1::10 0/0");
    EXPECT_FALSE(world.row("2001:db8:1::10"));
}

// --- flex-id

TEST(FlexId6, TakesThePlaceOfTheDuidAndOfTheIaid) {
    auto config = home_config();
    ExpressionNames names;
    names.family = Family::v6;
    config.flex_id = Expression::compile(Expression::Kind::text, "'line-7'", names).value();
    config.flex_id_replaces_client_id = config.flex_id_ignores_iaid = true;
    World6 world{std::move(config)};
    EXPECT_EQ(world.bind(alice, {{na, 1}}), "REPLY; NA 1 2001:db8:1::10 3000/4000");
    EXPECT_EQ(to_hex(view(world.row("2001:db8:1::10")->duid)), "00:00:6c:69:6e:65:2d:37");
    const auto other_router = world.ask(bob.solicit({{na, 9}}));
    EXPECT_EQ(other_router.text(), "ADVERTISE; NA 9 2001:db8:1::10 3000/4000") << "on the same line";
    EXPECT_EQ(other_router.option(option::client_id), bob.duid) << "what was sent is echoed";
}

// --- limits

TEST(Limits6, NoMessageGetsMoreThanSixteenLeasesInAnIa) {
    World6 world{config6_of({subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::1:0", "2001:db8:1::1:ffff"}})})};
    SentIa greedy{na, 1};
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) texts.push_back("2001:db8:1::1:" + std::to_string(i));
    for (const auto& text : texts) greedy.units.push_back(text);
    const auto reply = world.ask(alice.request({greedy}));
    const auto message = reply.view();
    EXPECT_EQ((*message.ias().begin()).leases().count(), 16u);
}

// --- times (RFC 8415 14.2, 21.4)

struct TimesRow {
    std::optional<std::uint32_t> renew, rebind;
    bool calculate;
    std::uint32_t t1, t2;
};
TEST(Times6, Rfc8415FollowTheShortestPreferredLifetime) {
    for (const auto& row : {TimesRow{1000, 2000, false, 1000, 2000}, TimesRow{{}, {}, true, 1500, 2400},
                            TimesRow{{}, {}, false, 0, 0}, TimesRow{2000, 2000, false, 0, 2000},
                            TimesRow{100, {}, true, 100, 2400}}) {
        auto config = home_config();
        auto& subnet = config.subnets[0];
        subnet.renew_timer = row.renew;
        subnet.rebind_timer = row.rebind;
        subnet.calculate_tee_times = row.calculate;
        subnet.t1_percent = 0.5;
        subnet.t2_percent = 0.8;
        World6 world{std::move(config)};
        const auto offer = world.ask(alice.solicit({{na, 1}, {pd, 1}}));
        const auto message = offer.view();
        for (const auto& ia : message.ias()) {
            EXPECT_EQ(ia.t1, row.t1);
            EXPECT_EQ(ia.t2, row.t2);
        }
    }
}

}  // namespace
}  // namespace leasehold::v6::decide_leases_test
