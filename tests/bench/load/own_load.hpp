// How much of a processor this program used, and how long it waited for one: a run in which it waited long
// has measured the generator and not the server.
#pragma once

#include "tests/bench/load/histogram.hpp"

namespace leasehold::bench {

struct OwnLoad {
    Nanoseconds processor{0};  // user and system
    Nanoseconds run_delay{0};  // ready to run, and not running; 0 where the kernel does not say

    OwnLoad operator-(const OwnLoad& before) const {
        return {processor - before.processor, run_delay - before.run_delay};
    }
};

/// Of this process since its start.
OwnLoad own_load();

}  // namespace leasehold::bench
