// Builds and connects every object, top to bottom, and says how the process begins and ends. Read this first:
// what runs here is what there is.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>

#include "control/command_context.hpp"
#include "control/command_line.hpp"
#include "control/command_table.hpp"
#include "control/configuration.hpp"
#include "control/configuration_check.hpp"
#include "control/control_channel.hpp"
#include "control/ctl.hpp"
#include "control/log_backend.hpp"
#include "control/pid_file.hpp"
#include "control/reference.hpp"
#include "control/run_script.hpp"
#include "control/schema_tools.hpp"
#include "control/secret_watch.hpp"
#include "control/server_identity.hpp"
#include "control/shutdown.hpp"
#include "control/side_thread.hpp"
#include "control/supervision.hpp"
#include "control/transfer_tools.hpp"
#include "control/version.hpp"
#include "dhcp/exit_code.hpp"
#include "dhcp/log.hpp"
#include "dhcp/server.hpp"
#include "lease_backends/open.hpp"
#include "lease_backends/outage_journal.hpp"

namespace leasehold {
namespace {

// v4 only so far; the messages, loggers and files of a v6 server have names of their own.
constexpr const char* process_name = "kea-dhcp4";
constexpr std::chrono::seconds log_drain_max{2};

int status_of(ExitCode code) {
    return static_cast<int>(code);
}

/// For a start that cannot be: in the log, where services are watched, and to whoever typed the command.
int cannot_start(ExitCode code, const std::string& reason) {
    log(MessageId::DHCP4_INIT_FAIL, {{"reason", reason}});
    std::cerr << reason << "\n";
    return status_of(code);
}

int no_v6() {
    std::cerr << "DHCPv6 is not built yet; this release serves DHCPv4 (kea-dhcp4).\n";
    return status_of(ExitCode::configuration);
}

/// SIGHUP reads the configuration, and files with credentials, again; SIGTERM and SIGINT end the process, a
/// second one at once.
void watch_signals(boost::asio::signal_set& signals, Configuration& configuration, SecretWatch& secrets,
                   Shutdown& shutdown) {
    signals.async_wait([&](const boost::system::error_code& error, int number) {
        if (error) return;
        if (number == SIGHUP) {
            configuration.reload_on_signal();
            secrets.look();
        } else {
            shutdown.begin(status_of(ExitCode::normal), number == SIGTERM ? "SIGTERM" : "SIGINT");
        }
        watch_signals(signals, configuration, secrets, shutdown);
    });
}

void watch_log(boost::asio::steady_timer& timer, LogBackend& logs) {
    timer.expires_after(std::chrono::seconds{1});
    timer.async_wait([&](const boost::system::error_code& error) {
        if (error) return;
        logs.report_lost();
        watch_log(timer, logs);
    });
}

/// @return the exit status
int serve(const RunArguments& arguments, LogBackend& logs, SupervisorContact supervisor) {
    const auto file = std::filesystem::absolute(arguments.file).string();
    log(MessageId::DHCP4_STARTING, {{"version", product_version}, {"pid", getpid()}, {"file", file}});

    boost::asio::io_context loop;
    // From here on a signal waits for the loop instead of killing a server that is half started.
    boost::asio::signal_set signals{loop, SIGHUP, SIGTERM, SIGINT};
    Supervision supervision{loop, std::move(supervisor)};

    config::LoadOptions options;
    options.allow_unsupported = arguments.allow_unsupported;
    options.directories = config::Directories::from_environment();
    const char* const pid_directory = std::getenv("KEA_PIDFILE_DIR");
    const auto pid_path =
        pid_file_name(pid_directory == nullptr ? options.directories.run : pid_directory, file, process_name);
    const auto pid_file = take_pid_file(pid_path);
    if (!pid_file) {
        const auto& error = pid_file.error();
        if (!error.already_running) return cannot_start(ExitCode::state_directory, error.reason);
        log(MessageId::DHCP4_ALREADY_RUNNING, {{"pid", error.pid}, {"file", pid_path}});
        std::cerr << process_name << " already running? Process " << error.pid << " holds " << pid_path
                  << "\n";
        return status_of(ExitCode::unexpected);
    }

    const auto identity = server_identity(options.directories.data);
    if (identity)
        options.server_id = *identity;
    else
        log(MessageId::DHCP4_NO_SERVER_ID, {{"reason", identity.error()}});

    auto loaded = config::load_file(file, options);
    if (!loaded) {
        for (const auto& problem : loaded.error())
            log(MessageId::DHCP4_CONFIG_LOAD_FAIL, {{"source", file},
                                                    {"consequence", "the server does not start"},
                                                    {"reason", config::format(problem)}});
        return cannot_start(ExitCode::configuration, config::format(loaded.error()));
    }

    const SystemTimeSource time;
    Server server{loop,
                  time,
                  {make_lease_store, make_outage_journal},
                  ServerOptions{.server_port = arguments.server_port, .client_port = arguments.client_port}};
    SideThread side{loop};
    std::optional<CommandContext> context;
    ControlChannel channel{loop, side, {}, [&context](config::Value request, Reply reply) {
                               run_command(*context, std::move(request), std::move(reply));
                           }};
    Configuration configuration{file, options, server, logs, channel, side};
    Shutdown shutdown{loop, server, channel, supervision};
    RunScript script{loop, server.events()};
    context.emplace(CommandContext{
        .loop = loop,
        .server = server,
        .configuration = configuration,
        .channel = channel,
        .logs = logs,
        .script = script,
        .shutdown = [&](int exit_status) { shutdown.begin(exit_status, "the command shutdown"); },
    });
    SecretWatch secrets{loop, side, [&] {
                            log(MessageId::SECRETS_CHANGED, {{"where", server.status().backend.where}});
                            server.renew_credentials(nullptr);
                        }};
    configuration.on_use([&](const config::Loaded& used) {
        secrets.watch(credential_files(used.server->lease_database));
        script.use(used.server);
    });
    watch_signals(signals, configuration, secrets, shutdown);
    boost::asio::steady_timer log_timer{loop};
    watch_log(log_timer, logs);

    const auto serving = loaded->server;
    if (const auto begun = configuration.begin(std::move(*loaded)); !begun)
        return cannot_start(begun.error().code, begun.error().reason);
    supervise(supervision, server, configuration);
    server.start(serving, [&](ExitCode code, const std::string& reason) {
        // A store that is given up later has said so in the log itself.
        if (code == ExitCode::recovery_given_up)
            std::cerr << reason << "\n";
        else
            cannot_start(code, reason);
        shutdown.begin(status_of(code), reason);
    });
    loop.run();
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", shutdown.reason()}});
    return shutdown.exit_status();
}

/// Logging around serve(): connected before anything can be said, drained after the last word.
int run(const RunArguments& arguments) {
    if (arguments.family == Family::v6) return no_v6();
    auto supervisor = take_supervisor_contact();
    umask(umask(0) | 027);
    std::signal(SIGPIPE, SIG_IGN);
    LogBackend logs{{.root = process_name, .verbose = arguments.verbose}};
    auto first = logs.prepare(loggers_from_environment(process_name));
    if (!first) return cannot_start(ExitCode::state_directory, first.error());
    logs.activate(std::move(*first));
    set_log_sink(&logs);

    int exit_status = status_of(ExitCode::internal_invariant);
    try {
        exit_status = serve(arguments, logs, std::move(supervisor));
    } catch (const std::exception& error) {  // no expected error is thrown: this one is ours
        cannot_start(ExitCode::internal_invariant, std::string{"internal error: "} + error.what());
    }
    set_log_sink(nullptr);
    logs.drain(log_drain_max);
    std::cerr.flush();
    // A store thread in a call that hangs is left behind on purpose, and a log destination may be: neither
    // may find its objects destroyed under it.
    std::_Exit(exit_status);
}

int check(const CheckArguments& arguments) {
    if (arguments.family == Family::v6) return no_v6();
    return check_configuration(arguments, std::cout, std::cerr);
}

int print(const PrintAndExit& message) {
    (message.to_stderr ? std::cerr : std::cout) << message.text << std::flush;
    return message.exit_status;
}

int docs(const DocsArguments& arguments) {
    std::cout << reference_page(arguments.page);
    return status_of(ExitCode::normal);
}

int transfer(const TransferArguments& arguments) {
    std::ios::sync_with_stdio(false);  // millions of lines
    return run_transfer(arguments, {std::cin, std::cout, std::cerr, ProgressDisplay::standard()});
}

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

}  // namespace
}  // namespace leasehold

int main(int argc, char** argv) {
    using namespace leasehold;
    const auto command_line = read_command_line({argv, argv + argc});
    return std::visit(
        Overloaded{
            [](const RunArguments& arguments) { return run(arguments); },
            [](const CheckArguments& arguments) { return check(arguments); },
            [](const CtlArguments& arguments) { return run_ctl(arguments, std::cout, std::cerr); },
            [](const DocsArguments& arguments) { return docs(arguments); },
            [](const TransferArguments& arguments) { return transfer(arguments); },
            [](const SchemaArguments& arguments) { return run_schema_tool(arguments, std::cout, std::cerr); },
            [](const PrintAndExit& message) { return print(message); }},
        command_line);
}
