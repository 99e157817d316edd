// The transition table of a backend and the rule that makes the service's state out of it.
#include "dhcp/recovery.hpp"

#include <algorithm>
#include <array>

namespace leasehold {
namespace {

constexpr auto transitions = [] {
    using enum BackendState;
    using enum BackendEvent;
    using enum BackendAction;
    return std::array{
        BackendTransition{closed, start, connecting, connect},

        BackendTransition{connecting, connected, checking, check},
        BackendTransition{checking, checked, settling, settle},
        BackendTransition{settling, settled, loading, load},
        BackendTransition{loading, loaded, draining, drain},
        BackendTransition{draining, drained, serving, serve},

        BackendTransition{connecting, failed, waiting, arm_timer},
        BackendTransition{checking, failed, waiting, arm_timer},
        BackendTransition{settling, failed, waiting, arm_timer},
        BackendTransition{loading, failed, waiting, arm_timer},
        BackendTransition{draining, failed, waiting, arm_timer},
        BackendTransition{serving, failed, waiting, arm_timer},
        BackendTransition{waiting, timer_fired, connecting, connect},
        BackendTransition{waiting, tries_exhausted, given_up, give_up},

        BackendTransition{connecting, refused, given_up, give_up},
        BackendTransition{checking, refused, given_up, give_up},
        BackendTransition{settling, refused, given_up, give_up},
        BackendTransition{loading, refused, given_up, give_up},
        BackendTransition{draining, refused, given_up, give_up},
        BackendTransition{serving, refused, given_up, give_up},

        BackendTransition{connecting, stop, closed, close},
        BackendTransition{checking, stop, closed, close},
        BackendTransition{settling, stop, closed, close},
        BackendTransition{loading, stop, closed, close},
        BackendTransition{draining, stop, closed, close},
        BackendTransition{serving, stop, closed, close},
        BackendTransition{waiting, stop, closed, close},
        BackendTransition{given_up, stop, closed, close},
    };
}();

constexpr std::array<std::string_view, backend_state_count> state_names{
    "connecting", "checking", "settling", "loading", "draining", "serving", "waiting", "given_up", "closed",
};
constexpr std::array<std::string_view, backend_event_count> event_names{
    "start",  "connected", "checked",     "settled",         "loaded", "drained",
    "failed", "refused",   "timer_fired", "tries_exhausted", "stop",
};
constexpr std::array<std::string_view, 9> action_names{
    "connect", "check", "settle", "load", "drain", "serve", "arm_timer", "give_up", "close",
};
static_assert(static_cast<std::size_t>(BackendState::closed) + 1 == backend_state_count);
static_assert(static_cast<std::size_t>(BackendEvent::stop) + 1 == backend_event_count);
static_assert(static_cast<std::size_t>(BackendAction::close) + 1 == action_names.size());

std::string why_not_serving(const BackendStatus& backend) {
    const auto because = backend.last_error.empty() ? std::string{} : ": " + backend.last_error;
    switch (backend.state) {
        case BackendState::waiting:
            return "the lease database " + backend.where + " cannot be used, the next attempt follows" +
                   because;
        case BackendState::given_up: return "the lease database " + backend.where + " was given up" + because;
        case BackendState::loading:
            return "leases are being loaded from " + backend.where + ", " +
                   std::to_string(backend.rows_loaded) + " so far";
        case BackendState::closed: return "the lease database " + backend.where + " is closed";
        default:
            return "the lease database " + backend.where + " is being opened (" +
                   std::string{to_string(backend.state)} + ")" + because;
    }
}

}  // namespace

const BackendTransition* find_transition(BackendState from, BackendEvent on) {
    const auto found = std::ranges::find_if(
        transitions, [&](const BackendTransition& row) { return row.from == from && row.on == on; });
    return found == transitions.end() ? nullptr : &*found;
}

std::span<const BackendTransition> backend_transitions() {
    return transitions;
}

std::string_view to_string(BackendState state) {
    return state_names[static_cast<std::size_t>(state)];
}
std::string_view to_string(BackendEvent event) {
    return event_names[static_cast<std::size_t>(event)];
}
std::string_view to_string(BackendAction action) {
    return action_names[static_cast<std::size_t>(action)];
}

bool is_refusal(StoreErrc code) {
    switch (code) {
        case StoreErrc::unavailable:
        case StoreErrc::in_doubt:
        case StoreErrc::rejected:
        case StoreErrc::credentials:  // a rotated password arrives while we try
        case StoreErrc::busy: return false;
        case StoreErrc::corrupt:
        case StoreErrc::fenced:
        case StoreErrc::schema:
        case StoreErrc::no_database:
        case StoreErrc::permissions:
        case StoreErrc::configuration: return true;
    }
    return true;
}

ServiceState service_state(const ServiceInputs& inputs) {
    using enum ServiceMode;
    if (inputs.backend == nullptr) return {closed, "no configuration is in use yet"};
    if (inputs.disabled_by_user) return {closed, "disabled by the command dhcp-disable"};
    if (inputs.disabled_by_others)
        return {closed, "disabled by another party than the user (see dhcp-disable)"};

    const BackendStatus& backend = *inputs.backend;
    if (backend.state == BackendState::serving) return {open, ""};
    // Who names an address is served from its stored row; who searches one waits for the load.
    if (backend.state == BackendState::loading) return {open, why_not_serving(backend)};
    const bool lost = backend.has_served && backend.state != BackendState::closed;
    return {lost && inputs.serves_without_backend ? open_without_backend : closed, why_not_serving(backend)};
}

}  // namespace leasehold
