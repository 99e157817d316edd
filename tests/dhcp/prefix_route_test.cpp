// Which leases ask for a route, and which route.
#include "dhcp/prefix_route.hpp"

#include <gtest/gtest.h>

#include "dhcp/lease_context.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::prefix_route_test {
namespace {

using testing_world6::Client6;
using testing_world6::config6_of;
using testing_world6::SentIa;
using testing_world6::subnet6_of;
using testing_world6::unit;
using testing_world6::World6;

constexpr LeaseTime now{std::chrono::seconds{1'800'000'000}};
const Client6 alice = Client6::number(1);
constexpr LeaseKind pd = LeaseKind::pd;

ServerConfig with_routes(bool install = true) {
    auto subnet = subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::10", "2001:db8:1::12"}},
                             {{"2001:db8:f000::/54", 56}});
    subnet.prefix_routes = {install, true, 100, 50, 200};
    subnet.cache_threshold = 0.25;
    return config6_of({subnet});
}

Lease lease() {
    Lease lease;
    lease.address = *parse_ipv6_prefix("2001:db8:f000::/56");
    lease.kind = pd;
    lease.subnet_id = 1;
    lease.valid_lifetime = 100;
    lease.cltt = now;
    lease.expire = now + std::chrono::seconds{100};
    lease.user_context = with_next_hop("", NextHop{*parse_ipv6("fe80::1"), "lan0"});
    return lease;
}

TEST(PrefixRouteOf, ALivingLeaseOfAPool) {
    const PrefixRoute expected{lease().address, NextHop{*parse_ipv6("fe80::1"), "lan0"}, 100, 50, 200};
    EXPECT_EQ(route_of(lease(), with_routes(), now), expected);
    EXPECT_EQ(route_of(lease(), with_routes(false), now), std::nullopt);
}

TEST(PrefixRouteOf, WhatHasEndedOrHasNoPlaceHasNone) {
    const auto config = with_routes();
    EXPECT_EQ(route_of(lease(), config, now + std::chrono::seconds{101}), std::nullopt);
    for (const auto state : {LeaseState::declined, LeaseState::expired_reclaimed, LeaseState::released}) {
        auto ended = lease();
        ended.state = state;
        EXPECT_EQ(route_of(ended, config, now), std::nullopt);
    }
    auto elsewhere = lease();
    elsewhere.subnet_id = 9;
    EXPECT_EQ(route_of(elsewhere, config, now), std::nullopt);
    auto outside = lease();
    outside.address = *parse_ipv6_prefix("2001:db8:aaaa::/56");
    EXPECT_EQ(route_of(outside, config, now), std::nullopt);
    auto address = lease();
    address.kind = LeaseKind::na;
    EXPECT_EQ(route_of(address, config, now), std::nullopt);
}

TEST(PrefixRouteOf, AReservedPrefixNeedsNoPool) {
    auto config = with_routes();
    config.hosts = std::make_shared<const HostTable>(
        std::vector{testing_world6::host6_of(alice, 1, {"2001:db8:aaaa::/56"})});
    auto reserved = lease();
    reserved.address = *parse_ipv6_prefix("2001:db8:aaaa::/56");
    EXPECT_TRUE(route_of(reserved, config, now));
}

// What is decided for a packet is what a restart finds.
TEST(PrefixRouteOf, TheNextHopIsStoredWithThePrefixOnly) {
    World6 world{with_routes()};
    world.bind(alice, {{LeaseKind::na, 1}, {pd, 1}});
    const auto prefix = world.row("2001:db8:f000::/56");
    ASSERT_TRUE(prefix);
    EXPECT_EQ(read_next_hop(prefix->user_context), (NextHop{*parse_ipv6("fe80::1"), "lan0"}));
    EXPECT_EQ(world.row("2001:db8:1::10")->user_context, "");
}

TEST(PrefixRouteOf, AnotherNextHopIsWrittenHoweverYoungTheLeaseIs) {
    World6 world{with_routes()};
    const SentIa ia{pd, 1, {"2001:db8:f000::/56"}};
    world.bind(alice, {{pd, 1}});
    EXPECT_TRUE(world.ask(alice.renew({ia})).done->changes.empty());  // cache-threshold
    auto moved = alice.renew({ia});
    moved.arrival.source = *parse_ipv6("fe80::77");
    EXPECT_EQ(world.ask(moved).done->changes.size(), 1u);
    EXPECT_EQ(read_next_hop(world.row("2001:db8:f000::/56")->user_context)->via, *parse_ipv6("fe80::77"));
    auto by_unicast = alice.renew({ia});  // says nothing of the next hop
    by_unicast.arrival.source = *parse_ipv6("2001:db8:1::10");
    world.ask(by_unicast);
    EXPECT_EQ(read_next_hop(world.row("2001:db8:f000::/56")->user_context)->via, *parse_ipv6("fe80::77"));
}

TEST(PrefixRouteOf, WithoutRoutesNothingIsNoted) {
    World6 world{with_routes(false)};
    world.bind(alice, {{pd, 1}});
    EXPECT_EQ(world.row("2001:db8:f000::/56")->user_context, "");
}

}  // namespace
}  // namespace leasehold::prefix_route_test
