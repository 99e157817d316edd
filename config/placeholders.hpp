// ${NAME}, ${NAME:-default} and $$ in the texts of a database's configuration: values of the environment, put
// in at each load. Which texts may hold them, and how they are split before, is load_database's part.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/result.hpp"

namespace leasehold::config {

/// What stands for a text that is not shown.
inline constexpr std::string_view hidden_mark = "*****";

/// The value of an environment variable; nullopt: it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

/// Makes of literal text between placeholders what it means: percent-decoding, for a part of a URL.
using LiteralReader = std::function<Result<std::string, std::string>(std::string_view literal)>;

/// The text with its placeholders replaced. As in a shell, a default stands for a variable that is unset or
/// empty. A "$" before another character than "{" and "$" is itself. What is put in is not looked at again.
/// @error a phrase that names the variable, never a value
Result<std::string, std::string> expand(std::string_view text, const Environment& environment,
                                        const LiteralReader& read_literal = {});

bool has_placeholder(std::string_view text);
/// The hidden mark in the place of each placeholder: what came from there is not shown, nor is a default.
std::string hide_placeholders(std::string_view text);
/// Where one of the `characters` stands first, or last, outside placeholders; npos: nowhere.
std::size_t find_outside(std::string_view text, std::string_view characters, std::size_t from = 0);
std::size_t rfind_outside(std::string_view text, char character);

}  // namespace leasehold::config
