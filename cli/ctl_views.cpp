#include "cli/ctl_views.hpp"

#include <unistd.h>

#include <iostream>
#include <thread>

#include "cli/text_width.hpp"
#include "cli/watch_screen.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

ViewResult view_of(const CtlArguments& arguments, const ViewedServer& server, const ViewPlace& place) {
    if (arguments.view == "status") return view_status(server.status, place);
    if (arguments.view == "backends") return view_backends(server.status, place);
    if (arguments.view == "leases") return view_leases(server.ask, arguments.leases, place);
    if (arguments.view == "subnets") return view_subnets(server.ask, arguments.subnets, place);
    return view_reservations(server.ask, arguments.reservations, place);
}

/// What a server says may hold anything: it must not steer the terminal.
void say(std::ostream& err, const std::string& text) {
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        err << visible(std::string_view{text}.substr(begin, end - begin)) << "\n";
        begin = end + 1;
    }
}

ViewPlace place_of(const ViewedServer& server, const Terminal& terminal) {
    return {.terminal = terminal, .now = seconds_since_1970(), .family = server.family};
}

std::string heading(const ViewedServer& server, const Terminal& terminal) {
    return painted(terminal, Tone::strong, names_of(server.family).protocol) + "\n";
}

/// The worst of what servers give: an error, then not serving, then something, then nothing.
CtlExit together(CtlExit one, CtlExit other) {
    const auto rank = [](CtlExit code) {
        switch (code) {
            case CtlExit::empty: return 0;
            case CtlExit::ok: return 1;
            case CtlExit::not_serving: return 2;
            case CtlExit::refused:
            case CtlExit::usage:
            case CtlExit::no_server:
            case CtlExit::not_permitted:
            case CtlExit::configuration: break;
        }
        return 3;
    };
    return rank(one) >= rank(other) ? one : other;
}

std::string starting_note(const ViewedServer& server) {
    const auto database = member_map(server.status, "database-status");
    auto note = "The " + std::string{names_of(server.family).protocol} +
                " server is starting: its leases are not all there yet. The lease database: " +
                member_text(database, "where") + ", " + database_state_words(database);
    const auto error = member_text(database, "last-error");
    return note + (error.empty() ? "." : ": " + error);
}

void follow_once(const ViewedServer& server, LeaseFollower& follower, bool json, std::ostream& out, std::ostream& err,
                 bool& lost) {
    for (bool more = true; more;) {
        const auto told = follower.look();
        if (!told) {
            if (!std::exchange(lost, true)) say(err, told.error().text + " Trying again.");
            return;
        }
        if (std::exchange(lost, false)) say(err, "The server answers again.");
        const auto place = place_of(server, look_at_terminal(STDOUT_FILENO));
        for (const auto& event : told->events)
            out << (json ? event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" : event_line(event, place));
        more = told->more;
    }
    out.flush();
}

/// Until a signal ends it, as `tail -f`.
int follow(const CtlArguments& arguments, const std::vector<ViewedServer>& servers, std::ostream& out,
           std::ostream& err) {
    std::vector<LeaseFollower> followers;
    for (const auto& server : servers) followers.emplace_back(server.ask, arguments.leases);
    std::vector<char> lost(servers.size(), false);
    // The first question tells where to begin: a failure now is one of the command line's.
    for (auto& follower : followers)
        if (const auto told = follower.look(); !told) {
            say(err, told.error().text);
            return static_cast<int>(told.error().exit);
        }
    if (!arguments.json) err << "Waiting for leases to change; Ctrl-C ends.\n";
    while (out) {
        std::this_thread::sleep_for(std::chrono::duration<double>(arguments.interval));
        for (std::size_t i = 0; i != servers.size(); ++i) {
            bool is_lost = lost[i] != 0;
            follow_once(servers[i], followers[i], arguments.json, out, err, is_lost);
            lost[i] = is_lost;
        }
    }
    return static_cast<int>(CtlExit::ok);
}

}  // namespace

std::int64_t seconds_since_1970() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

CtlResult<std::vector<ViewedServer>> find_servers(const CtlArguments& arguments, std::ostream& err) {
    const auto places = find_control_sockets(arguments);
    if (!places) return std::unexpected(places.error());
    std::vector<ViewedServer> servers;
    std::optional<CtlFailure> failure;
    for (const auto& place : *places) {
        ViewedServer server{place, ask_through(place), Family::v4, {}};
        auto status = server.ask("status-get", nullptr);
        if (!status) {
            if (!failure) failure = status.error();
            continue;
        }
        server.status = std::move(*status);
        server.family = member_text(server.status, "family") == "DHCPv6" ? Family::v6 : Family::v4;
        servers.push_back(std::move(server));
    }
    if (servers.empty()) return std::unexpected(*failure);
    if (failure && !arguments.file.empty()) return std::unexpected(*failure);
    if (failure) say(err, failure->text);  // a socket that a server of another family left behind, perhaps
    return servers;
}

int run_view(const CtlArguments& arguments, std::ostream& out, std::ostream& err) {
    if (arguments.view == "watch") return run_watch(arguments, out, err);
    const auto servers = find_servers(arguments, err);
    if (!servers) {
        say(err, servers.error().text);
        return static_cast<int>(servers.error().exit);
    }
    if (arguments.view == "leases" && arguments.leases.follow) return follow(arguments, *servers, out, err);
    const auto terminal = look_at_terminal(STDOUT_FILENO);
    Json all{{"view", arguments.view}, {"servers", Json::array()}};
    CtlExit exit = CtlExit::empty;
    std::vector<std::string> notes;
    bool begun = false;
    for (const auto& server : *servers) {
        auto answer = view_of(arguments, server, place_of(server, terminal));
        if (!answer) {
            say(err, answer.error().text);
            return static_cast<int>(answer.error().exit);
        }
        if (is_starting(server.status)) {
            answer->exit = CtlExit::not_serving;
            notes.push_back(starting_note(server));
        }
        exit = together(exit, answer->exit);
        const bool several = servers->size() > 1;
        if (!answer->note.empty() && !(several && answer->exit == CtlExit::empty))
            notes.push_back((several ? std::string{names_of(server.family).protocol} + ": " : "") + answer->note);
        answer->json["family"] = server.family == Family::v4 ? 4 : 6;
        all["servers"].push_back(std::move(answer->json));
        if (arguments.json || answer->text.empty()) continue;
        out << (begun ? "\n" : "") << (several ? heading(server, terminal) : "") << answer->text;
        begun = true;
    }
    if (arguments.json) out << all.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    out.flush();
    if (exit == CtlExit::empty && notes.empty()) notes.emplace_back("Nothing was found.");
    for (const auto& note : notes) say(err, note);
    return static_cast<int>(exit);
}

}  // namespace leasehold
