// What the words behind the program's name mean. Nothing is done here; main does it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/schema_command_line.hpp"
#include "control/transfer_command_line.hpp"
#include "dhcp/address.hpp"

namespace leasehold {

struct RunArguments {
    std::string file;
    bool verbose = false;
    bool allow_unsupported = false;
    bool relax_security = false;
    std::uint16_t server_port = 0;  // 0: the usual one
    std::uint16_t client_port = 0;
    std::optional<Family> family = {};  // nullopt: what the configuration has, one or both
};
/// -t, -T
struct CheckArguments {
    std::string file;
    bool opens_database = false;  // -T
    bool allow_unsupported = false;
    bool relax_security = false;
    std::optional<Family> family = {};  // nullopt: what the configuration has
};
/// `leasehold ctl`
struct CtlArguments {
    std::string socket;                 // or ...
    std::string file;                   // ... the configuration that names it
    bool json = false;                  // the answer as it came, for scripts
    std::optional<Family> family = {};  // nullopt: as the command's name or the configuration says
    std::string command;
    std::vector<std::string> words;
};
/// `leasehold docs PAGE`: the part of a page of docs/ that is made from tables.
struct DocsArguments {
    std::string page;
};
/// Something to print (versions, help, what is wrong), and the end.
struct PrintAndExit {
    std::string text;
    int exit_status = 0;
    bool to_stderr = false;
};
using CommandLine = std::variant<RunArguments, CheckArguments, CtlArguments, DocsArguments, TransferArguments,
                                 SchemaArguments, PrintAndExit>;

/// @param words  argv; the name of the program decides: as kea-dhcp4 or kea-dhcp6 (a symbolic link) it takes
///               Kea's switches and serves that family
CommandLine read_command_line(const std::vector<std::string>& words);

}  // namespace leasehold
