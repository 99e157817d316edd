// The thread that owns a store: takes whole decisions from a bounded queue, commits whatever queued while
// the last commit ran (natural group commit: no timer, a cap on the batch), reopens after a loss, settles
// commits whose outcome was lost, streams the load. Everything it finds out is told on the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/lease_store.hpp"
#include "dhcp/recovery.hpp"

namespace leasehold {

using DecisionId = std::uint64_t;

struct Submission {
    DecisionId id = 0;
    ChangeList changes;
};

enum class SubmissionOutcome : std::uint8_t {
    answered,     // `rows` has a result per change
    unavailable,  // nothing was applied; at a stop or a giving up also: it was never found out. No reply
                  // leaves
};
struct Completion {
    DecisionId id = 0;
    SubmissionOutcome outcome = SubmissionOutcome::unavailable;
    std::vector<RowResult> rows;
};

struct LoadedPage {
    std::vector<Lease> leases;
    std::vector<UnreadableRow> unreadable;
};

/// Called on the loop thread only. Pages and completions come in the order in which the store saw them: a
/// row of a page is older than any change completed after it, so a page never replaces a busy lease.
class StoreListener {
public:
    virtual ~StoreListener() = default;
    virtual void on_backend(const BackendStatus& status) = 0;
    virtual void on_opened(const Opened& opened) = 0;
    virtual void on_page(LoadedPage&& page) = 0;
    virtual void on_completions(std::vector<Completion>&& completions) = 0;
    /// How StoreWorker::renew() went on an open store. After an error the old connection serves, and it is
    /// tried again.
    virtual void on_renewed([[maybe_unused]] const StoreResult<void>& outcome) {}
};

struct WorkerOptions {
    std::size_t queue_decisions_max = 4096;
    std::size_t batch_changes_max = 1024;
    std::size_t load_page_rows = 512;
    std::size_t load_pages_ahead_max = 4;  // the load waits while the loop has so many to digest
    std::chrono::milliseconds commit_deadline{5000};
    std::chrono::milliseconds open_deadline{10000};
    std::chrono::milliseconds probe_interval{10000};  // when idle
    std::chrono::milliseconds renew_deadline{2000};   // no change is committed meanwhile
    std::chrono::milliseconds renew_wait_min{1000}, renew_wait_max{30000};  // between tries; doubling
    bool retry_on_startup = false;
    std::uint32_t max_reconnect_tries = 0;  // opens tried after a loss, or at the start; 0: no limit
    std::chrono::milliseconds reconnect_wait{1000};
};

struct WorkerCounters {
    std::uint64_t batches = 0, decisions = 0, changes = 0, lost = 0, rejected = 0, in_doubt = 0,
                  queue_full = 0;
    std::size_t largest_batch = 0;  // in changes
    std::size_t queued = 0;
};

class StoreWorker {
public:
    /// @param post  runs a function later on the loop thread; called from any thread, never after the
    ///              worker's destruction. It must not run the function at once, nor wait for the loop.
    using Post = std::function<void(std::function<void()>)>;

    StoreWorker(std::unique_ptr<LeaseStore> store, WorkerOptions options, Post post, StoreListener& listener);
    /// Cancels the call in flight and does not wait for it: the thread keeps its own state and ends by
    /// itself; nothing is told to the listener any more.
    ~StoreWorker();

    /// Opens, checks, loads and then serves. on_backend follows each step. Once.
    void start();

    /// Taken while loading and serving. The completion comes on the loop.
    /// @return false: the queue is full (counted), or the state does not take changes; nothing was kept.
    bool submit(Submission submission);

    /// Reads rows as stored now, between two batches, while loading too. The answer comes on the loop.
    /// @return false: as submit; `done` will not be called.
    using FindDone = std::function<void(StoreResult<std::vector<std::optional<Lease>>>)>;
    bool find(std::vector<Prefix> addresses, FindDone done);

    /// The same database with other credentials, encryption, limits or order of hosts, and other rules for
    /// trying again (of `options` only those: retry_on_startup, max_reconnect_tries, reconnect_wait). An open
    /// store is renewed between two commits, and tried again after an error; one that waits for its next
    /// attempt makes it at once. on_renewed follows. A later call replaces an earlier one.
    void renew(BackendConfig config, const WorkerOptions& options);

    /// Commits what is queued, closes the store, then calls `done` on the loop. At the deadline `done` is
    /// called in any case: what is still queued is answered as unavailable, what hangs in a call stays
    /// unanswered, and nothing is told after it. Once.
    void stop(Deadline deadline, std::function<void()> done);

    /// What the loop was told last.
    const BackendStatus& status() const;
    WorkerCounters counters() const;

private:
    struct Shared;
    class Thread;
    std::shared_ptr<Shared> shared_;
};

}  // namespace leasehold
