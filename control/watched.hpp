// The services of this process as whoever watches them sees them: probes, metrics, event streams. Either
// family's listener shows both.
#pragma once

#include <vector>

#include "control/change_queue.hpp"
#include "control/event_stream.hpp"
#include "control/legal_log.hpp"
#include "control/log_backend.hpp"
#include "control/run_script.hpp"
#include "control/status_json.hpp"
#include "dhcp/server.hpp"

namespace leasehold {

struct WatchedService {
    Family family = Family::v4;
    Server& server;
    const ControlChannel& channel;
    const ChangeQueue& changes;
    const RunScript& script;
    const LegalLog& legal_log;
    const LogBackend& logs;

    /// As they are now.
    StatusInputs status() const;
};
/// In the order of their families. Loop thread only.
using WatchedServices = std::vector<WatchedService>;

/// Where their leases' events come from.
std::vector<EventSource> event_sources(const WatchedServices& services);

}  // namespace leasehold
