#include "tests/bench/load/histogram.hpp"

#include <gtest/gtest.h>

namespace leasehold::bench::histogram_test {

using std::chrono::hours;
using std::chrono::nanoseconds;

TEST(LoadHistogram, AnEmptyOneSaysZero) {
    const Histogram histogram;
    EXPECT_EQ(histogram.count(), 0u);
    EXPECT_EQ(histogram.percentile(0.5), nanoseconds{0});
    EXPECT_EQ(histogram.max(), nanoseconds{0});
}

TEST(LoadHistogram, SmallValuesAreExact) {
    Histogram histogram;
    for (int i = 1; i <= 100; ++i) histogram.add(nanoseconds{i});
    EXPECT_EQ(histogram.min(), nanoseconds{1});
    EXPECT_EQ(histogram.percentile(0.5), nanoseconds{50});
    EXPECT_EQ(histogram.percentile(0.99), nanoseconds{99});
    EXPECT_EQ(histogram.percentile(1), nanoseconds{100});
    EXPECT_EQ(histogram.percentile(0), nanoseconds{1});
}

TEST(LoadHistogram, AnyValueIsKnownWithinTwoPercentAndNeverTooSmall) {
    for (double value = 1; value < 4e12; value *= 1.37) {
        Histogram histogram;
        const auto exact = static_cast<std::int64_t>(value);
        histogram.add(nanoseconds{exact});
        histogram.add(hours{2});  // so that the largest is not what is told
        const auto told = histogram.percentile(0.5).count();
        EXPECT_GE(told, exact);
        EXPECT_LE(static_cast<double>(told), static_cast<double>(exact) * 1.017);
    }
}

TEST(LoadHistogram, WhatIsOutOfRangeIsKept) {
    Histogram histogram;
    histogram.add(nanoseconds{-5});
    EXPECT_EQ(histogram.max(), nanoseconds{0});
    histogram.add(hours{1000});
    EXPECT_EQ(histogram.max(), nanoseconds{hours{1000}});
    EXPECT_EQ(histogram.count(), 2u);
    EXPECT_GT(histogram.percentile(1), nanoseconds{hours{1}});
}

}  // namespace leasehold::bench::histogram_test
