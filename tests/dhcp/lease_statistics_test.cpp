// Which counters a lease's life moves, of each kind.
#include "dhcp/lease_statistics.hpp"

#include <gtest/gtest.h>

#include "dhcp/pool_rules.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::lease_statistics_test {
namespace {

using testing_support::lease_of;

struct LeaseStatisticsTest : testing::Test {
    testing_support::FakeTime time;
    Statistics statistics{time, Family::v6};

    void SetUp() override { statistics.set_scopes({{7, {{3}, {3, true}}}}); }
    static Lease in_state(LeaseKind kind, LeaseState state) {
        auto lease = lease_of(kind, 1, 1);
        lease.state = state;
        return lease;
    }
    void count(LeaseCause cause, std::optional<Lease> before, std::optional<Lease> after) {
        count_event(statistics, {1, cause, std::move(before), std::move(after)});
    }
    std::int64_t of_pool(Stat stat, bool of_prefixes) const {
        return static_cast<std::int64_t>(statistics.value(stat, 7, StatPool{3, of_prefixes}));
    }
};

TEST_F(LeaseStatisticsTest, AddressesAndPrefixesCountApart) {
    count(LeaseCause::granted, {}, lease_of(LeaseKind::na, 1, 1));
    count(LeaseCause::granted, {}, lease_of(LeaseKind::pd, 1, 1));
    count(LeaseCause::granted, {}, lease_of(LeaseKind::pd, 2, 1));
    EXPECT_EQ(statistics.value(Stat::assigned_nas, 7), 1);
    EXPECT_EQ(statistics.value(Stat::assigned_pds, 7), 2);
    EXPECT_EQ(statistics.value(Stat::cumulative_assigned_pds), 2);
    EXPECT_EQ(of_pool(Stat::assigned_nas, false), 1);
    EXPECT_EQ(of_pool(Stat::assigned_pds, true), 2);
    EXPECT_EQ(of_pool(Stat::assigned_pds, false), 0);

    const auto ended = in_state(LeaseKind::pd, LeaseState::expired_reclaimed);
    count(LeaseCause::reclaimed, lease_of(LeaseKind::pd, 1, 1), ended);
    EXPECT_EQ(statistics.value(Stat::assigned_pds, 7), 1);
    EXPECT_EQ(of_pool(Stat::reclaimed_leases, true), 1);
    EXPECT_EQ(of_pool(Stat::reclaimed_leases, false), 0);
}

TEST_F(LeaseStatisticsTest, ADeclinedAddressStaysAssignedUntilItsProbationEnds) {
    const auto bound = lease_of(LeaseKind::na, 1, 1),
               declined = in_state(LeaseKind::na, LeaseState::declined);
    count(LeaseCause::granted, {}, bound);
    count(LeaseCause::declined, bound, declined);
    EXPECT_EQ(of_pool(Stat::assigned_nas, false), 1);
    EXPECT_EQ(of_pool(Stat::declined_addresses, false), 1);
    count(LeaseCause::probation_over, declined, {});
    EXPECT_EQ(of_pool(Stat::assigned_nas, false), 0);
    EXPECT_EQ(of_pool(Stat::declined_addresses, false), 0);
    EXPECT_EQ(statistics.value(Stat::reclaimed_declined_addresses), 1);
}

// RFC 9686: an address that its client made is not one that we assigned.
TEST_F(LeaseStatisticsTest, RegistrationsCountByThemselves) {
    const auto registered = in_state(LeaseKind::na, LeaseState::registered);
    count(LeaseCause::granted, {}, registered);
    count(LeaseCause::renewed, registered, registered);
    EXPECT_EQ(statistics.value(Stat::registered_nas, 7), 1);
    EXPECT_EQ(statistics.value(Stat::cumulative_registered_nas), 1);
    EXPECT_EQ(statistics.value(Stat::assigned_nas, 7), 0);
    count(LeaseCause::reclaimed, registered, {});
    EXPECT_EQ(statistics.value(Stat::registered_nas, 7), 0);
}

TEST(Recount, HasTotalsOfAnyLengthAndTheLeasesThatAreThere) {
    auto config = std::make_shared<ServerConfig>();
    config->family = Family::v6;
    SubnetConfig subnet;
    subnet.id = 7;
    subnet.network = *parse_ipv6_prefix("2001:db8::/32");
    const auto pool = [&](const char* first, const char* last, std::uint8_t length, LeaseKind kind) {
        PoolConfig made;
        made.range = {{*parse_ipv6(first), length}, {*parse_ipv6(last), length}};
        made.kind = kind;
        made.pool_id = 3;
        subnet.pools.push_back(made);
    };
    pool("2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", 128, LeaseKind::na);
    pool("2001:db8:1::", "2001:db8:1:ffff::", 64, LeaseKind::pd);
    config->subnets.push_back(subnet);
    finish(*config);

    testing_support::FakeTime time;
    const LeaseClock clock{time};
    LeaseKeeper keeper{config, clock};
    keeper.load(lease_of(LeaseKind::na, 1, 1));
    auto prefix = lease_of(LeaseKind::pd, 0x10000, 1);
    keeper.load(prefix);
    Statistics statistics{time, Family::v6};
    recount(statistics, *config, keeper);

    const StatValue of_a_64 = StatValue{1} << 64;
    EXPECT_EQ(statistics.value(Stat::total_nas, 7), of_a_64);
    EXPECT_EQ(to_text(statistics.value(Stat::total_nas, 7, StatPool{3})), "18446744073709551616");
    EXPECT_EQ(statistics.value(Stat::total_pds, 7), 0x10000);
    EXPECT_EQ(statistics.value(Stat::assigned_nas, 7, StatPool{3}), 1);
    EXPECT_EQ(statistics.value(Stat::assigned_pds, 7, StatPool{3, true}), 1);
    EXPECT_EQ(statistics.value(Stat::assigned_pds), 1);
    EXPECT_EQ(keeper.of_subnet(7, LeaseKind::pd), 1);
    EXPECT_EQ(keeper.counts().of_subnet(7).assigned, 2);
}

}  // namespace
}  // namespace leasehold::lease_statistics_test
