#include "dhcp/pool_rules.hpp"

#include <gtest/gtest.h>

#include "dhcp/lease_keeper.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::pool_rules_test {
namespace {

Prefix v4(const char* text) {
    return to_prefix(*parse_ipv4(text));
}

Reservation host(std::uint32_t subnet_id, const char* address, std::uint8_t number = 1) {
    Reservation made;
    made.identifier = {2, 0, 0, 0, 0, number};
    made.subnet_id = subnet_id;
    made.addresses.push_back(v4(address));
    return made;
}

/// 10.0.<id>.0/24 with the pool .10-.20, for ids 1 and 2.
ServerConfig two_subnets(std::vector<Reservation> hosts) {
    ServerConfig config;
    for (const std::uint32_t id : {1u, 2u}) {
        SubnetConfig& subnet = config.subnets.emplace_back();
        const std::uint32_t base = 0x0a000000 + id * 0x100;
        subnet.id = id;
        subnet.network = to_prefix(Ipv4Network{Ipv4{base}, 24});
        subnet.pools.emplace_back().range = {to_prefix(Ipv4{base + 10}), to_prefix(Ipv4{base + 20})};
    }
    config.hosts = std::make_shared<const HostTable>(std::move(hosts));
    finish(config);
    return config;
}

AddressPools pools_of(const ServerConfig& config) {
    AddressPools pools = make_pools(config);
    std::optional<std::size_t> next = 0;
    while (next) next = block_reserved(pools, config, *next, 1);
    return pools;
}

TEST(PoolRules, WhatAHostOfTheSubnetKeepsIsBlocked) {
    const auto config = two_subnets({host(1, "10.0.1.10"), host(1, "10.0.1.200"), host(1, "10.0.2.10", 3)});
    const auto pools = pools_of(config);
    EXPECT_TRUE(pools.is_blocked(v4("10.0.1.10")));
    EXPECT_FALSE(pools.is_blocked(v4("10.0.2.10"))) << "of another subnet's pool";
    EXPECT_EQ(pools.counts(0).blocked, 1u);
    EXPECT_EQ(pools.pick(0, AllocatorKind::iterative, 0).unit, v4("10.0.1.11"));
}

TEST(PoolRules, TheModesOfReservationsDecide) {
    auto config = two_subnets({host(1, "10.0.1.10"), host(0, "10.0.1.11"), host(0, "10.0.2.11", 2)});
    EXPECT_FALSE(pools_of(config).is_blocked(v4("10.0.1.11"))) << "no global ones by default";
    config.subnets[0].reservations_global = true;
    EXPECT_TRUE(pools_of(config).is_blocked(v4("10.0.1.11")));
    EXPECT_FALSE(pools_of(config).is_blocked(v4("10.0.2.11")));
    config.subnets[0].reservations_in_subnet = false;
    EXPECT_FALSE(pools_of(config).is_blocked(v4("10.0.1.10")));
    config.subnets[0].reservations_in_subnet = true;
    config.subnets[0].reservations_out_of_pool = true;
    EXPECT_EQ(pools_of(config).counts(0).blocked, 0u) << "pools are promised to have none";
}

TEST(PoolRules, AKeeperStartsWithThem) {
    testing_support::FakeTime time;
    const LeaseClock clock{time};
    const LeaseKeeper keeper{std::make_shared<const ServerConfig>(two_subnets({host(1, "10.0.1.10")})),
                             clock};
    EXPECT_TRUE(keeper.pools().is_blocked(v4("10.0.1.10")));
}

TEST(PoolRules, TheFreeLeaseQueueIsKeptWhereItIsAskedFor) {
    auto config = two_subnets({});
    config.subnets[1].allocator = AllocatorKind::flq;
    auto pools = pools_of(config);
    for (const char* text : {"10.0.1.10", "10.0.2.10"}) {
        pools.set(v4(text), Availability::taken);
        pools.set(v4(text), Availability::free);
    }
    EXPECT_EQ(pools.pick(0, AllocatorKind::iterative, 0).unit, v4("10.0.1.10"));
    EXPECT_EQ(pools.pick(1, AllocatorKind::flq, 0).unit, v4("10.0.2.11"));
}

TEST(PoolRules, PoolsAreMadeAnewWhenAnythingOfThemChanges) {
    const auto before = two_subnets({host(1, "10.0.1.10")});
    EXPECT_TRUE(same_pools(before, two_subnets({host(1, "10.0.1.10")})));
    EXPECT_FALSE(same_pools(before, two_subnets({host(1, "10.0.1.11")})));
    EXPECT_FALSE(same_pools(before, two_subnets({host(2, "10.0.1.10")})));
    EXPECT_FALSE(same_pools(before, two_subnets({})));
    for (const auto change : std::vector<void (*)(ServerConfig&)>{
             [](ServerConfig& c) { c.subnets[0].reservations_global = true; },
             [](ServerConfig& c) { c.subnets[0].reservations_in_subnet = false; },
             [](ServerConfig& c) { c.subnets[1].allocator = AllocatorKind::flq; },
             [](ServerConfig& c) { c.compatibility.exclude_first_last_24 = true; },
             [](ServerConfig& c) { c.pool_ranges[0].last = v4("10.0.1.30"); }}) {
        auto after = before;
        change(after);
        EXPECT_FALSE(same_pools(before, after));
    }
}

}  // namespace
}  // namespace leasehold::pool_rules_test
