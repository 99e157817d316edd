// What a packet may not cost on the loop's thread: an allocation. A whole server on a real link and a real store, and
// clients like those of a benchmark. A round has one of its own now and then: tables grow by pieces, and who waited
// longest is kept. What each packet costs is what the cheapest round costs. What Asio keeps for itself is not counted.
// To find who allocates: this program in gdb, with a breakpoint on operator new once a round has begun.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "dhcp/clock.hpp"
#include "dhcp/event_bus.hpp"
#include "dhcp/recycling_allocator.hpp"
#include "dhcp/server.hpp"
#include "lease_backends/open.hpp"
#include "lease_backends/outage_journal.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/exchange_clients.hpp"
#include "tests/support/served_link6.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::hot_path_test {
namespace {

using namespace exchange_clients;
using namespace std::chrono_literals;
using test::NetworkNamespace;
using testing::Each;
using testing::Truly;

constexpr std::size_t clients_of_round = 32, rounds_to_get_warm = 8, rounds = 16;

/// The clients' end of the link: of DHCPv4 ones a relay.
struct Ends4 {
    using Clients = Clients4;
    static constexpr Stat sent = Stat::pkt4_sent;
    NetworkNamespace server, outside;
    Ends4() {
        test::connect(server, "srv0", outside, "cli0");
        server.ip("addr add 10.0.0.1/12 dev srv0");
        outside.ip("addr add 10.0.0.9/12 dev cli0");
    }
    UdpSocket client() const {
        return outside.in([] { return UdpSocket::open({.interface = "cli0", .port = 67}).value(); });
    }
    static Outbound to_server(Datagram& octets) {
        constexpr std::size_t giaddr_at = 24;
        const auto relay = testing_world::ip("10.0.0.9");
        write_u32(&octets[giaddr_at], relay.value);
        return {octets, to_ipv6(relay), Clients::server(), 67, {}};
    }
};
struct Ends6 : test::ServedLink6 {
    using Clients = Clients6<false>;
    static constexpr Stat sent = Stat::pkt6_sent;
    UdpSocket client() const { return at_client(); }
    Outbound to_server(const Datagram& octets) const {
        return {octets, client_address, test::to_servers_on_link, 547, {}};
    }
};

template <typename Ends>
class Rounds {
    using Clients = typename Ends::Clients;

public:
    explicit Rounds(BackendConfig database) {
        auto config = Clients::config();
        database.family = config.family;
        config.lease_database = database;
        config.interfaces.interfaces = {{"srv0", std::nullopt}};
        config.subnets.front().interface = "srv0";
        finish(config);
        server_.emplace(loop_, time_, ServerBackends{make_lease_store, make_outage_journal},
                        ServerOptions{.family = config.family});
        server_->start(std::make_shared<const ServerConfig>(std::move(config)),
                       [](ExitCode, const std::string& why) { ADD_FAILURE() << why; });
        run_until([&] {
            const auto status = server_->status();
            return status.backend.state == BackendState::serving && !status.listening.empty();
        });
    }
    ~Rounds() {
        bool stopped = false;
        server_->stop(std::chrono::steady_clock::now() + 1min, [&] { stopped = true; });
        run_until([&] { return stopped; });
    }
    Rounds(const Rounds&) = delete;
    Rounds& operator=(const Rounds&) = delete;
    Server& server() { return *server_; }

    /// @return allocations while these exchanges were served
    std::size_t lease() {
        messages_.clear();
        for (std::uint32_t i = 0; i < clients_of_round; ++i) messages_.push_back(Clients::discover(next_client_++, i));
        std::size_t count = serve();
        EXPECT_THAT(messages_, Each(Truly(Clients::is_offer)));
        for (auto& message : messages_) message = Clients::request(message);
        count += serve();
        EXPECT_THAT(messages_, Each(Truly(Clients::is_whole)));
        return count;
    }
    /// Of those of the last lease().
    std::size_t renew() {
        for (auto& message : messages_) {
            const auto number = Clients::number_of(message);
            message = Clients::renewal(message);
            Clients::number(message, number);
        }
        const auto count = serve();
        EXPECT_THAT(messages_, Each(Truly(Clients::is_whole)));
        return count;
    }

private:
    /// Sends the messages; in their place are the answers afterwards.
    std::size_t serve() {
        std::vector<Outbound> out;
        for (auto& message : messages_) out.push_back(ends_.to_server(message));
        EXPECT_EQ(client_.send(out), out.size());

        const auto answered = server_->statistics().value(Ends::sent) + static_cast<StatValue>(messages_.size());
        const auto before = allocation_count();
        run_until([&] { return server_->statistics().value(Ends::sent) == answered; });
        const auto count = allocation_count() - before;

        std::size_t taken = 0;
        while (taken < messages_.size() && test::wait_readable(client_.fd()))
            client_.receive(messages_.size(), [&](const Inbound& answer) {
                ++taken;
                messages_.at(Clients::number_of(answer.bytes)).assign(answer.bytes.begin(), answer.bytes.end());
            });
        if (taken != messages_.size()) throw std::runtime_error{"only " + std::to_string(taken) + " answers; " + client_.last_error()};
        return count;
    }
    template <typename Condition>
    void run_until(const Condition& condition) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            loop_.run_one_until(until);
            if (std::chrono::steady_clock::now() > until) throw std::runtime_error{"the server does not come so far"};
        }
    }

    Ends ends_;
    NetworkNamespace::Scope inside_{ends_.server};
    decltype(ends_.client()) client_ = ends_.client();
    SystemTimeSource time_;
    boost::asio::io_context loop_;
    std::optional<Server> server_;
    std::uint32_t next_client_ = 0;
    std::vector<Datagram> messages_;
};


class HotPath : public testing::TestWithParam<BackendType> {
protected:
    void SetUp() override {
        if (RecyclingAllocator<Lease>::spares_max == 0) GTEST_SKIP() << "nothing is kept under this sanitizer";
    }
    BackendConfig database() const {
        BackendConfig config;
        config.type = GetParam();
        config.path = folder_ / "leases.db";
        return config;
    }
    template <typename Ends>
    void expect_no_allocations() const {
        Rounds<Ends> side{database()};
        for (std::size_t i = 0; i < rounds_to_get_warm; ++i) {
            side.lease();
            side.renew();
        }
        std::vector<std::size_t> leased, renewed;
        for (std::size_t i = 0; i < rounds; ++i) {
            leased.push_back(side.lease());
            renewed.push_back(side.renew());
        }
        EXPECT_EQ(std::ranges::min(leased), 0u) << "for " << clients_of_round << " new clients";
        EXPECT_EQ(std::ranges::min(renewed), 0u) << "for " << clients_of_round << " renewals";
    }

private:
    testing_support::TemporaryDirectory folder_;
};

TEST_P(HotPath, NoDhcpv4PacketCostsAnAllocation) {
    expect_no_allocations<Ends4>();
}
TEST_P(HotPath, NoDhcpv6PacketCostsAnAllocation) {
    expect_no_allocations<Ends6>();
}
TEST_P(HotPath, SomebodyWhoListensToEventsCostsSome) {
    Rounds<Ends4> side{database()};
    side.lease();
    const auto listener = side.server().events().subscribe(1, [] {});
    EXPECT_GE(side.renew(), clients_of_round) << "an event for each";
}
INSTANTIATE_TEST_SUITE_P(Backends, HotPath, testing::Values(BackendType::memory, BackendType::sqlite),
                         [](const auto& of) { return of.param == BackendType::memory ? "memory" : "sqlite"; });

}  // namespace
}  // namespace leasehold::hot_path_test
