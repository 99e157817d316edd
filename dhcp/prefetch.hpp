// Asking for memory before it is needed. With thousands of subnets, or a million leases, what one packet reads is seldom in
// the cache; lines that are asked for together come together, and meanwhile the processor does something else.
#pragma once

#include <cstddef>

namespace leasehold {

/// Only a hint, whatever the addresses are. What is not there by the time it is read is waited for as usual.
inline void prefetch(const void* begin, const void* end) {
    constexpr std::ptrdiff_t line = 64;
    const auto* const first = static_cast<const char*>(begin);
    const auto bytes = static_cast<const char*>(end) - first;
    for (std::ptrdiff_t offset = 0; offset < bytes; offset += line) __builtin_prefetch(first + offset);
}

}  // namespace leasehold
