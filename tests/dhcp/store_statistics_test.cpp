#include "dhcp/store_statistics.hpp"

#include <gmock/gmock.h>

namespace leasehold::store_statistics_test {
namespace {

using enum BackendState;

struct StoreStatisticsTest : testing::Test {
    StoreStatistics statistics;

    void hear(std::initializer_list<BackendState> states, std::uint32_t attempt = 1) {
        for (const BackendState state : states) {
            BackendStatus status;
            status.state = state;
            status.attempt = attempt;
            statistics.heard(status);
        }
    }
    void expect(std::uint64_t opened, std::uint64_t failed, std::uint64_t losses) const {
        EXPECT_EQ(statistics.counters().opened, opened);
        EXPECT_EQ(statistics.counters().open_failed, failed);
        EXPECT_EQ(statistics.counters().losses, losses);
    }
};

TEST_F(StoreStatisticsTest, AnAttemptEndsWithServiceOrWithAWait) {
    hear({connecting, waiting, connecting, checking, waiting});
    expect(0, 2, 0);
    hear({connecting, checking, settling, draining, loading, serving});
    expect(1, 2, 0);
    hear({waiting});
    expect(1, 2, 1);
    hear({connecting, waiting, given_up});
    expect(1, 3, 1);
    hear({connecting, checking, settling, draining, loading, serving, closed});
    expect(2, 3, 1);
}

TEST_F(StoreStatisticsTest, DrainingAnotherJournalIsNoAttempt) {
    hear({connecting, serving, draining, loading, serving, draining, waiting});
    expect(1, 0, 1);
}

TEST_F(StoreStatisticsTest, OneCutShortForOtherSettingsIsNone) {
    hear({connecting});
    hear({waiting}, 0);
    expect(0, 0, 0);
}

TEST_F(StoreStatisticsTest, AnotherDatabaseIsFollowedFromWhereItIs) {
    BackendStatus status;
    hear({connecting, serving});
    status.state = serving;
    statistics.follow(status);
    hear({waiting});
    expect(1, 0, 1);
    status.state = waiting;
    statistics.follow(status);
    hear({connecting, serving});
    expect(2, 0, 1);
    status.state = connecting;
    statistics.follow(status);
    hear({serving});
    expect(3, 0, 1);
}

TEST_F(StoreStatisticsTest, CommitsAreCountedByRowAndByBatch) {
    statistics.committed({.changes = 5, .lost = 1, .rejected = 2, .took = std::chrono::milliseconds{3}});
    statistics.committed({.changes = 1, .took = std::chrono::milliseconds{1}});
    statistics.committed({.changes = 10, .lost = 10});  // found out later
    const StoreCounters& counters = statistics.counters();
    EXPECT_EQ(counters.applied, 3u);
    EXPECT_EQ(counters.lost, 11u);
    EXPECT_EQ(counters.rejected, 2u);
    EXPECT_EQ(counters.batch_leases.count(), 2u);
    EXPECT_EQ(counters.batch_leases.sum(), 6u);
    EXPECT_EQ(counters.commit_times.sum(), 4'000'000u);
}

TEST_F(StoreStatisticsTest, Renewals) {
    for (const bool taken : {true, false, true}) statistics.renewed(taken);
    EXPECT_EQ(statistics.counters().credentials_taken, 2u);
    EXPECT_EQ(statistics.counters().credentials_refused, 1u);
}

}  // namespace
}  // namespace leasehold::store_statistics_test
