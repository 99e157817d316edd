#include "dhcp/lifetimes.hpp"

#include <gtest/gtest.h>

namespace leasehold::lifetimes_test {
namespace {

using std::chrono::seconds;

constexpr LeaseTime now{seconds{1'700'000'000}};
constexpr std::uint32_t none = 0xfffffffe;

TEST(Lifetime, IsTheWishWithinTheLimits) {
    const LifetimeRange range{600, 3600, 7200};
    EXPECT_EQ(granted_lifetime(range, std::nullopt), 3600u);
    EXPECT_EQ(granted_lifetime(range, 0), 600u);
    EXPECT_EQ(granted_lifetime(range, 5000), 5000u);
    EXPECT_EQ(granted_lifetime(range, infinite_lifetime), 7200u);
    const LifetimeRange open{600, 3600, infinite_lifetime};
    EXPECT_EQ(granted_lifetime(open, infinite_lifetime), infinite_lifetime);
}

struct Timers {
    std::string name;
    std::optional<std::uint32_t> renew, rebind;
    bool calculate;
    std::uint32_t lifetime;
    RenewalTimes expected;
};
class RenewalTimesTable : public testing::TestWithParam<Timers> {};

TEST_P(RenewalTimesTable, FollowsTheRules) {
    const auto& row = GetParam();
    SubnetConfig subnet;
    subnet.renew_timer = row.renew;
    subnet.rebind_timer = row.rebind;
    subnet.calculate_tee_times = row.calculate;
    EXPECT_EQ(renewal_times(subnet, row.lifetime), row.expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, RenewalTimesTable,
    testing::Values(Timers{"nothing", {}, {}, false, 3600, {}},
                    Timers{"explicit", 900, 1800, false, 3600, {900, 1800}},
                    Timers{"explicit_wins_over_calculated", 900, 1800, true, 3600, {900, 1800}},
                    Timers{"calculated", {}, {}, true, 3600, {1800, 3150}},
                    Timers{"rounded", {}, {}, true, 3001, {1501, 2626}},
                    Timers{"t2_not_below_lifetime", 900, 3600, false, 3600, {900, {}}},
                    Timers{"t1_not_below_t2", 1800, 1800, false, 3600, {{}, 1800}},
                    Timers{"t1_alone", 900, {}, false, 3600, {900, {}}},
                    Timers{"t1_alone_not_below_lifetime", 900, {}, false, 900, {}},
                    Timers{"short_lifetime", 900, 1800, false, 600, {}},
                    Timers{"zero", 0, 0, false, 3600, {}},
                    Timers{"infinite_calculated", {}, {}, true, infinite_lifetime, {}},
                    Timers{"infinite_explicit", 900, 1800, true, infinite_lifetime, {900, 1800}},
                    Timers{"a_second", {}, {}, true, 1, {}}),
    [](const auto& row) { return row.param.name; });

Lease lease_until(std::uint32_t lifetime, LeaseState state = LeaseState::assigned) {
    Lease lease;
    lease.state = state;
    start_lifetime(lease, lifetime, now, {});
    return lease;
}

TEST(StartLifetime, KeepsARunningPromise) {
    Lease lease;
    start_lifetime(lease, 600, now, now + seconds{5000});
    EXPECT_EQ(lease.expire, now + seconds{600});
    EXPECT_EQ(lease.hold_until, now + seconds{5000});
    start_lifetime(lease, 600, now, now - seconds{5000});
    EXPECT_EQ(lease.hold_until, lease.expire);
    start_lifetime(lease, infinite_lifetime, now, {});
    EXPECT_GT(lease.hold_until, now + std::chrono::years{100});
}

TEST(RemainingLifetime, StaysWithinTheLifetime) {
    const auto lease = lease_until(600);
    EXPECT_EQ(remaining_lifetime(lease, now + seconds{100}), 500u);
    EXPECT_EQ(remaining_lifetime(lease, now + seconds{700}), 0u);
    EXPECT_EQ(remaining_lifetime(lease, now - seconds{700}),
              600u);  // a clock that went back promises no more
    EXPECT_EQ(remaining_lifetime(lease_until(infinite_lifetime), now + seconds{100}), infinite_lifetime);
}

TEST(Reusable, StrictlyAfterEveryPromiseAndTheGrace) {
    auto lease = lease_until(600);
    EXPECT_FALSE(is_reusable(lease, now + seconds{600}, 0));
    EXPECT_TRUE(is_reusable(lease, now + seconds{601}, 0));
    EXPECT_FALSE(is_reusable(lease, now + seconds{610}, 10));
    EXPECT_TRUE(is_reusable(lease, now + seconds{611}, 10));
    lease.hold_until = now + seconds{1000};
    EXPECT_FALSE(is_reusable(lease, now + seconds{1000}, 0));
    EXPECT_TRUE(is_reusable(lease, now + seconds{1001}, 0));
    EXPECT_FALSE(is_reusable(lease_until(infinite_lifetime), now + std::chrono::years{200}, 0));
}

TEST(Reusable, ByState) {
    EXPECT_TRUE(is_reusable(lease_until(0, LeaseState::released), now, 1000));
    EXPECT_FALSE(is_reusable(lease_until(600, LeaseState::declined), now + seconds{600}, 0));
    EXPECT_TRUE(is_reusable(lease_until(600, LeaseState::declined), now + seconds{601}, 0));
    EXPECT_TRUE(is_reusable(lease_until(600, LeaseState::expired_reclaimed), now + seconds{601}, 0));
}

struct Freshness {
    std::string name;
    double threshold;
    std::uint32_t max_age;  // none: not set
    std::uint32_t lifetime, age;
    bool expected;
};
class FreshnessTable : public testing::TestWithParam<Freshness> {};

TEST_P(FreshnessTable, FollowsTheRules) {
    const auto& row = GetParam();
    SubnetConfig subnet;
    subnet.cache_threshold = row.threshold;
    if (row.max_age != none) subnet.cache_max_age = row.max_age;
    EXPECT_EQ(is_fresh_enough(lease_until(1000), subnet, row.lifetime, now + seconds{row.age}), row.expected);
}

INSTANTIATE_TEST_SUITE_P(All, FreshnessTable,
                         testing::Values(Freshness{"at_once", 0.25, none, 1000, 0, true},
                                         Freshness{"at_threshold", 0.25, none, 1000, 250, true},
                                         Freshness{"after_threshold", 0.25, none, 1000, 251, false},
                                         Freshness{"switched_off", 0, none, 1000, 0, false},
                                         Freshness{"within_max_age", 0.25, 100, 1000, 100, true},
                                         Freshness{"after_max_age", 0.25, 100, 1000, 101, false},
                                         Freshness{"max_age_zero", 0.25, 0, 1000, 0, true},
                                         Freshness{"other_lifetime", 0.25, none, 1001, 0, false},
                                         Freshness{"expired", 1, none, 1000, 1001, false}),
                         [](const auto& row) { return row.param.name; });

TEST(Freshness, AStateOrAClockInDoubtIsNotFresh) {
    SubnetConfig subnet;
    EXPECT_FALSE(is_fresh_enough(lease_until(1000, LeaseState::released), subnet, 1000, now));
    EXPECT_FALSE(is_fresh_enough(lease_until(1000), subnet, 1000, now - seconds{1}));
}

}  // namespace
}  // namespace leasehold::lifetimes_test
