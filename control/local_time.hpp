// A time as people read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace leasehold {

/// "2026-01-31 13:59:00" in this machine's time zone.
/// @param seconds  since 1970, UTC
std::string local_time(std::int64_t seconds);

/// What this machine's time zone is ahead of UTC by, now.
std::chrono::seconds utc_offset();

enum class TimeZone : std::uint8_t { local, utc };

/// strftime's conversions, %q for milliseconds and %Q for microseconds; "" when it gets longer than 4095 octets.
std::string format_time(std::string_view format, std::chrono::system_clock::time_point at, TimeZone zone);

/// "2026-11-21 05:55:04.464204"
std::string precise_time(std::chrono::system_clock::time_point at, TimeZone zone);

}  // namespace leasehold
