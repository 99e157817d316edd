// Packets per time: windows that slide, limits of classes and subnets, reloads.
#include "dhcp/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace leasehold::rate_limiter_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

RateWindow::Time at(std::int64_t ms) {
    return RateWindow::Time{} + milliseconds{1'000'000 + ms};
}

int passed(RateWindow& window, int tries, std::int64_t ms) {
    int count = 0;
    for (int i = 0; i < tries; ++i) {
        if (!window.has_room(at(ms))) continue;
        window.count(at(ms));
        ++count;
    }
    return count;
}

TEST(RateWindow, AsManyAsItSaysAndNoMoreWithinItsTime) {
    RateWindow window{{5, seconds{1}}};
    EXPECT_EQ(passed(window, 3, 0), 3);
    EXPECT_EQ(passed(window, 9, 500), 2);
    EXPECT_EQ(passed(window, 9, 900), 0);
    EXPECT_EQ(passed(window, 9, 1100), 3) << "those of the beginning are out of the window";
    EXPECT_EQ(passed(window, 9, 1600), 2);
}

TEST(RateWindow, NoWindowOfAnyPlaceHasMore) {
    RateWindow window{{10, seconds{1}}};
    std::vector<std::int64_t> times;
    for (std::int64_t ms = 0; ms < 20'000; ms += 7)
        if (passed(window, 1, ms) == 1) times.push_back(ms);
    for (std::size_t i = 10; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 10], 1000);
    EXPECT_GT(times.size(), 180u) << "a limit is used";
}

TEST(RateWindow, AMillionAYearTakesNoMoreRoomThanTenASecond) {
    RateWindow window{{1'000'000, std::chrono::days{365}}};
    EXPECT_EQ(passed(window, 2'000'000, 0), 1'000'000);
    EXPECT_LT(sizeof window, 512u);
}

TEST(RateWindow, NoneAtAll) {
    RateWindow window{{0, seconds{1}}};
    EXPECT_EQ(passed(window, 3, 0), 0);
}

struct Limits : testing::Test {
    ServerConfig config;
    ClassSet guest;
    RateLimiter limiter;
    SubnetConfig subnet;

    Limits() {
        ClientClassConfig configured;
        configured.name = "guests";
        configured.id = config.class_names.intern("guests");
        configured.limits.rate_limit = RateLimit{2, seconds{1}};
        config.classes.push_back(configured);
        subnet.id = 7;
        subnet.limits.rate_limit = RateLimit{3, seconds{1}};
        config.subnets.push_back(subnet);
        finish(config);
        guest.add(configured.id);
        limiter.use(config);
    }
    bool takes(const ClassSet& classes, std::int64_t ms = 0) {
        return limiter.take(config, classes, &config.subnets[0], at(ms)).empty();
    }
};

TEST_F(Limits, TheFirstThatIsReachedIsNamedAndNothingCountsThen) {
    EXPECT_TRUE(takes(guest));
    EXPECT_TRUE(takes(guest));
    EXPECT_EQ(limiter.take(config, guest, &config.subnets[0], at(0)), "the rate limit of the class guests");
    EXPECT_TRUE(takes({})) << "the refused packet did not count for the subnet";
    EXPECT_EQ(limiter.take(config, {}, &config.subnets[0], at(0)), "the rate limit of subnet 7");
    EXPECT_TRUE(limiter.take(config, {}, nullptr, at(0)).empty()) << "no limit concerns it";
}

TEST_F(Limits, AReloadKeepsCountsOfLimitsThatAreTheSame) {
    takes(guest);
    takes(guest);
    limiter.use(config);
    EXPECT_FALSE(takes(guest));
    config.classes[0].limits.rate_limit->packets = 5;
    limiter.use(config);
    EXPECT_TRUE(takes(guest));
    config.classes[0].limits.rate_limit.reset();
    limiter.use(config);
    EXPECT_FALSE(limiter.limits_classes());
}

}  // namespace
}  // namespace leasehold::rate_limiter_test
