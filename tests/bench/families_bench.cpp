// The same work of both families, octets to octets, side by side: what DHCPv6 costs in comparison with DHCPv4.
// Each server has 100,000 leases; packets of 4,096 clients take turns so that caches do not flatter.
#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <vector>

#include "tests/bench/large_world.hpp"
#include "tests/support/world6.hpp"

namespace leasehold {
namespace {

using namespace large_world_bench;
using testing_world6::Client6;
using testing_world6::Packet6;
using testing_world6::SentIa;
using testing_world6::World6;

constexpr std::uint32_t leases = 100'000, packet_count = 4096;

// --- DHCPv4

testing_world::World& world4() {
    static const auto world = large_world(large_config(), leases);
    return *world;
}

void decide4(benchmark::State& state, const std::function<testing_world::Packet(std::uint32_t)>& make) {
    auto& world = world4();
    std::vector<testing_world::Packet> packets;
    std::vector<testing_world::Bytes> datagrams;
    for (std::uint32_t i = 0; i < packet_count; ++i) {
        packets.push_back(make(i).requesting({1, 3, 6, 15, 42, 51, 58, 59}));
        datagrams.push_back(packets.back().bytes());
    }
    std::size_t i = 0;
    for (auto _ : state) {
        const auto at = i++ % packet_count;
        auto answer = world.decide(datagrams[at], packets[at].arrival);
        benchmark::DoNotOptimize(answer);
    }
}

void v4_discover(benchmark::State& state) {
    decide4(state, [](std::uint32_t i) { return client_number(leases + 10 + i).discover(); });
}
void v4_renew(benchmark::State& state) {
    decide4(state, [](std::uint32_t i) {
        const auto n = i * 2654435761u % leases;
        return client_number(n).renewing(to_string(nth(n)));
    });
}

// --- DHCPv6

Client6 client6(std::uint32_t n) {
    auto client = Client6::number(1);
    for (int i = 0; i < 4; ++i) client.duid[6 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
    return client;
}
Prefix address6(std::uint32_t n) {
    return {to_ipv6(to_uint128(testing_world6::ip6("2001:db8:1::1:0")) + n), 128};
}
Prefix prefix6(std::uint32_t n) {
    return {to_ipv6(to_uint128(testing_world6::ip6("2001:db8:8000::")) + (Uint128{n} << 72)), 56};
}

void lease_out6(World6& world, const Prefix& unit, LeaseKind kind, const Client6& client) {
    Lease lease;
    lease.address = unit;
    lease.kind = kind;
    lease.subnet_id = 1;
    lease.duid = to_octets(client.duid);
    lease.iaid = 1;
    lease.valid_lifetime = 4000;
    lease.preferred_lifetime = 3000;
    lease.cltt = world.now() - std::chrono::seconds{1500};
    lease.expire = lease.hold_until = lease.cltt + std::chrono::seconds{4000};
    lease.version = 1;
    world.keeper().load(lease);
}

World6& world6() {
    static const auto world = [] {
        auto subnet = testing_world6::subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::1:0", "2001:db8:1::f:ffff"}},
                                                 {{"2001:db8:8000::/36", 56}});
        subnet.options = {testing_world6::option6(24, "076578616d706c65036f726700")};
        auto config = testing_world6::config6_of({std::move(subnet)});
        config.options = {testing_world6::option6(23, "20010db8000000000000000000000053"),
                          testing_world6::option6(31, "20010db8000000000000000000000123")};
        finish(config);
        auto made = std::make_unique<World6>(std::move(config));
        for (std::uint32_t n = 0; n < leases; ++n) {
            lease_out6(*made, address6(n), LeaseKind::na, client6(n));
            lease_out6(*made, prefix6(n), LeaseKind::pd, client6(n));
        }
        return made;
    }();
    return *world;
}

void decide6(benchmark::State& state, const std::function<Packet6(std::uint32_t)>& make) {
    auto& world = world6();
    std::vector<Packet6> packets;
    std::vector<testing_world::Bytes> datagrams;
    for (std::uint32_t i = 0; i < packet_count; ++i) {
        packets.push_back(make(i).requesting({23, 24, 31, 39, 64, 82}));
        datagrams.push_back(packets.back().bytes());
    }
    std::size_t i = 0;
    for (auto _ : state) {
        const auto at = i++ % packet_count;
        auto answer = world.decide(datagrams[at], packets[at].arrival);
        benchmark::DoNotOptimize(answer);
    }
}

Packet6 renewal6(std::uint32_t i, bool with_prefix) {
    const auto n = i * 2654435761u % leases;
    const auto address = to_string(address6(n)), prefix = to_string(prefix6(n));
    std::vector<SentIa> ias{{LeaseKind::na, 1, {address}}};
    if (with_prefix) ias.push_back({LeaseKind::pd, 1, {prefix}});
    return client6(n).renew(ias);
}

void v6_solicit(benchmark::State& state) {
    decide6(state, [](std::uint32_t i) { return client6(leases + 10 + i).solicit(); });
}
void v6_solicit_with_prefix(benchmark::State& state) {
    const std::vector<SentIa> ias{{LeaseKind::na, 1}, {LeaseKind::pd, 1}};
    decide6(state, [&](std::uint32_t i) { return client6(leases + 10 + i).solicit(ias); });
}
void v6_renew(benchmark::State& state) {
    decide6(state, [](std::uint32_t i) { return renewal6(i, false); });
}
void v6_renew_with_prefix(benchmark::State& state) {
    decide6(state, [](std::uint32_t i) { return renewal6(i, true); });
}

BENCHMARK(v4_discover);
BENCHMARK(v6_solicit);
BENCHMARK(v6_solicit_with_prefix);
BENCHMARK(v4_renew);
BENCHMARK(v6_renew);
BENCHMARK(v6_renew_with_prefix);

}  // namespace
}  // namespace leasehold

BENCHMARK_MAIN();
