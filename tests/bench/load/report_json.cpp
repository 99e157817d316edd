// For programs: one JSON object. Times are in microseconds, shares from 0 to 1; no value is ever infinite.
#include <array>
#include <nlohmann/json.hpp>

#include "tests/bench/load/report.hpp"

namespace leasehold::bench {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(Nanoseconds duration) {
    return static_cast<double>(duration.count()) / 1e3;
}
double seconds(Nanoseconds duration) {
    return static_cast<double>(duration.count()) / 1e9;
}

Json latency_json(const Histogram& histogram) {
    return {{"count", histogram.count()},
            {"min", microseconds(histogram.min())},
            {"p50", microseconds(histogram.percentile(0.5))},
            {"p90", microseconds(histogram.percentile(0.9))},
            {"p99", microseconds(histogram.percentile(0.99))},
            {"p99.9", microseconds(histogram.percentile(0.999))},
            {"max", microseconds(histogram.max())}};
}

Json messages_json(const Outcome& outcome) {
    constexpr std::array names{"discover", "request", "renew", "release"};
    Json all = Json::object();
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& messages = outcome.messages[i];
        all[names[i]] = {{"sent", messages.sent},
                         {"answered", messages.answered},
                         {"unanswered", messages.unanswered},
                         {"resent", messages.resent},
                         {"latency", latency_json(messages.latency)}};
    }
    return all;
}

Json run_json(const Settings& settings, const Outcome& outcome) {
    Json served = Json::object();
    constexpr std::array names{"50", "90", "99", "100"};
    static_assert(names.size() == served_shares.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        if (outcome.served_after[i]) served[names[i]] = seconds(*outcome.served_after[i]);
    return {{"begun", outcome.begun},
            {"completed", outcome.completed},
            {"lost", outcome.lost},
            {"loss", outcome.loss()},
            {"offered", outcome.offered()},
            {"rate", outcome.rate()},
            {"begun-rate", outcome.begun_rate()},
            {"seconds", seconds(outcome.load_time)},
            {"interrupted", outcome.interrupted},
            {"messages", messages_json(outcome)},
            {"whole", latency_json(outcome.whole)},
            {"served-after", served},
            {"refused", outcome.refused},
            {"moved", outcome.moved},
            {"orphans", outcome.orphans},
            {"strangers", outcome.strangers},
            {"surplus", outcome.surplus},
            {"unreadable", outcome.unreadable},
            {"duplicates", outcome.duplicates},
            {"wrong-leases", outcome.wrong_leases},
            {"wrong-servers", outcome.wrong_servers},
            {"findings", outcome.findings},
            {"renewals-from-clients", outcome.renews_from_client},
            {"generator",
             {{"processor", outcome.processor_share()},
              {"run-delay", outcome.run_delay()},
              {"starved", outcome.run_delay() > settings.limits.run_delay},
              {"dropped", outcome.sockets.kernel_dropped},
              {"send-failed", outcome.sockets.send_failed}}}};
}

Json with_clients(const Settings& settings) {
    return {{"family", settings.clients.family == Family::v4 ? 4 : 6},
            {"clients", settings.clients.count},
            {"base-mac", mac_text(settings.clients.base_mac)},
            {"seed", settings.work.seed}};
}

std::string as_text(Json object, const Json& more) {
    object.update(more);
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string json(const Settings& settings, const Outcome& outcome) {
    return as_text(with_clients(settings), run_json(settings, outcome));
}

std::string json(const Settings& settings, const SearchResult& result, const Outcome& last) {
    Json steps = Json::array();
    for (const auto& step : result.steps)
        steps.push_back({{"rate", step.rate},
                         {"sustained", step.sustained},
                         {"completed", step.trial.completed},
                         {"offered", step.trial.offered},
                         {"run-delay", step.trial.run_delay},
                         {"starved", step.starved}});
    return as_text(with_clients(settings), {{"sustained-rate", result.rate},
                                            {"complete", result.complete},
                                            {"starved", result.starved},
                                            {"steps", std::move(steps)},
                                            {"last-run", run_json(settings, last)}});
}

}  // namespace leasehold::bench
