// Commands of Kea that this server does not have, on purpose, and why: for docs/commands.md, and for whoever gives
// one of them.
#pragma once

#include <span>
#include <string_view>

namespace leasehold {

struct AbsentCommand {
    std::string_view name;  // "cache-*": all that begin so
    std::string_view reason;
};

std::span<const AbsentCommand> absent_commands();

/// nullptr: Kea has no such command, or we have it.
const AbsentCommand* find_absent_command(std::string_view name);

}  // namespace leasehold
