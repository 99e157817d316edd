// New pools beside the running ones. Switching to another database: tests/live.
#include "dhcp/reconfiguration.hpp"

#include <gtest/gtest.h>

#include "dhcp/pool_rules.hpp"
#include "lease_backends/memory_store.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::reconfiguration_test {
namespace {

Prefix address(std::uint32_t last_octet) {
    return to_prefix(Ipv4{0x0a000000 + last_octet});
}

std::shared_ptr<ServerConfig> config_with(std::vector<std::uint32_t> reserved) {
    auto config = std::make_shared<ServerConfig>();
    SubnetConfig& subnet = config->subnets.emplace_back();
    subnet.id = 1;
    subnet.network = to_prefix(Ipv4Network{Ipv4{0x0a000000}, 16});
    subnet.pools.emplace_back().range = {address(10), address(3000)};
    std::vector<Reservation> hosts;
    for (const std::uint32_t last : reserved) {
        Reservation& host = hosts.emplace_back();
        host.subnet_id = 1;
        host.identifier = {2, 0, 0, 0, static_cast<std::uint8_t>(last >> 8), static_cast<std::uint8_t>(last)};
        host.addresses.push_back(address(last));
    }
    config->hosts = std::make_shared<const HostTable>(std::move(hosts));
    finish(*config);
    return config;
}

class ReconfigurationTest : public testing::Test {
protected:
    void start(std::shared_ptr<ServerConfig> config) {
        running = std::move(config);
        home = std::make_unique<LeaseHome>(
            running, clock, std::make_unique<MemoryStore>(), [](const std::move_only_function<void()>&) {},
            LeaseHome::Events{});
    }
    std::optional<AddressPools> pools_for(const std::shared_ptr<ServerConfig>& to) {
        std::optional<Reconfiguration::Prepared> prepared;
        Reconfiguration::Events events;
        events.ready = [&](Reconfiguration::Prepared made) { prepared.emplace(std::move(made)); };
        const auto preparing =
            std::make_shared<Reconfiguration>(loop, clock, *home, running, to, std::move(events));
        preparing->prepare_pools();
        loop.run();
        loop.restart();
        EXPECT_TRUE(prepared);
        return std::move(prepared->pools);
    }
    Lease lease_of(std::uint32_t last_octet) {
        Lease lease;
        lease.address = address(last_octet);
        lease.subnet_id = 1;
        lease.valid_lifetime = 100;
        lease.cltt = clock.now();
        lease.expire = lease.hold_until = lease.cltt + std::chrono::seconds{100};
        lease.version = 1;
        return lease;
    }

    boost::asio::io_context loop;
    testing_support::FakeTime time;
    LeaseClock clock{time};
    std::shared_ptr<const ServerConfig> running;
    std::unique_ptr<LeaseHome> home;
};

TEST_F(ReconfigurationTest, TheSameReservationsKeepThePools) {
    start(config_with({10, 11}));
    EXPECT_FALSE(pools_for(config_with({10, 11})));
}

TEST_F(ReconfigurationTest, OtherReservationsAloneMakeNewPoolsThatKnowThemAndTheLeases) {
    start(config_with({10}));
    home->keeper().load(lease_of(11));
    home->keeper().load(lease_of(20));
    std::vector<std::uint32_t> many;
    for (std::uint32_t last = 20; last < 2020; ++last) many.push_back(last);
    auto pools = pools_for(config_with(many));
    ASSERT_TRUE(pools);
    EXPECT_FALSE(pools->is_blocked(address(10)));
    EXPECT_TRUE(pools->is_blocked(address(20)));
    EXPECT_TRUE(pools->is_blocked(address(2019)));
    EXPECT_EQ(pools->counts(0).blocked, 2000u);
    EXPECT_EQ(pools->counts(0).taken, 2u);
    EXPECT_EQ(pools->get(address(20)), Availability::taken);
    EXPECT_EQ(pools->pick(0, AllocatorKind::iterative, 0).unit, address(10));
}

}  // namespace
}  // namespace leasehold::reconfiguration_test
