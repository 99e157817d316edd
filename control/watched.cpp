#include "control/watched.hpp"

#include <unistd.h>

namespace leasehold {

StatusInputs WatchedService::status() const {
    return {.family = family,
            .server = server.status(),
            .channel = channel.counters(),
            .script = script.status(),
            .log_lines_lost = logs.lost(),
            .process = getpid(),
            .now = std::chrono::steady_clock::now()};
}

}  // namespace leasehold
