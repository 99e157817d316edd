#include "control/command.hpp"

#include <algorithm>
#include <array>

namespace leasehold {
namespace {

std::string place(const config::Position& position) {
    const auto& file = position.file == nullptr ? std::string{"<wire>"} : *position.file;
    return " (" + file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ")";
}

std::string in_quotes(std::string_view text) {
    return "'" + std::string{text} + "'";
}

std::optional<std::string> check_service(const config::Value& service, std::string_view expected) {
    const auto* const list = std::get_if<config::Value::List>(&service.data);
    if (list == nullptr) return "'service' must be a list of names" + place(service.position);
    if (list->empty()) return {};
    const auto* const name = std::get_if<std::string>(&list->front().data);
    if (name == nullptr || list->size() != 1)
        return "'service' must be empty or hold one name: this socket answers for one server" +
               place(service.position);
    if (*name != expected)
        return "unsupported service " + in_quotes(*name) + ", expected " + in_quotes(expected) +
               place(service.position);
    return {};
}

/// What came, in the words of the person who wrote it where they are short.
std::string what_came(const config::Value& value) {
    constexpr std::size_t shown_max = 40;
    if (const auto* const number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
    if (const auto* const text = std::get_if<std::string>(&value.data); text != nullptr && text->size() <= shown_max)
        return in_quotes(*text);
    return a_value_of_type(value.type_name());
}

std::string range_of(const ArgumentDef& def) {
    return "an integer from " + std::to_string(def.min) + " to " + std::to_string(def.max);
}

bool fits_range(const ArgumentDef& def, const config::Value& value) {
    const auto* const number = std::get_if<std::int64_t>(&value.data);
    return number != nullptr && *number >= def.min && *number <= def.max;
}

std::string any_of(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "\"" : i + 1 == words.size() ? " or \"" : ", \"") + std::string{words[i]} + "\"";
    return text;
}

bool fits_words(const ArgumentDef& def, const config::Value& value) {
    const auto* const text = std::get_if<std::string>(&value.data);
    return text != nullptr && (def.words.empty() || std::ranges::find(def.words, *text) != def.words.end());
}

/// What an argument must be. "": it is.
std::string wanted_instead(const ArgumentDef& def, const config::Value& value) {
    switch (def.type) {
        case ArgumentType::text:
            if (fits_words(def, value)) return {};
            return def.words.empty() ? "a string" : any_of(def.words);
        case ArgumentType::boolean: return std::holds_alternative<bool>(value.data) ? "" : "a boolean";
        case ArgumentType::integer: return fits_range(def, value) ? "" : range_of(def);
        case ArgumentType::text_or_integer:
            if (fits_range(def, value) || fits_words(def, value)) return {};
            return (def.words.empty() ? "a string" : any_of(def.words)) + ", or " + range_of(def);
        case ArgumentType::list: return value.is_list() ? "" : "a list";
        case ArgumentType::map: return value.is_map() ? "" : "a map";
        case ArgumentType::integers: return value.is_list() ? "" : "a list of integers";
    }
    return {};
}

std::optional<std::string> check_value(const ArgumentDef& def, const config::Value& value) {
    const auto must_be = [&](const std::string& wanted, const config::Value& came) {
        return "parameter " + in_quotes(def.name) + " must be " + wanted + ", not " + what_came(came) +
               place(came.position);
    };
    if (const auto wanted = wanted_instead(def, value); !wanted.empty()) return must_be(wanted, value);
    if (def.type == ArgumentType::integers)
        for (const auto& entry : std::get<config::Value::List>(value.data))
            if (!fits_range(def, entry)) return must_be("a list whose entries are each " + range_of(def), entry);
    return {};
}

bool knows(const CommandDef& command, std::string_view name, Family family) {
    return std::ranges::any_of(command.arguments, [&](const ArgumentDef& def) {
        return def.name == name && includes(def.families, family);
    });
}

/// nullptr: the row knows all of them.
const config::Member* first_unknown(const CommandDef& command, const Arguments& arguments, Family family) {
    if (arguments.map() == nullptr) return nullptr;
    for (const auto& member : std::get<config::Value::Map>(arguments.map()->data))
        if (!knows(command, member.key, family)) return &member;
    return nullptr;
}

std::string names_of_arguments(const CommandDef& command, Family family) {
    std::string names;
    for (const auto& def : command.arguments)
        if (includes(def.families, family)) names += (names.empty() ? "" : ", ") + in_quotes(def.name);
    return names;
}

}  // namespace

std::string a_value_of_type(std::string_view type) {
    return (type == "integer" ? "an " : "a ") + std::string{type};
}

std::string_view to_string(ArgumentType type) {
    switch (type) {
        case ArgumentType::text: return "string";
        case ArgumentType::integer: return "integer";
        case ArgumentType::boolean: return "boolean";
        case ArgumentType::integers: return "list of integers";
        case ArgumentType::text_or_integer: return "string or integer";
        case ArgumentType::list: return "list";
        case ArgumentType::map: return "map";
    }
    return "";
}

const config::Value* Arguments::find(std::string_view name) const {
    const auto* const value = map_ == nullptr ? nullptr : map_->member(name);
    return value == nullptr || std::holds_alternative<std::nullptr_t>(value->data) ? nullptr : value;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
    const auto* const value = find(name);
    const auto* const text = value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
    return text == nullptr ? std::nullopt : std::optional{*text};
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) const {
    const auto* const value = find(name);
    const auto* const number = value == nullptr ? nullptr : std::get_if<std::int64_t>(&value->data);
    return number == nullptr ? std::nullopt : std::optional{*number};
}

std::optional<bool> Arguments::boolean(std::string_view name) const {
    const auto* const value = find(name);
    const auto* const flag = value == nullptr ? nullptr : std::get_if<bool>(&value->data);
    return flag == nullptr ? std::nullopt : std::optional{*flag};
}

Result<CommandRequest, std::string> read_request(config::Value request, std::string_view service) {
    auto* const members = std::get_if<config::Value::Map>(&request.data);
    if (members == nullptr)
        return std::unexpected("a command is a map such as { \"command\": \"list-commands\" }, not " +
                               a_value_of_type(request.type_name()));
    CommandRequest result;
    bool named = false;
    for (auto& member : *members) {
        if (member.key == "command") {
            auto* const name = std::get_if<std::string>(&member.value.data);
            if (name == nullptr)
                return std::unexpected("'command' must be a string" + place(member.value.position));
            result.command = std::move(*name);
            named = true;
        } else if (member.key == "arguments") {
            if (std::holds_alternative<std::nullptr_t>(member.value.data)) continue;
            if (!member.value.is_map())
                return std::unexpected("'arguments' must be a map" + place(member.value.position));
            result.arguments = Arguments{std::make_shared<const config::Value>(std::move(member.value))};
        } else if (member.key == "service") {
            if (auto wrong = check_service(member.value, service)) return std::unexpected(std::move(*wrong));
        } else if (member.key != "remote-address") {
            return std::unexpected("invalid command: unsupported parameter " + in_quotes(member.key) +
                                   place(member.key_position));
        }
    }
    if (!named) return std::unexpected(std::string{"the command has no 'command' member to name it"});
    return result;
}

std::optional<std::string> check_arguments(const CommandDef& command, const Arguments& arguments,
                                           Family family) {
    if (command.closed)
        if (const auto* const unknown = first_unknown(command, arguments, family))
            return "unknown parameter " + in_quotes(unknown->key) + " of command " + in_quotes(command.name) +
                   ", which takes " + names_of_arguments(command, family) + " and nothing else" +
                   place(unknown->key_position);
    for (const auto& def : command.arguments) {
        if (!includes(def.families, family)) continue;
        const auto* const value = arguments.find(def.name);
        if (value == nullptr) {
            if (!def.mandatory) continue;
            return "missing parameter " + in_quotes(def.name) + " of command " + in_quotes(command.name) +
                   ": " + std::string{def.help};
        }
        if (auto wrong = check_value(def, *value)) return wrong;
    }
    return {};
}

std::string_view unknown_argument(const CommandDef& command, const Arguments& arguments, Family family) {
    const auto* const unknown = first_unknown(command, arguments, family);
    return unknown == nullptr ? std::string_view{} : std::string_view{unknown->key};
}

}  // namespace leasehold
