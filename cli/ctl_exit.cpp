#include "cli/ctl_exit.hpp"

#include <array>

namespace leasehold {
namespace {

constexpr std::array ctl_exit_rows{
    CtlExitRow{CtlExit::ok, "done; for a view: there is something to show", "nothing"},
    CtlExitRow{CtlExit::refused, "the server answered with an error", "its text says why"},
    CtlExitRow{CtlExit::empty, "a view that found nothing (a raw COMMAND ends with 0 then)", "ask for something else"},
    CtlExitRow{CtlExit::not_serving,
               "a view that shows a server which is starting, or whose service is not open",
               "wait, or see what `status` and `backends` name"},
    CtlExitRow{CtlExit::usage, "the command line is wrong", "see `leasehold ctl --help`"},
    CtlExitRow{CtlExit::no_server, "nobody answers on the control socket", "start the server, or name its socket"},
    CtlExitRow{CtlExit::not_permitted, "this user may not use the control socket",
               "the message names the owner and group whose members may"},
    CtlExitRow{CtlExit::configuration, "the configuration named with -c cannot be read or names no socket",
               "correct it, or name the socket with -s"},
};

}  // namespace

std::span<const CtlExitRow> ctl_exits() {
    return ctl_exit_rows;
}

std::string ctl_exits_help() {
    std::string help = "Exit status:\n";
    for (const auto& row : ctl_exit_rows) {
        const auto code = std::to_string(static_cast<int>(row.code));
        help += "  " + code + std::string(4 - code.size(), ' ') + std::string{row.meaning} + "\n";
    }
    return help;
}

std::string ctl_exits_markdown() {
    std::string page = "| exit status | meaning | what to do |\n|---|---|---|\n";
    for (const auto& row : ctl_exit_rows)
        page += "| " + std::to_string(static_cast<int>(row.code)) + " | " + std::string{row.meaning} + " | " +
                std::string{row.what_to_do} + " |\n";
    return page;
}

}  // namespace leasehold
