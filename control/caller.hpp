// Who gives a command, and what they may do.
#pragma once

#include <memory>
#include <string>

#include "config/control_sockets.hpp"
#include "control/command.hpp"

namespace leasehold {

struct Caller {
    std::string name;  // for the log: "the user stork at 192.0.2.7"; "": whoever can open the UNIX socket
    std::shared_ptr<const config::CommandRights> rights;  // nullptr: everything

    bool may(std::string_view command, Access access) const {
        return rights == nullptr || rights->permit(command, access == Access::write);
    }
    /// For what is no command, such as a page of measurements.
    bool may(Access access) const {
        using enum config::CommandRights::Level;
        return rights == nullptr || rights->level == write ||
               (rights->level == read && access == Access::read);
    }
};

}  // namespace leasehold
