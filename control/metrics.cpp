// The text format is written here, not with prometheus-cpp: that library wants the values in a registry of
// its own, or a vector of all samples before the first is written. Ours are in Statistics already, and with
// 10,000 subnets are 200,000 lines that never stand in memory at once. The format itself is few lines.
#include "control/metrics.hpp"

#include <algorithm>
#include <utility>

namespace leasehold {
namespace {

void add_heading(std::string& out, std::string_view name, MetricType type, std::string_view help) {
    out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name);
    out.append(" ").append(to_string(type)).append("\n");
}

void add_sample(std::string& out, std::string_view name, std::string_view label, std::string_view more_labels,
                std::string_view value) {
    out += name;
    if (!label.empty() || !more_labels.empty()) {
        out.append("{").append(label);
        if (!label.empty() && !more_labels.empty()) out += ',';
        out.append(more_labels).append("}");
    }
    out.append(" ").append(value).append("\n");
}

std::string family_label(Family family) {
    return metric_label("family", family == Family::v4 ? "4" : "6");
}

std::string subnet_labels(const ServerConfig& config, const SubnetConfig& subnet) {
    const auto prefix = network_text(subnet.network);
    const auto* const network =
        subnet.shared_network ? &config.shared_networks[*subnet.shared_network].name : nullptr;
    return metric_label("subnet", prefix) + "," + metric_label("subnet_id", std::to_string(subnet.id)) + "," +
           metric_label("prefix", prefix) + "," + metric_label("shared_network", network ? *network : "");
}

/// Those of a subnet that count apart, in ascending id.
std::vector<StatPool> pools_of(const SubnetConfig& subnet, bool of_prefixes) {
    std::vector<StatPool> pools;
    for (const PoolConfig& pool : subnet.pools)
        if ((pool.kind == LeaseKind::pd) == of_prefixes) pools.push_back({pool.pool_id, of_prefixes});
    std::ranges::sort(pools);
    const auto doubled = std::ranges::unique(pools);
    pools.erase(doubled.begin(), doubled.end());
    return pools;
}

/// Goes through the families' metrics, their statistics and these ones' subnets, and stops between two of
/// them; then come the states and the histograms.
class MetricWriter {
public:
    explicit MetricWriter(std::vector<MetricSource> sources) : sources_{std::move(sources)} {}

    /// @return false: that was all
    bool write(std::string& out) {
        const auto enough = out.size() + answer_piece_size;
        // Subnets without failures take a step and no room.
        for (std::size_t steps = 0; out.size() < enough && steps != steps_max; ++steps)
            if (!step(out)) return false;
        return true;
    }

private:
    static constexpr std::size_t steps_max = 2000;

    bool step(std::string& out) {
        if (source_ < sources_.size()) {
            statistic_step(out);
            return true;
        }
        if (status_ != status_metrics().size())
            add_status(out, status_metrics()[status_++]);
        else if (histogram_ != histogram_metrics().size())
            add_histogram(out, histogram_metrics()[histogram_++]);
        else
            return false;
        return true;
    }

    void statistic_step(std::string& out) {
        const MetricSource& source = sources_[source_];
        const auto& metrics = stat_metrics(source.family);
        if (metric_ == metrics.size()) {
            metric_ = 0;
            ++source_;
            return;
        }
        const StatMetric& metric = metrics[metric_];
        const bool is_shared =
            !metric.name.starts_with("kea_");  // by the families: the first writes it for all
        if (member_ == metric.members.size() || (is_shared && source_ != 0)) {
            member_ = 0;
            ++metric_;
            return;
        }
        const MetricMember& member = metric.members[member_];
        if (member_ == 0 && subnet_ == 0) add_heading(out, metric.name, metric.type, metric.help);
        if (is_shared) {
            member_ = metric.members.size();
            return add_shared(out, metric.name);
        }
        if (member.scope == MetricScope::global) {
            ++member_;
            return add_sample(out, metric.name, member.label, "",
                              to_text(source.statistics.value(member.stat)));
        }
        if (source.config == nullptr || subnet_ == source.config->subnets.size()) {
            subnet_ = 0;
            ++member_;
            return;
        }
        add_subnet(out, source, metric.name, member, source.config->subnets[subnet_++]);
    }

    void add_shared(std::string& out, std::string_view name) const {
        for (const MetricSource& source : sources_)
            for (const StatMetric& metric : stat_metrics(source.family))
                if (metric.name == name)
                    for (const MetricMember& member : metric.members)
                        add_sample(out, name, member.label, "", to_text(source.statistics.value(member.stat)));
    }

    static void add_subnet(std::string& out, const MetricSource& source, std::string_view name,
                           const MetricMember& member, const SubnetConfig& subnet) {
        const auto& statistics = source.statistics;
        if (member.scope == MetricScope::subnet) {
            const StatValue value = statistics.value(member.stat, subnet.id);
            // As in statistic-get-all: from its first move on.
            if (value == 0 && stat_def(member.stat).scopes.subnet_when_moved) return;
            return add_sample(out, name, member.label, subnet_labels(*source.config, subnet), to_text(value));
        }
        for (const StatPool pool : pools_of(subnet, member.scope == MetricScope::pd_pool))
            add_sample(out, name, metric_label("pool_id", std::to_string(pool.id)),
                       subnet_labels(*source.config, subnet),
                       to_text(statistics.value(member.stat, subnet.id, pool)));
    }

    void add_status(std::string& out, const StatusMetric& metric) const {
        bool has_heading = false;
        for (const MetricSource& source : sources_)
            for (const StatusSample& sample : metric.samples(source.status)) {
                if (!std::exchange(has_heading, true))
                    add_heading(out, metric.name, metric.type, metric.help);
                add_sample(out, metric.name, family_label(source.family), sample.label,
                           to_text(static_cast<StatValue>(sample.value)));
            }
    }

    void add_histogram(std::string& out, const HistogramMetric& metric) const {
        bool has_heading = false;
        for (const MetricSource& source : sources_)
            for (const HistogramSample& sample : metric.samples(source.status)) {
                if (!std::exchange(has_heading, true))
                    add_heading(out, metric.name, MetricType::histogram, metric.help);
                std::string labels = family_label(source.family);
                if (!sample.label.empty()) labels += "," + sample.label;
                add_ranges(out, metric, labels, sample.values);
            }
    }

    /// Each range counts those below it too.
    static void add_ranges(std::string& out, const HistogramMetric& metric, const std::string& labels,
                           const Histogram& values) {
        const std::string name{metric.name};
        std::uint64_t so_far = 0;
        const auto add_range = [&](std::size_t i, std::string_view bound) {
            so_far += values.counts()[i];
            add_sample(out, name + "_bucket", labels, metric_label("le", bound), std::to_string(so_far));
        };
        const auto bounds = values.bounds();
        for (std::size_t i = 0; i != bounds.size(); ++i) add_range(i, unit_text(bounds[i], metric.unit));
        add_range(bounds.size(), "+Inf");
        add_sample(out, name + "_sum", labels, "", unit_text(values.sum(), metric.unit));
        add_sample(out, name + "_count", labels, "", std::to_string(so_far));
    }

    std::vector<MetricSource> sources_;
    std::size_t source_ = 0, metric_ = 0, member_ = 0, subnet_ = 0;  // what comes next
    std::size_t status_ = 0, histogram_ = 0;
};

}  // namespace

AnswerPieces metric_pieces(std::vector<MetricSource> sources) {
    const auto writer = std::make_shared<MetricWriter>(std::move(sources));
    return [writer](std::string& out) { return writer->write(out); };
}

HttpRoute metrics_route(const WatchedServices& services, const EventStreams& streams) {
    return {.method = "GET",
            .path = "/metrics",
            .access = RouteAccess::read,
            .handler = [&services, &streams](const HttpRequest&, const HttpReply& reply) {
                std::vector<MetricSource> sources;
                for (const WatchedService& service : services) {
                    auto status = service.status();
                    status.event_streams = streams.open(service.family);
                    // Subnets count from the first load on.
                    auto config = status.server.backend.has_served ? service.server.config() : nullptr;
                    sources.push_back(
                        {service.family, service.server.statistics(), std::move(config), std::move(status)});
                }
                HttpAnswer answer;
                answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
                answer.pieces = metric_pieces(std::move(sources));
                reply(std::move(answer));
            }};
}

}  // namespace leasehold
