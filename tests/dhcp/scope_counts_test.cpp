#include "dhcp/scope_counts.hpp"

#include <gtest/gtest.h>

#include <map>

namespace leasehold::scope_counts_test {
namespace {

struct ScopeCountsTest : testing::Test {
    ScopeCounts counts;

    void SetUp() override {
        counts.add({1, 0, LeaseKind::na}, {.assigned = 2, .declined = 1}, 1);
        counts.add({1, 5, LeaseKind::na}, {.assigned = 3, .registered = 4}, 1);
        counts.add({1, 5, LeaseKind::pd}, {.assigned = 7}, 1);
        counts.add({2, 5, LeaseKind::na}, {.assigned = 11}, 1);
    }
};

TEST_F(ScopeCountsTest, PoolsOfOneNumberAreToldApartBySubnetAndKind) {
    EXPECT_EQ(counts.of({1, 5, LeaseKind::na}), (LeaseCount{.assigned = 3, .registered = 4}));
    EXPECT_EQ(counts.of({1, 5, LeaseKind::pd}), (LeaseCount{.assigned = 7}));
    EXPECT_EQ(counts.of({2, 5, LeaseKind::na}), (LeaseCount{.assigned = 11}));
    EXPECT_EQ(counts.of({2, 0, LeaseKind::na}), LeaseCount{});
    EXPECT_EQ(counts.of({3, 5, LeaseKind::na}), LeaseCount{});
}

TEST_F(ScopeCountsTest, ASubnetIsTheSumOfItsPools) {
    EXPECT_EQ(counts.of_subnet(1), (LeaseCount{.assigned = 12, .declined = 1, .registered = 4}));
    EXPECT_EQ(counts.of_subnet(1, LeaseKind::na), (LeaseCount{.assigned = 5, .declined = 1, .registered = 4}));
    EXPECT_EQ(counts.of_subnet(1, LeaseKind::pd), (LeaseCount{.assigned = 7}));
    EXPECT_EQ(counts.of_subnet(3), LeaseCount{});
}

TEST_F(ScopeCountsTest, WhatGoesIsTakenAway) {
    counts.add({1, 5, LeaseKind::na}, {.assigned = 1, .registered = 4}, -1);
    EXPECT_EQ(counts.of({1, 5, LeaseKind::na}), (LeaseCount{.assigned = 2}));
}

TEST_F(ScopeCountsTest, EachIsVisitedOnce) {
    std::map<LeaseScope, std::int64_t> seen;
    counts.for_each([&](const LeaseScope& scope, const LeaseCount& count) { seen[scope] += count.assigned; });
    const std::map<LeaseScope, std::int64_t> expected{{{1, 0, LeaseKind::na}, 2},
                                                      {{1, 5, LeaseKind::na}, 3},
                                                      {{1, 5, LeaseKind::pd}, 7},
                                                      {{2, 5, LeaseKind::na}, 11}};
    EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace leasehold::scope_counts_test
