#include "control/status_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace leasehold {
namespace {

using nlohmann::json;

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
    EXPECT_EQ(status["sockets"], json::parse(R"({ "status": "ready", "listening": [ "eth0 (raw and udp)" ]
})"));
    const json nobody = json::array();
    EXPECT_EQ(status["dhcp-state"], json({{"globally-disabled", false},
                                          {"disabled-by-user", false},
                                          {"disabled-by-local-command", nobody},
                                          {"disabled-by-remote-command", nobody},
                                          {"disabled-by-db-connection", nobody}}));
    EXPECT_EQ(status["service"]["reason"], "the lease database is away");
    EXPECT_EQ(status["database-status"]["state"], to_string(BackendState::waiting));
    EXPECT_EQ(status["database-status"]["last-error"], "disk full");
    EXPECT_EQ(status["database-status"]["attempt"], 3);
    EXPECT_EQ(status["database-status"]["next-attempt-in"], 3);
    EXPECT_EQ(status["dhcp-state"]["disabled-by-db-connection"].size(), 1U);
    inputs.now += std::chrono::seconds{10};
    EXPECT_EQ(status_json(inputs)["database-status"]["next-attempt-in"], 0);
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

}  // namespace
}  // namespace leasehold
