// Commands about the configuration: thin, since configuration.cpp does the work.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// The arguments without what is said to the command itself.
std::shared_ptr<const config::Value> configuration_in(const Arguments& arguments) {
    if (arguments.find("connect") == nullptr) return arguments.map();
    auto rest = std::make_shared<config::Value>(*arguments.map());
    std::erase_if(std::get<config::Value::Map>(rest->data),
                  [](const config::Member& member) { return member.key == "connect"; });
    return rest;
}

/// Listed ones stay as they are; the loader tells what is wrong with a name.
Edit add_interfaces(nlohmann::json names) {
    return [names = std::move(names)](nlohmann::json& map, const ServerConfig&) -> EditedOrAnswer {
        if (names.empty())
            return std::unexpected(failure(
                "parameter 'interfaces' of command 'interface-add' must be a list of names such as \"eth0\", not an empty one"));
        auto& listed = map["interfaces-config"]["interfaces"];
        if (!listed.is_array()) listed = nlohmann::json::array();
        for (const auto& name : names)
            if (std::ranges::find(listed, name) == listed.end()) listed.push_back(name);
        return Edited{.answer = success("Interface configuration successfully updated.")};
    };
}

}  // namespace

void config_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(context.configuration.get());
}

void config_hash_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(success("", {{"hash", context.configuration.hash()}}));
}

void config_test(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.test(configuration_in(arguments), arguments.boolean("connect").value_or(false), std::move(reply));
}

void config_set(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.set(arguments.map(), std::move(reply));
}

void config_reload(CommandContext& context, const Arguments&, Reply reply) {
    context.configuration.reload(std::move(reply));
}

void config_backend_pull(CommandContext&, const Arguments&, Reply reply) {
    reply(nothing_found("No config backend."));
}

void server_tag_get(CommandContext& context, const Arguments&, Reply reply) {
    const auto& map = context.configuration.loaded().full->at(std::string{names_of(context.family).configuration});
    reply(success("", {{"server-tag", map.value("server-tag", "")}}));
}

void interface_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.change("interface-add", add_interfaces(config::to_json(*arguments.find("interfaces"))),
                                 std::move(reply));
}

void config_write(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.write(arguments.text("filename").value_or(""), std::move(reply));
}

}  // namespace leasehold
