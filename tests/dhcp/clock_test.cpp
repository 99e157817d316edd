// Lease time against a fake machine whose clocks are stepped both ways.
#include "dhcp/clock.hpp"

#include <gtest/gtest.h>

namespace leasehold::clock_test {
namespace {

using namespace std::chrono_literals;

struct FakeTime final : TimeSource {
    std::chrono::system_clock::time_point wall_now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
    std::chrono::nanoseconds boot{500s};

    std::chrono::system_clock::time_point wall() const override { return wall_now; }
    std::chrono::nanoseconds boot_time() const override { return boot; }
    void pass(std::chrono::nanoseconds time) {
        wall_now += std::chrono::duration_cast<std::chrono::system_clock::duration>(time);
        boot += time;
    }
    LeaseTime wall_seconds() const { return std::chrono::floor<std::chrono::seconds>(wall_now); }
};

struct LeaseClockTest : testing::Test {
    FakeTime machine;
    LeaseClock clock{machine};

    /// One call a second, as the server does. @return how many of them had news.
    int check_for(int seconds) {
        int news = 0;
        for (int i = 0; i < seconds; ++i) {
            machine.pass(1s);
            if (clock.check()) ++news;
        }
        return news;
    }
};

TEST_F(LeaseClockTest, StartsAtTheWallClockAndRunsWithBootTime) {
    EXPECT_EQ(clock.now(), machine.wall_seconds());
    machine.pass(90s);
    EXPECT_EQ(clock.now(), machine.wall_seconds());
    EXPECT_FALSE(clock.check());
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(clock.status().step, 0s);
}

TEST_F(LeaseClockTest, IsInWholeSecondsRoundedDown) {
    machine.pass(1999ms);
    EXPECT_EQ(clock.now(), machine.wall_seconds());
    EXPECT_EQ(clock.now_precise(), machine.wall());
}

TEST_F(LeaseClockTest, SuspendIsNoStep) {
    machine.pass(8h);  // both clocks went on while the machine slept
    EXPECT_FALSE(clock.check());
    EXPECT_EQ(clock.now(), machine.wall_seconds());
    EXPECT_TRUE(clock.reuse_allowed());
}

TEST_F(LeaseClockTest, AWallClockStepDoesNotMoveLeaseTime) {
    const auto before = clock.now();
    for (const auto step : {1h, -2h}) {
        machine.wall_now += step;
        EXPECT_EQ(clock.now(), before);
    }
}

TEST_F(LeaseClockTest, AForwardStepIsReportedOnceAndAdoptedASecondACall) {
    const auto before = clock.now();
    machine.wall_now += 60s;
    EXPECT_TRUE(clock.check());
    EXPECT_EQ(clock.status().step, 59s);  // the first second is adopted already
    EXPECT_TRUE(clock.status().reuse_paused);
    EXPECT_FALSE(clock.reuse_allowed());
    EXPECT_EQ(clock.now(), before + 1s);

    EXPECT_EQ(check_for(20), 0);
    EXPECT_EQ(clock.now(), before + 1s + 20s + 20s);  // at double speed
    EXPECT_FALSE(clock.reuse_allowed());
}

TEST_F(LeaseClockTest, AForwardStepSettlesWithOneMoreReport) {
    machine.wall_now += 60s;
    EXPECT_TRUE(clock.check());
    EXPECT_EQ(check_for(60), 1);
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(clock.status().step, 0s);
    EXPECT_EQ(clock.now(), machine.wall_seconds());
}

TEST_F(LeaseClockTest, SmallForwardDriftIsFollowedSilently) {
    machine.wall_now += 4s;
    EXPECT_FALSE(clock.check());
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(machine.wall() - clock.now_precise(), 3s);
    EXPECT_EQ(check_for(3), 0);
    EXPECT_EQ(clock.now(), machine.wall_seconds());
}

TEST_F(LeaseClockTest, SmallBackwardDriftIsLeftAlone) {
    machine.wall_now -= 10s;
    const auto before = clock.now();
    EXPECT_FALSE(clock.check());
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(clock.now(), before);
}

TEST_F(LeaseClockTest, TenSecondsAreNoStepAndMoreIsOne) {
    struct Row {
        std::chrono::milliseconds difference;
        bool is_step;
    };
    for (const auto& row : {Row{10s, false}, Row{11500ms, true}, Row{-10s, false}, Row{-10001ms, true}}) {
        FakeTime time;
        LeaseClock fresh{time};
        time.wall_now += row.difference;
        EXPECT_EQ(fresh.check(), row.is_step) << row.difference.count();
        EXPECT_EQ(fresh.reuse_allowed(), !row.is_step) << row.difference.count();
    }
}

TEST_F(LeaseClockTest, ABackwardStepIsNeverAdoptedByItself) {
    const auto before = clock.now();
    machine.wall_now -= 1h;
    EXPECT_TRUE(clock.check());
    EXPECT_EQ(clock.status().step, -1h);
    EXPECT_EQ(check_for(5000), 0);
    EXPECT_EQ(clock.now(), before + 5000s);
    EXPECT_EQ(clock.status().step, -1h);
    EXPECT_FALSE(clock.reuse_allowed());
}

TEST_F(LeaseClockTest, ABackwardStepEndsWhenTheWallClockComesBack) {
    machine.wall_now -= 1h;
    EXPECT_TRUE(clock.check());
    machine.wall_now += 1h;
    EXPECT_TRUE(clock.check());
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(clock.now(), machine.wall_seconds());
}

TEST_F(LeaseClockTest, AnotherStepWhileOneIsOpenIsNews) {
    machine.wall_now += 1h;
    EXPECT_TRUE(clock.check());
    EXPECT_FALSE(clock.check());
    machine.wall_now -= 3h;
    EXPECT_TRUE(clock.check());
    EXPECT_LT(clock.status().step, -119min);
    EXPECT_FALSE(clock.check());
}

TEST_F(LeaseClockTest, AcceptAdoptsBothWays) {
    for (const auto step : {5h, -3h}) {
        machine.wall_now += step;
        EXPECT_TRUE(clock.check());
        clock.accept();
        EXPECT_EQ(clock.now(), machine.wall_seconds());
        EXPECT_TRUE(clock.reuse_allowed());
        EXPECT_EQ(clock.status().step, 0s);
        EXPECT_FALSE(clock.check());
    }
}

TEST_F(LeaseClockTest, LeasesInTheFutureStopReuseUntilTheClockPassesThem) {
    clock.note_newest_cltt(clock.now() + 30s);
    clock.note_newest_cltt(clock.now() - 30s);  // a second store's leases do not end the wait
    EXPECT_FALSE(clock.reuse_allowed());
    EXPECT_TRUE(clock.status().reuse_paused);
    EXPECT_EQ(clock.status().wait_until, clock.now() + 30s);
    EXPECT_EQ(clock.status().step, 0s);
    machine.pass(29s);
    EXPECT_FALSE(clock.reuse_allowed());
    machine.pass(1s);
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(clock.status().wait_until, std::nullopt);
}

TEST_F(LeaseClockTest, LeasesOfThePastStopNothing) {
    clock.note_newest_cltt(clock.now());
    EXPECT_TRUE(clock.reuse_allowed());
}

// A box without a battery: it wakes in 1970, finds leases of 2026, and is told the time a minute later.
TEST(LeaseClock, ABootIn1970ChangesNoAddressUntilAnOperatorAccepts) {
    FakeTime box;
    const auto real_time = box.wall_now;
    box.wall_now = {};
    LeaseClock clock{box};
    const auto newest = std::chrono::floor<std::chrono::seconds>(real_time - 1h);
    clock.note_newest_cltt(newest);
    EXPECT_FALSE(clock.reuse_allowed());
    box.pass(60s);
    EXPECT_FALSE(clock.check());
    EXPECT_EQ(clock.status().wait_until, newest);

    box.wall_now = real_time;
    EXPECT_TRUE(clock.check());
    EXPECT_FALSE(clock.reuse_allowed());
    EXPECT_LT(clock.now(), LeaseTime{2min});

    clock.accept();
    EXPECT_EQ(clock.now(), box.wall_seconds());
    EXPECT_TRUE(clock.reuse_allowed());
    EXPECT_EQ(clock.status().wait_until, std::nullopt);
}

TEST(SystemTimeSource, ReadsTheMachinesClocks) {
    const SystemTimeSource machine;
    const auto boot = machine.boot_time();
    const auto wall = machine.wall();
    EXPECT_GT(boot, 0ns);
    EXPECT_GT(wall, std::chrono::sys_days{std::chrono::year{2020} / 1 / 1});
    EXPECT_GE(machine.boot_time(), boot);
}

TEST(SystemTimeSource, TheCheapReadingIsTheSameToALittle) {
    const SystemTimeSource time;
    const auto before = time.wall(), about = time.about_wall(), after = time.wall();
    EXPECT_GE(about, before - std::chrono::seconds{1});
    EXPECT_LE(about, after);
}

}  // namespace
}  // namespace leasehold::clock_test
