// How often values fell into which range, as Prometheus counts them: fixed ranges, a sum and a count. Noting a value
// allocates nothing. Whoever shares one between threads locks it; what the ranges are called is control/metrics' part.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace leasehold {

/// Of waiting times, in nanoseconds: 50 us to 10 s.
inline constexpr std::array<std::uint64_t, 17> time_bounds = [] {
    constexpr std::uint64_t us = 1'000, ms = 1'000'000, s = 1'000'000'000;
    return std::array{50 * us, 100 * us, 200 * us, 500 * us, 1 * ms,   2 * ms, 5 * ms, 10 * ms, 20 * ms,
                      50 * ms, 100 * ms, 200 * ms, 500 * ms, 1 * s, 2 * s,  5 * s,  10 * s};
}();
/// Of what travels together.
inline constexpr std::array<std::uint64_t, 11> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

class Histogram {
public:
    static constexpr std::size_t bounds_max = 20;

    /// @param bounds  the largest value of each range, ascending, at most bounds_max; what is over the last is counted
    ///                apart. They outlive it.
    explicit Histogram(std::span<const std::uint64_t> bounds) : bounds_{bounds} {
        assert(bounds.size() <= bounds_max && std::ranges::is_sorted(bounds));
    }

    void note(std::uint64_t value) {
        ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin())];
        sum_ += value;
    }
    /// One before the start is none: clocks may be set.
    void note(std::chrono::nanoseconds time) {
        note(static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
    }

    std::span<const std::uint64_t> bounds() const { return bounds_; }
    /// One per bound, of the values up to it and over the one before; then those over the last.
    std::span<const std::uint64_t> counts() const { return std::span{counts_}.first(bounds_.size() + 1); }
    std::uint64_t sum() const { return sum_; }
    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (const std::uint64_t each : counts()) all += each;
        return all;
    }

private:
    std::span<const std::uint64_t> bounds_;
    std::array<std::uint64_t, bounds_max + 1> counts_{};
    std::uint64_t sum_ = 0;
};

}  // namespace leasehold
