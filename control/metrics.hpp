// GET /metrics: statistics and states of every family of the process in Prometheus' text format (0.0.4), as
// Stork's dashboards know them and with what is ours.
#pragma once

#include "control/event_stream.hpp"
#include "control/metric_table.hpp"
#include "control/watched.hpp"

namespace leasehold {

/// Where the statistics of one family come from.
struct MetricSource {
    Family family = Family::v4;
    const Statistics& statistics;
    /// For the labels of subnets and pools. nullptr: there is none yet, and so there are no subnets.
    std::shared_ptr<const ServerConfig> config;
    StatusInputs status;
};
/// A piece is about answer_piece_size octets, however many subnets there are. Metrics are grouped, as the
/// format wants it. @param sources  their statistics outlive the pieces
AnswerPieces metric_pieces(std::vector<MetricSource> sources);

/// @param services, streams  outlive the route
HttpRoute metrics_route(const WatchedServices& services, const EventStreams& streams);

}  // namespace leasehold
