// `leasehold explain` and `leasehold replay`: from words and files to a rehearsal, and its outcome for people.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/rehearsal_arguments.hpp"

namespace leasehold {

/// @return the exit status: 0 as asked for, or all the same; 1 not; else as -t, 65 for a capture or lease file that
///         cannot be read, 64 for words that cannot be understood
int run_rehearsal(const RehearsalArguments& arguments, std::ostream& out, std::ostream& err);

/// The explanation (rehearsal/explanation) as people read it.
std::string explanation_text(const nlohmann::json& explanation);

}  // namespace leasehold
