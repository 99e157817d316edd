#include "dhcp/hash_index.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace leasehold::hash_index_test {
namespace {

constexpr auto any = [](std::uint32_t) { return true; };

TEST(HashIndex, FindsWhatWasInsertedAndNothingElse) {
    HashIndex index;
    index.insert(7, 1);
    EXPECT_EQ(index.find(7, any), 1u);
    EXPECT_EQ(index.find(8, any), HashIndex::none);
    EXPECT_EQ(index.find(7, [](std::uint32_t) { return false; }), HashIndex::none);
}

TEST(HashIndex, EqualTagsAreToldApartByTheCaller) {
    HashIndex index;
    for (std::uint32_t record = 1; record <= 20; ++record) index.insert(0xffffffff, record);
    for (std::uint32_t record = 1; record <= 20; ++record)
        EXPECT_EQ(index.find(0xffffffff, [&](std::uint32_t r) { return r == record; }), record);
    index.erase(0xffffffff, 11);
    EXPECT_EQ(index.find(0xffffffff, [](std::uint32_t r) { return r == 11; }), HashIndex::none);
    EXPECT_EQ(index.size(), 19u);
}

TEST(HashIndex, ReplaceKeepsThePlace) {
    HashIndex index;
    index.insert(5, 1);
    index.replace(5, 1, 2);
    EXPECT_EQ(index.find(5, any), 2u);
    EXPECT_EQ(index.size(), 1u);
}

TEST(HashIndex, GrowsOnceForWhatIsExpected) {
    constexpr std::uint32_t count = 200000;
    HashIndex index;
    index.reserve(count);
    std::size_t growths = 0;
    bool grew = false;
    for (std::uint32_t record = 1; record <= count; ++record) {
        index.insert(record * 2654435761u, record);
        if (index.growing() && !grew) ++growths;
        grew = index.growing();
    }
    EXPECT_EQ(growths, 1U);
    for (std::uint32_t record = 1; record <= count; ++record)
        ASSERT_EQ(index.find(record * 2654435761u, any), record);
}

// Everything is found at each moment of a growth, which goes on in idle steps too.
TEST(HashIndex, AllAreFoundWhileItGrows) {
    constexpr std::uint32_t count = 5000;
    const auto tag_of = [](std::uint32_t record) { return record * 2654435761u; };
    HashIndex index;
    bool grew = false;
    for (std::uint32_t record = 1; record <= count; ++record) {
        index.insert(tag_of(record), record);
        grew = grew || index.growing();
        if (record % 97 != 0) continue;
        for (std::uint32_t known = 1; known <= record; ++known)
            ASSERT_EQ(index.find(tag_of(known), any), known);
    }
    EXPECT_TRUE(grew);
    while (index.grow_step(1)) {
    }
    EXPECT_FALSE(index.growing());
    for (std::uint32_t known = 1; known <= count; ++known) ASSERT_EQ(index.find(tag_of(known), any), known);
}

// Tags from a narrow range make one long cluster: the worst that growing and deletion can meet.
struct ModelCase {
    const char* name;
    std::uint32_t tag_range;
};
struct HashIndexModel : testing::TestWithParam<ModelCase> {};

TEST_P(HashIndexModel, AgreesWithMultimapUnderRandomChanges) {
    constexpr std::uint32_t seed = 20240611;
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    HashIndex index;
    std::map<std::uint32_t, HashTag> tags;  // by record
    for (std::uint32_t step = 1; step <= 20000; ++step) {
        const bool grows = step % 8000 < 5000;
        if (tags.empty() || random() % 100 < (grows ? 70u : 30u)) {
            const auto tag = GetParam().tag_range == 0
                                 ? static_cast<HashTag>(random())
                                 : static_cast<HashTag>(random()) % GetParam().tag_range;
            index.insert(tag, step);
            tags.emplace(step, tag);
        } else {
            auto victim = tags.lower_bound(static_cast<std::uint32_t>(random()) % step);
            if (victim == tags.end()) victim = tags.begin();
            index.erase(victim->second, victim->first);
            const auto [record, tag] = *victim;
            tags.erase(victim);
            ASSERT_EQ(index.find(tag, [r = record](std::uint32_t found) { return found == r; }),
                      HashIndex::none);
        }
        if (step % 500 != 0) continue;
        for (const auto& [record, tag] : tags)
            ASSERT_EQ(index.find(tag, [r = record](std::uint32_t found) { return found == r; }), record);
    }
    EXPECT_EQ(index.size(), tags.size());
}

INSTANTIATE_TEST_SUITE_P(Tags, HashIndexModel,
                         testing::Values(ModelCase{"Spread", 0}, ModelCase{"Clustered", 1u << 20},
                                         ModelCase{"FewValues", 50}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace leasehold::hash_index_test
