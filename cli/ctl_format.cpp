// How `leasehold ctl` shows an answer to people. Whatever shape the answer has, something readable comes out.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "cli/ctl.hpp"
#include "control/local_time.hpp"
#include "dhcp/lease.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

/// A member as text: strings as they are, other values as JSON, "" when there is none. From the network, in
/// the end: control characters must not reach the terminal.
std::string text_of(const Json& map, const char* key) {
    const auto found = map.is_object() ? map.find(key) : map.end();
    if (!map.is_object() || found == map.end() || found->is_null()) return {};
    auto text = found->is_string() ? found->get<std::string>() : config::compact(*found);
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text;
}

std::int64_t number_of(const Json& map, const char* key) {
    const auto found = map.find(key);
    return found != map.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string end_of(const Json& lease) {
    const auto lifetime = number_of(lease, "valid-lft");
    if (lifetime == infinite_lifetime) return "never";
    return local_time(number_of(lease, "cltt") + lifetime);
}

std::string state_of(const Json& lease) {
    const auto state = number_of(lease, "state");
    if (state < 0 || state > static_cast<int>(LeaseState::registered)) return std::to_string(state);
    return std::string{to_string(static_cast<LeaseState>(state))};
}

constexpr std::array lease_headings{"ADDRESS", "HARDWARE ADDRESS", "CLIENT-ID", "SUBNET", "STATE",
                                    "ENDS",    "HOSTNAME"};
using LeaseRow = std::array<std::string, lease_headings.size()>;

std::string lease_table(const Json& leases) {
    std::vector<LeaseRow> rows{
        {"ADDRESS", "HARDWARE ADDRESS", "CLIENT-ID", "SUBNET", "STATE", "ENDS", "HOSTNAME"}};
    for (const auto& lease : leases)
        rows.push_back({text_of(lease, "ip-address"), text_of(lease, "hw-address"),
                        text_of(lease, "client-id"), text_of(lease, "subnet-id"), state_of(lease),
                        end_of(lease), text_of(lease, "hostname")});
    std::array<std::size_t, lease_headings.size()> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i != row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i != row.size(); ++i) {
            line += row[i];
            line.append(widths[i] - row[i].size() + 2, ' ');
        }
        out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

std::string duration(std::int64_t seconds) {
    constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    std::string out;
    if (seconds >= day) out += std::to_string(seconds / day) + " d ";
    if (seconds >= hour) out += std::to_string(seconds % day / hour) + " h ";
    if (seconds >= minute) out += std::to_string(seconds % hour / minute) + " min ";
    return out + std::to_string(seconds % minute) + " s";
}

std::string database_words(const Json& database) {
    const auto where = text_of(database, "where");
    auto line = where + ", " + text_of(database, "state");
    if (database.contains("attempt")) {
        line += ", attempt " + text_of(database, "attempt");
        if (database.contains("attempts-max")) line += " of " + text_of(database, "attempts-max");
    }
    if (database.contains("next-attempt-in"))
        line += ", next in " + duration(number_of(database, "next-attempt-in"));
    auto error = text_of(database, "last-error");
    if (error.starts_with(where + ": ")) error.erase(0, where.size() + 2);
    if (!error.empty()) line += ": " + error;
    return line;
}

/// Nothing while there is no journal, or nothing in it that somebody should know.
std::string journal_words(const Json& journal) {
    std::string line;
    const auto add = [&](const std::string& words) { line += (line.empty() ? "" : ", ") + words; };
    if (number_of(journal, "leases") > 0) add(text_of(journal, "leases") + " lease(s) wait for the database");
    if (text_of(journal, "full") == "true") add("full");
    if (const auto state = text_of(journal, "state"); !state.empty() && state != "serving") add(state);
    if (number_of(journal, "conflicts") > 0) add(text_of(journal, "conflicts") + " conflict(s) on record");
    return line.empty() ? line : "journal    " + line + "\n";
}

std::string sockets_words(const Json& sockets) {
    std::string line;
    const auto add_all = [&](const char* key) {
        if (!sockets.contains(key)) return;
        for (const auto& entry : sockets[key])
            if (entry.is_string()) line += (line.empty() ? "" : "; ") + entry.get<std::string>();
    };
    add_all("listening");
    add_all("errors");
    return line.empty() ? "none" : line;
}

std::string clock_words(const Json& clock) {
    if (const auto step = number_of(clock, "step"); step != 0)
        return "the wall clock differs by " + std::to_string(step) + " s; accept it with clock-accept";
    if (clock.contains("wait-until"))
        return "leases lie in the future; no address changes hands before " +
               local_time(number_of(clock, "wait-until")) + ", or clock-accept";
    return "in step";
}

std::string status_words(const Json& status) {
    const auto part = [&](const char* key) { return status.value(key, Json::object()); };
    const auto service = part("service");
    auto state = text_of(service, "state");
    if (const auto served = text_of(service, "outage-service"); !served.empty()) state += " (" + served + ")";
    if (const auto reason = text_of(service, "reason"); !reason.empty()) state += ": " + reason;
    std::string out;
    out += "service    " + state + "\n";
    out += "database   " + database_words(part("database-status")) + "\n";
    const auto database = part("database-status");
    if (database.is_object()) out += journal_words(database.value("journal", Json::object()));
    out += "leases     " + text_of(part("leases"), "stored") + "\n";
    out += "listening  " + sockets_words(part("sockets")) + "\n";
    out += "clock      " + clock_words(part("clock")) + "\n";
    out += "process    " + text_of(status, "pid") + ", up for " + duration(number_of(status, "uptime")) +
           ", configuration in use for " + duration(number_of(status, "reload")) + "\n";
    return out;
}

bool is_lease(const Json& value) {
    return value.is_object() && value.contains("ip-address") && value.contains("cltt");
}

}  // namespace

std::string show_answer(const std::string& command, const Json& answer) {
    std::string out;
    const auto arguments = answer.value("arguments", Json(nullptr));
    if (command == "status-get" && arguments.is_object()) return status_words(arguments);
    if (is_lease(arguments)) return lease_table(Json::array({arguments}));
    const bool leases =
        arguments.is_object() && arguments.contains("leases") && arguments["leases"].is_array();
    if (leases && !arguments["leases"].empty()) out += lease_table(arguments["leases"]);
    if (const auto text = answer.find("text"); text != answer.end() && text->is_string())
        out += text->get<std::string>() + "\n";
    if (!arguments.is_null() && !leases) out += config::pretty(arguments);
    if (!out.empty() && !out.ends_with('\n')) out += '\n';
    return out;
}

}  // namespace leasehold
