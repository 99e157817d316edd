#include "dhcp/ordered_blocks.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace leasehold::ordered_blocks_test {
namespace {

using Numbers = OrderedBlocks<std::uint32_t, std::uint32_t>;
constexpr auto itself = [](std::uint32_t number) { return number; };

std::vector<std::uint32_t> after(const Numbers& numbers, const std::uint32_t* from) {
    std::vector<std::uint32_t> found;
    numbers.for_each_after(from, itself, [&](std::uint32_t number) {
        found.push_back(number);
        return true;
    });
    return found;
}

TEST(OrderedBlocks, EmptyHasNothing) {
    const Numbers numbers;
    EXPECT_EQ(numbers.find(1, itself), nullptr);
    EXPECT_TRUE(after(numbers, nullptr).empty());
}

TEST(OrderedBlocks, RisingKeysFillTheirBlocks) {
    Numbers rising, falling;
    for (std::uint32_t i = 0; i < 64 * 100; ++i) {
        rising.insert(i, itself);
        falling.insert(64 * 100 - i, itself);
    }
    EXPECT_LE(rising.bytes(), falling.bytes() * 2 / 3);
}

TEST(OrderedBlocks, AgreesWithSetUnderRandomChanges) {
    constexpr std::uint32_t seed = 4711;
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    Numbers numbers;
    std::set<std::uint32_t> model;
    for (int step = 0; step < 40000; ++step) {
        const auto number = static_cast<std::uint32_t>(random() % 3000);
        const bool there = numbers.find(number, itself) != nullptr;
        ASSERT_EQ(there, model.contains(number));
        const bool grows = step % 10000 < 6000;
        if (there && (random() % 4 == 0 || !grows)) {
            numbers.erase(number, itself);
            model.erase(number);
        } else if (!there && (random() % 4 == 0 || grows)) {
            numbers.insert(number, itself);
            model.insert(number);
        }
        if (step % 1000 != 0) continue;
        ASSERT_EQ(after(numbers, nullptr), std::vector(model.begin(), model.end()));
        ASSERT_EQ(after(numbers, &number), std::vector(model.upper_bound(number), model.end()));
    }
    for (const auto number : model) numbers.erase(number, itself);
    EXPECT_EQ(numbers.size(), 0u);
    EXPECT_EQ(numbers.bytes(), 0u);
}

}  // namespace
}  // namespace leasehold::ordered_blocks_test
