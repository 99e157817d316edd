// The configuration and the leases that benchmarks of decisions share: one subnet of a million addresses,
// most of them leased.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "tests/support/world.hpp"

namespace leasehold::large_world_bench {

inline constexpr std::uint32_t addresses = 1'000'000, leased = 900'000;
inline constexpr auto relay_of_large = "10.15.255.254";

inline Ipv4 above(std::string_view base, std::uint32_t n) {
    return Ipv4{testing_world::ip(base).value + n};
}
inline Ipv4 nth(std::uint32_t n) {
    return above("10.0.0.1", n);
}

inline testing_world::Client client_number(std::uint32_t n, std::string_view relay = relay_of_large) {
    auto client = testing_world::Client::number(n);
    client.client_id = {1};
    client.client_id.insert(client.client_id.end(), client.hwaddr.begin(), client.hwaddr.end());
    return client.behind(relay);
}

inline void give_usual_options(ServerConfig& config) {
    using namespace testing_world;
    config.options = {ipv4_option(6, "10.0.0.53"), text_option(15, "example.org"),
                      ipv4_option(42, "10.0.0.42")};
}

inline ServerConfig large_config() {
    using namespace testing_world;
    auto subnet = subnet_of(1, "10.0.0.0/12", {{"10.0.0.1", "10.15.66.64"}});
    subnet.renew_timer = 900;
    subnet.rebind_timer = 1800;
    subnet.options = {ipv4_option(3, "10.0.0.1")};
    auto config = config_of({std::move(subnet)});
    give_usual_options(config);
    return config;
}

inline void lease_out(testing_world::World& world, Ipv4 address, std::uint32_t subnet_id,
                      const testing_world::Client& client) {
    Lease lease;
    lease.address = to_prefix(address);
    lease.subnet_id = subnet_id;
    lease.hwaddr = to_octets(client.hwaddr);
    lease.client_id = to_octets(client.client_id);
    lease.valid_lifetime = 3600;
    lease.cltt = world.now() - std::chrono::seconds{1000};
    lease.expire = lease.hold_until = lease.cltt + std::chrono::seconds{3600};
    lease.version = 1;
    world.keeper().load(lease);
}

/// The first `leases` addresses of subnet 1 belong to the clients of the same numbers.
inline std::unique_ptr<testing_world::World> large_world(ServerConfig config, std::uint32_t leases) {
    auto world = std::make_unique<testing_world::World>(std::move(config));
    for (std::uint32_t n = 0; n < leases; ++n) lease_out(*world, nth(n), 1, client_number(n));
    return world;
}

}  // namespace leasehold::large_world_bench
