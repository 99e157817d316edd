// The database servers that tests/support/with_databases.py has started for this program, as configurations.
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "dhcp/backend_config.hpp"
#include "lease_backends/lease_session.hpp"

namespace leasehold::testing_support {

struct DatabaseServer {
    std::string name;  // "postgresql", "pgbouncer", "mariadb", "galera"
    BackendConfig config;
};
/// The name of a failed test; a configuration has a password in it.
inline void PrintTo(const DatabaseServer& server, std::ostream* out) {
    *out << server.name;
}

/// scheme://user:password@host:port[,host:port ...]/name, as with_databases.py writes it: nothing is escaped.
inline BackendConfig config_from_test_url(const std::string& url) {
    BackendConfig config;
    const auto scheme_end = url.find("://");
    const auto at = url.find('@');
    const auto slash = url.find('/', at);
    const auto user_end = url.find(':', scheme_end + 3);
    config.type = url.starts_with("postgresql") ? BackendType::postgresql : BackendType::mariadb;
    config.server.user = url.substr(scheme_end + 3, user_end - scheme_end - 3);
    config.server.password = Secret{url.substr(user_end + 1, at - user_end - 1)};
    config.server.name = url.substr(slash + 1);
    config.server.hosts.clear();
    for (std::size_t begin = at + 1; begin < slash;) {
        const auto end = std::min(url.find(',', begin), slash);
        const auto colon = url.find(':', begin);
        DatabaseHost host{url.substr(begin, colon - begin), 0};
        std::from_chars(url.data() + colon + 1, url.data() + end, host.port);
        config.server.hosts.push_back(host);
        begin = end + 1;
    }
    config.server_id = 17;
    return config;
}

/// Those that the environment names; empty where this program runs by itself.
inline std::vector<DatabaseServer> database_servers() {
    std::vector<DatabaseServer> servers;
    for (const std::string name : {"postgresql", "pgbouncer", "mariadb", "galera"}) {
        std::string variable = "LEASEHOLD_TEST_" + name;
        for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (const char* const url = std::getenv(variable.c_str()))
            servers.push_back({name, config_from_test_url(url)});
    }
    return servers;
}

/// A connection for what a test does behind the store's back.
inline std::unique_ptr<LeaseSession> session_of(const BackendConfig& config, std::size_t host = 0) {
    auto session =
        config.type == BackendType::postgresql ? make_postgres_session(config) : make_mariadb_session(config);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    const auto connected = session->connect(config.server.hosts.at(host),
                                            {config.server.user, config.server.password}, deadline);
    if (!connected) {
        ADD_FAILURE() << connected.error().detail;
        return nullptr;
    }
    session->set_deadline(deadline);
    return session;
}

/// No leases and nobody registered; the schema stays. A database without our schema stays as it is.
inline void empty_database(const BackendConfig& config) {
    const auto session = session_of(config);
    if (!session) return;
    for (const std::string table : {"lease", "server_registry"}) {
        const auto emptied = session->query("DELETE FROM " + table);
        EXPECT_TRUE(emptied || emptied.error().fault == SqlFault::missing) << emptied.error().detail;
    }
}

}  // namespace leasehold::testing_support
