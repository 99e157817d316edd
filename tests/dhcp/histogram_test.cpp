#include "dhcp/histogram.hpp"

#include <gmock/gmock.h>

namespace leasehold::histogram_test {
namespace {

using testing::ElementsAre;

constexpr std::array<std::uint64_t, 3> bounds{10, 20, 50};

TEST(Histogram, CountsNothingAtFirst) {
    const Histogram histogram{bounds};
    EXPECT_THAT(histogram.counts(), ElementsAre(0, 0, 0, 0));
    EXPECT_EQ(histogram.count(), 0u);
    EXPECT_EQ(histogram.sum(), 0u);
}

TEST(Histogram, ABoundBelongsToItsRange) {
    struct Row {
        std::uint64_t value;
        std::size_t range;
    };
    for (const auto& [value, range] : {Row{0, 0}, Row{9, 0}, Row{10, 0}, Row{11, 1}, Row{20, 1}, Row{21, 2},
                                       Row{50, 2}, Row{51, 3}, Row{std::uint64_t{1} << 60, 3}}) {
        Histogram histogram{bounds};
        histogram.note(value);
        for (std::size_t i = 0; i != histogram.counts().size(); ++i)
            EXPECT_EQ(histogram.counts()[i], i == range ? 1u : 0u) << value << " in range " << i;
        EXPECT_EQ(histogram.sum(), value);
        EXPECT_EQ(histogram.count(), 1u) << value;
    }
}

TEST(Histogram, SumsAndCountsAll) {
    Histogram histogram{bounds};
    for (const std::uint64_t value : {10u, 11u, 12u, 100u}) histogram.note(value);
    EXPECT_THAT(histogram.counts(), ElementsAre(1, 2, 0, 1));
    EXPECT_EQ(histogram.count(), 4u);
    EXPECT_EQ(histogram.sum(), 133u);
}

TEST(Histogram, TimesAreInNanosecondsAndNeverNegative) {
    Histogram histogram{time_bounds};
    histogram.note(std::chrono::microseconds{50});
    histogram.note(std::chrono::nanoseconds{50'001});
    histogram.note(std::chrono::nanoseconds{-1});
    histogram.note(std::chrono::seconds{11});
    EXPECT_EQ(histogram.counts()[0], 2u);
    EXPECT_EQ(histogram.counts()[1], 1u);
    EXPECT_EQ(histogram.counts().back(), 1u);
    EXPECT_EQ(histogram.sum(), 50'000u + 50'001u + 11'000'000'000u);
}

TEST(Histogram, ItsRangesFitAndAscend) {
    for (const std::span<const std::uint64_t> each : {std::span<const std::uint64_t>{time_bounds},
                                                      std::span<const std::uint64_t>{batch_bounds}}) {
        EXPECT_LE(each.size(), Histogram::bounds_max);
        EXPECT_EQ(std::ranges::adjacent_find(each, std::greater_equal{}), each.end());
    }
    EXPECT_EQ(time_bounds.front(), 50'000u);
    EXPECT_EQ(time_bounds.back(), 10'000'000'000u);
}

}  // namespace
}  // namespace leasehold::histogram_test
