// What the tests of the MariaDB session share: the servers that the environment names, with our schema.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "lease_backends/mariadb_session.hpp"
#include "lease_backends/migrations.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::testing_support {

inline Deadline in_a_minute() {
    return std::chrono::steady_clock::now() + std::chrono::minutes{1};
}

/// The value of a variable of with_databases.py; the test fails without it.
inline std::string from_environment(const std::string& variable) {
    const char* const value = std::getenv(variable.c_str());
    EXPECT_NE(value, nullptr) << variable << " is not set: start this program by support.with_databases";
    return value == nullptr ? "" : value;
}

/// A server of the environment: "MARIADB", "MARIADB_TLS", "GALERA".
struct TestServer {
    explicit TestServer(const std::string& name)
        : config{config_from_test_url(from_environment("LEASEHOLD_TEST_" + name))},
          directory{from_environment("LEASEHOLD_TEST_" + name + "_DIRECTORY")} {}

    Credentials credentials() const { return {config.server.user, config.server.password}; }
    SqlResult<ServerTraits> connect(MariadbSession& session, std::size_t host = 0) const {
        auto traits = session.connect(config.server.hosts.at(host), credentials(), in_a_minute());
        session.set_deadline(in_a_minute());
        return traits;
    }
    /// @param node  "" or "/node1": a folder below the server's
    std::unique_ptr<MariadbSession> administrator(const std::string& node = "") const {
        auto session = std::make_unique<MariadbSession>(config);
        const auto traits =
            session->connect({directory + node + "/socket", 0}, {"root", Secret{}}, in_a_minute());
        EXPECT_TRUE(traits) << traits.error().detail;
        session->set_deadline(in_a_minute());
        return session;
    }

    BackendConfig config;
    std::string directory;
};

/// Statements that must succeed.
inline std::string expect_done(SqlConnection& connection, std::string_view sql) {
    const auto answer = connection.query(sql);
    EXPECT_TRUE(answer) << sql << ": " << answer.error().detail;
    if (!answer || answer->rows.empty()) return "";
    return answer->rows[0][0].value_or("NULL");
}

/// Our schema, made anew when it is not there, and no rows.
inline void prepare_database(SqlConnection& connection) {
    const std::string tables = expect_done(
        connection,
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = "
        "'server_registry'");
    if (tables == "0")
        for (const Migration& migration : migrations_of(SqlDialect::mariadb)) {
            const auto done = connection.script(migration.sql);
            ASSERT_TRUE(done) << done.error().detail;
        }
    expect_done(connection, "DELETE FROM lease");
    expect_done(connection, "DELETE FROM server_registry");
}

/// Changes as the groups that a session takes; owns both.
class Changes {
public:
    explicit Changes(std::vector<Change> changes) : changes_{std::move(changes)} {
        std::vector<PlannedChange> planned;
        for (std::size_t i = 0; i < changes_.size(); ++i) planned.push_back({&changes_[i], i});
        groups_ = plan_groups(planned);
    }
    Changes(const Changes&) = delete;
    Changes& operator=(const Changes&) = delete;
    std::span<const ChangeGroup> groups() const { return groups_; }
    /// In the order in which the changes were given.
    std::vector<bool> in_order(const std::vector<std::vector<bool>>& verdicts) const {
        std::vector<bool> all(changes_.size());
        for (std::size_t g = 0; g < groups_.size(); ++g)
            for (std::size_t i = 0; i < groups_[g].at.size(); ++i) all[groups_[g].at[i]] = verdicts[g][i];
        return all;
    }

private:
    std::vector<Change> changes_;
    std::vector<ChangeGroup> groups_;
};

inline SqlResult<std::vector<bool>> apply_to(LeaseSession& session, std::vector<Change> changes,
                                             const Fence& fence = {}, Finish finish = Finish::commit) {
    const Changes planned{std::move(changes)};
    auto verdicts = session.apply(planned.groups(), fence, finish);
    if (!verdicts) return std::unexpected(std::move(verdicts.error()));
    return planned.in_order(*verdicts);
}

}  // namespace leasehold::testing_support
