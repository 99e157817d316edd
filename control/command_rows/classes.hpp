// The rows of commands that read and change client classes.
#pragma once

#include <array>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::array class_argument{
    ArgumentDef{"client-classes", list, required, "a list of one map, and nothing beside it"},
};
inline constexpr std::array class_name_argument{
    ArgumentDef{"name", text, required, "of the class"},
};

inline constexpr std::array classes{
    closed(CommandDef{"class-add", Access::write, class_argument, class_add,
               "adds a client class, as the last that is evaluated"}),
    closed(CommandDef{"class-del", Access::write, class_name_argument, class_del,
               "deletes a client class that no other one asks for"}),
    closed(CommandDef{"class-get", Access::read, class_name_argument, class_get,
               "a client class as config-get shows it"}),
    CommandDef{"class-list", Access::read, none, class_list,
               "the names of the client classes"},
    closed(CommandDef{"class-update", Access::write, class_argument, class_update,
               "replaces a client class in its place"}),
};

}  // namespace leasehold::command_rows
