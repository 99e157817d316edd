// Routes that leases want against those that a kernel has, order by order; then a kernel that is only a map, against
// everything in a random order.
#include "dhcp/route_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <random>

namespace leasehold::route_plan_test {
namespace {

const RoutePlan::Links both_up{{"eth0", 2}, {"eth1", 3}};

Prefix prefix(unsigned number) {
    return *parse_ipv6_prefix("2001:db8:" + std::to_string(number) + "::/56");
}

PrefixRoute route_via(unsigned number, std::string_view via = "fe80::1", std::string device = "eth0") {
    return {prefix(number), NextHop{*parse_ipv6(via), std::move(device)}, 254, 1024, 147};
}

void sweep(RoutePlan& plan) {
    while (plan.sweep(2)) continue;
}

class RoutePlanTest : public testing::Test {
protected:
    RoutePlanTest() { plan.set_links(both_up); }

    /// The next order, which the kernel answers so. nullopt: there is none.
    std::optional<RouteOrder> answer(int error = 0) {
        auto order = plan.next(++sequence);
        if (order) refusal = plan.acknowledge(sequence, error);
        return order;
    }
    void expect_set(unsigned number, std::string_view via, std::uint32_t link, int error = 0) {
        const auto order = answer(error);
        ASSERT_TRUE(order);
        EXPECT_TRUE(order->set);
        EXPECT_EQ(order->route, (KernelRoute{prefix(number), 254, 1024, 147, *parse_ipv6(via), link}));
    }
    void expect_removed(unsigned number, std::uint32_t table = 254) {
        const auto order = answer();
        ASSERT_TRUE(order);
        EXPECT_FALSE(order->set);
        EXPECT_EQ(order->route.destination, prefix(number));
        EXPECT_EQ(order->route.table, table);
    }
    void expect_nothing() { EXPECT_FALSE(answer()); }
    void set_links(RoutePlan::Links links) {
        plan.set_links(std::move(links));
        sweep(plan);
    }
    void end_look(bool whole) {
        plan.end_look(whole);
        sweep(plan);
    }
    void end_leases() {
        plan.end_leases();
        sweep(plan);
    }
    KernelRoute in_kernel(unsigned number, std::string_view via = "fe80::1", std::uint32_t link = 2) {
        return {prefix(number), 254, 1024, 147, *parse_ipv6(via), link};
    }

    RoutePlan plan;
    std::uint32_t sequence = 0;
    std::optional<RouteRefusal> refusal;
};

TEST_F(RoutePlanTest, ARouteIsSetOnceAndRemovedWithItsLease) {
    plan.want(route_via(1));
    EXPECT_EQ(plan.count(RouteState::queued), 1u);
    expect_set(1, "fe80::1", 2);
    EXPECT_EQ(plan.count(RouteState::installed), 1u);
    plan.want(route_via(1));  // a renewal
    expect_nothing();
    plan.unwant(prefix(1));
    plan.unwant(prefix(1));
    expect_removed(1);
    expect_nothing();
    EXPECT_EQ(plan.routes(), 0u);
    EXPECT_EQ(plan.count(RouteState::installed), 0u);
    EXPECT_EQ(plan.counters().set, 1u);
    EXPECT_EQ(plan.counters().removed, 1u);
}

TEST_F(RoutePlanTest, AnotherNextHopReplacesTheRoute) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
    plan.want(route_via(1, "fe80::2", "eth1"));
    expect_set(1, "fe80::2", 3);
    expect_nothing();
}

TEST_F(RoutePlanTest, AnotherTableTakesTheOldOneAway) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
    auto moved = route_via(1);
    moved.table = 100;
    plan.want(moved);
    expect_removed(1);
    const auto order = answer();
    ASSERT_TRUE(order && order->set);
    EXPECT_EQ(order->route.table, 100u);
}

TEST_F(RoutePlanTest, TheLastWordWinsWhateverWaits) {
    plan.want(route_via(1));
    plan.unwant(prefix(1));
    plan.want(route_via(1, "fe80::2"));
    expect_set(1, "fe80::2", 2);
    expect_nothing();

    plan.want(route_via(2));
    ASSERT_TRUE(plan.next(100));  // in flight when its lease ends
    plan.unwant(prefix(2));
    EXPECT_FALSE(plan.acknowledge(100, 0));
    expect_removed(2);
    expect_nothing();
}

TEST_F(RoutePlanTest, AMissingInterfaceIsWaitedFor) {
    set_links({{"eth1", 3}});
    plan.want(route_via(1));
    expect_nothing();
    EXPECT_EQ(plan.count(RouteState::no_link), 1u);
    set_links(both_up);
    expect_set(1, "fe80::1", 2);
    set_links({{"eth1", 3}});  // the kernel has removed its routes
    expect_nothing();
    EXPECT_EQ(plan.count(RouteState::no_link), 1u);
    set_links({{"eth0", 9}, {"eth1", 3}});  // made anew
    expect_set(1, "fe80::1", 9);
}

TEST_F(RoutePlanTest, AnInterfaceThatWentAMomentAgoIsWaitedForToo) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2, ENODEV);
    EXPECT_FALSE(refusal);
    EXPECT_EQ(plan.count(RouteState::no_link), 1u);
}

TEST_F(RoutePlanTest, AnUnknownNextHopWaitsForTheRenewal) {
    auto unknown = route_via(1);
    unknown.hop.reset();
    plan.want(unknown);
    expect_nothing();
    EXPECT_EQ(plan.count(RouteState::no_next_hop), 1u);
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
}

TEST_F(RoutePlanTest, ARefusalIsToldOnceAndTriedAgainWithEachLook) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2, EPERM);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->error, EPERM);
    EXPECT_EQ(refusal->device, "eth0");
    EXPECT_FALSE(refusal->again);
    expect_nothing();
    EXPECT_EQ(plan.count(RouteState::refused), 1u);
    plan.begin_look();
    end_look(true);
    expect_set(1, "fe80::1", 2, EPERM);
    EXPECT_TRUE(refusal && refusal->again);
    plan.begin_look();
    end_look(true);
    expect_set(1, "fe80::1", 2);
    EXPECT_EQ(plan.count(RouteState::installed), 1u);
    EXPECT_EQ(plan.counters().refused, 2u);
}

TEST_F(RoutePlanTest, ARefusedNextHopTakesTheOldRouteAway) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
    plan.want(route_via(1, "2001:db8:ffff::1"));
    expect_set(1, "2001:db8:ffff::1", 2, EHOSTUNREACH);
    expect_removed(1);
    expect_nothing();
}

TEST_F(RoutePlanTest, WhatIsGoneAlreadyNeedsNoWord) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
    plan.unwant(prefix(1));
    ASSERT_TRUE(answer(ESRCH));
    EXPECT_FALSE(refusal);
    plan.begin_look();
    plan.see(in_kernel(7));
    end_look(true);
    ASSERT_TRUE(answer(EPERM));
    EXPECT_TRUE(refusal);
}

TEST_F(RoutePlanTest, LeasesThatAreNotToldAgainLoseTheirRoutes) {
    plan.begin_leases();
    plan.want(route_via(1));
    plan.want(route_via(2));
    end_leases();
    expect_set(1, "fe80::1", 2);
    expect_set(2, "fe80::1", 2);
    plan.begin_leases();
    plan.want(route_via(2));
    end_leases();
    expect_removed(1);
    expect_nothing();
    EXPECT_EQ(plan.routes(), 1u);
}

TEST_F(RoutePlanTest, ALookFindsWhatIsMissingStaleAndElsewhere) {
    for (const unsigned number : {1, 2, 3}) plan.want(route_via(number));
    for (const unsigned number : {1, 2, 3}) expect_set(number, "fe80::1", 2);
    plan.begin_look();
    plan.see(in_kernel(1));
    plan.see(in_kernel(3, "fe80::9"));
    plan.see(in_kernel(4));
    end_look(true);
    expect_set(3, "fe80::1", 2);
    expect_removed(4);
    expect_set(2, "fe80::1", 2);
    expect_nothing();
    EXPECT_EQ(plan.counters().missing, 1u);
    EXPECT_EQ(plan.counters().stale, 1u);
}

TEST_F(RoutePlanTest, ALookThatIsNotWholeMissesNothing) {
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
    plan.begin_look();
    end_look(false);
    expect_nothing();
}

TEST_F(RoutePlanTest, WhatChangedDuringALookIsNotMissed) {
    plan.begin_look();
    plan.want(route_via(1));
    expect_set(1, "fe80::1", 2);
    end_look(true);
    expect_nothing();
}

TEST_F(RoutePlanTest, AFullQueueIsCountedAndMadeGoodByTheNextLook) {
    RoutePlan small{10, 2};
    small.set_links(both_up);
    for (const unsigned number : {1, 2, 3}) small.want(route_via(number));
    EXPECT_EQ(small.counters().queue_full, 1u);
    EXPECT_TRUE(small.needs_look());
    for (std::uint32_t number = 1; small.next(number); ++number) small.acknowledge(number, 0);
    EXPECT_EQ(small.count(RouteState::installed), 2u);
    small.begin_look();
    EXPECT_FALSE(small.needs_look());
    small.see(in_kernel(1));
    small.see(in_kernel(2));
    small.end_look(true);
    sweep(small);
    const auto order = small.next(9);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->route.destination, prefix(3));
}

TEST_F(RoutePlanTest, MoreRoutesThanTheLimitAreCounted) {
    RoutePlan small{2, 10};
    small.set_links(both_up);
    for (const unsigned number : {1, 2, 3}) small.want(route_via(number));
    EXPECT_EQ(small.routes(), 2u);
    EXPECT_EQ(small.counters().over_limit, 1u);
}

TEST_F(RoutePlanTest, OrdersInFlightAreBounded) {
    for (unsigned number = 0; number < RoutePlan::in_flight_max + 1; ++number) plan.want(route_via(number));
    for (std::uint32_t number = 1; number <= RoutePlan::in_flight_max; ++number) EXPECT_TRUE(plan.next(number));
    EXPECT_FALSE(plan.next(1000));
    plan.acknowledge(1, 0);
    EXPECT_TRUE(plan.next(1001));
}

TEST_F(RoutePlanTest, LostAnswersAreMadeGoodByALook) {
    plan.want(route_via(1));
    plan.want(route_via(2));
    expect_set(1, "fe80::1", 2);
    plan.unwant(prefix(1));
    ASSERT_TRUE(plan.next(100));
    ASSERT_TRUE(plan.next(101));
    plan.forget_in_flight();
    EXPECT_TRUE(plan.needs_look());
    EXPECT_FALSE(plan.acknowledge(100, 0));
    expect_removed(1);
    plan.begin_look();
    end_look(true);
    while (answer()) continue;
    EXPECT_EQ(plan.count(RouteState::installed), 1u);
    EXPECT_EQ(plan.count(RouteState::queued), 0u);
}

/// Whatever happens in which order: once all is quiet and was looked at, the kernel has what is wanted and no more.
TEST(RoutePlanModel, EndsWithWhatIsWanted) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random{seed};
        const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
        RoutePlan plan{64, 8};
        RoutePlan::Links links = both_up;
        plan.set_links(links);
        std::map<Prefix, KernelRoute> kernel;
        std::map<Prefix, PrefixRoute> wanted;
        std::vector<std::pair<std::uint32_t, int>> answers;
        std::uint32_t sequence = 0;
        const auto take_order = [&] {
            const auto order = plan.next(++sequence);
            if (!order) return false;
            int error = 0;
            if (!order->set)
                error = kernel.erase(order->route.destination) == 1 ? 0 : ESRCH;
            else if (below(8) == 0)
                error = EINVAL;
            else
                kernel[order->route.destination] = order->route;
            answers.emplace_back(sequence, error);
            return true;
        };
        const auto take_answers = [&] {
            for (const auto& [number, error] : std::exchange(answers, {})) plan.acknowledge(number, error);
        };
        const auto look = [&] {
            plan.begin_look();
            for (const auto& [destination, route] : kernel) plan.see(route);
            plan.end_look(true);
            sweep(plan);
        };
        for (int step = 0; step < 300; ++step) {
            const unsigned number = below(6);
            switch (below(8)) {
                case 0:
                case 1: {
                    const auto route = route_via(number, below(2) == 0 ? "fe80::1" : "fe80::2",
                                                 below(2) == 0 ? "eth0" : "eth1");
                    plan.want(route);
                    wanted.insert_or_assign(route.prefix, route);
                    break;
                }
                case 2:
                    plan.unwant(prefix(number));
                    wanted.erase(prefix(number));
                    break;
                case 3:
                    if (below(10) == 0) {
                        if (links.erase("eth1") == 0) links.emplace("eth1", 3);
                        std::erase_if(kernel, [&](const auto& entry) {
                            return entry.second.link == 3 && !links.contains("eth1");
                        });
                        plan.set_links(links);
                    }
                    break;
                case 4: kernel.erase(prefix(number)); break;
                case 5:
                    if (below(20) == 0) {
                        answers.clear();
                        plan.forget_in_flight();
                    }
                    break;
                case 6:
                    take_answers();
                    plan.sweep(1);
                    break;
                default: take_order();
            }
        }
        links = both_up;
        plan.set_links(links);
        for (int round = 0; round < 40; ++round) {  // refusals are random: they end
            while (take_order()) take_answers();
            take_answers();
            look();
        }
        std::map<Prefix, KernelRoute> expected;
        for (const auto& [destination, route] : wanted)
            expected[destination] = {destination, 254, 1024, 147, route.hop->via, links.at(route.hop->device)};
        EXPECT_EQ(kernel.size(), expected.size());
        for (const auto& [destination, route] : expected) EXPECT_EQ(kernel[destination], route);
        EXPECT_EQ(plan.routes(), wanted.size());
    }
}

}  // namespace
}  // namespace leasehold::route_plan_test
