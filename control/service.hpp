// All that serves one family, built and connected in one place: its server, configuration, control channel
// and program. A process has one of these or two; they share the loop, the log, the side thread and the end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/command_context.hpp"
#include "control/run_arguments.hpp"
#include "control/configuration.hpp"
#include "control/control_channel.hpp"
#include "control/event_stream.hpp"
#include "control/legal_log.hpp"
#include "control/log_backend.hpp"
#include "control/pid_file.hpp"
#include "control/reconfigure_secret.hpp"
#include "control/run_script.hpp"
#include "control/secret_watch.hpp"
#include "control/server_duid.hpp"
#include "control/shutdown.hpp"
#include "control/side_thread.hpp"
#include "control/supervision.hpp"
#include "control/watched.hpp"
#include "dhcp/server.hpp"

namespace leasehold {

/// What the services of a process share; all of it outlives them.
struct SharedParts {
    boost::asio::io_context& loop;
    const TimeSource& time;
    LogBackend& logs;
    SideThread& side;
    Shutdown& shutdown;
    WatchedServices& watched;  // each service adds itself
    EventStreams& streams;
};

/// Loop thread only. The steps follow one another: load(), begin(), supervise(), start().
class Service {
public:
    using Failure = Configuration::BeginError;

    /// @param file  absolute
    Service(Family family, std::string file, const RunArguments& arguments, const SharedParts& shared);

    /// Takes the pid file, and reads the configuration with what it needs of this machine.
    Result<void, Failure> load();
    const config::DaemonConfig& daemon() const { return loaded_->daemon; }
    /// Puts it to use: logs and control sockets are open afterwards, and what clients know the server by is kept.
    Result<void, Failure> begin();
    void supervise(Supervision& supervision);
    void start();

    /// DHCPv4 messages in DHCPv6 ones are this other service's. @pre this one is DHCPv6's
    void carry_to(Service& dhcpv4) { server_.carry_to(dhcpv4.server_); }

    /// SIGHUP: the configuration, and files with credentials, are read again.
    void reload();
    Family family() const { return family_; }

private:
    /// By which clients know this server: its DUID, and the secret of their keys. Blocks.
    Result<void, std::string> keep_identity(const ServerConfig& server);
    void keep_identity_later(const std::shared_ptr<const ServerConfig>& server);

    Family family_;
    std::string file_;
    SharedParts shared_;
    config::LoadOptions options_;
    std::optional<FileLock> pid_file_;
    ServerDuid duid_;
    ReconfigureSecret reconfigure_;
    std::shared_ptr<const ServerConfig> first_;
    std::optional<config::Loaded> loaded_;  // until begin()
    Server server_;
    std::optional<CommandContext> context_;
    ControlChannel channel_;
    ChangeQueue changes_;
    std::optional<Configuration> configuration_;
    RunScript script_;
    LegalLog legal_log_;
    SecretWatch secrets_;       // of the database
    SecretWatch http_secrets_;  // of the control channel
};

/// Two families that name one control socket cannot both have it.
/// @return what is wrong, and what to do; nullopt: nothing
std::optional<std::string> shared_socket_problem(const config::DaemonConfig& v4, const config::DaemonConfig& v6);

/// For a start that cannot be: in the log, where services are watched, and to whoever typed the command.
/// @return the exit status
int cannot_start(Family family, ExitCode code, const std::string& reason);

}  // namespace leasehold
