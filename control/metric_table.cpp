#include "control/metric_table.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// Statistics whose metric is not called as default_name() makes it.
struct MetricName {
    Stat stat;
    std::string_view base;  // follows the scope's prefix
    MetricType type = MetricType::counter;
    std::string_view context = {};    // label of allocation failures
    std::string_view pool_base = {};  // where it differs in pools
};
constexpr std::array lease_metric_names = [] {
    using enum Stat;
    constexpr auto gauge = MetricType::gauge;
    constexpr auto counter = MetricType::counter;
    return std::array{
        MetricName{assigned_addresses, "addresses_assigned_total", gauge},
        MetricName{cumulative_assigned_addresses,
                   "cumulative_addresses_assigned_total",
                   counter,
                   {},
                   "addresses_cumulative_assigned_total"},
        MetricName{total_addresses, "addresses_total", gauge},
        MetricName{assigned_nas, "na_assigned_total", gauge},
        MetricName{cumulative_assigned_nas, "cumulative_nas_assigned_total"},
        MetricName{total_nas, "na_total", gauge},
        MetricName{assigned_pds, "pd_assigned_total", gauge},
        MetricName{cumulative_assigned_pds, "cumulative_pds_assigned_total"},
        MetricName{total_pds, "pd_total", gauge},
        MetricName{registered_nas, "na_registered_total", gauge},
        MetricName{cumulative_registered_nas, "cumulative_nas_registered_total"},
        MetricName{declined_addresses, "addresses_declined_total", gauge},
        MetricName{reclaimed_declined_addresses, "addresses_declined_reclaimed_total"},
        MetricName{reclaimed_leases, "addresses_reclaimed_total"},
        MetricName{v4_lease_reuses, "leases_reused_total"},
        MetricName{v4_reservation_conflicts, "reservation_conflicts_total"},
        MetricName{v6_ia_na_lease_reuses, "na_reuses_total"},
        MetricName{v6_ia_pd_lease_reuses, "pd_reuses_total"},
        MetricName{v4_allocation_fail, "allocations_failed_total", counter, "none-free"},
        MetricName{v4_allocation_fail_no_pools, "allocations_failed_total", counter, "no-pools"},
        MetricName{v4_allocation_fail_shared_network, "allocations_failed_total", counter, "shared-network"},
        MetricName{v4_allocation_fail_subnet, "allocations_failed_total", counter, "subnet"},
        MetricName{v4_allocation_fail_classes, "allocations_failed_total", counter, "classes"},
        MetricName{v6_allocation_fail, "allocations_failed_total", counter, "none-free"},
        MetricName{v6_allocation_fail_no_pools, "allocations_failed_total", counter, "no-pools"},
        MetricName{v6_allocation_fail_shared_network, "allocations_failed_total", counter, "shared-network"},
        MetricName{v6_allocation_fail_subnet, "allocations_failed_total", counter, "subnet"},
        MetricName{v6_allocation_fail_classes, "allocations_failed_total", counter, "classes"},
    };
}();

/// Packets whose metric or operation is not what their name says.
struct PacketMetricName {
    Stat stat;
    std::string_view metric;  // follows "kea_dhcp4_"
    std::string_view operation;
};
constexpr std::array packet_metric_names{
    PacketMetricName{Stat::pkt4_receive_drop, "packets_received_total", "drop"},
    PacketMetricName{Stat::pkt4_parse_failed, "packets_received_total", "parse-failed"},
    PacketMetricName{Stat::pkt6_receive_drop, "packets_received_total", "drop"},
    PacketMetricName{Stat::pkt6_parse_failed, "packets_received_total", "parse-failed"},
    PacketMetricName{Stat::pkt6_dhcpv4_response_sent, "packets_sent_dhcp4_total", "response"},
    PacketMetricName{Stat::pkt6_dhcpv4_query_received, "packets_received_dhcp4_total", "query"},
    PacketMetricName{Stat::pkt6_dhcpv4_response_received, "packets_received_dhcp4_total", "response"},
};

/// Of several statistics together.
constexpr std::array shared_helps{
    std::pair{std::string_view{"packets_received_total"}, std::string_view{"messages received, by type"}},
    std::pair{std::string_view{"packets_sent_total"}, std::string_view{"messages sent, by type"}},
    std::pair{std::string_view{"packets_received_dhcp4_total"},
              std::string_view{"DHCPv4 in DHCPv6 received"}},
    std::pair{std::string_view{"packets_sent_dhcp4_total"}, std::string_view{"DHCPv4 in DHCPv6 sent"}},
    std::pair{std::string_view{"allocations_failed_total"},
              std::string_view{"searches that found no lease; each counts as none-free or no-pools, as "
                               "shared-network or subnet, and in classes if the client has any"}},
};

std::string dashes_to_underscores(std::string_view text) {
    std::string result{text};
    std::ranges::replace(result, '-', '_');
    return result;
}

std::string_view scope_prefix(MetricScope scope, Family family, Stat stat) {
    switch (scope) {
        case MetricScope::global: return family == Family::v4 ? "global4_" : "global6_";
        case MetricScope::subnet: return "";
        case MetricScope::pool: return "pool_";
        // Of addresses and of prefixes: else two metrics would have one name.
        case MetricScope::pd_pool: return stat == Stat::reclaimed_leases ? "pool_pd_" : "pool_";
    }
    return "";
}
std::string_view scope_help(MetricScope scope) {
    switch (scope) {
        case MetricScope::global: return ", all subnets";
        case MetricScope::subnet: return ", by subnet";
        case MetricScope::pool:
        case MetricScope::pd_pool: return ", by pool";
    }
    return "";
}

class MetricList {
public:
    explicit MetricList(Family family)
        : family_{family}, prefix_{family == Family::v4 ? "kea_dhcp4_" : "kea_dhcp6_"} {
        for (const StatDef& def : stat_defs())
            if (includes(def.families, family))
                def.name.starts_with("pkt") ? add_packet(def) : add_lease(def);
    }
    std::vector<StatMetric> take() { return std::move(metrics_); }

private:
    void add_packet(const StatDef& def) {
        const std::string_view name = def.name.substr(sizeof "pkt4-" - 1);
        const std::string family_label = metric_label("family", family_ == Family::v4 ? "4" : "6");
        const auto* const named = std::ranges::find(packet_metric_names, def.stat, &PacketMetricName::stat);
        const auto add_operation = [&](std::string_view metric, std::string_view operation) {
            add(prefix_ + std::string{metric}, MetricType::counter, def.help,
                {def.stat, MetricScope::global, metric_label("operation", operation)});
        };
        if (named != packet_metric_names.end()) add_operation(named->metric, named->operation);
        if (name == "received" || name == "sent")  // Stork adds up the operations instead
            return add("leasehold_packets_" + std::string{name} + "_total", MetricType::counter, def.help,
                       {def.stat, MetricScope::global, family_label});
        if (name.ends_with("-received") || name.ends_with("-sent")) {
            if (named != packet_metric_names.end()) return;
            const bool sent = name.ends_with("-sent");
            return add_operation(sent ? "packets_sent_total" : "packets_received_total",
                                 name.substr(0, name.rfind('-')));
        }
        if (name == "receive-drop") return;  // the sum of the causes
        add("leasehold_packets_dropped_total", MetricType::counter, "packets dropped, by cause",
            {def.stat, MetricScope::global, family_label + "," + metric_label("reason", name)});
    }

    void add_lease(const StatDef& def) {
        const auto* const named = std::ranges::find(lease_metric_names, def.stat, &MetricName::stat);
        const bool known = named != lease_metric_names.end();
        const auto add_in = [&](MetricScope scope, bool is_there) {
            if (!is_there) return;
            const bool of_pool = scope == MetricScope::pool || scope == MetricScope::pd_pool;
            std::string base = known ? std::string{named->base} : dashes_to_underscores(def.name) + "_total";
            if (known && of_pool && !named->pool_base.empty()) base = named->pool_base;
            const std::string_view context = known ? named->context : std::string_view{};
            add(prefix_ + std::string{scope_prefix(scope, family_, def.stat)} + base,
                known ? named->type : MetricType::counter,
                std::string{def.help} + std::string{scope_help(scope)},
                {def.stat, scope, context.empty() ? "" : metric_label("context", context)});
        };
        add_in(MetricScope::global, def.scopes.global);
        add_in(MetricScope::subnet, def.scopes.subnet);
        add_in(MetricScope::pool, def.scopes.pool);
        add_in(MetricScope::pd_pool, def.scopes.pd_pool && family_ == Family::v6);
    }

    void add(const std::string& name, MetricType type, std::string_view help, MetricMember member) {
        const auto found = std::ranges::find(metrics_, name, &StatMetric::name);
        if (found != metrics_.end()) return found->members.push_back(std::move(member));
        std::string text{help};
        for (const auto& [base, shared] : shared_helps)
            if (name.starts_with(prefix_) && name.ends_with("_" + std::string{base})) text = shared;
        metrics_.push_back({name, type, std::move(text), {std::move(member)}});
    }

    Family family_;
    std::string prefix_;
    std::vector<StatMetric> metrics_;
};

// --- what is not a statistic

using StatusSamples = std::vector<StatusSample>;

StatusSamples single(std::uint64_t value) {
    return {{"", value}};
}
StatusSamples labelled(std::string_view label,
                       std::initializer_list<std::pair<std::string_view, std::uint64_t>> values) {
    StatusSamples samples;
    for (const auto& [name, value] : values) samples.push_back({metric_label(label, name), value});
    return samples;
}
/// 1 for the state it is in, 0 for the others.
template <class State>
StatusSamples state_samples(std::size_t count, State now) {
    StatusSamples samples;
    for (std::size_t i = 0; i != count; ++i) {
        const auto state = static_cast<State>(i);
        samples.push_back({metric_label("state", to_string(state)), state == now ? 1u : 0u});
    }
    return samples;
}

constexpr std::size_t service_mode_count = 3;

StatusSamples journal_samples(const StatusInputs& in, std::uint64_t (*value)(const SpoolStatus&)) {
    return in.server.journal ? single(value(*in.server.journal)) : StatusSamples{};
}
StatusSamples route_samples(const StatusInputs& in) {
    const auto& status = in.server.routes;
    if (!status.managed) return {};
    return labelled("state", {{"wanted", status.routes},
                              {"installed", status.installed},
                              {"queued", status.queued},
                              {"refused", status.refused},
                              {"without-interface", status.no_link},
                              {"without-next-hop", status.no_next_hop}});
}
StatusSamples route_event_samples(const StatusInputs& in) {
    if (!in.server.routes.managed) return {};
    const RouteCounters& counters = in.server.routes.counters;
    return labelled("event", {{"set", counters.set},
                              {"removed", counters.removed},
                              {"refused", counters.refused},
                              {"missing", counters.missing},
                              {"stale", counters.stale},
                              {"queue-full", counters.queue_full},
                              {"over-limit", counters.over_limit}});
}
StatusSamples reconfigure_samples(const StatusInputs& in) {
    if (in.family != Family::v6) return {};
    const auto& status = in.server.reconfigure;
    return labelled("event", {{"sent", status.sent},
                              {"answered", status.answered},
                              {"unanswered", status.unanswered},
                              {"refused", status.refused}});
}

StatusSamples credential_age_samples(const StatusInputs& in) {
    const auto age = in.server.credentials ? age_of(*in.server.credentials) : std::nullopt;
    return age ? single(static_cast<std::uint64_t>(age->count())) : StatusSamples{};
}
StatusSamples credential_reload_samples(const StatusInputs& in) {
    if (!in.server.credentials) return {};
    const StoreCounters& store = in.server.store;
    return labelled("result", {{"taken", store.credentials_taken}, {"refused", store.credentials_refused}});
}

constexpr auto counts = MetricType::counter;
constexpr auto measures = MetricType::gauge;

constexpr std::array status_metric_rows{
    StatusMetric{
        "leasehold_service_state", measures, "1 for the state that DHCP service is in", "state",
        [](const StatusInputs& in) { return state_samples(service_mode_count, in.server.service.mode); }},
    StatusMetric{
        "leasehold_backend_state", measures, "1 for the state that the lease database is in", "state",
        [](const StatusInputs& in) { return state_samples(backend_state_count, in.server.backend.state); }},
    StatusMetric{"leasehold_backend_attempt", measures,
                 "attempts to open the lease database since it last served; 0: it serves", "",
                 [](const StatusInputs& in) { return single(in.server.backend.attempt); }},
    StatusMetric{"leasehold_backend_rows_unreadable", measures, "leases that could not be read at loading",
                 "", [](const StatusInputs& in) { return single(in.server.backend.rows_unreadable); }},
    StatusMetric{"leasehold_leases", measures, "leases in memory, ended ones included", "",
                 [](const StatusInputs& in) { return single(in.server.leases); }},
    StatusMetric{"leasehold_lease_table_bytes", measures, "memory of the lease table", "",
                 [](const StatusInputs& in) { return single(in.server.table_bytes); }},
    StatusMetric{
        "leasehold_uptime_seconds", measures, "since the start", "",
        [](const StatusInputs& in) { return single(static_cast<std::uint64_t>(in.server.uptime.count())); }},
    StatusMetric{"leasehold_queue_length", measures, "what waits now", "queue",
                 [](const StatusInputs& in) {
                     return labelled("queue", {{"decisions-with-store", in.server.pending},
                                               {"decisions-uncommitted", in.server.decisions_queued},
                                               {"packets-parked", in.server.parked},
                                               {"newcomers", in.server.newcomers},
                                               {"offers-held", in.server.offers_held},
                                               {"reconfigure", in.server.reconfigure.queued},
                                               {"run-script", in.script.waiting},
                                               {"legal-log", in.legal_log.waiting}});
                 }},
    StatusMetric{"leasehold_limit_hits_total", counts, "how often a limit was reached", "limit",
                 [](const StatusInputs& in) {
                     return labelled("limit", {{"queue-full", in.server.queue_full},
                                               {"packets-stale", in.server.stale},
                                               {"newcomers", in.server.turned_away},
                                               {"replies-too-old", in.server.replies_too_old},
                                               {"offer-holds", in.server.holds_overflowed},
                                               {"log-lines", in.log_lines_lost},
                                               {"run-script", in.script.lost},
                                               {"legal-log", in.legal_log.lost}});
                 }},
    StatusMetric{"leasehold_commands_total", counts, "connections and requests on control sockets", "event",
                 [](const StatusInputs& in) {
                     const ChannelCounters& c = in.channel;
                     return labelled("event", {{"connections", c.connections},
                                               {"connections-refused", c.connections_refused},
                                               {"requests-too-long", c.requests_too_long},
                                               {"timeouts", c.timeouts},
                                               {"http-requests", c.http_requests},
                                               {"http-refused", c.http_refused},
                                               {"unauthorized", c.unauthorized},
                                               {"forbidden", c.forbidden},
                                               {"tls-failed", c.tls_failed},
                                               {"streams-cut", c.streams_cut}});
                 }},
    StatusMetric{"leasehold_control_connections", measures, "connections of control sockets open now", "",
                 [](const StatusInputs& in) { return single(in.connections_open); }},
    StatusMetric{"leasehold_control_request_bytes", measures, "memory of requests being received there", "",
                 [](const StatusInputs& in) { return single(in.request_octets); }},
    StatusMetric{"leasehold_event_streams", measures, "event streams open now that tell of the family", "",
                 [](const StatusInputs& in) { return single(in.event_streams); }},
    StatusMetric{"leasehold_receive_queue_bytes", measures,
                 "memory that datagrams take in the kernel before they are read", "",
                 [](const StatusInputs& in) { return single(in.server.sockets.octets_queued); }},
    StatusMetric{"leasehold_receive_queue_drops_total", counts,
                 "datagrams for which there was no room; not known of DHCPv4 sockets beside a packet socket", "",
                 [](const StatusInputs& in) { return single(in.server.sockets.dropped); }},
    StatusMetric{"leasehold_db_changes_total", counts,
                 "changes of leases that the database answered: applied, lost to another writer, or rejected as "
                 "data",
                 "outcome",
                 [](const StatusInputs& in) {
                     const StoreCounters& store = in.server.store;
                     return labelled("outcome", {{"applied", store.applied},
                                                 {"lost", store.lost},
                                                 {"rejected", store.rejected}});
                 }},
    StatusMetric{"leasehold_db_reconnect_attempts_total", counts,
                 "attempts to open the lease database, the first at the start among them", "result",
                 [](const StatusInputs& in) {
                     const StoreCounters& store = in.server.store;
                     return labelled("result", {{"succeeded", store.opened}, {"failed", store.open_failed}});
                 }},
    StatusMetric{"leasehold_db_losses_total", counts, "how often it went away while it served", "",
                 [](const StatusInputs& in) { return single(in.server.store.losses); }},
    StatusMetric{"leasehold_db_credentials_age_seconds", measures,
                 "since the credentials of the connection to the database server were read", "",
                 credential_age_samples},
    StatusMetric{"leasehold_db_credentials_reload_total", counts,
                 "credentials read again while the database was open, and whether they work", "result",
                 credential_reload_samples},
    StatusMetric{"leasehold_journal_leases", measures, "leases in the outage journal", "",
                 [](const StatusInputs& in) {
                     return journal_samples(in, [](const SpoolStatus& s) { return s.entries; });
                 }},
    StatusMetric{"leasehold_journal_bytes", measures, "size of the outage journal", "",
                 [](const StatusInputs& in) {
                     return journal_samples(in, [](const SpoolStatus& s) { return s.octets; });
                 }},
    StatusMetric{"leasehold_journal_bytes_max", measures, "its largest size", "",
                 [](const StatusInputs& in) {
                     return journal_samples(in, [](const SpoolStatus& s) { return s.octets_max; });
                 }},
    StatusMetric{"leasehold_journal_refused_total", counts, "changes that found it full", "",
                 [](const StatusInputs& in) {
                     return journal_samples(in, [](const SpoolStatus& s) { return s.refused_full; });
                 }},
    StatusMetric{"leasehold_journal_conflicts_total", counts, "leases that were another's meanwhile", "",
                 [](const StatusInputs& in) {
                     return journal_samples(in, [](const SpoolStatus& s) { return s.conflicts; });
                 }},
    StatusMetric{"leasehold_socket_problems", measures, "interfaces whose socket could not be opened", "",
                 [](const StatusInputs& in) { return single(in.server.socket_problems.size()); }},
    StatusMetric{"leasehold_reservations_skipped", measures, "wrong reservations that were left out", "",
                 [](const StatusInputs& in) { return single(in.server.skipped_reservations); }},
    StatusMetric{"leasehold_ping_checks_total", counts, "addresses looked at before an offer", "event",
                 [](const StatusInputs& in) {
                     const PingStatus& ping = in.server.ping;
                     return labelled("event", {{"looked", static_cast<std::uint64_t>(ping.looked)},
                                               {"answered", static_cast<std::uint64_t>(ping.answered)},
                                               {"skipped", static_cast<std::uint64_t>(ping.skipped)}});
                 }},
    StatusMetric{"leasehold_prefix_routes", measures, "routes of delegated prefixes now", "state",
                 route_samples},
    StatusMetric{"leasehold_prefix_route_events_total", counts, "what became of such routes", "event",
                 route_event_samples},
    StatusMetric{"leasehold_reconfigure_events_total", counts, "clients that were told to come", "event",
                 reconfigure_samples},
    StatusMetric{"leasehold_run_script_total", counts, "programs run for events", "event",
                 [](const StatusInputs& in) {
                     if (in.script.path.empty()) return StatusSamples{};
                     return labelled("event", {{"started", in.script.started}, {"failed", in.script.failed}});
                 }},
    StatusMetric{"leasehold_legal_log_total", counts, "entries of the forensic log, and what went wrong", "event",
                 [](const StatusInputs& in) {
                     const LegalLogStatus& log = in.legal_log;
                     if (log.where.empty()) return StatusSamples{};
                     return labelled("event", {{"written", log.written},
                                               {"unformatted", log.unformatted},
                                               {"programs-failed", log.programs_failed}});
                 }},
    StatusMetric{"leasehold_legal_log_failing", measures, "1: the forensic log cannot be written at present", "",
                 [](const StatusInputs& in) {
                     if (in.legal_log.where.empty()) return StatusSamples{};
                     return single(in.legal_log.problem.empty() ? 0 : 1);
                 }},
};

using HistogramSamples = std::vector<HistogramSample>;

/// A query as its counter calls it: the "discover" of "pkt4-discover-received".
std::string_view message_name(Stat received) {
    const std::string_view name = stat_def(received).name;
    const auto begin = name.find('-') + 1;
    return name.substr(begin, name.rfind('-') - begin);
}
HistogramSamples exchange_samples(const StatusInputs& in) {
    HistogramSamples samples;
    for (const auto& [query, times] : in.server.exchange_times)
        samples.push_back({metric_label("message", message_name(query)), times});
    return samples;
}

constexpr std::array histogram_metric_rows{
    HistogramMetric{"leasehold_exchange_seconds", HistogramUnit::nanoseconds,
                    "from a query's arrival in the kernel until its answer was handed to the socket, by type of the "
                    "query, each from its first answer on; queries that get no answer are not in it, and of one that "
                    "is sent again while the database is at it, only the last",
                    "message", exchange_samples},
    HistogramMetric{"leasehold_commit_batch_leases", HistogramUnit::one,
                    "changes of leases that a commit to the database carried", "",
                    [](const StatusInputs& in) { return HistogramSamples{{"", in.server.store.batch_leases}}; }},
    HistogramMetric{"leasehold_commit_seconds", HistogramUnit::nanoseconds,
                    "how long such a commit took; those that the database did not answer are in neither", "",
                    [](const StatusInputs& in) { return HistogramSamples{{"", in.server.store.commit_times}}; }},
};

std::string_view scope_labels(MetricScope scope) {
    switch (scope) {
        case MetricScope::global: return "";
        case MetricScope::subnet: return "`subnet`, `subnet_id`, `prefix`, `shared_network`";
        case MetricScope::pool:
        case MetricScope::pd_pool: return "`pool_id`, `subnet`, `subnet_id`, `prefix`, `shared_network`";
    }
    return "";
}

}  // namespace

std::string_view to_string(MetricType type) {
    switch (type) {
        case MetricType::counter: return "counter";
        case MetricType::gauge: return "gauge";
        case MetricType::histogram: return "histogram";
    }
    return "untyped";
}

const std::vector<StatMetric>& stat_metrics(Family family) {
    static const std::vector<StatMetric> v4 = MetricList{Family::v4}.take();
    static const std::vector<StatMetric> v6 = MetricList{Family::v6}.take();
    return family == Family::v4 ? v4 : v6;
}

std::span<const StatusMetric> status_metrics() {
    return status_metric_rows;
}

std::span<const HistogramMetric> histogram_metrics() {
    return histogram_metric_rows;
}

std::string unit_text(std::uint64_t value, HistogramUnit unit) {
    if (unit == HistogramUnit::one) return std::to_string(value);
    constexpr std::uint64_t second = 1'000'000'000;
    std::string fraction = std::to_string(second + value % second);  // a one before it keeps its zeros
    fraction.erase(fraction.find_last_not_of('0') + 1);
    const std::string whole = std::to_string(value / second);
    return fraction.size() == 1 ? whole : whole + "." + fraction.substr(1);
}

std::string metric_label(std::string_view name, std::string_view value) {
    std::string text{name};
    text += "=\"";
    for (const char c : value) {
        if (c == '\n') {
            text += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + "\"";
}

std::string metrics_page() {
    std::string page = "| metric | type | labels | meaning |\n|---|---|---|---|\n";
    const auto add = [&page](std::string_view name, MetricType type, const std::string& labels,
                             std::string_view help) {
        page += "| `" + std::string{name} + "` | " + std::string{to_string(type)} + " | " + labels + " | " +
                std::string{help} + " |\n";
    };
    for (const Family family : {Family::v4, Family::v6})
        for (const StatMetric& metric : stat_metrics(family)) {
            const MetricMember& first = metric.members.front();
            if (family == Family::v6 && metric.name.starts_with("leasehold_")) continue;  // shown with v4's
            std::string labels;
            for (std::string_view rest = first.label; !rest.empty();) {
                labels += (labels.empty() ? "`" : ", `") + std::string{rest.substr(0, rest.find('='))} + "`";
                const auto comma = rest.find(',');
                rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
            }
            const auto of_scope = scope_labels(first.scope);
            if (!labels.empty() && !of_scope.empty()) labels += ", ";
            add(metric.name, metric.type, labels + std::string{of_scope}, metric.help);
        }
    const auto labels_of = [](const auto& metric) {
        return "`family`" + (metric.label_help.empty() ? "" : ", `" + std::string{metric.label_help} + "`");
    };
    for (const StatusMetric& metric : status_metrics())
        add(metric.name, metric.type, labels_of(metric), metric.help);
    for (const HistogramMetric& metric : histogram_metrics())
        add(metric.name, MetricType::histogram, labels_of(metric) + ", `le`", metric.help);
    return page;
}

}  // namespace leasehold
