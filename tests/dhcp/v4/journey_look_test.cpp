// Packets that wait for somebody to answer at an address, packets over a rate, and packets that have waited
// too long: what the journey makes of them. The store takes everything at once.
#include <gmock/gmock.h>

#include <algorithm>

#include "dhcp/v4/journey.hpp"
#include "tests/dhcp/v4/journey_parts.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::v4::journey_look_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Ipv4 second{first.value + 1};

/// Answers when the test says so.
struct FakeProbe final : AddressProbe {
    struct Look {
        std::uint32_t interface_index;
        Ipv4 address;
        std::function<void(bool)> done;
    };
    std::vector<Look> looks;
    bool possible = true;

    bool look(std::uint32_t interface_index, Ipv4 address, const PingConfig&,
              std::function<void(bool)> done) override {
        if (possible) looks.push_back({interface_index, address, std::move(done)});
        return possible;
    }
    void answer(std::size_t place, bool in_use) { looks.at(place).done(in_use); }
};

struct JourneyLookTest : testing::Test {
    explicit JourneyLookTest(Ipv4 end = last) {
        auto made = small_network(end);
        made->subnets[0].ping = {.enabled = true, .requests = 1};
        use(made);
        keeper->load_finished();
        journey.set_open(true);
    }
    void use(std::shared_ptr<const ServerConfig> with) {
        config = std::move(with);
        if (!keeper) keeper = std::make_unique<LeaseKeeper>(config, clock);
        journey.use(config, keeper.get(), &taker);
    }
    void receive(const std::vector<std::uint8_t>& bytes, std::chrono::nanoseconds waited = {}) {
        journey.on_datagram({interface, to_ipv6(server), true}, broadcast(bytes, waited));
    }
    void discover(std::uint8_t client, std::uint32_t xid) {
        receive(query(MessageType::discover, client, xid));
    }
    /// The store has taken what it was given.
    void store() {
        for (auto& completion : taker.complete()) EXPECT_TRUE(journey.on_completion(completion));
    }

    testing_support::FakeTime time;
    LeaseClock clock{time};
    Statistics statistics{time};
    EventBus bus{statistics};
    RecordingOutlet outlet;
    FakeProbe probe;
    InstantTaker taker;
    Interface interface = lan();
    std::shared_ptr<const ServerConfig> config;
    std::unique_ptr<LeaseKeeper> keeper;
    Journey journey{{clock, statistics, bus, outlet, 0, &probe}};
};

TEST_F(JourneyLookTest, AnAddressIsOfferedWhenNobodyAnswersThere) {
    discover(1, 100);
    EXPECT_THAT(outlet.sent, IsEmpty());
    ASSERT_EQ(probe.looks.size(), 1u);
    EXPECT_EQ(probe.looks[0].interface_index, 3u) << "on the client's link";
    probe.answer(0, false);
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, first, 100}));
    EXPECT_TRUE(journey.idle());
}

TEST_F(JourneyLookTest, NobodyElseWaitsMeanwhileAndNobodyElseIsOfferedTheAddress) {
    discover(1, 100);
    discover(2, 200);
    ASSERT_EQ(probe.looks.size(), 2u);
    EXPECT_NE(probe.looks[0].address, probe.looks[1].address);
    probe.answer(1, false);
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, second, 200}));
    probe.answer(0, false);
    EXPECT_THAT(outlet.sent,
                ElementsAre(Sent{MessageType::offer, second, 200}, Sent{MessageType::offer, first, 100}));
}

TEST_F(JourneyLookTest, AnAddressInUseIsDeclinedAndAnotherOffered) {
    discover(1, 100);
    probe.answer(0, true);
    ASSERT_EQ(probe.looks.size(), 2u);
    probe.answer(1, false);
    EXPECT_THAT(outlet.sent, IsEmpty()) << "before the declined row is stored";
    store();
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, second, 100}));
    const auto row = keeper->table().find(to_prefix(first));
    ASSERT_TRUE(row);
    EXPECT_EQ(row->state, LeaseState::declined);
    EXPECT_EQ(statistics.value(Stat::declined_addresses), 1);
}

TEST_F(JourneyLookTest, ARetransmissionMeanwhileIsAnsweredOnceWithoutAnotherLook) {
    discover(1, 100);
    discover(1, 101);
    EXPECT_EQ(probe.looks.size(), 1u);
    probe.answer(0, false);
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, first, 101}));
    EXPECT_TRUE(journey.idle());
}

TEST_F(JourneyLookTest, WithoutAProbeAddressesAreOfferedUnseen) {
    probe.possible = false;
    discover(1, 100);
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, first, 100}));
}

TEST_F(JourneyLookTest, AnAnswerThatComesAfterTheStoreWasLeftIsNotUsed) {
    discover(1, 100);
    journey.abandon();
    probe.answer(0, false);
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_TRUE(journey.idle());
}

struct FewAddresses : JourneyLookTest {
    FewAddresses() : JourneyLookTest{Ipv4{first.value + 20}} {}
};
TEST_F(FewAddresses, ThePacketIsGivenUpAfterSoManyAddressesInUseWhichAreDeclined) {
    discover(1, 100);
    for (std::size_t i = 0; i < Need::pings_max; ++i) probe.answer(i, true);
    EXPECT_EQ(probe.looks.size(), Need::pings_max);
    store();
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_TRUE(journey.idle());
    EXPECT_EQ(statistics.value(Stat::declined_addresses), Need::pings_max);

    // Its next attempt does not begin with the same addresses.
    discover(1, 101);
    ASSERT_EQ(probe.looks.size(), Need::pings_max + 1);
    const auto next = probe.looks.back().address;
    probe.answer(Need::pings_max, false);
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, next, 101}));
    for (std::size_t i = 0; i < Need::pings_max; ++i) EXPECT_NE(probe.looks[i].address, next);
}

struct JourneyLimitsTest : JourneyLookTest {
    JourneyLimitsTest() {
        auto made = small_network();
        made->subnets[0].limits.rate_limit = RateLimit{2, std::chrono::hours{24}};
        use(made);
    }
};

TEST_F(JourneyLimitsTest, PacketsOverTheRateAreDroppedAndCounted) {
    for (std::uint8_t client = 1; client <= 4; ++client) discover(client, client);
    EXPECT_EQ(outlet.sent.size(), 2u);
    EXPECT_EQ(statistics.value(Stat::pkt4_limit_exceeded), 2);
    EXPECT_EQ(statistics.value(Stat::pkt4_receive_drop), 2);
}

TEST_F(JourneyLimitsTest, AStaleBacklogIsNotServedAndAFreshPacketIs) {
    receive(query(MessageType::discover, 1, 100), config->packet_age_max + std::chrono::milliseconds{1});
    receive(query(MessageType::discover, 2, 200), config->packet_age_max);
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, first, 200}));
    EXPECT_EQ(journey.counters().stale, 1u);
    EXPECT_EQ(statistics.value(Stat::pkt4_queue_full), 1);
}

TEST_F(JourneyLimitsTest, WithoutALimitOnTheAgeEverythingIsServed) {
    auto made = small_network();
    made->packet_age_max = {};
    use(made);
    receive(query(MessageType::discover, 1, 100), std::chrono::minutes{3});
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, first, 100}));
}

}  // namespace
}  // namespace leasehold::v4::journey_look_test
