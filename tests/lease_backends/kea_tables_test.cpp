// What Kea's databases are asked, and what is made of their answers, without a database. That they understand
// the questions is tested in live/transfer_test.py.
#include "lease_backends/kea_tables.hpp"

#include <gmock/gmock.h>

namespace leasehold::kea_tables_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Knows the types of one table's columns and the answers to the pages, in order.
class ScriptedConnection final : public SqlConnection {
public:
    explicit ScriptedConnection(SqlDialect dialect) : dialect_{dialect} {}

    std::vector<std::pair<std::string, std::string>> types;
    std::vector<std::vector<std::vector<SqlValue>>> pages;
    std::vector<std::string> scripts, queries;
    std::vector<std::vector<SqlValue>> asked_with;
    std::optional<SqlError> failure;  // of pages

    SqlDialect dialect() const override { return dialect_; }
    std::string where() const override { return "postgresql://kea"; }
    void set_deadline(Deadline) override {}
    SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values) override {
        SqlRows answer;
        if (sql.find("information_schema") != std::string_view::npos) {
            for (const auto& [name, type] : types) answer.rows.push_back({name, type});
            return answer;
        }
        if (failure) return std::unexpected(*failure);
        asked_with.emplace_back(values.begin(), values.end());
        if (queries.size() < pages.size()) answer.rows = pages[queries.size()];
        queries.emplace_back(sql);
        return answer;
    }
    SqlResult<void> script(std::string_view sql) override {
        scripts.emplace_back(sql);
        return {};
    }

private:
    SqlDialect dialect_;
};

struct KeaTables : testing::Test {
    StoreResult<std::uint64_t> read(ScriptedConnection& connection, Family family) {
        return read_kea_table(connection, family,
                              {.lease = [this](Lease&& lease) -> StoreResult<void> {
                                   leases.push_back(std::move(lease));
                                   return {};
                               },
                               .refused = [this](std::string text) { refused.push_back(std::move(text)); }});
    }
    /// The oldest columns of lease4 only.
    static ScriptedConnection old_v4(SqlDialect dialect) {
        ScriptedConnection connection{dialect};
        for (const char* name : {"address", "HWADDR", "client_id", "valid_lifetime", "expire", "subnet_id",
                                 "fqdn_fwd", "fqdn_rev", "hostname"})
            connection.types.emplace_back(name, "whatever");
        return connection;
    }
    static std::vector<SqlValue> row_v4(const std::string& address, SqlValue expire = "5000") {
        return {"7", address, "0200", std::nullopt, "3600", std::move(expire), "7", "1", "0", std::nullopt};
    }

    std::vector<Lease> leases;
    std::vector<std::string> refused;
};

TEST_F(KeaTables, ReadsOneSnapshotAndWritesNothing) {
    auto postgres = old_v4(SqlDialect::postgresql);
    postgres.pages = {{row_v4("10.0.0.1")}};
    ASSERT_EQ(read(postgres, Family::v4), 1U);
    EXPECT_THAT(postgres.scripts,
                ElementsAre("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK"));
    auto mysql = old_v4(SqlDialect::mariadb);
    ASSERT_EQ(read(mysql, Family::v4), 0U);
    EXPECT_THAT(mysql.scripts,
                ElementsAre("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", "ROLLBACK"));
    ASSERT_EQ(leases.size(), 1U);
    EXPECT_EQ(leases[0].cltt, LeaseTime{std::chrono::seconds{1400}});
    EXPECT_EQ(leases[0].hold_until, LeaseTime{std::chrono::seconds{5000}});
    EXPECT_EQ(leases[0].hostname, "");
}

TEST_F(KeaTables, AsksOnlyForColumnsThatAreThere) {
    auto connection = old_v4(SqlDialect::mariadb);
    ASSERT_TRUE(read(connection, Family::v4));
    EXPECT_THAT(connection.queries, ElementsAre(Not(HasSubstr("pool_id"))));
    EXPECT_THAT(connection.queries, ElementsAre(HasSubstr("UNIX_TIMESTAMP(expire)")));
}

TEST_F(KeaTables, GoesOnBehindTheLastKeyOfAFullPage) {
    auto connection = old_v4(SqlDialect::postgresql);
    connection.pages = {std::vector<std::vector<SqlValue>>(4096, row_v4("10.0.0.1")), {row_v4("10.0.0.2")}};
    ASSERT_EQ(read(connection, Family::v4), 4097U);
    EXPECT_THAT(connection.asked_with, ElementsAre(ElementsAre(), ElementsAre(SqlValue{"7"})));
    EXPECT_THAT(connection.queries.back(), HasSubstr("WHERE address > CAST(? AS bigint)"));
}

TEST_F(KeaTables, RowsThatAreNoLeasesAreNamed) {
    auto connection = old_v4(SqlDialect::postgresql);
    connection.pages = {
        {row_v4("10.0.0.1", std::nullopt), row_v4("10.0.0.2", "many"), row_v4("10.0.0.3", "1")}};
    ASSERT_EQ(read(connection, Family::v4), 3U);
    EXPECT_TRUE(leases.empty());
    EXPECT_THAT(refused, ElementsAre(HasSubstr("lease4, 10.0.0.1: expire is NULL"),
                                     HasSubstr("10.0.0.2: expire cannot be \"many\""),
                                     HasSubstr("10.0.0.3: expire lies before")));
}

TEST_F(KeaTables, AddressesOfV6AreAskedForByTheirType) {
    struct Case {
        SqlDialect dialect;
        std::string type, selected, compared;
    };
    for (const Case& c : {Case{SqlDialect::mariadb, "binary", "INET6_NTOA(address)", "UNHEX(?)"},
                          Case{SqlDialect::mariadb, "varchar", "SELECT address, address", "address > ?"},
                          Case{SqlDialect::postgresql, "inet", "host(address)", "CAST(? AS inet)"},
                          Case{SqlDialect::postgresql, "character varying", "address", "address > ?"}}) {
        ScriptedConnection connection{c.dialect};
        for (const char* name : {"duid", "valid_lifetime", "expire", "subnet_id", "pref_lifetime",
                                 "lease_type", "iaid", "prefix_len", "fqdn_fwd", "fqdn_rev", "hostname"})
            connection.types.emplace_back(name, "whatever");
        connection.types.emplace_back("address", c.type);
        const std::vector<SqlValue> row{"key", "2001:db8::1", "0001", "4294967295", "1000", "7",  "1800",
                                        "0",   "7",           "128",  "0",          "0",    "six"};
        connection.pages = {std::vector<std::vector<SqlValue>>(4096, row), {}};
        leases.clear();
        ASSERT_TRUE(read(connection, Family::v6)) << c.type;
        EXPECT_THAT(connection.queries.front(), HasSubstr(c.selected));
        EXPECT_THAT(connection.queries.back(), HasSubstr(c.compared));
        // Without end: what stands there is when it began.
        EXPECT_EQ(leases.front().cltt, LeaseTime{std::chrono::seconds{1000}});
        EXPECT_EQ(leases.front().expire, LeaseTime{std::chrono::seconds{1000 + 4294967295}});
    }
}

TEST_F(KeaTables, AnotherDatabaseIsNotKeas) {
    ScriptedConnection empty{SqlDialect::mariadb};
    auto nothing = read(empty, Family::v4);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, StoreErrc::schema);
    EXPECT_THAT(nothing.error().detail, HasSubstr("there is no table lease4; is this Kea's"));
    auto strange = old_v4(SqlDialect::postgresql);
    strange.types.erase(strange.types.begin() + 4);
    auto other = read(strange, Family::v4);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().detail, HasSubstr("no column expire"));
}

TEST_F(KeaTables, AFailureKeepsTheDatabasesWords) {
    auto connection = old_v4(SqlDialect::postgresql);
    connection.failure = SqlError{SqlFault::permission, "42501", "permission denied for table lease4", false};
    const auto failed = read(connection, Family::v4);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, StoreErrc::permissions);
    EXPECT_THAT(failed.error().detail, HasSubstr("permission denied for table lease4 (42501)"));
    EXPECT_EQ(connection.scripts.back(), "ROLLBACK");
}

}  // namespace
}  // namespace leasehold::kea_tables_test
