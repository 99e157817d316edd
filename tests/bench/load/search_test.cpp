// The search over servers that are functions of the rate.
#include "tests/bench/load/search.hpp"

#include <gtest/gtest.h>

namespace leasehold::bench::search_test {

const Limits limits{};
const Search from_100{.from = 100, .to = 1e6};

/// Completes everything up to its capacity, and so much of the rest as there is room.
std::function<Trial(double)> server(double capacity) {
    return [=](double rate) { return Trial{.completed = std::min(1.0, capacity / rate), .offered = 1}; };
}

TEST(LoadSearch, FindsTheCapacity) {
    for (const double capacity : {100.0, 137.0, 999.0, 64321.0}) {
        const auto result = search_rate(from_100, limits, server(capacity));
        EXPECT_LE(result.rate, capacity * 1.0011);  // a thousandth may be lost
        EXPECT_GE(result.rate, capacity / 1.06);
        EXPECT_TRUE(result.complete);
        EXPECT_FALSE(result.starved);
        EXPECT_LT(result.steps.size(), 25u);
    }
}

TEST(LoadSearch, EndsAtItsBounds) {
    EXPECT_EQ(search_rate(from_100, limits, server(99)).rate, 0);
    const auto all = search_rate({.from = 100, .to = 500}, limits, server(1e9));
    EXPECT_EQ(all.rate, 500);
    EXPECT_EQ(all.steps.size(), 4u);  // 100, 200, 400, 500
}

TEST(LoadSearch, WhatWasNotOfferedWasNotSustained) {
    const auto result = search_rate(from_100, limits, [](double rate) {
        return Trial{.completed = 1, .offered = rate > 1000 ? 0.9 : 1};
    });
    EXPECT_LE(result.rate, 1000);
}

TEST(LoadSearch, AStarvedStepIsRepeatedAndSaidSoWhenItStaysSo) {
    int runs = 0;
    const auto once_starved = search_rate({.from = 100, .to = 100}, limits, [&](double) {
        const bool first = ++runs == 1;
        return Trial{.completed = first ? 0.5 : 1, .offered = 1, .run_delay = first ? 0.3 : 0};
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(once_starved.rate, 100);
    EXPECT_FALSE(once_starved.starved);

    runs = 0;
    const auto always = search_rate({.from = 100, .to = 100}, limits, [&](double) {
        ++runs;
        return Trial{.completed = 0.5, .offered = 1, .run_delay = 0.3};
    });
    EXPECT_EQ(runs, Search{}.repeats_max);
    EXPECT_TRUE(always.starved);
    EXPECT_EQ(always.rate, 0);
}

TEST(LoadSearch, AWrongAnswerEndsIt) {
    int runs = 0;
    const auto result = search_rate(
        from_100, limits, [&](double) { return Trial{.completed = 1, .offered = 1, .wrong = ++runs == 2}; });
    EXPECT_EQ(runs, 2);
    EXPECT_FALSE(result.complete);
    EXPECT_EQ(result.rate, 100);
}

}  // namespace leasehold::bench::search_test
