// Commands about the subnets, shared networks and client classes of the configuration in use. What they change
// is gone with the next start unless config-write follows.
#include <algorithm>

#include "config/dump.hpp"
#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/item_edits.hpp"
#include "control/subnet_list.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

/// The one map in the list that is a command's only argument.
/// @error the text of the answer
Result<Json, std::string> one_map(const Arguments& arguments, const std::string& key, const std::string& command) {
    const auto& list = std::get<config::Value::List>(arguments.find(key)->data);
    const std::string wanted = "parameter '" + key + "' of command '" + command + "' must be a list of one map, not ";
    if (list.size() != 1) return std::unexpected(wanted + "of " + std::to_string(list.size()));
    if (!list.front().is_map())
        return std::unexpected(wanted + "of " + a_value_of_type(list.front().type_name()));
    return config::to_json(list.front());
}

std::uint32_t id_argument(const Arguments& arguments) {
    return static_cast<std::uint32_t>(arguments.integer("id").value_or(0));
}

void change_subnet(CommandContext& context, const Arguments& arguments, std::string_view of_v4,
                   Edit (*edit)(Family, Json), Reply reply) {
    const auto command = command_name(context.family, of_v4);
    auto brought = one_map(arguments, subnets_key(context.family), command);
    if (!brought) return reply(failure(brought.error()));
    context.configuration.change(command, edit(context.family, std::move(*brought)), std::move(reply));
}

/// A list of the configuration in use; empty: it has none.
const Json& configured_list(const CommandContext& context, const char* key) {
    static const Json none = Json::array();
    const Json& map = context.configuration.loaded().full->at(std::string{names_of(context.family).configuration});
    const auto found = map.find(key);
    return found == map.end() ? none : *found;
}

Answer named_items(const CommandContext& context, const char* key,
                   const std::function<std::string(std::size_t)>& text) {
    Json list = Json::array();
    for (const Json& item : configured_list(context, key)) list.push_back({{"name", item.at("name")}});
    Answer answer = list.empty() ? nothing_found(text(0)) : success(text(list.size()));
    answer.arguments = Json{{key, std::move(list)}};
    return answer;
}

Answer named_item(const CommandContext& context, const char* key, const std::string& name, std::string found,
                  std::string not_found) {
    for (const Json& item : configured_list(context, key))
        if (item.at("name") == name) return success(std::move(found), {{key, Json::array({item})}});
    return nothing_found(std::move(not_found));
}

/// One of the two.
std::optional<std::string> wrong_selection(const Arguments& arguments, const std::string& command) {
    const bool by_id = arguments.find("id") != nullptr, by_prefix = arguments.find("subnet") != nullptr;
    if (!by_id && !by_prefix) return "no arguments specified for the '" + command + "' command";
    if (by_id && by_prefix)
        return "invalid number of arguments 2 for the '" + command + "' command. Expecting 'id' or 'subnet'";
    return std::nullopt;
}

}  // namespace

void subnet_list(CommandContext& context, const Arguments&, Reply reply) {
    auto walk = std::make_shared<SubnetWalk>(context.configuration.loaded().full, context.family);
    reply(list_answer({.name = "subnets",
                       .more = [walk](const ListAnswer::Add& add) {
                           while (const auto* const seen = walk->next()) {
                               Json entry = short_subnet(*seen->subnet);
                               entry["shared-network-name"] = seen->network_name();
                               if (!add(config::compact(entry))) return true;
                           }
                           return false;
                       },
                       .text = [ip = std::string{names_of(context.family).ip}](std::uint64_t count) {
                           return std::to_string(count) + " " + ip + (count == 1 ? " subnet found" : " subnets found");
                       }}));
}

void subnet_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto command = command_name(context.family, "subnet4-get");
    if (const auto wrong = wrong_selection(arguments, command)) return reply(failure(*wrong));
    const auto id = arguments.integer("id");
    const auto text = arguments.text("subnet");
    const auto prefix = text ? config::parse_network(context.family, *text) : std::nullopt;
    if (text && !prefix)
        return reply(failure("parameter 'subnet' must be an " + std::string{names_of(context.family).ip} +
                             " prefix such as " +
                             std::string{config::facts_of(context.family).prefix_example} + ", not '" + *text + "'"));
    SubnetWalk walk{context.configuration.loaded().full, context.family};
    while (const auto* const seen = walk.next()) {
        const Json& subnet = *seen->subnet;
        if (id ? subnet.at("id") != *id : subnet.at("subnet") != network_text(*prefix)) continue;
        Json shown = subnet;
        shown["shared-network-name"] = seen->network_name();
        return reply(success("Info about " + std::string{names_of(context.family).ip} + " subnet " +
                                 subnet_title(subnet) + " returned",
                             {{"subnets", Json::array({std::move(shown)})}}));
    }
    reply(nothing_found(id ? "No subnet with id " + std::to_string(*id) + " found"
                           : "No " + *text + " subnet found"));
}

void subnet_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    change_subnet(context, arguments, "subnet4-add", add_subnet, std::move(reply));
}

void subnet_update(CommandContext& context, const Arguments& arguments, Reply reply) {
    change_subnet(context, arguments, "subnet4-update", update_subnet, std::move(reply));
}

void subnet_delta_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    change_subnet(context, arguments, "subnet4-delta-add", add_to_subnet, std::move(reply));
}

void subnet_delta_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    change_subnet(context, arguments, "subnet4-delta-del", remove_from_subnet, std::move(reply));
}

void subnet_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto command = command_name(context.family, "subnet4-del");
    context.configuration.change(command, delete_subnet(context.family, id_argument(arguments)), std::move(reply));
}

void network_list(CommandContext& context, const Arguments&, Reply reply) {
    reply(named_items(context, "shared-networks",
                      [ip = std::string{names_of(context.family).ip}](std::size_t count) {
                          return std::to_string(count) + " " + ip + (count == 1 ? " network found" : " networks found");
                      }));
}

void network_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto name = arguments.text("name").value_or("");
    reply(named_item(context, "shared-networks", name,
                     "Info about " + std::string{names_of(context.family).ip} + " shared network '" + name +
                         "' returned",
                     "No '" + name + "' shared network found"));
}

void network_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto command = command_name(context.family, "network4-add");
    auto brought = one_map(arguments, "shared-networks", command);
    if (!brought) return reply(failure(brought.error()));
    context.configuration.change(command, add_network(context.family, std::move(*brought)), std::move(reply));
}

void network_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto action = arguments.text("subnets-action").value_or("keep");
    context.configuration.change(
        command_name(context.family, "network4-del"),
        delete_network(context.family, arguments.text("name").value_or(""), action == "delete"), std::move(reply));
}

void network_subnet_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.change(
        command_name(context.family, "network4-subnet-add"),
        add_to_network(context.family, arguments.text("name").value_or(""), id_argument(arguments)), std::move(reply));
}

void network_subnet_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.change(
        command_name(context.family, "network4-subnet-del"),
        take_from_network(context.family, arguments.text("name").value_or(""), id_argument(arguments)), std::move(reply));
}

void class_list(CommandContext& context, const Arguments&, Reply reply) {
    reply(named_items(context, "client-classes", [](std::size_t count) {
        return std::to_string(count) + (count == 1 ? " class found" : " classes found");
    }));
}

void class_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto name = arguments.text("name").value_or("");
    reply(named_item(context, "client-classes", name, "Class '" + name + "' definition returned",
                     "Class '" + name + "' not found"));
}

void class_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto brought = one_map(arguments, "client-classes", "class-add");
    if (!brought) return reply(failure(brought.error()));
    context.configuration.change("class-add", add_class(std::move(*brought)), std::move(reply));
}

void class_update(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto brought = one_map(arguments, "client-classes", "class-update");
    if (!brought) return reply(failure(brought.error()));
    context.configuration.change("class-update", update_class(std::move(*brought)), std::move(reply));
}

void class_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.change("class-del", delete_class(arguments.text("name").value_or("")), std::move(reply));
}

}  // namespace leasehold
