// A time as people read it.
#pragma once

#include <cstdint>
#include <string>

namespace leasehold {

/// "2026-01-31 13:59:00" in this machine's time zone.
/// @param seconds  since 1970, UTC
std::string local_time(std::int64_t seconds);

}  // namespace leasehold
