// The face of a store's thread: what the loop calls.
#include "dhcp/store_worker.hpp"

#include <cassert>
#include <thread>
#include <utility>

#include "dhcp/store_queue.hpp"
#include "dhcp/store_thread.hpp"

namespace leasehold {

StoreWorker::StoreWorker(std::unique_ptr<LeaseStore> store, WorkerOptions options, Post post,
                         StoreListener& listener, std::unique_ptr<OutageJournal> journal)
    : queue_{std::make_shared<StoreQueue>(std::move(store), options, std::move(post), listener,
                                          std::move(journal))} {
    queue_->known.where = queue_->where;
    queue_->known.attempts_max = options.retry.tries_max;
}

StoreWorker::~StoreWorker() {
    queue_->listener = nullptr;
    {
        const std::lock_guard lock{queue_->mutex};
        queue_->silenced = true;
        queue_->accepting = false;
    }
    queue_->store->cancel();
    queue_->wake.notify_all();
}

void StoreWorker::start() {
    {
        const std::lock_guard lock{queue_->mutex};
        assert(!queue_->started);
        queue_->started = true;
    }
    std::thread{[queue = queue_] { StoreThread{queue}.run(); }}.detach();
}

StoreWorker::Taken StoreWorker::try_submit(Submission&& submission) {
    const std::lock_guard lock{queue_->mutex};
    if (!queue_->accepting) return Taken::away;
    if (queue_->queue.size() >= queue_->options.queue_decisions_max) {
        ++queue_->counters.queue_full;
        return Taken::full;
    }
    queue_->queue.push_back(std::move(submission));
    queue_->wake_soon();
    return Taken::yes;
}

bool StoreWorker::find(std::vector<Prefix> addresses, FindDone done) {
    const std::lock_guard lock{queue_->mutex};
    if (!queue_->accepting) return false;
    if (queue_->finds.size() >= queue_->options.queue_decisions_max) {
        ++queue_->counters.queue_full;
        return false;
    }
    queue_->finds.push_back({std::move(addresses), std::move(done)});
    queue_->wake.notify_all();
    return true;
}

void StoreWorker::renew(BackendConfig config, const WorkerOptions& options) {
    const std::lock_guard lock{queue_->mutex};
    queue_->renewal = Renewal{std::move(config), options};
    if (queue_->opening) queue_->store->cancel();
    queue_->wake.notify_all();
}

void StoreWorker::handed_over() {
    const std::lock_guard lock{queue_->mutex};
    queue_->handed_over = true;
    queue_->wake.notify_all();
}

void StoreWorker::adopt(std::unique_ptr<OutageJournal> journal, bool holds_entries) {
    const std::lock_guard lock{queue_->mutex};
    queue_->journal = std::move(journal);
    queue_->undrained = holds_entries;
    queue_->wake.notify_all();
}

void StoreWorker::stop(Deadline deadline, std::function<void()> done) {
    {
        const std::lock_guard lock{queue_->mutex};
        assert(!queue_->stopping);
        queue_->stopping = true;
        queue_->accepting = false;
        queue_->stopped = std::move(done);
        if (!queue_->started || queue_->finished) return queue_->post_stopped_locked();
        queue_->wake.notify_all();
    }
    // The store's thread may hang in a call, and the loop waits for nothing: a second thread keeps the time.
    std::thread{[queue = queue_, deadline] {
        std::unique_lock lock{queue->mutex};
        queue->wake.wait_until(lock, deadline, [&] { return queue->finished || queue->silenced; });
        if (queue->finished || queue->silenced) return;
        queue->refuse_queue_locked();
        queue->refuse_finds_locked({StoreErrc::unavailable, queue->where + " is being closed"});
        queue->post_stopped_locked();
        queue->silenced = true;
        lock.unlock();
        queue->store->cancel();
        queue->wake.notify_all();
    }}.detach();
}

const BackendStatus& StoreWorker::status() const {
    return queue_->known;
}

WorkerCounters StoreWorker::counters() const {
    const std::lock_guard lock{queue_->mutex};
    WorkerCounters counters = queue_->counters;
    counters.queued = queue_->queue.size();
    return counters;
}

}  // namespace leasehold
