#include "dhcp/offer_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace leasehold::offer_table_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

const LeaseTime start{seconds{1'700'000'000}};
Prefix unit(std::uint32_t number) {
    return to_prefix(Ipv4{0x0a000000 + number});
}
ClientKey client(std::uint32_t number) {
    return {IdentityKind::client_id,
            {static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
             static_cast<std::uint8_t>(number)}};
}
Hold hold_of(std::uint32_t address, std::uint32_t owner, std::optional<PoolIndex> pool = 0,
             LeaseTime until = start + OfferTable::hold_time, std::uint32_t subnet_id = 1) {
    return {unit(address), client(owner), subnet_id, pool, until};
}

TEST(OfferTable, HoldIsFoundByUnitClientAndPool) {
    OfferTable offers;
    EXPECT_THAT(offers.hold(hold_of(1, 10, 3)), IsEmpty());
    ASSERT_TRUE(offers.of_unit(unit(1)));
    EXPECT_EQ(offers.of_unit(unit(1))->client, client(10));
    EXPECT_EQ(offers.of_unit(unit(1))->until, start + OfferTable::hold_time);
    EXPECT_EQ(offers.of_client(client(10), 1)->unit, unit(1));
    EXPECT_EQ(offers.oldest(3)->unit, unit(1));
    EXPECT_FALSE(offers.of_unit(unit(2)));
    EXPECT_FALSE(offers.of_client(client(10), 2));
    EXPECT_FALSE(offers.oldest(2));
    EXPECT_FALSE(offers.oldest(4));
}

TEST(OfferTable, ANewerHoldOfTheClientInTheSubnetReplacesTheOlder) {
    OfferTable offers;
    offers.hold(hold_of(1, 10));
    EXPECT_THAT(offers.hold(hold_of(2, 10)), ElementsAre(unit(1)));
    EXPECT_FALSE(offers.of_unit(unit(1)));
    EXPECT_THAT(offers.hold(hold_of(3, 10, 0, start, 2)), IsEmpty()) << "another subnet";
    EXPECT_EQ(offers.size(), 2u);
}

TEST(OfferTable, TheSameOfferAgainIsRenewedAndMovesToTheEnd) {
    OfferTable offers;
    offers.hold(hold_of(1, 10));
    offers.hold(hold_of(2, 11));
    EXPECT_THAT(offers.hold(hold_of(1, 10, 0, start + seconds{99})), IsEmpty());
    EXPECT_EQ(offers.size(), 2u);
    EXPECT_EQ(offers.of_unit(unit(1))->until, start + seconds{99});
    EXPECT_EQ(offers.oldest(0)->unit, unit(2));
}

TEST(OfferTable, AUnitHeldByAnotherIsTakenOver) {
    OfferTable offers;
    offers.hold(hold_of(1, 10));
    offers.hold(hold_of(2, 11));
    EXPECT_THAT(offers.hold(hold_of(1, 11)), ElementsAre(unit(2))) << "unit 1 is still held";
    EXPECT_FALSE(offers.of_client(client(10), 1));
    EXPECT_EQ(offers.of_unit(unit(1))->client, client(11));
    EXPECT_EQ(offers.size(), 1u);
}

TEST(OfferTable, ReleaseEndsIt) {
    OfferTable offers;
    offers.hold(hold_of(1, 10));
    EXPECT_TRUE(offers.release(unit(1)));
    EXPECT_FALSE(offers.release(unit(1)));
    EXPECT_FALSE(offers.of_client(client(10), 1));
    EXPECT_FALSE(offers.oldest(0));
}

TEST(OfferTable, ExpiresInTheOrderOfTheirEndsUpToTheLimit) {
    OfferTable offers;
    offers.hold(hold_of(1, 10, 0, start + seconds{3}));
    offers.hold(hold_of(2, 11, 0, start + seconds{1}));
    offers.hold(hold_of(3, 12, 0, start + seconds{2}));
    EXPECT_THAT(offers.expire(start, 10), IsEmpty());
    EXPECT_THAT(offers.expire(start + seconds{3}, 2), ElementsAre(unit(2), unit(3)));
    EXPECT_THAT(offers.expire(start + seconds{3}, 2), ElementsAre(unit(1)));
    EXPECT_EQ(offers.size(), 0u);
}

TEST(OfferTable, AtItsLimitTheOldestGoesAndIsCounted) {
    OfferTable offers;
    for (std::uint32_t i = 0; i < OfferTable::holds_max; ++i)
        ASSERT_THAT(offers.hold(hold_of(i, i)), IsEmpty());
    EXPECT_THAT(offers.hold(hold_of(0x100000, 0x100000)), ElementsAre(unit(0)));
    EXPECT_EQ(offers.size(), OfferTable::holds_max);
    EXPECT_EQ(offers.overflowed(), 1u);
    EXPECT_THAT(offers.hold(hold_of(0x100001, 5)), ElementsAre(unit(5))) << "a replacement needs no room";
    EXPECT_EQ(offers.overflowed(), 1u);
}

TEST(OfferTable, ReindexMovesHoldsToTheirNewPools) {
    OfferTable offers;
    for (std::uint32_t i = 0; i < 6; ++i) offers.hold(hold_of(i, i, i % 2));
    offers.reindex([](const Prefix& held) -> std::optional<PoolIndex> {
        const auto number = to_ipv4(held).value & 0xff;
        if (number == 0) return std::nullopt;
        return number < 3 ? 7 : 0;
    });
    EXPECT_FALSE(offers.of_unit(unit(0))->pool);
    EXPECT_EQ(offers.oldest(7)->unit, unit(1));
    EXPECT_EQ(offers.oldest(0)->unit, unit(3));
    EXPECT_FALSE(offers.oldest(1));
    EXPECT_EQ(offers.size(), 6u);
}

// A plain list, oldest first, says what must be there.
struct OfferModel {
    std::vector<Hold> holds;
    std::vector<Prefix> hold(const Hold& added) {
        std::vector<Prefix> ended;
        std::erase_if(holds, [&](const Hold& h) {
            const bool same_client = h.client == added.client && h.subnet_id == added.subnet_id;
            if (same_client && h.unit != added.unit) ended.push_back(h.unit);
            return same_client || h.unit == added.unit;
        });
        holds.push_back(added);
        return ended;
    }
    std::optional<Prefix> oldest(PoolIndex pool) const {
        const auto found = std::ranges::find(holds, std::optional{pool}, &Hold::pool);
        return found == holds.end() ? std::nullopt : std::optional{found->unit};
    }
};

TEST(OfferTable, AgreesWithAListUnderRandomChanges) {
    constexpr std::uint32_t seed = 2718;
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const auto up_to = [&random](std::uint32_t limit) {
        return static_cast<std::uint32_t>(random()) % limit;
    };
    OfferTable offers;
    OfferModel model;
    auto now = start;
    for (int step = 0; step < 20'000; ++step) {
        const auto address = up_to(200);
        switch (up_to(8)) {
            case 0:
                std::erase_if(model.holds, [&](const Hold& h) { return h.unit == unit(address); });
                offers.release(unit(address));
                break;
            case 1:
                now += seconds{up_to(4)};
                for (const auto& ended : offers.expire(now, 1000))
                    ASSERT_EQ(std::erase_if(model.holds,
                                            [&](const Hold& h) { return h.unit == ended && h.until <= now; }),
                              1u);
                ASSERT_TRUE(std::ranges::none_of(model.holds, [&](const Hold& h) { return h.until <= now; }));
                break;
            default: {
                const auto added =
                    hold_of(address, up_to(150), address % 5, now + seconds{1 + up_to(20)}, up_to(2));
                ASSERT_THAT(offers.hold(added), ElementsAreArray(model.hold(added)));
            }
        }
        ASSERT_EQ(offers.size(), model.holds.size());
        for (PoolIndex pool = 0; pool < 5; ++pool) {
            const auto oldest = offers.oldest(pool);
            ASSERT_EQ(oldest ? std::optional{oldest->unit} : std::nullopt, model.oldest(pool));
        }
    }
}

}  // namespace
}  // namespace leasehold::offer_table_test
