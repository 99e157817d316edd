// See the header.
#include "lease_backends/host_choice.hpp"

#include <algorithm>

namespace leasehold {
namespace {

/// Whether another host, or the same one later, may do better.
bool may_pass(SqlFault fault) {
    using enum SqlFault;
    return fault == lost || fault == read_only || fault == full || fault == conflict;
}

/// While one host may recover, the whole is a matter of time; else the first refusal is told.
const SqlError& most_hopeful(const std::vector<SqlError>& errors) {
    const auto passing =
        std::ranges::find_if(errors, [](const auto& error) { return may_pass(error.fault); });
    return passing == errors.end() ? errors.front() : *passing;
}

std::string name_of(const DatabaseHost& host) {
    const std::string name = host.name.empty() ? "localhost" : host.name;
    return host.port == 0 ? name : name + ":" + std::to_string(host.port);
}

}  // namespace

StoreResult<HostChoice> connect_to_a_host(LeaseSession& session, const BackendConfig& config,
                                          std::size_t first, const std::atomic<bool>& cancelled,
                                          Deadline deadline) {
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
        if (traits) return HostChoice{at, std::move(*traits)};
        session.disconnect();
        traits.error().detail = without_secrets(std::move(traits.error().detail), *credentials);
        failures += (failures.empty() ? "" : "; ") + name_of(hosts[at]) + ": " + traits.error().detail;
        errors.push_back(std::move(traits.error()));
    }
    const std::string where = describe(config);
    if (errors.empty())
        return std::unexpected(StoreError{StoreErrc::unavailable, where + ": the call was cancelled"});
    StoreError error = to_store_error(most_hopeful(errors), where, "connecting");
    if (hosts.size() > 1)
        error.detail =
            where + ": none of its " + std::to_string(hosts.size()) + " hosts can be used: " + failures;
    return std::unexpected(std::move(error));
}

}  // namespace leasehold
