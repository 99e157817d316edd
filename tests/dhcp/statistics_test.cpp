#include "dhcp/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace leasehold::statistics_test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

struct HandSetTime final : TimeSource {
    std::chrono::system_clock::time_point at{seconds{1'800'000'000}};
    std::chrono::system_clock::time_point wall() const override { return at; }
    std::chrono::nanoseconds boot_time() const override { return {}; }
};

struct StatisticsTest : testing::Test {
    HandSetTime time;
    Statistics statistics{time};

    std::vector<std::int64_t> values(std::string_view name) {
        std::vector<std::int64_t> result;
        const bool found =
            statistics.visit(name, [&](std::string_view, const std::vector<Sample>& newest_first) {
                for (const auto& sample : newest_first)
                    result.push_back(static_cast<std::int64_t>(sample.value));
            });
        EXPECT_EQ(found, !result.empty());
        return result;
    }
    std::vector<std::string> names(bool global_only = false) {
        std::vector<std::string> result;
        statistics.visit_all(global_only, [&](std::string_view name, auto&) { result.emplace_back(name); });
        return result;
    }
};

// The names that tools find after the start of a server with one subnet and one pool.
TEST_F(StatisticsTest, NamesOfOneSubnetWithOnePool) {
    statistics.set_scopes({{.subnet_id = 1, .pools = {{0}}}});
    EXPECT_THAT(
        names(),
        ElementsAre("assigned-addresses", "cumulative-assigned-addresses", "declined-addresses",
                    "pkt4-ack-received", "pkt4-ack-sent", "pkt4-admin-filtered", "pkt4-decline-received",
                    "pkt4-discover-received", "pkt4-duplicate", "pkt4-inform-received",
                    "pkt4-lease-query-received", "pkt4-lease-query-response-active-sent",
                    "pkt4-lease-query-response-unassigned-sent", "pkt4-lease-query-response-unknown-sent",
                    "pkt4-limit-exceeded", "pkt4-nak-received", "pkt4-nak-sent", "pkt4-not-for-us",
                    "pkt4-offer-received", "pkt4-offer-sent", "pkt4-parse-failed", "pkt4-processing-failed",
                    "pkt4-queue-full", "pkt4-receive-drop", "pkt4-received", "pkt4-release-received",
                    "pkt4-request-received", "pkt4-rfc-violation", "pkt4-sent", "pkt4-service-disabled",
                    "pkt4-unknown-received", "reclaimed-declined-addresses", "reclaimed-leases",
                    "subnet[1].assigned-addresses", "subnet[1].cumulative-assigned-addresses",
                    "subnet[1].declined-addresses", "subnet[1].pool[0].assigned-addresses",
                    "subnet[1].pool[0].cumulative-assigned-addresses", "subnet[1].pool[0].declined-addresses",
                    "subnet[1].pool[0].reclaimed-declined-addresses", "subnet[1].pool[0].reclaimed-leases",
                    "subnet[1].pool[0].total-addresses", "subnet[1].reclaimed-declined-addresses",
                    "subnet[1].reclaimed-leases", "subnet[1].total-addresses", "subnet[1].v4-lease-reuses",
                    "subnet[1].v4-reservation-conflicts", "v4-allocation-fail", "v4-allocation-fail-classes",
                    "v4-allocation-fail-no-pools", "v4-allocation-fail-shared-network",
                    "v4-allocation-fail-subnet", "v4-lease-reuses", "v4-reservation-conflicts"));
}

// The same of DHCPv6, with a pool of prefixes besides: Kea's names, and none of DHCPv4.
TEST(StatisticsOfV6, NamesOfOneSubnetWithBothKindsOfPools) {
    HandSetTime time;
    Statistics statistics{time, Family::v6};
    statistics.set_scopes({{.subnet_id = 1, .pools = {{0}, {2, true}}}});
    std::set<std::string> names;
    statistics.visit_all(false, [&](std::string_view name, auto&) {
        EXPECT_FALSE(name.starts_with("pkt4") || name.starts_with("v4-")) << name;
        if (!name.starts_with("pkt6")) names.emplace(name);
    });
    EXPECT_EQ(names, (std::set<std::string>{"assigned-nas",
                                            "assigned-pds",
                                            "cumulative-assigned-nas",
                                            "cumulative-assigned-pds",
                                            "cumulative-registered-nas",
                                            "declined-addresses",
                                            "reclaimed-declined-addresses",
                                            "reclaimed-leases",
                                            "subnet[1].assigned-nas",
                                            "subnet[1].assigned-pds",
                                            "subnet[1].cumulative-assigned-nas",
                                            "subnet[1].cumulative-assigned-pds",
                                            "subnet[1].cumulative-registered-nas",
                                            "subnet[1].declined-addresses",
                                            "subnet[1].pd-pool[2].assigned-pds",
                                            "subnet[1].pd-pool[2].cumulative-assigned-pds",
                                            "subnet[1].pd-pool[2].reclaimed-leases",
                                            "subnet[1].pd-pool[2].total-pds",
                                            "subnet[1].pool[0].assigned-nas",
                                            "subnet[1].pool[0].cumulative-assigned-nas",
                                            "subnet[1].pool[0].declined-addresses",
                                            "subnet[1].pool[0].reclaimed-declined-addresses",
                                            "subnet[1].pool[0].reclaimed-leases",
                                            "subnet[1].pool[0].total-nas",
                                            "subnet[1].reclaimed-declined-addresses",
                                            "subnet[1].reclaimed-leases",
                                            "subnet[1].registered-nas",
                                            "subnet[1].total-nas",
                                            "subnet[1].total-pds",
                                            "subnet[1].v6-ia-na-lease-reuses",
                                            "subnet[1].v6-ia-pd-lease-reuses",
                                            "v6-allocation-fail",
                                            "v6-allocation-fail-classes",
                                            "v6-allocation-fail-no-pools",
                                            "v6-allocation-fail-shared-network",
                                            "v6-allocation-fail-subnet",
                                            "v6-ia-na-lease-reuses",
                                            "v6-ia-pd-lease-reuses"}));
    statistics.add(Stat::pkt4_received);
    EXPECT_FALSE(statistics.visit("pkt4-received", [](auto, auto&) {}));
    EXPECT_EQ(statistics.value(Stat::pkt4_received), 0);
}

TEST(StatValueText, HasAll128Bits) {
    EXPECT_EQ(to_text(0), "0");
    EXPECT_EQ(to_text(-7), "-7");
    EXPECT_EQ(to_text(StatValue{1} << 64), "18446744073709551616");
    EXPECT_EQ(to_text(static_cast<StatValue>(~Uint128{0} >> 1)), "170141183460469231731687303715884105727");
}

TEST_F(StatisticsTest, MovesEveryScopeThatHasIt) {
    statistics.set_scopes({{1, {{0}, {7}}}, {2, {{0}}}});
    statistics.add(Stat::assigned_addresses, 1, StatPool{7}, 2);
    EXPECT_EQ(statistics.value(Stat::assigned_addresses), 2);
    EXPECT_EQ(statistics.value(Stat::assigned_addresses, 1), 2);
    EXPECT_EQ(statistics.value(Stat::assigned_addresses, 1, StatPool{7}), 2);
    EXPECT_EQ(statistics.value(Stat::assigned_addresses, 1, StatPool{0}), 0);
    EXPECT_EQ(statistics.value(Stat::assigned_addresses, 2), 0);

    statistics.add(Stat::v4_lease_reuses, 1, StatPool{7});  // has no pool scope
    EXPECT_EQ(statistics.value(Stat::v4_lease_reuses, 1), 1);
}

// Leases of a subnet that is gone still end and are counted globally.
TEST_F(StatisticsTest, UnknownSubnetMovesTheGlobalOnly) {
    statistics.add(Stat::assigned_addresses, 9, StatPool{0}, -1);
    EXPECT_EQ(statistics.value(Stat::assigned_addresses), -1);
    EXPECT_THAT(values("subnet[9].assigned-addresses"), ElementsAre());
}

TEST_F(StatisticsTest, SetTouchesOneScope) {
    statistics.set_scopes({{1, {{0}}}});
    statistics.set(Stat::total_addresses, 1, StatPool{0}, 10);
    EXPECT_EQ(statistics.value(Stat::total_addresses, 1, StatPool{0}), 10);
    EXPECT_EQ(statistics.value(Stat::total_addresses, 1), 0);
    statistics.set(Stat::total_addresses, 1, {}, 20);
    EXPECT_EQ(statistics.value(Stat::total_addresses, 1), 20);
}

TEST_F(StatisticsTest, FailuresOfASubnetExistFromTheFirstOn) {
    statistics.set_scopes({{1, {}}});
    EXPECT_THAT(values("subnet[1].v4-allocation-fail"), ElementsAre());
    statistics.add(Stat::v4_allocation_fail, 1, {});
    EXPECT_THAT(values("subnet[1].v4-allocation-fail"), ElementsAre(1, 0));
}

TEST_F(StatisticsTest, KeepsTheNewestSamplesInOrder) {
    statistics.limit_count_all(3);
    for (int i = 0; i != 7; ++i) statistics.add(Stat::pkt4_received);
    EXPECT_THAT(values("pkt4-received"), ElementsAre(7, 6, 5));
    EXPECT_TRUE(statistics.limit_count("pkt4-received", 5));
    EXPECT_THAT(values("pkt4-received"), ElementsAre(7, 6, 5));
    for (int i = 0; i != 3; ++i) statistics.add(Stat::pkt4_received);
    EXPECT_THAT(values("pkt4-received"), ElementsAre(10, 9, 8, 7, 6));
    EXPECT_TRUE(statistics.limit_count("pkt4-received", 2));
    EXPECT_THAT(values("pkt4-received"), ElementsAre(10, 9));
}

TEST_F(StatisticsTest, DefaultIsTwentySamples) {
    for (int i = 0; i != 100; ++i) statistics.add(Stat::pkt4_sent);
    const auto kept = values("pkt4-sent");
    ASSERT_EQ(kept.size(), 20U);
    EXPECT_EQ(kept.front(), 100);
    EXPECT_EQ(kept.back(), 81);
}

TEST_F(StatisticsTest, AgeLimitShowsOnlyYoungSamplesAndTheNewest) {
    ASSERT_TRUE(statistics.limit_age("pkt4-sent", seconds{10}));
    statistics.add(Stat::pkt4_sent);
    time.at += seconds{8};
    statistics.add(Stat::pkt4_sent);
    time.at += seconds{8};
    EXPECT_THAT(values("pkt4-sent"), ElementsAre(2));
    time.at += seconds{100};
    EXPECT_THAT(values("pkt4-sent"), ElementsAre(2));
}

TEST_F(StatisticsTest, AgeLimitStaysBounded) {
    statistics.limit_age_all(seconds{1'000'000});
    for (std::uint32_t i = 0; i != 3 * sample_count_max; ++i) statistics.add(Stat::pkt4_sent);
    EXPECT_EQ(values("pkt4-sent").size(), sample_count_max);
}

TEST_F(StatisticsTest, LimitsOfAllHoldForSubnetsThatCome) {
    statistics.limit_count_all(1);
    statistics.set_scopes({{4, {}}});
    statistics.add(Stat::assigned_addresses, 4, {});
    EXPECT_THAT(values("subnet[4].assigned-addresses"), ElementsAre(1));
}

TEST_F(StatisticsTest, ReconfigurationKeepsWhatStaysAndDropsTheRest) {
    statistics.set_scopes({{1, {{0}, {1}}}, {2, {{0}}}});
    statistics.add(Stat::assigned_addresses, 1, StatPool{1});
    statistics.add(Stat::assigned_addresses, 2, StatPool{0});
    statistics.set_scopes({{1, {{1}, {2}}}});
    EXPECT_EQ(statistics.value(Stat::assigned_addresses, 1, StatPool{1}), 1);
    EXPECT_THAT(values("subnet[1].pool[0].assigned-addresses"), ElementsAre());
    EXPECT_THAT(values("subnet[1].pool[2].assigned-addresses"), ElementsAre(0));
    EXPECT_THAT(values("subnet[2].assigned-addresses"), ElementsAre());
    EXPECT_EQ(statistics.value(Stat::assigned_addresses), 2);
}

TEST_F(StatisticsTest, ResetLeavesOneZero) {
    statistics.add(Stat::pkt4_sent, 5);
    EXPECT_TRUE(statistics.reset("pkt4-sent"));
    EXPECT_THAT(values("pkt4-sent"), ElementsAre(0));
    EXPECT_FALSE(statistics.reset("no-such"));
    statistics.add(Stat::pkt4_sent, 5);
    statistics.reset_all();
    EXPECT_THAT(values("pkt4-sent"), ElementsAre(0));
}

TEST_F(StatisticsTest, RemovedOneComesBackWhenItMoves) {
    statistics.set_scopes({{1, {{0}}}});
    EXPECT_TRUE(statistics.remove("pkt4-sent"));
    EXPECT_FALSE(statistics.remove("pkt4-sent"));
    EXPECT_THAT(values("pkt4-sent"), ElementsAre());
    statistics.add(Stat::pkt4_sent);
    EXPECT_THAT(values("pkt4-sent"), ElementsAre(1, 0));

    statistics.remove_all();
    EXPECT_THAT(names(), ElementsAre());
    statistics.add(Stat::assigned_addresses, 1, StatPool{0});
    EXPECT_THAT(names(), ElementsAre("assigned-addresses", "subnet[1].assigned-addresses",
                                     "subnet[1].pool[0].assigned-addresses"));
}

TEST_F(StatisticsTest, PagesMeetEveryNameOnce) {
    statistics.set_scopes({{1, {{0}}}, {10, {{0}, {1}}}, {2, {}}});
    for (const bool global_only : {false, true}) {
        for (const std::size_t limit : {1U, 7U, 1000U}) {
            std::vector<std::string> met;
            std::string after;
            while (true) {
                const auto last = statistics.visit_page(after, limit, global_only,
                                                        [&](auto name, auto&) { met.emplace_back(name); });
                if (!last) break;
                after = *last;
            }
            EXPECT_EQ(met, names(global_only));
        }
    }
}

TEST_F(StatisticsTest, GlobalOnlyLeavesSubnetsOut) {
    statistics.set_scopes({{1, {{0}}}});
    const auto met = names(true);
    EXPECT_EQ(met.size(), names().size() - 14);
    for (const auto& name : met) EXPECT_FALSE(name.starts_with("subnet[")) << name;
    EXPECT_EQ(met.back(), "v4-reservation-conflicts");
}

TEST_F(StatisticsTest, ValuesDoNotWrap) {
    constexpr auto most = static_cast<StatValue>(~Uint128{0} >> 1);
    statistics.set(Stat::pkt4_sent, most);
    statistics.add(Stat::pkt4_sent);
    EXPECT_EQ(statistics.value(Stat::pkt4_sent), most);
}

TEST(StatTable, NamesAreUniqueAndHelped) {
    std::set<std::string_view> names;
    for (const auto& def : stat_defs()) {
        EXPECT_TRUE(names.insert(def.name).second) << def.name;
        EXPECT_FALSE(def.help.empty()) << def.name;
        EXPECT_TRUE(def.scopes.global || def.scopes.subnet) << def.name;
        EXPECT_TRUE(def.scopes.subnet || !def.scopes.pool) << def.name;
    }
}

}  // namespace
}  // namespace leasehold::statistics_test
