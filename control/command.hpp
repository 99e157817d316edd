// The shape of a command: a row of the command table, its checked arguments, and what a handler is given.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/dialect.hpp"
#include "control/answer.hpp"
#include "dhcp/families.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

struct CommandContext;  // control/command_context.hpp

enum class Access : std::uint8_t { read, write };

enum class ArgumentType : std::uint8_t { text, integer, boolean, integers, text_or_integer, list, map };

struct ArgumentDef {
    std::string_view name;
    ArgumentType type = ArgumentType::text;
    bool mandatory = false;
    std::string_view help;
    std::int64_t min = 0, max = std::numeric_limits<std::uint32_t>::max();  // integers
    Families families = Families::both;  // others do not know it
    std::span<const std::string_view> words = {};  // a text is one of these; empty: any
};

/// A command's arguments, checked against its row. Copies share the values.
class Arguments {
public:
    Arguments() = default;
    explicit Arguments(std::shared_ptr<const config::Value> map) : map_{std::move(map)} {}

    /// nullptr: not given (null counts as not given).
    const config::Value* find(std::string_view name) const;
    std::optional<std::string> text(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    /// The whole map; nullptr: no arguments were given.
    const std::shared_ptr<const config::Value>& map() const { return map_; }

private:
    std::shared_ptr<const config::Value> map_;
};

/// Called once, now or later, on the loop thread.
using Reply = std::function<void(Answer)>;
using CommandHandler = void (*)(CommandContext& context, const Arguments& arguments, Reply reply);

struct CommandDef {
    std::string_view name;
    Access access;
    std::span<const ArgumentDef> arguments;
    CommandHandler handler;
    std::string_view help;
    Families families = Families::both;  // servers that have it
    /// Other arguments are an error, as with Kea. With the other commands they make no difference: tools give
    /// some that only other versions know.
    bool closed = false;
};

struct CommandRequest {
    std::string command;
    Arguments arguments;
};

/// Takes { "command": ..., "arguments": ..., "service": [ ... ] } apart.
///
/// @param service  the one this server is, "dhcp4"; a request that names another is refused
/// @error what is wrong, for the answer's text
Result<CommandRequest, std::string> read_request(config::Value request, std::string_view service);

/// Checks arguments against a row: mandatory ones are there, types, ranges and words fit, and a closed row knows
/// all of them.
/// @return what is wrong, for the answer's text; nullopt: all is well
std::optional<std::string> check_arguments(const CommandDef& command, const Arguments& arguments,
                                           Family family = Family::v4);

/// The first argument that the row does not know, and that makes no difference; "": there is none.
std::string_view unknown_argument(const CommandDef& command, const Arguments& arguments, Family family);

std::string_view to_string(ArgumentType type);

/// "an integer", "a map": for what came in the place of something else.
std::string a_value_of_type(std::string_view type);

}  // namespace leasehold
