// What a server tells of itself: its state, and its leases.
#include "dhcp/server_impl.hpp"

namespace leasehold {

using SteadyClock = std::chrono::steady_clock;

namespace {

/// The keys that they come from.
std::string credential_source(const DatabaseServerConfig& server) {
    std::string source;
    const auto add = [&](bool used, const char* key) {
        if (used) source += (source.empty() ? "" : ", ") + std::string{key};
    };
    add(!server.credentials_file.empty(), "credentials-file");
    add(!server.user_file.empty(), "user-file");
    add(!server.user.empty(), "user");
    add(!server.password_file.empty(), "password-file");
    add(!server.password.empty(), "password");
    return source.empty() ? "none" : source;
}

}  // namespace

ServerStatus Server::status() const {
    ServerStatus status;
    status.service = impl_->service();
    if (impl_->home) status.backend = impl_->home->status();
    if (impl_->config) {
        status.backend_type = impl_->config->lease_database.type;
        status.on_fail = impl_->config->lease_database.on_fail;
    }
    if (impl_->spool) status.journal = impl_->spool->status();
    if (impl_->config && is_server(impl_->config->lease_database.type)) {
        status.credentials = impl_->credentials;
        status.credentials->source = credential_source(impl_->config->lease_database.server);
    }
    status.clock = impl_->clock.status();
    const auto now = SteadyClock::now();
    status.uptime = std::chrono::duration_cast<std::chrono::seconds>(now - impl_->started_at);
    status.since_reload = std::chrono::duration_cast<std::chrono::seconds>(now - impl_->reloaded_at);
    for (const auto& [origin, timer] : impl_->disabled) status.disabled_by.push_back(origin);
    status.listening = impl_->listeners.listening();
    for (auto& problem : impl_->listeners.problems())
        status.socket_problems.push_back({problem.interface, problem.reason});
    status.preparing = impl_->preparing != nullptr || impl_->switching;
    status.parked = impl_->journey->parked();
    status.newcomers = impl_->journey->newcomers();
    status.turned_away = impl_->journey->counters().turned_away;
    status.queue_full = impl_->journey->counters().queue_full;
    status.stale = impl_->journey->counters().stale;
    status.ping = impl_->ping.status();
    status.reconfigure = impl_->reconfigurer.status();
    if (impl_->routes) status.routes = impl_->routes->status();
    if (impl_->config) status.skipped_reservations = impl_->config->skipped_reservations;
    status.replies_too_old = impl_->journey->counters().replies_too_old;
    status.sockets = impl_->listeners.load();
    status.exchange_times = impl_->journey->exchange_times().entries();
    status.slowest_exchanges = impl_->journey->slowest_exchanges().entries(now);
    status.store = impl_->store_statistics.counters();
    if (!impl_->home) return status;
    const auto& keeper = impl_->home->keeper();
    const auto table = keeper.table().stats();
    status.leases = table.leases;
    status.table_bytes = table.bytes;
    status.pending = keeper.pending().size();
    status.offers_held = keeper.offers().size();
    status.holds_overflowed = keeper.offers().overflowed();
    status.set_aside = keeper.set_aside_count();
    status.decisions_queued = impl_->home->worker().counters().queued;
    return status;
}

Statistics& Server::statistics() {
    return impl_->statistics;
}
EventBus& Server::events() {
    return impl_->bus;
}
std::shared_ptr<const ServerConfig> Server::config() const {
    return impl_->config;
}
LeaseTime Server::now() const {
    return impl_->clock.now();
}

std::optional<Lease> Server::find(const Prefix& address) const {
    return impl_->home ? impl_->home->keeper().durable(address) : std::nullopt;
}
LeaseRows Server::by_client_id(OctetView client_id) const {
    if (!impl_->home) return {};
    return impl_->home->keeper().durable(impl_->home->keeper().table().by_client_id(client_id));
}
LeaseRows Server::by_hwaddr(OctetView hwaddr) const {
    if (!impl_->home) return {};
    return impl_->home->keeper().durable(impl_->home->keeper().table().by_hwaddr(hwaddr));
}
std::optional<Prefix> Server::page(std::optional<Prefix> after, std::size_t limit,
                                   const std::function<bool(const Lease&)>& visit) const {
    return impl_->home ? impl_->home->keeper().page_durable(after, limit, visit) : std::nullopt;
}

}  // namespace leasehold
