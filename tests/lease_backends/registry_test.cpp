// Who has a database to itself: the rules on SQLite, where they can be tried without a server, and what the
// store makes of them. The same on PostgreSQL and MariaDB: tests/databases/schema_test.cpp.
#include "lease_backends/registry.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "lease_backends/migrations.hpp"
#include "lease_backends/sqlite_connection.hpp"
#include "lease_backends/sqlite_store.hpp"
#include "tests/support/leases.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::registry_test {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

struct Registry : testing::Test {
    Registry() {
        sqlite3* opened = nullptr;
        EXPECT_EQ(sqlite3_open(file.c_str(), &opened), SQLITE_OK);
        handle.reset(opened);
        EXPECT_TRUE(prepare_schema(connection, AutoMigrate::always));
    }

    TemporaryDirectory folder;
    const std::string file = folder / "leases.db";
    SqliteHandle handle;
    struct Late : SqlConnection {  // the handle is opened in the constructor's body
        explicit Late(const Registry& test) : test_{test} {}
        SqlDialect dialect() const override { return SqlDialect::sqlite; }
        std::string where() const override { return "sqlite"; }
        void set_deadline(Deadline) override {}
        SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values) override {
            return SqliteConnection{test_.handle.get(), where()}.query(sql, values);
        }
        SqlResult<void> script(std::string_view sql) override {
            return SqliteConnection{test_.handle.get(), where()}.script(sql);
        }
        const Registry& test_;
    } connection{*this};
    const ServerIdentity first{17, "dhcp1"}, second{0xffff'ffff'ffff'fff0, "dhcp2"};
};

TEST_F(Registry, ASecondServerIsRefusedWithBothCures) {
    EXPECT_EQ(register_server(connection, Family::v4, first, std::nullopt), 1U);
    const auto refused = register_server(connection, Family::v4, second, std::nullopt);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::busy);
    EXPECT_THAT(refused.error().detail,
                AllOf(HasSubstr("server 17 on host dhcp1, seen 0 s ago"), HasSubstr("Stop that server"),
                      HasSubstr("leasehold db takeover"), HasSubstr("server-id 17")));
    EXPECT_EQ(register_server(connection, Family::v6, second, std::nullopt), 1U) << "families are apart";
}

TEST_F(Registry, ReleasedItIsTheNextOnes) {
    ASSERT_EQ(register_server(connection, Family::v4, first, std::nullopt), 1U);
    ASSERT_TRUE(release_registration(connection, Family::v4, 1));
    EXPECT_TRUE((*read_registration(connection, Family::v4))->released);
    EXPECT_EQ(register_server(connection, Family::v4, second, std::nullopt), 2U);
    const auto now = read_registration(connection, Family::v4);
    ASSERT_TRUE(now && *now);
    EXPECT_EQ((*now)->server_id, second.server_id) << "all 64 bits";
    EXPECT_EQ((*now)->name, "dhcp2");
    EXPECT_FALSE((*now)->released);
    EXPECT_GT((*now)->now.time_since_epoch().count(), 1700000000);
}

TEST_F(Registry, TheSameServerComesBackUnderANewEpoch) {
    ASSERT_EQ(register_server(connection, Family::v4, first, std::nullopt), 1U);
    const ServerIdentity restarted{first.server_id, "dhcp1, a later process"};
    EXPECT_EQ(register_server(connection, Family::v4, restarted, std::nullopt), 2U) << "after a crash";
    EXPECT_EQ(register_server(connection, Family::v4, first, 2), 2U) << "after a lost connection";
    const auto old = register_server(connection, Family::v4, first, 1);
    ASSERT_FALSE(old) << "the process before it";
    EXPECT_EQ(old.error().code, StoreErrc::fenced);
}

TEST_F(Registry, OneProcessDoesNotTakeItsOwnLeasesAway) {
    ASSERT_EQ(register_server(connection, Family::v4, first, std::nullopt), 1U);
    const auto again = register_server(connection, Family::v4, first, std::nullopt);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, StoreErrc::configuration);
    EXPECT_TRUE(refresh_registration(connection, Family::v4, 1));
    EXPECT_EQ(register_server(connection, Family::v4, first, std::nullopt, false), 2U) << "not exclusive";
}

TEST_F(Registry, WhoIsTakenOverFromFindsOut) {
    ASSERT_EQ(register_server(connection, Family::v4, first, std::nullopt), 1U);
    const auto before = take_over(connection, Family::v4, second);
    ASSERT_TRUE(before && *before);
    EXPECT_EQ((*before)->server_id, 17U);
    const ServerIdentity server_of_second{second.server_id, "dhcp2, its server"};
    EXPECT_EQ(register_server(connection, Family::v4, server_of_second, std::nullopt), 3U);
    for (const auto& ended :
         {refresh_registration(connection, Family::v4, 1), release_registration(connection, Family::v4, 1)}) {
        ASSERT_FALSE(ended);
        EXPECT_EQ(ended.error().code, StoreErrc::fenced);
        EXPECT_THAT(ended.error().detail, HasSubstr("on host dhcp2"));
    }
    EXPECT_EQ(register_server(connection, Family::v4, first, 1).error().code, StoreErrc::fenced);
    EXPECT_EQ(register_server(connection, Family::v4, first, std::nullopt).error().code, StoreErrc::busy);
    EXPECT_TRUE(refresh_registration(connection, Family::v4, 3));
}

TEST_F(Registry, AnEmptyOneCanBeTakenOver) {
    const auto before = take_over(connection, Family::v4, second);
    ASSERT_TRUE(before);
    EXPECT_FALSE(*before);
    EXPECT_EQ(register_server(connection, Family::v4, first, std::nullopt).error().code, StoreErrc::busy);
}

/// Somebody restored the database, or emptied it, under a running server: it goes on, under a higher epoch.
TEST_F(Registry, ALostRowIsMadeAgain) {
    EXPECT_EQ(register_server(connection, Family::v4, first, 7), 8U);
}

TEST_F(Registry, AnEmbeddedStoreReplacesWhoeverStandsThere) {
    ASSERT_EQ(register_server(connection, Family::v4, first, std::nullopt), 1U);
    EXPECT_EQ(register_server(connection, Family::v4, second, std::nullopt, false), 2U);
}

TEST_F(Registry, WithoutItsTableIsASchemaError) {
    ASSERT_TRUE(connection.script("DROP TABLE server_registry"));
    EXPECT_EQ(register_server(connection, Family::v4, first, std::nullopt).error().code, StoreErrc::schema);
}

TEST(ServerIdentityTest, HasTheNameOfTheHost) {
    char name[256] = {};
    ASSERT_EQ(::gethostname(name, sizeof name - 1), 0);
    EXPECT_THAT(identity_of(5).name, testing::StartsWith(std::string{name} + " (process "));
    EXPECT_EQ(identity_of(5).name, identity_of(6).name) << "one process, one name";
    EXPECT_EQ(identity_of(5).server_id, 5U);
}

// --- the store

struct RegisteredStore : testing::Test {
    RegisteredStore() {
        config.path = file;
        config.server_id = 17;
    }
    std::string ask(const std::string& columns) {
        return SqliteShell{file}.ask("SELECT " + columns + " FROM server_registry WHERE family = 4");
    }
    StoreResult<std::vector<RowResult>> put(SqliteStore& store, std::uint32_t number) {
        ChangeList list{Put{lease_of(LeaseKind::v4, number, 1)}};
        return store.commit(std::span{&list, 1}, soon());
    }
    std::string leases() { return SqliteShell{file}.ask("SELECT count(*) FROM lease"); }

    TemporaryDirectory folder;
    const std::string file = folder / "leases.db";
    BackendConfig config;
};

TEST_F(RegisteredStore, RegistersAndReleases) {
    {
        SqliteStore store{config};
        ASSERT_TRUE(store.open(soon()));
        EXPECT_EQ(ask("server_id, epoch, released"), "17|1|0");
        EXPECT_TRUE(put(store, 1));
    }
    EXPECT_EQ(ask("server_id, epoch, released"), "17|1|1");
    SqliteStore store{config};
    const auto again = store.open(soon());
    ASSERT_TRUE(again);
    EXPECT_THAT(again->notices, Not(Contains(HasSubstr("belonged"))));
    EXPECT_EQ(ask("epoch, released"), "2|0");
}

TEST_F(RegisteredStore, SaysWhoseTheLeasesWere) {
    {
        SqliteStore store{config};
        ASSERT_TRUE(store.open(soon()));
    }
    config.server_id = 18;
    SqliteStore store{config};
    const auto opened = store.open(soon());
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_THAT(opened->notices,
                Contains(AllOf(HasSubstr("belonged to server 17"), HasSubstr("server 18's"))));
}

TEST_F(RegisteredStore, WithoutANumberOrReadOnlyDoesNot) {
    config.server_id = 0;
    {
        SqliteStore store{config};
        ASSERT_TRUE(store.open(soon()));
        EXPECT_TRUE(put(store, 1));
    }
    config.server_id = 17;
    config.readonly = true;
    SqliteStore store{config};
    ASSERT_TRUE(store.open(soon()));
    EXPECT_EQ(SqliteShell{file}.ask("SELECT count(*) FROM server_registry"), "0");
}

TEST_F(RegisteredStore, WhoseEpochChangedIsFencedAndWritesNothing) {
    SqliteStore store{config};
    ASSERT_TRUE(store.open(soon()));
    ASSERT_TRUE(put(store, 1));
    SqliteShell{file}.run("UPDATE server_registry SET epoch = 9, server_id = 5, name = 'other'");
    const auto fenced = put(store, 2);
    ASSERT_FALSE(fenced);
    EXPECT_EQ(fenced.error().code, StoreErrc::fenced);
    EXPECT_THAT(fenced.error().detail, HasSubstr("server 5 on host other"));
    EXPECT_EQ(leases(), "1");
    store.close();
    EXPECT_EQ(ask("epoch, released"), "9|0") << "what is another's is not released";
    EXPECT_EQ(store.open(soon()).error().code, StoreErrc::fenced);
}

/// The lock file is let go of while a store is closed between two attempts; another server may come then.
TEST_F(RegisteredStore, ThatWasClosedByAFailureNoticesAnotherServer) {
    SqliteStore store{config};
    ASSERT_TRUE(store.open(soon()));
    store.cancel();
    ASSERT_FALSE(put(store, 1));
    store.close();
    ASSERT_TRUE(store.open(soon()));
    EXPECT_EQ(ask("epoch, released"), "1|0") << "it is the same process";
    store.cancel();
    store.close();
    SqliteShell{file}.run("UPDATE server_registry SET epoch = 2, server_id = 5");
    EXPECT_EQ(store.open(soon()).error().code, StoreErrc::fenced);
}

}  // namespace
}  // namespace leasehold::registry_test
