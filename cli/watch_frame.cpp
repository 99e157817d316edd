// What the screen of `watch` shows. Pure.
#include <algorithm>

#include "cli/text_table.hpp"
#include "cli/text_width.hpp"
#include "cli/watch_screen.hpp"
#include "control/family_names.hpp"
#include "control/local_time.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

void add_lines(std::vector<std::string>& lines, const std::string& text, std::size_t room) {
    std::size_t begin = 0;
    while (begin < text.size() && room-- != 0) {
        const auto end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
}

std::size_t line_count(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

Ask answered_from(const WatchLook& look) {
    return [&look](std::string_view command, const Json& arguments) -> CtlResult<Json> {
        const auto found = look.answers.find(std::string{command} + " " + arguments.dump());
        return found == look.answers.end() ? Json(nullptr) : found->second;
    };
}

std::string head_line(const std::vector<WatchLook>& looks, const Terminal& terminal, std::int64_t now) {
    std::string left = "Leasehold";
    for (const auto& look : looks) left += " " + std::string{names_of(look.family).protocol};
    auto right = local_time(now);
    if (left.size() + right.size() + 2 > terminal.width) right = right.substr(right.find(' ') + 1);
    if (left.size() + right.size() + 2 > terminal.width) return painted(terminal, Tone::strong, left.substr(0, terminal.width));
    return painted(terminal, Tone::strong, left) + std::string(terminal.width - left.size() - right.size(), ' ') + right;
}

std::string status_part(const WatchLook& look, const Terminal& terminal, bool several) {
    std::string text;
    if (several) text += painted(terminal, Tone::strong, names_of(look.family).protocol) + "\n";
    if (!look.failure.empty())
        text += painted(terminal, Tone::bad, wrapped(visible(look.failure, terminal.utf8), terminal.width, 0)) + "\n";
    if (look.status.empty()) return text;
    const auto database = member_map(look.status, "database-status"), journal = member_map(database, "journal");
    const auto waiting = member_number(journal, "leases");
    const auto service = member_text(member_map(look.status, "service"), "state");
    const auto error = error_beyond(database, member_text(database, "where"));
    const auto database_state = member_text(database, "state");
    std::vector<LabelledLine> lines;
    lines.push_back({"service", service_words(look.status), service_tone(service)});
    lines.push_back({"database", database_state_words(database) + (error.empty() ? "" : ": " + error),
                     database_state == "serving" ? Tone::good : Tone::warning});
    if (waiting != 0)
        lines.push_back({"journal", grouped(static_cast<double>(waiting)) + " lease(s) wait", Tone::warning});
    lines.push_back({"leases", grouped(static_cast<double>(member_number(member_map(look.status, "leases"), "stored"))) +
                                   ", up for " + short_duration(member_number(look.status, "uptime")),
                     Tone::plain});
    return text + render_lines(lines, terminal);
}

std::string subnets_part(const WatchLook& look, const Terminal& terminal, std::int64_t now) {
    const SubnetQuery fullest{.sort = "use", .limit = 0};
    const auto subnets =
        view_subnets(answered_from(look), fullest, {.terminal = terminal, .now = now, .family = look.family});
    return subnets ? subnets->text : std::string{};
}

/// The newest ones of all servers that fit, the oldest of them first.
std::vector<std::string> event_lines(const std::vector<WatchLook>& looks, const Terminal& terminal, std::size_t room) {
    struct Line {
        std::int64_t at;
        std::string text;
    };
    std::vector<Line> all;
    for (const auto& look : looks)
        for (std::size_t i = look.events.size() - std::min(room, look.events.size()); i != look.events.size(); ++i) {
            const auto& [event, at] = look.events[i];
            auto text = event_line(event, {.terminal = terminal, .now = at, .family = look.family});
            text.pop_back();
            all.push_back({at, std::move(text)});
        }
    std::ranges::stable_sort(all, {}, &Line::at);
    std::vector<std::string> lines;
    for (std::size_t i = all.size() - std::min(room, all.size()); i != all.size(); ++i) lines.push_back(all[i].text);
    return lines;
}

}  // namespace

std::vector<std::string> watch_frame(const std::vector<WatchLook>& looks, const Terminal& terminal, std::int64_t now,
                                     double interval) {
    constexpr std::size_t height_min = 4;
    const auto height = std::max(terminal.height, height_min);
    const auto body = height - 1;  // the last line says how to leave
    std::vector<std::string> lines;
    lines.push_back(head_line(looks, terminal, now));
    for (const auto& look : looks)
        add_lines(lines, status_part(look, terminal, looks.size() > 1), body - std::min(body, lines.size()));

    // Pools get what they need up to two thirds of what is left; events get the rest.
    auto left = body - std::min(body, lines.size());
    for (std::size_t i = 0; i != looks.size() && left > 2; ++i) {
        const auto subnets = subnets_part(looks[i], terminal, now);
        const auto share = left * 2 / 3 / (looks.size() - i);
        if (subnets.empty() || share < 3) continue;
        lines.emplace_back();
        const auto shown = std::min(share - 1, line_count(subnets));
        add_lines(lines, subnets, shown);
        left = body - std::min(body, lines.size());
    }
    if (left > 2) {
        lines.emplace_back();
        lines.push_back(painted(terminal, Tone::strong, "LEASES AS THEY CHANGE"));
        for (auto& line : event_lines(looks, terminal, left - 2)) lines.push_back(std::move(line));
    }
    lines.resize(body);
    auto every = std::to_string(interval);
    every.erase(every.find_last_not_of('0') + 1);
    if (every.ends_with('.')) every.pop_back();
    lines.push_back(painted(terminal, Tone::quiet, shortened("q leaves, r looks now; every " + every + " s", terminal.width,
                                                             terminal.utf8)));
    return lines;
}

}  // namespace leasehold
