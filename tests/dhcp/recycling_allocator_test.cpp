#include "dhcp/recycling_allocator.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "tests/support/allocation_count.hpp"

namespace leasehold {
namespace {

/// A type of its own for each test: what is kept is kept by type.
template <int number>
struct Block {
    std::array<void*, 8> room;
};

TEST(RecyclingAllocator, ASingleObjectGetsThePlaceOfOneThatHasGone) {
    RecyclingAllocator<Block<1>> places;
    if (places.spares_max == 0) GTEST_SKIP() << "nothing is kept under this sanitizer";
    auto* const first = places.allocate(1);
    places.deallocate(first, 1);
    const auto before = allocation_count();
    EXPECT_EQ(places.allocate(1), first);
    EXPECT_EQ(allocation_count(), before);
    auto* const second = places.allocate(1);
    EXPECT_NE(second, first);
    EXPECT_EQ(allocation_count(), before + 1);
    for (auto* place : {first, second}) places.deallocate(place, 1);
}

TEST(RecyclingAllocator, SeveralAtOnceAreNotKept) {
    RecyclingAllocator<Block<2>> places;
    places.deallocate(places.allocate(3), 3);
    const auto before = allocation_count();
    places.deallocate(places.allocate(1), 1);
    EXPECT_EQ(allocation_count(), before + 1);
}

TEST(RecyclingAllocator, NoMoreAreKeptThanTheLimit) {
    RecyclingAllocator<Block<3>> places;
    std::vector<Block<3>*> taken(places.spares_max + 2);
    for (auto*& place : taken) place = places.allocate(1);
    for (auto* place : taken) places.deallocate(place, 1);
    const auto before = allocation_count();
    for (auto*& place : taken) place = places.allocate(1);
    EXPECT_EQ(allocation_count(), before + 2);
    for (auto* place : taken) places.deallocate(place, 1);
}

TEST(RecyclingAllocator, AThreadKeepsWhatItFreed) {
    RecyclingAllocator<Block<4>> places;
    auto* const place = places.allocate(1);
    std::thread{[&] { places.deallocate(place, 1); }}.join();
    const auto before = allocation_count();
    places.deallocate(places.allocate(1), 1);
    EXPECT_EQ(allocation_count(), before + 1) << "the other thread's went with it";
}

TEST(RecyclingAllocator, MapsAreMadeOfIt) {
    RecyclingMap<int, Block<5>> map;
    if (RecyclingAllocator<int>::spares_max == 0) GTEST_SKIP() << "nothing is kept under this sanitizer";
    map.reserve(8);
    map.try_emplace(0);
    const auto before = allocation_count();
    for (int i = 0; i < 100; ++i) {
        map.erase(i);
        map.try_emplace(i + 1);
    }
    EXPECT_EQ(allocation_count(), before);
    EXPECT_EQ(map.size(), 1u);
}

}  // namespace
}  // namespace leasehold
