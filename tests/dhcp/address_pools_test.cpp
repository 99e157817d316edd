#include "dhcp/address_pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace leasehold::address_pools_test {
namespace {

Prefix v4(const char* text) {
    return to_prefix(*parse_ipv4(text));
}
Prefix v6(const char* text, std::uint8_t length = 128) {
    return {*parse_ipv6(text), length};
}
Prefix behind(const Prefix& first, Uint128 offset) {
    return {to_ipv6(to_uint128(first.address) + (offset << (128 - first.length))), first.length};
}
PoolRange pool(const Prefix& first, Uint128 units) {
    return {first, behind(first, units - 1)};
}

constexpr auto iterative = AllocatorKind::iterative;
constexpr auto both_kinds = {AllocatorKind::iterative, AllocatorKind::random};

// --- which pool -----------------------------------------------------------------------------------------

const std::vector<PoolRange> mixed_ranges{
    {v4("10.0.1.10"), v4("10.0.1.20")},
    {v4("10.0.0.1"), v4("10.0.0.1")},
    {v6("2001:db8::"), v6("2001:db8::ffff:ffff:ffff:ffff")},
    {v6("2001:db8:8000::", 56), v6("2001:db8:80ff:ff00::", 56)},
    {v6("2001:db8:8000::"), v6("2001:db8:8000::ff")},  // addresses inside a delegated range: another length
};
struct PoolOfCase {
    const char* name;
    Prefix unit;
    std::optional<PoolIndex> pool;
};
const std::vector<PoolOfCase> pool_of_cases{
    {"FirstOfPool", v4("10.0.1.10"), 0},
    {"LastOfPool", v4("10.0.1.20"), 0},
    {"BeforePool", v4("10.0.1.9"), {}},
    {"BehindPool", v4("10.0.1.21"), {}},
    {"OnlyUnit", v4("10.0.0.1"), 1},
    {"BelowAll", v4("0.0.0.0"), {}},
    {"AboveAll", v6("ffff::"), {}},
    {"InSlash64", v6("2001:db8::1234"), 2},
    {"BehindSlash64", v6("2001:db8:0:1::"), {}},
    {"Delegated", v6("2001:db8:8000:ff00::", 56), 3},
    {"LastDelegated", v6("2001:db8:80ff:ff00::", 56), 3},
    {"BehindDelegated", v6("2001:db8:8100::", 56), {}},
    {"DelegatedWithHostBits", v6("2001:db8:8000:ff01::", 56), {}},
    {"OtherDelegatedLength", v6("2001:db8:8000:ff00::", 64), {}},
    {"AddressInDelegatedRange", v6("2001:db8:8000::1"), 4},
    {"LengthZero", v6("::", 0), {}},
    {"NoLength", v6("2001:db8::", 200), {}},
};
struct AddressPoolsPoolOf : testing::TestWithParam<PoolOfCase> {};
TEST_P(AddressPoolsPoolOf, FindsIt) {
    EXPECT_EQ(AddressPools{mixed_ranges}.pool_of(GetParam().unit), GetParam().pool);
}
INSTANTIATE_TEST_SUITE_P(Cases, AddressPoolsPoolOf, testing::ValuesIn(pool_of_cases),
                         [](const auto& tested) { return std::string(tested.param.name); });

// Numbers around those at which the search takes steps, pools in no order, gaps between them.
TEST(AddressPools, EachOfManyPoolsIsFoundByItsFirstAndLastUnitAndNoneByAGap) {
    constexpr std::uint32_t distance = 8, units = 5;
    for (const std::uint32_t count : {1u, 2u, 15u, 16u, 17u, 33u, 1'000u}) {
        SCOPED_TRACE(count);
        const auto first_of = [](std::uint32_t place) { return behind(v4("10.0.0.0"), place * distance); };
        std::vector<PoolRange> ranges;
        for (std::uint32_t place = 0; place < count; ++place) ranges.push_back(pool(first_of(place), units));
        std::shuffle(ranges.begin(), ranges.end(), std::mt19937{count});
        const AddressPools pools{ranges};
        for (PoolIndex index = 0; index < count; ++index) {
            EXPECT_EQ(pools.pool_of(ranges[index].first), index);
            EXPECT_EQ(pools.pool_of(ranges[index].last), index);
            EXPECT_EQ(pools.pool_of(behind(ranges[index].last, 1)), std::nullopt);
        }
        EXPECT_EQ(pools.pool_of(v4("9.255.255.255")), std::nullopt);
    }
}

TEST(AddressPools, NoPoolsAtAll) {
    AddressPools pools{{}};
    EXPECT_EQ(pools.size(), 0u);
    EXPECT_FALSE(pools.pool_of(v4("10.0.0.1")));
    pools.set(v4("10.0.0.1"), Availability::taken);
    pools.advance(v4("10.0.0.1"));
}

TEST(AddressPoolsDeathTest, OverlappingRangesAreOurMistake) {
    EXPECT_DEATH(AddressPools({{v4("10.0.0.1"), v4("10.0.0.9")}, {v4("10.0.0.9"), v4("10.0.0.20")}}),
                 "overlap");
    EXPECT_DEATH(AddressPools({{v4("10.0.0.1"), v4("10.0.0.9")}, {v4("10.0.0.2"), v4("10.0.0.3")}}),
                 "overlap");
}

// --- picking: dense and sparse pools of every kind behave alike
// ---------------------------------------------

struct RangeCase {
    const char* name;
    PoolRange range;
};
const std::vector<RangeCase> range_cases{
    {"V4", pool(v4("10.0.0.5"), 251)},
    {"V4OverItsOwnWords", pool(v4("10.0.0.5"), 300)},
    {"V4OverOneChunk", pool(v4("10.0.0.5"), 5000)},
    {"V4Slash8", pool(v4("10.0.0.0"), 1u << 24)},
    {"AddressesSlash64", pool(v6("2001:db8::"), Uint128{1} << 64)},
    {"Prefixes56", pool(v6("2001:db8::", 56), 1u << 16)},
    {"Prefixes32To64", pool(v6("2001:db8::", 64), Uint128{1} << 32)},
    {"Prefixes8To48", pool(v6("2000::", 48), Uint128{1} << 40)},
    {"HalfOfAllAddresses", pool(v6("8000::"), Uint128{1} << 127)},
};
struct AddressPoolsRange : testing::TestWithParam<RangeCase> {
    AddressPools pools{{GetParam().range}};
    Prefix at(Uint128 offset) const { return behind(GetParam().range.first, offset); }
};

TEST_P(AddressPoolsRange, FreshPoolCostsLittleAndGivesItsFirstUnit) {
    EXPECT_LT(pools.bytes(), 40'000u);
    const auto pick = pools.pick(0, iterative, 0);
    EXPECT_EQ(pick.unit, GetParam().range.first);
    EXPECT_EQ(pick.was, Availability::free);
    EXPECT_EQ(pools.pool_of(GetParam().range.last), 0u);
    EXPECT_EQ(pools.pool_of(GetParam().range.first), 0u);
}

TEST_P(AddressPoolsRange, CountsFollowEveryChange) {
    const auto unit = at(100);
    const auto expect_counts = [&](std::uint64_t reusable, std::uint64_t held, std::uint64_t taken) {
        EXPECT_EQ(pools.counts(0).reusable, reusable);
        EXPECT_EQ(pools.counts(0).held, held);
        EXPECT_EQ(pools.counts(0).taken, taken);
    };
    for (const auto from :
         {Availability::free, Availability::reusable, Availability::held, Availability::taken})
        for (const auto to :
             {Availability::free, Availability::reusable, Availability::held, Availability::taken}) {
            pools.set(unit, from);
            pools.set(unit, to);
            pools.set(unit, to);
            EXPECT_EQ(pools.get(unit), to);
            expect_counts(to == Availability::reusable, to == Availability::held, to == Availability::taken);
        }
    EXPECT_EQ(pools.get(at(101)), Availability::free);
}

TEST_P(AddressPoolsRange, IterativeGoesOnBehindTheCursorAndAround) {
    pools.advance(at(41));
    EXPECT_EQ(pools.pick(0, iterative, 0).unit, at(42));
    EXPECT_EQ(pools.pick(0, iterative, 7).unit, at(42))
        << "reading changes nothing, and iterative needs no seed";
    pools.set(at(42), Availability::taken);
    pools.set(at(43), Availability::held);
    pools.set(at(44), Availability::reusable);
    EXPECT_EQ(pools.pick(0, iterative, 0).unit, at(45));
    pools.advance(GetParam().range.last);
    EXPECT_EQ(pools.pick(0, iterative, 0).unit, at(0));
}

TEST_P(AddressPoolsRange, RandomGivesFreeUnitsAndTheSameForTheSameSeed) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto pick = pools.pick(0, AllocatorKind::random, seed * 0x9e3779b97f4a7c15);
        ASSERT_TRUE(pick.unit);
        EXPECT_EQ(pools.pick(0, AllocatorKind::random, seed * 0x9e3779b97f4a7c15).unit, pick.unit);
        EXPECT_EQ(pools.get(*pick.unit), Availability::free);
        pools.set(*pick.unit, Availability::taken);
    }
    EXPECT_EQ(pools.counts(0).taken, 50u);
}

TEST_P(AddressPoolsRange, ABlockedUnitIsCountedAsItIsAndNeverPicked) {
    pools.set(at(1), Availability::taken);
    for (const Uint128 offset : {Uint128{0}, Uint128{1}, Uint128{3}}) pools.block(at(offset));
    pools.block(at(0));
    EXPECT_EQ(pools.counts(0).blocked, 3u);
    EXPECT_EQ(pools.counts(0).taken, 1u);
    EXPECT_EQ(pools.get(at(1)), Availability::taken);
    EXPECT_EQ(pools.pick(0, iterative, 0).unit, at(2));
    pools.set(at(1), Availability::free);
    pools.set(at(0), Availability::taken);
    EXPECT_EQ(pools.counts(0).taken, 1u);
    pools.set(at(0), Availability::reusable);
    EXPECT_EQ(pools.counts(0).reusable, 1u);
    EXPECT_EQ(pools.get(at(0)), Availability::reusable);
    EXPECT_TRUE(pools.is_blocked(at(0)));
    EXPECT_FALSE(pools.is_blocked(at(2)));
    for (const auto kind : {AllocatorKind::iterative, AllocatorKind::random, AllocatorKind::flq})
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            const auto unit = pools.pick(0, kind, seed).unit;
            ASSERT_TRUE(unit);
            EXPECT_FALSE(pools.is_blocked(*unit));
        }
}

INSTANTIATE_TEST_SUITE_P(Ranges, AddressPoolsRange, testing::ValuesIn(range_cases),
                         [](const auto& tested) { return std::string(tested.param.name); });

// --- dense pools -------------------------------------------------------------------------------------------

void fill(AddressPools& pools, std::uint32_t units, Availability availability) {
    const auto first = pools.range(0).first;
    for (std::uint32_t unit = 0; unit < units; ++unit) pools.set(behind(first, unit), availability);
}

TEST(AddressPoolsDense, FullPoolIsKnown) {
    for (const std::uint32_t units : {1u, 63u, 64u, 65u, 256u, 257u, 4096u, 4097u, 300'000u}) {
        SCOPED_TRACE(units);
        AddressPools pools{{pool(v4("10.0.0.0"), units)}};
        fill(pools, units, Availability::taken);
        for (const auto kind : both_kinds) EXPECT_FALSE(pools.pick(0, kind, 12345).unit);
        EXPECT_EQ(pools.counts(0).taken, units);
    }
}

TEST(AddressPoolsDense, OneUnitAnywhereIsFound) {
    constexpr std::uint32_t units = 300'000;
    AddressPools pools{{pool(v4("10.0.0.0"), units)}};
    const auto first = pools.range(0).first;
    fill(pools, units, Availability::taken);
    for (const std::uint32_t unit : {0u, 1u, 63u, 64u, 4095u, 4096u, 262'143u, 262'144u, 299'999u})
        for (const auto availability : {Availability::free, Availability::reusable})
            for (const std::uint32_t cursor : {0u, 63u, 64u, 4095u, 4096u, 150'000u, 262'143u, 299'999u}) {
                SCOPED_TRACE(testing::Message() << unit << " from " << cursor);
                pools.set(behind(first, unit), availability);
                pools.advance(behind(first, cursor));
                for (const auto kind : both_kinds) {
                    const auto pick = pools.pick(0, kind, cursor);
                    EXPECT_EQ(pick.unit, behind(first, unit));
                    EXPECT_EQ(pick.was, availability);
                    EXPECT_EQ(pick.tries, 1);
                }
                pools.set(behind(first, unit), Availability::taken);
            }
}

TEST(AddressPoolsDense, FreeBeforeReusableWhereverTheyLie) {
    AddressPools pools{{pool(v4("10.0.0.0"), 10'000)}};
    const auto first = pools.range(0).first;
    fill(pools, 10'000, Availability::held);
    pools.set(behind(first, 5), Availability::reusable);
    pools.set(behind(first, 9'999), Availability::free);
    for (const auto kind : both_kinds) EXPECT_EQ(pools.pick(0, kind, 0).unit, behind(first, 9'999));
    pools.set(behind(first, 9'999), Availability::taken);
    for (const auto kind : both_kinds) {
        EXPECT_EQ(pools.pick(0, kind, 0).unit, behind(first, 5));
        EXPECT_EQ(pools.pick(0, kind, 0).was, Availability::reusable);
    }
}

/// Pools whose bits lie within them, in one chunk, and in several.
struct AddressPoolsDenseSize : testing::TestWithParam<std::uint32_t> {};

TEST_P(AddressPoolsDenseSize, AgreesWithANaiveSetUnderRandomChanges) {
    constexpr std::uint32_t seed = 31'415;
    const auto units = GetParam();
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    AddressPools pools{{pool(v4("10.0.0.7"), units)}};
    const auto first = pools.range(0).first;
    std::vector<Availability> model(units, Availability::free);
    const auto naive = [&](std::uint32_t cursor) -> std::optional<std::uint32_t> {
        for (const auto which : {Availability::free, Availability::reusable})
            for (std::uint32_t i = 0; i < units; ++i)
                if (model[(cursor + i) % units] == which) return (cursor + i) % units;
        return std::nullopt;
    };
    for (int step = 0; step < 60'000; ++step) {
        const auto unit = static_cast<std::uint32_t>(random()) % units;
        // Mostly towards full, so that free ones become rare and reusable ones matter.
        const auto choice = random() % 10;
        model[unit] = choice < 8    ? Availability::taken
                      : choice == 8 ? Availability::reusable
                                    : Availability::free;
        pools.set(behind(first, unit), model[unit]);
        if (step % 10 != 0) continue;
        const auto cursor = static_cast<std::uint32_t>(random()) % units;
        pools.advance(behind(first, (cursor + units - 1) % units));
        const auto expected = naive(cursor);
        const auto wanted = expected ? std::optional{behind(first, *expected)} : std::nullopt;
        ASSERT_EQ(pools.pick(0, iterative, 0).unit, wanted);
        ASSERT_EQ(pools.pick(0, AllocatorKind::random, cursor).unit, wanted);
        ASSERT_EQ(pools.counts(0).taken, std::ranges::count(model, Availability::taken));
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, AddressPoolsDenseSize, testing::Values(1u, 100u, 256u, 257u, 4'000u, 9'000u));

TEST(AddressPoolsDense, ALongRowOfBlockedUnitsIsPassedInOneTry) {
    AddressPools pools{{pool(v4("10.0.0.0"), 1u << 17)}};
    for (std::uint32_t unit = 0; unit < 100'000; ++unit) pools.block(behind(v4("10.0.0.0"), unit));
    EXPECT_EQ(pools.pick(0, iterative, 0).unit, behind(v4("10.0.0.0"), 100'000));
    EXPECT_EQ(pools.pick(0, iterative, 0).tries, 1);
    EXPECT_EQ(pools.counts(0).blocked, 100'000u);
    EXPECT_LT(pools.bytes(), 10'000'000u);
}

// --- free lease queue

// The queue against its plainest form: a list per class, searched and moved by hand.
TEST(AddressPoolsQueue, AgreesWithANaiveQueueUnderRandomChanges) {
    constexpr std::uint32_t units = 5'000;
    AddressPools pools{{pool(v4("10.0.0.0"), units)}};
    pools.keep_order(0);
    const auto first = pools.range(0).first;
    std::vector<std::uint32_t> free, reusable;
    for (std::uint32_t unit = 0; unit < units; ++unit) free.push_back(unit);
    std::mt19937 random{2'718};
    for (int round = 0; round < 20'000; ++round) {
        const auto expected = !free.empty() ? free.front() : reusable.empty() ? units : reusable.front();
        const auto pick = pools.pick(0, AllocatorKind::flq, random());
        ASSERT_EQ(pick.unit, expected == units ? std::nullopt : std::optional{behind(first, expected)});
        // A few units change often; now and then what was picked is given out, and blocked.
        const bool takes = random() % 2 == 0 && expected != units;
        const std::uint32_t unit = takes ? expected : random() % 40 * 100;
        if (pools.is_blocked(behind(first, unit))) continue;
        const auto before = pools.get(behind(first, unit));
        if (random() % 500 == 0) {
            pools.block(behind(first, unit));
            std::erase(free, unit);
            std::erase(reusable, unit);
            continue;
        }
        const auto after = takes ? Availability::taken : static_cast<Availability>(random() % 4);
        pools.set(behind(first, unit), after);
        if (before == after) continue;
        std::erase(free, unit);
        std::erase(reusable, unit);
        if (after == Availability::free) free.push_back(unit);
        if (after == Availability::reusable) reusable.push_back(unit);
    }
}

TEST(AddressPoolsQueue, WhatWasGivenBackComesLastAndAFullPoolIsKnown) {
    AddressPools pools{{pool(v4("10.0.0.0"), 3)}};
    pools.keep_order(0);
    const auto picked = [&] { return pools.pick(0, AllocatorKind::flq, 9).unit; };
    EXPECT_EQ(picked(), v4("10.0.0.0"));
    EXPECT_EQ(picked(), v4("10.0.0.0")) << "reading changes nothing";
    pools.set(v4("10.0.0.0"), Availability::taken);
    pools.set(v4("10.0.0.0"), Availability::free);
    EXPECT_EQ(picked(), v4("10.0.0.1"));
    for (const char* unit : {"10.0.0.1", "10.0.0.2", "10.0.0.0"}) {
        EXPECT_EQ(picked(), v4(unit));
        pools.set(v4(unit), Availability::taken);
    }
    EXPECT_FALSE(picked());
    pools.set(v4("10.0.0.2"), Availability::reusable);
    pools.set(v4("10.0.0.1"), Availability::reusable);
    EXPECT_EQ(picked(), v4("10.0.0.2")) << "what has ended first";
}

// --- sparse pools ------------------------------------------------------------------------------------------

TEST(AddressPoolsSparse, IterativeGetsPastALongRowOfLeases) {
    AddressPools pools{{pool(v6("2001:db8::"), Uint128{1} << 64)}};
    fill(pools, 10'000, Availability::taken);
    const auto pick = pools.pick(0, iterative, 4711);
    ASSERT_TRUE(pick.unit);
    EXPECT_EQ(pools.get(*pick.unit), Availability::free);
    EXPECT_EQ(pick.tries, AddressPools::sparse_tries_max / 2 + 1);
}

// The smallest sparse pool, with all but the units that nothing tries: found nothing, and says how often it
// tried; a reusable unit met on the way is better than none.
TEST(AddressPoolsSparse, TriesAreBoundedAndReusableIsSecondBest) {
    AddressPools pools{{pool(v6("2001:db8::"), AddressPools::dense_units_max + 1)}};
    const auto first = pools.range(0).first;
    std::vector<Prefix> tried;
    for (int i = 0; i < AddressPools::sparse_tries_max; ++i) {
        const auto pick = pools.pick(0, iterative, 99);
        ASSERT_TRUE(pick.unit);
        EXPECT_EQ(pick.tries, i + 1);
        tried.push_back(*pick.unit);
        pools.set(*pick.unit, Availability::taken);
    }
    const auto none = pools.pick(0, iterative, 99);
    EXPECT_FALSE(none.unit);
    EXPECT_EQ(none.tries, AddressPools::sparse_tries_max);
    pools.set(tried[10], Availability::reusable);
    pools.set(tried[50], Availability::reusable);
    const auto reused = pools.pick(0, iterative, 99);
    EXPECT_EQ(reused.unit, tried[10]);
    EXPECT_EQ(reused.was, Availability::reusable);
    pools.set(tried[60], Availability::free);
    EXPECT_EQ(pools.pick(0, iterative, 99).unit, tried[60]);
    EXPECT_EQ(pools.pick(0, iterative, 99).was, Availability::free);
    EXPECT_EQ(tried.front(), first);
}

TEST(AddressPoolsSparse, FreedUnitsGiveTheirMemoryBack) {
    AddressPools pools{{pool(v6("2001:db8::"), Uint128{1} << 64)}};
    const auto empty = pools.bytes();
    fill(pools, 10'000, Availability::taken);
    EXPECT_LT(pools.bytes() - empty, 10'000u * 40);
    fill(pools, 10'000, Availability::free);
    EXPECT_EQ(pools.bytes(), empty);
}

}  // namespace
}  // namespace leasehold::address_pools_test
