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

std::optional<std::string> check_range(const ArgumentDef& def, const config::Value& value) {
    const auto* const number = std::get_if<std::int64_t>(&value.data);
    if (number != nullptr && *number >= def.min && *number <= def.max) return {};
    return "parameter " + in_quotes(def.name) + " must be an integer from " + std::to_string(def.min) +
           " to " + std::to_string(def.max) + place(value.position);
}

std::optional<std::string> check_value(const ArgumentDef& def, const config::Value& value) {
    const auto wrong_type = [&](std::string_view wanted) {
        return "parameter " + in_quotes(def.name) + " must be " + std::string{wanted} + ", not a " +
               std::string{value.type_name()} + place(value.position);
    };
    switch (def.type) {
        case ArgumentType::any: return {};
        case ArgumentType::text:
            if (!std::holds_alternative<std::string>(value.data)) return wrong_type("a string");
            return {};
        case ArgumentType::boolean:
            if (!std::holds_alternative<bool>(value.data)) return wrong_type("a boolean");
            return {};
        case ArgumentType::integer: return check_range(def, value);
        case ArgumentType::integers: {
            const auto* const list = std::get_if<config::Value::List>(&value.data);
            if (list == nullptr) return wrong_type("a list of integers");
            for (const auto& entry : *list)
                if (auto wrong = check_range(def, entry)) return wrong;
            return {};
        }
    }
    return {};
}

}  // namespace

std::string_view to_string(ArgumentType type) {
    switch (type) {
        case ArgumentType::text: return "string";
        case ArgumentType::integer: return "integer";
        case ArgumentType::boolean: return "boolean";
        case ArgumentType::integers: return "list of integers";
        case ArgumentType::any: return "any";
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
        return std::unexpected("a command is a map such as { \"command\": \"list-commands\" }, not a " +
                               std::string{request.type_name()});
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

}  // namespace leasehold
