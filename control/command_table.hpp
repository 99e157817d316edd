// Every command: a row each, written in command_rows/, a file per family of commands. Looking a command up, checking its
// arguments and running it all go by this table, and docs/commands.md is made from it.
#pragma once

#include <span>
#include <string_view>

#include "control/caller.hpp"
#include "control/command.hpp"

namespace leasehold {

/// In ascending order of name.
std::span<const CommandDef> command_table();

/// nullptr: a server of this family has no such command.
const CommandDef* find_command(std::string_view name, Family family);

/// Takes a request apart, checks it, runs it if the caller may have that done. Whatever the request holds, it
/// is answered.
void run_command(CommandContext& context, config::Value request, const Caller& caller, Reply reply);

}  // namespace leasehold
