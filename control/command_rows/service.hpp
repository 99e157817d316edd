// The rows of commands about the server itself and whether it serves.
#pragma once

#include <array>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::array origin_words{Words{"user"}, Words{"ha-partner"}};
inline constexpr std::array shutdown_arguments{
    ArgumentDef{"exit-value", integer, optional, "the exit status of the process", 0, 255},
};
inline constexpr std::array disable_arguments{
    ArgumentDef{"max-period", integer, optional, "seconds after which service resumes by itself", 1,
                seconds_max},
    one_of(origin_words, ArgumentDef{"origin", text_or_integer, optional,
                                     "who says so: \"user\" (usual), \"ha-partner\", or a number", 1, seconds_max}),
    ArgumentDef{"origin-id", integer, optional, "who says so, as a number; comes before origin", 1,
                seconds_max},
};
inline constexpr std::array enable_arguments{
    one_of(origin_words,
           ArgumentDef{"origin", text_or_integer, optional,
                       "whose dhcp-disable ends: \"user\" (usual), \"ha-partner\", or a number", 1, seconds_max}),
    ArgumentDef{"origin-id", integer, optional, "the same as a number; comes before origin", 1, seconds_max},
};

inline constexpr std::array service{
    CommandDef{"build-report", Access::read, none, build_report_get, "how this binary was built"},
    CommandDef{"clock-accept", Access::write, none, clock_accept,
               "takes the wall clock as lease time, after it was set or leases lay in the future"},
    CommandDef{"db-credentials-reload", Access::write, none, db_credentials_reload,
               "reads the files with the lease database's credentials again and connects with them"},
    CommandDef{"dhcp-disable", Access::write, disable_arguments, dhcp_disable, "stops answering clients"},
    CommandDef{"dhcp-enable", Access::write, enable_arguments, dhcp_enable,
               "ends a dhcp-disable of the same origin"},
    CommandDef{"interface-list", Access::read, none, interface_list,
               "the network interfaces of this machine"},
    CommandDef{"interface-redetect", Access::write, none, interface_list,
               "the same as interface-list: the kernel tells of each change at once"},
    CommandDef{"list-commands", Access::read, none, list_commands, "the names of all commands"},
    CommandDef{"shutdown", Access::write, shutdown_arguments, shutdown_server, "ends the server"},
    CommandDef{"status-get", Access::read, none, status_get,
               "what the server is doing, and what it waits for"},
    CommandDef{"version-get", Access::read, none, version_get,
               "the release whose interface this server answers"},
};

}  // namespace leasehold::command_rows
