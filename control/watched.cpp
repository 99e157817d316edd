#include "control/watched.hpp"

#include <unistd.h>

#include "control/local_time.hpp"

namespace leasehold {

StatusInputs WatchedService::status() const {
    return {.family = family,
            .server = server.status(),
            .channel = channel.counters(),
            .connections_open = channel.connections_open(),
            .request_octets = channel.octets_held(),
            .changes = changes.status(),
            .script = script.status(),
            .legal_log = legal_log.status(),
            .log_lines_lost = logs.lost(),
            .process = getpid(),
            .utc_offset = utc_offset(),
            .now = std::chrono::steady_clock::now()};
}

std::vector<EventSource> event_sources(const WatchedServices& services) {
    std::vector<EventSource> sources;
    for (const WatchedService& service : services)
        sources.push_back({service.family, service.server.events()});
    return sources;
}

}  // namespace leasehold
