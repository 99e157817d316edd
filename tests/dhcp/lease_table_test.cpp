#include "dhcp/lease_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "tests/dhcp/lease_kinds.hpp"

namespace leasehold::lease_table_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct LeaseTableOf : testing::TestWithParam<LeaseKindCase> {
    LeaseTable table{GetParam().family};

    Lease lease(std::uint32_t unit, std::uint8_t client = 0) const {
        auto made = GetParam().lease(unit);
        if (client != 0) GetParam().client_of(made) = {client, 1, 2};
        return made;
    }
    Prefix at(std::uint32_t unit) const { return GetParam().address(unit); }
    std::vector<std::uint64_t> versions(const LeaseRows& rows) const {
        std::vector<std::uint64_t> found;
        for (const auto& row : rows) found.push_back(row.version);
        return found;
    }
};
const LeaseTime start{seconds{1'700'000'000}};
const auto due_at_expire = [](const Lease& lease) { return lease.expire; };

TEST_P(LeaseTableOf, EmptyTableHasNothing) {
    EXPECT_EQ(table.size(), 0u);
    EXPECT_FALSE(table.contains(at(1)));
    EXPECT_FALSE(table.find(at(1)));
    EXPECT_FALSE(table.erase(at(1)));
    EXPECT_THAT(table.by_client_id({}), IsEmpty());
    EXPECT_FALSE(table.page({}, 10, [](const Lease&) { return true; }));
    EXPECT_THAT(table.sweep(start, 10, due_at_expire), IsEmpty());
    EXPECT_FALSE(table.grow_step(100));
}

TEST_P(LeaseTableOf, PutReplacesWhatTheAddressHeld) {
    table.put(lease(1, 10), start);
    auto second = lease(1, 11);
    second.hostname = "another";
    table.put(second, start);
    EXPECT_EQ(table.size(), 1u);
    EXPECT_EQ(table.find(at(1)), second);
    EXPECT_THAT(table.by_client_id(OctetView{view({10, 1, 2})}), IsEmpty());
    EXPECT_EQ(table.by_client_id(OctetView{view({11, 1, 2})}).size(), 1u);
}

TEST_P(LeaseTableOf, ALeaseWithoutIdentitiesIsFoundByAddressOnly) {
    auto declined = lease(1);
    declined.client_id.clear();
    declined.duid.clear();
    declined.hwaddr.clear();
    table.put(declined, start);
    EXPECT_TRUE(table.contains(at(1)));
    EXPECT_THAT(table.by_client_id({}), IsEmpty());
    EXPECT_THAT(table.by_hwaddr({}), IsEmpty());
    EXPECT_TRUE(table.erase(at(1)));
}

TEST_P(LeaseTableOf, OneIdentityWithManyLeases) {
    constexpr std::uint32_t count = 3000;
    const Octets client{9, 1, 2};
    for (std::uint32_t unit = 0; unit < count; ++unit) table.put(lease(unit, 9), start);
    EXPECT_EQ(table.by_client_id(view(client)).size(), 64u);
    EXPECT_EQ(table.by_client_id(view(client), 0).size(), 0u);
    EXPECT_EQ(table.by_client_id(view(client), count + 1).size(), count);
    for (std::uint32_t unit = 0; unit < count; ++unit)
        EXPECT_EQ(unit % 1000 == 7 || table.erase(at(unit)), true);
    EXPECT_THAT(versions(table.by_client_id(view(client))),
                UnorderedElementsAre(lease(7).version, lease(1007).version, lease(2007).version));
}

TEST_P(LeaseTableOf, PagesAreInAddressOrder) {
    for (const std::uint32_t unit : {5u, 1u, 70'000u, 3u, 2u}) table.put(lease(unit), start);
    std::vector<Prefix> seen;
    const auto collect = [&](const Lease& l) {
        seen.push_back(l.address);
        return true;
    };
    EXPECT_EQ(table.page({}, 2, collect), at(2));
    EXPECT_EQ(table.page(at(2), 2, collect), at(5));
    EXPECT_EQ(table.page(at(4), 0, collect), std::nullopt);
    EXPECT_EQ(table.page(at(5), 2, collect), at(70'000));
    EXPECT_EQ(table.page(at(70'000), 2, collect), std::nullopt);
    EXPECT_THAT(seen, ElementsAre(at(1), at(2), at(3), at(5), at(70'000)));
    EXPECT_EQ(table.page({}, 10, [](const Lease&) { return false; }), at(1));
}

TEST_P(LeaseTableOf, SweepReturnsDueLeasesInTimeAndOnceASecond) {
    auto soon = lease(1), later = lease(2);
    soon.expire = start + seconds{5};
    later.expire = start + seconds{9};
    table.put(soon, soon.expire);
    table.put(later, later.expire);
    EXPECT_THAT(table.sweep(start + seconds{4}, 10, due_at_expire), IsEmpty());
    EXPECT_THAT(table.sweep(start + seconds{5}, 10, due_at_expire), ElementsAre(soon));
    EXPECT_THAT(table.sweep(start + seconds{5}, 10, due_at_expire), IsEmpty());
    EXPECT_THAT(table.sweep(start + seconds{6}, 10, due_at_expire), ElementsAre(soon));
    table.erase(soon.address);
    EXPECT_THAT(table.sweep(start + seconds{9}, 10, due_at_expire), ElementsAre(later));
}

TEST_P(LeaseTableOf, RenewalMovesTheEndAndNothingIsDueBeforeIt) {
    auto renewed = lease(1);
    renewed.expire = start + seconds{10};
    table.put(renewed, renewed.expire);
    table.sweep(start, 10, due_at_expire);
    renewed.expire = start + seconds{20};
    table.put(renewed, renewed.expire);
    EXPECT_THAT(table.sweep(start + seconds{19}, 10, due_at_expire), IsEmpty());
    EXPECT_THAT(table.sweep(start + seconds{20}, 10, due_at_expire), ElementsAre(renewed));
}

TEST_P(LeaseTableOf, AnEndMovedEarlierIsNoticedInTime) {
    auto released = lease(1);
    released.expire = start + seconds{1'000'000};
    table.put(released, released.expire);
    table.sweep(start, 10, due_at_expire);
    released.expire = start + seconds{2};
    table.put(released, released.expire);
    EXPECT_THAT(table.sweep(start + seconds{2}, 10, due_at_expire), ElementsAre(released));
}

TEST_P(LeaseTableOf, SweepLooksAtNoMoreThanItsLimit) {
    for (std::uint32_t unit = 0; unit < 100; ++unit) table.put(lease(unit), start);
    int looked = 0;
    std::size_t returned = 0;
    for (int calls = 0; calls < 10; ++calls) {
        looked = 0;
        returned += table
                        .sweep(start, 10,
                               [&](const Lease&) {
                                   ++looked;
                                   return start;
                               })
                        .size();
        EXPECT_LE(looked, 10);
    }
    EXPECT_EQ(returned, 100u);
    EXPECT_THAT(table.sweep(start, 10, [](const Lease&) { return start; }), IsEmpty());
}

// Due times from 1970 to the end of 64 bits, whatever was swept before: none is lost, none comes early.
TEST_P(LeaseTableOf, DueTimesAtAnyDistanceComeWhenTheyAreDue) {
    const std::vector<std::int64_t> distances{-1'700'000'000, -1,           0,       1,       65535,
                                              65536,          131'071,      131'072, 200'000, 10'000'000,
                                              4'294'967'295,  6'000'000'000};
    for (const bool swept_before : {false, true}) {
        LeaseTable fresh{GetParam().family};
        if (swept_before) fresh.sweep(start, 10, due_at_expire);
        std::uint32_t unit = 0;
        for (const auto distance : distances) {
            auto one = lease(++unit);
            one.expire = start + seconds{distance};
            fresh.put(one, one.expire);
        }
        auto never = lease(++unit);
        never.expire = LeaseTime{seconds{std::numeric_limits<std::int64_t>::max()}};
        fresh.put(never, never.expire);
        for (const auto distance : distances) {
            SCOPED_TRACE(distance);
            if (distance > 0) {
                EXPECT_THAT(fresh.sweep(start + seconds{distance - 1}, 100, due_at_expire), IsEmpty());
            }
            for (const auto& due : fresh.sweep(start + seconds{distance}, 100, due_at_expire)) {
                EXPECT_LE(due.expire, start + seconds{distance});
                fresh.erase(due.address);
            }
        }
        EXPECT_EQ(fresh.size(), 1u);
    }
}

TEST_P(LeaseTableOf, AClockSetBackLosesNoExpiry) {
    auto one = lease(1), other = lease(2);
    one.expire = start + seconds{100};
    table.put(one, one.expire);
    table.sweep(start + seconds{50}, 10, due_at_expire);
    const auto back = start - seconds{50'000'000};
    table.sweep(back, 10, due_at_expire);
    other.expire = back + seconds{10};
    table.put(other, other.expire);
    EXPECT_THAT(table.sweep(back + seconds{10}, 10, due_at_expire), ElementsAre(other));
    table.erase(other.address);
    EXPECT_THAT(table.sweep(start + seconds{99}, 10, due_at_expire), IsEmpty());
    EXPECT_THAT(table.sweep(start + seconds{100}, 10, due_at_expire), ElementsAre(one));
}

TEST_P(LeaseTableOf, AddressesOfTheOtherFamilyAreNowhere) {
    table.put(lease(1), start);
    const auto foreign = GetParam().family == Family::v4 ? Prefix{*parse_ipv6("2001:db8::1"), 128}
                                                         : to_prefix(*parse_ipv4("10.0.0.1"));
    EXPECT_FALSE(table.contains(foreign));
    EXPECT_FALSE(table.find(foreign));
    EXPECT_FALSE(table.erase(foreign));
    std::size_t seen = 0;
    table.page(foreign, 10, [&](const Lease&) { return ++seen > 0; });
    EXPECT_EQ(seen, GetParam().family == Family::v4 ? 0u : 1u);
}

TEST_P(LeaseTableOf, StatsCountLeasesAndMemory) {
    const auto empty = table.stats();
    for (std::uint32_t unit = 0; unit < 10'000; ++unit) table.put(lease(unit), start);
    EXPECT_EQ(table.stats().leases, 10'000u);
    EXPECT_GT(table.stats().bytes, empty.bytes + 10'000 * 60);
    while (table.grow_step(1000)) {
    }
    EXPECT_EQ(table.stats().growing_indexes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LeaseTableOf, testing::ValuesIn(lease_kind_cases()), kind_case_name);

TEST(LeaseTableV4, FirstAndLastAddress) {
    LeaseTable table{Family::v4};
    for (const auto* text : {"0.0.0.0", "255.255.255.255"}) {
        Lease lease;
        lease.address = to_prefix(*parse_ipv4(text));
        table.put(lease, start);
    }
    std::size_t seen = 0;
    EXPECT_EQ(to_string(*table.page({}, 10, [&](const Lease&) { return ++seen > 0; })), "255.255.255.255");
    EXPECT_EQ(seen, 2u);
    EXPECT_FALSE(table.page(to_prefix(Ipv4{0xffffffff}), 10, [](const Lease&) { return true; }));
}

// A prefix and the address at its start are two keys (lease-engine: the length is part of the key).
TEST(LeaseTableV6, LengthIsPartOfTheKey) {
    LeaseTable table{Family::v6};
    Lease address, prefix;
    address.address = {*parse_ipv6("2001:db8::"), 128};
    prefix.address = {*parse_ipv6("2001:db8::"), 56};
    prefix.kind = LeaseKind::pd;
    table.put(address, start);
    table.put(prefix, start);
    EXPECT_EQ(table.find(address.address), address);
    EXPECT_EQ(table.find(prefix.address), prefix);
    std::vector<std::uint8_t> lengths;
    table.page({}, 10, [&](const Lease& lease) {
        lengths.push_back(lease.address.length);
        return true;
    });
    EXPECT_THAT(lengths, ElementsAre(56, 128));
}

}  // namespace
}  // namespace leasehold::lease_table_test
