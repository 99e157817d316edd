// What counts as the same database, and that a description holds no secret.
#include "dhcp/backend_config.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace leasehold::backend_config_test {
namespace {

BackendConfig server() {
    BackendConfig config;
    config.type = BackendType::postgresql;
    config.server.hosts = {{"db1", 0}, {"db2", 5433}};
    config.server.name = "dhcp";
    config.server.user = "app";
    config.server.password = Secret{"swordfish"};
    return config;
}

struct Difference {
    const char* name;
    std::function<void(BackendConfig&)> make;
    bool same;
};
void PrintTo(const Difference& c, std::ostream* out) {
    *out << c.name;
}
class SameDatabase : public testing::TestWithParam<Difference> {};

TEST_P(SameDatabase, Table) {
    BackendConfig other = server();
    GetParam().make(other);
    EXPECT_EQ(same_database(server(), other), GetParam().same);
    EXPECT_EQ(same_database(other, server()), GetParam().same);
}

const Difference differences[] = {
    {"none", [](BackendConfig&) {}, true},
    {"user", [](BackendConfig& c) { c.server.user = "other"; }, true},
    {"password", [](BackendConfig& c) { c.server.password = Secret{"x"}; }, true},
    {"password_file", [](BackendConfig& c) { c.server.password_file = "/run/x"; }, true},
    {"tls", [](BackendConfig& c) { c.server.tls.mode = SslMode::verify_full; }, true},
    {"timeouts", [](BackendConfig& c) { c.server.connect_timeout = std::chrono::seconds{9}; }, true},
    {"retries", [](BackendConfig& c) { c.max_reconnect_tries = 9; }, true},
    {"order", [](BackendConfig& c) { std::swap(c.server.hosts[0], c.server.hosts[1]); }, true},
    {"one_host_more",
     [](BackendConfig& c) {
         c.server.hosts.push_back({"db3", 0});
     },
     true},
    {"one_host_less", [](BackendConfig& c) { c.server.hosts.pop_back(); }, true},
    {"usual_port_spelt_out",
     [](BackendConfig& c) {
         c.server.hosts = {{"db1", 5432}};
     },
     true},
    {"port",
     [](BackendConfig& c) {
         c.server.hosts = {{"db1", 5433}};
     },
     false},
    {"hosts",
     [](BackendConfig& c) {
         c.server.hosts = {{"db9", 0}};
     },
     false},
    {"database", [](BackendConfig& c) { c.server.name = "dhcp2"; }, false},
    {"type", [](BackendConfig& c) { c.type = BackendType::mariadb; }, false},
    {"family", [](BackendConfig& c) { c.family = Family::v6; }, false},
    {"readonly", [](BackendConfig& c) { c.readonly = true; }, false},
};
INSTANTIATE_TEST_SUITE_P(BackendConfig, SameDatabase, testing::ValuesIn(differences),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(BackendConfig, IsDescribedWithoutUserAndPassword) {
    BackendConfig config = server();
    EXPECT_EQ(describe(config), "postgresql://db1,db2:5433/dhcp");
    config.type = BackendType::mariadb;
    config.server.hosts = {{"", 0}, {"2001:db8::1", 3307}, {"/run/mysqld/mysqld.sock", 0}};
    EXPECT_EQ(describe(config), "mariadb://localhost,[2001:db8::1]:3307,/run/mysqld/mysqld.sock/dhcp");
}

}  // namespace
}  // namespace leasehold::backend_config_test
