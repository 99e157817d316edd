#include "tests/bench/load/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace leasehold::bench {

Schedule::Schedule(const Shape& shape, Instant begin)
    : shape_{shape},
      begin_{begin},
      end_{begin + shape.duration},
      limit_{std::numeric_limits<std::uint64_t>::max()} {
    if (shape.exchange_count_max > 0) limit_ = shape.exchange_count_max;
    if (shape.kind == ShapeKind::avalanche) limit_ = shape.size;
}

Instant Schedule::due(std::uint64_t n) const {
    switch (shape_.kind) {
        case ShapeKind::open:
            return begin_ +
                   Nanoseconds{static_cast<std::int64_t>(static_cast<double>(n) / shape_.rate * 1e9)};
        case ShapeKind::bursts: return begin_ + static_cast<std::int64_t>(n / shape_.size) * shape_.every;
        case ShapeKind::closed:
        case ShapeKind::avalanche: break;
    }
    return begin_;
}

std::optional<Instant> Schedule::take(Instant now, std::size_t under_way) {
    if (over(now)) return std::nullopt;
    if (shape_.kind == ShapeKind::closed) {
        if (under_way >= shape_.size) return std::nullopt;
        ++taken_;
        return now;
    }
    const auto at = due(taken_);
    if (at > now || at >= end_) return std::nullopt;
    ++taken_;
    return at;
}

std::optional<Instant> Schedule::next() const {
    if (taken_ >= limit_ || shape_.kind == ShapeKind::closed) return std::nullopt;
    const auto at = due(taken_);
    return at < end_ ? std::optional{at} : std::nullopt;
}

bool Schedule::over(Instant now) const {
    return taken_ >= limit_ || now >= end_;
}

std::uint64_t Schedule::due_count() const {
    const double seconds = std::chrono::duration<double>(shape_.duration).count();
    switch (shape_.kind) {
        case ShapeKind::open:
            return std::min(limit_, static_cast<std::uint64_t>(std::llround(shape_.rate * seconds)));
        case ShapeKind::bursts: {
            const auto bursts = (shape_.duration + shape_.every - Nanoseconds{1}) / shape_.every;
            return std::min(limit_, static_cast<std::uint64_t>(bursts) * shape_.size);
        }
        case ShapeKind::avalanche: return limit_;
        case ShapeKind::closed: break;
    }
    return 0;
}

}  // namespace leasehold::bench
