// Reclamation through the real worker and the memory store, with a clock that the test moves.
#include "dhcp/reclaimer.hpp"

#include "dhcp/statistics.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "dhcp/lease_home.hpp"
#include "dhcp/log.hpp"
#include "lease_backends/memory_store.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/hand_loop.hpp"

namespace leasehold::reclaimer_test {
namespace {

using std::chrono::seconds;

Prefix address(std::uint32_t last_octet) {
    return to_prefix(Ipv4{0x0a000000 + last_octet});
}

class ReclaimerTest : public testing::Test {
protected:
    ReclaimerTest() { configure({}); }

    void configure(const ExpirationConfig& rules) {
        auto made = std::make_shared<ServerConfig>();
        made->expiration = rules;
        made->pool_ranges = {{address(10), address(250)}};
        config = made;
    }
    /// Puts leases into the store, starts it and waits until it serves.
    void start(const std::vector<Lease>& leases) {
        auto store = std::make_unique<MemoryStore>();
        const auto soon = std::chrono::steady_clock::now() + std::chrono::hours{1};
        ASSERT_TRUE(store->open(soon));
        for (const Lease& lease : leases) {
            const std::vector<ChangeList> one{{Put{lease, false, 0, {}}}};
            ASSERT_TRUE(store->commit(one, soon));
        }
        LeaseHome::Events events;
        events.completions = [this](std::vector<Completion>&& list) {
            for (Completion& completion : list) EXPECT_TRUE(reclaimer.on_completion(completion));
        };
        home = std::make_unique<LeaseHome>(
            config, clock, std::move(store), [this](std::move_only_function<void()> run) { loop.post(std::move(run)); },
            std::move(events));
        home->worker().start();
        loop.run_until([&] { return home->status().state == BackendState::serving; });
        reclaimer.use(config, &home->keeper(), &home->worker());
    }
    Lease lease_of(std::uint32_t last_octet, LeaseState state = LeaseState::assigned) {
        Lease lease;
        lease.address = address(last_octet);
        lease.subnet_id = 1;
        lease.state = state;
        lease.hwaddr = {2, 0, 0, 0, 0, static_cast<std::uint8_t>(last_octet)};
        lease.hostname = "host";
        lease.valid_lifetime = 100;
        lease.cltt = clock.now();
        lease.expire = lease.hold_until = lease.cltt + seconds{100};
        lease.version = 5;
        return lease;
    }
    void tick_until_idle() {
        reclaimer.tick();
        loop.run_until([&] { return reclaimer.idle(); });
    }
    std::optional<Lease> at(std::uint32_t last_octet) { return home->keeper().durable(address(last_octet)); }

    testing_support::FakeTime time;
    testing_support::HandLoop loop;
    LeaseClock clock{time};
    Statistics statistics{time};
    std::vector<Prefix> freed;
    std::shared_ptr<const ServerConfig> config;
    std::unique_ptr<LeaseHome> home;
    EventBus bus{statistics};
    Reclaimer reclaimer{clock, bus, 1000, [this](const Prefix& unit) { freed.push_back(unit); }};
};

TEST_F(ReclaimerTest, AnExpiredLeaseIsKeptForItsClientAndThenRemoved) {
    start({lease_of(10)});
    time.advance(seconds{100});
    tick_until_idle();
    EXPECT_EQ(at(10)->state, LeaseState::assigned) << "its last second is not over";

    time.advance(seconds{20});
    tick_until_idle();
    ASSERT_TRUE(at(10));
    EXPECT_EQ(at(10)->state, LeaseState::expired_reclaimed);
    EXPECT_EQ(at(10)->hostname, "");
    EXPECT_EQ(at(10)->version, 6u);
    EXPECT_EQ(at(10)->hwaddr, lease_of(10).hwaddr) << "so that its client finds it again";
    EXPECT_EQ(home->keeper().pools().get(address(10)), Availability::reusable);
    EXPECT_EQ(freed, std::vector{address(10)});
    EXPECT_EQ(statistics.value(Stat::reclaimed_leases), 1);

    time.advance(seconds{3700});
    tick_until_idle();
    EXPECT_FALSE(at(10));
    EXPECT_EQ(home->keeper().pools().get(address(10)), Availability::free);
    EXPECT_EQ(statistics.value(Stat::reclaimed_leases), 1);
}

TEST_F(ReclaimerTest, WhatRelaysSaidOfAnEndedLeaseIsForgotten) {
    Lease relayed = lease_of(10);
    relayed.user_context =
        R"({"mine":1,"ISC":{"relay-agent-info":{"sub-options":"0x020172","remote-id":"72"}}})";
    relayed.remote_id = {'r'};
    start({relayed});
    time.advance(seconds{120});
    tick_until_idle();
    ASSERT_TRUE(at(10));
    EXPECT_EQ(at(10)->state, LeaseState::expired_reclaimed);
    EXPECT_EQ(at(10)->user_context, R"({"mine":1})");
    EXPECT_TRUE(at(10)->remote_id.empty());
}

TEST_F(ReclaimerTest, ARegisteredAddressIsRemovedAtOnce) {
    auto registered = lease_of(10);
    registered.state = LeaseState::registered;
    start({registered});
    time.advance(seconds{120});
    tick_until_idle();
    EXPECT_FALSE(at(10));
}

TEST_F(ReclaimerTest, WithoutAffinityAnExpiredLeaseIsRemovedAtOnce) {
    ExpirationConfig rules;
    rules.hold_reclaimed = seconds{0};
    configure(rules);
    start({lease_of(10)});
    time.advance(seconds{120});
    tick_until_idle();
    EXPECT_FALSE(at(10));
}

TEST_F(ReclaimerTest, ADeclinedAddressComesBackAfterItsProbation) {
    start({lease_of(10, LeaseState::declined)});
    EXPECT_EQ(home->keeper().counts().of({1, 0}).declined, 1);
    time.advance(seconds{120});
    tick_until_idle();
    EXPECT_FALSE(at(10));
    EXPECT_EQ(statistics.value(Stat::reclaimed_declined_addresses), 1);
    EXPECT_EQ(home->keeper().counts().of({1, 0}).declined, 0);
}

TEST_F(ReclaimerTest, ManyExpiredLeasesDoNotPileUpBehindASmallStep) {
    ExpirationConfig rules;
    rules.max_reclaim_leases = 10;
    configure(rules);
    std::vector<Lease> leases;
    for (std::uint32_t last = 10; last < 210; ++last) leases.push_back(lease_of(last));
    start(leases);
    time.advance(seconds{120});
    tick_until_idle();
    EXPECT_EQ(statistics.value(Stat::reclaimed_leases), 200);
}

TEST_F(ReclaimerTest, NothingEndsWhileTheClockIsInDoubt) {
    start({lease_of(10)});
    time.start += std::chrono::hours{1};  // the wall clock was stepped
    clock.check();
    time.advance(seconds{120});
    tick_until_idle();
    EXPECT_EQ(at(10)->state, LeaseState::assigned);
    clock.accept();
    time.advance(seconds{20});
    tick_until_idle();
    EXPECT_EQ(at(10)->state, LeaseState::expired_reclaimed);
}

TEST_F(ReclaimerTest, SwitchedOffItWritesNothingButTheAddressCanBeGivenOut) {
    ExpirationConfig rules;
    rules.reclaim_wait = seconds{0};
    configure(rules);
    start({lease_of(10)});
    time.advance(seconds{120});
    tick_until_idle();
    EXPECT_EQ(at(10)->state, LeaseState::assigned);
    EXPECT_EQ(home->keeper().pools().get(address(10)), Availability::reusable);
}

TEST_F(ReclaimerTest, OnDemandItTellsHowManyThereWere) {
    start({lease_of(10), lease_of(11), lease_of(12)});
    time.advance(seconds{120});
    std::optional<std::uint64_t> count;
    reclaimer.run_all(true, [&](std::uint64_t n) { count = n; });
    loop.run_until([&] { return count.has_value(); });
    EXPECT_EQ(count, 3u);
    EXPECT_FALSE(at(10));
    reclaimer.run_all(false, [&](std::uint64_t n) { count = n; });
    EXPECT_EQ(count, 0u) << "nothing left: answered at once";
}

TEST_F(ReclaimerTest, ALeaseThatIsWithTheStoreIsLeftAlone) {
    start({lease_of(10)});
    time.advance(seconds{120});
    Lease renewed = lease_of(10);
    renewed.version = 6;
    const Change renewal{Put{.lease = renewed, .cause = LeaseCause::renewed}};
    home->keeper().begin(renewal);
    reclaimer.tick();
    EXPECT_TRUE(reclaimer.idle());
    home->keeper().applied(renewal);
}

TEST_F(ReclaimerTest, AnAddressCanBeGivenOutInTheSecondAfterItsLeaseEnds) {
    start({lease_of(10), lease_of(11)});
    time.advance(seconds{95});
    tick_until_idle();  // the next round is ten seconds away
    time.advance(seconds{6});
    reclaimer.tick();
    EXPECT_TRUE(reclaimer.idle()) << "nothing is written yet";
    EXPECT_EQ(at(10)->state, LeaseState::assigned);
    EXPECT_EQ(home->keeper().pools().get(address(10)), Availability::reusable);
    EXPECT_EQ(home->keeper().pools().get(address(11)), Availability::reusable);
    std::optional<std::uint64_t> ended;
    reclaimer.run_all(false, [&](std::uint64_t count) { ended = count; });
    loop.run_until([&] { return ended.has_value(); });
    EXPECT_EQ(ended, 2u) << "on demand it finds them all the same";
    time.advance(seconds{10});
    tick_until_idle();
    EXPECT_EQ(at(10)->state, LeaseState::expired_reclaimed);
}

/// A store that is too busy for any change.
class RefusingTaker final : public ChangeTaker {
public:
    bool submit(Submission&&) override { return false; }
    bool find(std::vector<Prefix>, FindDone) override { return false; }
    const std::string& where() const override { return name_; }

private:
    std::string name_ = "nowhere";
};

/// Counts one message; the store's thread logs, too.
class MessageCounter final : public LogSink {
public:
    explicit MessageCounter(MessageId id) : id_{id} { set_log_sink(this); }
    ~MessageCounter() override { set_log_sink(nullptr); }
    bool enabled(const MessageDef&) const noexcept override { return true; }
    void write(const MessageDef& def, std::span<const LogField>) override {
        if (def.id == id_) ++count;
    }
    std::atomic<int> count = 0;

private:
    MessageId id_;
};

TEST_F(ReclaimerTest, RoundsThatLeaveLeasesBehindAreWarnedOf) {
    MessageCounter warnings{MessageId::DHCP4_RECLAIM_BEHIND};
    ExpirationConfig rules;
    rules.unwarned_cycles = 3;
    configure(rules);
    start({lease_of(10)});
    RefusingTaker refusing;
    reclaimer.use(config, &home->keeper(), &refusing);
    time.advance(seconds{200});
    const auto rounds = [&](int count) {
        for (int i = 0; i < count; ++i) {
            reclaimer.tick();
            time.advance(seconds{10});
        }
    };
    rounds(3);
    EXPECT_EQ(warnings.count, 0);
    rounds(1);
    EXPECT_EQ(warnings.count, 1) << "three rounds before this one left the lease";
    rounds(3);
    EXPECT_EQ(warnings.count, 2);
    reclaimer.use(config, &home->keeper(), &home->worker());
    for (int i = 0; i < 10; ++i) {
        tick_until_idle();
        time.advance(seconds{10});
    }
    EXPECT_EQ(warnings.count, 2) << "all have ended";
    home.reset();
}

TEST_F(ReclaimerTest, UnfitLeasesAreRemovedFromTheDatabase) {
    auto strict = std::make_shared<ServerConfig>();
    strict->pool_ranges = {{address(10), address(250)}};
    SubnetConfig& subnet = strict->subnets.emplace_back();
    subnet.id = 1;
    subnet.network = to_prefix(Ipv4Network{Ipv4{0x0b000000}, 24});
    finish(*strict);
    strict->lease_check = LeaseCheck::del;
    for (const auto wait : {seconds{10}, seconds{0}}) {
        strict->expiration.reclaim_wait = wait;
        config = strict;
        start({lease_of(10), lease_of(11)});
        EXPECT_TRUE(at(10)) << "loaded: its address is not free";
        tick_until_idle();
        EXPECT_FALSE(at(10));
        EXPECT_FALSE(at(11));
        EXPECT_EQ(home->keeper().check_counts().unfit, 2u);
        time.advance(seconds{20});
    }
}

}  // namespace
}  // namespace leasehold::reclaimer_test
