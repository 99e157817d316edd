// What runs on a store's thread: driven by the table of recovery.cpp, each action is one function whose
// outcome is the next event. Knows everything that only that thread knows.
#pragma once

#include <random>

#include "dhcp/store_queue.hpp"

namespace leasehold {

class StoreThread {
public:
    explicit StoreThread(std::shared_ptr<StoreQueue> queue);

    /// Until it is told to stop; then the store is closed.
    void run();

private:
    using Clock = std::chrono::steady_clock;

    /// A renewal that did not work yet.
    struct Renewing {
        BackendConfig config;
        Clock::time_point due;
        Clock::duration wait;
    };

    const WorkerOptions& options() const { return options_; }
    Deadline commit_deadline() const { return Clock::now() + options().commit_deadline; }

    BackendEvent perform(BackendAction action);
    /// Goes where the table says, tells the loop, and returns what is to be done there.
    BackendAction enter(BackendEvent event);
    void plan_next_try();

    // --- the actions (draining: store_thread_drain.cpp)
    BackendEvent connect();
    BackendEvent check();
    BackendEvent settle();
    BackendEvent drain();
    BackendEvent load();
    BackendEvent serve();
    BackendEvent wait_for_next_try();
    BackendEvent wait_for_stop();
    void close();

    // --- draining the outage journal
    /// @return false: a stop came instead
    bool hand_over();
    /// @return the event, if the store or the journal was lost over it.
    std::optional<BackendEvent> drain_entries(std::vector<JournalEntry>&& entries);
    /// A row that cannot be read is an answer of its own. @error the store was lost
    using FoundRow = Result<std::optional<Lease>, std::string>;
    StoreResult<std::vector<FoundRow>> find_each(std::span<const JournalEntry> entries);

    // --- loading
    /// The loop has digested enough for another page.
    bool has_room();
    bool has_room_locked() const;
    std::optional<BackendEvent> load_identities();
    std::optional<BackendEvent> load_page();
    /// Tells the loop of a page of either kind; it counts as ahead until `digest` has run there.
    void tell_ahead(StoreQueue::Told digest);

    // --- work
    /// @return the event, if the store was lost over it.
    std::optional<BackendEvent> perform_work(Work&& work);
    std::optional<StoreError> answer_finds(std::vector<FindRequest>& finds);
    std::optional<BackendEvent> commit(Batch&& batch);
    /// @param took  for its commit; nullopt: the outcome was found out later
    void complete(Batch&& batch, std::vector<RowResult>&& rows,
                  std::optional<std::chrono::nanoseconds> took = std::nullopt);
    void count_in_doubt(std::size_t decisions);
    /// The finds from `first` on are answered with those that queue: by lose().
    void put_back(std::vector<FindRequest>&& finds, std::size_t first);

    // --- changed settings
    void begin_renewal(Renewal&& renewal);
    void renew();
    void take_renewal_while_closed();
    void take_name();

    // --- loss
    /// The store cannot be used: nothing that queues was applied; what was committing is either in doubt
    /// already or `not_applied`. They are answered by enter(), after the loop was told of the loss.
    BackendEvent lose(const StoreError& error, Batch not_applied = {});
    void refuse_all(const StoreError& why);

    void accept();
    bool more_waiting();
    bool stop_requested();
    bool stop_requested_locked() const { return queue_->stopping || queue_->silenced; }

    const std::shared_ptr<StoreQueue> queue_;
    LeaseStore& store_;
    WorkerOptions options_;  // queue_->options with the rules of the latest renewal
    BackendStatus status_;
    std::uint32_t attempts_to_prove_ = 0;  // how many it took to serve again; 0 once that has shown to hold
    Clock::time_point served_since_{};
    std::optional<Renewing> renewing_;
    Opened opened_;
    std::unique_ptr<OutageJournal> journal_;
    Batch in_doubt_;
    Batch not_applied_;
    std::optional<Prefix> identities_up_to_;
    bool identities_complete_ = false;  // or they are not to be had
    std::optional<Prefix> loaded_up_to_;
    bool load_complete_ = false;
    std::minstd_rand random_;
};

}  // namespace leasehold
