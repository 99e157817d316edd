#include "dhcp/lease_home.hpp"

#include "dhcp/log.hpp"

namespace leasehold {

WorkerOptions worker_options(const BackendConfig& config) {
    WorkerOptions options;
    options.retry_on_startup = config.retry_on_startup;
    options.max_reconnect_tries = config.max_reconnect_tries;
    if (config.reconnect_wait_time.count() > 0) options.reconnect_wait = config.reconnect_wait_time;
    return options;
}

LeaseHome::LeaseHome(std::shared_ptr<const ServerConfig> config, const LeaseClock& clock,
                     std::unique_ptr<LeaseStore> store, StoreWorker::Post post, Events events)
    : events_{std::move(events)},
      keeper_{config, clock},
      worker_{std::move(store), worker_options(config->lease_database), std::move(post), *this} {}

void LeaseHome::on_backend(const BackendStatus& status) {
    if (status.state == BackendState::serving) keeper_.load_finished();
    if (events_.backend) events_.backend(status);
}

void LeaseHome::on_opened(const Opened& opened) {
    if (events_.opened) events_.opened(opened);
}

void LeaseHome::on_page(LoadedPage&& page) {
    LeaseTime newest{};
    for (const Lease& lease : page.leases) {
        keeper_.load(lease);
        newest = std::max(newest, lease.cltt);
    }
    if (events_.newest_cltt && !page.leases.empty()) events_.newest_cltt(newest);
    for (UnreadableRow& row : page.unreadable) {
        log(MessageId::STORE_ROW_UNREADABLE, {{"address", to_string(row.address)}, {"reason", row.detail}});
        keeper_.set_aside(std::move(row));
    }
}

void LeaseHome::on_completions(std::vector<Completion>&& completions) {
    if (events_.completions) events_.completions(std::move(completions));
}

void LeaseHome::on_renewed(const StoreResult<void>& outcome) {
    if (events_.renewed) events_.renewed(outcome);
}

}  // namespace leasehold
