#include "control/health_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// Something that an operator should look at, although clients are served.
bool is_degraded(const ServerStatus& server) {
    return server.service.mode != ServiceMode::open || server.backend.state != BackendState::serving ||
           !server.socket_problems.empty() || (server.journal && server.journal->entries != 0) ||
           (server.credentials && !server.credentials->refused.empty());
}

nlohmann::json readiness_of(const StatusInputs& inputs) {
    const ServerStatus& server = inputs.server;
    nlohmann::json result{{"family", names_of(inputs.family).protocol},
                          {"ready", is_ready(server)},
                          {"service", to_string(server.service.mode)},
                          {"database", to_string(server.backend.state)}};
    if (server.service.mode == ServiceMode::open_without_backend)
        result["outage-service"] = to_string(server.service.outage);
    if (!server.disabled_by.empty()) result["disabled-by"] = server.disabled_by;
    return result;
}

HttpRoute health_route(std::string path, RouteAccess access, std::function<HttpAnswer()> answer) {
    return {.method = "GET",
            .path = std::move(path),
            .access = access,
            .handler = [answer = std::move(answer)](const HttpRequest&, const HttpReply& reply) {
                HttpAnswer made = answer();
                made.fields.emplace_back("Cache-Control", "no-store");
                reply(std::move(made));
            }};
}

std::vector<StatusInputs> statuses(const WatchedServices& services) {
    std::vector<StatusInputs> result;
    for (const WatchedService& service : services) result.push_back(service.status());
    return result;
}

}  // namespace

bool is_ready(const ServerStatus& server) {
    switch (server.service.mode) {
        case ServiceMode::open: return true;
        case ServiceMode::open_without_backend: return server.service.outage != OutageService::drop;
        case ServiceMode::closed: return false;
    }
    return false;
}

HttpAnswer readiness(const std::vector<StatusInputs>& services) {
    const bool all =
        std::ranges::all_of(services, [](const auto& inputs) { return is_ready(inputs.server); });
    nlohmann::json body{{"status", all ? "ready" : "not-ready"}, {"services", nlohmann::json::array()}};
    for (const StatusInputs& inputs : services) body["services"].push_back(readiness_of(inputs));
    HttpAnswer answer;
    answer.status = all ? 200 : 503;
    answer.is_refusal = false;
    answer.body = config::compact(body);
    return answer;
}

nlohmann::json health_json(const std::vector<StatusInputs>& services) {
    const auto of = [](const auto& test) {
        return [&test](const StatusInputs& inputs) { return test(inputs.server); };
    };
    const bool down = !std::ranges::all_of(services, of(is_ready));
    const bool degraded = std::ranges::any_of(services, of(is_degraded));
    nlohmann::json result{{"status", down       ? "down"
                                     : degraded ? "degraded"
                                                : "ok"},
                          {"services", nlohmann::json::array()}};
    for (const StatusInputs& inputs : services) result["services"].push_back(status_json(inputs));
    return result;
}

std::vector<HttpRoute> health_routes(const WatchedServices& services) {
    return {health_route("/health/live", RouteAccess::open,
                         [] {
                             HttpAnswer answer;
                             answer.body = R"({ "status": "live" })";
                             return answer;
                         }),
            health_route("/health/ready", RouteAccess::open,
                         [&services] { return readiness(statuses(services)); }),
            health_route("/admin/health", RouteAccess::read, [&services] {
                HttpAnswer answer;
                answer.body = config::compact(health_json(statuses(services)));
                return answer;
            })};
}

}  // namespace leasehold
