// Who comes first when more packets come than are served, and who is turned away.
#include <gmock/gmock.h>

#include <thread>

#include "dhcp/v4/journey.hpp"
#include "tests/dhcp/v4/journey_parts.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::v4::journey_newcomers_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::hours never{1};

struct JourneyNewcomersTest : testing::Test {
    explicit JourneyNewcomersTest(NewcomerRules rules = {.of_a_turn = 2, .of_a_backlogged_turn = 1, .in_order_for = never})
        : journey{{.clock = clock, .statistics = statistics, .events = bus, .outlet = outlet, .newcomers = rules}} {
        journey.use(config, &keeper, &taker);
        keeper.load_finished();
        journey.set_open(true);
    }
    /// As read from a queue in which there is more.
    void receive(MessageType type, std::uint8_t client, std::optional<Ipv4> requested = {}, bool backlog = true) {
        const auto bytes = query(type, client, client, requested);
        auto datagram = broadcast(bytes);
        datagram.backlog = backlog;
        journey.on_datagram({interface, to_ipv6(server), true}, datagram);
    }
    void discover(std::uint8_t client, bool backlog = true) {
        receive(MessageType::discover, client, std::nullopt, backlog);
    }
    void store() {
        for (auto& completion : taker.complete()) EXPECT_TRUE(journey.on_completion(completion));
    }
    /// The clients that were answered, by xid, since the last time.
    std::vector<std::uint32_t> answered() {
        std::vector<std::uint32_t> clients;
        for (const Sent& sent : std::exchange(outlet.sent, {})) clients.push_back(sent.xid);
        return clients;
    }

    testing_support::FakeTime time;
    LeaseClock clock{time};
    Statistics statistics{time};
    EventBus bus{statistics};
    RecordingOutlet outlet;
    InstantTaker taker;
    Interface interface = lan();
    std::shared_ptr<const ServerConfig> config = [] {
        auto made = small_network(Ipv4{first.value + 40});
        made->packet_age_max = {};  // however slow the machine is
        return made;
    }();
    LeaseKeeper keeper{config, clock};
    Journey journey;
};

TEST_F(JourneyNewcomersTest, WithoutABacklogEachIsAnsweredAtOnce) {
    discover(1, false);
    discover(2, false);
    EXPECT_THAT(answered(), ElementsAre(1, 2));
    EXPECT_FALSE(journey.has_turn_for_newcomers());
}

TEST_F(JourneyNewcomersTest, WhoGoesOnWithAnExchangeComesBeforeWhoBeginsOne) {
    discover(1);
    discover(2);
    receive(MessageType::request, 3, first);
    store();
    EXPECT_THAT(answered(), ElementsAre(3));
    EXPECT_EQ(journey.newcomers(), 2u);
    EXPECT_EQ(statistics.value(Stat::pkt4_discover_received), 2);
    journey.set_backlog(false);
    EXPECT_TRUE(journey.has_turn_for_newcomers());
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(1, 2));
    EXPECT_EQ(statistics.value(Stat::pkt4_discover_received), 2) << "counted once";
    EXPECT_FALSE(journey.has_turn_for_newcomers());
}

TEST_F(JourneyNewcomersTest, NobodyOvertakesThoseWhoWait) {
    discover(1);
    discover(2);
    discover(3);
    discover(4, false);
    EXPECT_THAT(answered(), IsEmpty());
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(1, 2)) << "a turn is two";
    EXPECT_TRUE(journey.has_turn_for_newcomers());
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(3, 4));
    discover(5, false);
    EXPECT_THAT(answered(), ElementsAre(5));
}

TEST_F(JourneyNewcomersTest, WhileTheBacklogStandsSomeAreServedBesideIt) {
    discover(1);
    discover(2);
    EXPECT_FALSE(journey.has_turn_for_newcomers()) << "the queue comes first";
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(1));
}

TEST_F(JourneyNewcomersTest, AClosedServiceAnswersNobody) {
    discover(1);
    journey.set_open(false);
    journey.set_backlog(false);
    journey.serve_newcomers();
    EXPECT_THAT(answered(), IsEmpty());
    EXPECT_EQ(statistics.value(Stat::pkt4_service_disabled), 1);
}

struct LateNewcomersTest : JourneyNewcomersTest {
    LateNewcomersTest() : JourneyNewcomersTest{{.of_a_turn = 2, .in_order_for = std::chrono::milliseconds{0}}} {}
};

TEST_F(LateNewcomersTest, WhenTheyWaitForLongTheLastComesFirst) {
    discover(1);
    discover(2);
    discover(3);
    journey.set_backlog(false);
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(3, 2));
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(1));
}

struct StandingNewcomersTest : JourneyNewcomersTest {
    StandingNewcomersTest()
        : JourneyNewcomersTest{{.burst_max = 4,
                                .burst = std::chrono::milliseconds{0},
                                .standing_max = 2,
                                .of_a_turn = 8,
                                .given_up_of_a_turn = 8,
                                .in_order_for = never}} {}
};

TEST_F(StandingNewcomersTest, UnderALoadThatStaysFewWaitAndOthersAreTurnedAwayAtOnce) {
    for (std::uint8_t client = 1; client <= 4; ++client) {
        discover(client);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});  // longer than the burst
    }
    EXPECT_EQ(journey.newcomers(), 2u);
    EXPECT_EQ(journey.counters().turned_away, 2u);
    EXPECT_EQ(statistics.value(Stat::pkt4_queue_full), 2);
    EXPECT_EQ(statistics.value(Stat::pkt4_discover_received), 4);
    receive(MessageType::request, 9, first);
    store();
    EXPECT_THAT(answered(), ElementsAre(9)) << "who was offered an address is served";
    journey.set_backlog(false);
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(1, 2));
}

struct BurstOfNewcomersTest : JourneyNewcomersTest {
    BurstOfNewcomersTest()
        : JourneyNewcomersTest{{.burst_max = 4,
                                .burst = burst,  // for four packets, on a slow machine
                                .standing_max = 2,
                                .of_a_turn = 8,
                                .given_up_of_a_turn = 1,
                                .in_order_for = never}} {}
    static constexpr std::chrono::seconds burst{1};
};

TEST_F(BurstOfNewcomersTest, ABurstFindsRoomUntilItsTimeIsOver) {
    for (std::uint8_t client = 1; client <= 4; ++client) discover(client);
    std::this_thread::sleep_for(burst + std::chrono::milliseconds{1});
    journey.set_backlog(false);
    journey.serve_newcomers();
    EXPECT_THAT(answered(), ElementsAre(2, 3, 4)) << "the oldest is given up, one in a turn";
    EXPECT_EQ(journey.counters().turned_away, 1u);
}

}  // namespace
}  // namespace leasehold::v4::journey_newcomers_test
