#include "control/service.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "control/command_table.hpp"
#include "control/family_names.hpp"
#include "control/health_routes.hpp"
#include "control/metrics.hpp"
#include "control/server_identity.hpp"
#include "control/status_page.hpp"
#include "dhcp/log.hpp"
#include "lease_backends/open.hpp"
#include "lease_backends/outage_journal.hpp"

namespace leasehold {
namespace {

config::LoadOptions load_options(Family family, const RunArguments& arguments) {
    config::LoadOptions options;
    options.family = family;
    options.allow_unsupported = arguments.allow_unsupported;
    options.relax_security = arguments.relax_security;
    options.directories = config::Directories::from_environment();
    return options;
}

std::string pid_path(const config::LoadOptions& options, const std::string& file) {
    const char* const directory = std::getenv("KEA_PIDFILE_DIR");
    return pid_file_name(directory == nullptr ? options.directories.run : directory, file,
                         std::string{names_of(options.family).process});
}

}  // namespace

int cannot_start(Family family, ExitCode code, const std::string& reason) {
    log(in_family(MessageId::DHCP4_INIT_FAIL, family), {{"reason", reason}});
    std::cerr << reason << "\n";
    return static_cast<int>(code);
}

std::optional<std::string> shared_socket_problem(const config::DaemonConfig& v4, const config::DaemonConfig& v6) {
    const auto problem = [](const std::string& name, const std::string& cure) {
        return "the control socket " + name +
               " is named under \"Dhcp4\" and under \"Dhcp6\": commands are given to one family, so each "
               "needs a socket of its own; " +
               cure;
    };
    for (const auto& socket : v4.control_sockets)
        if (std::ranges::find(v6.control_sockets, socket) != v6.control_sockets.end())
            return problem(socket.path, "change one of the two names");
    for (const auto& socket : v4.http_sockets)
        for (const auto& other : v6.http_sockets)
            if (socket.same_place(other)) return problem(socket.url(), "change one of the two ports");
    return std::nullopt;
}

Service::Service(Family family, std::string file, const RunArguments& arguments, const SharedParts& shared)
    : family_{family},
      file_{std::move(file)},
      shared_{shared},
      options_{load_options(family, arguments)},
      duid_{options_.directories.data},
      reconfigure_{options_.directories.data},
      server_{
          shared.loop,
          shared.time,
          {make_lease_store, make_outage_journal},
          ServerOptions{
              .family = family, .server_port = arguments.server_port, .client_port = arguments.client_port}},
      channel_{shared.loop,
               shared.side,
               {},
               [this](config::Value request, const Caller& caller, Reply reply) {
                   run_command(*context_, std::move(request), caller, std::move(reply));
               }},
      script_{shared.loop, server_.events()},
      legal_log_{shared.loop, server_.events()},
      secrets_{shared.loop, shared.side, [this] {
                   log(MessageId::SECRETS_CHANGED, {{"where", server_.status().backend.where}});
                   server_.renew_credentials(nullptr);
               }},
      http_secrets_{shared.loop, shared.side, [this] { channel_.renew_secrets(); }} {
    shared.watched.push_back({family, server_, channel_, changes_, script_, legal_log_, shared.logs});
    channel_.add_route(metrics_route(shared.watched, shared.streams));
    for (HttpRoute& route : health_routes(shared.watched)) channel_.add_route(std::move(route));
    channel_.add_route(shared.streams.route());
    for (HttpRoute& route : status_page_routes()) channel_.add_route(std::move(route));
}

Result<void, Service::Failure> Service::load() {
    const auto path = pid_path(options_, file_);
    auto pid_file = take_pid_file(path);
    if (!pid_file) {
        const auto& error = pid_file.error();
        if (!error.already_running) return std::unexpected(Failure{ExitCode::state_directory, error.reason});
        log(in_family(MessageId::DHCP4_ALREADY_RUNNING, family_), {{"pid", error.pid}, {"file", path}});
        return std::unexpected(Failure{ExitCode::unexpected, std::string{names_of(family_).process} +
                                                                 " already running? Process " + error.pid +
                                                                 " holds " + path});
    }
    pid_file_.emplace(std::move(*pid_file));

    const auto identity = server_identity(options_.directories.data);
    if (identity)
        options_.server_id = *identity;
    else
        log(in_family(MessageId::DHCP4_NO_SERVER_ID, family_), {{"reason", identity.error()}});
    if (family_ == Family::v6)
        options_.server_duid = [this](const ServerDuidConfig& wanted) { return duid_.make(wanted); };
    options_.reconfigure_keys = [this] { return reconfigure_.make(); };

    auto loaded = config::load_file(file_, options_);
    if (!loaded) {
        for (const auto& problem : loaded.error())
            log(in_family(MessageId::DHCP4_CONFIG_LOAD_FAIL, family_),
                {{"source", file_},
                 {"consequence", "the server does not start"},
                 {"reason", config::format(problem)}});
        return std::unexpected(Failure{ExitCode::configuration, config::format(loaded.error())});
    }
    loaded_ = std::move(*loaded);
    return {};
}

Result<void, Service::Failure> Service::begin() {
    if (family_ == Family::v6) {
        const auto& server = *loaded_->server;
        if (const auto kept = keep_identity(server); !kept)
            return std::unexpected(Failure{ExitCode::state_directory, kept.error()});
    }
    configuration_.emplace(file_, options_, server_, shared_.logs, channel_, shared_.side, changes_);
    context_.emplace(CommandContext{
        .family = family_,
        .loop = shared_.loop,
        .server = server_,
        .configuration = *configuration_,
        .channel = channel_,
        .changes = changes_,
        .logs = shared_.logs,
        .script = script_,
        .legal_log = legal_log_,
        .side = shared_.side,
        .events = shared_.streams,
        .shutdown = [this](int exit_status) { shared_.shutdown.begin(exit_status, "the command shutdown"); },
    });
    configuration_->on_use([this](const config::Loaded& used) {
        secrets_.watch(credential_files(used.server->lease_database));
        http_secrets_.watch(secret_files(used.daemon.http_sockets));
        tell_unknown_commands(used.daemon.http_sockets, family_);
        script_.use(used.server);
        legal_log_.use(used.server);
        if (family_ == Family::v6) keep_identity_later(used.server);
    });
    shared_.shutdown.add(server_, channel_, changes_);
    first_ = loaded_->server;
    auto begun = configuration_->begin(std::move(*loaded_));
    loaded_.reset();
    return begun;
}

Result<void, std::string> Service::keep_identity(const ServerConfig& server) {
    if (auto kept = duid_.keep(server.server_duid, server.duid); !kept) return kept;
    return server.reconfigure_keys == nullptr ? Result<void, std::string>{} : reconfigure_.keep();
}

/// A later configuration's, which was in use before it could be kept: what cannot be kept is told.
void Service::keep_identity_later(const std::shared_ptr<const ServerConfig>& server) {
    auto problem = std::make_shared<std::string>();
    shared_.side.run(
        [this, server, problem] {
            if (const auto kept = keep_identity(*server); !kept) *problem = kept.error();
        },
        [problem] {
            if (!problem->empty()) log(MessageId::DHCP6_NO_SERVER_DUID, {{"reason", *problem}});
        });
}

void Service::supervise(Supervision& supervision) {
    leasehold::supervise(supervision, names_of(family_).protocol, server_, *configuration_);
}

void Service::start() {
    server_.start(std::exchange(first_, nullptr), [this](ExitCode code, const std::string& reason) {
        // A store that is given up later has said so in the log itself.
        if (code == ExitCode::recovery_given_up)
            std::cerr << reason << "\n";
        else
            cannot_start(family_, code, reason);
        shared_.shutdown.begin(static_cast<int>(code), reason);
    });
}

void Service::reload() {
    configuration_->reload_on_signal();
    secrets_.look();
    http_secrets_.look();
}

}  // namespace leasehold
