// Clients at work while every call to the database, and to the outage journal, fails in turn: whatever was
// acknowledged is there after a crash and a restart, for one client only (I1, I2, I3). The real journey,
// home, journal file and threads; the database is a memory store that outlives them.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "dhcp/v4/journey.hpp"
#include "tests/dhcp/v4/journey_parts.hpp"
#include "tests/support/outage_process.hpp"
#include "tests/support/shared_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::v4::outage_test {
namespace {

using namespace testing_support;

std::shared_ptr<ServerConfig> config_with(const std::string& journal,
                                          OnFail on_fail = OnFail::serve_retry_continue) {
    auto config = small_network(Ipv4{first.value + 19});
    config->server_id = 1;
    BackendConfig& database = config->lease_database;
    database.type = BackendType::postgresql;  // by its rules for outages; the store is a test's
    database.on_fail = on_fail;
    database.outage_journal = journal;
    database.retry_on_startup = database.unlimited_reconnect_tries = true;
    database.reconnect_wait_time = std::chrono::milliseconds{1};
    database.server_id = 1;
    return config;
}

/// One life of a server process on a database and a journal file.
class Process : public OutageProcess<Journey, RecordingOutlet> {
public:
    Process(std::shared_ptr<MemoryStore> rows, std::shared_ptr<const ServerConfig> config, Faults faults)
        : OutageProcess{std::move(config), std::make_unique<SharedStore>(std::move(rows)), std::move(faults)} {
        interface_.index = 2;
        interface_.name = "eth0";
    }

    /// @return nullopt: the server never got so far
    std::optional<Sent> ask(MessageType type, std::uint8_t client, std::optional<Ipv4> requested = {}) {
        const std::uint32_t xid = ++xid_;
        return answer_to([&] { receive(query(type, client, xid, requested)); });
    }
    /// DISCOVER to ACK. @return the address that was acknowledged
    std::optional<Ipv4> lease(std::uint8_t client) {
        const auto offer = ask(MessageType::discover, client);
        if (!offer) return std::nullopt;
        return request(client, offer->yiaddr);
    }
    std::optional<Ipv4> request(std::uint8_t client, Ipv4 address) {
        const auto ack = ask(MessageType::request, client, address);
        if (!ack) return std::nullopt;
        EXPECT_EQ(ack->type, MessageType::ack) << "client " << int{client};
        return ack->yiaddr;
    }
    void receive(const std::vector<std::uint8_t>& bytes) {
        journey.on_datagram({interface_, to_ipv6(server), true}, broadcast(bytes));
    }
};

/// What clients were told, over all lives of the server.
struct Promises {
    std::map<std::uint8_t, Ipv4> holder;  // client -> address
    void add(std::uint8_t client, std::optional<Ipv4> address) {
        if (address) holder[client] = *address;
    }
};

/// Six clients get leases, renew them, and two more come.
Promises live(Process& process) {
    Promises told;
    for (std::uint8_t client = 1; client <= 6; ++client) told.add(client, process.lease(client));
    for (auto& [client, address] : told.holder) told.add(client, process.request(client, address));
    for (std::uint8_t client = 7; client <= 8; ++client) told.add(client, process.lease(client));
    return told;
}

/// After a restart with everything well: each promise is kept, in memory and in the database.
void expect_kept(const Promises& told, const std::shared_ptr<MemoryStore>& rows,
                 const std::shared_ptr<const ServerConfig>& config) {
    std::set<Ipv4> addresses;
    for (const auto& [client, address] : told.holder)
        EXPECT_TRUE(addresses.insert(address).second) << to_string(address) << " has two clients";
    Process after{rows, config, {}};
    after.run_until(BackendState::serving);
    EXPECT_EQ(after.spool->status().entries, 0U);
    EXPECT_EQ(after.spool->status().conflicts, 0U);
    for (const auto& [client, address] : told.holder) {
        const auto lease = after.home->keeper().durable(to_prefix(address));
        ASSERT_TRUE(lease) << "lost: client " << int{client} << ", " << to_string(address);
        EXPECT_EQ(lease->hwaddr.back(), client);
        const std::vector key{to_prefix(address)};
        const auto stored = rows->find(key, std::chrono::steady_clock::now() + std::chrono::hours{1});
        EXPECT_EQ(stored->front(), lease);
    }
}

struct OutageTest : testing::Test {
    TemporaryDirectory folder;
    std::string journal = folder / "outage4.db";
    std::shared_ptr<const ServerConfig> config = config_with(journal);
    std::shared_ptr<MemoryStore> rows = std::make_shared<MemoryStore>();
};

constexpr StoreFault faults[] = {{StoreErrc::unavailable, false},
                                 {StoreErrc::in_doubt, false},
                                 {StoreErrc::in_doubt, true},
                                 {StoreErrc::rejected, false}};

std::string words_of(const StoreFault& fault) {
    const char* const code = fault.code == StoreErrc::in_doubt   ? ", in doubt"
                             : fault.code == StoreErrc::rejected ? ", rejected"
                                                                 : ", unavailable";
    return std::string{code} + (fault.applied ? ", applied" : "");
}

/// A database that can be opened and read, and stores nothing.
std::optional<StoreFault> stores_nothing(StoreCall call, std::size_t) {
    return call == StoreCall::commit ? std::optional{StoreFault{StoreErrc::unavailable}} : std::nullopt;
}

TEST_F(OutageTest, WithoutAFaultNothingIsJournalled) {
    Promises told;
    {
        Process process{rows, config, {}};
        process.run_until(BackendState::serving);
        told = live(process);
        EXPECT_EQ(process.spool->status().entries, 0U);
    }
    EXPECT_EQ(told.holder.size(), 8U);
    expect_kept(told, rows, config);
}

TEST_F(OutageTest, EachDatabaseCallFailsInTurnAndNothingIsLost) {
    std::size_t calls = 0;
    {
        Process process{std::make_shared<MemoryStore>(), config_with(folder / "count.db"), {}};
        process.run_until(BackendState::serving);
        live(process);
        calls = process.database_calls();
    }
    ASSERT_GT(calls, 15U);
    for (const StoreFault& fault : faults) {
        for (const bool for_good : {false, true}) {
            // What is refused each time is granted to nobody, and needs no proof.
            if (for_good && fault.code == StoreErrc::rejected) continue;
            for (std::size_t failing = 0; failing < calls; ++failing) {
                SCOPED_TRACE("call " + std::to_string(failing) + (for_good ? " and all after it" : "") +
                             words_of(fault));
                rows = std::make_shared<MemoryStore>();
                Promises told;
                bool served = false;
                {
                    Process process{rows,
                                    config,
                                    {[=](StoreCall, std::size_t nth) -> std::optional<StoreFault> {
                                         return nth == failing || (for_good && nth > failing)
                                                    ? std::optional{fault}
                                                    : std::nullopt;
                                     },
                                     {}}};
                    // One that never gets as far as to serve knows nothing, and promises nothing.
                    for (int i = 0; i < 100 && !served; ++i) {
                        process.loop.run_one();
                        served = process.home->status().complete;
                    }
                    if (served) told = live(process);
                }
                if (served) {
                    EXPECT_EQ(told.holder.size(), 8U) << "a client was not served";
                }
                expect_kept(told, rows, config);
                if (HasFailure()) return;
            }
        }
    }
}

TEST_F(OutageTest, EachJournalCallFailsInTurnWhileTheDatabaseIsAwayAndNothingIsLost) {
    for (const StoreFault& fault : faults) {
        constexpr std::size_t opened = 3;  // the calls that open it: their failure ends the start
        for (std::size_t failing = opened; failing < 40; ++failing) {
            SCOPED_TRACE("call " + std::to_string(failing) + words_of(fault));
            rows = std::make_shared<MemoryStore>();
            Promises told;
            {
                Process process{rows, config, {stores_nothing, [=](StoreCall, std::size_t nth) {
                                                   return nth == failing ? std::optional{fault}
                                                                         : std::nullopt;
                                               }}};
                process.run_until(BackendState::serving);
                // A client whose change met the fault may go without an answer here, and asks again.
                told = live(process);
            }
            expect_kept(told, rows, config);
            if (HasFailure()) return;
        }
    }
}

TEST_F(OutageTest, ACrashAtEachStepOfTheDrainIsMadeGoodByTheNextStart) {
    for (std::size_t crash_at = 0; crash_at < 8; ++crash_at) {
        SCOPED_TRACE("the database fails from call " + std::to_string(crash_at) + " of the drain on");
        rows = std::make_shared<MemoryStore>();
        Promises told;
        {
            Process process{rows, config, {stores_nothing, {}}};
            process.run_until(BackendState::serving);
            told = live(process);
            EXPECT_EQ(process.spool->status().entries, 8U);
        }
        {
            std::atomic<bool> failed = false;
            Process process{rows,
                            config,
                            {[&](StoreCall, std::size_t nth) -> std::optional<StoreFault> {
                                 if (nth < crash_at) return std::nullopt;
                                 failed = true;
                                 return StoreFault{StoreErrc::in_doubt, nth == crash_at};
                             },
                             {}}};
            for (int i = 0; i < 50 && !failed && process.home->status().state != BackendState::serving; ++i)
                process.loop.run_one();
        }
        expect_kept(told, rows, config);
        if (HasFailure()) return;
    }
}

TEST_F(OutageTest, ARowOfAnotherServerStandsAndOursIsOnRecord) {
    Promises told;
    std::optional<Ipv4> contested;
    {
        Process process{rows, config, {stores_nothing, {}}};
        process.run_until(BackendState::serving);
        contested = process.lease(1);
        ASSERT_TRUE(contested);
    }
    Lease theirs;
    theirs.address = to_prefix(*contested);
    theirs.hwaddr = {2, 0, 0, 0, 0, 99};
    theirs.subnet_id = 1;
    theirs.valid_lifetime = infinite_lifetime;
    theirs.version = first_version(std::chrono::system_clock::now() + std::chrono::hours{24 * 3650}, 0);
    theirs.last_writer = 2;
    const ChangeList list{Put{theirs, false, 0, {}}};
    ASSERT_TRUE(rows->commit(std::span{&list, 1}, std::chrono::steady_clock::now() + std::chrono::hours{1}));
    Process process{rows, config, {}};
    process.run_until(BackendState::serving);
    EXPECT_EQ(process.spool->status().conflicts, 1U);
    EXPECT_EQ(process.spool->status().entries, 0U);
    EXPECT_EQ(process.home->keeper().durable(theirs.address), theirs);
}

TEST_F(OutageTest, AFullJournalGrantsNothingMoreAndLosesNothing) {
    auto small = config_with(journal);
    small->lease_database.spool_max_octets = 40960;
    Promises told;
    {
        Process process{rows, small, {stores_nothing, {}}};
        process.run_until(BackendState::serving);
        process.spool->set_octets_max(1);
        EXPECT_FALSE(process.lease(1)) << "there is no room for it";
        EXPECT_TRUE(process.spool->status().full);
        process.spool->set_octets_max(1 << 20);
        told.add(1, process.lease(1));
    }
    EXPECT_EQ(told.holder.size(), 1U);
    expect_kept(told, rows, config);
}

}  // namespace
}  // namespace leasehold::v4::outage_test
