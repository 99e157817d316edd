// What the words behind the program's name mean. Nothing is done here; main does it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/config_diff.hpp"
#include "cli/probe.hpp"
#include "cli/rehearsal_arguments.hpp"
#include "cli/view_arguments.hpp"
#include "control/run_arguments.hpp"
#include "control/schema_command_line.hpp"
#include "control/transfer_command_line.hpp"
#include "dhcp/address.hpp"

namespace leasehold {

/// `leasehold ctl`
struct CtlArguments {
    std::string socket;                 // or ...
    std::string file;                   // ... the configuration that names it
    bool json = false;                  // the answer as it came, for scripts
    std::optional<Family> family = {};  // nullopt: as the command's name or the configuration says
    std::string command;                // a raw command ...
    std::vector<std::string> words;
    std::string view = {};  // ... or one of these; "": none
    LeaseQuery leases = {};
    SubnetQuery subnets = {};
    ReservationQuery reservations = {};
    double interval = 1;  // seconds between two looks, of watch and --follow
};
/// `leasehold docs PAGE`: the part of a page of docs/ that is made from tables.
struct DocsArguments {
    std::string page;
};
/// An option or a word of a command, as --help shows it.
struct OptionHelp {
    std::string names;  // "-s,--socket"; of a word in its place "command"
    std::string value;  // "SOCKET"; "": it is a flag
    std::string range;  // "INT in [1 - 65535]", "{4,6}", or ""
    std::string text;
    bool positional = false;
    bool needed = false;
};
/// A command of the program, as --help shows it.
struct CommandHelp {
    std::string words;  // "leases dump"; "": the program without a command
    std::string text;
    std::string footer;
    std::vector<OptionHelp> options;
};
/// Something to print (versions, help, what is wrong), and the end.
struct PrintAndExit {
    std::string text;
    int exit_status = 0;
    bool to_stderr = false;
};
using CommandLine = std::variant<RunArguments, CheckArguments, CtlArguments, DocsArguments, TransferArguments,
                                 SchemaArguments, ConfigDiffArguments, ProbeArguments, RehearsalArguments, PrintAndExit>;

/// @param words  argv; the name of the program decides: as kea-dhcp4 or kea-dhcp6 (a symbolic link) it takes
///               Kea's switches and serves that family
CommandLine read_command_line(const std::vector<std::string>& words);

/// All commands that --help shows, the program itself first, the others in the order of --help.
std::vector<CommandHelp> command_help();

}  // namespace leasehold
