// When exchanges begin and messages are sent again: schedules, retransmission, the wheel of timers.
#include "tests/bench/load/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/bench/load/retransmission.hpp"
#include "tests/bench/load/timer_wheel.hpp"

namespace leasehold::bench::schedule_test {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Instant start{seconds{1000}};

TEST(LoadSchedule, AnOpenLoopCountsFromWhenItWasDueHoweverLateItIs) {
    Schedule schedule{{.kind = ShapeKind::open, .rate = 1000, .duration = seconds{1}}, start};
    EXPECT_EQ(schedule.take(start, 0), start);
    EXPECT_EQ(schedule.take(start, 1), std::nullopt);
    EXPECT_EQ(schedule.next(), start + milliseconds{1});
    const auto late = start + milliseconds{3};
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(schedule.take(late, 500), start + milliseconds{i});
    EXPECT_EQ(schedule.take(late, 500), std::nullopt);
    EXPECT_EQ(schedule.due_count(), 1000u);
}

TEST(LoadSchedule, AfterItsTimeNothingBegins) {
    Schedule schedule{{.kind = ShapeKind::open, .rate = 1000, .duration = seconds{1}}, start};
    EXPECT_FALSE(schedule.over(start + milliseconds{999}));
    EXPECT_TRUE(schedule.over(start + seconds{1}));
    EXPECT_EQ(schedule.take(start + seconds{1}, 0), std::nullopt);
}

TEST(LoadSchedule, AClosedLoopKeepsSoManyUnderWay) {
    Schedule schedule{{.kind = ShapeKind::closed, .size = 2, .duration = seconds{1}}, start};
    EXPECT_EQ(schedule.take(start, 0), start);
    EXPECT_EQ(schedule.take(start, 1), start);
    EXPECT_EQ(schedule.take(start, 2), std::nullopt);
    EXPECT_EQ(schedule.next(), std::nullopt);
    EXPECT_EQ(schedule.take(start + milliseconds{5}, 1), start + milliseconds{5});
    EXPECT_EQ(schedule.due_count(), 0u);
}

TEST(LoadSchedule, ANumberOfExchangesEndsIt) {
    Schedule schedule{{.kind = ShapeKind::closed, .size = 5, .duration = seconds{1}, .exchange_count_max = 1},
                      start};
    EXPECT_TRUE(schedule.take(start, 0));
    EXPECT_TRUE(schedule.over(start));
}

TEST(LoadSchedule, BurstsBeginTogether) {
    Schedule schedule{
        {.kind = ShapeKind::bursts, .size = 3, .every = milliseconds{100}, .duration = milliseconds{250}},
        start};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(schedule.take(start, 0), start);
    EXPECT_EQ(schedule.take(start + milliseconds{99}, 0), std::nullopt);
    EXPECT_EQ(schedule.take(start + milliseconds{100}, 0), start + milliseconds{100});
    EXPECT_EQ(schedule.due_count(), 9u);
}

TEST(LoadSchedule, AnAvalancheIsOneBurst) {
    Schedule schedule{{.kind = ShapeKind::avalanche, .size = 2, .duration = seconds{300}}, start};
    EXPECT_EQ(schedule.take(start + seconds{1}, 0), start);
    EXPECT_EQ(schedule.take(start + seconds{1}, 1), start);
    EXPECT_TRUE(schedule.over(start + seconds{1}));
    EXPECT_EQ(schedule.due_count(), 2u);
}

TEST(LoadRetransmission, FollowsTheFamilysRules) {
    struct Case {
        Family family;
        Ask ask;
        unsigned resent;
        double random, time_scale;
        std::int64_t milliseconds;
    };
    for (const auto& [family, ask, resent, random, time_scale, expected] : {
             Case{Family::v4, Ask::discover, 0, 0, 1, 4000},  // RFC 2131 4.1: 4, 8, 16, 32, 64 s, +-1 s
             Case{Family::v4, Ask::discover, 0, -1, 1, 3000},
             Case{Family::v4, Ask::discover, 1, 1, 1, 9000},
             Case{Family::v4, Ask::request, 3, 0, 1, 32000},
             Case{Family::v4, Ask::discover, 9, 0, 1, 64000},
             Case{Family::v4, Ask::discover, 0, 0.5, 0.01, 45},
             Case{Family::v6, Ask::discover, 0, -1, 1, 1100},  // RFC 8415 18.2.1: not below its time
             Case{Family::v6, Ask::discover, 1, -1, 1, 1800},
             Case{Family::v6, Ask::request, 8, 0, 1, 30000},  // REQ_MAX_RT
             Case{Family::v6, Ask::renew, 0, 0, 1, 10000},
             Case{Family::v6, Ask::renew, 200, 0, 1, 600000},
         }) {
        SCOPED_TRACE(expected);
        EXPECT_EQ(resend_delay(family, ask, resent, random, time_scale), milliseconds{expected});
    }
    EXPECT_FALSE(gives_up(Family::v4, Ask::discover, 1000));
    EXPECT_FALSE(gives_up(Family::v4, Ask::request, 3));
    EXPECT_TRUE(gives_up(Family::v4, Ask::request, 4));
    EXPECT_TRUE(gives_up(Family::v6, Ask::request, 10));  // REQ_MAX_RC
    EXPECT_TRUE(gives_up(Family::v6, Ask::release, 4));   // REL_MAX_RC
}

class LoadTimerWheel : public testing::Test {
protected:
    std::vector<ClientNumber> fired_at(Nanoseconds after) {
        std::vector<ClientNumber> fired;
        wheel_.expire(start + after, [&](ClientNumber client, std::uint16_t) { fired.push_back(client); });
        return fired;
    }
    TimerWheel wheel_{start};
};

TEST_F(LoadTimerWheel, FiresNeverEarlyAndATickLateAtMost) {
    wheel_.arm(start + microseconds{1500}, 7, 0);
    EXPECT_THAT(fired_at(microseconds{1499}), testing::IsEmpty());
    EXPECT_THAT(fired_at(microseconds{2500}), testing::ElementsAre(7));
    EXPECT_THAT(fired_at(seconds{10}), testing::IsEmpty());
}

TEST_F(LoadTimerWheel, GoesRoundForWhatIsFarAway) {
    wheel_.arm(start + seconds{30}, 1, 0);
    wheel_.arm(start + seconds{1}, 2, 0);
    EXPECT_THAT(fired_at(seconds{5}), testing::ElementsAre(2));
    EXPECT_THAT(fired_at(seconds{29}), testing::IsEmpty());
    EXPECT_THAT(fired_at(milliseconds{30001}), testing::ElementsAre(1));
}

TEST_F(LoadTimerWheel, MayBeArmedWhileItFires) {
    wheel_.arm(start + milliseconds{1}, 1, 0);
    int count = 0;
    const auto again = [&](ClientNumber client, std::uint16_t) {
        if (++count < 3) wheel_.arm(start + milliseconds{10}, client, 0);
    };
    wheel_.expire(start + milliseconds{5}, again);
    EXPECT_EQ(count, 1);
    wheel_.expire(start + milliseconds{50}, again);
    EXPECT_EQ(count, 3);
}

}  // namespace leasehold::bench::schedule_test
