// What database servers share, on a session that fails where a test wants it to. Bookkeeping runs on SQLite
// in memory, rows are in a MemoryStore: no server is needed. The real ones are tested by the contract suite.
#include "lease_backends/server_store.hpp"

#include <gmock/gmock.h>

#include <deque>

#include "lease_backends/memory_store.hpp"
#include "lease_backends/sqlite_connection.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::server_store_test {
namespace {

using namespace testing_support;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

Deadline soon() {
    return std::chrono::steady_clock::now() + seconds{60};
}

/// What outlives a connection: the database, and what tests want of it.
struct Database {
    Database() { sqlite = open_in_memory(); }
    static SqliteHandle open_in_memory() {
        sqlite3* handle = nullptr;
        EXPECT_EQ(sqlite3_open(":memory:", &handle), SQLITE_OK);
        return SqliteHandle{handle};
    }
    std::uint64_t epoch() {
        SqliteConnection connection{sqlite.get(), "test"};
        return std::stoull(*query_one(connection, "SELECT epoch FROM server_registry"));
    }

    SqliteHandle sqlite;
    MemoryStore rows;
    std::map<std::string, SqlError> refusing_hosts;
    std::deque<std::optional<SqlError>> faults;  // of the next calls of apply(); nullopt: it goes well
    std::size_t batch_changes_max = 1024;
    std::vector<std::string> connects;   // host names
    std::vector<std::size_t> committed;  // changes of each transaction that was kept
    std::vector<std::size_t> pages;      // rows asked for
    std::string poison;                  // a host name that the database refuses
};

class ScriptedSession final : public LeaseSession {
public:
    explicit ScriptedSession(Database& database)
        : database_{database}, bookkeeping_{database.sqlite.get(), "test"} {}

    SqlResult<ServerTraits> connect(const DatabaseHost& host, const Credentials& credentials,
                                    Deadline) override {
        database_.connects.push_back(host.name);
        const auto refusal = database_.refusing_hosts.find(host.name);
        if (refusal != database_.refusing_hosts.end()) {
            SqlError error = refusal->second;
            error.detail += " " + credentials.password.reveal();
            return std::unexpected(error);
        }
        connected_ = true;
        ServerTraits traits;
        traits.version = "Scripted 1.0";
        traits.batch_changes_max = database_.batch_changes_max;
        return traits;
    }
    void disconnect() noexcept override { connected_ = false; }
    bool connected() const override { return connected_; }
    SqlDialect dialect() const override { return SqlDialect::sqlite; }
    std::string where() const override { return "scripted"; }
    void set_deadline(Deadline) override {}
    SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values) override {
        return bookkeeping_.query(sql, values);
    }
    SqlResult<void> script(std::string_view sql) override { return bookkeeping_.script(sql); }

    SqlResult<std::vector<std::vector<bool>>> apply(std::span<const ChangeGroup> groups, const Fence&,
                                                    Finish finish) override {
        if (!database_.faults.empty()) {
            const auto error = database_.faults.front();
            database_.faults.pop_front();
            if (error) return std::unexpected(*error);
        }
        std::size_t changes = 0;
        for (const ChangeGroup& group : groups) {
            changes += group.at.size();
            for (const Put* put : group.puts)
                if (!database_.poison.empty() && put->lease.hostname == database_.poison)
                    return std::unexpected(SqlError{SqlFault::data, "23514", "check constraint", false});
        }
        std::vector<std::vector<bool>> applied;
        for (const ChangeGroup& group : groups) {
            auto& verdicts = applied.emplace_back();
            for (const Put* put : group.puts) verdicts.push_back(keep(*put, finish));
            for (const Erase* erase : group.erases) verdicts.push_back(keep(*erase, finish));
        }
        if (finish == Finish::commit) database_.committed.push_back(changes);
        return applied;
    }
    SqlResult<std::vector<StoredLease>> find(std::span<const Prefix> keys) override {
        std::vector<StoredLease> found;
        const auto rows = database_.rows.find(keys, soon());
        for (const auto& row : *rows)
            if (row) found.emplace_back(*row);
        return found;
    }
    SqlResult<std::vector<StoredLease>> page(Family, const std::optional<Prefix>& after, std::size_t rows_max,
                                             std::vector<StoredLease>) override {
        database_.pages.push_back(rows_max);
        struct Sink final : RowSink {
            std::vector<StoredLease> rows;
            std::size_t max = 0;
            bool row(Lease&& lease) override {
                rows.emplace_back(std::move(lease));
                return rows.size() < max;
            }
            bool unreadable(UnreadableRow&&) override { return true; }
        } sink;
        sink.max = rows_max;
        EXPECT_TRUE(database_.rows.scan(after, sink, soon()));
        return std::move(sink.rows);
    }
    SqlResult<std::optional<LeaseTime>> newest_cltt(Family) override { return std::nullopt; }
    void cancel() noexcept override {}

private:
    bool keep(const Change& change, Finish finish) {
        if (finish == Finish::roll_back) return true;
        const ChangeList list{change};
        const auto before = database_.rows.find({&address_of(change), 1}, soon());
        const auto done = database_.rows.commit(std::span{&list, 1}, soon());
        const bool nothing_to_erase = std::holds_alternative<Erase>(change) && !before->front();
        return (*done)[0].outcome == Outcome::applied && !nothing_to_erase;
    }

    Database& database_;
    SqliteConnection bookkeeping_;
    bool connected_ = false;
};

class ServerStoreTest : public testing::Test {
protected:
    ServerStoreTest() {
        config.type = BackendType::postgresql;
        config.server_id = 1;
        config.server.name = "leases";
        config.server.password = Secret{"topsecret"};
        config.server.hosts = {{"a", 1}, {"b", 2}};
    }
    std::unique_ptr<ServerStore> make_store() {
        return std::make_unique<ServerStore>(
            config, [this](const BackendConfig&) { return std::make_unique<ScriptedSession>(database); });
    }
    void open(ServerStore& store) {
        const auto opened = store.open(soon());
        ASSERT_TRUE(opened) << opened.error().detail;
    }
    static Lease lease(std::uint32_t number) { return lease_of(LeaseKind::v4, number, 1); }
    static std::vector<ChangeList> puts(std::uint32_t count) {
        std::vector<ChangeList> lists;
        for (std::uint32_t i = 0; i < count; ++i) lists.push_back({Put{lease(i)}});
        return lists;
    }
    static SqlError fault(SqlFault what, bool may_be_applied = false) {
        return {what, "00000", "as the test wants", may_be_applied};
    }

    Database database;
    BackendConfig config;
};

TEST_F(ServerStoreTest, TriesTheHostsInTheirOrderAndStaysWithTheOneThatServed) {
    database.refusing_hosts["a"] = fault(SqlFault::lost);
    const auto store = make_store();
    open(*store);
    EXPECT_THAT(database.connects, ElementsAre("a", "b"));
    store->close();
    open(*store);
    EXPECT_THAT(database.connects, ElementsAre("a", "b", "b"));
}

TEST_F(ServerStoreTest, SaysOfEachHostWhyItCannotBeUsedAndNeverThePassword) {
    database.refusing_hosts["a"] = fault(SqlFault::credentials);
    database.refusing_hosts["b"] = fault(SqlFault::read_only);
    const auto opened = make_store()->open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::unavailable) << "b may become writable";
    EXPECT_THAT(opened.error().detail, HasSubstr("a:1"));
    EXPECT_THAT(opened.error().detail, HasSubstr("b:2"));
    EXPECT_THAT(opened.error().detail, testing::Not(HasSubstr("topsecret")));
}

TEST_F(ServerStoreTest, RefusedCredentialsEverywhereAreThat) {
    database.refusing_hosts["a"] = database.refusing_hosts["b"] = fault(SqlFault::credentials);
    const auto opened = make_store()->open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::credentials);
}

TEST_F(ServerStoreTest, NeedsANumberToRegisterUnder) {
    config.server_id = 0;
    const auto opened = make_store()->open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::configuration);
    EXPECT_THAT(opened.error().detail, HasSubstr("server-id"));
}

TEST_F(ServerStoreTest, ASecondServerIsRefusedUntilTheFirstHasEndedInOrder) {
    const auto first = make_store();
    open(*first);
    config.server_id = 2;
    const auto second = make_store();
    const auto refused = second->open(soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::busy);
    first->close();
    open(*second);
}

TEST_F(ServerStoreTest, ASecondStoreOfTheSameProcessDoesNotTakeTheLeasesFromTheFirst) {
    const auto serving = make_store();
    open(*serving);
    config.server.hosts = {{"alias", 1}};
    const auto beside = make_store();
    const auto refused = beside->open(soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::configuration);
    EXPECT_THAT(refused.error().detail, HasSubstr("as before"));
    EXPECT_TRUE(serving->commit(puts(1), soon()));
    EXPECT_TRUE(serving->between_commits(false, soon()));
}

TEST_F(ServerStoreTest, KeepsItsRegistrationOverALossAndNotItsSuccessorS) {
    const auto store = make_store();
    open(*store);
    const auto epoch = database.epoch();
    database.faults = {fault(SqlFault::lost)};
    ASSERT_FALSE(store->commit(puts(1), soon()));
    store->close();
    open(*store);
    EXPECT_EQ(database.epoch(), epoch) << "the same process";

    SqliteConnection connection{database.sqlite.get(), "test"};
    ASSERT_TRUE(connection.script("UPDATE server_registry SET epoch = epoch + 1"));
    database.faults = {fault(SqlFault::lost)};
    ASSERT_FALSE(store->commit(puts(1), soon()));
    store->close();
    const auto fenced = store->open(soon());
    ASSERT_FALSE(fenced);
    EXPECT_EQ(fenced.error().code, StoreErrc::fenced);
}

TEST_F(ServerStoreTest, WhatCollidesIsTriedAgainSmallerAndGrowsBack) {
    const auto store = make_store();
    open(*store);
    database.faults = {fault(SqlFault::conflict), fault(SqlFault::conflict)};
    const auto done = store->commit(puts(64), soon());
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(database.committed.front(), 16U) << "halved twice";
    EXPECT_EQ(database.committed[1], 24U) << "a little more after each that went well";
    for (const RowResult& row : *done) EXPECT_EQ(row.outcome, Outcome::applied);
}

TEST_F(ServerStoreTest, OneDecisionIsNeverSplit) {
    database.batch_changes_max = 2;
    const auto store = make_store();
    open(*store);
    const std::vector<ChangeList> lists{{Put{lease(10)}, Put{lease(11)}, Put{lease(12)}}, {Put{lease(13)}}};
    ASSERT_TRUE(store->commit(lists, soon()));
    EXPECT_THAT(database.committed, ElementsAre(3U, 1U));
}

TEST_F(ServerStoreTest, CollisionsWithoutEndAreALossInWhichNothingWasApplied) {
    const auto store = make_store();
    open(*store);
    for (int i = 0; i < ServerStore::conflict_tries; ++i)
        database.faults.push_back(fault(SqlFault::conflict));
    const auto failed = store->commit(puts(1), soon());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, StoreErrc::unavailable);
}

TEST_F(ServerStoreTest, ALossAfterTheFirstTransactionOfABatchLeavesItInDoubt) {
    database.batch_changes_max = 2;
    const auto store = make_store();
    open(*store);
    database.faults = {std::nullopt, fault(SqlFault::lost)};
    const auto failed = store->commit(puts(4), soon());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, StoreErrc::in_doubt);
}

TEST_F(ServerStoreTest, WhatWasOnItsWayWhenTheConnectionWentIsInDoubt) {
    const auto store = make_store();
    open(*store);
    database.faults = {fault(SqlFault::lost, true)};
    const auto failed = store->commit(puts(1), soon());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, StoreErrc::in_doubt);
}

TEST_F(ServerStoreTest, ARowThatTheDatabaseRefusesIsRejectedAlone) {
    const auto store = make_store();
    open(*store);
    database.poison = "host-9.example.org";
    auto lists = puts(20);
    lists[7] = {Put{lease_of(LeaseKind::v4, 7, 9)}, Put{lease(100)}};
    const auto done = store->commit(lists, soon());
    ASSERT_TRUE(done) << done.error().detail;
    for (std::size_t i = 0; i < done->size(); ++i)
        EXPECT_EQ((*done)[i].outcome, i == 7 ? Outcome::rejected : Outcome::applied) << i;
    EXPECT_THAT((*done)[7].detail, HasSubstr("10.0.0.7"));
    EXPECT_THAT(database.committed, ElementsAre(20U)) << "the others in one transaction";
}

TEST_F(ServerStoreTest, ReadsAheadAndForgetsItAtTheNextCommit) {
    const auto store = make_store();
    open(*store);
    ASSERT_TRUE(store->commit(puts(2000), soon()));
    struct FewRows final : RowSink {
        std::vector<Prefix> rows;
        bool row(Lease&& lease) override {
            rows.push_back(lease.address);
            return rows.size() % 300 != 0;
        }
        bool unreadable(UnreadableRow&&) override { return true; }
    } sink;
    ASSERT_TRUE(store->scan(std::nullopt, sink, soon()));
    ASSERT_TRUE(store->scan(sink.rows.back(), sink, soon()));
    EXPECT_THAT(database.pages, ElementsAre(512U, 1024U)) << "the second scan began with what was read";
    EXPECT_EQ(sink.rows.size(), 600U);

    const ChangeList change{Put{renewed(lease(600))}};
    ASSERT_TRUE(store->commit(std::span{&change, 1}, soon()));
    ASSERT_TRUE(store->scan(sink.rows.back(), sink, soon()));
    EXPECT_EQ(database.pages.back(), 512U) << "from the start again, in small pages";
    while (sink.rows.size() < 2000) ASSERT_TRUE(store->scan(sink.rows.back(), sink, soon()));
    for (std::uint32_t i = 0; i < 2000; ++i) ASSERT_EQ(sink.rows[i], lease(i).address);
}

TEST_F(ServerStoreTest, NewCredentialsAreTriedOnAConnectionBesideTheOldOne) {
    const auto store = make_store();
    open(*store);
    BackendConfig other = config;
    other.server.hosts = {{"c", 3}};
    database.refusing_hosts["c"] = fault(SqlFault::credentials);
    const auto refused = store->renew(other, soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::credentials);
    EXPECT_TRUE(store->commit(puts(1), soon())) << "the old connection serves";

    database.refusing_hosts.clear();
    ASSERT_TRUE(store->renew(other, soon()));
    EXPECT_TRUE(store->probe(soon()));
    EXPECT_THAT(database.connects, ElementsAre("a", "c", "c"));
    store->close();
    open(*store);
    EXPECT_EQ(database.connects.back(), "c");
}

}  // namespace
}  // namespace leasehold::server_store_test
