// `leasehold ctl`'s views: what people ask of a running server, made of its commands' answers. A view talks to one server
// and writes nothing itself: ctl_views.cpp brings servers, views and the terminal together.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/control_link.hpp"
#include "cli/terminal.hpp"
#include "cli/view_arguments.hpp"

namespace leasehold {

/// What views read besides answers.
struct ViewPlace {
    Terminal terminal;
    std::int64_t now = 0;  // seconds since 1970
    Family family = Family::v4;
};

struct ViewAnswer {
    nlohmann::json json = nlohmann::json::object();  // for --json: members beside "family"
    std::string text = {};                           // for people
    std::string note = {};                           // beside either: to standard error
    CtlExit exit = CtlExit::ok;
};
using ViewResult = CtlResult<ViewAnswer>;

/// @param status  the arguments of status-get
ViewAnswer view_status(const nlohmann::json& status, const ViewPlace& place);
ViewAnswer view_backends(const nlohmann::json& status, const ViewPlace& place);
ViewResult view_leases(const Ask& ask, const LeaseQuery& query, const ViewPlace& place);
ViewResult view_subnets(const Ask& ask, const SubnetQuery& query, const ViewPlace& place);
ViewResult view_reservations(const Ask& ask, const ReservationQuery& query, const ViewPlace& place);

/// Leases as they change: asks for events, and tells of those that the query is about.
class LeaseFollower {
public:
    LeaseFollower(Ask ask, LeaseQuery query) : ask_{std::move(ask)}, query_{std::move(query)} {}
    struct Told {
        std::vector<nlohmann::json> events;  // as lease-events-get has them; gaps are among them
        bool more = false;                   // there are more already
    };
    /// What happened since the last call; the first one tells nothing. The limit is lease-events-get's.
    CtlResult<Told> look();

private:
    Ask ask_;
    LeaseQuery query_;
    std::string place_;
};
/// One line, with its end. @param now  when it was heard of
std::string event_line(const nlohmann::json& event, const ViewPlace& place);

// --- shared by views

/// Members of answers, whatever their shape: "" or 0 where there is none.
std::string member_text(const nlohmann::json& map, const char* key);
std::int64_t member_number(const nlohmann::json& map, const char* key);
nlohmann::json member_map(const nlohmann::json& map, const char* key);
nlohmann::json member_list(const nlohmann::json& map, const char* key);

bool is_starting(const nlohmann::json& status);
Tone service_tone(const std::string& state);
std::string service_words(const nlohmann::json& status);
std::string database_state_words(const nlohmann::json& database);
/// The last error of a backend, for a sentence that names the place already.
std::string error_beyond(const nlohmann::json& backend, const std::string& where);

/// Do a lease and a query belong together? What only the server knows is left out.
bool matches(const nlohmann::json& lease, const LeaseQuery& query);
std::string lease_state_name(const nlohmann::json& lease);
/// "in 52 min", "3 min ago", "never"
std::string lease_end_words(const nlohmann::json& lease, std::int64_t now);

}  // namespace leasehold
