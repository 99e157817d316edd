// The thread that owns a store: takes whole decisions from a bounded queue, commits whatever queued while
// the last commit ran (natural group commit: no timer, a cap on the batch), reopens after a loss, settles
// commits whose outcome was lost, brings in the outage journal, streams the load. Everything it finds out is
// told on the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dhcp/change_taker.hpp"
#include "dhcp/outage_journal.hpp"
#include "dhcp/recovery.hpp"

namespace leasehold {

struct LoadedPage {
    std::vector<Lease> leases;
    std::vector<UnreadableRow> unreadable;
};

/// What became of an entry of the outage journal.
struct DrainedRow {
    Prefix address;
    std::optional<Lease> stored;  // as the backend has it now; nullopt: it has none
    std::uint64_t version = 0;    // of the entry: memory may know a newer one
    std::string conflict;         // not empty: the entry was not stored, and why; `stored` stands
};

/// What a commit came to.
struct CommitReport {
    std::size_t changes = 0;
    std::size_t lost = 0, rejected = 0;  // of the changes
    std::optional<std::chrono::nanoseconds> took = std::nullopt;  // nullopt: its outcome was found out later
};

/// Called on the loop thread only. Pages and completions come in the order in which the store saw them: a
/// row of a page is older than any change completed after it, so a page never replaces a busy lease.
class StoreListener {
public:
    virtual ~StoreListener() = default;
    virtual void on_backend(const BackendStatus& status) = 0;
    virtual void on_opened(const Opened& opened) = 0;
    /// Those of all rows come before the first row, where the store can tell them quickly; `complete` is the last.
    virtual void on_identities([[maybe_unused]] const IdentitiesPage& page) {}
    virtual void on_page(LoadedPage&& page) = 0;
    virtual void on_completions(std::vector<Completion>&& completions) = 0;
    /// Right before on_completions with what it completed.
    virtual void on_commit([[maybe_unused]] const CommitReport& report) {}
    /// Less than a batch of the journal is left: submit new changes here from now on (they wait), and call
    /// handed_over() when nothing is on its way into the journal any more.
    virtual void on_hand_over() {}
    virtual void on_drained([[maybe_unused]] std::vector<DrainedRow>&& rows) {}
    /// How StoreWorker::renew() went on an open store. After an error the old connection serves, and it is
    /// tried again.
    virtual void on_renewed([[maybe_unused]] const StoreResult<void>& outcome) {}
};

struct WorkerOptions {
    std::size_t queue_decisions_max = 4096;
    std::size_t batch_changes_max = 1024;
    std::size_t batch_finds_max = 256;  // requests for rows that are answered by one question to the store
    std::size_t load_page_rows = 512;
    std::size_t load_identities_rows = 4096;  // of a page of them
    std::size_t load_pages_ahead_max = 4;  // of both kinds: the load waits while the loop has so many to digest
    std::chrono::milliseconds commit_deadline{5000};
    std::chrono::milliseconds open_deadline{10000};
    std::chrono::milliseconds probe_interval{10000};  // when idle
    std::chrono::milliseconds renew_deadline{2000};   // no change is committed meanwhile
    std::chrono::milliseconds renew_wait_min{1000}, renew_wait_max{30000};  // between tries; doubling
    RetryRules retry;
    /// A commit whose outcome was lost ends as unavailable, because its changes become durable elsewhere;
    /// else it stays unanswered until it is settled.
    bool hands_over_in_doubt = false;
    std::uint64_t server_id = 0;  // as last_writer: whose rows a journal may replace
};

struct WorkerCounters {
    std::uint64_t batches = 0, decisions = 0, changes = 0, lost = 0, rejected = 0, in_doubt = 0,
                  queue_full = 0;
    std::size_t largest_batch = 0;  // in changes
    std::size_t queued = 0;
};

struct StoreQueue;

class StoreWorker final : public ChangeTaker {
public:
    /// @param post  runs a function later on the loop thread; called from any thread, never after the
    ///              worker's destruction. It must not run the function at once, nor wait for the loop.
    using Post = std::function<void(std::move_only_function<void()>)>;

    /// @param journal  what it holds is stored before anything else is; nullptr: there is none
    StoreWorker(std::unique_ptr<LeaseStore> store, WorkerOptions options, Post post, StoreListener& listener,
                std::unique_ptr<OutageJournal> journal = nullptr);
    /// Cancels the call in flight and does not wait for it: the thread keeps its own state and ends by
    /// itself; nothing is told to the listener any more.
    ~StoreWorker() override;

    /// Opens, checks, drains the journal, loads and then serves. on_backend follows each step. Once.
    void start();

    /// Taken while loading and serving, and at the end of a drain. The completion comes on the loop.
    enum class Taken : std::uint8_t { yes, full, away };
    Taken try_submit(Submission&& submission);
    bool submit(Submission&& submission) override { return try_submit(std::move(submission)) == Taken::yes; }
    /// Between two batches, while loading too.
    bool find(std::vector<Prefix> addresses, FindDone done) override;
    const std::string& where() const override { return status().where; }

    /// See StoreListener::on_hand_over.
    void handed_over();
    /// The journal for outages to come; `holds_entries`: it was kept for another backend, and goes into this
    /// one now: after what was submitted before, and before service.
    void adopt(std::unique_ptr<OutageJournal> journal, bool holds_entries);

    /// The same database with other credentials, encryption, limits or order of hosts, and other rules for
    /// trying again (of `options` only those and commit_deadline). An open store is renewed between two
    /// commits, and tried again after an error; one that is being opened, waits for its next attempt
    /// or was given up begins anew with them. on_renewed follows. A later call replaces an earlier one.
    void renew(BackendConfig config, const WorkerOptions& options);

    /// Commits what is queued, closes the store, then calls `done` on the loop. At the deadline `done` is
    /// called in any case: what is still queued is answered as unavailable, what hangs in a call stays
    /// unanswered, and nothing is told after it. Once.
    void stop(Deadline deadline, std::function<void()> done);

    /// What the loop was told last.
    const BackendStatus& status() const;
    WorkerCounters counters() const;

private:
    std::shared_ptr<StoreQueue> queue_;
};

}  // namespace leasehold
