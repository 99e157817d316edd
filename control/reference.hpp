// The parts of the pages in docs/ that are made from tables, so that they cannot fall behind. A test compares
// the pages with this; `leasehold docs PAGE` prints it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dhcp/exit_code.hpp"

namespace leasehold {

/// One exit status of the server. Texts mark what is typed with backquotes.
struct ExitCodeHelp {
    ExitCode code;
    std::string_view meaning;
    std::string_view what_to_do;
};
std::span<const ExitCodeHelp> exit_code_table();

/// @param page  "commands", "messages", "exit-codes" or "configuration"
std::string reference_page(std::string_view page);

}  // namespace leasehold
