#include "control/status_json.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "control/family_names.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

/// Kea's families of origin ids: 1 is the user, from 1000 on a local HA service, from 2000 on a remote one.
Json ids_between(const std::vector<std::uint32_t>& ids, DisableOrigin from, std::uint32_t count) {
    Json result = Json::array();
    const auto first = static_cast<std::uint32_t>(from);
    for (const auto id : ids)
        if (id >= first && id - first < count) result.push_back(id);
    return result;
}

/// Kea's number of a lease backend that keeps service from running: what its status-get shows, and so what
/// tools look for, is 3000 twice, plus the kind; after a first opening that failed it is 3000 alone. With a
/// serve- policy Kea shows none: then service is on, in name at least.
Json disabling_databases(const ServerStatus& server) {
    const BackendStatus& backend = server.backend;
    if (is_open(backend.state) || server.on_fail != OnFail::stop_retry_exit) return Json::array();
    if (!backend.has_served) return Json::array({first_database_origin});
    const auto kind = [&] {
        switch (server.backend_type) {
            case BackendType::mariadb: return 1u;
            case BackendType::postgresql: return 2u;
            case BackendType::memory:
            case BackendType::sqlite: return 3u;
        }
        return 0u;
    };
    return Json::array({2 * first_database_origin + kind()});
}

Json dhcp_state(const ServerStatus& server) {
    constexpr std::uint32_t origins_per_family = 1000;
    return {{"globally-disabled", server.service.mode == ServiceMode::closed},
            {"disabled-by-user",
             std::ranges::find(server.disabled_by, static_cast<std::uint32_t>(DisableOrigin::user)) !=
                 server.disabled_by.end()},
            {"disabled-by-local-command",
             ids_between(server.disabled_by, DisableOrigin::ha_local, origins_per_family)},
            {"disabled-by-remote-command",
             ids_between(server.disabled_by, DisableOrigin::ha_remote, origins_per_family)},
            {"disabled-by-db-connection", disabling_databases(server)}};
}

Json sockets(const ServerStatus& server) {
    Json result{{"status", server.socket_problems.empty() ? "ready" : "retrying"},
                {"listening", server.listening}};
    for (const auto& problem : server.socket_problems)
        result["errors"].push_back(problem.interface + ": " + problem.reason);
    return result;
}

Json ping_check(const PingStatus& ping) {
    Json result{{"looked", ping.looked}, {"answered", ping.answered}, {"skipped", ping.skipped}};
    if (!ping.error.empty()) result["error"] = ping.error;
    return result;
}

Json prefix_routes(const PrefixRoutesStatus& status) {
    const RouteCounters& counters = status.counters;
    Json result{{"wanted", status.routes},
                {"installed", status.installed},
                {"queued", status.queued},
                {"refused", status.refused},
                {"without-interface", status.no_link},
                {"without-next-hop", status.no_next_hop},
                {"set", counters.set},
                {"removed", counters.removed},
                {"refusals", counters.refused},
                {"missing", counters.missing},
                {"stale", counters.stale},
                {"queue-full", counters.queue_full},
                {"over-limit", counters.over_limit},
                {"events-lost", status.events_lost}};
    if (!status.last_error.empty()) result["last-error"] = status.last_error;
    return result;
}

Json reconfigure(const v6::ReconfigureStatus& status) {
    return {{"queued", status.queued},     {"waiting", status.waiting},       {"sent", status.sent},
            {"answered", status.answered}, {"unanswered", status.unanswered}, {"refused", status.refused}};
}

Json service(const ServerStatus& server) {
    Json result{{"state", to_string(server.service.mode)}};
    if (server.service.mode == ServiceMode::open_without_backend)
        result["outage-service"] = to_string(server.service.outage);
    if (!server.service.reason.empty()) result["reason"] = server.service.reason;
    return result;
}

Json journal(const SpoolStatus& spool) {
    Json result{{"state", to_string(spool.file.state)},
                {"file", spool.file.where},
                {"leases", spool.entries},
                {"octets", spool.octets},
                {"octets-max", spool.octets_max},
                {"full", spool.full},
                {"refused-full", spool.refused_full},
                {"conflicts", spool.conflicts}};
    if (spool.oldest != 0) result["oldest"] = spool.oldest;
    if (!spool.file.last_error.empty()) result["last-error"] = spool.file.last_error;
    return result;
}

std::string time_text(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%FT%TZ", &parts);
    return text.data();
}

Json credentials(const CredentialStatus& status) {
    Json result{{"source", status.source}};
    if (status.loaded_at) {
        result["loaded-at"] = time_text(*status.loaded_at);
        result["age"] = age_of(status)->count();
    }
    if (!status.refused.empty()) result["refused"] = status.refused;
    if (status.refused_since) result["refused-since"] = time_text(*status.refused_since);
    return result;
}

std::string_view policy_name(OnFail policy) {
    switch (policy) {
        case OnFail::stop_retry_exit: return "stop-retry-exit";
        case OnFail::serve_retry_exit: return "serve-retry-exit";
        case OnFail::serve_retry_continue: return "serve-retry-continue";
    }
    return "";
}

Json database(const ServerStatus& server, std::chrono::steady_clock::time_point now) {
    const BackendStatus& backend = server.backend;
    Json result{{"state", to_string(backend.state)},          {"where", backend.where},
                {"schema-version", backend.schema_version},   {"leases-loaded", backend.rows_loaded},
                {"rows-unreadable", backend.rows_unreadable}, {"on-fail", policy_name(server.on_fail)}};
    if (backend.attempt != 0) result["attempt"] = backend.attempt;
    if (backend.attempts_max != 0) result["attempts-max"] = backend.attempts_max;
    if (backend.beyond_tries) result["tries-used-up"] = true;
    if (backend.rows_drained != 0) result["leases-drained"] = backend.rows_drained;
    if (!backend.last_error.empty()) result["last-error"] = backend.last_error;
    if (backend.next_try)
        result["next-attempt-in"] = std::max<std::int64_t>(
            0, std::chrono::ceil<std::chrono::seconds>(*backend.next_try - now).count());
    if (backend.since)
        result[is_open(backend.state) ? "open-for" : "away-for"] = std::max<std::int64_t>(
            0, std::chrono::floor<std::chrono::seconds>(now - *backend.since).count());
    if (server.credentials) result["credentials"] = credentials(*server.credentials);
    if (server.journal) result["journal"] = journal(*server.journal);
    return result;
}

Json clock(const ClockStatus& clock) {
    Json result{{"step", clock.step.count()}, {"reuse-paused", clock.reuse_paused}};
    if (clock.wait_until) result["wait-until"] = clock.wait_until->time_since_epoch().count();
    return result;
}

Json program(const ScriptStatus& script) {
    return {{"program", script.path},    {"started", script.started}, {"failed", script.failed},
            {"running", script.running}, {"waiting", script.waiting}, {"lost", script.lost}};
}

Json legal_log(const LegalLogStatus& log) {
    Json result{{"where", log.where},
                {"written", log.written},
                {"waiting", log.waiting},
                {"lost", log.lost},
                {"unformatted", log.unformatted},
                {"programs-failed", log.programs_failed}};
    if (!log.problem.empty()) result["problem"] = log.problem;
    return result;
}

Json queues(const StatusInputs& inputs) {
    const auto& server = inputs.server;
    return {{"decisions-with-store", server.pending},
            {"packets-parked", server.parked},
            {"newcomers-waiting", server.newcomers},
            {"offers-held", server.offers_held},
            {"queue-full", server.queue_full},
            {"packets-stale", server.stale},
            {"newcomers-turned-away", server.turned_away},
            {"replies-too-old", server.replies_too_old},
            {"offer-holds-overflowed", server.holds_overflowed},
            {"log-lines-lost", inputs.log_lines_lost}};
}

Json slowest_exchanges(const std::vector<SlowExchange>& slowest) {
    Json result = Json::array();
    for (const SlowExchange& exchange : slowest) {
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(exchange.took).count();
        Json shown{{"time", time_text(exchange.at)},
                   {"message", exchange.message},
                   {"client", exchange.client},
                   {"milliseconds", static_cast<double>(us) / 1000}};
        if (exchange.lease) shown["address"] = to_string(*exchange.lease);
        if (exchange.subnet_id != 0) shown["subnet-id"] = exchange.subnet_id;
        if (exchange.waited_for != WaitedFor::unknown) shown["waited-for"] = to_string(exchange.waited_for);
        result.push_back(std::move(shown));
    }
    return result;
}

Json configuration_changes(const ChangeStatus& changes) {
    return {{"under-way", changes.under_way},
            {"waiting", changes.waiting},
            {"waiting-max", changes.waiting_max},
            {"refused", changes.refused}};
}

Json commands(const ChannelCounters& channel) {
    return {{"connections", channel.connections},
            {"connections-refused", channel.connections_refused},
            {"requests-too-long", channel.requests_too_long},
            {"timeouts", channel.timeouts},
            {"http-requests", channel.http_requests},
            {"http-refused", channel.http_refused},
            {"unauthorized", channel.unauthorized},
            {"forbidden", channel.forbidden},
            {"tls-failed", channel.tls_failed},
            {"streams-cut", channel.streams_cut}};
}

}  // namespace

std::optional<std::chrono::seconds> age_of(const CredentialStatus& credentials) {
    if (!credentials.loaded_at) return std::nullopt;
    const auto age = std::chrono::system_clock::now() - *credentials.loaded_at;
    return std::max(std::chrono::duration_cast<std::chrono::seconds>(age), std::chrono::seconds{0});
}

Json status_json(const StatusInputs& inputs) {
    const auto& server = inputs.server;
    Json result{
        {"pid", inputs.process},
        {"family", names_of(inputs.family).protocol},
        {"uptime", server.uptime.count()},
        {"reload", server.since_reload.count()},
        {"multi-threading-enabled", false},
        {"dhcp-state", dhcp_state(server)},
        {"sockets", sockets(server)},
        {"ping-check", ping_check(server.ping)},
        {"reservations-skipped", server.skipped_reservations},
        {"service", service(server)},
        {"database-status", database(server, inputs.now)},
        {"clock", clock(server.clock)},
        {"configuration-in-preparation", server.preparing},
        {"configuration-changes", configuration_changes(inputs.changes)},
        {"leases",
         {{"stored", server.leases}, {"table-octets", server.table_bytes}, {"set-aside", server.set_aside}}},
        {"limits", queues(inputs)},
        {"slowest-exchanges", slowest_exchanges(server.slowest_exchanges)},
        {"utc-offset", inputs.utc_offset.count()},
        {"commands", commands(inputs.channel)}};
    if (server.reconfigure != v6::ReconfigureStatus{}) result["reconfigure"] = reconfigure(server.reconfigure);
    if (server.routes.managed) result["prefix-routes"] = prefix_routes(server.routes);
    if (!inputs.script.path.empty()) result["run-script"] = program(inputs.script);
    if (!inputs.legal_log.where.empty()) result["legal-log"] = legal_log(inputs.legal_log);
    return result;
}

}  // namespace leasehold
