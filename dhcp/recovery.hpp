// The states of a backend and of the service, as pure tables: no I/O, no clock, no database, nothing that
// only leases need. docs/recovery.md shows the same rows; a test compares.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
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
    waiting,   // for the next attempt
    given_up,
    closed,
};
enum class BackendEvent : std::uint8_t {
    connected, checked, settled, loaded, drained,
    failed,      // unavailable or in doubt: try again after a wait
    refused,     // schema, credentials, corrupt ...: again cannot help while nobody acts
    timer_fired, tries_exhausted, stop,
};
enum class BackendAction : std::uint8_t { none, connect, check, settle, load, drain, serve, arm_timer, give_up, close };

struct BackendTransition {
    BackendState from;
    BackendEvent on;
    BackendState to;
    BackendAction action;
};

/// nullptr: this pair cannot happen.
const BackendTransition* find_transition(BackendState from, BackendEvent on);
std::span<const BackendTransition> backend_transitions();

std::string_view to_string(BackendState state);
std::string_view to_string(BackendEvent event);
std::string_view to_string(BackendAction action);

struct BackendStatus {
    BackendState state = BackendState::closed;
    std::string where;  // "sqlite:/var/lib/leasehold/leases4.db"
    std::uint32_t attempt = 0;
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
    std::string reason;  // closed: in words for status-get
};
struct ServiceInputs {
    const BackendStatus* backend = nullptr;  // nullptr: no configuration yet
    bool disabled_by_user = false;
    bool disabled_by_others = false;
};
ServiceState service_state(const ServiceInputs& inputs);

}  // namespace leasehold
