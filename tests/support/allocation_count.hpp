// Counts heap allocations, to prove that a path makes none. Calling it replaces operator new of the program.
#pragma once

#include <cstddef>

namespace leasehold {

/// Calls of operator new by this thread so far (over-aligned ones are not counted).
std::size_t allocation_count();

}  // namespace leasehold
