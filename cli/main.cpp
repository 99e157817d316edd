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
#include <memory>

#include "cli/command_line.hpp"
#include "control/configuration_check.hpp"
#include "control/configured_families.hpp"
#include "cli/ctl.hpp"
#include "cli/ctl_exit.hpp"
#include "cli/man_pages.hpp"
#include "cli/rehearsal_tools.hpp"
#include "control/family_names.hpp"
#include "control/log_backend.hpp"
#include "control/reference.hpp"
#include "control/schema_tools.hpp"
#include "control/service.hpp"
#include "control/shutdown.hpp"
#include "control/side_thread.hpp"
#include "control/supervision.hpp"
#include "control/transfer_tools.hpp"
#include "control/version.hpp"
#include "dhcp/exit_code.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr std::chrono::seconds log_drain_max{2};

using Services = std::vector<std::unique_ptr<Service>>;

int status_of(ExitCode code) {
    return static_cast<int>(code);
}

/// SIGHUP reads the configuration, and files with credentials, again; SIGTERM and SIGINT end the process, a
/// second one at once.
void watch_signals(boost::asio::signal_set& signals, const Services& services, Shutdown& shutdown) {
    signals.async_wait([&](const boost::system::error_code& error, int number) {
        if (error) return;
        if (number == SIGHUP) {
            for (const auto& service : services) service->reload();
        } else {
            shutdown.begin(status_of(ExitCode::normal), number == SIGTERM ? "SIGTERM" : "SIGINT");
        }
        watch_signals(signals, services, shutdown);
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

/// From files to services whose control sockets listen. Each family is a step behind the other, so that one
/// whose configuration is wrong keeps both from starting.
/// @return the exit status when it cannot be
std::optional<int> begin_all(const Services& services) {
    const auto failed = [](const Service& service, const Service::Failure& failure) {
        return cannot_start(service.family(), failure.code, failure.reason);
    };
    for (const auto& service : services)
        if (const auto loaded = service->load(); !loaded) return failed(*service, loaded.error());
    if (services.size() == 2) {
        const auto problem = shared_socket_problem(services.front()->daemon(), services.back()->daemon());
        if (problem) return cannot_start(services.front()->family(), ExitCode::configuration, *problem);
    }
    for (const auto& service : services)
        if (const auto begun = service->begin(); !begun) return failed(*service, begun.error());
    return std::nullopt;
}

/// @return the exit status
int serve(const RunArguments& arguments, const std::vector<Family>& families, LogBackend& logs,
          SupervisorContact supervisor) {
    const auto file = std::filesystem::absolute(arguments.file).string();
    for (const Family family : families)
        log(in_family(MessageId::DHCP4_STARTING, family),
            {{"version", product_version}, {"pid", getpid()}, {"file", file}});

    boost::asio::io_context loop;
    // From here on a signal waits for the loop instead of killing a server that is half started.
    boost::asio::signal_set signals{loop, SIGHUP, SIGTERM, SIGINT};
    Supervision supervision{loop, std::move(supervisor)};
    const SystemTimeSource time;
    SideThread side{loop};
    Shutdown shutdown{loop, supervision};
    WatchedServices watched;
    EventStreams streams{loop, [&watched] { return event_sources(watched); }};
    Services services;
    for (const Family family : families)
        services.push_back(std::make_unique<Service>(family, file, arguments,
                                                     SharedParts{.loop = loop,
                                                                 .time = time,
                                                                 .logs = logs,
                                                                 .side = side,
                                                                 .shutdown = shutdown,
                                                                 .watched = watched,
                                                                 .streams = streams}));
    if (services.size() == 2) services.back()->carry_to(*services.front());
    // Its jobs use the services: it ends before they do.
    const std::unique_ptr<SideThread, void (*)(SideThread*)> side_ends_first{
        &side, [](SideThread* thread) { thread->finish(); }};

    if (const auto status = begin_all(services)) return *status;
    watch_signals(signals, services, shutdown);
    boost::asio::steady_timer log_timer{loop};
    watch_log(log_timer, logs);
    for (const auto& service : services) service->supervise(supervision);
    for (const auto& service : services) service->start();
    loop.run();
    for (const Family family : families)
        log(in_family(MessageId::DHCP4_SHUTDOWN, family), {{"reason", shutdown.reason()}});
    return shutdown.exit_status();
}

/// Logging around serve(): connected before anything can be said, drained after the last word.
int run(const RunArguments& arguments) {
    const auto families = families_to_serve(arguments.file, arguments.family);
    if (families.size() > 1 && (arguments.server_port != 0 || arguments.client_port != 0)) {
        std::cerr << "A port (-p, -P) is one family's, and " << arguments.file
                  << " is for both: add -4 or -6 to serve one of them.\n";
        return status_of(ExitCode::usage);
    }
    auto supervisor = take_supervisor_contact();
    umask(umask(0) | 027);
    std::signal(SIGPIPE, SIG_IGN);
    LogBackend logs{{.families = families, .verbose = arguments.verbose}};
    for (const Family family : families) {
        auto first = logs.prepare(loggers_from_environment(std::string{names_of(family).process}), family);
        if (!first) return cannot_start(family, ExitCode::state_directory, first.error());
        logs.activate(std::move(*first));
    }
    set_log_sink(&logs);

    int exit_status = status_of(ExitCode::internal_invariant);
    try {
        exit_status = serve(arguments, families, logs, std::move(supervisor));
    } catch (const std::exception& error) {  // no expected error is thrown: this one is ours
        cannot_start(families.front(), ExitCode::internal_invariant,
                     std::string{"internal error: "} + error.what());
    }
    set_log_sink(nullptr);
    logs.drain(log_drain_max);
    std::cerr.flush();
    // A store thread in a call that hangs is left behind on purpose, and a log destination may be: neither
    // may find its objects destroyed under it.
    std::_Exit(exit_status);
}

int check(const CheckArguments& arguments) {
    return check_configuration(arguments, std::cout, std::cerr);
}

int print(const PrintAndExit& message) {
    (message.to_stderr ? std::cerr : std::cout) << message.text << std::flush;
    return message.exit_status;
}

int docs(const DocsArguments& arguments) {
    if (is_man_page(arguments.page))
        std::cout << man_page(arguments.page);
    else
        std::cout << (arguments.page == "ctl-exit-codes" ? ctl_exits_markdown() : reference_page(arguments.page));
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
            [](const ConfigDiffArguments& arguments) { return run_config_diff(arguments, std::cout, std::cerr); },
            [](const ProbeArguments& arguments) { return run_probe(arguments, std::cout, std::cerr); },
            [](const RehearsalArguments& arguments) { return run_rehearsal(arguments, std::cout, std::cerr); },
            [](const PrintAndExit& message) { return print(message); }},
        command_line);
}
