// See the header.
#include "lease_backends/host_connection.hpp"

#include <algorithm>

namespace leasehold {
namespace {

/// Whether another host, or the same one later, may do better.
bool may_pass(SqlFault fault) {
    using enum SqlFault;
    return fault == lost || fault == read_only || fault == full || fault == conflict;
}

/// What stays wrong until somebody acts is told first; while one host may recover, the whole is a matter of
/// time.
const SqlError& most_telling(const std::vector<SqlError>& errors) {
    const auto passing =
        std::ranges::find_if(errors, [](const auto& error) { return may_pass(error.fault); });
    return passing == errors.end() ? errors.front() : *passing;
}

std::string name_of(const DatabaseHost& host) {
    const std::string name = host.name.empty() ? "localhost" : host.name;
    return host.port == 0 ? name : name + ":" + std::to_string(host.port);
}

std::unique_ptr<LeaseSession> make_session(const BackendConfig& config) {
    return config.type == BackendType::postgresql ? make_postgres_session(config)
                                                  : make_mariadb_session(config);
}

}  // namespace

StoreResult<HostConnection> connect_to_a_host(LeaseSession& session, const BackendConfig& config,
                                              std::size_t first, Deadline deadline,
                                              const std::atomic<bool>& cancelled) {
    const auto credentials = read_credentials(config.server);
    if (!credentials) return std::unexpected(credentials.error());

    const auto& hosts = config.server.hosts;
    std::vector<SqlError> errors;
    std::string failures;
    for (std::size_t i = 0; i < hosts.size() && !cancelled; ++i) {
        const std::size_t at = (first + i) % hosts.size();
        const auto patience =
            std::min(deadline, std::chrono::steady_clock::now() + config.server.connect_timeout);
        auto traits = session.connect(hosts[at], *credentials, patience);
        if (traits) return HostConnection{at, std::move(*traits)};
        session.disconnect();
        traits.error().detail = without_secrets(std::move(traits.error().detail), *credentials);
        failures += (failures.empty() ? "" : "; ") + name_of(hosts[at]) + ": " + traits.error().detail;
        errors.push_back(std::move(traits.error()));
    }
    if (errors.empty())
        return std::unexpected(
            StoreError{StoreErrc::unavailable, describe(config) + ": the call was cancelled"});
    if (hosts.size() == 1)
        return std::unexpected(to_store_error(errors.front(), describe(config), "connecting"));
    StoreError error = to_store_error(most_telling(errors), describe(config), "connecting");
    error.detail = describe(config) + ": none of its " + std::to_string(hosts.size()) +
                   " hosts can be used: " + failures;
    return std::unexpected(std::move(error));
}

StoreResult<std::unique_ptr<LeaseSession>> connected_session(const BackendConfig& config, Deadline deadline) {
    auto session = make_session(config);
    const std::atomic<bool> never = false;
    if (auto connected = connect_to_a_host(*session, config, 0, deadline, never); !connected)
        return std::unexpected(connected.error());
    session->set_deadline(deadline);
    return session;
}

StoreResult<std::optional<Registration>> serving_now(const BackendConfig& config, Deadline deadline) {
    const auto session = connected_session(config, deadline);
    if (!session) return std::unexpected(session.error());
    auto registration = read_registration(**session, config.family);
    (*session)->disconnect();
    if (!registration && registration.error().code == StoreErrc::schema)
        return std::nullopt;  // no such table yet: nobody can have registered
    if (!registration || !*registration) return registration;
    const Registration& found = **registration;
    const bool silent = found.now - found.last_seen >= silence_max;
    if (found.released || (silent && found.server_id == config.server_id)) return std::nullopt;
    return registration;
}

}  // namespace leasehold
