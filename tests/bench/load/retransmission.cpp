#include "tests/bench/load/retransmission.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace leasehold::bench {
namespace {

struct Timing {
    double first, longest;  // seconds
    unsigned resent_max;    // 0: no limit
};

// By Ask: discover, request, renew, release.
constexpr std::array<Timing, 4> timings4{{{4, 64, 0}, {4, 64, 4}, {4, 64, 4}, {4, 64, 1}}};
constexpr std::array<Timing, 4> timings6{{{1, 3600, 0}, {1, 30, 10}, {10, 600, 0}, {1, 600, 4}}};

const Timing& timing_of(Family family, Ask ask) {
    return (family == Family::v4 ? timings4 : timings6)[static_cast<std::size_t>(ask)];
}

}  // namespace

Nanoseconds resend_delay(Family family, Ask ask, unsigned resent, double random, double time_scale) {
    const auto& timing = timing_of(family, ask);
    const double delay = std::min(timing.first * std::exp2(std::min(resent, 16u)), timing.longest);
    // The first one of a SOLICIT is never shorter than its time (RFC 8415 18.2.1).
    if (family == Family::v6 && ask == Ask::discover && resent == 0) random = std::abs(random);
    const double seconds = family == Family::v4 ? delay + random : delay * (1 + random / 10);
    return Nanoseconds{static_cast<std::int64_t>(seconds * time_scale * 1e9)};
}

bool gives_up(Family family, Ask ask, unsigned resent) {
    const auto limit = timing_of(family, ask).resent_max;
    return limit > 0 && resent >= limit;
}

}  // namespace leasehold::bench
