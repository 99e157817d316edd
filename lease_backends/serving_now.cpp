#include "lease_backends/serving_now.hpp"

#include "lease_backends/tool_connection.hpp"

namespace leasehold {

StoreResult<std::optional<Registration>> serving_now(const BackendConfig& config, Deadline deadline) {
    const auto connection = connect_for_tools(config, deadline);
    if (!connection) return std::unexpected(connection.error());
    auto registration = read_registration(*connection->session, config.family);
    if (!registration && registration.error().code == StoreErrc::schema)
        return std::nullopt;  // no such table yet: nobody can have registered
    if (!registration || !*registration) return registration;
    const Registration& found = **registration;
    const bool silent = found.now - found.last_seen >= silence_max;
    if (found.released || (silent && found.server_id == config.server_id)) return std::nullopt;
    return registration;
}

}  // namespace leasehold
