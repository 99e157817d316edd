// The server's state as status-get shows it: Kea's members, and beside them what an operator asks in an
// outage: is it serving, why not, what is it waiting for. Pure.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>

#include "control/change_queue.hpp"
#include "control/control_channel.hpp"
#include "control/legal_log.hpp"
#include "control/run_script.hpp"
#include "dhcp/server.hpp"

namespace leasehold {

/// Kea's origin ids from here on are databases.
inline constexpr std::uint32_t first_database_origin = 3000;

struct StatusInputs {
    Family family = Family::v4;
    ServerStatus server;
    ChannelCounters channel;
    std::size_t connections_open = 0;  // of control sockets
    std::size_t request_octets = 0;    // of requests being received there
    std::size_t event_streams = 0;     // open ones that tell of the family; known to /metrics only
    ChangeStatus changes;
    ScriptStatus script;
    LegalLogStatus legal_log;
    std::uint64_t log_lines_lost = 0;
    int process = 0;
    std::chrono::seconds utc_offset{0};  // of this machine's time zone, as statistics' samples show it
    std::chrono::steady_clock::time_point now{};
};
nlohmann::json status_json(const StatusInputs& inputs);

/// Since they were read. nullopt: none were yet.
std::optional<std::chrono::seconds> age_of(const CredentialStatus& credentials);

}  // namespace leasehold
