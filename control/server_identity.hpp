// The number that says, in each stored lease, which server wrote it last.
#pragma once

#include <cstdint>
#include <string>

#include "dhcp/result.hpp"

namespace leasehold {

/// Reads it from `directory`/server-id, or makes one at random and keeps it there (0640, the directory too if
/// it is missing). Blocks; called once at the start, where the configuration names no server-id.
/// @error the file holds something else, or cannot be written: a sentence with what to do.
Result<std::uint64_t, std::string> server_identity(const std::string& directory);

}  // namespace leasehold
