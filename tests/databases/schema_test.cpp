// The schema and the registration in real database servers: created, upgraded, interrupted by kill -9 at
// every moment, by several programs at once (through PgBouncer, on the nodes of a cluster), and told from
// others'. Run by support/with_databases.py.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "lease_backends/migration_runner.hpp"
#include "lease_backends/registry.hpp"
#include "tests/support/database_servers.hpp"

namespace leasehold::schema_test {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int programs = 6;

/// What the catalog says of all that is there, in an order that does not depend on how it was made.
std::vector<std::string> catalog_queries(SqlDialect dialect) {
    if (dialect == SqlDialect::postgresql)
        return {
            "SELECT table_name, column_name, data_type, is_nullable, column_default, ordinal_position "
            "FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 6",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2",
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1, 2",
            "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema() ORDER BY 1",
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace ORDER BY 1"};
    return {
        "SELECT table_name, column_name, column_type, is_nullable, column_default, collation_name, "
        "ordinal_position FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 7",
        "SELECT table_name, engine, table_collation FROM information_schema.tables "
        "WHERE table_schema = DATABASE() ORDER BY 1",
        "SELECT table_name, index_name, column_name, seq_in_index FROM information_schema.statistics "
        "WHERE table_schema = DATABASE() ORDER BY 1, 2, 4",
        "SELECT constraint_name, check_clause FROM information_schema.check_constraints "
        "WHERE constraint_schema = DATABASE() ORDER BY 1",
        "SELECT table_name, view_definition FROM information_schema.views "
        "WHERE table_schema = DATABASE() ORDER BY 1"};
}

struct SchemaInServer : testing::TestWithParam<DatabaseServer> {
    const BackendConfig& config = GetParam().config;
    std::unique_ptr<LeaseSession> session = session_of(config);

    void SetUp() override {
        ASSERT_TRUE(session);
        session->set_deadline(std::chrono::steady_clock::now() + std::chrono::minutes{9});
        // What another node has written is seen from here at once.
        if (GetParam().name == "galera") sql("SET SESSION wsrep_sync_wait = 15");
        drop_all();
    }
    void TearDown() override {
        if (session) drop_all();
    }

    /// A name may be a table of another program's or a view of ours.
    void drop_all() {
        for (const std::string name : {"lease4", "lease6"}) {
            if (ask("SELECT count(*) FROM information_schema.views WHERE table_name = '" + name + "'") != "0")
                sql("DROP VIEW " + name);
        }
        for (const std::string name : {"lease4", "lease6", "lease", "server_registry", "schema_lock",
                                       "schema_migrations", "schema_info"})
            sql("DROP TABLE IF EXISTS " + name);
        if (session->dialect() != SqlDialect::postgresql) return;
        const auto functions = session->query(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = "
            "current_schema()::regnamespace");
        ASSERT_TRUE(functions) << functions.error().detail;
        for (const auto& row : functions->rows) sql("DROP FUNCTION " + row[0].value_or(""));
    }
    void sql(const std::string& text) {
        const auto done = session->query(text);
        ASSERT_TRUE(done) << text << ": " << done.error().detail;
    }
    std::string ask(const std::string& text) {
        const auto answer = query_one(*session, text);
        EXPECT_TRUE(answer) << text << ": " << answer.error().detail;
        return answer ? *answer : "";
    }
    std::string catalog() {
        std::string all;
        for (const std::string& query : catalog_queries(session->dialect())) {
            const auto answer = session->query(query);
            EXPECT_TRUE(answer) << query << ": " << answer.error().detail;
            if (!answer) return "";
            for (const auto& row : answer->rows) {
                for (const auto& value : row) all += value.value_or("NULL") + "|";
                all += "\n";
            }
        }
        return all;
    }
    SchemaState state() {
        auto read = read_schema_state(*session, migrations_of(session->dialect()));
        EXPECT_TRUE(read) << read.error().detail;
        return read ? *read : SchemaState{};
    }
    void make(std::uint32_t to = 99) {
        const auto made = run_migrations(*session, {.to = to});
        ASSERT_TRUE(made) << made.error().detail;
    }
    /// A program that was killed cannot leave the lock: as if its time were over.
    void let_lock_expire() {
        if (session->dialect() != SqlDialect::mariadb) return;
        if (ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() "
                "AND table_name = 'schema_lock'") != "0")
            sql("UPDATE schema_lock SET until = 0");
    }
    void expect_refused(const std::string& words) {
        for (const AutoMigrate policy : {AutoMigrate::never, AutoMigrate::when_empty, AutoMigrate::always}) {
            const auto prepared = prepare_schema(*session, policy);
            ASSERT_FALSE(prepared);
            EXPECT_EQ(prepared.error().code, StoreErrc::schema);
            EXPECT_THAT(prepared.error().detail, HasSubstr(words));
        }
    }
};

/// Runs `work` in a process of its own, with a connection of its own to one of the hosts.
pid_t in_process(const BackendConfig& config, int number, const std::function<bool(SqlConnection&)>& work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const auto session = session_of(config, static_cast<std::size_t>(number) % config.server.hosts.size());
    ::_exit(session && work(*session) ? 0 : 1);
}

int wait_for(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

/// In `programs` processes at once. @return how many said that it went well
int together(const BackendConfig& config, const std::function<bool(SqlConnection&, int)>& work) {
    std::vector<pid_t> children;
    for (int i = 0; i < programs; ++i)
        children.push_back(in_process(config, i, [&](SqlConnection& own) { return work(own, i); }));
    int well = 0;
    for (const pid_t child : children) {
        const int status = wait_for(child);
        well += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return well;
}

TEST_P(SchemaInServer, IsCreatedInAnEmptyDatabaseAndLeftAloneThen) {
    EXPECT_EQ(state().kind, SchemaKind::empty);
    const auto refused = prepare_schema(*session, AutoMigrate::never);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::schema);
    EXPECT_THAT(refused.error().detail, HasSubstr("leasehold migrate run -c FILE"));

    const auto made = prepare_schema(*session, AutoMigrate::when_empty);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->version, migrations_of(session->dialect()).back().version);
    EXPECT_THAT(made->notices, ElementsAre(HasSubstr("were created")));
    EXPECT_EQ(state().kind, SchemaKind::current);
    EXPECT_EQ(ask("SELECT count(*) FROM lease4"), "0");
    EXPECT_EQ(ask("SELECT count(*) FROM lease6"), "0");
    const std::string fresh = catalog();
    const auto again = prepare_schema(*session, AutoMigrate::always);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->notices.empty());
    EXPECT_EQ(catalog(), fresh);
}

TEST_P(SchemaInServer, IsTheSameFreshOrUpgraded) {
    make();
    const std::string fresh = catalog();
    drop_all();
    make(1);
    EXPECT_EQ(state().kind, SchemaKind::behind);
    EXPECT_FALSE(prepare_schema(*session, AutoMigrate::when_empty)) << "creating is not upgrading";
    const auto upgraded = prepare_schema(*session, AutoMigrate::always);
    ASSERT_TRUE(upgraded) << upgraded.error().detail;
    EXPECT_THAT(upgraded->notices, ElementsAre(HasSubstr("upgraded from version 1")));
    EXPECT_EQ(catalog(), fresh);
}

TEST_P(SchemaInServer, IsFinishedAfterAKillAtAnyMoment) {
    int moments = 0;
    ASSERT_TRUE(run_migrations(*session, {.observer = [&](const MigrationMoment&) { ++moments; }}));
    ASSERT_GE(moments, 12);
    const std::string fresh = catalog();
    for (int kill_at = 0; kill_at < moments; ++kill_at) {
        drop_all();
        const int status = wait_for(in_process(config, 0, [&](SqlConnection& own) {
            int at = 0;
            return run_migrations(own, {.observer =
                                            [&](const MigrationMoment&) {
                                                if (at++ == kill_at) ::raise(SIGKILL);
                                            }})
                .has_value();
        }));
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "moment " << kill_at;
        let_lock_expire();
        const auto finished = prepare_schema(*session, AutoMigrate::when_empty);
        ASSERT_TRUE(finished) << "moment " << kill_at << ": " << finished.error().detail;
        EXPECT_EQ(catalog(), fresh) << "moment " << kill_at;
        EXPECT_EQ(state().kind, SchemaKind::current);
    }
}

TEST_P(SchemaInServer, IsUpgradedAfterAKillAtAnyMoment) {
    make();
    const std::string fresh = catalog();
    for (int kill_at = 0;; ++kill_at) {
        drop_all();
        make(1);
        const int status = wait_for(in_process(config, 0, [&](SqlConnection& own) {
            int at = 0;
            return run_migrations(own, {.observer =
                                            [&](const MigrationMoment&) {
                                                if (at++ == kill_at) ::raise(SIGKILL);
                                            }})
                .has_value();
        }));
        if (WIFEXITED(status)) {
            EXPECT_EQ(WEXITSTATUS(status), 0);
            EXPECT_GE(kill_at, 4) << "there were moments to end it";
            break;
        }
        let_lock_expire();
        make();
        EXPECT_EQ(catalog(), fresh) << "moment " << kill_at;
        EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"), "2");
    }
}

TEST_P(SchemaInServer, IsCreatedOnceByProgramsThatStartTogether) {
    make();
    const std::string fresh = catalog();
    drop_all();
    EXPECT_EQ(together(config,
                       [](SqlConnection& own, int) {
                           const auto prepared = prepare_schema(own, AutoMigrate::when_empty);
                           if (!prepared) std::fprintf(stderr, "%s\n", prepared.error().detail.c_str());
                           return prepared.has_value();
                       }),
              programs);
    EXPECT_EQ(catalog(), fresh);
    EXPECT_EQ(state().kind, SchemaKind::current);
    EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"), "2");
}

TEST_P(SchemaInServer, IsUpgradedOnceByProgramsThatStartTogether) {
    make();
    const std::string fresh = catalog();
    drop_all();
    make(1);
    EXPECT_EQ(together(config,
                       [](SqlConnection& own, int) {
                           const auto prepared = prepare_schema(own, AutoMigrate::always);
                           if (!prepared) std::fprintf(stderr, "%s\n", prepared.error().detail.c_str());
                           return prepared.has_value();
                       }),
              programs);
    EXPECT_EQ(catalog(), fresh);
    EXPECT_EQ(state().kind, SchemaKind::current);
}

TEST_P(SchemaInServer, OfKeaIsForeignAndStaysAsItIs) {
    sql("CREATE TABLE lease4 (address BIGINT NOT NULL PRIMARY KEY)");
    const std::string before = catalog();
    EXPECT_EQ(state().kind, SchemaKind::foreign);
    expect_refused("database of Kea");
    EXPECT_EQ(catalog(), before);
}

TEST_P(SchemaInServer, OfAnotherProgramIsForeignAndStaysAsItIs) {
    sql("CREATE TABLE schema_migrations (version VARCHAR(14) NOT NULL PRIMARY KEY)");
    const std::string before = catalog();
    expect_refused("another program");
    EXPECT_EQ(catalog(), before);
}

TEST_P(SchemaInServer, OfANewerProgramIsUsedIfItSaysSo) {
    make();
    sql("UPDATE schema_info SET version = 9");
    EXPECT_TRUE(prepare_schema(*session, AutoMigrate::always));
    sql("UPDATE schema_info SET min_reader = 9");
    expect_refused("Use the newer program");
}

TEST_P(SchemaInServer, OfAnotherTextIsRefusedUntilItIsAccepted) {
    make();
    sql("UPDATE schema_migrations SET checksum = 'abc' WHERE version = 1");
    expect_refused("another text");
    ASSERT_TRUE(accept_checksum(*session, 1));
    EXPECT_EQ(state().kind, SchemaKind::current);
}

TEST_P(SchemaInServer, WithAMissingTableIsAClearError) {
    make();
    sql("DROP TABLE schema_migrations");
    expect_refused("restore a backup");
}

// --- registration

TEST_P(SchemaInServer, KnowsOneServerPerFamily) {
    make();
    const ServerIdentity first{17, "dhcp1"}, second{0xffff'ffff'ffff'fff0, "dhcp2"};
    EXPECT_EQ(register_server(*session, Family::v4, second, std::nullopt), 1U);
    EXPECT_EQ((*read_registration(*session, Family::v4))->server_id, second.server_id) << "all 64 bits";
    const auto refused = register_server(*session, Family::v4, first, std::nullopt);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::busy);
    EXPECT_THAT(refused.error().detail,
                AllOf(HasSubstr("on host dhcp2"), HasSubstr("leasehold db takeover")));
    EXPECT_EQ(register_server(*session, Family::v6, first, std::nullopt), 1U);

    // Several times within one second, where MariaDB counts no row as changed.
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(refresh_registration(*session, Family::v4, 1));
    EXPECT_EQ(register_server(*session, Family::v4, second, 1), 1U);
    ASSERT_TRUE(release_registration(*session, Family::v4, 1));
    EXPECT_EQ(register_server(*session, Family::v4, first, std::nullopt), 2U);
    const auto before = take_over(*session, Family::v4, second);
    ASSERT_TRUE(before && *before);
    EXPECT_EQ((*before)->server_id, 17U);
    const auto fenced = refresh_registration(*session, Family::v4, 2);
    ASSERT_FALSE(fenced);
    EXPECT_EQ(fenced.error().code, StoreErrc::fenced);
    EXPECT_EQ(register_server(*session, Family::v4, first, 2).error().code, StoreErrc::fenced);
}

TEST_P(SchemaInServer, RegistersOneOfThoseThatComeTogether) {
    make();
    for (int round = 0; round < 3; ++round) {
        sql("DELETE FROM server_registry");
        const auto come = [&](SqlConnection& own, int number) {
            const ServerIdentity self{static_cast<std::uint64_t>(number) + 1,
                                      "host" + std::to_string(number)};
            const auto epoch = register_server(own, Family::v4, self, std::nullopt);
            if (!epoch && epoch.error().code != StoreErrc::busy)
                std::fprintf(stderr, "%s\n", epoch.error().detail.c_str());
            return epoch.has_value();
        };
        EXPECT_EQ(together(config, come), 1);
        sql("UPDATE server_registry SET released = 1");
        EXPECT_EQ(together(config, come), 1) << "of those that find it released";
        EXPECT_EQ(ask("SELECT epoch FROM server_registry"), "2");
    }
}

std::string name_of(const testing::TestParamInfo<DatabaseServer>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Servers, SchemaInServer, testing::ValuesIn(database_servers()), name_of);

}  // namespace
}  // namespace leasehold::schema_test
