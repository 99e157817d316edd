// The views `status` and `backends`: is the server serving, and what do its stores do?
#include "cli/text_table.hpp"
#include "cli/text_width.hpp"
#include "cli/views.hpp"
#include "config/load.hpp"
#include "control/local_time.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

Tone backend_tone(const std::string& state) {
    if (state == "serving") return Tone::good;
    return state == "waiting" || state == "given-up" ? Tone::bad : Tone::warning;
}

std::string list_words(const Json& map, const char* key) {
    std::string words;
    for (const auto& entry : member_list(map, key))
        if (entry.is_string()) words += (words.empty() ? "" : "; ") + entry.get<std::string>();
    return words;
}

std::string attempt_words(const Json& database) {
    auto words = member_text(database, "attempt");
    if (words.empty()) return words;
    words = "number " + words;
    if (const auto most = member_text(database, "attempts-max"); !most.empty()) words += " of " + most;
    if (database.contains("next-attempt-in"))
        words += ", the next in " + short_duration(member_number(database, "next-attempt-in"));
    if (member_text(database, "tries-used-up") == "true") words += "; all attempts are made, and it is tried still";
    return words;
}

std::string journal_state_words(const Json& journal) {
    const auto leases = member_number(journal, "leases");
    std::string words = member_text(journal, "state");
    words += leases == 0 ? ", empty"
                         : ", " + grouped(static_cast<double>(leases)) + " lease(s) wait for the database";
    if (member_text(journal, "full") == "true") words += ", full: leases that do not fit get no answer";
    return words;
}

Tone journal_tone(const Json& journal) {
    if (member_text(journal, "full") == "true" || member_text(journal, "state") != "serving") return Tone::bad;
    return member_number(journal, "leases") != 0 || member_number(journal, "conflicts") != 0 ? Tone::warning
                                                                                             : Tone::good;
}

std::string credentials_words(const Json& credentials) {
    std::string words = member_text(credentials, "source");
    if (words.empty() || words == "none") return {};
    if (credentials.contains("age")) words += ", read " + short_duration(member_number(credentials, "age")) + " ago";
    if (const auto refused = member_text(credentials, "refused"); !refused.empty())
        words += "; the newest are refused since " + member_text(credentials, "refused-since") + ": " + refused;
    return words;
}

std::string clock_state_words(const Json& clock) {
    if (const auto step = member_number(clock, "step"); step != 0)
        return "the wall clock differs by " + std::to_string(step) +
               " s; accept it with: leasehold ctl clock-accept";
    if (clock.contains("wait-until"))
        return "leases lie in the future: no address changes hands before " +
               local_time(member_number(clock, "wait-until")) + ", or after: leasehold ctl clock-accept";
    return "in step";
}

std::vector<LabelledLine> database_lines(const Json& database) {
    const auto where = member_text(database, "where"), state = member_text(database, "state");
    const auto unreadable = member_number(database, "rows-unreadable");
    std::vector<LabelledLine> lines;
    lines.push_back({"database", where, Tone::plain});
    lines.push_back({"  state", database_state_words(database), backend_tone(state)});
    lines.push_back({"  attempt", attempt_words(database), Tone::warning});
    lines.push_back({"  last error", error_beyond(database, where), Tone::bad});
    lines.push_back({"  on failure", member_text(database, "on-fail"), Tone::plain});
    lines.push_back({"  schema", member_number(database, "schema-version") == 0
                                     ? std::string{}
                                     : "version " + member_text(database, "schema-version"),
                     Tone::plain});
    lines.push_back({"  credentials", credentials_words(member_map(database, "credentials")),
                     member_map(database, "credentials").contains("refused") ? Tone::bad : Tone::plain});
    lines.push_back({"  unreadable", unreadable == 0 ? std::string{} : std::to_string(unreadable) + " row(s); see the log",
                     Tone::bad});
    return lines;
}

std::vector<LabelledLine> journal_lines(const Json& journal, std::int64_t now) {
    std::vector<LabelledLine> lines;
    if (!journal.is_object() || journal.empty()) return lines;
    const auto where = member_text(journal, "file");
    const auto oldest = member_number(journal, "oldest"), conflicts = member_number(journal, "conflicts");
    lines.push_back({"journal", where, Tone::plain});
    lines.push_back({"  state", journal_state_words(journal), journal_tone(journal)});
    lines.push_back({"  last error", error_beyond(journal, where), Tone::bad});
    lines.push_back({"  size", grouped(static_cast<double>(member_number(journal, "octets"))) + " of " +
                                   grouped(static_cast<double>(member_number(journal, "octets-max"))) + " octets",
                     Tone::plain});
    lines.push_back({"  oldest", oldest == 0 ? std::string{} : short_duration(now - oldest) + " ago", Tone::plain});
    lines.push_back({"  conflicts", conflicts == 0 ? std::string{}
                                                   : std::to_string(conflicts) +
                                                         " lease(s) that another one stood in the way of; see the log",
                     Tone::warning});
    return lines;
}

}  // namespace

std::string member_text(const Json& map, const char* key) {
    if (!map.is_object()) return {};
    const auto found = map.find(key);
    if (found == map.end() || found->is_null()) return {};
    return found->is_string() ? found->get<std::string>()
                              : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::int64_t member_number(const Json& map, const char* key) {
    if (!map.is_object()) return 0;
    const auto found = map.find(key);
    return found != map.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

Json member_map(const Json& map, const char* key) {
    if (!map.is_object()) return Json::object();
    const auto found = map.find(key);
    return found != map.end() && found->is_object() ? *found : Json::object();
}

Json member_list(const Json& map, const char* key) {
    if (!map.is_object()) return Json::array();
    const auto found = map.find(key);
    return found != map.end() && found->is_array() ? *found : Json::array();
}

std::string error_beyond(const Json& backend, const std::string& where) {
    auto error = member_text(backend, "last-error");
    if (error.starts_with(where + ": ")) error.erase(0, where.size() + 2);
    return error;
}

/// Loading, or never open since the process began: what is asked of leases may lack some.
bool is_starting(const Json& status) {
    constexpr std::int64_t rounding = 2;  // seconds
    const auto database = member_map(status, "database-status");
    if (member_text(database, "state") == "loading") return true;
    return database.contains("away-for") &&
           member_number(database, "away-for") + rounding >= member_number(status, "uptime");
}

Tone service_tone(const std::string& state) {
    if (state == "open") return Tone::good;
    return state == "closed" ? Tone::bad : Tone::warning;
}

std::string service_words(const Json& status) {
    const auto service = member_map(status, "service");
    auto words = member_text(service, "state");
    if (const auto served = member_text(service, "outage-service"); !served.empty()) words += " (" + served + ")";
    if (const auto reason = member_text(service, "reason"); !reason.empty()) words += ": " + reason;
    return words;
}

std::string database_state_words(const Json& database) {
    auto words = member_text(database, "state");
    if (database.contains("open-for")) words += " for " + short_duration(member_number(database, "open-for"));
    if (database.contains("away-for")) words += ", not open for " + short_duration(member_number(database, "away-for"));
    return words;
}

ViewAnswer view_status(const Json& status, const ViewPlace& place) {
    const auto database = member_map(status, "database-status"), journal = member_map(database, "journal");
    const auto sockets = member_map(status, "sockets");
    const auto where = member_text(database, "where"), error = error_beyond(database, where);
    const auto service_state = member_text(member_map(status, "service"), "state");
    auto listening = list_words(sockets, "listening");
    if (listening.empty()) listening = "nowhere";
    std::vector<LabelledLine> lines;
    lines.push_back({"service", service_words(status), service_tone(service_state)});
    lines.push_back({"database", where + ", " + database_state_words(database) + (error.empty() ? "" : ": " + error),
                     backend_tone(member_text(database, "state"))});
    if (member_number(journal, "leases") != 0 || (!journal.empty() && journal_tone(journal) == Tone::bad))
        lines.push_back({"journal", journal_state_words(journal), journal_tone(journal)});
    lines.push_back({"leases", grouped(static_cast<double>(member_number(member_map(status, "leases"), "stored"))),
                     Tone::plain});
    lines.push_back({"listening", listening, listening == "nowhere" ? Tone::bad : Tone::plain});
    lines.push_back({"trouble", list_words(sockets, "errors"), Tone::bad});
    const auto clock = clock_state_words(member_map(status, "clock"));
    lines.push_back({"clock", clock, clock == "in step" ? Tone::plain : Tone::warning});
    lines.push_back({"process", member_text(status, "pid") + ", up for " +
                                    short_duration(member_number(status, "uptime")) + ", configuration in use for " +
                                    short_duration(member_number(status, "reload")),
                     Tone::plain});
    ViewAnswer answer;
    answer.json["status"] = status;
    answer.text = render_lines(lines, place.terminal);
    if (service_state != "open") answer.exit = CtlExit::not_serving;
    return answer;
}

ViewAnswer view_backends(const Json& status, const ViewPlace& place) {
    const auto database = member_map(status, "database-status");
    auto lines = database_lines(database);
    for (auto& line : journal_lines(member_map(database, "journal"), place.now)) lines.push_back(std::move(line));
    ViewAnswer answer;
    answer.json["backends"] = database;
    answer.text = render_lines(lines, place.terminal);
    if (member_text(database, "state") != "serving") answer.exit = CtlExit::not_serving;
    return answer;
}

}  // namespace leasehold
