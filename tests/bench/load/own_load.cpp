#include "tests/bench/load/own_load.hpp"

#include <sys/resource.h>

#include <fstream>

namespace leasehold::bench {

OwnLoad own_load() {
    const auto to_duration = [](const timeval& time) -> Nanoseconds {
        return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
    };
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    OwnLoad load{.processor = to_duration(usage.ru_utime) + to_duration(usage.ru_stime)};
    // Nanoseconds on a processor, nanoseconds of waiting for one, slices.
    std::ifstream file{"/proc/self/schedstat"};
    std::int64_t running = 0, waiting = 0;
    if (file >> running >> waiting) load.run_delay = Nanoseconds{waiting};
    return load;
}

}  // namespace leasehold::bench
