// `leasehold ctl watch`: a live screen of servers, their pools and what happens to leases. What is drawn is made of values
// (watch_frame); the terminal is put back as it was, whatever ends it.
#pragma once

#include <deque>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/views.hpp"

namespace leasehold {

/// What one look at a server found.
struct WatchLook {
    Family family = Family::v4;
    std::string failure = {};  // not empty: it did not answer, and the rest is of the look before
    nlohmann::json status = nlohmann::json::object();
    /// Answers by command and arguments: a screen that changes its size shows them anew without asking.
    std::map<std::string, nlohmann::json> answers = {};
    struct Heard {
        nlohmann::json event;
        std::int64_t at = 0;
    };
    std::deque<Heard> events = {};  // the newest last
};

/// Lines of the screen, at most terminal.height, each of at most terminal.width columns.
std::vector<std::string> watch_frame(const std::vector<WatchLook>& looks, const Terminal& terminal, std::int64_t now,
                                     double interval);

/// Needs a terminal, unless it is to write JSON. @return the exit status: 128 + N when signal N ended it
int run_watch(const CtlArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace leasehold
