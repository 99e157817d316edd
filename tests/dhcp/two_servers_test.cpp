// Both families in one process, as control/main has them: two servers on one loop, each with its own leases,
// statistics and outages. That packets reach them is live.both_families_test's.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <set>

#include "dhcp/server.hpp"
#include "lease_backends/memory_store.hpp"
#include "lease_backends/outage_journal.hpp"
#include "tests/dhcp/v4/journey_parts.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::two_servers_test {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

Lease lease_of(const Prefix& unit, LeaseKind kind) {
    Lease lease;
    lease.address = unit;
    lease.kind = kind;
    lease.subnet_id = 1;
    lease.valid_lifetime = 3600;
    lease.cltt = LeaseTime{1'800'000'000s};
    lease.expire = lease.hold_until = lease.cltt + 3600s;
    lease.version = 1;
    if (kind == LeaseKind::v4)
        lease.hwaddr = {2, 0, 0, 0, 0, 1};
    else
        lease.duid = {0, 3, 0, 1, 2, 0, 0, 0, 0, 1};
    return lease;
}

struct TwoServersTest : testing::Test {
    std::unique_ptr<LeaseStore> open(const BackendConfig& config) {
        auto rows = std::make_unique<MemoryStore>();
        std::vector<ChangeList> lists;
        if (config.family == Family::v4) {
            lists.push_back({Put{lease_of(to_prefix(v4::first), LeaseKind::v4), false, 0, {}}});
        } else {
            lists.push_back({Put{lease_of(testing_world6::unit("2001:db8:1::10"), LeaseKind::na), false, 0, {}},
                             Put{lease_of(testing_world6::unit("2001:db8:f000::/56"), LeaseKind::pd), false, 0, {}}});
        }
        EXPECT_TRUE(rows->commit(lists, std::chrono::steady_clock::now() + 1h));
        const bool away = config.family == away_family;
        return std::make_unique<FaultyStore>(
            std::move(rows), [away](StoreCall, std::size_t) {
                return away ? std::optional{StoreFault{StoreErrc::unavailable, false}} : std::nullopt;
            });
    }
    std::unique_ptr<Server> make(Family family) {
        return std::make_unique<Server>(
            loop, time,
            ServerBackends{[this](const BackendConfig& config) { return open(config); }, make_outage_journal},
            ServerOptions{.family = family});
    }
    void start(Server& server, ServerConfig config) {
        config.lease_database.type = BackendType::memory;
        config.lease_database.family = config.family;
        config.lease_database.retry_on_startup = config.lease_database.unlimited_reconnect_tries = true;
        config.lease_database.reconnect_wait_time = 1ms;
        server.start(std::make_shared<const ServerConfig>(std::move(config)),
                     [](ExitCode, const std::string& reason) { ADD_FAILURE() << reason; });
    }
    void start_both() {
        start(*dhcp4, *v4::small_network());
        start(*dhcp6, testing_world6::home_config());
    }
    void run_until(const std::function<bool()>& condition) {
        while (!condition()) loop.run_one();
    }
    static bool serves(const Server& server) { return server.status().backend.state == BackendState::serving; }

    FakeTime time;
    std::optional<Family> away_family;
    boost::asio::io_context loop;
    std::unique_ptr<Server> dhcp4 = make(Family::v4), dhcp6 = make(Family::v6);
};

TEST_F(TwoServersTest, EachKnowsItsLeasesAndCountsThem) {
    start_both();
    run_until([&] { return serves(*dhcp4) && serves(*dhcp6); });
    EXPECT_EQ(dhcp4->status().leases, 1U);
    EXPECT_EQ(dhcp6->status().leases, 2U);
    EXPECT_TRUE(dhcp4->find(to_prefix(v4::first)));
    EXPECT_FALSE(dhcp6->find(to_prefix(v4::first)));
    EXPECT_EQ(dhcp4->statistics().value(Stat::assigned_addresses), 1);
    EXPECT_EQ(dhcp6->statistics().value(Stat::assigned_nas), 1);
    EXPECT_EQ(dhcp6->statistics().value(Stat::assigned_pds), 1);
}

TEST_F(TwoServersTest, TheOutageOfOneIsNoneOfTheOther) {
    away_family = Family::v4;
    start_both();
    run_until([&] { return serves(*dhcp6); });
    EXPECT_FALSE(serves(*dhcp4));
    dhcp4->disable(static_cast<std::uint32_t>(DisableOrigin::user), std::nullopt);
    EXPECT_EQ(dhcp4->status().service.mode, ServiceMode::closed);
    EXPECT_EQ(dhcp6->status().service.mode, ServiceMode::open);
    EXPECT_TRUE(dhcp6->status().disabled_by.empty());
}

TEST_F(TwoServersTest, OneStopsAndTheOtherGoesOn) {
    start_both();
    run_until([&] { return serves(*dhcp4) && serves(*dhcp6); });
    bool stopped = false;
    dhcp4->stop(std::chrono::steady_clock::now() + 10s, [&] { stopped = true; });
    run_until([&] { return stopped; });
    dhcp4.reset();
    EXPECT_TRUE(serves(*dhcp6));
    std::optional<bool> applied;
    auto config = testing_world6::home_config();
    config.lease_database = dhcp6->config()->lease_database;
    config.subnets[0].valid_lifetime = {1, 1, 1};
    dhcp6->apply(std::make_shared<const ServerConfig>(std::move(config)),
                 [&](const ApplyResult& result) { applied = result.applied; });
    run_until([&] { return applied.has_value(); });
    EXPECT_TRUE(*applied);
    EXPECT_EQ(dhcp6->config()->subnets[0].valid_lifetime.max, 1U);
}

}  // namespace
}  // namespace leasehold::two_servers_test
