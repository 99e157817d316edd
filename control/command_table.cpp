#include "control/command_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "control/absent_commands.hpp"
#include "control/command_context.hpp"
#include "control/command_rows/classes.hpp"
#include "control/command_rows/configuration.hpp"
#include "control/command_rows/lease_changes.hpp"
#include "control/command_rows/leases.hpp"
#include "control/command_rows/networks.hpp"
#include "control/command_rows/reservations.hpp"
#include "control/command_rows/service.hpp"
#include "control/command_rows/statistics.hpp"
#include "control/command_rows/subnets.hpp"
#include "control/family_names.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr auto table = [] {
    using namespace command_rows;
    auto all = join(service, configuration, classes, leases, lease_changes, networks, reservations, statistics, subnets);
    std::ranges::sort(all, {}, &CommandDef::name);
    return all;
}();
static_assert(std::ranges::adjacent_find(table, {}, &CommandDef::name) == table.end(), "a command has one row");

/// Sees every answer of a command on its way out.
Reply logged(std::string command, Reply reply) {
    return [command = std::move(command), reply = std::move(reply)](Answer answer) {
        const bool failed =
            !answer.pieces && answer.result != ResultCode::success && answer.result != ResultCode::empty;
        if (failed) log(MessageId::COMMAND_FAILED, {{"command", command}, {"reason", answer.text}});
        reply(std::move(answer));
    };
}

}  // namespace

std::span<const CommandDef> command_table() {
    return table;
}

const CommandDef* find_command(std::string_view name, Family family) {
    const auto found = std::ranges::lower_bound(table, name, {}, &CommandDef::name);
    return found != table.end() && found->name == name && includes(found->families, family) ? &*found
                                                                                            : nullptr;
}

void run_command(CommandContext& context, config::Value request, const Caller& caller, Reply reply) {
    auto read = read_request(std::move(request), names_of(context.family).service);
    if (!read)
        return logged("", std::move(reply))(failure("Error during command processing: " + read.error()));
    log(MessageId::COMMAND_RECEIVED, {{"command", read->command}});
    reply = logged(read->command, std::move(reply));
    const auto* const command = find_command(read->command, context.family);
    if (command == nullptr) {
        auto answer = failure("'" + read->command + "' command not supported.");
        if (const auto* const absent = find_absent_command(read->command))
            answer.text += " It is one of Kea's that this server does not have: " + std::string{absent->reason} + ".";
        answer.result = ResultCode::unsupported;
        return reply(std::move(answer));
    }
    if (!caller.may(command->name, command->access)) {
        log(MessageId::COMMAND_FORBIDDEN, {{"caller", caller.name}, {"command", read->command}});
        auto answer = failure("Forbidden");
        answer.result = ResultCode::forbidden;
        return reply(std::move(answer));
    }
    if (auto wrong = check_arguments(*command, read->arguments, context.family))
        return reply(failure(std::move(*wrong)));
    if (const auto unknown = unknown_argument(*command, read->arguments, context.family); !unknown.empty())
        log(MessageId::COMMAND_ARGUMENT_IGNORED, {{"command", command->name}, {"argument", unknown}});
    command->handler(context, read->arguments, std::move(reply));
}

}  // namespace leasehold
