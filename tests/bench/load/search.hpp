// The highest rate that a server sustains, by bisection over runs at fixed rates. Pure: a run is a function.
#pragma once

#include <functional>
#include <vector>

#include "tests/bench/load/settings.hpp"

namespace leasehold::bench {

/// What a run at one rate has shown; shares from 0 to 1.
struct Trial {
    double completed = 0;  // of the exchanges that were begun
    double offered = 0;    // of those that were due
    double run_delay = 0;  // of the time, the generator waited for a processor
    bool wrong = false;    // what was given was not right: no search goes on after it
    bool interrupted = false;
};

struct Step {
    double rate = 0;
    Trial trial{};
    bool sustained = false;
    bool starved = false;  // the generator was, in each of the repetitions
};

struct SearchResult {
    double rate = 0;       // the highest one that was sustained; 0: not even the lowest
    bool starved = false;  // a step that was not sustained may have been the generator's fault
    bool complete = true;  // it was not broken off
    std::vector<Step> steps;
};

/// Less than this of what was due was begun: the generator did not offer the rate.
inline constexpr double offered_share_min = 0.98;

/// Doubles from the lowest rate until one is not sustained, then halves the ratio between the two until they
/// are within the precision. A step that failed while the generator was starved is repeated.
SearchResult search_rate(const Search& search, const Limits& limits,
                         const std::function<Trial(double rate)>& run,
                         const std::function<void(const Step&)>& tell = {});

}  // namespace leasehold::bench
