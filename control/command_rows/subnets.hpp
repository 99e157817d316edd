// The rows of commands that read and change subnets, and of those that ask which one a message is for.
#pragma once

#include <array>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::array subnet_argument{
    only(v4, ArgumentDef{"subnet4", list, required, "a list of one map, and nothing beside it"}),
    only(v6, ArgumentDef{"subnet6", list, required, "a list of one map, and nothing beside it"}),
};
inline constexpr std::array subnet_get_arguments{
    ArgumentDef{"id", integer, optional, "the subnet's number, or the next one", 1, seconds_max},
    ArgumentDef{"subnet", text, optional, "the subnet's prefix, such as 192.0.2.0/24"},
};
inline constexpr std::array subnet_del_arguments{
    ArgumentDef{"id", integer, required, "the subnet's number, and nothing beside it", 1, seconds_max},
};
inline constexpr std::array select_arguments{
    ArgumentDef{"interface", text, optional, "the name of the interface that it comes in on"},
    ArgumentDef{"address", text, optional, "the address that the client has (ciaddr)"},
    ArgumentDef{"relay", text, optional, "the address of a relay (giaddr)"},
    ArgumentDef{"local", text, optional, "the address of this server that it comes in on; else the first of the interface"},
    ArgumentDef{"remote", text, optional, "the address that it comes from"},
    ArgumentDef{"link", text, optional, "the link that a relay names"},
    ArgumentDef{"subnet", text, optional, "the subnet that the client selects (RFC 3011)"},
    ArgumentDef{"classes", list, optional, "a list of the client classes that it is in"},
};
inline constexpr std::array select4o6_arguments{
    ArgumentDef{"interface", text, optional, "the name of the interface that it comes in on"},
    ArgumentDef{"interface-id", text, optional, "the option of this name that a relay adds"},
    ArgumentDef{"remote", text, optional, "the address that it comes from"},
    ArgumentDef{"link", text, optional, "the link that a relay names"},
    ArgumentDef{"classes", list, optional, "a list of the client classes that it is in"},
};
inline constexpr std::array select6_arguments{
    ArgumentDef{"interface", text, optional, "the name of the interface that it comes in on"},
    ArgumentDef{"interface-id", text, optional, "the option of this name that a relay adds"},
    ArgumentDef{"local", text, optional, "the address of this server that it comes in on; else the first of the interface"},
    ArgumentDef{"remote", text, optional, "the address that it comes from"},
    ArgumentDef{"link", text, optional, "the link that a relay names"},
    ArgumentDef{"classes", list, optional, "a list of the client classes that it is in"},
};

inline constexpr std::array subnets{
    only(v4, closed(CommandDef{"subnet4-add", Access::write, subnet_argument, subnet_add,
                        "adds a subnet"})),
    only(v4, closed(CommandDef{"subnet4-del", Access::write, subnet_del_arguments, subnet_del,
                        "deletes a subnet with its reservations; its leases stay"})),
    only(v4, closed(CommandDef{"subnet4-delta-add", Access::write, subnet_argument, subnet_delta_add,
                        "sets what is given of a subnet, and leaves the rest"})),
    only(v4, closed(CommandDef{"subnet4-delta-del", Access::write, subnet_argument, subnet_delta_del,
                        "takes what is given away from a subnet; values do not matter"})),
    only(v4, closed(CommandDef{"subnet4-get", Access::read, subnet_get_arguments, subnet_get,
                        "a subnet as config-get shows it"})),
    only(v4, CommandDef{"subnet4-list", Access::read, none, subnet_list,
                        "the ids and prefixes of the subnets"}),
    only(v4, closed(CommandDef{"subnet4-select-test", Access::read, select_arguments, subnet4_select_test,
                        "the subnet that a message would be for"})),
    only(v4, closed(CommandDef{"subnet4-update", Access::write, subnet_argument, subnet_update,
                        "replaces a subnet; its reservations and its shared network stay"})),
    only(v4, closed(CommandDef{"subnet4o6-select-test", Access::read, select4o6_arguments, subnet4o6_select_test,
                        "the subnet that a message within DHCPv6 would be for (RFC 7341)"})),
    only(v6, closed(CommandDef{"subnet6-add", Access::write, subnet_argument, subnet_add,
                        "adds a subnet"})),
    only(v6, closed(CommandDef{"subnet6-del", Access::write, subnet_del_arguments, subnet_del,
                        "deletes a subnet with its reservations; its leases stay"})),
    only(v6, closed(CommandDef{"subnet6-delta-add", Access::write, subnet_argument, subnet_delta_add,
                        "sets what is given of a subnet, and leaves the rest"})),
    only(v6, closed(CommandDef{"subnet6-delta-del", Access::write, subnet_argument, subnet_delta_del,
                        "takes what is given away from a subnet; values do not matter"})),
    only(v6, closed(CommandDef{"subnet6-get", Access::read, subnet_get_arguments, subnet_get,
                        "a subnet as config-get shows it"})),
    only(v6, CommandDef{"subnet6-list", Access::read, none, subnet_list,
                        "the ids and prefixes of the subnets"}),
    only(v6, closed(CommandDef{"subnet6-select-test", Access::read, select6_arguments, subnet6_select_test,
                        "the subnet that a message would be for"})),
    only(v6, closed(CommandDef{"subnet6-update", Access::write, subnet_argument, subnet_update,
                        "replaces a subnet; its reservations and its shared network stay"})),
};

}  // namespace leasehold::command_rows
