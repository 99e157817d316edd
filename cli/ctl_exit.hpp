// What `leasehold ctl` tells a script when it ends: one table, shown in its help and in docs/terminal.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace leasehold {

enum class CtlExit : int {
    ok = 0,
    refused = 1,        // the server answered with an error, or with something that cannot be understood
    empty = 3,          // of views only: a raw command that finds nothing ends with 0
    not_serving = 4,    // of views only: shown, but the server starts, or its database is away
    usage = 64,         // as leasehold's others do
    no_server = 69,
    not_permitted = 77,
    configuration = 78,
};

struct CtlExitRow {
    CtlExit code;
    std::string_view meaning;
    std::string_view what_to_do;
};
/// In ascending order of code.
std::span<const CtlExitRow> ctl_exits();

/// Lines for a help text.
std::string ctl_exits_help();
/// The part of docs/terminal.md: `leasehold docs ctl-exit-codes`.
std::string ctl_exits_markdown();

}  // namespace leasehold
