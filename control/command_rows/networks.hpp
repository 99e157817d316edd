// The rows of commands that read and change shared networks.
#pragma once

#include <array>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::array subnets_action_words{Words{"keep"}, Words{"delete"}};
inline constexpr std::array network_argument{
    ArgumentDef{"shared-networks", list, required, "a list of one map, which may hold subnets"},
};
inline constexpr std::array network_name_argument{
    ArgumentDef{"name", text, required, "of the shared network"},
};
inline constexpr std::array network_del_arguments{
    ArgumentDef{"name", text, required, "of the shared network"},
    one_of(subnets_action_words,
           ArgumentDef{"subnets-action", text, optional,
                       "\"keep\" (usual): its subnets stay, in no network; \"delete\": they go too"}),
};
inline constexpr std::array network_subnet_arguments{
    ArgumentDef{"name", text, required, "of the shared network"},
    ArgumentDef{"id", integer, required, "the subnet's number", 1, seconds_max},
};

inline constexpr std::array networks{
    only(v4, closed(CommandDef{"network4-add", Access::write, network_argument, network_add,
                        "adds a shared network, with its subnets"})),
    only(v4, closed(CommandDef{"network4-del", Access::write, network_del_arguments, network_del,
                        "deletes a shared network"})),
    only(v4, closed(CommandDef{"network4-get", Access::read, network_name_argument, network_get,
                        "a shared network as config-get shows it"})),
    only(v4, CommandDef{"network4-list", Access::read, none, network_list,
                        "the names of the shared networks"}),
    only(v4, closed(CommandDef{"network4-subnet-add", Access::write, network_subnet_arguments, network_subnet_add,
                        "puts a subnet into a shared network"})),
    only(v4, closed(CommandDef{"network4-subnet-del", Access::write, network_subnet_arguments, network_subnet_del,
                        "takes a subnet out of a shared network; the subnet stays"})),
    only(v6, closed(CommandDef{"network6-add", Access::write, network_argument, network_add,
                        "adds a shared network, with its subnets"})),
    only(v6, closed(CommandDef{"network6-del", Access::write, network_del_arguments, network_del,
                        "deletes a shared network"})),
    only(v6, closed(CommandDef{"network6-get", Access::read, network_name_argument, network_get,
                        "a shared network as config-get shows it"})),
    only(v6, CommandDef{"network6-list", Access::read, none, network_list,
                        "the names of the shared networks"}),
    only(v6, closed(CommandDef{"network6-subnet-add", Access::write, network_subnet_arguments, network_subnet_add,
                        "puts a subnet into a shared network"})),
    only(v6, closed(CommandDef{"network6-subnet-del", Access::write, network_subnet_arguments, network_subnet_del,
                        "takes a subnet out of a shared network; the subnet stays"})),
};

}  // namespace leasehold::command_rows
