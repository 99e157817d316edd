#include "tests/bench/load/search.hpp"

#include <algorithm>
#include <cmath>

namespace leasehold::bench {
namespace {

Step take_step(double rate, const Search& search, const Limits& limits,
               const std::function<Trial(double)>& run) {
    Step step{.rate = rate};
    for (int i = 0; i < std::max(search.repeats_max, 1); ++i) {
        step.trial = run(rate);
        step.sustained = step.trial.completed >= 1 - limits.loss && step.trial.offered >= offered_share_min;
        step.starved = step.trial.run_delay > limits.run_delay;
        // What was reached with too little time of the processor was reached.
        if (step.sustained || !step.starved || step.trial.wrong || step.trial.interrupted) break;
    }
    return step;
}

}  // namespace

SearchResult search_rate(const Search& search, const Limits& limits,
                         const std::function<Trial(double rate)>& run,
                         const std::function<void(const Step&)>& tell) {
    SearchResult result;
    double failed = 0;
    for (double rate = search.from;;) {
        const auto step = take_step(rate, search, limits, run);
        result.steps.push_back(step);
        if (tell) tell(step);
        if (step.trial.wrong || step.trial.interrupted) {
            result.complete = false;
            return result;
        }
        if (step.sustained) {
            result.rate = rate;
            if (rate >= search.to) return result;
        } else {
            failed = rate;
            result.starved = result.starved || step.starved;
        }
        if (result.rate == 0) return result;
        if (failed > 0 && failed / result.rate <= 1 + search.precision) return result;
        rate = failed > 0 ? std::sqrt(result.rate * failed) : std::min(rate * 2, search.to);
    }
}

}  // namespace leasehold::bench
