#include "dhcp/rate_limiter.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>

namespace leasehold {

void RateWindow::move_to(Time now) {
    const auto length = std::max(std::chrono::nanoseconds{limit_.per} / static_cast<std::int64_t>(steps),
                                 std::chrono::nanoseconds{1});
    const std::int64_t step = now.time_since_epoch() / length;
    if (step <= step_) return;
    if (step - step_ >= static_cast<std::int64_t>(slots)) {
        counts_.fill(0);
        sum_ = 0;
    } else {
        for (std::int64_t passed = step_ + 1; passed <= step; ++passed) {
            auto& oldest = counts_[static_cast<std::size_t>(passed) % slots];
            sum_ -= oldest;
            oldest = 0;
        }
    }
    step_ = step;
}

bool RateWindow::has_room(Time now) {
    move_to(now);
    return sum_ < limit_.packets;
}

void RateWindow::count(Time now) {
    move_to(now);
    ++counts_[static_cast<std::size_t>(step_) % slots];
    ++sum_;
}

void RateLimiter::use(const ServerConfig& config) {
    std::unordered_map<std::string, RateLimit> classes, subnets;
    for (const auto& configured : config.classes)
        if (const auto& limit = configured.limits.rate_limit) classes.emplace(configured.name, *limit);
    for (const auto& subnet : config.subnets)
        if (const auto& limit = subnet.limits.rate_limit) subnets.emplace(std::to_string(subnet.id), *limit);
    limits_classes_ = !classes.empty();
    limits_subnets_ = !subnets.empty();
    const auto drop_others = [](auto& windows, const auto& limits) {
        std::erase_if(windows, [&](const auto& entry) {
            const auto limit = limits.find(entry.first);
            return limit == limits.end() || limit->second != entry.second.limit();
        });
    };
    drop_others(by_class_, classes);
    drop_others(by_subnet_, subnets);
}

RateWindow& RateLimiter::window(std::unordered_map<std::string, RateWindow>& windows, const std::string& key,
                                const RateLimit& limit) {
    return windows.try_emplace(key, limit).first->second;
}

std::string RateLimiter::take(const ServerConfig& config, const ClassSet& classes, const SubnetConfig* subnet,
                              Time now) {
    boost::container::small_vector<RateWindow*, 8> counted;
    if (limits_classes_) {
        for (const auto* of : config.defined(classes)) {
            if (!of->limits.rate_limit) continue;
            auto& of_class = window(by_class_, of->name, *of->limits.rate_limit);
            if (!of_class.has_room(now)) return "the rate limit of the class " + of->name;
            counted.push_back(&of_class);
        }
    }
    if (limits_subnets_ && subnet != nullptr && subnet->limits.rate_limit) {
        auto& of_subnet = window(by_subnet_, std::to_string(subnet->id), *subnet->limits.rate_limit);
        if (!of_subnet.has_room(now)) return "the rate limit of subnet " + std::to_string(subnet->id);
        counted.push_back(&of_subnet);
    }
    for (auto* of_limit : counted) of_limit->count(now);
    return {};
}

}  // namespace leasehold
