// From the command line to a running server: which control socket is meant, a command and its answer, and what to do when
// there is none.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/ctl_exit.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

struct CtlFailure {
    CtlExit exit = CtlExit::refused;
    std::string text;  // what happened, where, what to do
};
template <class T>
using CtlResult = Result<T, CtlFailure>;

/// A control socket, and who named it.
struct ControlSocketPlace {
    std::string path;
    std::string named_by;  // "the usual one of DHCPv4", "named with -s"
};

/// The socket for a raw command.
CtlResult<ControlSocketPlace> find_control_socket(const CtlArguments& arguments);
/// Those that a view is about: the one that was named, else that of each family that the configuration has, or whose
/// usual socket exists. Never none.
CtlResult<std::vector<ControlSocketPlace>> find_control_sockets(const CtlArguments& arguments);

/// Sends a request and takes the answer as it comes. Blocks; a server that says nothing for `silence_max` has failed.
/// @param request  JSON text, compact
CtlResult<std::string> converse(const ControlSocketPlace& place, const std::string& request,
                               std::chrono::milliseconds silence_max = std::chrono::seconds{60});

/// Gives a command and returns its arguments; null when nothing was found (result 3).
/// @error what the server answered instead, or that it did not
using Ask = std::function<CtlResult<nlohmann::json>(std::string_view command, const nlohmann::json& arguments)>;
Ask ask_through(ControlSocketPlace place, std::chrono::milliseconds silence_max = std::chrono::seconds{60});

/// Why a socket could not be opened, in words that say what to do.
CtlFailure connection_failure(const ControlSocketPlace& place, int error_number);

}  // namespace leasehold
