// The rows of commands about the configuration as a whole.
#pragma once

#include <array>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::array configuration_argument{
    only(v4, ArgumentDef{"Dhcp4", map, required, "the whole configuration, and nothing beside it"}),
    only(v6, ArgumentDef{"Dhcp6", map, required, "the whole configuration, and nothing beside it"}),
};
inline constexpr std::array config_test_arguments{
    only(v4, ArgumentDef{"Dhcp4", map, required, "the whole configuration"}),
    only(v6, ArgumentDef{"Dhcp6", map, required, "the whole configuration"}),
    ArgumentDef{"connect", ArgumentType::boolean, false,
                "true: its lease database is opened too, and closed again"},
};
inline constexpr std::array config_write_arguments{
    ArgumentDef{"filename", text, optional,
                "a file in the directory of the configuration file; else that file"},
};
inline constexpr std::array interface_add_arguments{
    ArgumentDef{"interfaces", list, required, "a list of names, as in interfaces-config; nothing beside it"},
};

inline constexpr std::array configuration{
    CommandDef{"config-backend-pull", Access::write, none, config_backend_pull,
               "says that there is no configuration backend"},
    CommandDef{"config-get", Access::read, none, config_get, "the configuration in use, defaults included"},
    CommandDef{"config-hash-get", Access::read, none, config_hash_get, "SHA-256 of the configuration in use"},
    CommandDef{"config-reload", Access::write, none, config_reload, "reads the configuration file again"},
    closed(CommandDef{"config-set", Access::write, configuration_argument, config_set,
               "replaces the configuration in use; the file stays as it is"}),
    closed(CommandDef{"config-test", Access::write, config_test_arguments, config_test,
               "checks a configuration and lists all that is wrong; puts nothing to use"}),
    CommandDef{"config-write", Access::write, config_write_arguments, config_write,
               "writes the configuration in use to its file"},
    closed(CommandDef{"interface-add", Access::write, interface_add_arguments, interface_add,
               "serves further network interfaces, beside those of the configuration"}),
    CommandDef{"server-tag-get", Access::read, none, server_tag_get,
               "this server's name in a configuration backend"},
};

}  // namespace leasehold::command_rows
