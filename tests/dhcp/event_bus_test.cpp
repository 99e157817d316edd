// Who hears of leases hears of each change once, in order, and a slow reader holds up nobody.
#include "dhcp/event_bus.hpp"

#include <gmock/gmock.h>

#include "dhcp/statistics.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::event_bus_test {
namespace {

using testing::ElementsAre;

struct EventBusTest : testing::Test {
    testing_support::FakeTime time;
    Statistics statistics{time};
    EventBus bus{statistics};
    int told = 0;

    static LeaseEvent event(std::uint32_t subnet = 1) {
        Lease lease;
        lease.address = to_prefix(Ipv4{0x0a000001});
        lease.subnet_id = subnet;
        return {0, LeaseCause::granted, {}, lease};
    }
    std::shared_ptr<EventBus::Subscription> reader(std::size_t limit) {
        return bus.subscribe(limit, [this] { ++told; });
    }
    static std::vector<std::uint64_t> numbers(EventBus::Subscription& of) {
        std::vector<std::uint64_t> found;
        while (const auto events = of.take())
            for (const auto& one : events->events) found.push_back(one.sequence);
        return found;
    }
};

TEST_F(EventBusTest, EachReaderHearsEachChangeOnceInOneOrder) {
    const auto first = reader(10), second = reader(10);
    bus.publish({event(), event()}, {});
    bus.publish({event()}, {});
    EXPECT_EQ(told, 4);
    EXPECT_THAT(numbers(*first), ElementsAre(1, 2, 3));
    EXPECT_THAT(numbers(*second), ElementsAre(1, 2, 3));
    EXPECT_EQ(first->take(), nullptr);
}

TEST_F(EventBusTest, ASlowReaderLosesTheOldestAndIsToldHowMany) {
    const auto slow = reader(2), quick = reader(10);
    for (int i = 0; i < 5; ++i) bus.publish({event()}, {});
    EXPECT_EQ(slow->lost(), 3u);
    EXPECT_THAT(numbers(*slow), ElementsAre(4, 5));
    EXPECT_EQ(quick->lost(), 0u);
    EXPECT_EQ(quick->waiting(), 5u);
}

TEST_F(EventBusTest, CountersMoveWithoutAnyReaderAndTheQueryIsNotMadeForNobody) {
    int made = 0;
    const auto query = [&] {
        ++made;
        return std::make_shared<const QueryContext>();
    };
    bus.publish({event()}, query);
    EXPECT_EQ(made, 0);
    EXPECT_EQ(statistics.value(Stat::cumulative_assigned_addresses), 1);
    auto gone = reader(10);
    gone.reset();
    bus.publish({event()}, query);
    EXPECT_EQ(made, 0);
    const auto there = reader(10);
    bus.publish({event()}, query);
    EXPECT_EQ(made, 1);
    EXPECT_NE(there->take()->query, nullptr);
}

TEST_F(EventBusTest, NothingChangedIsNothingToTell) {
    const auto there = reader(10);
    bus.publish({}, {});
    EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace leasehold::event_bus_test
