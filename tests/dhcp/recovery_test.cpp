// The backend's table of states, walked pair by pair against what is written here by hand, its copy in
// docs/recovery.md, and the service's state as a table.
#include "dhcp/recovery.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace leasehold {
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
        {{settling, settled}, {loading, A::load}},
        {{loading, loaded}, {draining, A::drain}},
        {{draining, drained}, {serving, A::serve}},
        {{waiting, timer_fired}, {connecting, A::connect}},
        {{waiting, tries_exhausted}, {given_up, A::give_up}},
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

TEST(BackendTransitions, TheDocumentedTableIsThisTable) {
    std::ostringstream table;
    table << "| state | event | next state | what is done there |\n|---|---|---|---|\n";
    for (const BackendTransition& row : backend_transitions())
        table << "| " << to_string(row.from) << " | " << to_string(row.on) << " | " << to_string(row.to)
              << " | " << to_string(row.action) << " |\n";

    std::ifstream file{SOURCE_DIR "/docs/recovery.md"};
    std::stringstream text;
    text << file.rdbuf();
    const std::string page = text.str();
    const std::string begin = "<!-- transitions: begin -->\n", end = "<!-- transitions: end -->";
    const auto from = page.find(begin), to = page.find(end);
    ASSERT_NE(from, std::string::npos);
    ASSERT_NE(to, std::string::npos);
    EXPECT_EQ(page.substr(from + begin.size(), to - from - begin.size()), table.str());
}

TEST(Refusals, AreWhatTryingAgainCannotCure) {
    using enum StoreErrc;
    for (const auto code : {unavailable, in_doubt, rejected, credentials, busy})
        EXPECT_FALSE(is_refusal(code));
    for (const auto code : {corrupt, fenced, schema, no_database, permissions, configuration})
        EXPECT_TRUE(is_refusal(code));
}

BackendStatus backend(BackendState state, bool has_served) {
    BackendStatus status;
    status.state = state;
    status.has_served = has_served;
    status.where = "sqlite:/x.db";
    status.last_error = "disk full";
    return status;
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
        {waiting, false, true, false, false, shut, "disk full"},
        {connecting, true, true, false, false, alone, "connecting"},
        {connecting, false, true, false, false, shut, "connecting"},
        {checking, false, false, false, false, shut, "checking"},
        {settling, true, true, false, false, alone, "settling"},
        {loading, false, true, false, false, open, "loaded from sqlite:/x.db"},
        {loading, false, true, true, false, shut, "dhcp-disable"},
        {draining, false, false, false, false, shut, "draining"},
        {given_up, true, false, false, false, shut, "given up"},
        {given_up, true, true, false, false, alone, "given up"},
        {given_up, false, true, false, false, shut, "given up"},
        {closed, true, true, false, false, shut, "closed"},
    };
    for (const Case& c : cases) {
        const auto status = backend(c.state, c.has_served);
        SCOPED_TRACE(std::string{to_string(c.state)} + " " + c.reason_part);
        const auto service = service_state({&status, c.user, c.others, c.serve_policy});
        EXPECT_EQ(service.mode, c.mode);
        EXPECT_NE(service.reason.find(c.reason_part), std::string::npos) << service.reason;
        EXPECT_EQ(service.reason.empty(), c.state == serving && c.mode == open);
    }
    EXPECT_EQ(service_state({}).mode, ServiceMode::closed);
    EXPECT_FALSE(service_state({}).reason.empty());
}

}  // namespace
}  // namespace leasehold
