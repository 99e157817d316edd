#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <sstream>

#include "cli/completion.hpp"
#include "cli/ctl_command_line.hpp"
#include "cli/rehearsal_command_line.hpp"
#include "control/version.hpp"
#include "dhcp/exit_code.hpp"

namespace leasehold {
namespace {

/// Everything that can be given, before it is decided what was asked for.
struct Given {
    RunArguments run;
    std::string check_file, check_file_and_database;  // -t, -T
    bool version = false, extended_version = false, report = false;
    bool exit_on_fatal = false;  // -F: taken for existing unit files; see docs/operations.md
    DocsArguments docs;
};

void add_server_switches(CLI::App& app, Given& given) {
    app.add_option("-c", given.run.file, "Serve this configuration")->type_name("FILE");
    auto* const check =
        app.add_option("-t", given.check_file, "Check this configuration: list all that is wrong, and end")
            ->type_name("FILE");
    app.add_option("-T", given.check_file_and_database, "The same as -t, and open the lease database")
        ->type_name("FILE")
        ->excludes(check);
    app.add_flag("-d", given.run.verbose, "Log everything, whatever the configuration says");
    app.add_option("-p", given.run.server_port, "Server port (67; of DHCPv6 547)")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65535));
    app.add_option("-P", given.run.client_port, "Port to which answers go (0: the usual one)")
        ->type_name("PORT")
        ->check(CLI::Range(0, 65535));
    app.add_flag("-v", given.version, "Print the version");
    app.add_flag("-V", given.extended_version, "Print the version at length");
    app.add_flag("-W", given.report, "Print how this binary was built");
    app.add_flag("-X", given.run.relax_security,
                 "Warn, instead of refusing, when an HTTP control socket is open to everybody");
    app.add_flag("-F", given.exit_on_fatal, "Accepted for existing unit files; has no effect");
    app.add_flag(
        "--allow-unsupported", given.run.allow_unsupported,
        "Warn, instead of refusing, when a key that decides who may get which address is not supported");
}

void add_docs(CLI::App& app, Given& given) {
    auto* const docs =
        app.add_subcommand("docs", "Print the part of a page of docs/ that is made from tables");
    docs->add_option("page", given.docs.page)
        ->required()
        ->check(CLI::IsMember({"commands", "messages", "metrics", "exit-codes", "ctl-exit-codes", "configuration", "man8", "man5", "man1"}));
    docs->group("");  // for whoever writes the pages
}

PrintAndExit usage_error(const std::string& text) {
    return {.text = text, .exit_status = static_cast<int>(ExitCode::usage), .to_stderr = true};
}

CommandLine decide(const CLI::App& app, Given given, bool as_kea) {
    if (!as_kea && app.got_subcommand("docs")) return given.docs;
    if (given.version)
        return PrintAndExit{.text = std::string{as_kea ? kea_interface_version : product_version} + "\n"};
    if (given.extended_version) return PrintAndExit{.text = extended_version() + "\n"};
    if (given.report) return PrintAndExit{.text = build_report() + "\n"};
    const bool opens_database = !given.check_file_and_database.empty();
    const auto& check = opens_database ? given.check_file_and_database : given.check_file;
    if (!check.empty())
        return CheckArguments{.file = check,
                              .opens_database = opens_database,
                              .allow_unsupported = given.run.allow_unsupported,
                              .relax_security = given.run.relax_security,
                              .family = given.run.family};
    if (given.run.file.empty())
        return usage_error(
            "No configuration file was named. Serve one with -c FILE, or check it with -t FILE.\n\n" +
            app.help());
    return given.run;
}

/// The options of a command, with those of its nameless groups.
void describe_options(const CLI::App& app, CommandHelp& help) {
    for (const CLI::Option* const option : app.get_options({})) {
        if (option->get_group().empty()) continue;
        const bool positional = option->get_positional();
        const std::string type = option->get_type_size() == 0 ? "" : option->get_type_name();
        const auto colon = std::min(type.find(':'), type.size());  // what checks add comes behind it
        help.options.push_back({.names = option->get_name(positional, !positional),
                                .value = type.substr(0, colon),
                                .range = type.substr(std::min(colon + 1, type.size())),
                                .text = option->get_description(),
                                .positional = positional,
                                .needed = option->get_required()});
    }
    for (const CLI::App* const group : app.get_subcommands({}))
        if (group->get_name().empty()) describe_options(*group, help);
}

void describe(const CLI::App& app, const std::string& words, std::vector<CommandHelp>& described) {
    CommandHelp help{.words = words, .text = app.get_description(), .footer = app.get_footer(), .options = {}};
    describe_options(app, help);
    described.push_back(std::move(help));
    for (const CLI::App* const command : app.get_subcommands({}))
        if (!command->get_name().empty() && !command->get_group().empty())
            describe(*command, (words.empty() ? "" : words + " ") + command->get_name(), described);
}

/// @param described  not nullptr: the words are not read; it gets what could have been said
CommandLine read_words(const std::vector<std::string>& words, std::vector<CommandHelp>* described) {
    const auto name =
        words.empty() ? std::string{} : std::filesystem::path{words.front()}.filename().string();
    const bool as_kea = name == "kea-dhcp4" || name == "kea-dhcp6";
    Given given;
    std::optional<TransferCommandLine> transfer;
    std::optional<SchemaCommandLine> schema;
    std::optional<ConfigCommandLine> config;
    std::optional<ProbeCommandLine> probe;
    std::optional<RehearsalCommandLine> rehearsal;
    std::optional<CtlCommandLine> ctl;
    std::string shell;  // that is to learn to complete
    if (as_kea) given.run.family = name == "kea-dhcp6" ? Family::v6 : Family::v4;

    CLI::App app{"DHCP lease server with Kea's configuration and commands", as_kea ? name : "leasehold"};
    add_server_switches(app, given);
    if (!as_kea) {
        add_family_switches(app, given.run.family, "Of the configuration, serve or check");
        app.add_subcommand("run", "Serve: the same as no command at all")->fallthrough();
        ctl.emplace(app);
        add_docs(app, given);
        add_completion(app, shell);
        transfer.emplace(app);
        schema.emplace(app);
        config.emplace(app);
        probe.emplace(app);
        rehearsal.emplace(app);
        app.require_subcommand(0, 1);
    }
    if (described != nullptr) {
        describe(app, "", *described);
        return PrintAndExit{};
    }
    std::vector<std::string> reversed{words.rbegin(), words.empty() ? words.rend() : std::prev(words.rend())};
    try {
        app.parse(std::move(reversed));
    } catch (
        const CLI::ParseError& error) {  // CLI11's way to say what is wrong, and to ask for the help text
        std::ostringstream out, err;
        const bool help = app.exit(error, out, err) == 0;
        if (help) return PrintAndExit{.text = out.str()};
        return usage_error(out.str() + err.str());
    }
    if (!shell.empty()) return PrintAndExit{.text = completion_script(app, shell)};
    if (auto asked = ctl ? ctl->given() : std::nullopt) {
        if (!*asked) return usage_error(asked->error() + "\n");
        return std::move(**asked);
    }
    if (transfer)
        if (auto tool = transfer->given()) return std::move(*tool);
    if (schema)
        if (auto tool = schema->given()) return std::move(*tool);
    if (config)
        if (auto tool = config->given()) return std::move(*tool);
    if (probe)
        if (auto tool = probe->given()) return std::move(*tool);
    if (rehearsal)
        if (auto tool = rehearsal->given()) return std::move(*tool);
    return decide(app, std::move(given), as_kea);
}

}  // namespace

CommandLine read_command_line(const std::vector<std::string>& words) {
    return read_words(words, nullptr);
}

std::vector<CommandHelp> command_help() {
    std::vector<CommandHelp> described;
    read_words({"leasehold"}, &described);
    return described;
}

}  // namespace leasehold
