// What belongs to one run of the engine; for its own files.
#pragma once

#include "tests/bench/load/engine.hpp"

namespace leasehold::bench {

struct Engine::Round {
    Work work;
    Schedule schedule;
    bool avalanche = false;
    Outcome outcome;
    std::optional<bool> from_client;  // where renewals come from, once one was due
    Instant begin;
    Instant told;  // progress
    std::uint64_t begun_told = 0, completed_told = 0, lost_told = 0;
    Histogram since_told;
};

}  // namespace leasehold::bench
