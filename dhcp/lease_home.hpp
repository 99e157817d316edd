// One lease database as the server sees it: its leases in memory and the worker that keeps them durable;
// while the database is away, the outage journal in its place. A reconfiguration to another database makes a
// second home beside the first.
#pragma once

#include <functional>
#include <memory>

#include "dhcp/lease_keeper.hpp"
#include "dhcp/outage_spool.hpp"
#include "dhcp/store_worker.hpp"

namespace leasehold {

WorkerOptions worker_options(const BackendConfig& config);

/// Which of the two a change goes to is decided here: to the journal from the loss of the backend on until
/// less than a batch of it is left to be drained. A lease whose change is under way gets no second one
/// meanwhile (lease-engine 2), so neither place can overtake the other.
class LeaseHome final : public ChangeTaker, private StoreListener {
public:
    struct Events {
        std::function<void(const BackendStatus&)> backend;
        std::function<void(const Opened&)> opened;
        std::function<void(LeaseTime)>
            newest_cltt;  // of a page: the clock rule wants it as early as it is known
        std::function<void(std::vector<Completion>&&)> completions;
        std::function<void(const StoreResult<void>&)> renewed;  // StoreWorker::renew
        std::function<void(const CommitReport&)> commit;        // of the database, not of the journal
    };
    /// @param spool  nullptr: there is no outage journal. Else it must outlive the home, and what it holds is
    ///               stored first; see adopt() for a home that is prepared beside a running one.
    LeaseHome(std::shared_ptr<const ServerConfig> config, const LeaseClock& clock,
              std::unique_ptr<LeaseStore> store, StoreWorker::Post post, Events events,
              OutageSpool* spool = nullptr);

    /// May be set before start() only.
    Events& events() { return events_; }
    /// The same database (same_database()) with other values around it.
    void renew(const BackendConfig& config);
    /// From now on the journal is this home's; what it holds (`holds_entries`) goes into the database first.
    void adopt(OutageSpool* spool, bool holds_entries);
    bool has_spool() const { return spool_ != nullptr; }
    /// A swap follows: nothing is told any more, and the journal is somebody else's.
    void let_go();

    LeaseKeeper& keeper() { return keeper_; }
    StoreWorker& worker() { return worker_; }
    const BackendStatus& status() const { return worker_.status(); }

    bool submit(Submission&& submission) override;
    bool find(std::vector<Prefix> addresses, FindDone done) override {
        return worker_.find(std::move(addresses), std::move(done));
    }
    const std::string& where() const override { return worker_.where(); }

private:
    void listen_to_spool();
    bool is_away() const { return !is_open(status().state); }
    bool may_spool() const;
    void hand_over_if_idle();
    void tell(std::vector<Completion>&& completions);

    void on_backend(const BackendStatus& status) override;
    void on_opened(const Opened& opened) override;
    void on_identities(const IdentitiesPage& page) override { keeper_.note_identities(page); }
    void on_page(LoadedPage&& page) override;
    void on_completions(std::vector<Completion>&& completions) override;
    void on_commit(const CommitReport& report) override;
    void on_hand_over() override;
    void on_drained(std::vector<DrainedRow>&& rows) override;
    void on_renewed(const StoreResult<void>& outcome) override;

    Events events_;
    OutageService outage_service_;
    OutageSpool* spool_;
    bool spooling_ = false;      // changes go to the journal
    bool handing_over_ = false;  // they no longer do; the worker waits for those that still are on their way
    std::vector<Submission> undecided_;  // the worker took them no more, and why is told in a moment
    LeaseKeeper keeper_;
    StoreWorker worker_;
};

}  // namespace leasehold
