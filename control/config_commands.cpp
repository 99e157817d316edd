// Commands about the configuration: thin, since configuration.cpp does the work.
#include "control/command_context.hpp"
#include "control/commands.hpp"

namespace leasehold {
namespace {

/// config-set and config-test take one key: a second one would be dropped without a word.
bool has_other_keys(const config::Value& root) {
    return std::get<config::Value::Map>(root.data).size() != 1;
}

Answer other_keys() {
    return failure("the arguments must hold the one member 'Dhcp4' and nothing else");
}

}  // namespace

void config_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(context.configuration.get());
}

void config_hash_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(success("", {{"hash", context.configuration.hash()}}));
}

void config_test(CommandContext& context, const Arguments& arguments, Reply reply) {
    if (has_other_keys(*arguments.map())) return reply(other_keys());
    context.configuration.test(arguments.map(), std::move(reply));
}

void config_set(CommandContext& context, const Arguments& arguments, Reply reply) {
    if (has_other_keys(*arguments.map())) return reply(other_keys());
    context.configuration.set(arguments.map(), std::move(reply));
}

void config_reload(CommandContext& context, const Arguments&, Reply reply) {
    context.configuration.reload(std::move(reply));
}

void config_write(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.configuration.write(arguments.text("filename").value_or(""), std::move(reply));
}

}  // namespace leasehold
