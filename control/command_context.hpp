// What the handlers of commands may use; main puts it together.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <span>

#include "control/command.hpp"
#include "control/configuration.hpp"
#include "control/control_channel.hpp"
#include "control/event_stream.hpp"
#include "control/log_backend.hpp"
#include "control/legal_log.hpp"
#include "control/run_script.hpp"
#include "dhcp/server.hpp"

namespace leasehold {

/// Leases looked at in one turn of the loop: a fraction of a millisecond.
inline constexpr std::size_t rows_per_slice = 128;

struct CommandContext {
    Family family = Family::v4;
    boost::asio::io_context& loop;
    Server& server;
    Configuration& configuration;
    ControlChannel& channel;
    const ChangeQueue& changes;
    LogBackend& logs;
    RunScript& script;
    LegalLog& legal_log;
    SideThread& side;
    EventStreams& events;
    /// Ends the process with this exit status, once the answers under way are sent.
    std::function<void(int exit_status)> shutdown;
};

}  // namespace leasehold
