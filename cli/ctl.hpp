// `leasehold ctl`: a command from a person or a script to a running server, and the answer for people.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// A view, or a raw command, for which results 0 and 3 (nothing found) are success.
/// @return the exit status, of ctl_exits()
int run_ctl(const CtlArguments& arguments, std::ostream& out, std::ostream& err);

/// One JSON map, or key=value words: a value is a number, true, false, JSON in brackets, else a string.
/// @return nullopt-like null: no arguments were given
Result<nlohmann::json, std::string> read_ctl_arguments(const std::vector<std::string>& words);

/// The answer as people read it: leases as a table, a status in words, everything else as text and JSON.
std::string show_answer(const std::string& command, const nlohmann::json& answer);

}  // namespace leasehold
