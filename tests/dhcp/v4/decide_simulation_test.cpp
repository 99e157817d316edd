// Many clients, few addresses, lost packets, time that passes: whatever they do, no address is used by two of
// them (I2), and what an ACK says is stored (I1). Everything follows from one seed, which a failure prints.
// The table, pools and offers are the real ones; the store takes each change at once.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_simulation_test {
namespace {

using std::chrono::seconds;
using testing_world::Answer;
using testing_world::Client;
using testing_world::config_of;
using testing_world::Packet;
using testing_world::subnet_of;
using testing_world::World;

constexpr std::uint32_t clients_count = 60;
constexpr int steps = 15'000;

/// A client as it sees itself. It believes in a lease from the ACK that reached it until the time that it
/// said.
struct SimulatedClient {
    Client identity;
    std::string offered;
    std::string address;  // empty: none
    LeaseTime until{};

    bool uses(const std::string& other, LeaseTime now) const { return address == other && until > now; }
    void forget() { address.clear(); }
};

class Simulation {
public:
    explicit Simulation(std::uint64_t seed) : random_{seed}, world_{make_config()} {
        for (std::uint32_t i = 0; i < clients_count; ++i) {
            // Of each four, two are systems on one machine, told apart by their identifiers; two send none.
            auto client = Client::number(i % 4 == 1 ? i - 1 : i);
            if (i % 4 < 2) client.with_id("system-" + std::to_string(i));
            if (i % 3 == 0) client.behind("10.0.0.1");
            clients_.push_back({client, {}, {}, {}});
        }
    }

    void run() {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
        EXPECT_EQ(world_.refused_changes(), 0u);
        EXPECT_GT(acks_, steps / 20);  // it did something
        EXPECT_GT(naks_, 0);
    }

private:
    ServerConfig make_config() {
        // 38 addresses for 60 clients: reuse, holds and exhaustion are the rule
        auto direct =
            subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.29"}, {"192.0.2.40", "192.0.2.43"}});
        auto relayed = subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.23"}});
        for (auto* subnet : {&direct, &relayed}) subnet->valid_lifetime = {60, 300, 900};
        relayed.allocator = AllocatorKind::random;
        relayed.authoritative = below(2) == 0;
        direct.offer_lifetime = below(2) == 0 ? 20 : 0;
        auto config = config_of({direct, relayed});
        config.decline_probation_period = 120;
        config.lease_reuse_grace = below(2) == 0 ? 0 : 10;
        if (below(4) == 0) config.expiration.hold_reclaimed = seconds{0};
        return config;
    }

    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

    void step() {
        world_.pass(seconds{below(4)});
        if (below(500) == 0) world_.pass(seconds{below(2000)});
        world_.reuse_allowed = below(20) != 0;
        world_.seed = random_();
        auto& client = clients_[below(clients_count)];
        if (!client.address.empty() && client.until <= world_.now()) client.forget();
        const auto packet = client.address.empty() ? packet_without_lease(client) : packet_with_lease(client);
        if (below(10) == 0) return;  // lost on its way to the server
        const auto answer = world_.ask(packet);
        check(client, answer);
        if (below(10) == 0) return;  // lost on its way back
        receive(client, answer);
    }

    Packet packet_without_lease(SimulatedClient& client) {
        const auto any = client.identity.relay ? "10.0.0." + std::to_string(9 + below(16))
                                               : "192.0.2." + std::to_string(9 + below(36));
        switch (below(8)) {
            case 0: return client.identity.init_reboot(any);
            case 1: return client.identity.selecting(any);
            case 2: return client.identity.discover().with_ip(50, any).with_u32(51, below(2000));
            case 3: return client.identity.decline(any);
            case 4: return client.identity.release(any);
            default: break;
        }
        if (client.offered.empty()) return client.identity.discover();
        auto request = client.identity.selecting(client.offered);
        client.offered.clear();
        return request;
    }

    Packet packet_with_lease(SimulatedClient& client) {
        const auto address = client.address;
        switch (below(8)) {
            case 0: client.forget(); return client.identity.release(address);
            case 1: client.forget(); return client.identity.decline(address);
            case 2: return client.identity.discover();
            case 3: return client.identity.init_reboot(address);
            case 4: return client.identity.rebinding(address);
            default: return client.identity.renewing(address).with_u32(51, below(2000));
        }
    }

    /// What must hold of every answer, whether it arrives or not.
    void check(const SimulatedClient& client, const Answer& answer) {
        ASSERT_FALSE(answer.waits_for);  // nothing is ever with the store here
        if (answer.type() != MessageType::ack) return;
        const auto row = world_.row(answer.yiaddr());
        ASSERT_TRUE(row) << "ACK without a stored lease";
        ASSERT_EQ(row->state, LeaseState::assigned);
        ASSERT_TRUE(row->hwaddr == to_octets(client.identity.hwaddr));
        ASSERT_GE(row->hold_until, world_.now() + seconds{answer.u32(51).value()});
        ASSERT_FALSE(world_.keeper().offers().of_unit(row->address));
        for (const auto& other : clients_) {
            if (&other == &client) continue;
            ASSERT_FALSE(other.uses(answer.yiaddr(), world_.now())) << answer.yiaddr() << " has two users";
        }
    }

    void receive(SimulatedClient& client, const Answer& answer) {
        switch (answer.type()) {
            case MessageType::offer: client.offered = answer.yiaddr(); break;
            case MessageType::nak:
                ++naks_;
                client.forget();
                break;
            case MessageType::ack:
                ++acks_;
                client.address = answer.yiaddr();
                client.until = world_.now() + seconds{answer.u32(51).value()};
                break;
            default: break;
        }
    }

    std::mt19937_64 random_;
    World world_;
    std::vector<SimulatedClient> clients_;
    int acks_ = 0, naks_ = 0;
};

TEST(DecideSimulation, I2NoAddressHasTwoUsers) {
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u, std::random_device{}()}) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation{seed}.run();
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace leasehold::v4::decide_simulation_test
