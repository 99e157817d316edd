#include "control/health_routes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace leasehold::health_routes_test {
namespace {

StatusInputs serving(Family family) {
    StatusInputs inputs;
    inputs.family = family;
    inputs.server.service.mode = ServiceMode::open;
    inputs.server.backend.state = BackendState::serving;
    inputs.server.backend.where = "postgresql:secret-place";
    return inputs;
}

TEST(Readiness, AllFamiliesServe) {
    const auto answer = readiness({serving(Family::v4), serving(Family::v6)});
    EXPECT_EQ(answer.status, 200u);
    const auto body = nlohmann::json::parse(answer.body);
    EXPECT_EQ(body["status"], "ready");
    EXPECT_EQ(body["services"][1]["family"], "DHCPv6");
    EXPECT_EQ(body["services"][1]["database"], "serving");
    EXPECT_EQ(health_json({serving(Family::v4)})["status"], "ok");
}

TEST(Readiness, OneThatDoesNotIsEnough) {
    auto closed = serving(Family::v6);
    closed.server.service.mode = ServiceMode::closed;
    closed.server.backend.state = BackendState::waiting;
    closed.server.disabled_by = {1};
    const auto answer = readiness({serving(Family::v4), closed});
    EXPECT_EQ(answer.status, 503u);
    EXPECT_FALSE(answer.is_refusal) << "no fault of who asks";
    const auto body = nlohmann::json::parse(answer.body);
    EXPECT_EQ(body["status"], "not-ready");
    EXPECT_EQ(body["services"][1]["database"], "waiting");
    EXPECT_EQ(body["services"][1]["disabled-by"], nlohmann::json({1}));
    EXPECT_EQ(answer.body.find("secret-place"), std::string::npos) << "everybody may ask";
    EXPECT_EQ(health_json({serving(Family::v4), closed})["status"], "down");
}

TEST(Readiness, AnOutageThatIsServedIsReady) {
    auto outage = serving(Family::v4);
    outage.server.service.mode = ServiceMode::open_without_backend;
    outage.server.backend.state = BackendState::waiting;
    outage.server.service.outage = OutageService::drop;
    EXPECT_EQ(readiness({outage}).status, 503u);
    outage.server.service.outage = OutageService::confirm;
    EXPECT_EQ(readiness({outage}).status, 200u);
    EXPECT_EQ(health_json({outage})["status"], "degraded");
}

TEST(HealthJson, TellsWhatStatusGetTells) {
    const auto health = health_json({serving(Family::v4)});
    EXPECT_EQ(health["services"][0]["database-status"]["where"], "postgresql:secret-place");
}

}  // namespace
}  // namespace leasehold::health_routes_test
