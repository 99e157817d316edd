// The store thread and the queue in front of it. The thread is driven by the table of recovery.cpp: each
// action is one function, whose outcome is the next event.
//
// Lifetimes: the thread owns a share of everything it uses and is never joined, because nobody may wait for
// a call that hangs in a disk or a network. Once `silenced` is set (under the mutex, by the destructor or
// at a stop's deadline) it tells nobody anything any more.
#include "dhcp/store_worker.hpp"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "dhcp/store_work.hpp"

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct StoreWorker::Shared : std::enable_shared_from_this<Shared> {
    Shared(std::unique_ptr<LeaseStore> the_store, WorkerOptions the_options, Post the_post,
           StoreListener& the_listener)
        : store{std::move(the_store)},
          options{the_options},
          post{std::move(the_post)},
          listener{&the_listener} {}

    const std::unique_ptr<LeaseStore> store;
    const std::string where = store->describe();  // once the thread runs, only it may ask the store
    const WorkerOptions options;
    const Post post;

    // loop thread only
    StoreListener* listener;  // nullptr: the worker is gone
    BackendStatus known;

    // under the mutex
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Submission> queue;
    std::deque<FindRequest> finds;
    std::optional<Renewal> renewal;
    WorkerCounters counters;
    std::size_t pages_ahead = 0;
    bool started = false;
    bool accepting = false;
    bool stopping = false;
    bool silenced = false;
    bool finished = false;
    std::function<void()> stopped;

    using Told = std::function<void(StoreListener&)>;
    /// @pre the mutex is held: so that nothing is posted once the destructor has run.
    void tell_locked(Told what) {
        if (silenced) return;
        post([self = shared_from_this(), what = std::move(what)] {
            if (self->listener != nullptr) what(*self->listener);
        });
    }
    void tell(Told what) {
        const std::lock_guard lock{mutex};
        tell_locked(std::move(what));
    }
    void tell_completions_locked(std::vector<Completion>&& completions) {
        if (completions.empty()) return;
        tell_locked([completions = std::make_shared<std::vector<Completion>>(std::move(completions))](
                        StoreListener& to) { to.on_completions(std::move(*completions)); });
    }
    void answer_locked(FindRequest&& request, StoreResult<std::vector<std::optional<Lease>>> rows) {
        tell_locked([done = std::move(request.done), rows = std::move(rows)](StoreListener&) { done(rows); });
    }
    void refuse_queue_locked() {
        std::vector<DecisionId> ids;
        for (const Submission& submission : queue) ids.push_back(submission.id);
        queue.clear();
        tell_completions_locked(unavailable_completions(ids));
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
        work.finds.assign(std::make_move_iterator(finds.begin()), std::make_move_iterator(finds.end()));
        finds.clear();
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

/// Runs on the store's thread and keeps what only that thread knows.
class StoreWorker::Thread {
public:
    explicit Thread(std::shared_ptr<Shared> shared)
        : shared_{std::move(shared)}, store_{*shared_->store}, options_{shared_->options} {
        status_.where = shared_->where;
        status_.attempts_max = options().max_reconnect_tries;
    }

    void run() {
        BackendAction action = enter(BackendEvent::start);
        while (action != BackendAction::close) action = enter(perform(action));
        close();
    }

private:
    const WorkerOptions& options() const { return options_; }
    Deadline commit_deadline() const { return Clock::now() + options().commit_deadline; }

    BackendEvent perform(BackendAction action) {
        switch (action) {
            case BackendAction::connect: return connect();
            case BackendAction::check: return check();
            case BackendAction::settle: return settle();
            case BackendAction::load: return load();
            case BackendAction::drain:
                return BackendEvent::drained;  // without an outage journal: nothing to do
            case BackendAction::serve: return serve();
            case BackendAction::arm_timer: return wait_for_next_try();
            case BackendAction::give_up: return wait_for_stop();
            case BackendAction::close: break;
        }
        assert(false && "close ends the loop of run()");
        return BackendEvent::stop;
    }

    /// Goes where the table says, tells the loop, and returns what is to be done there.
    BackendAction enter(BackendEvent event) {
        const BackendTransition* transition = find_transition(status_.state, event);
        assert(transition != nullptr);
        status_.state = transition->to;
        status_.next_try.reset();
        if (transition->action == BackendAction::connect) ++status_.attempt;
        if (transition->action == BackendAction::arm_timer && may_try_again())
            status_.next_try = Clock::now() + options().reconnect_wait;
        if (transition->action == BackendAction::serve) {
            status_.has_served = true;
            status_.attempt = 0;
            status_.last_code.reset();
            status_.last_error.clear();
        }
        shared_->tell([self = shared_.get(), status = status_](StoreListener& to) {
            self->known = status;
            to.on_backend(self->known);
        });
        if (event == BackendEvent::failed || event == BackendEvent::refused)
            refuse_all({*status_.last_code, status_.last_error});
        return transition->action;
    }

    bool may_try_again() const {
        if (!status_.has_served && !options().retry_on_startup) return false;
        return options().max_reconnect_tries == 0 || status_.attempt < options().max_reconnect_tries;
    }

    BackendEvent connect() {
        if (stop_requested()) return BackendEvent::stop;
        take_renewal_while_closed();
        auto opened = store_.open(Clock::now() + options().open_deadline);
        if (!opened) return lose(opened.error());
        opened_ = std::move(*opened);
        return BackendEvent::connected;
    }

    /// open() has done the checking already; here its findings are told.
    BackendEvent check() {
        status_.schema_version = opened_.schema_version;
        shared_->tell([opened = opened_](StoreListener& to) { to.on_opened(opened); });
        return BackendEvent::checked;
    }

    /// Reads back what may or may not have been applied. What shows our content was; the rest is submitted
    /// again, whole: "not there" is no proof while a lost COMMIT may still be running, but if it lands first
    /// ours loses to our own content (lease-engine 4).
    BackendEvent settle() {
        if (in_doubt_.empty()) return BackendEvent::settled;
        std::vector<Prefix> addresses;
        for (const ChangeList& list : in_doubt_.lists)
            for (const Change& change : list) addresses.push_back(address_of(change));

        auto stored = store_.find(addresses, commit_deadline());
        if (!stored && stored.error().code != StoreErrc::rejected) return lose(stored.error());

        std::vector<RowResult> results(addresses.size());
        std::vector<ChangeList> again;
        std::vector<std::size_t> again_at;  // where in `results` each change submitted again belongs
        std::size_t at = 0;
        for (const ChangeList& list : in_doubt_.lists) {
            ChangeList open;
            for (const Change& change : list) {
                if (!stored || !shows_applied(change, (*stored)[at])) {
                    open.push_back(change);
                    again_at.push_back(at);
                }
                ++at;
            }
            if (!open.empty()) again.push_back(std::move(open));
        }
        if (!again.empty()) {
            auto rows = store_.commit(again, commit_deadline());
            if (!rows && rows.error().code != StoreErrc::rejected) return lose(rows.error());
            take_results(again, again_at, std::move(rows), results);
        }
        complete(std::exchange(in_doubt_, {}), std::move(results));
        return BackendEvent::settled;
    }

    static void take_results(const std::vector<ChangeList>& again, const std::vector<std::size_t>& again_at,
                             StoreResult<std::vector<RowResult>>&& rows, std::vector<RowResult>& results) {
        std::size_t i = 0;
        for (const ChangeList& list : again) {
            for (const Change& change : list) {
                RowResult& result = results[again_at[i]];
                result = rows ? std::move((*rows)[i]) : rejected(rows.error());
                if (result.outcome == Outcome::lost && shows_applied(change, result.current)) result = {};
                ++i;
            }
        }
    }

    static RowResult rejected(const StoreError& error) {
        return {Outcome::rejected, std::nullopt, error.detail};
    }

    /// Streams the rows to the loop, a page at a time and no further ahead than it can digest; between two
    /// pages the queue is served. A loss in between is resumed where it stopped.
    BackendEvent load() {
        accept();
        while (!load_complete_) {
            Work work;
            bool room = false;
            {
                std::unique_lock lock{shared_->mutex};
                const auto has_room = [&] { return shared_->pages_ahead < options().load_pages_ahead_max; };
                shared_->wake.wait(lock, [&] { return has_room() || shared_->has_work_locked(); });
                room = has_room();
                work = shared_->take_work_locked();
            }
            if (work.stop) return BackendEvent::stop;
            if (const auto lost = perform_work(std::move(work))) return *lost;
            if (!room) continue;
            if (const auto lost = load_page()) return *lost;
        }
        return BackendEvent::loaded;
    }

    std::optional<BackendEvent> load_page() {
        PageSink sink{options().load_page_rows};
        const auto end = store_.scan(loaded_up_to_, sink, commit_deadline());
        if (!end) return lose(end.error());
        load_complete_ = !sink.full();
        if (sink.last) loaded_up_to_ = sink.last;
        status_.rows_loaded += sink.page.leases.size();
        status_.rows_unreadable += end->unreadable;
        tell_page(std::move(sink.page));
        return std::nullopt;
    }

    void tell_page(LoadedPage&& page) {
        const std::lock_guard lock{shared_->mutex};
        ++shared_->pages_ahead;
        shared_->tell_locked([self = shared_.get(), loaded = status_.rows_loaded,
                              unreadable = status_.rows_unreadable,
                              page = std::make_shared<LoadedPage>(std::move(page))](StoreListener& to) {
            self->known.rows_loaded = loaded;
            self->known.rows_unreadable = unreadable;
            to.on_page(std::move(*page));
            const std::lock_guard relock{self->mutex};
            --self->pages_ahead;
            self->wake.notify_all();
        });
    }

    BackendEvent serve() {
        for (;;) {
            Work work;
            {
                std::unique_lock lock{shared_->mutex};
                auto until = Clock::now() + options().probe_interval;
                if (renewing_) until = std::min(until, renewing_->due);
                shared_->wake.wait_until(lock, until, [&] { return shared_->has_work_locked(); });
                work = shared_->take_work_locked();
            }
            if (work.stop) return BackendEvent::stop;
            const bool idle = work.nothing() && !work.renewal;
            if (const auto lost = perform_work(std::move(work))) return *lost;
            if (renewing_ && renewing_->due <= Clock::now()) {
                renew();
                continue;
            }
            if (!idle) continue;
            if (const auto alive = store_.probe(commit_deadline()); !alive) return lose(alive.error());
        }
    }

    /// @return the event, if the store was lost over it.
    std::optional<BackendEvent> perform_work(Work&& work) {
        if (work.renewal) {
            begin_renewal(std::move(*work.renewal));
            renew();
        }
        for (std::size_t i = 0; i < work.finds.size(); ++i) {
            auto rows = store_.find(work.finds[i].addresses, commit_deadline());
            if (!rows && rows.error().code != StoreErrc::rejected) {
                const StoreError error = rows.error();
                put_back(std::move(work.finds), i);
                return lose(error, std::move(work.batch.ids));
            }
            const std::lock_guard lock{shared_->mutex};
            shared_->answer_locked(std::move(work.finds[i]), std::move(rows));
        }
        if (work.batch.empty()) return std::nullopt;
        return commit(std::move(work.batch));
    }

    /// A renewal that did not work yet.
    struct Renewing {
        BackendConfig config;
        Clock::time_point due;
        Clock::duration wait;
    };

    void begin_renewal(Renewal&& renewal) {
        options_.retry_on_startup = renewal.rules.retry_on_startup;
        options_.max_reconnect_tries = renewal.rules.max_reconnect_tries;
        options_.reconnect_wait = renewal.rules.reconnect_wait;
        status_.attempts_max = options_.max_reconnect_tries;
        renewing_ = Renewing{std::move(renewal.config), Clock::now(), options().renew_wait_min};
    }

    /// @pre the store is open, and renewing_ holds what it shall use.
    void renew() {
        auto outcome = store_.renew(renewing_->config, Clock::now() + options().renew_deadline);
        if (outcome) {
            renewing_.reset();
            take_name();
        } else {
            renewing_->due = Clock::now() + renewing_->wait;
            renewing_->wait = std::min<Clock::duration>(renewing_->wait * 2, options().renew_wait_max);
        }
        shared_->tell([outcome = std::move(outcome)](StoreListener& to) { to.on_renewed(outcome); });
    }

    /// A closed store connects in open(): it only has to know.
    void take_renewal_while_closed() {
        std::optional<Renewal> renewal;
        {
            const std::lock_guard lock{shared_->mutex};
            renewal = std::exchange(shared_->renewal, std::nullopt);
        }
        if (renewal) begin_renewal(std::move(*renewal));
        if (!renewing_) return;
        // Without a connection nothing can fail here that open() does not tell.
        (void)store_.renew(renewing_->config, Clock::now() + options().renew_deadline);
        renewing_.reset();
        take_name();
    }

    /// The list of hosts is part of what a store is called.
    void take_name() {
        status_.where = store_.describe();
        shared_->tell(
            [self = shared_.get(), where = status_.where](StoreListener&) { self->known.where = where; });
    }

    /// The finds from `first` on are answered with those that queue: by lose().
    void put_back(std::vector<FindRequest>&& finds, std::size_t first) {
        const std::lock_guard lock{shared_->mutex};
        shared_->finds.insert(shared_->finds.begin(),
                              std::make_move_iterator(finds.begin() + static_cast<std::ptrdiff_t>(first)),
                              std::make_move_iterator(finds.end()));
    }

    std::optional<BackendEvent> commit(Batch&& batch) {
        auto rows = store_.commit(batch.lists, commit_deadline());
        if (rows) {
            complete(batch, std::move(*rows));
        } else if (rows.error().code == StoreErrc::rejected) {
            complete(batch, std::vector<RowResult>(batch.change_count(), rejected(rows.error())));
        } else if (rows.error().code == StoreErrc::in_doubt) {
            count_in_doubt(batch.ids.size());
            in_doubt_ = std::move(batch);
            return lose(rows.error());
        } else {
            return lose(rows.error(), std::move(batch.ids));
        }
        const auto tidied = store_.between_commits(more_waiting(), commit_deadline());
        if (!tidied) return lose(tidied.error());
        return std::nullopt;
    }

    void count_in_doubt(std::size_t decisions) {
        const std::lock_guard lock{shared_->mutex};
        shared_->counters.in_doubt += decisions;
    }

    void complete(const Batch& batch, std::vector<RowResult>&& rows) {
        const auto count = [&](Outcome outcome) {
            return static_cast<std::uint64_t>(std::ranges::count(rows, outcome, &RowResult::outcome));
        };
        const std::lock_guard lock{shared_->mutex};
        WorkerCounters& counters = shared_->counters;
        counters.batches += 1;
        counters.decisions += batch.ids.size();
        counters.changes += rows.size();
        counters.lost += count(Outcome::lost);
        counters.rejected += count(Outcome::rejected);
        counters.largest_batch = std::max(counters.largest_batch, rows.size());
        shared_->tell_completions_locked(answered_completions(batch, std::move(rows)));
    }

    /// The store cannot be used: nothing that queues was applied; what was committing is either in doubt
    /// already or `not_applied`. They are answered by enter(), after the loop was told of the loss.
    BackendEvent lose(const StoreError& error, std::vector<DecisionId> not_applied = {}) {
        status_.last_code = error.code;
        status_.last_error = error.detail;
        not_applied_ = std::move(not_applied);
        {
            const std::lock_guard lock{shared_->mutex};
            shared_->accepting = false;
        }
        store_.close();
        return is_refusal(error.code) ? BackendEvent::refused : BackendEvent::failed;
    }

    void refuse_all(const StoreError& why) {
        const std::lock_guard lock{shared_->mutex};
        shared_->tell_completions_locked(unavailable_completions(std::exchange(not_applied_, {})));
        shared_->refuse_queue_locked();
        shared_->refuse_finds_locked(why);
    }

    BackendEvent wait_for_next_try() {
        if (!status_.next_try) return stop_requested() ? BackendEvent::stop : BackendEvent::tries_exhausted;
        std::unique_lock lock{shared_->mutex};
        shared_->wake.wait_until(lock, *status_.next_try,
                                 [&] { return stop_requested_locked() || shared_->renewal; });
        return stop_requested_locked() ? BackendEvent::stop : BackendEvent::timer_fired;
    }

    BackendEvent wait_for_stop() {
        std::unique_lock lock{shared_->mutex};
        shared_->tell_completions_locked(unavailable_completions(std::exchange(in_doubt_, {}).ids));
        shared_->wake.wait(lock, [&] { return stop_requested_locked(); });
        return BackendEvent::stop;
    }

    void close() {
        store_.close();
        const std::lock_guard lock{shared_->mutex};
        shared_->accepting = false;
        shared_->tell_completions_locked(unavailable_completions(in_doubt_.ids));
        shared_->refuse_queue_locked();
        shared_->refuse_finds_locked({StoreErrc::unavailable, status_.where + " is being closed"});
        shared_->finished = true;
        shared_->post_stopped_locked();
        shared_->wake.notify_all();
    }

    void accept() {
        const std::lock_guard lock{shared_->mutex};
        shared_->accepting = !shared_->stopping;
    }
    bool more_waiting() {
        const std::lock_guard lock{shared_->mutex};
        return !shared_->queue.empty();
    }
    bool stop_requested() {
        const std::lock_guard lock{shared_->mutex};
        return stop_requested_locked();
    }
    bool stop_requested_locked() const { return shared_->stopping || shared_->silenced; }

    const std::shared_ptr<Shared> shared_;
    LeaseStore& store_;
    WorkerOptions options_;  // shared_->options with the rules of the latest renewal
    BackendStatus status_;
    std::optional<Renewing> renewing_;
    Opened opened_;
    Batch in_doubt_;
    std::vector<DecisionId> not_applied_;
    std::optional<Prefix> loaded_up_to_;
    bool load_complete_ = false;
};

StoreWorker::StoreWorker(std::unique_ptr<LeaseStore> store, WorkerOptions options, Post post,
                         StoreListener& listener)
    : shared_{std::make_shared<Shared>(std::move(store), options, std::move(post), listener)} {
    shared_->known.where = shared_->where;
    shared_->known.attempts_max = options.max_reconnect_tries;
}

StoreWorker::~StoreWorker() {
    shared_->listener = nullptr;
    {
        const std::lock_guard lock{shared_->mutex};
        shared_->silenced = true;
        shared_->accepting = false;
    }
    shared_->store->cancel();
    shared_->wake.notify_all();
}

void StoreWorker::start() {
    {
        const std::lock_guard lock{shared_->mutex};
        assert(!shared_->started);
        shared_->started = true;
    }
    std::thread{[shared = shared_] { Thread{shared}.run(); }}.detach();
}

bool StoreWorker::submit(Submission submission) {
    const std::lock_guard lock{shared_->mutex};
    if (!shared_->accepting) return false;
    if (shared_->queue.size() >= shared_->options.queue_decisions_max) {
        ++shared_->counters.queue_full;
        return false;
    }
    shared_->queue.push_back(std::move(submission));
    shared_->wake.notify_all();
    return true;
}

bool StoreWorker::find(std::vector<Prefix> addresses, FindDone done) {
    const std::lock_guard lock{shared_->mutex};
    if (!shared_->accepting) return false;
    if (shared_->finds.size() >= shared_->options.queue_decisions_max) {
        ++shared_->counters.queue_full;
        return false;
    }
    shared_->finds.push_back({std::move(addresses), std::move(done)});
    shared_->wake.notify_all();
    return true;
}

void StoreWorker::renew(BackendConfig config, const WorkerOptions& options) {
    const std::lock_guard lock{shared_->mutex};
    shared_->renewal = Renewal{std::move(config), options};
    shared_->wake.notify_all();
}

void StoreWorker::stop(Deadline deadline, std::function<void()> done) {
    {
        const std::lock_guard lock{shared_->mutex};
        assert(!shared_->stopping);
        shared_->stopping = true;
        shared_->accepting = false;
        shared_->stopped = std::move(done);
        if (!shared_->started || shared_->finished) return shared_->post_stopped_locked();
        shared_->wake.notify_all();
    }
    // The store's thread may hang in a call, and the loop waits for nothing: a second thread keeps the time.
    std::thread{[shared = shared_, deadline] {
        std::unique_lock lock{shared->mutex};
        shared->wake.wait_until(lock, deadline, [&] { return shared->finished || shared->silenced; });
        if (shared->finished || shared->silenced) return;
        shared->refuse_queue_locked();
        shared->refuse_finds_locked({StoreErrc::unavailable, shared->where + " is being closed"});
        shared->post_stopped_locked();
        shared->silenced = true;
        lock.unlock();
        shared->store->cancel();
        shared->wake.notify_all();
    }}.detach();
}

const BackendStatus& StoreWorker::status() const {
    return shared_->known;
}

WorkerCounters StoreWorker::counters() const {
    const std::lock_guard lock{shared_->mutex};
    WorkerCounters counters = shared_->counters;
    counters.queued = shared_->queue.size();
    return counters;
}

}  // namespace leasehold
