// What the rows of the command table are written with: the headers beside it hold them, a family of commands
// each, and only command_table.cpp includes those.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "control/command.hpp"

namespace leasehold::command_rows {

using enum ArgumentType;
inline constexpr bool required = true, optional = false;
inline constexpr auto v4 = Families::v4, v6 = Families::v6;
inline constexpr std::int64_t seconds_max = std::numeric_limits<std::uint32_t>::max();

constexpr ArgumentDef only(Families families, ArgumentDef argument) {
    argument.families = families;
    return argument;
}
constexpr CommandDef only(Families families, CommandDef command) {
    command.families = families;
    return command;
}

/// Nothing but its arguments.
constexpr CommandDef closed(CommandDef command) {
    command.closed = true;
    return command;
}

using Words = std::string_view;
constexpr ArgumentDef one_of(std::span<const std::string_view> words, ArgumentDef argument) {
    argument.words = words;
    return argument;
}

/// The elements of all of them, in this order.
template <class Element, std::size_t... Sizes>
constexpr std::array<Element, (Sizes + ...)> join(const std::array<Element, Sizes>&... parts) {
    std::array<Element, (Sizes + ...)> all;
    auto end = all.begin();
    ((end = std::ranges::copy(parts, end).out), ...);
    return all;
}

inline constexpr std::span<const ArgumentDef> none;
/// Of the commands that look leases or reservations up by it.
inline constexpr std::array hostname_argument{
    ArgumentDef{"hostname", text, required, "the whole name; upper and lower case are the same"},
};

}  // namespace leasehold::command_rows
