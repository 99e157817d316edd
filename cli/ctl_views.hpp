// `leasehold ctl VIEW`: brings servers, a view and the terminal together, and says how it ends.
#pragma once

#include <iosfwd>

#include "cli/command_line.hpp"
#include "cli/views.hpp"

namespace leasehold {

/// A server that a view is about.
struct ViewedServer {
    ControlSocketPlace socket;
    Ask ask;
    Family family = Family::v4;
    nlohmann::json status;  // as it was when the server was found
};
/// Asks each for its status; one that does not answer while another does is told of on `err`. @error none answers, or one of
/// those that were asked for by name does not
CtlResult<std::vector<ViewedServer>> find_servers(const CtlArguments& arguments, std::ostream& err);

/// @return the exit status, of ctl_exits()
int run_view(const CtlArguments& arguments, std::ostream& out, std::ostream& err);

std::int64_t seconds_since_1970();

}  // namespace leasehold
