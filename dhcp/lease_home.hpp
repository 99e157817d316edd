// One lease database as the server sees it: its leases in memory and the worker that keeps them durable.
// A reconfiguration to another database makes a second one beside the first.
#pragma once

#include <functional>
#include <memory>

#include "dhcp/lease_keeper.hpp"
#include "dhcp/store_worker.hpp"

namespace leasehold {

WorkerOptions worker_options(const BackendConfig& config);

class LeaseHome final : private StoreListener {
public:
    struct Events {
        std::function<void(const BackendStatus&)> backend;
        std::function<void(const Opened&)> opened;
        std::function<void(LeaseTime)>
            newest_cltt;  // of a page: the clock rule wants it as early as it is known
        std::function<void(std::vector<Completion>&&)> completions;
        std::function<void(const StoreResult<void>&)> renewed;  // StoreWorker::renew
    };
    LeaseHome(std::shared_ptr<const ServerConfig> config, const LeaseClock& clock,
              std::unique_ptr<LeaseStore> store, StoreWorker::Post post, Events events);

    /// May be set before start() only.
    Events& events() { return events_; }
    /// The same database (same_database()) with other values around it.
    void renew(const BackendConfig& config) { worker_.renew(config, worker_options(config)); }
    LeaseKeeper& keeper() { return keeper_; }
    StoreWorker& worker() { return worker_; }
    const BackendStatus& status() const { return worker_.status(); }

private:
    void on_backend(const BackendStatus& status) override;
    void on_opened(const Opened& opened) override;
    void on_page(LoadedPage&& page) override;
    void on_completions(std::vector<Completion>&& completions) override;
    void on_renewed(const StoreResult<void>& outcome) override;

    Events events_;
    LeaseKeeper keeper_;
    StoreWorker worker_;
};

}  // namespace leasehold
