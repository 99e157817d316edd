#include "dhcp/exchange_times.hpp"

#include <gmock/gmock.h>

namespace leasehold::exchange_times_test {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;
using testing::SizeIs;

const ExchangeTimes::Time start{std::chrono::hours{1}};

TEST(ExchangeTimes, CountsWhatHasLeft) {
    ExchangeTimes times;
    EXPECT_FALSE(times.any_leaving());
    times.answered(Stat::pkt4_request_received, start);
    times.answered(Stat::pkt4_discover_received, start + milliseconds{2});
    times.answered(Stat::pkt4_request_received, start + milliseconds{1});
    EXPECT_TRUE(times.any_leaving());
    EXPECT_THAT(times.entries(), IsEmpty());
    times.left(start + milliseconds{4});
    times.left(start + milliseconds{400});
    EXPECT_FALSE(times.any_leaving());
    const auto entries = times.entries();
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].query, Stat::pkt4_discover_received);
    EXPECT_EQ(entries[0].times.count(), 1u);
    EXPECT_EQ(entries[0].times.sum(), 2'000'000u);
    EXPECT_EQ(entries[1].query, Stat::pkt4_request_received);
    EXPECT_EQ(entries[1].times.count(), 2u);
    EXPECT_EQ(entries[1].times.sum(), 7'000'000u);
}

TEST(ExchangeTimes, NoneIsLostInALargeBurst) {
    ExchangeTimes times;
    constexpr std::size_t burst = 3 * ExchangeTimes::leaving_max + 1;
    for (std::size_t i = 0; i != burst; ++i) times.answered(Stat::pkt6_solicit_received, start);
    times.left(start);
    EXPECT_EQ(times.entries().at(0).times.count(), burst);
}

}  // namespace
}  // namespace leasehold::exchange_times_test
