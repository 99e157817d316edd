// `leases --follow`: what becomes of leases, a line each.
#include <algorithm>

#include "cli/text_width.hpp"
#include "cli/views.hpp"
#include "control/local_time.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

Tone cause_tone(const std::string& cause) {
    if (cause == "granted" || cause == "moved") return Tone::good;
    if (cause == "declined") return Tone::bad;
    return cause == "released" || cause == "reclaimed" || cause == "removed" ? Tone::quiet : Tone::plain;
}

/// The lease as it is now, or as it was when it is gone.
Json told_lease(const Json& event) {
    auto after = member_map(event, "after");
    return after.empty() ? member_map(event, "before") : after;
}

std::string gap_line(const Json& event) {
    const auto missing = member_text(event, "missing");
    return "-- " + (missing.empty() ? "some" : missing) + " event(s) are missing: " + member_text(event, "reason");
}

}  // namespace

CtlResult<LeaseFollower::Told> LeaseFollower::look() {
    constexpr int events_asked_for = 1000;
    Json arguments{{"limit", events_asked_for}};
    if (!place_.empty()) arguments["since"] = place_;
    const auto answer = ask_("lease-events-get", arguments);
    if (!answer) return std::unexpected(answer.error());
    Told told;
    place_ = member_text(*answer, "next");
    told.more = member_text(*answer, "more") == "true";
    for (const auto& event : member_list(*answer, "events"))
        if (member_text(event, "event") == "gap" || matches(told_lease(event), query_)) told.events.push_back(event);
    return told;
}

std::string event_line(const Json& event, const ViewPlace& place) {
    const auto& terminal = place.terminal;
    if (member_text(event, "event") == "gap") {
        auto gap = visible(gap_line(event), terminal.utf8);
        if (terminal.width != 0) gap = shortened(gap, terminal.width, terminal.utf8);
        return painted(terminal, Tone::warning, gap) + "\n";
    }
    const auto lease = told_lease(event);
    const auto cause = member_text(event, "cause");
    const auto padded = [](std::string text, std::size_t width) {
        const auto columns = text_width(text);
        return columns < width ? text + std::string(width - columns, ' ') : text;
    };
    auto address = member_text(lease, "ip-address");
    if (lease.contains("prefix-len")) address += "/" + member_text(lease, "prefix-len");
    auto client = member_text(lease, "hw-address");
    if (client.empty()) client = member_text(lease, "duid");
    constexpr std::size_t cause_width = 14, address4_width = 15, address6_width = 26, time_width = 8, date_width = 11;
    const auto time = local_time(place.now).substr(date_width, time_width);
    auto rest = padded(visible(address, terminal.utf8), place.family == Family::v4 ? address4_width : address6_width) +
                "  " + client + "  subnet " + member_text(lease, "subnet-id");
    if (!member_map(event, "after").empty()) rest += "  ends " + lease_end_words(lease, place.now);
    if (const auto name = member_text(lease, "hostname"); !name.empty()) rest += "  " + name;
    rest = visible(rest, terminal.utf8);
    const auto head = time_width + 2 + cause_width + 2;
    if (terminal.width > head) rest = shortened(rest, terminal.width - head, terminal.utf8);
    return time + "  " + painted(terminal, cause_tone(cause), padded(visible(cause), cause_width)) + "  " + rest + "\n";
}

}  // namespace leasehold
