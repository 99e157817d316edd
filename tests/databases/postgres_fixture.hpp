// What the tests of PostgreSQL sessions share: the servers that with_databases.py started, and a session on
// one of them. A server that was not started fails the test: a proof that did not run is no proof.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "lease_backends/lease_session.hpp"
#include "lease_backends/migrations.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::testing_support {

inline Deadline in_a_minute() {
    return std::chrono::steady_clock::now() + std::chrono::minutes{1};
}

/// @param name  "POSTGRESQL", "POSTGRESQL_TLS", "PGBOUNCER"
inline BackendConfig server_named(const std::string& name) {
    const char* const url = std::getenv(("LEASEHOLD_TEST_" + name).c_str());
    if (url == nullptr) {
        ADD_FAILURE() << "LEASEHOLD_TEST_" << name
                      << " is not set: run this program with support/with_databases.py";
        std::abort();
    }
    return config_from_test_url(url);
}

inline Credentials credentials_of(const BackendConfig& config) {
    return {config.server.user, config.server.password};
}

/// Polls until it is true; a minute means never.
template <class Condition>
void eventually(Condition condition, const char* what) {
    const auto give_up = in_a_minute();
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up) {
            ADD_FAILURE() << "never happened: " << what;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

/// A query that must succeed, as one text: cells divided by "|", rows by a line end.
inline std::string ask(SqlConnection& session, const std::string& sql,
                       const std::vector<SqlValue>& values = {}) {
    const auto answer = session.query(sql, values);
    if (!answer) {
        ADD_FAILURE() << sql << ": " << answer.error().detail;
        return "failed";
    }
    std::string text;
    for (const auto& row : answer->rows) {
        if (!text.empty()) text += "\n";
        for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "|") + row[i].value_or("NULL");
    }
    return text;
}

/// A session on the server that the parameter names, and one straight to PostgreSQL for what happens behind
/// its back. The schema is there, the tables are empty.
class PostgresSessionTest : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        behind = session_of(server_named("POSTGRESQL"));
        ASSERT_TRUE(behind);
        const auto schema = prepare_schema(*behind, AutoMigrate::always);
        ASSERT_TRUE(schema) << schema.error().detail;
        ask(*behind, "DELETE FROM lease");
        ask(*behind, "DELETE FROM server_registry");
        config = server_named(GetParam());
        session = session_of(config);
        ASSERT_TRUE(session);
    }

    bool pooled() const { return std::string{GetParam()} == "PGBOUNCER"; }

    std::unique_ptr<LeaseSession> behind, session;
    BackendConfig config;
};

}  // namespace leasehold::testing_support
