// The states of a backend and of the service, as pure tables: no I/O, no clock, no database, nothing that
// only leases need. docs/recovery.md shows the same rows; a test compares.
//
// Not here: who performs the actions (store_worker), what a state means for a packet (server).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/lease_store.hpp"

namespace leasehold {

enum class BackendState : std::uint8_t {
    connecting,
    checking,  // schema, read-write, registration
    settling,  // batches whose COMMIT was lost are read back
    loading,   // rows stream into the table
    draining,  // the outage journal goes to the backend
    serving,
    waiting,  // for the next attempt
    given_up,
    closed,
};
inline constexpr std::size_t backend_state_count = 9;

enum class BackendEvent : std::uint8_t {
    start,
    connected,
    checked,
    settled,
    loaded,
    drained,
    failed,   // unavailable or in doubt: try again after a wait
    refused,  // schema, permissions, corrupt ...: again cannot help while nobody acts
    timer_fired,
    tries_exhausted,
    stop,
};
inline constexpr std::size_t backend_event_count = 11;

/// What the machine asks its driver to do next; the outcome of doing it is the next event.
enum class BackendAction : std::uint8_t {
    connect,
    check,
    settle,
    load,
    drain,
    serve,
    arm_timer,
    give_up,
    close,
};

struct BackendTransition {
    BackendState from;
    BackendEvent on;
    BackendState to;
    BackendAction action;
};

/// nullptr: this pair cannot happen; the caller asserts.
const BackendTransition* find_transition(BackendState from, BackendEvent on);
std::span<const BackendTransition> backend_transitions();

std::string_view to_string(BackendState state);
std::string_view to_string(BackendEvent event);
std::string_view to_string(BackendAction action);

/// Does this refusal of open() stay what it is until somebody acts? Then no further attempt is made.
bool is_refusal(StoreErrc code);

struct BackendStatus {
    BackendState state = BackendState::closed;
    std::string where;               // "sqlite:/var/lib/leasehold/leases4.db"
    std::uint32_t attempt = 0;       // opens tried since it last served (or since the start)
    std::uint32_t attempts_max = 0;  // 0: no limit
    std::optional<StoreErrc> last_code;
    std::string last_error;
    std::optional<std::chrono::steady_clock::time_point> next_try;
    std::uint64_t rows_loaded = 0;
    std::uint64_t rows_unreadable = 0;
    std::uint32_t schema_version = 0;
    bool has_served = false;
};

enum class ServiceMode : std::uint8_t { open, open_without_backend, closed };
struct ServiceState {
    ServiceMode mode = ServiceMode::closed;
    std::string reason;  // not open: in words for status-get
    bool operator==(const ServiceState&) const = default;
};
struct ServiceInputs {
    const BackendStatus* backend = nullptr;  // nullptr: no configuration yet
    bool disabled_by_user = false;
    bool disabled_by_others = false;
    bool serves_without_backend = false;  // on-fail is one of the serve- policies
};
/// Closed while loading, too: what may be answered from a fresh row then (lease-engine 7) is the server's
/// own exception to it. After the loss of a backend that has served, a serve- policy keeps service open
/// without it; before the first load nothing is known and nothing can be served.
ServiceState service_state(const ServiceInputs& inputs);

}  // namespace leasehold
