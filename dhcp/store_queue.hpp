// What the loop and a store's thread share: the queue in front of the store, and the way back to the loop.
//
// Lifetimes: the thread owns a share of everything it uses and is never joined, because nobody may wait for
// a call that hangs in a disk or a network. Once `silenced` is set (under the mutex, by the worker's
// destructor or at a stop's deadline) it tells nobody anything any more.
#pragma once

#include <algorithm>
#include <boost/circular_buffer.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "dhcp/store_work.hpp"

namespace leasehold {

struct StoreQueue : std::enable_shared_from_this<StoreQueue> {
    StoreQueue(std::unique_ptr<LeaseStore> the_store, WorkerOptions the_options, StoreWorker::Post the_post,
               StoreListener& the_listener, std::unique_ptr<OutageJournal> the_journal)
        : store{std::move(the_store)},
          options{the_options},
          post{std::move(the_post)},
          listener{&the_listener},
          journal{std::move(the_journal)} {}

    const std::unique_ptr<LeaseStore> store;
    const std::string where = store->describe();  // once the thread runs, only it may ask the store
    const WorkerOptions options;
    const StoreWorker::Post post;

    // loop thread only
    StoreListener* listener;  // nullptr: the worker is gone
    BackendStatus known;
    bool will_wake = false;  // wake_soon() was called and the thread not yet woken

    // under the mutex
    std::mutex mutex;
    std::condition_variable wake;
    boost::circular_buffer<Submission> queue{options.queue_decisions_max};
    std::deque<FindRequest> finds;
    std::optional<Renewal> renewal;
    std::unique_ptr<OutageJournal> journal;  // until the thread takes it
    bool undrained = false;                  // it holds entries of another backend
    WorkerCounters counters;
    std::size_t pages_ahead = 0;
    bool started = false;
    bool accepting = false;
    bool opening = false;      // the thread is in open(): a renewal begins it anew
    bool handed_over = false;  // the loop's answer to on_hand_over
    bool stopping = false;
    bool silenced = false;
    bool finished = false;
    std::function<void()> stopped;

    /// Wakes the thread when the loop has done what it is about: what a burst of packets brings goes to the store as one
    /// commit, and the loop is not interrupted for each. A thread that is awake takes it before. Loop thread only.
    void wake_soon() {
        if (std::exchange(will_wake, true)) return;
        post([self = shared_from_this()] {
            self->will_wake = false;
            self->wake.notify_all();
        });
    }

    using Told = std::move_only_function<void(StoreListener&)>;
    /// @pre the mutex is held: so that nothing is posted once the destructor has run.
    void tell_locked(Told what) {
        if (silenced) return;
        post([self = shared_from_this(), what = std::move(what)]() mutable {
            if (self->listener != nullptr) what(*self->listener);
        });
    }
    void tell(Told what) {
        const std::lock_guard lock{mutex};
        tell_locked(std::move(what));
    }
    /// @param commit  that completed them, if it was one
    void tell_completions_locked(std::vector<Completion>&& completions,
                                 const std::optional<CommitReport>& commit = std::nullopt) {
        if (completions.empty()) return;
        tell_locked([completions = std::move(completions), commit](StoreListener& to) mutable {
            if (commit) to.on_commit(*commit);
            to.on_completions(std::move(completions));
        });
    }
    void answer_locked(FindRequest&& request, StoreResult<std::vector<std::optional<Lease>>> rows) {
        tell_locked([done = std::move(request.done), rows = std::move(rows)](StoreListener&) { done(rows); });
    }
    void refuse_queue_locked() {
        Batch refused;
        for (Submission& submission : queue) refused.add(std::move(submission));
        queue.clear();
        tell_completions_locked(unavailable_completions(std::move(refused)));
    }
    void refuse_finds_locked(const StoreError& why) {
        while (!finds.empty()) {
            answer_locked(std::move(finds.front()), std::unexpected(why));
            finds.pop_front();
        }
    }
    /// Takes whatever queued up, in order, whole decisions, up to the cap (one larger decision goes alone).
    Batch take_batch_locked() {
        Batch batch;
        batch.reserve(std::min(queue.size(), options.batch_changes_max));
        std::size_t changes = 0;
        while (!queue.empty()) {
            changes += queue.front().changes.size();
            if (!batch.empty() && changes > options.batch_changes_max) break;
            batch.add(std::move(queue.front()));
            queue.pop_front();
        }
        return batch;
    }
    /// @pre the mutex is held, and something may have changed since wake.
    Work take_work_locked() {
        Work work;
        if (silenced) {
            work.stop = true;
            return work;
        }
        work.renewal = std::exchange(renewal, std::nullopt);
        const auto end = finds.begin() + static_cast<std::ptrdiff_t>(std::min(finds.size(), options.batch_finds_max));
        work.finds.assign(std::make_move_iterator(finds.begin()), std::make_move_iterator(end));
        finds.erase(finds.begin(), end);
        work.batch = take_batch_locked();
        work.stop = stopping && work.nothing();
        return work;
    }
    bool has_work_locked() const {
        return silenced || stopping || renewal || !queue.empty() || !finds.empty();
    }
    void post_stopped_locked() {
        if (stopped) tell_locked([done = std::exchange(stopped, {})](StoreListener&) { done(); });
    }
};

}  // namespace leasehold
