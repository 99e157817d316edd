// How a fuzz target says that something is wrong.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace leasehold::fuzz {

/// Ends the run when a property does not hold, in every build type.
inline void require(bool holds, const char* property) {
    if (holds) return;
    std::fprintf(stderr, "fuzz: does not hold: %s\n", property);
    std::abort();
}

}  // namespace leasehold::fuzz
