// Commands about the configuration: thin, since configuration.cpp does the work.
#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// config-set takes one key: a second one would be dropped without a word.
bool has_other_keys(const config::Value& root) {
    return std::get<config::Value::Map>(root.data).size() != 1;
}

Answer other_keys(Family family) {
    return failure("the arguments must hold the one member '" +
                   std::string{names_of(family).configuration} + "' and nothing else");
}

/// The arguments without what is said to the command itself.
std::shared_ptr<const config::Value> configuration_in(const Arguments& arguments) {
    if (arguments.find("connect") == nullptr) return arguments.map();
    auto rest = std::make_shared<config::Value>(*arguments.map());
    std::erase_if(std::get<config::Value::Map>(rest->data),
                  [](const config::Member& member) { return member.key == "connect"; });
    return rest;
}

}  // namespace

void config_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(context.configuration.get());
}

void config_hash_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(success("", {{"hash", context.configuration.hash()}}));
}

void config_test(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto root = configuration_in(arguments);
    if (has_other_keys(*root)) return reply(other_keys(context.family));
    context.configuration.test(root, arguments.boolean("connect").value_or(false), std::move(reply));
}

void config_set(CommandContext& context, const Arguments& arguments, Reply reply) {
    if (has_other_keys(*arguments.map())) return reply(other_keys(context.family));
    context.configuration.set(arguments.map(), std::move(reply));
}

void config_reload(CommandContext& context, const Arguments&, Reply reply) {
    context.configuration.reload(std::move(reply));
}

void config_write(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.write(arguments.text("filename").value_or(""), std::move(reply));
}

}  // namespace leasehold
