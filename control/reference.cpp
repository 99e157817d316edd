#include "control/reference.hpp"

#include <array>
#include <cctype>

#include "config/schema.hpp"
#include "control/absent_commands.hpp"
#include "control/command_table.hpp"
#include "control/log_pattern.hpp"
#include "control/metric_table.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

std::string capitalized(std::string_view text) {
    std::string result{text};
    if (!result.empty())
        result.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(result.front())));
    return result;
}

std::string type_and_range(const ArgumentDef& argument) {
    std::string result{to_string(argument.type)};
    if (argument.type == ArgumentType::integer || argument.type == ArgumentType::integers)
        result += ", " + std::to_string(argument.min) + " to " + std::to_string(argument.max);
    return result;
}

std::string only_of(Families families) {
    return families == Families::v4 ? "DHCPv4 only" : "DHCPv6 only";
}

std::string absent_commands_part() {
    std::string part = "### Not here\n\nOf Kea's commands these do not exist (result 2):\n\n| command | why |\n|---|---|\n";
    for (const auto& absent : absent_commands())
        part += "| `" + std::string{absent.name} + "` | " + std::string{absent.reason} + " |\n";
    return part + "\n";
}

std::string commands_page() {
    std::string page;
    for (const auto& command : command_table()) {
        page += "### " + std::string{command.name} + "\n\n" + capitalized(command.help) + ". ";
        page += command.access == Access::read ? "Reads only." : "Changes something.";
        if (command.families != Families::both) page += " " + only_of(command.families) + ".";
        if (command.closed) page += " Other arguments are an error.";
        page += "\n\n";
        if (command.arguments.empty()) continue;
        page += "| argument | type | needed | meaning |\n|---|---|---|---|\n";
        for (const auto& argument : command.arguments)
            page += "| `" + std::string{argument.name} + "` | " + type_and_range(argument) + " | " +
                    (argument.mandatory ? "yes" : "no") + " | " + std::string{argument.help} +
                    (argument.families == Families::both ? "" : "; " + only_of(argument.families)) + " |\n";
        page += "\n";
    }
    return page + absent_commands_part();
}

std::string messages_page() {
    std::string page = "| message | severity | logger | text |\n|---|---|---|---|\n";
    for (const auto& def : message_defs()) {
        page += "| `" + std::string{def.name} + "` | " + std::string{severity_name(def.severity)};
        if (def.severity == LogSeverity::debug) page += " " + std::to_string(def.debug_level);
        page += " | `" + std::string{def.logger} + "` | " + std::string{def.text} + " |\n";
    }
    return page;
}

constexpr std::array exit_codes{
    ExitCodeHelp{ExitCode::normal, "ended by SIGTERM, SIGINT or the command shutdown", "nothing"},
    ExitCodeHelp{ExitCode::unexpected,
                 "another instance runs with this configuration name, or an error without a code",
                 "read the last lines of the log"},
    ExitCodeHelp{ExitCode::usage, "the command line is wrong", "see `leasehold --help`"},
    ExitCodeHelp{ExitCode::data, "leases that a tool was to read or write cannot be read or stored",
                 "they are named; see `--max-row-errors`"},
    ExitCodeHelp{ExitCode::credentials_refused, "the database refuses user or password", "correct them"},
    ExitCodeHelp{ExitCode::no_such_database, "the database does not exist", "create it, or correct its name"},
    ExitCodeHelp{
        ExitCode::unreachable_at_start,
        "the database could not be opened at the start, takes no writes, or belongs to another server",
        "see the log; start it, or stop the other server; `retry-on-startup` makes the server wait instead"},
    ExitCodeHelp{ExitCode::internal_invariant, "the server found itself in a state that cannot be",
                 "report it, with the log"},
    ExitCodeHelp{ExitCode::sockets, "a socket could not be opened",
                 "see the log: who has it, or which right is missing"},
    ExitCodeHelp{ExitCode::state_directory,
                 "a directory for the pid file, logs or leases, or the outage journal, cannot be written",
                 "create it, or give this user the right"},
    ExitCodeHelp{ExitCode::recovery_given_up,
                 "the database stayed away for `max-reconnect-tries` attempts, is damaged, or another server "
                 "took it over",
                 "mend it; a supervisor may start the server again"},
    ExitCodeHelp{ExitCode::schema, "the database's schema is not one that this version can use",
                 "upgrade it, or use the version that fits"},
    ExitCodeHelp{ExitCode::file_permissions,
                 "the lease file's owner or mode is wrong, or the user has no right to the tables",
                 "correct it, or set `fix-permissions`, or grant the right"},
    ExitCodeHelp{ExitCode::configuration, "the configuration was refused",
                 "each problem is listed with its place"},
};

std::string exit_codes_page() {
    std::string page = "| exit status | meaning | what to do |\n|---|---|---|\n";
    for (const auto& row : exit_codes)
        page += "| " + std::to_string(static_cast<int>(row.code)) + " | " + std::string{row.meaning} + " | " +
                std::string{row.what_to_do} + " |\n";
    return page;
}

}  // namespace

std::span<const ExitCodeHelp> exit_code_table() {
    return exit_codes;
}

std::string reference_page(std::string_view page) {
    if (page == "commands") return commands_page();
    if (page == "messages") return messages_page();
    if (page == "metrics") return metrics_page();
    if (page == "configuration") return config::config_reference_markdown();
    return exit_codes_page();
}

}  // namespace leasehold
