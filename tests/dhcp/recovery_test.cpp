// The backend's table of states, walked pair by pair against what is written here by hand, its copy in
// docs/recovery.md, and the service's state as a table.
#include "dhcp/recovery.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <vector>

namespace leasehold::recovery_test {
namespace {

using Row = std::pair<BackendState, BackendAction>;

/// What each state answers to each event; a pair that is missing here cannot happen.
std::map<std::pair<BackendState, BackendEvent>, Row> expected_rows() {
    using enum BackendState;
    using enum BackendEvent;
    using A = BackendAction;
    std::map<std::pair<BackendState, BackendEvent>, Row> rows{
        {{closed, start}, {connecting, A::connect}},
        {{connecting, connected}, {checking, A::check}},
        {{checking, checked}, {settling, A::settle}},
        {{settling, settled}, {draining, A::drain}},
        {{draining, drained}, {loading, A::load}},
        {{loading, loaded}, {serving, A::serve}},
        {{serving, undrained}, {draining, A::drain}},
        {{waiting, timer_fired}, {connecting, A::connect}},
        {{waiting, tries_exhausted}, {given_up, A::give_up}},
        {{given_up, start}, {connecting, A::connect}},
        {{waiting, stop}, {closed, A::close}},
        {{given_up, stop}, {closed, A::close}},
    };
    for (const auto state : {connecting, checking, settling, loading, draining, serving}) {
        rows[{state, failed}] = {waiting, A::arm_timer};
        rows[{state, refused}] = {given_up, A::give_up};
        rows[{state, stop}] = {closed, A::close};
    }
    return rows;
}

TEST(BackendTransitions, EveryPairIsAsWrittenHere) {
    const auto expected = expected_rows();
    for (std::size_t s = 0; s < backend_state_count; ++s) {
        for (std::size_t e = 0; e < backend_event_count; ++e) {
            const auto state = static_cast<BackendState>(s);
            const auto event = static_cast<BackendEvent>(e);
            SCOPED_TRACE(std::string{to_string(state)} + " on " + std::string{to_string(event)});
            const BackendTransition* found = find_transition(state, event);
            const auto row = expected.find({state, event});
            ASSERT_EQ(found != nullptr, row != expected.end());
            if (found == nullptr) continue;
            EXPECT_EQ(found->to, row->second.first);
            EXPECT_EQ(found->action, row->second.second);
        }
    }
    EXPECT_EQ(backend_transitions().size(), expected.size()) << "a pair stands in the table twice";
}

/// What docs/recovery.md has between its markers of this name.
std::string documented(const std::string& name) {
    std::ifstream file{SOURCE_DIR "/docs/recovery.md"};
    std::stringstream text;
    text << file.rdbuf();
    const std::string page = text.str();
    const std::string begin = "<!-- " + name + ": begin -->\n", end = "<!-- " + name + ": end -->";
    const auto from = page.find(begin), to = page.find(end);
    if (from == std::string::npos || to == std::string::npos) return "no markers of this name";
    return page.substr(from + begin.size(), to - from - begin.size());
}

TEST(BackendTransitions, TheDocumentedTableIsThisTable) {
    std::ostringstream table;
    table << "| state | event | next state | what is done there |\n|---|---|---|---|\n";
    for (const BackendTransition& row : backend_transitions())
        table << "| " << to_string(row.from) << " | " << to_string(row.on) << " | " << to_string(row.to)
              << " | " << to_string(row.action) << " |\n";

    EXPECT_EQ(documented("transitions"), table.str());
}

TEST(Refusals, AreWhatTryingAgainCannotCure) {
    using enum StoreErrc;
    for (const bool has_served : {false, true}) {
        for (const auto code : {unavailable, in_doubt, rejected, credentials, busy})
            EXPECT_FALSE(is_refusal(code, has_served));
        for (const auto code : {corrupt, fenced}) EXPECT_TRUE(is_refusal(code, has_served));
        // What was right once may become right again.
        for (const auto code : {schema, no_database, permissions, configuration})
            EXPECT_EQ(is_refusal(code, has_served), !has_served);
    }
}

BackendConfig database(BackendType type, std::uint32_t tries, int wait_ms,
                       OnFail on_fail = OnFail::stop_retry_exit) {
    BackendConfig config;
    config.type = type;
    config.max_reconnect_tries = tries;
    config.reconnect_wait_time = std::chrono::milliseconds{wait_ms};
    config.on_fail = on_fail;
    return config;
}

/// The waits before each attempt after a loss (or a failed first opening), until there is none or `count` are
/// listed; -1 ends the list where no further attempt is made.
std::vector<long> waits(const BackendConfig& config, bool has_served, int count, double chance = 0.5) {
    std::vector<long> list;
    for (std::uint32_t attempts = 0; static_cast<int>(list.size()) < count; ++attempts) {
        const auto next = next_attempt(retry_rules(config), has_served, attempts, chance);
        list.push_back(next ? static_cast<long>(next->wait.count()) : -1);
        if (!next) break;
    }
    return list;
}

TEST(Attempts, AreMadeAsTheKeysSay) {
    using enum OnFail;
    constexpr auto pg = BackendType::postgresql, sqlite = BackendType::sqlite;
    using List = std::vector<long>;
    // A database server: N attempts in all, the first at once, and none where either number is 0.
    EXPECT_EQ(waits(database(pg, 3, 500), true, 9), (List{0, 500, 500, -1}));
    EXPECT_EQ(waits(database(pg, 1, 500), true, 9), (List{0, -1}));
    EXPECT_EQ(waits(database(pg, 0, 500), true, 9), (List{-1}));
    EXPECT_EQ(waits(database(pg, 3, 0), true, 9), (List{-1}));
    EXPECT_EQ(waits(database(pg, 0, 0, serve_retry_continue), true, 9), (List{-1}));
    // At the start: only with retry-on-startup.
    auto config = database(pg, 2, 500);
    EXPECT_EQ(waits(config, false, 9), (List{-1}));
    config.retry_on_startup = true;
    EXPECT_EQ(waits(config, false, 9), (List{0, 500, -1}));
    // Once the tries are used up, serve-retry-continue goes on, unless it is not to.
    config = database(pg, 2, 500, serve_retry_continue);
    EXPECT_EQ(waits(config, true, 5), (List{0, 500, 30000, 30000, 30000}));
    config.reconnect_wait_time = std::chrono::seconds{60};
    EXPECT_EQ(waits(config, true, 4), (List{0, 60000, 60000, 60000}));
    config.continue_retrying = false;
    EXPECT_EQ(waits(config, true, 9), (List{0, 60000, -1}));
    // Without limit, and backing off.
    config = database(pg, 0, 500);
    config.unlimited_reconnect_tries = true;
    EXPECT_EQ(waits(config, true, 4), (List{0, 500, 500, 500}));
    config.reconnect_backoff_max = std::chrono::milliseconds{3000};
    EXPECT_EQ(waits(config, true, 7), (List{0, 500, 1000, 2000, 3000, 3000, 3000}));
    EXPECT_EQ(waits(config, true, 3, 0.0), (List{0, 375, 750}));
    EXPECT_EQ(waits(config, true, 3, 1.0), (List{0, 625, 1250}));
    EXPECT_EQ(waits(config, true, 200).back(), 3000);
    // A database in a file: 0 means without limit and one second.
    EXPECT_EQ(waits(database(sqlite, 0, 0), true, 4), (List{0, 1000, 1000, 1000}));
    EXPECT_EQ(waits(database(sqlite, 2, 100), true, 9), (List{0, 100, -1}));
}

BackendStatus backend(BackendState state, bool has_served) {
    BackendStatus status;
    status.state = state;
    status.has_served = status.complete = has_served;
    status.where = "sqlite:/x.db";
    status.last_error = "disk full";
    return status;
}

TEST(GivenUp, EndsTheProcessWithTheCodeOfItsReasonOrStays) {
    using enum OnFail;
    const auto verdict = [](bool has_served, StoreErrc code, OnFail policy, bool retries) {
        auto status = backend(BackendState::given_up, has_served);
        status.last_code = code;
        return exit_when_given_up(status, policy, retries);
    };
    for (const auto policy : {stop_retry_exit, serve_retry_exit, serve_retry_continue}) {
        EXPECT_EQ(verdict(false, StoreErrc::unavailable, policy, false), ExitCode::unreachable_at_start);
        EXPECT_EQ(verdict(false, StoreErrc::credentials, policy, false), ExitCode::credentials_refused);
        EXPECT_EQ(verdict(false, StoreErrc::no_database, policy, true), ExitCode::no_such_database);
        EXPECT_EQ(verdict(false, StoreErrc::schema, policy, true), ExitCode::schema);
        const bool stays = policy == serve_retry_continue;
        const auto gone = stays ? std::nullopt : std::optional{ExitCode::recovery_given_up};
        EXPECT_EQ(verdict(false, StoreErrc::unavailable, policy, true), gone);
        for (const auto code :
             {StoreErrc::unavailable, StoreErrc::schema, StoreErrc::fenced, StoreErrc::corrupt})
            EXPECT_EQ(verdict(true, code, policy, false), gone);
    }
}

TEST(ServiceStateTable, FollowsBackendPolicyAndDisables) {
    using enum BackendState;
    constexpr auto open = ServiceMode::open, shut = ServiceMode::closed,
                   alone = ServiceMode::open_without_backend;
    struct Case {
        BackendState state;
        bool has_served, serve_policy, user, others;
        ServiceMode mode;
        std::string reason_part;
    };
    const Case cases[] = {
        {serving, true, false, false, false, open, ""},
        {serving, true, true, false, false, open, ""},
        {serving, true, true, true, false, shut, "dhcp-disable"},
        {serving, true, true, false, true, shut, "another party"},
        {waiting, true, true, true, false, shut, "dhcp-disable"},
        {waiting, true, false, false, false, shut, "disk full"},
        {waiting, true, true, false, false, alone, "disk full"},
        {waiting, false, true, false, false, alone, "disk full"},
        {waiting, false, false, false, false, shut, "disk full"},
        {connecting, true, true, false, false, alone, "connecting"},
        {connecting, false, true, false, false, alone, "connecting"},
        {checking, false, false, false, false, shut, "checking"},
        {settling, true, true, false, false, alone, "settling"},
        {loading, false, true, false, false, open, "loaded from sqlite:/x.db"},
        {loading, false, true, true, false, shut, "dhcp-disable"},
        {draining, false, false, false, false, shut, "draining"},
        {draining, true, true, false, false, alone, "draining"},
        {given_up, true, false, false, false, shut, "given up"},
        {given_up, true, true, false, false, alone, "given up"},
        {closed, true, true, false, false, shut, "closed"},
    };
    for (const Case& c : cases) {
        const auto status = backend(c.state, c.has_served);
        SCOPED_TRACE(std::string{to_string(c.state)} + " " + c.reason_part);
        ServiceInputs inputs;
        inputs.backend = &status;
        inputs.disabled_by_user = c.user;
        inputs.disabled_by_others = c.others;
        inputs.serves_without_backend = c.serve_policy;
        inputs.outage_service = OutageService::spool;
        inputs.journal_works = true;
        const auto service = service_state(inputs);
        EXPECT_EQ(service.mode, c.mode);
        EXPECT_NE(service.reason.find(c.reason_part), std::string::npos) << service.reason;
        EXPECT_EQ(service.reason.empty(), c.state == serving && c.mode == open);
        // Without memory of every lease, or without a journal, only what needs no lease is served.
        const bool spools = c.mode == alone && c.has_served;
        EXPECT_EQ(service.outage, spools ? OutageService::spool : OutageService::drop);
        inputs.journal_works = false;
        EXPECT_EQ(service_state(inputs).outage, OutageService::drop);
        EXPECT_EQ(service_state(inputs).mode, c.mode);
        inputs.held = "held back";
        EXPECT_EQ(service_state(inputs).mode, shut);
        EXPECT_EQ(service_state(inputs).reason, "held back");
    }
    EXPECT_EQ(service_state({}).mode, ServiceMode::closed);
    EXPECT_FALSE(service_state({}).reason.empty());
}

TEST(ServiceStateTable, TheDocumentedTableIsThisFunction) {
    std::ostringstream table;
    table << "| backend | stop-retry-exit | serve-retry-*, every lease is in memory | serve-retry-*, not yet "
             "|\n"
             "|---|---|---|---|\n";
    for (std::size_t state = 0; state < backend_state_count; ++state) {
        table << "| " << to_string(static_cast<BackendState>(state));
        for (const auto& [serves, knows] : {std::pair{false, true}, {true, true}, {true, false}}) {
            const auto status = backend(static_cast<BackendState>(state), knows);
            ServiceInputs inputs;
            inputs.backend = &status;
            inputs.serves_without_backend = serves;
            inputs.outage_service = OutageService::spool;
            inputs.journal_works = true;
            const auto service = service_state(inputs);
            table << " | " << to_string(service.mode);
            if (service.mode == ServiceMode::open_without_backend)
                table << (service.outage == OutageService::drop ? ", drop" : ", as outage-service says");
        }
        table << " |\n";
    }
    EXPECT_EQ(documented("service"), table.str());
}

TEST(ServiceStateTable, AServerThatWasTakenOverServesNobodyWhateverItsPolicy) {
    auto status = backend(BackendState::given_up, true);
    status.taken_over = true;
    ServiceInputs inputs;
    inputs.backend = &status;
    inputs.serves_without_backend = inputs.journal_works = true;
    inputs.outage_service = OutageService::spool;
    EXPECT_EQ(service_state(inputs).mode, ServiceMode::closed);
}

/// A backend on a virtual clock: opening it takes no time, and works from `back_at` on.
struct Life {
    long ended_at = -1;   // milliseconds; -1: it never gave up
    long served_at = -1;  // after the loss (or the start)
    int attempts = 0;     // after the first opening or the loss
    std::optional<ExitCode> exit;
    std::vector<ServiceMode> modes;  // each as often as it changed
};

Life live(const BackendConfig& config, bool lost_while_serving, long back_at, long until) {
    Life life;
    BackendStatus status = backend(BackendState::closed, lost_while_serving);
    status.last_code = StoreErrc::unavailable;
    ServiceInputs inputs;
    inputs.backend = &status;
    inputs.serves_without_backend = config.on_fail != OnFail::stop_retry_exit;
    inputs.outage_service = outage_service_of(config);
    inputs.journal_works = true;
    long now = 0;
    std::uint32_t opened = 0;
    const auto step = [&](BackendEvent event) {
        const auto* const row = find_transition(status.state, event);
        if (row == nullptr) ADD_FAILURE() << to_string(status.state) << " on " << to_string(event);
        status.state = row->to;
        const auto mode = service_state(inputs).mode;
        if (life.modes.empty() || life.modes.back() != mode) life.modes.push_back(mode);
        return row->action;
    };
    status.state = lost_while_serving ? BackendState::serving : BackendState::closed;
    BackendAction action = step(lost_while_serving ? BackendEvent::failed : BackendEvent::start);
    while (now <= until) {
        switch (action) {
            case BackendAction::connect:
                ++opened;
                action = step(now >= back_at ? BackendEvent::connected : BackendEvent::failed);
                break;
            case BackendAction::check: action = step(BackendEvent::checked); break;
            case BackendAction::settle: action = step(BackendEvent::settled); break;
            case BackendAction::drain: action = step(BackendEvent::drained); break;
            case BackendAction::load: action = step(BackendEvent::loaded); break;
            case BackendAction::serve:
                life.served_at = now;
                now = until + 1;
                break;
            case BackendAction::arm_timer: {
                const std::uint32_t made = lost_while_serving ? opened : opened - 1;
                const auto next = next_attempt(retry_rules(config), lost_while_serving, made, 0.5);
                if (next) now += static_cast<long>(next->wait.count());
                action = step(next ? BackendEvent::timer_fired : BackendEvent::tries_exhausted);
                break;
            }
            case BackendAction::give_up:
                life.ended_at = now;
                life.exit = exit_when_given_up(status, config.on_fail, config.retry_on_startup);
                now = until + 1;
                break;
            case BackendAction::close: ADD_FAILURE(); return life;
        }
    }
    life.attempts = static_cast<int>(lost_while_serving ? opened : opened - 1);
    return life;
}

TEST(RecoveryOnAVirtualClock, EveryPolicyPhaseAndNumberOfTries) {
    using enum OnFail;
    using enum ServiceMode;
    struct Case {
        OnFail policy;
        bool lost;  // false: it is away at the start
        bool retry_on_startup;
        std::uint32_t tries;
        long back_at;
        Life expected;
    };
    constexpr auto gone = ExitCode::recovery_given_up;
    constexpr auto at_start = ExitCode::unreachable_at_start;
    constexpr long never = 1'000'000'000;
    const Case cases[] = {
        // Lost in operation; three tries, a second apart: at 0, 1 and 2 s.
        {stop_retry_exit, true, false, 0, never, {0, -1, 0, gone, {closed}}},
        {stop_retry_exit, true, false, 3, never, {2000, -1, 3, gone, {closed}}},
        {stop_retry_exit, true, false, 3, 1500, {-1, 2000, 3, {}, {closed, open}}},
        {serve_retry_exit, true, false, 0, never, {0, -1, 0, gone, {open_without_backend}}},
        {serve_retry_exit, true, false, 3, never, {2000, -1, 3, gone, {open_without_backend}}},
        {serve_retry_exit, true, false, 3, 1500, {-1, 2000, 3, {}, {open_without_backend, open}}},
        {serve_retry_continue, true, false, 0, never, {0, -1, 0, {}, {open_without_backend}}},
        {serve_retry_continue, true, false, 3, 1500, {-1, 2000, 3, {}, {open_without_backend, open}}},
        {serve_retry_continue, true, false, 3, 40000, {-1, 62000, 5, {}, {open_without_backend, open}}},
        // Away at the start: one opening, then the tries.
        {stop_retry_exit, false, false, 3, never, {0, -1, 0, at_start, {closed}}},
        {serve_retry_exit, false, false, 3, never, {0, -1, 0, at_start, {open_without_backend}}},
        {serve_retry_continue, false, false, 3, never, {0, -1, 0, at_start, {open_without_backend}}},
        {stop_retry_exit, false, true, 0, never, {0, -1, 0, gone, {closed}}},
        {stop_retry_exit, false, true, 3, never, {2000, -1, 3, gone, {closed}}},
        {stop_retry_exit, false, true, 3, 1500, {-1, 2000, 3, {}, {closed, open}}},
        {serve_retry_exit, false, true, 3, never, {2000, -1, 3, gone, {open_without_backend}}},
        {serve_retry_exit, false, true, 3, 1500, {-1, 2000, 3, {}, {open_without_backend, open}}},
        {serve_retry_continue, false, true, 0, never, {0, -1, 0, {}, {open_without_backend}}},
        {serve_retry_continue, false, true, 3, 40000, {-1, 62000, 5, {}, {open_without_backend, open}}},
    };
    for (const Case& c : cases) {
        auto config = database(BackendType::postgresql, c.tries, 1000, c.policy);
        config.retry_on_startup = c.retry_on_startup;
        const Life seen = live(config, c.lost, c.back_at, 100'000);
        SCOPED_TRACE("policy " + std::to_string(static_cast<int>(c.policy)) +
                     (c.lost ? ", lost" : ", at the start") + ", tries " + std::to_string(c.tries) +
                     ", back at " + std::to_string(c.back_at));
        EXPECT_EQ(seen.ended_at, c.expected.ended_at);
        EXPECT_EQ(seen.served_at, c.expected.served_at);
        EXPECT_EQ(seen.attempts, c.expected.attempts);
        EXPECT_EQ(seen.exit, c.expected.exit);
        EXPECT_EQ(seen.modes, c.expected.modes);
    }
}

}  // namespace
}  // namespace leasehold::recovery_test
