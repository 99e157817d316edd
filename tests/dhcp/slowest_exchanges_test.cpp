#include "dhcp/slowest_exchanges.hpp"

#include <gmock/gmock.h>

namespace leasehold::slowest_exchanges_test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Time = SlowestExchanges::Time;

constexpr auto most = static_cast<int>(SlowestExchanges::kept_max);
constexpr auto period = SlowestExchanges::period;
const Time start{std::chrono::hours{1}};

/// As the journey does it. @return whether it was kept
bool offer(SlowestExchanges& slowest, int took, Time now) {
    if (!slowest.takes(milliseconds{took}, now)) return false;
    SlowExchange exchange;
    exchange.took = milliseconds{took};
    exchange.client = std::to_string(took);
    slowest.add(std::move(exchange), now);
    return true;
}

std::vector<int> told(const SlowestExchanges& slowest, Time now) {
    std::vector<int> result;
    for (const auto& exchange : slowest.entries(now)) {
        EXPECT_EQ(exchange.client, std::to_string(exchange.took / milliseconds{1}));
        result.push_back(static_cast<int>(exchange.took / milliseconds{1}));
    }
    return result;
}

TEST(SlowestExchanges, KeepsTheSlowestInOrder) {
    SlowestExchanges slowest;
    EXPECT_THAT(told(slowest, start), IsEmpty());
    for (const int took : {3, 0, 7, 3}) EXPECT_TRUE(offer(slowest, took, start)) << "there is room";
    EXPECT_THAT(told(slowest, start), ElementsAre(7, 3, 3, 0));
}

TEST(SlowestExchanges, AFullTableTakesOnlySlowerOnes) {
    SlowestExchanges slowest;
    for (int took = 1; took <= most; ++took) EXPECT_TRUE(offer(slowest, took, start));
    EXPECT_FALSE(offer(slowest, 1, start)) << "no slower than the quickest";
    EXPECT_TRUE(offer(slowest, 1000, start));
    EXPECT_FALSE(offer(slowest, 2, start)) << "the quickest is another one now";
    EXPECT_TRUE(offer(slowest, 3, start));
    const auto now = told(slowest, start);
    EXPECT_EQ(now.size(), static_cast<std::size_t>(most));
    EXPECT_EQ(now.front(), 1000);
    EXPECT_EQ(now.back(), 3);
}

TEST(SlowestExchanges, WhatIsOldGoes) {
    SlowestExchanges slowest;
    for (int took = 100; took < 100 + most; ++took) offer(slowest, took, start);
    const auto next = start + period;
    EXPECT_TRUE(offer(slowest, 1, next)) << "of the new period it is the slowest";
    EXPECT_EQ(told(slowest, next).back(), 100) << "and of both it is not";
    offer(slowest, 500, next);
    EXPECT_EQ(told(slowest, next).front(), 500);
    EXPECT_THAT(told(slowest, next + period), ElementsAre(500, 1)) << "nothing came since";
    EXPECT_THAT(told(slowest, next + 2 * period), IsEmpty());
    EXPECT_TRUE(offer(slowest, 2, next + 2 * period));
    EXPECT_THAT(told(slowest, next + 2 * period), ElementsAre(2)) << "a quiet period lies between";
}

TEST(SlowestExchanges, NoneOfTheLastPeriodIsMissing) {
    SlowestExchanges slowest;
    std::vector<std::pair<Time, int>> all;
    std::uint32_t random = 1;
    for (int i = 0; i != 20'000; ++i) {
        random = random * 1664525 + 1013904223;
        const auto now = start + i * milliseconds{100};
        all.emplace_back(now, static_cast<int>(random >> 8) % 1'000'000);
        offer(slowest, all.back().second, now);
        if (i % 997 != 0) continue;
        std::vector<int> recent;
        for (const auto& [at, took] : all)
            if (at > now - period) recent.push_back(took);
        std::ranges::sort(recent, std::ranges::greater{});
        const auto shown = told(slowest, now);
        for (const int took : recent)
            if (took > shown.back()) { EXPECT_THAT(shown, testing::Contains(took)) << i; }
    }
}

TEST(WaitedFor, EachHasAName) {
    EXPECT_EQ(to_string(WaitedFor::unknown), "");
    EXPECT_EQ(to_string(WaitedFor::kernel_queue), "kernel-queue");
    EXPECT_EQ(to_string(WaitedFor::ping_check), "ping-check");
    EXPECT_EQ(to_string(WaitedFor::stored_leases), "stored-leases");
    EXPECT_EQ(to_string(WaitedFor::commit), "commit");
}

}  // namespace
}  // namespace leasehold::slowest_exchanges_test
