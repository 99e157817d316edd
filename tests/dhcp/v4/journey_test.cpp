// The journey of packets with the real decide, worker and memory store; the sockets are a list, the loop is
// turned by hand, and a gate in the store says when a commit may return.
#include "dhcp/v4/journey.hpp"

#include <gmock/gmock.h>

#include "dhcp/lease_home.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"
#include "lease_backends/memory_store.hpp"
#include "tests/dhcp/v4/journey_parts.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/hand_loop.hpp"

namespace leasehold::v4::journey_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::FaultyStore;
using testing_support::StoreCall;
using testing_support::StoreFault;

class JourneyTest : public testing::Test {
protected:
    JourneyTest() {
        config = small_network();
        interface.index = 2;
        interface.name = "eth0";

        auto store =
            std::make_unique<FaultyStore>(std::make_unique<MemoryStore>(),
                                          [this](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                                              if (call != StoreCall::commit) return std::nullopt;
                                              if (gate) gate->pass();
                                              return fault;
                                          });
        LeaseHome::Events events;
        events.completions = [this](std::vector<Completion>&& list) {
            for (Completion& completion : list) EXPECT_TRUE(journey.on_completion(completion));
        };
        home = std::make_unique<LeaseHome>(
            config, clock, std::move(store), [this](std::move_only_function<void()> run) { loop.post(std::move(run)); },
            std::move(events));
        home->worker().start();
        loop.run_until([&] { return home->status().state == BackendState::serving; });
        journey.use(config, &home->keeper(), home.get());
        journey.set_open(true);
    }
    void receive(const std::vector<std::uint8_t>& bytes) {
        journey.on_datagram({interface, to_ipv6(server), true}, broadcast(bytes));
    }
    void run_until_idle() {
        loop.run_until([&] { return journey.idle(); });
    }
    const Histogram* times_of(Stat query) {
        timed = journey.exchange_times().entries();
        const auto found = std::ranges::find(timed, query, &ExchangeTimes::Entry::query);
        return found == timed.end() ? nullptr : &found->times;
    }
    std::int64_t count(Stat stat) { return statistics.value(stat); }

    testing_support::FakeTime time;
    testing_support::HandLoop loop;
    LeaseClock clock{time};
    Statistics statistics{time};
    EventBus bus{statistics};
    RecordingOutlet outlet;
    Interface interface;
    std::shared_ptr<testing_support::Gate> gate;  // closed: a commit waits there
    std::optional<StoreFault> fault;
    std::vector<ExchangeTimes::Entry> timed;
    std::shared_ptr<const ServerConfig> config;
    std::unique_ptr<LeaseHome> home;
    Journey journey{{clock, statistics, bus, outlet, 0}};
};

TEST_F(JourneyTest, AnOfferIsSentAtOnceAndHeldForItsClient) {
    receive(query(MessageType::discover, 1, 100));
    receive(query(MessageType::discover, 2, 200));
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, first, 100},
                                         Sent{MessageType::offer, Ipv4{first.value + 1}, 200}));
    EXPECT_EQ(home->keeper().table().size(), 0u);
    EXPECT_EQ(home->keeper().pools().get(to_prefix(first)), Availability::held);
}

TEST_F(JourneyTest, TimesRunFromTheArrivalInTheKernelUntilTheAnswerIsWithTheSocket) {
    constexpr std::chrono::seconds waited{1};
    const auto discover = query(MessageType::discover, 1, 100);
    journey.on_datagram({interface, to_ipv6(server), true}, broadcast(discover, waited));
    EXPECT_EQ(outlet.sent.size(), 1u);
    EXPECT_EQ(times_of(Stat::pkt4_discover_received), nullptr) << "it waits for the end of its burst";
    journey.flush();
    const auto* const times = times_of(Stat::pkt4_discover_received);
    ASSERT_NE(times, nullptr);
    EXPECT_EQ(times->count(), 1u);
    EXPECT_GE(times->sum(), static_cast<std::uint64_t>(std::chrono::nanoseconds{waited}.count()));
}

TEST_F(JourneyTest, TheSlowestExchangesAreKeptWithWhatTheyWaitedFor) {
    constexpr std::chrono::seconds waited{1};
    journey.on_datagram({interface, to_ipv6(server), true}, broadcast(query(MessageType::discover, 1, 100), waited));
    receive(query(MessageType::request, 1, 101, first));
    run_until_idle();
    receive(query(MessageType::release, 2, 102));
    const auto slowest = journey.slowest_exchanges().entries(std::chrono::steady_clock::now());
    ASSERT_EQ(slowest.size(), 2u) << "what gets no answer is none";
    EXPECT_GE(slowest[0].took, waited);
    EXPECT_EQ(slowest[0].message, "DHCPDISCOVER");
    EXPECT_EQ(slowest[0].waited_for, WaitedFor::kernel_queue);
    EXPECT_EQ(slowest[1].message, "DHCPREQUEST");
    EXPECT_EQ(slowest[1].waited_for, WaitedFor::commit);
    for (const auto& exchange : slowest) {
        EXPECT_EQ(exchange.lease, to_prefix(first));
        EXPECT_EQ(exchange.subnet_id, 1u);
        EXPECT_EQ(exchange.client, slowest[0].client);
    }
}

TEST_F(JourneyTest, OnlyWhatIsAnsweredHasATime) {
    gate = std::make_shared<testing_support::Gate>();
    receive(query(MessageType::release, 1, 100));
    for (int i = 0; i < 3; ++i) receive(query(MessageType::request, 1, 101, first));  // two of them are dropped
    journey.flush();
    EXPECT_EQ(times_of(Stat::pkt4_request_received), nullptr) << "before it is stored";
    gate->open();
    run_until_idle();
    journey.flush();
    EXPECT_EQ(journey.exchange_times().entries().size(), 1u);
    ASSERT_NE(times_of(Stat::pkt4_request_received), nullptr);
    EXPECT_EQ(times_of(Stat::pkt4_request_received)->count(), 1u);
}

// I1
TEST_F(JourneyTest, NoAckLeavesBeforeTheCommitHasReturned) {
    gate = std::make_shared<testing_support::Gate>();
    receive(query(MessageType::request, 1, 100, first));
    loop.run_ready();  // the end of the burst, which wakes the store
    gate->wait_for_arrival();
    loop.run_ready();
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_EQ(journey.in_flight(), 1u);
    gate->open();
    run_until_idle();
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::ack, first, 100}));
    EXPECT_EQ(count(Stat::assigned_addresses), 1);
    EXPECT_EQ(count(Stat::pkt4_ack_sent), 1);
}

TEST_F(JourneyTest, ARetransmissionOfWhatIsInFlightIsAnsweredOnce) {
    gate = std::make_shared<testing_support::Gate>();
    for (int i = 0; i < 3; ++i) receive(query(MessageType::request, 1, 100, first));
    EXPECT_EQ(journey.parked(), 0u);
    EXPECT_EQ(count(Stat::pkt4_duplicate), 2);
    gate->open();
    run_until_idle();
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::ack, first, 100}));
}

TEST_F(JourneyTest, OneOtherPacketOfTheClientWaitsAndTheNewestIsAnswered) {
    gate = std::make_shared<testing_support::Gate>();
    receive(query(MessageType::request, 1, 100, first));
    receive(query(MessageType::discover, 1, 101));
    receive(query(MessageType::discover, 1, 102));
    EXPECT_EQ(journey.parked(), 1u);
    EXPECT_EQ(count(Stat::pkt4_duplicate), 1);
    gate->open();
    run_until_idle();
    EXPECT_THAT(outlet.sent,
                ElementsAre(Sent{MessageType::ack, first, 100}, Sent{MessageType::offer, first, 102}));
}

// I2
TEST_F(JourneyTest, AnotherClientThatWantsTheSameAddressWaitsForTheOutcome) {
    gate = std::make_shared<testing_support::Gate>();
    receive(query(MessageType::request, 1, 100, first));
    receive(query(MessageType::request, 2, 200, first));
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_EQ(journey.parked(), 1u);
    gate->open();
    run_until_idle();
    EXPECT_THAT(outlet.sent,
                ElementsAre(Sent{MessageType::ack, first, 100}, Sent{MessageType::nak, {}, 200}));
}

TEST_F(JourneyTest, WhatWasNotStoredIsNotAnsweredAndTheAddressIsFreeAgain) {
    fault = StoreFault{StoreErrc::unavailable, false};
    receive(query(MessageType::request, 1, 100, first));
    run_until_idle();
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_EQ(count(Stat::pkt4_processing_failed), 1);
    EXPECT_EQ(home->keeper().pools().get(to_prefix(first)), Availability::free);
    EXPECT_EQ(home->keeper().pending().size(), 0u);
    EXPECT_EQ(count(Stat::assigned_addresses), 0);
}

TEST_F(JourneyTest, AWaitingClientGetsWhatTheFirstCouldNotStore) {
    gate = std::make_shared<testing_support::Gate>();
    fault = StoreFault{StoreErrc::unavailable, false};
    receive(query(MessageType::request, 1, 100, first));
    receive(query(MessageType::discover, 2, 200));
    gate->open();
    run_until_idle();
    EXPECT_THAT(outlet.sent, ElementsAre(Sent{MessageType::offer, Ipv4{first.value + 1}, 200}))
        << "the allocator did not wait for the busy address";
}

// RFC 7341
TEST_F(JourneyTest, WhatCameInADhcpv6MessageIsAnsweredTheSameWayOnceItIsStored) {
    const auto carrying = small_network();
    carrying->subnets[0].carrier = CarrierConfig{.interface_id = {}, .network = {}, .interface = "lan0"};
    leasehold::finish(*carrying);
    journey.use(carrying, &home->keeper(), home.get());
    std::vector<std::vector<std::uint8_t>> answers;
    const auto receive_carried = [&](std::vector<std::uint8_t> bytes, std::string at) {
        CarriedMessage message;
        message.bytes = std::move(bytes);
        message.link.interface = std::move(at);
        message.received_at = std::chrono::steady_clock::now();
        message.reply = [&](OctetView answer) { answers.emplace_back(answer.begin(), answer.end()); };
        journey.on_carried(std::move(message), server);
    };
    receive_carried(query(MessageType::discover, 1, 100), "lan1");  // of no subnet with a 4o6 key
    EXPECT_THAT(answers, IsEmpty());
    receive_carried(query(MessageType::discover, 1, 101), "lan0");
    EXPECT_EQ(answers.size(), 1u);
    ASSERT_NE(times_of(Stat::pkt4_discover_received), nullptr) << "it has left with the message around it";
    EXPECT_EQ(times_of(Stat::pkt4_discover_received)->count(), 1u);
    receive_carried(query(MessageType::request, 1, 102, first), "lan0");
    EXPECT_EQ(answers.size(), 1u) << "before it is stored";
    run_until_idle();
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(read_u32(answers[1].data() + 16), first.value);
    EXPECT_THAT(outlet.sent, IsEmpty()) << "nothing leaves as DHCPv4";
    journey.set_open(false);
    receive_carried(query(MessageType::discover, 1, 103), "lan0");
    EXPECT_EQ(count(Stat::pkt4_service_disabled), 1);
    EXPECT_EQ(count(Stat::pkt4_received), 4);
}

TEST_F(JourneyTest, AClosedServiceCountsAndDrops) {
    journey.set_open(false);
    receive(query(MessageType::discover, 1, 100));
    EXPECT_THAT(outlet.sent, IsEmpty());
    EXPECT_EQ(count(Stat::pkt4_received), 1);
    EXPECT_EQ(count(Stat::pkt4_service_disabled), 1);
    EXPECT_EQ(count(Stat::pkt4_receive_drop), 1);
}

TEST_F(JourneyTest, GarbageIsCountedAndChangesNothing) {
    receive({1, 2, 3});
    receive(std::vector<std::uint8_t>(400, 0xff));
    EXPECT_EQ(count(Stat::pkt4_parse_failed), 2);
    EXPECT_TRUE(journey.idle());
}

// I6
TEST_F(JourneyTest, PacketsThatWaitAreBoundedAndTheRestIsCounted) {
    gate = std::make_shared<testing_support::Gate>();
    receive(query(MessageType::request, 1, 1, first));
    constexpr std::size_t clients = Journey::packets_max + 50;
    for (std::size_t i = 0; i < clients; ++i) {
        auto bytes = query(MessageType::request, 2, 7, first);  // all wait for the same address
        write_u32(&bytes[30], static_cast<std::uint32_t>(i) + 1000);
        receive(bytes);
    }
    EXPECT_EQ(journey.parked() + journey.in_flight(), Journey::packets_max);
    EXPECT_GE(count(Stat::pkt4_queue_full), 50);
    gate->open();
    run_until_idle();
    EXPECT_EQ(journey.parked(), 0u);
    EXPECT_EQ(outlet.sent.front(), (Sent{MessageType::ack, first, 1}));
}

}  // namespace
}  // namespace leasehold::v4::journey_test
