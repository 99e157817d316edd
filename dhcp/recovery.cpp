// The transition table of a backend and the rule that makes the service's state out of it.
#include "dhcp/recovery.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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
        BackendTransition{settling, settled, draining, drain},
        BackendTransition{draining, drained, loading, load},
        BackendTransition{loading, loaded, serving, serve},
        BackendTransition{serving, undrained, draining, drain},

        BackendTransition{connecting, failed, waiting, arm_timer},
        BackendTransition{checking, failed, waiting, arm_timer},
        BackendTransition{settling, failed, waiting, arm_timer},
        BackendTransition{draining, failed, waiting, arm_timer},
        BackendTransition{loading, failed, waiting, arm_timer},
        BackendTransition{serving, failed, waiting, arm_timer},
        BackendTransition{waiting, timer_fired, connecting, connect},
        BackendTransition{waiting, tries_exhausted, given_up, give_up},
        BackendTransition{given_up, start, connecting, connect},

        BackendTransition{connecting, refused, given_up, give_up},
        BackendTransition{checking, refused, given_up, give_up},
        BackendTransition{settling, refused, given_up, give_up},
        BackendTransition{draining, refused, given_up, give_up},
        BackendTransition{loading, refused, given_up, give_up},
        BackendTransition{serving, refused, given_up, give_up},

        BackendTransition{connecting, stop, closed, close},
        BackendTransition{checking, stop, closed, close},
        BackendTransition{settling, stop, closed, close},
        BackendTransition{draining, stop, closed, close},
        BackendTransition{loading, stop, closed, close},
        BackendTransition{serving, stop, closed, close},
        BackendTransition{waiting, stop, closed, close},
        BackendTransition{given_up, stop, closed, close},
    };
}();

constexpr std::array<std::string_view, backend_state_count> state_names{
    "connecting", "checking", "settling", "draining", "loading", "serving", "waiting", "given_up", "closed",
};
constexpr std::array<std::string_view, backend_event_count> event_names{
    "start",     "connected", "checked", "settled",     "drained",         "loaded",
    "undrained", "failed",    "refused", "timer_fired", "tries_exhausted", "stop",
};
constexpr std::array<std::string_view, 9> action_names{
    "connect", "check", "settle", "drain", "load", "serve", "arm_timer", "give_up", "close",
};
static_assert(static_cast<std::size_t>(BackendState::closed) + 1 == backend_state_count);
static_assert(static_cast<std::size_t>(BackendEvent::stop) + 1 == backend_event_count);
static_assert(static_cast<std::size_t>(BackendAction::close) + 1 == action_names.size());

std::string why_not_serving(const BackendStatus& backend) {
    const auto error = error_without_place(backend);
    const auto because = error.empty() ? std::string{} : ": " + std::string{error};
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

bool is_refusal(StoreErrc code, bool has_served) {
    switch (code) {
        case StoreErrc::unavailable:
        case StoreErrc::in_doubt:
        case StoreErrc::rejected:
        case StoreErrc::credentials:  // a rotated password arrives while we try
        case StoreErrc::busy: return false;
        case StoreErrc::schema:
        case StoreErrc::no_database:
        case StoreErrc::permissions:
        case StoreErrc::configuration: return !has_served;
        case StoreErrc::corrupt:
        case StoreErrc::fenced: return true;
    }
    return true;
}

RetryRules retry_rules(const BackendConfig& config) {
    constexpr std::chrono::milliseconds embedded_wait{1000}, wait_beyond_min{30000};
    const bool server = is_server(config.type);
    RetryRules rules;
    rules.retry_on_startup = config.retry_on_startup;
    rules.tries_max = config.unlimited_reconnect_tries ? 0 : config.max_reconnect_tries;
    rules.wait = config.reconnect_wait_time;
    rules.backoff_max = config.reconnect_backoff_max;
    if (server) {
        const bool tries = config.unlimited_reconnect_tries || config.max_reconnect_tries > 0;
        rules.recovers = tries && config.reconnect_wait_time.count() > 0;
    } else if (rules.wait.count() == 0) {
        rules.wait = embedded_wait;
    }
    if (config.on_fail == OnFail::serve_retry_continue && config.continue_retrying)
        rules.wait_beyond = std::max(rules.wait, wait_beyond_min);
    return rules;
}

std::optional<NextAttempt> next_attempt(const RetryRules& rules, bool has_served, std::uint32_t attempts,
                                        double chance) {
    using std::chrono::milliseconds;
    if (!rules.recovers || (!has_served && !rules.retry_on_startup)) return std::nullopt;
    if (rules.tries_max != 0 && attempts >= rules.tries_max) {
        if (!rules.wait_beyond) return std::nullopt;
        return NextAttempt{*rules.wait_beyond, true};
    }
    if (attempts == 0) return NextAttempt{};
    if (rules.backoff_max <= rules.wait) return NextAttempt{rules.wait, false};
    constexpr std::uint32_t doublings_max = 32;  // milliseconds of 32 bits cannot overflow
    const auto doubled = rules.wait * (std::int64_t{1} << std::min(attempts - 1, doublings_max));
    const auto wait = std::min<milliseconds>(doubled, rules.backoff_max);
    constexpr double spread = 0.25;
    return NextAttempt{
        milliseconds{std::llround(static_cast<double>(wait.count()) * (1 - spread + 2 * spread * chance))},
        false};
}

std::optional<ExitCode> exit_when_given_up(const BackendStatus& backend, OnFail on_fail,
                                           bool retry_on_startup) {
    const auto code = backend.last_code.value_or(StoreErrc::unavailable);
    const bool refused_at_start = !backend.has_served && (is_refusal(code, false) || !retry_on_startup);
    if (refused_at_start) return exit_code_of(code);
    if (on_fail == OnFail::serve_retry_continue) return std::nullopt;
    return ExitCode::recovery_given_up;
}

ServiceState service_state(const ServiceInputs& inputs) {
    using enum ServiceMode;
    const auto shut = [](std::string why) {
        return ServiceState{closed, OutageService::drop, std::move(why)};
    };
    if (inputs.backend == nullptr) return shut("no configuration is in use yet");
    if (!inputs.held.empty()) return shut(inputs.held);
    if (inputs.disabled_by_user) return shut("disabled by the command dhcp-disable");
    if (inputs.disabled_by_others) return shut("disabled by another party than the user (see dhcp-disable)");

    const BackendStatus& backend = *inputs.backend;
    if (backend.state == BackendState::serving) return {open, OutageService::drop, ""};
    const std::string why = why_not_serving(backend);
    // Who names an address is served from its stored row; who searches one waits for the load.
    if (backend.state == BackendState::loading) return {open, OutageService::drop, why};
    if (!inputs.serves_without_backend || backend.taken_over || backend.state == BackendState::closed)
        return shut(why);
    const bool can = backend.complete && inputs.journal_works;
    return {open_without_backend, can ? inputs.outage_service : OutageService::drop, why};
}

std::string_view error_without_place(const BackendStatus& backend) {
    std::string_view error = backend.last_error;
    if (error.starts_with(backend.where + ": ")) error.remove_prefix(backend.where.size() + 2);
    return error;
}

std::string_view to_string(ServiceMode mode) {
    switch (mode) {
        case ServiceMode::open: return "open";
        case ServiceMode::open_without_backend: return "open-without-backend";
        case ServiceMode::closed: return "closed";
    }
    return "";
}

std::string_view to_string(OutageService service) {
    switch (service) {
        case OutageService::drop: return "drop";
        case OutageService::confirm: return "confirm";
        case OutageService::spool: return "spool";
    }
    return "";
}

}  // namespace leasehold
