#include "dhcp/slowest_exchanges.hpp"

#include <algorithm>

namespace leasehold {

std::string_view to_string(WaitedFor what) {
    switch (what) {
        case WaitedFor::unknown: return "";
        case WaitedFor::kernel_queue: return "kernel-queue";
        case WaitedFor::ping_check: return "ping-check";
        case WaitedFor::stored_leases: return "stored-leases";
        case WaitedFor::commit: return "commit";
    }
    return "";
}

SlowestExchanges::SlowestExchanges() {
    current_.reserve(kept_max);
    previous_.reserve(kept_max);
}

void SlowestExchanges::add(SlowExchange&& exchange, Time now) {
    if (now >= period_end_) {
        current_.swap(previous_);
        current_.clear();
        if (now >= period_end_ + period) previous_.clear();  // nobody asked for a while, or this is the first
        period_end_ = now + period;
    }
    const auto quickest = std::ranges::min_element(current_, {}, &SlowExchange::took);
    if (current_.size() < kept_max)
        current_.push_back(std::move(exchange));
    else if (quickest->took < exchange.took)
        *quickest = std::move(exchange);
    if (current_.size() < kept_max)
        threshold_ = std::chrono::nanoseconds{-1};
    else
        threshold_ = std::ranges::min(current_, {}, &SlowExchange::took).took;
}

std::vector<SlowExchange> SlowestExchanges::entries(Time now) const {
    std::vector<SlowExchange> result;
    if (now < period_end_ + period) result = current_;
    if (now < period_end_) result.insert(result.end(), previous_.begin(), previous_.end());
    std::ranges::sort(result, std::ranges::greater{}, &SlowExchange::took);
    if (result.size() > kept_max) result.erase(result.begin() + kept_max, result.end());
    return result;
}

}  // namespace leasehold
