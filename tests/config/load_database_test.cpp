// The map lease-database of database servers: what it becomes, what is wrong with it and where that is told.
#include "config/load_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/config/configuration.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::config::load_database_test {
namespace {

using testing::HasSubstr;
using testing::Not;

LoadOptions options() {
    LoadOptions options;
    options.directories.data = "/data";
    options.server_id = 77;
    options.environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "PW") return "swordfish/@:${}";
        if (name == "HOST") return "db7:5555";
        return std::nullopt;
    };
    return options;
}

LoadResult load_members(const std::string& members) {
    return load_global("\n\"lease-database\": {" + members + "}", options());
}

/// What most of the expectations share.
BackendConfig base(BackendType type) {
    BackendConfig config;
    config.type = type;
    config.server_id = 77;
    config.outage_journal = "/data/outage4.db";
    config.server.name = "dhcp";
    if (type == BackendType::postgresql) config.server.hosts = {{"localhost", 0}};
    return config;
}

struct Good {
    const char* name;
    const char* members;
    BackendType type;
    std::function<void(BackendConfig&)> differs;
};
void PrintTo(const Good& c, std::ostream* out) {
    *out << c.name;
}
class Database : public testing::TestWithParam<Good> {};

TEST_P(Database, Table) {
    const auto loaded = load_members(GetParam().members);
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    BackendConfig expected = base(GetParam().type);
    GetParam().differs(expected);
    EXPECT_EQ(loaded->server->lease_database, expected);
}

constexpr auto pg = BackendType::postgresql, maria = BackendType::mariadb;
const Good good[] = {
    {"least", R"("type": "postgresql", "name": "dhcp")", pg, [](BackendConfig&) {}},
    {"mysql", R"("type": "mysql", "name": "dhcp")", maria, [](BackendConfig&) {}},
    {"mariadb", R"("type": "mariadb", "name": "dhcp", "persist": true, "lfc-interval": 3600)", maria,
     [](BackendConfig&) {}},
    {"keas_keys",
     R"("type": "mysql", "name": "dhcp", "host": "db1", "port": 3307, "user": "app", "password": "pa$word",
        "connect-timeout": 9, "read-timeout": 8, "write-timeout": 7, "tcp-user-timeout": 6, "readonly": true,
        "max-reconnect-tries": 5, "reconnect-wait-time": 400, "on-fail": "serve-retry-continue",
        "retry-on-startup": true)",
     maria,
     [](BackendConfig& c) {
         c.server.hosts = {{"db1", 3307}};
         c.server.user = "app";
         c.server.password = Secret{"pa$word"};
         c.server.connect_timeout = std::chrono::seconds{9};
         c.server.read_timeout = std::chrono::seconds{8};
         c.server.write_timeout = std::chrono::seconds{7};
         c.server.tcp_user_timeout = std::chrono::seconds{6};
         c.readonly = true;
         c.max_reconnect_tries = 5;
         c.reconnect_wait_time = std::chrono::milliseconds{400};
         c.on_fail = OnFail::serve_retry_continue;
         c.retry_on_startup = true;
     }},
    {"durations",
     R"("type": "postgresql", "name": "dhcp", "connect-timeout": "2m", "tcp-user-timeout": "3000ms",
        "reconnect-wait-time": "1s")",
     pg,
     [](BackendConfig& c) {
         c.server.connect_timeout = std::chrono::minutes{2};
         c.server.tcp_user_timeout = std::chrono::seconds{3};
         c.reconnect_wait_time = std::chrono::seconds{1};
     }},
    {"hosts", R"("type": "postgresql", "name": "dhcp", "host": "db1:1,db2,[::1]", "port": 2)", pg,
     [](BackendConfig& c) {
         c.server.hosts = {{"db1", 1}, {"db2", 2}, {"::1", 2}};
     }},
    {"tls",
     R"("type": "postgresql", "name": "dhcp", "ssl-mode": "verify-ca", "trust-anchor": "ca.pem",
        "cert-file": "/c.pem", "key-file": "k.pem", "tls-required": false)",
     pg,
     [](BackendConfig& c) {
         c.server.tls.mode = SslMode::verify_ca;
         c.server.tls.trust_anchor = "/data/ca.pem";
         c.server.tls.cert_file = "/c.pem";
         c.server.tls.key_file = "/data/k.pem";
         c.server.tls.required = false;
     }},
    {"ciphers", R"("type": "mariadb", "name": "dhcp", "cipher-list": "TLS_AES_128_GCM_SHA256")", maria,
     [](BackendConfig& c) { c.server.tls.cipher_list = "TLS_AES_128_GCM_SHA256"; }},
    {"files", R"("type": "mariadb", "name": "dhcp", "user-file": "u", "password-file": "/run/pw")", maria,
     [](BackendConfig& c) {
         c.server.user_file = "/data/u";
         c.server.password_file = "/run/pw";
     }},
    {"credentials_file", R"("type": "mariadb", "name": "dhcp", "credentials-file": "c", "password": "")",
     maria, [](BackendConfig& c) { c.server.credentials_file = "/data/c"; }},
    {"placeholders",
     R"("type": "postgresql", "name": "${N:-dhcp}", "host": "db1,${HOST}", "user": "u$$", "password": "${PW}")",
     pg,
     [](BackendConfig& c) {
         c.server.hosts = {{"db1", 0}, {"db7", 5555}};
         c.server.user = "u$";
         c.server.password = Secret{"swordfish/@:${}"};
     }},
    {"recovery",
     R"("type": "postgresql", "name": "dhcp", "on-fail": "serve-retry-exit", "outage-service": "confirm",
        "outage-journal": "j.db", "spool-max-bytes": 100000, "commit-timeout": "1500ms",
        "unlimited-reconnect-tries": true, "reconnect-wait-time": 250, "reconnect-backoff-max": "30s",
        "continue-retrying": false, "retry-on-startup": true)",
     pg,
     [](BackendConfig& c) {
         c.on_fail = OnFail::serve_retry_exit;
         c.outage_service = OutageService::confirm;
         c.outage_journal = "/data/j.db";
         c.spool_max_octets = 100000;
         c.commit_timeout = std::chrono::milliseconds{1500};
         c.unlimited_reconnect_tries = c.retry_on_startup = true;
         c.reconnect_wait_time = std::chrono::milliseconds{250};
         c.reconnect_backoff_max = std::chrono::seconds{30};
         c.continue_retrying = false;
     }},
    {"migrate_init", R"("type": "postgresql", "name": "dhcp", "auto-migrate": "init")", pg,
     [](BackendConfig& c) { c.auto_migrate = AutoMigrate::when_empty; }},
    {"migrate", R"("type": "postgresql", "name": "dhcp", "auto-migrate": true)", pg,
     [](BackendConfig& c) { c.auto_migrate = AutoMigrate::always; }},
    {"migrate_never", R"("type": "postgresql", "name": "dhcp", "auto-migrate": false)", pg,
     [](BackendConfig& c) { c.auto_migrate = AutoMigrate::never; }},
    {"exclusive", R"("type": "postgresql", "name": "dhcp", "exclusive": true, "max-connections": 2)", pg,
     [](BackendConfig&) {}},
    {"url",
     R"("url": "postgres://app:${PW}@h1:5432,h2/dhcp?sslmode=verify-full&sslrootcert=ca.pem&connect_timeout=3s&auto_migrate=true",
        "on-fail": "serve-retry-exit")",
     pg,
     [](BackendConfig& c) {
         c.server.hosts = {{"h1", 5432}, {"h2", 0}};
         c.server.user = "app";
         c.server.password = Secret{"swordfish/@:${}"};
         c.server.connect_timeout = std::chrono::seconds{3};
         c.server.tls.mode = SslMode::verify_full;
         c.server.tls.trust_anchor = "/data/ca.pem";
         c.auto_migrate = AutoMigrate::always;
         c.on_fail = OnFail::serve_retry_exit;
     }},
    {"url_with_file", R"("url": "mariadb://app@/dhcp", "password-file": "pw")", maria,
     [](BackendConfig& c) {
         c.server.user = "app";
         c.server.password_file = "/data/pw";
     }},
    {"url_with_socket", R"("url": "postgresql:///dhcp")", pg,
     [](BackendConfig& c) {
         c.server.hosts = {{"", 0}};
     }},
    {"url_of_file", R"("url": "sqlite:///a/b.db?fix_permissions=true")", BackendType::sqlite,
     [](BackendConfig& c) {
         c.server.name = "";
         c.path = "/a/b.db";
         c.fix_permissions = true;
     }},
    {"url_of_memory", R"("url": "sqlite://:memory:")", BackendType::sqlite,
     [](BackendConfig& c) {
         c.server.name = "";
         c.path = ":memory:";
     }},
};
INSTANTIATE_TEST_SUITE_P(Load, Database, testing::ValuesIn(good),
                         [](const auto& c) { return std::string{c.param.name}; });

struct Told {
    const char* name;
    const char* members;  // they begin in line 2, column 20
    std::uint32_t column;
    const char* pointer;  // below /Dhcp4/lease-database
    const char* words;    // of the whole message
};
void PrintTo(const Told& c, std::ostream* out) {
    *out << c.name;
}

void expect_told(const Told& c, const std::vector<Problem>& problems) {
    ASSERT_EQ(problems.size(), 1u) << format(problems);
    const std::string text = format(problems);
    EXPECT_EQ(text.substr(0, text.find(": ")), "f:2:" + std::to_string(c.column)) << text;
    EXPECT_EQ(problems[0].pointer, "/Dhcp4/lease-database" + std::string{c.pointer});
    EXPECT_THAT(text, HasSubstr(c.words));
    EXPECT_THAT(text, Not(HasSubstr("swordfish")));
}

class DatabaseError : public testing::TestWithParam<Told> {};
TEST_P(DatabaseError, IsToldAtItsPlace) {
    const auto loaded = load_members(GetParam().members);
    ASSERT_FALSE(loaded);
    expect_told(GetParam(), loaded.error());
}

const Told errors[] = {
    {"neither", R"("readonly": true)", 19, "", "or one \"url\""},
    {"no_name", R"("type":"mysql")", 19, "", "the key \"name\" is missing"},
    {"empty_name", R"("type":"mysql", "name":"")", 43, "/name", "the name of the database"},
    {"url_and_type", R"("url":"mysql://h/d", "type":"mysql")", 48, "/type",
     "\"type\" stands beside \"url\", which is to say it (allowed: one of the two"},
    {"url_and_host", R"("url":"mysql://h/d", "host":"h")", 48, "/host", "\"host\" stands beside \"url\""},
    {"url_and_password", R"("url":"mysql://h/d", "password":"swordfish")", 52, "/password",
     "\"password\" stands beside \"url\""},
    {"url_and_key", R"("url":"mysql://h/d?connect_timeout=3", "connect-timeout":3)", 77, "/connect-timeout",
     "says it behind \"?\""},
    {"url_scheme", R"("url":"swordfish")", 26, "/url", "begins with no known scheme"},
    {"url_range", R"("url":"mysql://h/d?connect_timeout=0")", 26, "/url",
     "\"connect-timeout\" of the url: 0 is out of range (allowed: an integer from 1 to 2147483647, in "
     "seconds"},
    {"url_word", R"("url":"mysql://h/d?sslmode=verify")", 26, "/url",
     "\"ssl-mode\" of the url: \"verify\" is not known here"},
    {"url_word_of_environment", R"("url":"mysql://h/d?sslmode=${PW}")", 26, "/url",
     "the value from the environment is not right"},
    {"url_type", R"("url":"mysql://h/d?readonly=maybe")", 26, "/url",
     "\"readonly\" of the url: a string stands where true or false belongs"},
    {"url_unset", R"("url":"mysql://u:${SWORDFISH}@h/d")", 26, "/url",
     "in the password of the url the environment variable \"SWORDFISH\" is not set"},
    {"url_and_password_file", R"("url":"mysql://u:swordfish@h/d", "password-file":"x")", 69, "/password-file",
     "\"password-file\" stands beside \"password\" or a url with one"},
    {"url_and_user_file", R"("url":"mysql://u@h/d", "user-file":"x")", 55, "/user-file",
     "stands beside \"user\" or a url with one"},
    {"unset", R"("type":"mysql", "name":"d", "password":"${SECRET}")", 59, "/password",
     "the environment variable \"SECRET\" is not set"},
    {"placeholder", R"("type":"mysql", "name":"d", "host":"${")", 55, "/host", "has no end"},
    {"two_passwords", R"("type":"mysql", "name":"d", "password":"swordfish", "password-file":"x")", 88,
     "/password-file", "one of the two"},
    {"two_users", R"("type":"mysql", "name":"d", "user-file":"x", "credentials-file":"y")", 84,
     "/credentials-file", "\"credentials-file\" stands beside \"user-file\""},
    {"connect_timeout", R"("type":"mysql", "name":"d", "connect-timeout":0)", 66, "/connect-timeout",
     "0 is out of range"},
    {"duration", R"("type":"mysql", "name":"d", "connect-timeout":"1500ms")", 66, "/connect-timeout",
     "is not a whole number of seconds"},
    {"duration_range", R"("type":"mysql", "name":"d", "connect-timeout":"0s")", 66, "/connect-timeout",
     "\"0s\" is out of range"},
    {"read_timeout", R"("type":"postgresql", "name":"d", "read-timeout":1)", 68, "/read-timeout",
     "belongs to the types mysql and mariadb"},
    {"write_timeout", R"("type":"memory", "write-timeout":"1s")", 53, "/write-timeout",
     "belongs to the types mysql and mariadb"},
    {"host", R"("type":"mysql", "name":"d", "host":"db1:swordfish")", 55, "/host", "the port of host 1"},
    {"ssl_mode", R"("type":"mysql", "name":"d", "ssl-mode":"verify")", 59, "/ssl-mode", "verify-full"},
    {"tls_on_socket", R"("type":"postgresql", "name":"d", "host":"/run", "ssl-mode":"require")", 79,
     "/ssl-mode", "PostgreSQL does not encrypt on a local socket"},
    {"authority_on_socket", R"("type":"postgresql", "name":"d", "host":"/run", "trust-anchor":"/ca")", 83,
     "/trust-anchor", "does not encrypt on a local socket"},
    {"url_on_socket", R"("url":"postgres:///d?sslmode=require")", 26, "/url",
     "does not encrypt on a local socket"},
    {"disabled", R"("type":"mysql", "name":"d", "trust-anchor":"/ca", "ssl-mode":"disable")", 81, "/ssl-mode",
     "\"disable\" contradicts"},
    {"auto_migrate", R"("type":"mysql", "name":"d", "auto-migrate":"yes")", 63, "/auto-migrate",
     "true, false or \"init\""},
    {"not_exclusive", R"("type":"mysql", "name":"d", "exclusive":false)", 48, "/exclusive", "not built yet"},
    {"shared", R"("type":"mysql", "name":"d", "shared":true)", 48, "/shared", "not built yet"},
    {"hidden_mark", R"("type":"mysql", "name":"d", "password":"*****")", 59, "/password",
     "in this place there is nothing that it could stand for"},
};
INSTANTIATE_TEST_SUITE_P(Load, DatabaseError, testing::ValuesIn(errors),
                         [](const auto& c) { return std::string{c.param.name}; });

class DatabaseWarning : public testing::TestWithParam<Told> {};
TEST_P(DatabaseWarning, IsToldAtItsPlace) {
    const auto loaded = load_members(GetParam().members);
    ASSERT_TRUE(loaded) << format(loaded.error());
    expect_told(GetParam(), loaded->warnings);
}

const Told warnings[] = {
    {"keas_password", R"("type":"mysql", "name":"d", "password":"keatest")", 59, "/password",
     "stands in Kea's documentation"},
    {"host_of_memory", R"("type":"memory", "host":"db1")", 44, "/host",
     "\"host\" is of a database server: it is ignored"},
    {"password_of_memfile", R"("type":"memfile", "password":"swordfish")", 49, "/password", "it is ignored"},
    {"url_query_of_file", R"("url":"sqlite:///x?connect_timeout=3")", 26, "/url",
     "\"connect-timeout\" is of a database server"},
    {"persist", R"("type":"mysql", "name":"d", "persist":false)", 58, "/persist", "of the type memfile"},
    {"lfc", R"("type":"mysql", "name":"d", "lfc-interval":5)", 48, "/lfc-interval", "is ignored"},
    {"permissions", R"("type":"mysql", "name":"d", "fix-permissions":true)", 66, "/fix-permissions",
     "of a database in a file"},
    {"connections", R"("type":"mysql", "name":"d", "max-connections":1)", 66, "/max-connections",
     "a second connection for a moment"},
    {"ciphers", R"("type":"postgresql", "name":"d", "cipher-list":"X")", 67, "/cipher-list", "OPENSSL_CONF"},
    {"authority_folder", R"("type":"postgresql", "name":"d", "trust-anchor":"/")", 68, "/trust-anchor",
     "are put together for it"},
    {"tls_on_socket_not_required",
     R"("type":"postgresql","name":"d","host":"/r","ssl-mode":"require","tls-required":false)", 74,
     "/ssl-mode", "nobody listens in on a socket"},
    {"url_ignored_key", R"("url":"mysql://h/d?idle_timeout=5")", 26, "/url", "\"idle-timeout\" is ignored"},
};
INSTANTIATE_TEST_SUITE_P(Load, DatabaseWarning, testing::ValuesIn(warnings),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(LoadDatabase, TheEnvironmentIsReadAtEachLoad) {
    LoadOptions changing = options();
    int loads = 0;
    changing.environment = [&](const std::string&) { return "name" + std::to_string(++loads); };
    for (const char* const name : {"name1", "name2"}) {
        const auto loaded = load_global(R"("lease-database": {"type": "mysql", "name": "${N}"})", changing);
        ASSERT_TRUE(loaded) << format(loaded.error());
        EXPECT_EQ(loaded->server->lease_database.server.name, name);
    }
}

TEST(LoadDatabase, RegistersUnderTheConfiguredNumber) {
    const auto loaded =
        load_global(R"("server-id": 5, "lease-database": {"type": "mysql", "name": "d"})", options());
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->lease_database.server_id, 5u);
}

}  // namespace
}  // namespace leasehold::config::load_database_test
