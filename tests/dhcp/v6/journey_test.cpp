// The journey of DHCPv6 packets with the real decide and a store that the test plays: several leases per packet, and
// where replies go. What both families have in common is v4/journey_test's.
#include "dhcp/v6/journey.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v6/option_table.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::journey_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing_world6::Answer6;
using testing_world6::Bytes;
using testing_world6::Client6;
using testing_world6::home_config;
using testing_world6::ip6;
using testing_world6::Packet6;
using testing_world6::SentIa;
using testing_world6::SentRelay;
using testing_world6::unit;

const Client6 alice = Client6::number(1), bob = Client6::number(2);
const std::vector<SentIa> address_and_prefix{{LeaseKind::na, 1, {"2001:db8:1::10"}},
                                             {LeaseKind::pd, 2, {"2001:db8:f000::/56"}}};

struct Sent {
    std::string text;
    Outbound envelope;  // its octets are gone
};

struct RecordingOutlet final : PacketOutlet {
    std::vector<Sent> sent;
    void send_udp(std::uint32_t, const Outbound& datagram) override {
        Answer6 answer;
        answer.done.emplace().reply.emplace().bytes.assign(datagram.bytes.begin(), datagram.bytes.end());
        sent.push_back({answer.text(), datagram});
    }
    void send_raw(std::uint32_t, const Outbound&) override { FAIL(); }
    void flush() override {}
    bool is_local(const Ipv6&) const override { return false; }
};

struct HandTaker final : ChangeTaker {
    std::vector<Submission> taken;
    std::vector<std::vector<Prefix>> asked;
    std::vector<FindDone> askers;
    bool submit(Submission&& submission) override {
        taken.push_back(std::move(submission));
        return true;
    }
    bool find(std::vector<Prefix> rows, FindDone done) override {
        asked.push_back(std::move(rows));
        askers.push_back(std::move(done));
        return true;
    }
    const std::string& where() const override { return name; }
    std::string name = "nowhere";
};

struct Journey6Test : testing::Test {
    Journey6Test() {
        interface.index = 1;
        interface.name = "lan0";
        interface.addresses6 = {{link_local}, {global}};
        journey.use(config, &keeper, &taker);
        journey.set_open(true);
        keeper.load_finished();
    }
    void receive(const Bytes& bytes, const Ipv6& source = ip6("fe80::1"), const Ipv6& destination = ip6("ff02::1:2"),
                 std::uint16_t port = 546) {
        journey.on_datagram({interface, link_local, false}, {bytes, source, destination, port});
    }
    void receive(const Packet6& packet) { receive(packet.bytes()); }
    /// The store has taken what it was given, but for this row, which another writer has changed.
    void store(std::optional<std::size_t> lost = {}) {
        for (auto& submission : std::exchange(taker.taken, {})) {
            const auto count = submission.changes.size();
            Completion completion{submission.id, SubmissionOutcome::answered, {}, std::move(submission.changes)};
            if (lost) {
                completion.rows.resize(count, {Outcome::applied, {}, {}});
                completion.rows.at(*lost).outcome = Outcome::lost;
            }
            EXPECT_TRUE(journey.on_completion(completion));
        }
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> all;
        for (const auto& sent : outlet.sent) all.push_back(sent.text);
        return all;
    }
    std::int64_t count(Stat stat) { return statistics.value(stat); }

    const Ipv6 link_local = ip6("fe80::99"), global = ip6("2001:db8:1::1");
    testing_support::FakeTime time;
    LeaseClock clock{time};
    Statistics statistics{time, Family::v6};
    EventBus bus{statistics};
    RecordingOutlet outlet;
    HandTaker taker;
    Interface interface;
    std::shared_ptr<const ServerConfig> config = std::make_shared<ServerConfig>(home_config());
    LeaseKeeper keeper{config, clock};
    Journey journey{{clock, statistics, bus, outlet}};
};

TEST_F(Journey6Test, AnAdvertiseIsSentAtOnceToTheClientFromTheLinkLocalAddress) {
    receive(alice.solicit());
    ASSERT_THAT(texts(), ElementsAre("ADVERTISE; NA 1 2001:db8:1::10 3000/4000"));
    EXPECT_EQ(outlet.sent[0].envelope.destination, ip6("fe80::1"));
    EXPECT_EQ(outlet.sent[0].envelope.port, 546);
    EXPECT_EQ(outlet.sent[0].envelope.source, link_local);
    EXPECT_EQ(keeper.pools().get(unit("2001:db8:1::10")), Availability::held);
    EXPECT_EQ(count(Stat::pkt6_received), 1);
    EXPECT_EQ(count(Stat::pkt6_solicit_received), 1);
    EXPECT_EQ(count(Stat::pkt6_advertise_sent), 1);
    EXPECT_EQ(count(Stat::pkt6_sent), 1);
}

// I1, lease-engine 3
TEST_F(Journey6Test, TheLeasesOfOneReplyAreStoredTogetherAndBeforeItLeaves) {
    receive(alice.request(address_and_prefix));
    EXPECT_THAT(outlet.sent, IsEmpty());
    ASSERT_THAT(taker.taken, SizeIs(1));
    EXPECT_THAT(taker.taken[0].changes, SizeIs(2));
    store();
    EXPECT_THAT(texts(), ElementsAre("REPLY; NA 1 2001:db8:1::10 3000/4000; PD 2 2001:db8:f000::/56 3000/4000"));
    EXPECT_EQ(count(Stat::assigned_nas), 1);
    EXPECT_EQ(count(Stat::assigned_pds), 1);
    EXPECT_TRUE(journey.idle());
}

TEST_F(Journey6Test, WhenOneRowIsLostAllIsDecidedAgainAndTheReplyWaitsForThatToo) {
    receive(alice.request(address_and_prefix));
    store(1);
    EXPECT_THAT(outlet.sent, IsEmpty());
    ASSERT_THAT(taker.taken, SizeIs(1));
    store();
    EXPECT_THAT(texts(), ElementsAre("REPLY; NA 1 2001:db8:1::10 3000/4000; PD 2 2001:db8:f000::/56 3000/4000"));
    EXPECT_EQ(keeper.pending().size(), 0u);
}

// I2
TEST_F(Journey6Test, AnotherClientThatWantsTheSamePrefixWaitsForTheOutcome) {
    receive(alice.request(address_and_prefix));
    receive(bob.request({{LeaseKind::pd, 2, {"2001:db8:f000::/56"}}}));
    EXPECT_EQ(journey.parked(), 1u);
    store();
    EXPECT_TRUE(journey.parked() == 0 && taker.taken.size() == 1);
    store();
    EXPECT_THAT(texts(), ElementsAre("REPLY; NA 1 2001:db8:1::10 3000/4000; PD 2 2001:db8:f000::/56 3000/4000",
                                     "REPLY; PD 2 2001:db8:f000:100::/56 3000/4000"));
}

TEST_F(Journey6Test, ARetransmissionOfWhatIsInFlightIsAnsweredOnce) {
    for (int i = 0; i < 3; ++i) receive(alice.request(address_and_prefix));
    EXPECT_EQ(count(Stat::pkt6_duplicate), 2);
    store();
    EXPECT_THAT(outlet.sent, SizeIs(1));
}

TEST_F(Journey6Test, WhatWasNotStoredIsNotAnsweredAndFreeAgain) {
    receive(alice.request(address_and_prefix));
    Completion completion{taker.taken.at(0).id, SubmissionOutcome::unavailable, {}, {}};
    EXPECT_TRUE(journey.on_completion(completion));
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_EQ(count(Stat::pkt6_processing_failed), 1);
    EXPECT_EQ(count(Stat::pkt6_receive_drop), 1);
    EXPECT_EQ(keeper.pools().get(unit("2001:db8:f000::/56")), Availability::free);
    EXPECT_EQ(count(Stat::assigned_pds), 0);
}

// RFC 8415 19.3, 18.3.10: back to the relay that sent it
TEST_F(Journey6Test, ARelayedReplyGoesToTheRelayFromTheAddressThatItSentTo) {
    auto solicit = alice.solicit();
    solicit.relayed_by({.link = "2001:db8:1::fe", .peer = "fe80::1"});
    const auto relay = ip6("2001:db8:77::7"), asked = ip6("2001:db8:1::1");
    receive(solicit.bytes(), relay, asked, 547);
    ASSERT_THAT(outlet.sent, SizeIs(1));
    EXPECT_EQ(outlet.sent[0].envelope.destination, relay);
    EXPECT_EQ(outlet.sent[0].envelope.port, 547);
    EXPECT_EQ(outlet.sent[0].envelope.source, asked);
}

TEST_F(Journey6Test, ToADistantRelayThatSentToAGroupTheKernelChoosesTheSource) {
    auto solicit = alice.solicit();
    solicit.relayed_by({.link = "2001:db8:1::fe", .peer = "fe80::1"});
    receive(solicit.bytes(), ip6("2001:db8:77::7"), ip6("ff05::1:3"), 547);
    ASSERT_THAT(outlet.sent, SizeIs(1));
    EXPECT_TRUE(is_unspecified(outlet.sent[0].envelope.source));
}

TEST_F(Journey6Test, WhatCannotBeReadIsCounted) {
    receive(Bytes{});
    receive(Bytes{1, 2, 3});
    receive(Bytes{1, 2, 3, 4, 0, 1, 0, 200});
    EXPECT_EQ(count(Stat::pkt6_received), 3);
    EXPECT_EQ(count(Stat::pkt6_parse_failed), 3);
    EXPECT_EQ(count(Stat::pkt6_receive_drop), 3);
    EXPECT_THAT(outlet.sent, IsEmpty());
}

/// A message that ends within an option is no message, however good what stands before it is.
TEST_F(Journey6Test, AMessageThatIsCutShortIsDroppedWhole) {
    auto bytes = alice.solicit().bytes();
    receive(Bytes(bytes.begin(), bytes.end() - 1));
    for (int octets_behind = 1; octets_behind <= 3; ++octets_behind) {
        bytes.push_back(0);
        receive(bytes);
    }
    EXPECT_EQ(count(Stat::pkt6_parse_failed), 4);
    EXPECT_EQ(count(Stat::pkt6_solicit_received), 0);
    EXPECT_THAT(outlet.sent, IsEmpty());
}

TEST_F(Journey6Test, AConfirmHasACounterOfItsOwn) {
    receive(alice.confirm({{LeaseKind::na, 1, {"2001:db8:1::10"}}}));
    EXPECT_EQ(count(Stat::pkt6_confirm_received), 1);
    EXPECT_EQ(count(Stat::pkt6_unknown_received), 0);
    EXPECT_THAT(texts(), ElementsAre("REPLY Success"));
}

TEST_F(Journey6Test, WhatTheRfcForbidsIsCounted) {
    receive(alice.solicit().bytes(), ip6("fe80::1"), link_local);
    EXPECT_EQ(count(Stat::pkt6_rfc_violation), 1);
    EXPECT_THAT(outlet.sent, IsEmpty());
}

TEST_F(Journey6Test, WhileTheServiceIsClosedNobodyIsAnswered) {
    journey.set_open(false);
    receive(alice.solicit());
    EXPECT_EQ(count(Stat::pkt6_service_disabled), 1);
    EXPECT_THAT(outlet.sent, IsEmpty());
}

// RFC 7341
struct Journey6CarryTest : Journey6Test {
    Result<void, std::string> taken = {};
    std::vector<CarriedMessage> carried;
    Journey carrying{{clock, statistics, bus, outlet, 0, nullptr, [this](CarriedMessage&& message) {
                          if (taken) carried.push_back(std::move(message));
                          return taken;
                      }}};
    Journey6CarryTest() {
        carrying.use(config, &keeper, &taker);
        carrying.set_open(true);
    }
    void receive_query() {
        const Bytes query{20, 0, 0, 0, 0, 87, 0, 1, 9};
        carrying.on_datagram({interface, link_local, false}, {query, ip6("fe80::1"), ip6("ff02::1:2"), 546});
    }
};

TEST_F(Journey6CarryTest, ADhcpv4MessageIsHandedOnAndItsAnswerSentWhenItComes) {
    receive_query();
    ASSERT_THAT(carried, SizeIs(1));
    EXPECT_EQ(carried[0].bytes, (std::vector<std::uint8_t>{9}));
    EXPECT_THAT(outlet.sent, IsEmpty());
    carried[0].reply(std::array<std::uint8_t, 2>{1, 2});
    ASSERT_THAT(outlet.sent, SizeIs(1));
    EXPECT_EQ(outlet.sent[0].envelope.destination, ip6("fe80::1"));
    EXPECT_EQ(outlet.sent[0].envelope.source, link_local);
    EXPECT_EQ(count(Stat::pkt6_dhcpv4_query_received), 1);
    EXPECT_EQ(count(Stat::pkt6_dhcpv4_response_sent), 1);
    ASSERT_THAT(carrying.exchange_times().entries(), SizeIs(1));
    EXPECT_EQ(carrying.exchange_times().entries()[0].query, Stat::pkt6_dhcpv4_query_received);
}

TEST_F(Journey6CarryTest, WhereNobodyAnswersItIsDropped) {
    taken = std::unexpected("it is off");
    receive_query();
    EXPECT_EQ(count(Stat::pkt6_service_disabled), 1);
    EXPECT_THAT(outlet.sent, IsEmpty());
}

TEST_F(Journey6CarryTest, AnAnswerThatOutlivesTheJourneyGoesNowhere) {
    std::optional<Journey> short_lived;
    short_lived.emplace(JourneyContext{clock, statistics, bus, outlet, 0, nullptr, [this](CarriedMessage&& message) {
                                           carried.push_back(std::move(message));
                                           return Result<void, std::string>{};
                                       }});
    short_lived->use(config, &keeper, &taker);
    short_lived->set_open(true);
    const Bytes query{20, 0, 0, 0, 0, 87, 0, 1, 9};
    short_lived->on_datagram({interface, link_local, false}, {query, ip6("fe80::1"), ip6("ff02::1:2"), 546});
    short_lived.reset();
    carried.at(0).reply(std::array<std::uint8_t, 2>{1, 2});
    EXPECT_THAT(outlet.sent, IsEmpty());
}

/// The store is still being loaded: rows are read one by one.
struct Journey6LoadingTest : Journey6Test {
    LeaseKeeper loading{config, clock};
    Journey6LoadingTest() { journey.use(config, &loading, &taker); }
};

TEST_F(Journey6LoadingTest, AllRowsThatADecisionNeedsAreReadAndItIsMadeThen) {
    receive(alice.request(address_and_prefix));
    EXPECT_THAT(outlet.sent, IsEmpty());
    for (std::size_t turn = 0; turn < taker.askers.size(); ++turn)
        taker.askers[turn](std::vector<std::optional<Lease>>(taker.asked[turn].size()));
    EXPECT_LE(taker.asked.size(), 2u);
    std::vector<Prefix> asked;
    for (const auto& rows : taker.asked) asked.insert(asked.end(), rows.begin(), rows.end());
    EXPECT_THAT(asked, testing::UnorderedElementsAre(unit("2001:db8:1::10"), unit("2001:db8:f000::/56")));
    store();
    EXPECT_THAT(texts(), ElementsAre("REPLY; NA 1 2001:db8:1::10 3000/4000; PD 2 2001:db8:f000::/56 3000/4000"));
}

/// As many IAs as a message may have, each with as many addresses of the pool as fit a datagram.
TEST_F(Journey6LoadingTest, RowsAreReadInRoundsAndMoreThanThoseIsTooMuch) {
    const auto message_of = [](std::size_t leases_per_ia) {
        std::vector<SentIa> ias;
        for (std::uint32_t iaid = 1; iaid <= ia_count_max; ++iaid)
            ias.push_back({LeaseKind::na, iaid, std::vector<std::string_view>(leases_per_ia, "2001:db8:1::10")});
        auto packet = alice.release(ias);
        // Each names another address.
        std::uint16_t number = 0;
        for (auto& [code, payload] : packet.options)
            if (code == option::ia_na)
                for (std::size_t at = 12; at < payload.size(); at += 28, ++number) {
                    payload[at + 4 + 14] = static_cast<std::uint8_t>(number >> 8);
                    payload[at + 4 + 15] = static_cast<std::uint8_t>(number);
                }
        return packet;
    };
    const auto fetches_of = [&](std::size_t leases_per_ia) {
        taker.asked.clear();
        taker.askers.clear();
        receive(message_of(leases_per_ia));
        for (std::size_t turn = 0; turn < taker.askers.size(); ++turn) {
            EXPECT_LE(taker.asked[turn].size(), Journey::fetch_rows_max);
            taker.askers[turn](std::vector<std::optional<Lease>>(taker.asked[turn].size()));
        }
        return taker.asked.size();
    };
    EXPECT_EQ(fetches_of(1), 1u);
    EXPECT_THAT(outlet.sent, SizeIs(1));
    EXPECT_EQ(fetches_of(16), 4u) << "1024 rows";
    EXPECT_THAT(outlet.sent, SizeIs(2));
    EXPECT_EQ(count(Stat::pkt6_receive_drop), 0);
    EXPECT_EQ(fetches_of(17), 4u);
    EXPECT_THAT(outlet.sent, SizeIs(2));
    EXPECT_EQ(count(Stat::pkt6_receive_drop), 1);
    EXPECT_TRUE(journey.idle());
}

TEST_F(Journey6LoadingTest, ReadingRowsTakesNoneOfTheDecisionsThatALossMayCost) {
    receive(alice.request(address_and_prefix));
    for (std::size_t turn = 0; turn < taker.askers.size(); ++turn)
        taker.askers[turn](std::vector<std::optional<Lease>>(taker.asked[turn].size()));
    store(1);  // the prefix is lost to another writer; the address is the client's then
    store(0);
    EXPECT_THAT(outlet.sent, IsEmpty());
    store();
    EXPECT_THAT(outlet.sent, SizeIs(1));
}

}  // namespace
}  // namespace leasehold::v6::journey_test
