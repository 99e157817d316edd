// What /metrics shows, and what each metric is called. Names of statistics follow those of Stork's exporter,
// whose dashboards are in use, and come from the table of statistics; ours begin with "leasehold_".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/status_json.hpp"
#include "dhcp/histogram.hpp"
#include "dhcp/stat_table.hpp"

namespace leasehold {

enum class MetricType : std::uint8_t { counter, gauge, histogram };
std::string_view to_string(MetricType type);

enum class MetricScope : std::uint8_t { global, subnet, pool, pd_pool };

/// One statistic's part of a metric.
struct MetricMember {
    Stat stat = Stat::pkt4_received;
    MetricScope scope = MetricScope::global;
    std::string label;  // of the statistic itself: "operation=\"ack\""; "": none
};
struct StatMetric {
    std::string name;
    MetricType type = MetricType::counter;
    std::string help;
    std::vector<MetricMember> members;  // not empty
};
/// Every statistic of the family, in each of its scopes, exactly once; but what Stork shows as an operation
/// "drop" or "parse-failed" is among the causes of drops too. Each name once. Made once, valid for ever.
const std::vector<StatMetric>& stat_metrics(Family family);

/// What a service tells besides its statistics.
struct StatusSample {
    std::string label;  // besides the family; "": none
    std::uint64_t value = 0;
};
struct StatusMetric {
    std::string_view name;
    MetricType type = MetricType::gauge;
    std::string_view help;
    std::string_view label_help;  // for the documentation; "": it has no labels besides the family
    std::vector<StatusSample> (*samples)(const StatusInputs& inputs);
};
/// Each name once.
std::span<const StatusMetric> status_metrics();

/// What a Histogram's values are; in the text times are in seconds.
enum class HistogramUnit : std::uint8_t { one, nanoseconds };
struct HistogramSample {
    std::string label;  // besides the family; "": none
    Histogram values;
};
struct HistogramMetric {
    std::string_view name;
    HistogramUnit unit = HistogramUnit::one;
    std::string_view help;
    std::string_view label_help;  // as in StatusMetric
    std::vector<HistogramSample> (*samples)(const StatusInputs& inputs);
};
/// Each name once, and none that with _bucket, _sum or _count behind it is another metric's.
std::span<const HistogramMetric> histogram_metrics();
/// Exact, and without zeros that say nothing: "0.00005".
std::string unit_text(std::uint64_t value, HistogramUnit unit);

/// name="value", escaped as the text format wants it.
std::string metric_label(std::string_view name, std::string_view value);

/// All of them as a table for the documentation.
std::string metrics_page();

}  // namespace leasehold
