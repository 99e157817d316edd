// Clients come while a store with leases in it is being loaded: no address is given twice, and who has a lease
// gets that one (I2). The real journey, home and threads; the store shows its rows when the test lets it.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <set>

#include "dhcp/v4/journey.hpp"
#include "tests/dhcp/v4/journey_parts.hpp"
#include "tests/support/outage_process.hpp"
#include "tests/support/shared_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::v4::loading_test {
namespace {

using namespace testing_support;

constexpr std::uint8_t holders = 12;  // of the 20 addresses of the pool
constexpr Ipv4 pool_end{first.value + 19};

/// A table that does not come to its end while it is held: its first row is shown again and again.
class HeldStore final : public SharedStore {
public:
    HeldStore(std::shared_ptr<MemoryStore> rows, std::shared_ptr<std::atomic<bool>> held)
        : SharedStore{std::move(rows)}, held_{std::move(held)} {}
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override {
        if (!*held_) return rows().scan(after, sink, deadline);
        const Prefix key = to_prefix(first);
        auto row = rows().find({&key, 1}, deadline);
        while (sink.row(Lease{*row->front()})) {
        }
        return ScanEnd{};
    }
    StoreResult<std::optional<IdentitiesPage>> scan_identities(std::optional<Prefix> after, std::size_t rows_max,
                                                               Deadline deadline) override {
        return rows().scan_identities(after, rows_max, deadline);
    }
    std::string describe() const override { return "held"; }

private:
    std::shared_ptr<std::atomic<bool>> held_;
};

std::shared_ptr<ServerConfig> config_with(const std::string& journal) {
    auto config = small_network(pool_end);
    config->server_id = 1;
    BackendConfig& database = config->lease_database;
    database.type = BackendType::postgresql;  // by its rules for outages; the store is a test's
    database.outage_journal = journal;
    database.server_id = 1;
    return config;
}

class Process : public OutageProcess<Journey, RecordingOutlet> {
public:
    Process(const std::shared_ptr<MemoryStore>& rows, const std::string& journal,
            std::shared_ptr<std::atomic<bool>> held)
        : OutageProcess{config_with(journal), std::make_unique<HeldStore>(rows, std::move(held)), {}} {
        interface_.index = 2;
        interface_.name = "eth0";
    }

    /// @return nullopt: it is silent, however often it is asked
    std::optional<Sent> ask(MessageType type, std::uint8_t client, std::optional<Ipv4> requested = {}) {
        const std::uint32_t xid = ++xid_;
        return answer_to([&] {
            journey.on_datagram({interface_, to_ipv6(server), true}, broadcast(query(type, client, xid, requested)));
        });
    }
    /// DISCOVER to ACK. @return the address that was acknowledged
    std::optional<Ipv4> lease(std::uint8_t client) {
        const auto offer = ask(MessageType::discover, client);
        if (!offer) return std::nullopt;
        return request(client, offer->yiaddr);
    }
    std::optional<Ipv4> request(std::uint8_t client, Ipv4 address) {
        const auto ack = ask(MessageType::request, client, address);
        if (!ack || ack->type != MessageType::ack) return std::nullopt;
        return ack->yiaddr;
    }
};

struct LoadingTest : testing::Test {
    /// Clients 1 to `holders` get leases, and the server ends.
    LoadingTest() {
        *held = false;
        Process before{rows, folder / "before.db", held};
        before.run_until(BackendState::serving);
        for (std::uint8_t client = 1; client <= holders; ++client) {
            const auto address = before.lease(client);
            if (address) leases[client] = *address;
        }
        *held = true;
    }
    void expect_each_address_once() const {
        std::set<Ipv4> addresses;
        for (const auto& [client, address] : leases)
            EXPECT_TRUE(addresses.insert(address).second) << to_string(address) << " has two clients";
    }
    static void run_until_clients_are_known(Process& process) {
        process.loop.run_until([&] { return process.home->keeper().stored_clients() != nullptr; });
    }

    TemporaryDirectory folder;
    std::shared_ptr<std::atomic<bool>> held = std::make_shared<std::atomic<bool>>();
    std::shared_ptr<MemoryStore> rows = std::make_shared<MemoryStore>();
    std::map<std::uint8_t, Ipv4> leases;  // client -> address
};

TEST_F(LoadingTest, NewClientsGetFreeAddressesAndOthersKeepTheirs) {
    ASSERT_EQ(leases.size(), holders);
    Process process{rows, folder / "outage4.db", held};
    run_until_clients_are_known(process);
    for (std::uint8_t client = holders + 1; client <= 20; ++client) {
        const auto address = process.lease(client);
        ASSERT_TRUE(address) << "client " << int{client};
        leases[client] = *address;
    }
    expect_each_address_once();
    EXPECT_EQ(process.request(2, leases[2]), leases[2]) << "it names its address";
    EXPECT_EQ(process.lease(15), leases[15]) << "it got one while loading, and asks anew";
    EXPECT_EQ(process.home->status().state, BackendState::loading);

    *held = false;
    process.run_until(BackendState::serving);
    for (const auto& [client, address] : leases) {
        EXPECT_EQ(process.lease(client), address) << "client " << int{client};
        const auto kept = process.home->keeper().durable(to_prefix(address));
        ASSERT_TRUE(kept);
        EXPECT_EQ(kept->hwaddr.back(), client);
    }
}

TEST_F(LoadingTest, AClientWithALeaseIsOfferedNothingElse) {
    Process process{rows, folder / "outage4.db", held};
    run_until_clients_are_known(process);
    EXPECT_EQ(process.ask(MessageType::discover, 3), std::nullopt);
    EXPECT_EQ(process.home->status().state, BackendState::loading);
    *held = false;
    process.run_until(BackendState::serving);
    EXPECT_EQ(process.lease(3), leases[3]);
}

/// Another program of the database gives an address away: its row is older than our offer, and stands.
TEST_F(LoadingTest, AnAddressThatSomebodyElseStoredMeanwhileIsNotGivenAgain) {
    Process process{rows, folder / "outage4.db", held};
    run_until_clients_are_known(process);
    const auto offer = process.ask(MessageType::discover, 30);
    ASSERT_TRUE(offer);
    const Prefix key = to_prefix(first);
    const auto now = std::chrono::steady_clock::now() + std::chrono::hours{1};
    Lease foreign = *rows->find({&key, 1}, now)->front();
    foreign.address = to_prefix(offer->yiaddr);
    foreign.hwaddr.back() = 99;
    const ChangeList theirs{Put{foreign}};
    ASSERT_TRUE(rows->commit({&theirs, 1}, now));
    EXPECT_EQ(process.request(30, offer->yiaddr), std::nullopt);
    const auto other = process.lease(30);
    ASSERT_TRUE(other);
    EXPECT_NE(*other, offer->yiaddr);
    EXPECT_EQ(rows->find({&foreign.address, 1}, now)->front(), foreign);
}

}  // namespace
}  // namespace leasehold::v4::loading_test
