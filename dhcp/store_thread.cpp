// See the header. Draining the outage journal is in store_thread_drain.cpp.
#include "dhcp/store_thread.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace leasehold {
namespace {

RowResult rejected(const StoreError& error) {
    return {Outcome::rejected, std::nullopt, error.detail};
}

void take_results(const std::vector<ChangeList>& again, const std::vector<std::size_t>& again_at,
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

}  // namespace

StoreThread::StoreThread(std::shared_ptr<StoreQueue> queue)
    : queue_{std::move(queue)},
      store_{*queue_->store},
      options_{queue_->options},
      random_{std::random_device{}()} {
    status_.where = queue_->where;
    status_.attempts_max = options().retry.tries_max;
}

void StoreThread::run() {
    BackendAction action = enter(BackendEvent::start);
    while (action != BackendAction::close) action = enter(perform(action));
    close();
}

BackendEvent StoreThread::perform(BackendAction action) {
    switch (action) {
        case BackendAction::connect: return connect();
        case BackendAction::check: return check();
        case BackendAction::settle: return settle();
        case BackendAction::drain: return drain();
        case BackendAction::load: return load();
        case BackendAction::serve: return serve();
        case BackendAction::arm_timer: return wait_for_next_try();
        case BackendAction::give_up: return wait_for_stop();
        case BackendAction::close: break;
    }
    assert(false && "close ends the loop of run()");
    return BackendEvent::stop;
}

BackendAction StoreThread::enter(BackendEvent event) {
    const BackendTransition* transition = find_transition(status_.state, event);
    assert(transition != nullptr);
    if (!status_.since || is_open(status_.state) != is_open(transition->to)) status_.since = Clock::now();
    status_.state = transition->to;
    status_.next_try.reset();
    if (transition->action == BackendAction::connect) ++status_.attempt;
    if (transition->action == BackendAction::arm_timer) plan_next_try();
    if (event == BackendEvent::undrained) status_.complete = false;
    if (transition->action == BackendAction::serve) {
        // One that opens and then takes no change has not come back: its attempts count on.
        attempts_to_prove_ = status_.has_served ? status_.attempt : 0;
        served_since_ = Clock::now();
        status_.has_served = status_.complete = true;
        status_.attempt = 0;
        status_.beyond_tries = status_.taken_over = false;
        status_.last_code.reset();
        status_.last_error.clear();
    }
    queue_->tell([self = queue_.get(), status = status_](StoreListener& to) {
        self->known = status;
        to.on_backend(self->known);
    });
    if (event == BackendEvent::failed || event == BackendEvent::refused)
        refuse_all({*status_.last_code, status_.last_error});
    return transition->action;
}

void StoreThread::plan_next_try() {
    // The first opening of all is no attempt to get something back.
    const std::uint32_t first = status_.has_served ? 0 : 1;
    const std::uint32_t attempts = status_.attempt - std::min(status_.attempt, first);
    const double chance = static_cast<double>(random_()) / static_cast<double>(std::minstd_rand::max());
    const auto next = next_attempt(options().retry, status_.has_served, attempts, chance);
    status_.beyond_tries = next && next->beyond_tries;
    if (next) status_.next_try = Clock::now() + next->wait;
}

BackendEvent StoreThread::connect() {
    take_renewal_while_closed();
    {
        const std::lock_guard lock{queue_->mutex};
        if (stop_requested_locked()) return BackendEvent::stop;
        queue_->opening = true;
    }
    auto opened = store_.open(Clock::now() + options().open_deadline);
    {
        const std::lock_guard lock{queue_->mutex};
        queue_->opening = false;
        // What was cancelled because other settings came is none of their attempts.
        if (!opened && queue_->renewal && opened.error().code == StoreErrc::unavailable) status_.attempt = 0;
    }
    if (!opened) return lose(opened.error());
    opened_ = std::move(*opened);
    return BackendEvent::connected;
}

/// open() has done the checking already; here its findings are told.
BackendEvent StoreThread::check() {
    status_.schema_version = opened_.schema_version;
    queue_->tell([opened = opened_](StoreListener& to) { to.on_opened(opened); });
    return BackendEvent::checked;
}

/// Reads back what may or may not have been applied. What shows our content was; the rest is submitted
/// again, whole: "not there" is no proof while a lost COMMIT may still be running, but if it lands first
/// ours loses to our own content (lease-engine 4).
BackendEvent StoreThread::settle() {
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

// --- loading

/// Streams the identities of all rows and then the rows to the loop, a page at a time and no further ahead than it
/// can digest; between two pages the queue is served. A loss in between is resumed where it stopped.
BackendEvent StoreThread::load() {
    accept();
    while (!load_complete_) {
        Work work;
        bool room = false;
        {
            std::unique_lock lock{queue_->mutex};
            queue_->wake.wait(lock, [&] { return has_room_locked() || queue_->has_work_locked(); });
            room = has_room_locked();
            work = queue_->take_work_locked();
        }
        if (work.stop) return BackendEvent::stop;
        const auto begun = Clock::now();
        if (const auto lost = perform_work(std::move(work))) return *lost;
        // However many ask meanwhile, the load has half of the time: what they wait for is its end.
        const auto until = Clock::now() + (Clock::now() - begun);
        for (; room && !load_complete_; room = Clock::now() < until && has_room())
            if (const auto lost = identities_complete_ ? load_page() : load_identities()) return *lost;
    }
    return BackendEvent::loaded;
}

bool StoreThread::has_room() {
    const std::lock_guard lock{queue_->mutex};
    return has_room_locked();
}

bool StoreThread::has_room_locked() const {
    return queue_->pages_ahead < options().load_pages_ahead_max;
}

/// What another program stores meanwhile is not among them, as with the rows: a change that meets it loses.
std::optional<BackendEvent> StoreThread::load_identities() {
    auto page = store_.scan_identities(identities_up_to_, options().load_identities_rows, commit_deadline());
    if (!page) return lose(page.error());
    identities_complete_ = !*page || (*page)->complete;
    if (!*page) return std::nullopt;
    if ((*page)->last) identities_up_to_ = (*page)->last;
    status_.rows_announced += (*page)->rows;
    tell_ahead([self = queue_.get(), announced = status_.rows_announced,
                told = std::move(**page)](StoreListener& to) {
        self->known.rows_announced = announced;
        to.on_identities(told);
    });
    return std::nullopt;
}

std::optional<BackendEvent> StoreThread::load_page() {
    PageSink sink{options().load_page_rows};
    const auto end = store_.scan(loaded_up_to_, sink, commit_deadline());
    if (!end) return lose(end.error());
    load_complete_ = !sink.full();
    if (sink.last) loaded_up_to_ = sink.last;
    status_.rows_loaded += sink.page.leases.size();
    status_.rows_unreadable += end->unreadable;
    tell_ahead([self = queue_.get(), loaded = status_.rows_loaded, unreadable = status_.rows_unreadable,
                page = std::move(sink.page)](StoreListener& to) mutable {
        self->known.rows_loaded = loaded;
        self->known.rows_unreadable = unreadable;
        to.on_page(std::move(page));
    });
    return std::nullopt;
}

void StoreThread::tell_ahead(StoreQueue::Told digest) {
    const std::lock_guard lock{queue_->mutex};
    ++queue_->pages_ahead;
    queue_->tell_locked([self = queue_.get(), digest = std::move(digest)](StoreListener& to) mutable {
        digest(to);
        const std::lock_guard relock{self->mutex};
        --self->pages_ahead;
        self->wake.notify_all();
    });
}

// --- serving

BackendEvent StoreThread::serve() {
    for (;;) {
        Work work;
        bool undrained = false;
        {
            std::unique_lock lock{queue_->mutex};
            auto until = Clock::now() + options().probe_interval;
            if (renewing_) until = std::min(until, renewing_->due);
            queue_->wake.wait_until(lock, until,
                                    [&] { return queue_->has_work_locked() || queue_->undrained; });
            work = queue_->take_work_locked();
            undrained = std::exchange(queue_->undrained, false);
        }
        if (work.stop) return BackendEvent::stop;
        const bool idle = work.nothing() && !work.renewal;
        if (const auto lost = perform_work(std::move(work))) return *lost;
        if (undrained) return BackendEvent::undrained;
        if (renewing_ && renewing_->due <= Clock::now()) {
            renew();
            continue;
        }
        if (!idle) continue;
        if (const auto alive = store_.probe(commit_deadline()); !alive) return lose(alive.error());
    }
}

std::optional<BackendEvent> StoreThread::perform_work(Work&& work) {
    if (work.renewal) {
        begin_renewal(std::move(*work.renewal));
        renew();
    }
    if (const auto error = answer_finds(work.finds)) return lose(*error, std::move(work.batch));
    if (work.batch.empty()) return std::nullopt;
    return commit(std::move(work.batch));
}

/// With one question to the store, which many of them cost little more than one. Where a row does not decode, each asks
/// for itself: the others have their answers. @return why the store was lost
std::optional<StoreError> StoreThread::answer_finds(std::vector<FindRequest>& finds) {
    if (finds.size() > 1) {
        std::vector<Prefix> addresses;
        for (const FindRequest& find : finds)
            addresses.insert(addresses.end(), find.addresses.begin(), find.addresses.end());
        auto rows = store_.find(addresses, commit_deadline());
        if (rows) {
            auto row = std::make_move_iterator(rows->begin());
            const std::lock_guard lock{queue_->mutex};
            for (FindRequest& find : finds) {
                const auto end = row + static_cast<std::ptrdiff_t>(find.addresses.size());
                queue_->answer_locked(std::move(find), std::vector<std::optional<Lease>>(row, end));
                row = end;
            }
            return std::nullopt;
        }
        if (rows.error().code != StoreErrc::rejected) {
            put_back(std::move(finds), 0);
            return rows.error();
        }
    }
    for (std::size_t i = 0; i < finds.size(); ++i) {
        auto rows = store_.find(finds[i].addresses, commit_deadline());
        if (!rows && rows.error().code != StoreErrc::rejected) {
            put_back(std::move(finds), i);
            return rows.error();
        }
        const std::lock_guard lock{queue_->mutex};
        queue_->answer_locked(std::move(finds[i]), std::move(rows));
    }
    return std::nullopt;
}

void StoreThread::put_back(std::vector<FindRequest>&& finds, std::size_t first) {
    const std::lock_guard lock{queue_->mutex};
    queue_->finds.insert(queue_->finds.begin(),
                         std::make_move_iterator(finds.begin() + static_cast<std::ptrdiff_t>(first)),
                         std::make_move_iterator(finds.end()));
}

std::optional<BackendEvent> StoreThread::commit(Batch&& batch) {
    const auto begun = Clock::now();
    auto rows = store_.commit(batch.lists, begun + options().commit_deadline);
    const auto took = Clock::now() - begun;
    if (rows) {
        complete(std::move(batch), std::move(*rows), took);
    } else if (rows.error().code == StoreErrc::rejected) {
        std::vector<RowResult> results(batch.change_count(), rejected(rows.error()));
        complete(std::move(batch), std::move(results), took);
    } else if (rows.error().code == StoreErrc::in_doubt) {
        count_in_doubt(batch.ids.size());
        if (options().hands_over_in_doubt) return lose(rows.error(), std::move(batch));
        in_doubt_ = std::move(batch);
        return lose(rows.error());
    } else {
        return lose(rows.error(), std::move(batch));
    }
    attempts_to_prove_ = 0;
    const auto tidied = store_.between_commits(more_waiting(), commit_deadline());
    if (!tidied) return lose(tidied.error());
    return std::nullopt;
}

void StoreThread::count_in_doubt(std::size_t decisions) {
    const std::lock_guard lock{queue_->mutex};
    queue_->counters.in_doubt += decisions;
}

void StoreThread::complete(Batch&& batch, std::vector<RowResult>&& rows,
                           std::optional<std::chrono::nanoseconds> took) {
    const auto count = [&](Outcome outcome) {
        return static_cast<std::size_t>(std::ranges::count(rows, outcome, &RowResult::outcome));
    };
    const CommitReport report{rows.size(), count(Outcome::lost), count(Outcome::rejected), took};
    const std::lock_guard lock{queue_->mutex};
    WorkerCounters& counters = queue_->counters;
    counters.batches += 1;
    counters.decisions += batch.ids.size();
    counters.changes += report.changes;
    counters.lost += report.lost;
    counters.rejected += report.rejected;
    counters.largest_batch = std::max(counters.largest_batch, report.changes);
    queue_->tell_completions_locked(answered_completions(std::move(batch), std::move(rows)), report);
}

// --- changed settings

void StoreThread::begin_renewal(Renewal&& renewal) {
    options_.retry = renewal.rules.retry;
    options_.commit_deadline = renewal.rules.commit_deadline;
    options_.hands_over_in_doubt = renewal.rules.hands_over_in_doubt;
    status_.attempts_max = options_.retry.tries_max;
    renewing_ = Renewing{std::move(renewal.config), Clock::now(), options().renew_wait_min};
}

/// @pre the store is open, and renewing_ holds what it shall use.
void StoreThread::renew() {
    auto outcome = store_.renew(renewing_->config, Clock::now() + options().renew_deadline);
    if (outcome) {
        renewing_.reset();
        take_name();
    } else {
        renewing_->due = Clock::now() + renewing_->wait;
        renewing_->wait = std::min<Clock::duration>(renewing_->wait * 2, options().renew_wait_max);
    }
    queue_->tell([outcome = std::move(outcome)](StoreListener& to) { to.on_renewed(outcome); });
}

/// A closed store connects in open(): it only has to know. New settings have all their attempts before them.
void StoreThread::take_renewal_while_closed() {
    std::optional<Renewal> renewal;
    {
        const std::lock_guard lock{queue_->mutex};
        renewal = std::exchange(queue_->renewal, std::nullopt);
    }
    if (renewal) {
        begin_renewal(std::move(*renewal));
        status_.attempt = 1;
    }
    if (!renewing_) return;
    // Without a connection nothing can fail here that open() does not tell.
    (void)store_.renew(renewing_->config, Clock::now() + options().renew_deadline);
    renewing_.reset();
    take_name();
}

/// The list of hosts is part of what a store is called.
void StoreThread::take_name() {
    status_.where = store_.describe();
    queue_->tell([self = queue_.get(), where = status_.where](StoreListener&) { self->known.where = where; });
}

// --- loss

BackendEvent StoreThread::lose(const StoreError& error, Batch not_applied) {
    constexpr std::chrono::minutes proof{1};  // of one that nobody asks to store anything
    if (status_.state == BackendState::serving && Clock::now() - served_since_ < proof)
        status_.attempt = std::exchange(attempts_to_prove_, 0);
    status_.last_code = error.code;
    status_.last_error = error.detail;
    status_.taken_over = status_.taken_over || error.code == StoreErrc::fenced;
    not_applied_ = std::move(not_applied);
    if (options().hands_over_in_doubt) not_applied_.add(std::exchange(in_doubt_, {}));
    {
        const std::lock_guard lock{queue_->mutex};
        queue_->accepting = false;
    }
    store_.close();
    return is_refusal(error.code, status_.has_served) ? BackendEvent::refused : BackendEvent::failed;
}

void StoreThread::refuse_all(const StoreError& why) {
    const std::lock_guard lock{queue_->mutex};
    queue_->tell_completions_locked(unavailable_completions(std::exchange(not_applied_, {})));
    queue_->refuse_queue_locked();
    queue_->refuse_finds_locked(why);
}

BackendEvent StoreThread::wait_for_next_try() {
    std::unique_lock lock{queue_->mutex};
    const auto disturbed = [&] { return stop_requested_locked() || queue_->renewal; };
    if (status_.next_try) queue_->wake.wait_until(lock, *status_.next_try, disturbed);
    if (stop_requested_locked()) return BackendEvent::stop;
    return status_.next_try || queue_->renewal ? BackendEvent::timer_fired : BackendEvent::tries_exhausted;
}

BackendEvent StoreThread::wait_for_stop() {
    std::unique_lock lock{queue_->mutex};
    queue_->tell_completions_locked(unavailable_completions(std::exchange(in_doubt_, {})));
    queue_->wake.wait(lock, [&] { return stop_requested_locked() || queue_->renewal; });
    return stop_requested_locked() ? BackendEvent::stop : BackendEvent::start;
}

void StoreThread::close() {
    store_.close();
    if (journal_) journal_->close();
    const std::lock_guard lock{queue_->mutex};
    queue_->accepting = false;
    queue_->tell_completions_locked(unavailable_completions(std::exchange(in_doubt_, {})));
    queue_->refuse_queue_locked();
    queue_->refuse_finds_locked({StoreErrc::unavailable, status_.where + " is being closed"});
    queue_->finished = true;
    queue_->post_stopped_locked();
    queue_->wake.notify_all();
}

void StoreThread::accept() {
    const std::lock_guard lock{queue_->mutex};
    queue_->accepting = !queue_->stopping;
}
bool StoreThread::more_waiting() {
    const std::lock_guard lock{queue_->mutex};
    return !queue_->queue.empty();
}
bool StoreThread::stop_requested() {
    const std::lock_guard lock{queue_->mutex};
    return stop_requested_locked();
}

}  // namespace leasehold
