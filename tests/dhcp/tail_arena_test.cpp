#include "dhcp/tail_arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace leasehold::tail_arena_test {
namespace {

std::vector<std::uint8_t> pattern(std::size_t size, std::uint32_t seed) {
    std::vector<std::uint8_t> bytes(size);
    for (auto& octet : bytes) octet = static_cast<std::uint8_t>(seed = (seed * 1664525 + 1013904223) >> 8);
    return bytes;
}

void expect_holds(const TailArena& arena, TailRef ref, const std::vector<std::uint8_t>& expected) {
    const auto stored = arena.bytes_of(ref);
    ASSERT_GE(stored.size(), expected.size());
    EXPECT_TRUE(std::ranges::equal(stored.first(expected.size()), expected));
}

TEST(TailArena, KeepsEverySizeAroundEveryClass) {
    TailArena arena;
    std::vector<std::pair<TailRef, std::vector<std::uint8_t>>> stored;
    for (std::size_t size = 1; size < 1200; ++size) {
        const auto bytes = pattern(size, static_cast<std::uint32_t>(size));
        stored.emplace_back(arena.store(bytes), bytes);
    }
    const auto large = pattern(70000, 1);
    stored.emplace_back(arena.store(large), large);
    for (const auto& [ref, bytes] : stored) expect_holds(arena, ref, bytes);
}

TEST(TailArena, SameClassIsReplacedInPlace) {
    TailArena arena;
    const auto ref = arena.store(pattern(30, 1));
    EXPECT_EQ(arena.replace(ref, pattern(32, 2)), ref);
    expect_holds(arena, ref, pattern(32, 2));
    const auto moved = arena.replace(ref, pattern(33, 3));
    EXPECT_NE(moved, ref);
    expect_holds(arena, moved, pattern(33, 3));
}

// Pages that empty serve other sizes: filling with one size after the other needs the memory of one.
TEST(TailArena, EmptiedPagesServeOtherSizes) {
    TailArena arena;
    std::size_t bytes_of_first_size = 0;
    for (std::size_t size = 8; size <= 1024; size += 8) {
        std::vector<TailRef> refs;
        for (std::size_t used = 0; used < 400000; used += size) refs.push_back(arena.store(pattern(size, 1)));
        for (const auto ref : refs) arena.erase(ref);
        if (size == 8) bytes_of_first_size = arena.bytes();
    }
    EXPECT_LE(arena.bytes(), 2 * bytes_of_first_size);
}

TEST(TailArena, RandomChangesAgreeWithModelAndMemoryIsUsedAgain) {
    constexpr std::uint32_t seed = 77;
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    TailArena arena;
    std::vector<std::pair<TailRef, std::vector<std::uint8_t>>> stored;
    const auto random_bytes = [&random] {
        const std::size_t limit = random() % 50 == 0 ? 3000 : 80;
        return pattern(1 + random() % limit, static_cast<std::uint32_t>(random()));
    };
    std::size_t bytes_early = 0;
    for (int step = 0; step < 60000; ++step) {
        const auto choice = random() % 3;
        if (stored.size() < 500 || (choice == 0 && stored.size() < 1000)) {
            auto bytes = random_bytes();
            const auto ref = arena.store(bytes);
            stored.emplace_back(ref, std::move(bytes));
        }
        const auto place = random() % stored.size();
        auto& [ref, bytes] = stored[place];
        expect_holds(arena, ref, bytes);
        if (choice == 1) {
            bytes = random_bytes();
            ref = arena.replace(ref, bytes);
        } else {
            arena.erase(ref);
            stored[place] = std::move(stored.back());
            stored.pop_back();
        }
        if (step == 20000) bytes_early = arena.bytes();
    }
    EXPECT_LE(arena.bytes(), bytes_early * 3 / 2);
}

}  // namespace
}  // namespace leasehold::tail_arena_test
