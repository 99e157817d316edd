// For people: a table of at most 100 columns.
#include "tests/bench/load/report.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>

namespace leasehold::bench {
namespace {

struct Row {
    Ask ask;
    const char* name4;
    const char* name6;
};
constexpr std::array<Row, ask_count> rows{{{Ask::discover, "DISCOVER", "SOLICIT"},
                                           {Ask::request, "REQUEST", "REQUEST"},
                                           {Ask::renew, "renewal", "RENEW"},
                                           {Ask::release, "RELEASE", "RELEASE"}}};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void line(std::string& text, const char* format, ...) {
    std::array<char, 400> buffer;
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
    va_end(arguments);
    text += buffer.data();
    text += '\n';
}

unsigned long long wide(std::uint64_t count) {
    return count;
}

/// "87", "1243", "17.4 ms", "2.1 s": microseconds where no unit is told.
std::string duration_text(Nanoseconds duration) {
    const auto microseconds = static_cast<double>(duration.count()) / 1e3;
    std::array<char, 32> buffer;
    if (microseconds < 1e4)
        std::snprintf(buffer.data(), buffer.size(), "%.0f", microseconds);
    else if (microseconds < 1e6)
        std::snprintf(buffer.data(), buffer.size(), "%.1f ms", microseconds / 1e3);
    else
        std::snprintf(buffer.data(), buffer.size(), "%.2f s", microseconds / 1e6);
    return buffer.data();
}

std::string latency_columns(const Histogram& histogram) {
    std::string text;
    const auto add = [&](Nanoseconds value) {
        std::array<char, 32> buffer;
        std::snprintf(buffer.data(), buffer.size(), " %9s", duration_text(value).c_str());
        text += buffer.data();
    };
    add(histogram.min());
    for (const double share : {0.5, 0.9, 0.99, 0.999}) add(histogram.percentile(share));
    add(histogram.max());
    return text;
}

std::string shape_text(const Shape& shape) {
    std::array<char, 100> buffer{};
    const double seconds = std::chrono::duration<double>(shape.duration).count();
    switch (shape.kind) {
        case ShapeKind::open:
            std::snprintf(buffer.data(), buffer.size(), "%.0f/s for %g s", shape.rate, seconds);
            break;
        case ShapeKind::closed:
            std::snprintf(buffer.data(), buffer.size(), "%zu at a time for %g s", shape.size, seconds);
            break;
        case ShapeKind::bursts:
            std::snprintf(buffer.data(), buffer.size(), "%zu at once every %g s for %g s", shape.size,
                          std::chrono::duration<double>(shape.every).count(), seconds);
            break;
        case ShapeKind::avalanche:
            std::snprintf(buffer.data(), buffer.size(), "%zu at once, until all are served", shape.size);
            break;
    }
    return buffer.data();
}

std::string exchange_text(const Settings& settings) {
    const bool v4 = settings.clients.family == Family::v4;
    switch (settings.work.exchange) {
        case Exchange::full: return v4 ? "DISCOVER OFFER REQUEST ACK" : "SOLICIT ADVERTISE REQUEST REPLY";
        case Exchange::rapid: return v4 ? "DISCOVER ACK" : "SOLICIT REPLY";
        case Exchange::offer: return v4 ? "DISCOVER OFFER" : "SOLICIT ADVERTISE";
    }
    return {};
}

void add_messages(std::string& text, const Settings& settings, const Outcome& outcome) {
    const bool v4 = settings.clients.family == Family::v4;
    line(text, "%-9s %9s %9s %7s %7s %9s %9s %9s %9s %9s %9s", "", "sent", "answered", "lost", "resent",
         "min us", "p50", "p90", "p99", "p99.9", "max");
    for (const auto& row : rows) {
        const auto& messages = outcome.of(row.ask);
        if (messages.sent == 0) continue;
        line(text, "%-9s %9llu %9llu %7llu %7llu%s", v4 ? row.name4 : row.name6, wide(messages.sent),
             wide(messages.answered), wide(messages.unanswered), wide(messages.resent),
             latency_columns(messages.latency).c_str());
    }
    if (outcome.whole.count() > 0)
        line(text, "%-9s %9s %9llu %7s %7s%s", "whole", "", wide(outcome.whole.count()), "", "",
             latency_columns(outcome.whole).c_str());
}

/// Where they came from, which decides where they are answered.
void add_renewals(std::string& text, const Settings& settings, const Outcome& outcome) {
    const auto& renewals = outcome.of(Ask::renew);
    if (renewals.sent == 0 || settings.clients.family == Family::v6) return;
    const bool broadcast = !outcome.renews_from_client && !settings.relays.first;
    line(text, "renewals came from %s",
         outcome.renews_from_client ? "the clients' addresses"
         : broadcast                ? "the clients by broadcast"
                                    : "the relay's address");
    if (broadcast && renewals.unanswered > 0)
        line(text,
             "  a server looks for the clients by ARP: 'ip route add local POOL dev lo' lets this machine "
             "answer it");
}

void add_generator(std::string& text, const Settings& settings, const Outcome& outcome) {
    line(text,
         "generator: %.0f %% of a processor, waited %.1f %% of the time for one; its sockets dropped %llu, "
         "could not send %llu",
         100 * outcome.processor_share(), 100 * outcome.run_delay(), wide(outcome.sockets.kernel_dropped),
         wide(outcome.sockets.send_failed));
    if (outcome.sockets.send_failed > 0) line(text, "  %s", outcome.socket_error.c_str());
    if (outcome.run_delay() > settings.limits.run_delay)
        line(text,
             "STARVED: other programs had its processor; this run measured the generator. Repeat it on a "
             "quieter one.");
    if (outcome.offered() < offered_share_min)
        line(text, "NOT OFFERED: only %.1f %% of what was due was begun%s", 100 * outcome.offered(),
             outcome.begun >= settings.clients.count ? "; all clients were at work, try more --clients" : "");
}

}  // namespace

std::string what_is_done(const Settings& settings) {
    const auto& relays = settings.relays;
    std::string text = settings.clients.family == Family::v4 ? "DHCPv4, " : "DHCPv6, ";
    if (relays.first) {
        text += std::to_string(relays.count) + (relays.count == 1 ? " relay " : " relays from ") +
                to_string(*relays.first);
        text += " to " + to_string(settings.sockets.server.value_or(Ipv6{}));
    } else {
        text += "clients on " + settings.sockets.interface;
    }
    text += ": " + exchange_text(settings) + ", ";
    text +=
        settings.activity == Activity::search ? "search for the highest rate" : shape_text(settings.shape);
    std::array<char, 100> mix{};
    if (settings.work.renewals + settings.work.releases > 0)
        std::snprintf(mix.data(), mix.size(), ", %g renewals, %g releases", settings.work.renewals,
                      settings.work.releases);
    text += mix.data();
    return text + "\n" + std::to_string(settings.clients.count) + " clients, --base-mac " +
           mac_text(settings.clients.base_mac) + " --seed " + std::to_string(settings.work.seed) + "\n";
}

std::string table(const Settings& settings, const Outcome& outcome) {
    std::string text;
    line(text,
         "exchanges: begun %llu, completed %llu, lost %llu (%.3f %%); %.0f completed per second, in %.2f s%s",
         wide(outcome.begun), wide(outcome.completed), wide(outcome.lost), 100 * outcome.loss(),
         outcome.rate(), std::chrono::duration<double>(outcome.load_time).count(),
         outcome.interrupted ? ", interrupted" : "");
    add_messages(text, settings, outcome);
    if (settings.shape.kind == ShapeKind::avalanche && settings.activity == Activity::measure) {
        text += "served:";
        for (std::size_t i = 0; i < served_shares.size(); ++i) {
            std::array<char, 60> buffer{};
            const auto& after = outcome.served_after[i];
            std::snprintf(buffer.data(), buffer.size(), after ? " %g %% after %.3f s" : " %g %% never",
                          100 * served_shares[i],
                          after ? std::chrono::duration<double>(*after).count() : 0.0);
            text += (i > 0 ? "," : "") + std::string{buffer.data()};
        }
        text += '\n';
    }
    add_renewals(text, settings, outcome);
    line(text,
         "answers: refused %llu, moved %llu, orphans %llu, to strangers %llu, surplus %llu, unreadable %llu",
         wide(outcome.refused), wide(outcome.moved), wide(outcome.orphans), wide(outcome.strangers),
         wide(outcome.surplus), wide(outcome.unreadable));
    line(text, "%sgiven twice %llu, another lease than asked for %llu, another server than chosen %llu",
         outcome.is_wrong() ? "WRONG: " : "", wide(outcome.duplicates), wide(outcome.wrong_leases),
         wide(outcome.wrong_servers));
    for (const auto& finding : outcome.findings) line(text, "  %s", finding.c_str());
    add_generator(text, settings, outcome);
    return text;
}

std::string step_text(const Step& step) {
    std::string text;
    line(text, "%9.0f/s: completed %.3f %%, offered %.1f %%, waited %.1f %% for a processor: %s%s", step.rate,
         100 * step.trial.completed, 100 * step.trial.offered, 100 * step.trial.run_delay,
         step.sustained ? "sustained" : "not sustained", !step.sustained && step.starved ? " (STARVED)" : "");
    return text;
}

std::string table(const Settings& settings, const SearchResult& result) {
    std::string text;
    if (!result.complete)
        line(text, "broken off; sustained so far: %.0f exchanges per second", result.rate);
    else if (result.rate == 0)
        line(text, "not even %.0f exchanges per second are sustained; try a lower --from",
             settings.search.from);
    else if (result.rate >= settings.search.to)
        line(text, "sustained: %.0f exchanges per second, the highest that was tried (--to)", result.rate);
    else
        line(text, "sustained: %.0f exchanges per second (to within %g %%)%s", result.rate,
             100 * settings.search.precision,
             result.starved ? ", or more: the generator was STARVED in a step that failed" : "");
    return text;
}

ExitStatus exit_status(const Settings& settings, const Outcome& outcome) {
    if (outcome.is_wrong()) return ExitStatus::wrong_answers;
    return outcome.begun == 0 || outcome.loss() > settings.limits.loss ? ExitStatus::losses
                                                                       : ExitStatus::fine;
}

ExitStatus exit_status(const SearchResult& result) {
    const bool wrong = !result.steps.empty() && result.steps.back().trial.wrong;
    return wrong ? ExitStatus::wrong_answers : result.rate == 0 ? ExitStatus::losses : ExitStatus::fine;
}

}  // namespace leasehold::bench
