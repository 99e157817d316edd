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

#include "dhcp/exit_code.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

enum class BackendState : std::uint8_t {
    connecting,
    checking,  // schema, read-write, registration
    settling,  // batches whose COMMIT was lost are read back
    draining,  // the outage journal goes to the backend
    loading,   // rows stream into the table
    serving,
    waiting,  // for the next attempt
    given_up,
    closed,
};
inline constexpr std::size_t backend_state_count = 9;
/// Does it take changes and questions?
constexpr bool is_open(BackendState state) {
    return state == BackendState::serving || state == BackendState::loading;
}

enum class BackendEvent : std::uint8_t {
    start,  // also: somebody acted, so what was given up is tried anew
    connected,
    checked,
    settled,
    drained,
    loaded,
    undrained,  // the journal of another backend was handed over
    failed,     // unavailable or in doubt: try again after a wait
    refused,    // schema, permissions, corrupt ...: again cannot help while nobody acts
    timer_fired,
    tries_exhausted,
    stop,
};
inline constexpr std::size_t backend_event_count = 12;

/// What the machine asks its driver to do next; the outcome of doing it is the next event.
enum class BackendAction : std::uint8_t {
    connect,
    check,
    settle,
    drain,
    load,
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

/// May nothing but somebody's act change this error? Then no further attempt is made. Once the backend has
/// served, only a takeover and damage are of that kind: a schema or a right that changed may change back.
bool is_refusal(StoreErrc code, bool has_served);

/// How often and how soon a backend is tried again. Attempts are counted since it was lost, or since its
/// first opening failed; the first of them is made at once, as in Kea.
struct RetryRules {
    bool retry_on_startup = false;
    bool recovers = true;         // false: no attempt is made
    std::uint32_t tries_max = 0;  // 0: no limit
    std::chrono::milliseconds wait{1000};
    std::chrono::milliseconds backoff_max{0};  // 0: the wait stays the same; else it doubles up to this
    std::optional<std::chrono::milliseconds>
        wait_beyond;  // once tries_max are made; nullopt: no more attempts
};
RetryRules retry_rules(const BackendConfig& config);

struct NextAttempt {
    std::chrono::milliseconds wait{0};
    bool beyond_tries = false;
};
/// @param attempts  made so far; @param chance  0 to 1, spreads a wait that backs off
/// @return nullopt: no further attempt
std::optional<NextAttempt> next_attempt(const RetryRules& rules, bool has_served, std::uint32_t attempts,
                                        double chance);

struct BackendStatus {
    BackendState state = BackendState::closed;
    std::string where;               // "sqlite:/var/lib/leasehold/leases4.db"
    std::uint32_t attempt = 0;       // opens tried since it last served (or since the start)
    std::uint32_t attempts_max = 0;  // 0: no limit
    bool beyond_tries = false;       // attempts_max are made, and it is tried still
    std::optional<StoreErrc> last_code;
    std::string last_error;
    std::optional<std::chrono::steady_clock::time_point> next_try;
    /// When is_open(state) last became what it is; nullopt: it was never opened nor tried.
    std::optional<std::chrono::steady_clock::time_point> since;
    std::uint64_t rows_announced = 0;  // their identities are known: comes before rows_loaded
    std::uint64_t rows_loaded = 0;
    std::uint64_t rows_unreadable = 0;
    std::uint64_t rows_drained = 0;  // of the outage journal, ever
    std::uint32_t schema_version = 0;
    bool has_served = false;
    bool taken_over = false;  // another server has these leases: none may be granted
    bool complete = false;    // every lease, journalled ones too, is in memory: it can do without the backend
};

/// The last error for a sentence that names the place already. Valid as long as `backend`.
std::string_view error_without_place(const BackendStatus& backend);

/// What becomes of the process when a backend is given up: its exit code, or nullopt to stay.
std::optional<ExitCode> exit_when_given_up(const BackendStatus& backend, OnFail on_fail,
                                           bool retry_on_startup);

enum class ServiceMode : std::uint8_t { open, open_without_backend, closed };
struct ServiceState {
    ServiceMode mode = ServiceMode::closed;
    OutageService outage = OutageService::drop;  // open_without_backend: what is served
    std::string reason;                          // not open: in words for status-get
    bool operator==(const ServiceState&) const = default;
};
struct ServiceInputs {
    const BackendStatus* backend = nullptr;  // nullptr: no configuration yet
    bool disabled_by_user = false;
    bool disabled_by_others = false;
    bool serves_without_backend = false;  // on-fail is one of the serve- policies
    OutageService outage_service = OutageService::drop;
    bool journal_works = false;  // the outage journal can be written, and has room
    std::string held;            // why nobody is served: a configuration that could not be put to use
};
/// Closed while loading, too: what may be answered from a fresh row then (lease-engine 7) is the server's
/// own exception to it. When the backend is away, a serve- policy keeps service open without it: as
/// outage-service says where memory knows every lease, for questions that need none elsewhere.
ServiceState service_state(const ServiceInputs& inputs);

std::string_view to_string(ServiceMode mode);
std::string_view to_string(OutageService service);

}  // namespace leasehold
