// GET /health/live, /health/ready and /admin/health: what load balancers, orchestrators and people ask.
#pragma once

#include "control/watched.hpp"

namespace leasehold {

/// Whether one family answers its clients: in an outage too, as far as it is configured to.
bool is_ready(const ServerStatus& server);

/// @return the status and why: 200 when all are ready, else 503. Names states, and nothing of this machine:
/// everybody may ask.
HttpAnswer readiness(const std::vector<StatusInputs>& services);

/// { "status": "ok", "degraded" or "down", "services": [ as status-get ] }
nlohmann::json health_json(const std::vector<StatusInputs>& services);

/// @param services  outlive the routes
std::vector<HttpRoute> health_routes(const WatchedServices& services);

}  // namespace leasehold
