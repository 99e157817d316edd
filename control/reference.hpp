// The parts of the pages in docs/ that are made from tables, so that they cannot fall behind. A test compares
// the pages with this; `leasehold docs PAGE` prints it.
#pragma once

#include <string>
#include <string_view>

namespace leasehold {

/// @param page  "commands", "messages", "exit-codes" or "configuration"
std::string reference_page(std::string_view page);

}  // namespace leasehold
