// The schema of SQLite files: what a database is told to be, what may be done to it, upgrades with leases in
// them, and several programs at once. What server databases do differently: tests/databases/schema_test.cpp.
#include "lease_backends/migrations.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lease_backends/migration_runner.hpp"
#include "lease_backends/sqlite_store.hpp"
#include "lease_backends/tool_connection.hpp"
#include "tests/support/leases.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::migrations_test {
namespace {

using namespace testing_support;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

/// Released migrations are never edited: a change is a new file with the next number.
TEST(Migrations, AreNumberedWithoutGapsAndTheirTextsArePinned) {
    const std::pair<SqlDialect, std::vector<std::string>> pinned[]{
        {SqlDialect::sqlite,
         {"797cbb9008c5447d9dc2ac82a05baa7095de596acd654f4bb87fc31420b6ea0d",
          "c0a736c82fed303c86c60e6ba5dde6db07c15b23d6fbed0cbbdcb3d39a076907"}},
        {SqlDialect::postgresql,
         {"d27835204cb0d101571ec7509ba6c71b8a9a46b490abc5ad27fead65451bd8b2",
          "fb0bb3abbad856e7973cc7a4870846bae7cc1f2950e2a25ae00f60eff3e9756e"}},
        {SqlDialect::mariadb,
         {"d658310d8d54edaf216ce4cfcf02b8e014fa7ee18400a785a573a9712a22a4b4",
          "7ddb34df9b663976e1d6e2fa65d95a4eec8966726860ab659cec718bd92f6868"}},
    };
    for (const auto& [dialect, checksums] : pinned) {
        const auto migrations = migrations_of(dialect);
        ASSERT_EQ(migrations.size(), checksums.size());
        for (std::size_t i = 0; i < checksums.size(); ++i) {
            EXPECT_EQ(migrations[i].version, i + 1);
            EXPECT_EQ(checksum(migrations[i]), checksums[i]) << migrations[i].name;
        }
    }
}

TEST(Migrations, OfAllDialectsBringTheSameVersions) {
    const auto sqlite = migrations_of(SqlDialect::sqlite);
    for (const SqlDialect dialect : {SqlDialect::postgresql, SqlDialect::mariadb})
        EXPECT_EQ(migrations_of(dialect).size(), sqlite.size());
    EXPECT_LE(schema_version_min, sqlite.back().version);
}

struct SchemaFile : testing::Test {
    SchemaFile() {
        // An upgrade of the next release: one that old programs may still use, and one that they may not.
        const auto own = migrations_of(SqlDialect::sqlite);
        next.assign(own.begin(), own.end());
        next.push_back({3, "0003_note", "ALTER TABLE schema_info ADD COLUMN note TEXT"});
        contracted = next;
        contracted.back().sql =
            "ALTER TABLE schema_info ADD COLUMN note TEXT; UPDATE schema_info SET min_reader = 3";
    }

    TemporaryDirectory folder;
    const std::string file = folder / "leases.db";
    std::vector<Migration> next, contracted;

    SqliteHandle open() const {
        sqlite3* opened = nullptr;
        EXPECT_EQ(sqlite3_open(file.c_str(), &opened), SQLITE_OK);
        sqlite3_busy_timeout(opened, 60000);
        ::chmod(file.c_str(), 0600);
        return SqliteHandle{opened};
    }
    StoreResult<MigrationReport> prepare(AutoMigrate policy,
                                         std::span<const Migration> migrations = {}) const {
        const auto handle = open();
        SqliteConnection connection{handle.get(), file};
        return prepare_schema(connection, policy, migrations);
    }
    StoreResult<MigrationReport> run(const MigrationRun& wanted) const {
        const auto handle = open();
        SqliteConnection connection{handle.get(), file};
        return run_migrations(connection, wanted);
    }
    void make(std::span<const Migration> migrations = {}) const {
        const auto made = prepare(AutoMigrate::always, migrations);
        ASSERT_TRUE(made) << made.error().detail;
    }
    SchemaState state(std::span<const Migration> migrations = migrations_of(SqlDialect::sqlite)) const {
        const auto handle = open();
        SqliteConnection connection{handle.get(), file};
        auto read = read_schema_state(connection, migrations);
        EXPECT_TRUE(read) << read.error().detail;
        return read ? *read : SchemaState{};
    }
    void sql(const std::string& text) const { SqliteShell{file}.run(text); }
    std::string ask(const std::string& text) const { return SqliteShell{file}.ask(text); }
    /// All that was made, as text.
    std::string catalog() const {
        return ask(
            "SELECT group_concat(type || ' ' || name || ' ' || sql, char(10)) FROM "
            "(SELECT * FROM sqlite_master ORDER BY type, name)");
    }
};

TEST_F(SchemaFile, IsToldApart) {
    const auto own = migrations_of(SqlDialect::sqlite);
    const auto expect = [&](SchemaKind kind, bool usable, const std::string& words) {
        const SchemaState now = state();
        EXPECT_EQ(to_string(now.kind), to_string(kind)) << words;
        EXPECT_EQ(now.usable(), usable) << words;
        EXPECT_THAT(explain(now), HasSubstr(words));
    };
    expect(SchemaKind::empty, false, "leasehold migrate run -c FILE");
    make(own.first(1));
    expect(SchemaKind::behind, false, "has version 1, this program brings 2");
    make();
    expect(SchemaKind::current, true, "version 2");
    EXPECT_TRUE(state(next).usable()) << "the next release may serve before the upgrade";
    make(next);
    expect(SchemaKind::ahead, true, "may use it");
    sql("UPDATE schema_info SET min_reader = 3");
    expect(SchemaKind::ahead, false, "asks for at least 3");
    sql("UPDATE schema_info SET min_reader = 1; UPDATE schema_migrations SET state = 'applying' WHERE "
        "version = 3");
    expect(SchemaKind::ahead, true, "newer program");
    sql("DELETE FROM schema_migrations WHERE version = 3; UPDATE schema_info SET version = 2");
    sql("UPDATE schema_migrations SET state = 'applying' WHERE version = 2; UPDATE schema_info SET version = "
        "1");
    expect(SchemaKind::dirty, false, "interrupted");
    sql("UPDATE schema_migrations SET state = 'applied'; UPDATE schema_info SET version = 2");
    sql("UPDATE schema_migrations SET checksum = 'abc' WHERE version = 2");
    expect(SchemaKind::modified, false, "another text");
    sql("DELETE FROM schema_migrations WHERE version = 2");
    expect(SchemaKind::modified, false, "not recorded");
    sql("DELETE FROM schema_migrations; DELETE FROM schema_info");
    expect(SchemaKind::dirty, false, "interrupted");
    sql("PRAGMA application_id = 5");
    expect(SchemaKind::foreign, false, "application_id 5");
    sql("ALTER TABLE schema_info RENAME TO bookmarks");
    expect(SchemaKind::foreign, false, "belongs to another program");
}

TEST_F(SchemaFile, OfKeaOrAnotherProgramIsForeign) {
    sql("CREATE TABLE bookmarks (address INT)");
    EXPECT_THAT(explain(state()), HasSubstr("belongs to another program"));
    sql("CREATE TABLE lease4 (address INT)");
    EXPECT_EQ(state().kind, SchemaKind::foreign);
    EXPECT_THAT(explain(state()), HasSubstr("database of Kea"));
    for (const AutoMigrate policy : {AutoMigrate::never, AutoMigrate::when_empty, AutoMigrate::always}) {
        const auto prepared = prepare(policy);
        ASSERT_FALSE(prepared);
        EXPECT_EQ(prepared.error().code, StoreErrc::schema);
    }
    EXPECT_EQ(ask("SELECT count(*) FROM sqlite_master"), "2") << "nothing was made";
}

TEST_F(SchemaFile, WithAMissingTableIsAClearError) {
    make();
    sql("DROP TABLE schema_migrations");
    const auto prepared = prepare(AutoMigrate::always);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().code, StoreErrc::schema);
    EXPECT_THAT(prepared.error().detail, HasSubstr("no such table: schema_migrations"));
    EXPECT_THAT(prepared.error().detail, HasSubstr("restore a backup"));
}

TEST_F(SchemaFile, WithWhatWeNeverWriteIsAClearError) {
    make();
    sql("PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '') "
        "WHERE name = 'schema_info'");
    sql("UPDATE schema_info SET version = 'two'");
    const auto prepared = prepare(AutoMigrate::always);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().code, StoreErrc::schema);
    EXPECT_THAT(prepared.error().detail, HasSubstr("never writes"));
}

TEST_F(SchemaFile, IsChangedOnlyAsFarAsItMayBe) {
    const auto own = migrations_of(SqlDialect::sqlite);
    const auto refused = [&](AutoMigrate policy) {
        const auto prepared = prepare(policy);
        ASSERT_FALSE(prepared);
        EXPECT_EQ(prepared.error().code, StoreErrc::schema);
        EXPECT_THAT(prepared.error().detail, HasSubstr("leasehold migrate run -c FILE"));
    };
    refused(AutoMigrate::never);
    EXPECT_TRUE(prepare(AutoMigrate::when_empty, own.first(1)));
    refused(AutoMigrate::never);
    refused(AutoMigrate::when_empty);
    EXPECT_EQ(state().version, 1U);
    const auto upgraded = prepare(AutoMigrate::always);
    ASSERT_TRUE(upgraded);
    EXPECT_EQ(upgraded->version, 2U);

    // Near enough: served as it is, and said.
    const auto served = prepare(AutoMigrate::when_empty, next);
    ASSERT_TRUE(served);
    EXPECT_EQ(served->version, 2U);
    EXPECT_THAT(served->notices, ElementsAre(HasSubstr("leasehold migrate run")));
    EXPECT_EQ(prepare(AutoMigrate::always, next)->version, 3U);
}

TEST_F(SchemaFile, StopsWhereItIsToldTo) {
    const auto made = run({.migrations = next, .to = 1});
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->version, 1U);
    EXPECT_EQ(run({.migrations = next, .to = 1})->notices, std::vector<std::string>{});
    EXPECT_EQ(run({.migrations = next})->version, 3U);
}

// --- upgrades

unsigned mode_of(const std::string& file) {
    struct stat its {};
    EXPECT_EQ(::stat(file.c_str(), &its), 0) << file;
    return its.st_mode & 07777U;
}

class RowCount : public RowSink {
public:
    std::vector<Lease> leases;
    bool row(Lease&& lease) override {
        leases.push_back(std::move(lease));
        return true;
    }
    bool unreadable(UnreadableRow&& row) override {
        ADD_FAILURE() << row.detail;
        return true;
    }
};

TEST_F(SchemaFile, OfTheFirstReleaseIsUpgradedWithItsLeases) {
    make(migrations_of(SqlDialect::sqlite).first(1));
    BackendConfig config;
    config.path = file;
    std::vector<Lease> stored;
    {  // the statements of a lease are the same in both versions
        make(next);
        SqliteStore store{config};
        ASSERT_TRUE(store.open(soon()));
        ChangeList list;
        for (std::uint32_t i = 0; i < 100; ++i) list.push_back(Put{lease_of(LeaseKind::v4, i, 1)});
        ASSERT_TRUE(store.commit(std::span{&list, 1}, soon()));
        for (const Change& change : list) stored.push_back(std::get<Put>(change).lease);
    }
    sql("ALTER TABLE schema_info DROP COLUMN note; DROP TABLE server_registry; DELETE FROM schema_migrations "
        "WHERE version > 1; UPDATE schema_info SET version = 1");
    ASSERT_EQ(state().kind, SchemaKind::behind);

    SqliteStore store{config};
    const auto opened = store.open(soon());
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(opened->schema_version, 2U);
    EXPECT_THAT(opened->notices, Contains(HasSubstr("upgraded from version 1 to 2")));
    const std::string copy = file + ".schema-1.backup";
    EXPECT_THAT(opened->notices, Contains(HasSubstr(copy)));
    RowCount rows;
    ASSERT_TRUE(store.scan(std::nullopt, rows, soon()));
    EXPECT_EQ(rows.leases, stored);
    EXPECT_EQ(mode_of(copy), 0600U);
    EXPECT_EQ(SqliteShell{copy}.ask("SELECT version, (SELECT count(*) FROM lease) FROM schema_info"),
              "1|100");
}

TEST_F(SchemaFile, IsTheSameFreshOrUpgraded) {
    make();
    const std::string fresh = catalog();
    for (const char* const suffix : {"", "-wal", "-shm"}) ::unlink((file + suffix).c_str());
    make(migrations_of(SqlDialect::sqlite).first(1));
    EXPECT_NE(catalog(), fresh);
    make();
    EXPECT_EQ(catalog(), fresh);
    EXPECT_EQ(ask("PRAGMA user_version"), "2");
    EXPECT_EQ(ask("PRAGMA application_id"), std::to_string(sqlite_application_id));
}

TEST_F(SchemaFile, IsLeftAloneTheSecondTime) {
    make();
    const auto again = prepare(AutoMigrate::always);
    ASSERT_TRUE(again);
    EXPECT_THAT(again->notices, IsEmpty());
    EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations"), "2");
    EXPECT_FALSE(std::filesystem::exists(file + ".schema-2.backup"));
}

TEST_F(SchemaFile, OfAFailingStepIsUndoneWhole) {
    make();
    next[2].sql = "CREATE TABLE half (x); CREATE TABLE half (x)";
    const auto report = prepare(AutoMigrate::always, next);
    ASSERT_FALSE(report);
    EXPECT_THAT(report.error().detail, HasSubstr("0003_note"));
    EXPECT_EQ(ask("SELECT count(*) FROM sqlite_master WHERE name = 'half'"), "0");
    EXPECT_EQ(ask("SELECT version FROM schema_info"), "2");
    EXPECT_EQ(state().kind, SchemaKind::current);
}

TEST_F(SchemaFile, ThatOldProgramsMayNotUseSaysSo) {
    make(contracted);
    const auto prepared = prepare(AutoMigrate::always);
    ASSERT_FALSE(prepared);
    EXPECT_THAT(prepared.error().detail, HasSubstr("Use the newer program"));
}

/// Runs `work` in a process of its own. @return its wait status
int in_child(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

TEST_F(SchemaFile, IsWholeAfterTheProcessWasKilledAtAnyMoment) {
    make();
    const std::string fresh = catalog();
    int moments = 0;
    ::unlink(file.c_str());
    ASSERT_TRUE(run({.observer = [&](const MigrationMoment&) { ++moments; }}));
    ASSERT_GT(moments, 8);
    for (int kill_at = 0; kill_at < moments; ++kill_at) {
        ::unlink(file.c_str());
        const int status = in_child([&] {
            int at = 0;
            [[maybe_unused]] const auto run_out = run({.observer = [&](const MigrationMoment&) {
                if (at++ == kill_at) ::raise(SIGKILL);
            }});
        });
        ASSERT_TRUE(WIFSIGNALED(status)) << kill_at;
        const SchemaKind left = state().kind;
        EXPECT_TRUE(left == SchemaKind::empty || left == SchemaKind::behind || left == SchemaKind::current)
            << kill_at << " left it " << to_string(left);
        const auto finished = prepare(AutoMigrate::always);
        ASSERT_TRUE(finished) << kill_at << ": " << finished.error().detail;
        EXPECT_EQ(catalog(), fresh) << kill_at;
        EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"), "2");
    }
}

TEST_F(SchemaFile, IsMadeOnceBySeveralProcesses) {
    constexpr int processes = 6;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(prepare(AutoMigrate::when_empty) ? 0 : 1);
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    EXPECT_EQ(state().kind, SchemaKind::current);
    EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations"), "2");
}

// --- repair

TEST_F(SchemaFile, OfAnotherTextCanBeAccepted) {
    make();
    const auto accept = [&](std::uint32_t version) {
        const auto handle = open();
        SqliteConnection connection{handle.get(), file};
        const auto accepted = accept_checksum(connection, version);
        return accepted ? std::string{"accepted"} : accepted.error().detail;
    };
    EXPECT_THAT(accept(1), HasSubstr("already"));
    EXPECT_THAT(accept(7), HasSubstr("no schema step 7"));
    sql("UPDATE schema_migrations SET checksum = 'abc' WHERE version = 1");
    EXPECT_EQ(state().kind, SchemaKind::modified);
    EXPECT_EQ(accept(1), "accepted");
    EXPECT_EQ(state().kind, SchemaKind::current);
    sql("DELETE FROM schema_migrations WHERE version = 1");
    EXPECT_THAT(accept(1), HasSubstr("not recorded"));
}

// --- for tools

struct ForTools : SchemaFile {
    ForTools() { config.path = file; }
    BackendConfig config;
};

TEST_F(ForTools, TheFileIsOpenedUnderTheServersLock) {
    make();
    {
        SqliteStore server{config};
        ASSERT_TRUE(server.open(soon()));
        const auto tool = open_for_tools(config, soon());
        ASSERT_FALSE(tool);
        EXPECT_EQ(tool.error().code, StoreErrc::busy);
        EXPECT_THAT(tool.error().detail, HasSubstr("in use by process"));
    }
    const auto tool = open_for_tools(config, soon());
    ASSERT_TRUE(tool) << tool.error().detail;
    EXPECT_EQ(*query_one(**tool, "SELECT version FROM schema_info"), "2");
    SqliteStore server{config};
    EXPECT_EQ(server.open(soon()).error().code, StoreErrc::busy);
}

TEST_F(ForTools, NothingIsMade) {
    const auto tool = open_for_tools(config, soon());
    ASSERT_FALSE(tool);
    EXPECT_EQ(tool.error().code, StoreErrc::no_database);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    config.path = ":memory:";
    EXPECT_EQ(open_for_tools(config, soon()).error().code, StoreErrc::configuration);
    config.type = BackendType::memory;
    EXPECT_EQ(open_for_tools(config, soon()).error().code, StoreErrc::configuration);
}

TEST_F(ForTools, AForeignLockEndsWithTheDeadline) {
    make();
    SqliteShell other{file};
    other.run("BEGIN IMMEDIATE");
    const auto tool = open_for_tools(config, soon());
    ASSERT_TRUE(tool);
    (*tool)->set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds{20});
    const auto begun = (*tool)->query("BEGIN IMMEDIATE");
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().fault, SqlFault::conflict);
    other.run("ROLLBACK");
    (*tool)->set_deadline(soon());
    EXPECT_TRUE((*tool)->query("BEGIN IMMEDIATE"));
}

}  // namespace
}  // namespace leasehold::migrations_test
