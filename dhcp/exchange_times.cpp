#include "dhcp/exchange_times.hpp"

namespace leasehold {

ExchangeTimes::ExchangeTimes() : times_(static_cast<std::size_t>(Stat::count_), Histogram{time_bounds}) {}

void ExchangeTimes::answered(Stat query, Time arrived) {
    // More than a burst makes: those before have waited long enough for a time of their own.
    if (leaving_count_ == leaving_max) left(std::chrono::steady_clock::now());
    leaving_[leaving_count_++] = {query, arrived};
}

void ExchangeTimes::left(Time now) {
    for (const Leaving& answer : std::span{leaving_}.first(leaving_count_))
        times_[static_cast<std::size_t>(answer.query)].note(now - answer.arrived);
    leaving_count_ = 0;
}

std::vector<ExchangeTimes::Entry> ExchangeTimes::entries() const {
    std::vector<Entry> result;
    for (const StatDef& def : stat_defs())
        if (const Histogram& times = times_[static_cast<std::size_t>(def.stat)]; times.count() != 0)
            result.push_back({def.stat, times});
    return result;
}

}  // namespace leasehold
