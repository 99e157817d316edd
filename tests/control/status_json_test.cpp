#include "control/status_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace leasehold::status_json_test {
namespace {

using nlohmann::json;

// Not within the macros below: the preprocessor of g++ 12 takes no raw string of several lines there.
constexpr auto nobody_disabled_it = R"({ "globally-disabled": false, "disabled-by-user": false,
    "disabled-by-local-command": [], "disabled-by-remote-command": [], "disabled-by-db-connection": [] })";

TEST(StatusJson, ServingServer) {
    StatusInputs inputs;
    inputs.process = 42;
    inputs.server.service.mode = ServiceMode::open;
    inputs.server.backend.state = BackendState::serving;
    inputs.server.uptime = std::chrono::seconds{100};
    inputs.server.since_reload = std::chrono::seconds{7};
    inputs.server.listening = {"eth0 (raw and udp)"};
    const auto status = status_json(inputs);
    EXPECT_EQ(status["pid"], 42);
    EXPECT_EQ(status["uptime"], 100);
    EXPECT_EQ(status["reload"], 7);
    EXPECT_EQ(status["sockets"],
              (json{{"status", "ready"}, {"listening", json::array({"eth0 (raw and udp)"})}}));
    EXPECT_EQ(status["dhcp-state"], json::parse(nobody_disabled_it));
    EXPECT_EQ(status["service"], json::parse(R"({ "state": "open" })"));
}

TEST(StatusJson, SlowestExchanges) {
    StatusInputs inputs;
    EXPECT_EQ(status_json(inputs)["slowest-exchanges"], json::array());
    SlowExchange slow;
    slow.at = std::chrono::system_clock::from_time_t(1'769'900'000);
    slow.took = std::chrono::microseconds{1'234'567};
    slow.message = "DHCPREQUEST";
    slow.client = "02:4c:00:00:00:01";
    inputs.server.slowest_exchanges = {slow};
    constexpr auto little = R"([ { "time": "2026-01-31T22:53:20Z", "message": "DHCPREQUEST", "client": "02:4c:00:00:00:01",
                                   "milliseconds": 1234.567 } ])";
    EXPECT_EQ(status_json(inputs)["slowest-exchanges"], json::parse(little));
    slow.lease = Prefix{*parse_ipv6("2001:db8:5::"), 56};
    slow.subnet_id = 7;
    slow.waited_for = WaitedFor::commit;
    inputs.server.slowest_exchanges = {slow, slow};
    inputs.utc_offset = std::chrono::hours{-1};
    const auto status = status_json(inputs);
    EXPECT_EQ(status["slowest-exchanges"].size(), 2u);
    EXPECT_EQ(status["slowest-exchanges"][1]["address"], "2001:db8:5::/56");
    EXPECT_EQ(status["slowest-exchanges"][1]["subnet-id"], 7);
    EXPECT_EQ(status["slowest-exchanges"][1]["waited-for"], "commit");
    EXPECT_EQ(status["utc-offset"], -3600);
}

TEST(StatusJson, WhoDisabledIt) {
    StatusInputs inputs;
    inputs.server.disabled_by = {1, 1000, 1002, 2001};
    inputs.server.backend.state = BackendState::serving;
    const auto state = status_json(inputs)["dhcp-state"];
    EXPECT_EQ(state["disabled-by-user"], true);
    EXPECT_EQ(state["disabled-by-local-command"], json({1000, 1002}));
    EXPECT_EQ(state["disabled-by-remote-command"], json({2001}));
    EXPECT_EQ(state["globally-disabled"], true);
}

TEST(StatusJson, OutageInWords) {
    StatusInputs inputs;
    inputs.server.service = {ServiceMode::closed, OutageService::drop, "the lease database is away"};
    auto& backend = inputs.server.backend;
    backend.state = BackendState::waiting;
    backend.where = "sqlite:/x.db";
    backend.attempt = 3;
    backend.last_error = "disk full";
    backend.next_try = inputs.now + std::chrono::milliseconds{2500};
    const auto status = status_json(inputs);
    EXPECT_EQ(status["service"]["reason"], "the lease database is away");
    EXPECT_EQ(status["database-status"]["state"], to_string(BackendState::waiting));
    EXPECT_EQ(status["database-status"]["last-error"], "disk full");
    EXPECT_EQ(status["database-status"]["attempt"], 3);
    EXPECT_EQ(status["database-status"]["next-attempt-in"], 3);
    EXPECT_EQ(status["dhcp-state"]["disabled-by-db-connection"].size(), 1U);
    inputs.now += std::chrono::seconds{10};
    EXPECT_EQ(status_json(inputs)["database-status"]["next-attempt-in"], 0);
}

TEST(StatusJson, HowLongTheDatabaseIsOpenOrAway) {
    StatusInputs inputs;
    inputs.now = std::chrono::steady_clock::time_point{std::chrono::seconds{100}};
    auto& backend = inputs.server.backend;
    EXPECT_FALSE(status_json(inputs)["database-status"].contains("away-for")) << "never tried";
    backend.since = inputs.now - std::chrono::milliseconds{7900};
    backend.state = BackendState::waiting;
    EXPECT_EQ(status_json(inputs)["database-status"]["away-for"], 7);
    EXPECT_FALSE(status_json(inputs)["database-status"].contains("open-for"));
    backend.state = BackendState::serving;
    EXPECT_EQ(status_json(inputs)["database-status"]["open-for"], 7);
    EXPECT_FALSE(status_json(inputs)["database-status"].contains("away-for"));
}

/// The numbers that Kea's status-get shows, and only where its service would be disabled.
TEST(StatusJson, DatabasesThatKeepServiceFromRunning) {
    StatusInputs inputs;
    auto& server = inputs.server;
    const auto numbers = [&] { return status_json(inputs)["dhcp-state"]["disabled-by-db-connection"]; };
    server.backend.state = BackendState::waiting;
    server.backend_type = BackendType::mariadb;
    EXPECT_EQ(numbers(), json({3000}));
    server.backend.has_served = true;
    EXPECT_EQ(numbers(), json({6001}));
    server.backend_type = BackendType::postgresql;
    EXPECT_EQ(numbers(), json({6002}));
    server.backend_type = BackendType::sqlite;
    EXPECT_EQ(numbers(), json({6003}));
    server.on_fail = OnFail::serve_retry_exit;
    EXPECT_EQ(numbers(), json::array());
    server.on_fail = OnFail::stop_retry_exit;
    server.backend.state = BackendState::loading;
    EXPECT_EQ(numbers(), json::array());
}

TEST(StatusJson, ServiceWithoutTheDatabaseAndItsJournal) {
    StatusInputs inputs;
    auto& server = inputs.server;
    server.service = {ServiceMode::open_without_backend, OutageService::spool, "away"};
    server.journal.emplace();
    server.journal->file.state = BackendState::serving;
    server.journal->file.where = "outage journal /x";
    server.journal->entries = 3;
    server.journal->octets = 8192;
    server.journal->octets_max = 65536;
    server.journal->oldest = 1000;
    auto status = status_json(inputs);
    EXPECT_EQ(
        status["service"],
        json::parse(R"({ "state": "open-without-backend", "outage-service": "spool", "reason": "away" })"));
    EXPECT_EQ(status["dhcp-state"]["globally-disabled"], false);
    EXPECT_EQ(status["database-status"]["journal"], json::parse(R"({ "state": "serving",
        "file": "outage journal /x", "leases": 3, "octets": 8192, "octets-max": 65536, "oldest": 1000,
        "full": false, "refused-full": 0, "conflicts": 0 })"));
    server.journal.reset();
    EXPECT_FALSE(status_json(inputs)["database-status"].contains("journal"));
}

TEST(StatusJson, SocketProblemsAndClock) {
    StatusInputs inputs;
    inputs.server.socket_problems = {{"eth1", "no such interface"}};
    inputs.server.clock.step = std::chrono::seconds{-30};
    inputs.server.clock.reuse_paused = true;
    inputs.server.clock.wait_until = LeaseTime{std::chrono::seconds{1000}};
    const auto status = status_json(inputs);
    EXPECT_EQ(status["sockets"]["status"], "retrying");
    EXPECT_EQ(status["sockets"]["errors"], json({"eth1: no such interface"}));
    EXPECT_EQ(status["clock"], json::parse(R"({ "step": -30, "reuse-paused": true, "wait-until": 1000 })"));
}

TEST(StatusJson, RoutesToDelegatedPrefixesAreShownWhereTheConfigurationSpeaksOfThem) {
    StatusInputs inputs;
    EXPECT_FALSE(status_json(inputs).contains("prefix-routes"));
    auto& routes = inputs.server.routes;
    routes.managed = true;
    routes.routes = 5;
    routes.installed = 2;
    routes.refused = 1;
    routes.no_next_hop = 2;
    routes.counters.stale = 3;
    routes.last_error = "2001:db8::/56: not permitted";
    const auto shown = status_json(inputs)["prefix-routes"];
    EXPECT_EQ(shown["wanted"], 5);
    EXPECT_EQ(shown["installed"], 2);
    EXPECT_EQ(shown["refused"], 1);
    EXPECT_EQ(shown["without-next-hop"], 2);
    EXPECT_EQ(shown["stale"], 3);
    EXPECT_EQ(shown["last-error"], "2001:db8::/56: not permitted");
}

}  // namespace
}  // namespace leasehold::status_json_test
