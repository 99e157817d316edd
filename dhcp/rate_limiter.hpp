// Packets per time, of a client class or a subnet (`user-context` "limits", Kea's limits library). Which
// packet counts for what is the journey's part.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "dhcp/server_config.hpp"

namespace leasehold {

/// Counts in a window that slides in 64 steps: never more than `packets` pass within `per`, and after a busy
/// moment the next one may have to wait 1/64 of it longer than a count of single packets would say. So a
/// limit takes the same few hundred octets whether it is ten a second or a million a year.
class RateWindow {
public:
    using Time = std::chrono::steady_clock::time_point;
    explicit RateWindow(const RateLimit& limit) : limit_{limit} {}

    const RateLimit& limit() const { return limit_; }
    bool has_room(Time now);
    void count(Time now);

private:
    static constexpr std::size_t steps = 64;
    void move_to(Time now);

    RateLimit limit_;
    static constexpr std::size_t slots = steps + 1;  // the present step is not whole yet
    std::array<std::uint32_t, slots> counts_{};
    std::int64_t step_ = 0;  // the present one, since the clock's beginning
    std::uint64_t sum_ = 0;
};

/// Loop thread only. Windows are made when a limit is first met.
class RateLimiter {
public:
    using Time = RateWindow::Time;

    /// Limits that are the same keep their counts, the others begin anew.
    void use(const ServerConfig& config);

    bool limits_classes() const { return limits_classes_; }
    bool limits_subnets() const { return limits_subnets_; }

    /// May one more packet of these classes and this subnet pass? Then it counts for all of them; else for
    /// none.
    /// @return the name of the limit that is reached; empty: it passes
    std::string take(const ServerConfig& config, const ClassSet& classes, const SubnetConfig* subnet,
                     Time now);

private:
    RateWindow& window(std::unordered_map<std::string, RateWindow>& windows, const std::string& key,
                       const RateLimit& limit);

    std::unordered_map<std::string, RateWindow> by_class_, by_subnet_;
    bool limits_classes_ = false, limits_subnets_ = false;
};

}  // namespace leasehold
