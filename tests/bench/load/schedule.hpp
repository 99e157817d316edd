// When exchanges begin: the shapes of load, as a function of time and of how many are under way. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/bench/load/settings.hpp"

namespace leasehold::bench {

class Schedule {
public:
    Schedule(const Shape& shape, Instant begin);

    /// Takes the next exchange, if one is to begin now.
    /// @return when it was due: latency counts from then, so that a late generator does not flatter the
    /// server
    std::optional<Instant> take(Instant now, std::size_t under_way);
    /// When take() may succeed by the passing of time alone; nullopt: never, or when an exchange ends.
    std::optional<Instant> next() const;
    /// Nothing begins any more.
    bool over(Instant now) const;
    /// How many have been due by the end, taken or not; 0: the shape does not say.
    std::uint64_t due_count() const;
    Instant end() const { return end_; }

private:
    /// Of the n-th exchange; the shape is not closed.
    Instant due(std::uint64_t n) const;

    Shape shape_;
    Instant begin_, end_;
    std::uint64_t limit_;  // of exchanges
    std::uint64_t taken_ = 0;
};

}  // namespace leasehold::bench
