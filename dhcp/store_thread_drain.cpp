// How a store's thread brings the outage journal into its store, while changes still come: they go to the
// journal until less than a batch is left, and then wait here for that last batch.
#include <algorithm>
#include <utility>

#include "dhcp/journal_drain.hpp"
#include "dhcp/store_thread.hpp"

namespace leasehold {
namespace {

/// The wall clock will do: all that hangs on it is whether a stranger's lease has ended.
LeaseTime now() {
    return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// An entry on its way: what is done about it, and what became of that.
struct Drained {
    JournalEntry entry;
    DrainStep step;
    bool stored =
        true;  // or nothing had to be done; false: the row changed in between, so it is looked at again
};

std::uint64_t version_of(const Change& change) {
    const auto* const put = std::get_if<Put>(&change);
    return put != nullptr ? put->lease.version : std::get<Erase>(change).version;
}

/// Takes over what the store answered to the changes of one step.
void take_results(Drained& drained, std::span<RowResult> rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Change& change = drained.step.changes[i];
        if (rows[i].outcome == Outcome::rejected) {
            drained.step.result = rows[i].current;
            drained.step.conflict = "the lease database refuses it: " + rows[i].detail;
        } else if (rows[i].outcome == Outcome::lost && !shows_applied(change, rows[i].current)) {
            drained.stored = false;
        }
    }
}

}  // namespace

BackendEvent StoreThread::drain() {
    {
        const std::lock_guard lock{queue_->mutex};
        if (queue_->journal) journal_ = std::move(queue_->journal);
        queue_->handed_over = queue_->undrained = false;
    }
    if (!journal_) return BackendEvent::drained;
    const std::size_t page = std::max<std::size_t>(options().batch_changes_max / 2, 1);
    // Under a load that this backend cannot keep up with the journal would never end: then changes wait
    // sooner.
    constexpr std::size_t pages_before_hand_over_max = 2048;
    bool handed_over = false;
    for (std::size_t pages = 0;; ++pages) {
        if (stop_requested()) return BackendEvent::stop;
        auto entries = journal_->oldest(page, commit_deadline());
        if (!entries) return lose(entries.error());
        if (!handed_over && (entries->size() < page || pages >= pages_before_hand_over_max)) {
            if (!hand_over()) return BackendEvent::stop;
            handed_over = true;
            continue;
        }
        if (entries->empty()) return BackendEvent::drained;
        if (const auto lost = drain_entries(std::move(*entries))) return *lost;
    }
}

bool StoreThread::hand_over() {
    accept();
    std::unique_lock lock{queue_->mutex};
    queue_->tell_locked([](StoreListener& to) { to.on_hand_over(); });
    queue_->wake.wait(lock, [&] { return queue_->handed_over || stop_requested_locked(); });
    return queue_->handed_over && !stop_requested_locked();
}

std::optional<BackendEvent> StoreThread::drain_entries(std::vector<JournalEntry>&& entries) {
    auto found = find_each(entries);
    if (!found) return lose(found.error());
    std::vector<Drained> all;
    std::vector<ChangeList> lists;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        Drained one{std::move(entries[i]), {}};
        if (FoundRow& row = (*found)[i])
            one.step = plan_drain(one.entry, *row, options().server_id, now());
        else
            one.step.conflict = "the stored row cannot be read: " + row.error();
        if (!one.step.changes.empty()) lists.push_back(one.step.changes);
        all.push_back(std::move(one));
    }
    if (!lists.empty()) {
        auto rows = store_.commit(lists, commit_deadline());
        if (!rows) return lose(rows.error());
        std::size_t at = 0;
        for (Drained& one : all) {
            take_results(one, std::span{*rows}.subspan(at, one.step.changes.size()));
            at += one.step.changes.size();
        }
    }
    std::vector<JournalEntry> settled;
    std::vector<JournalConflict> conflicts;
    std::vector<DrainedRow> told;
    for (Drained& one : all) {
        if (!one.stored) continue;
        told.push_back(
            {address_of(one.entry.change), one.step.result, version_of(one.entry.change), one.step.conflict});
        if (!one.step.conflict.empty()) conflicts.push_back({one.entry, one.step.result, one.step.conflict});
        settled.push_back(std::move(one.entry));
    }
    if (settled.empty())
        return lose({StoreErrc::unavailable,
                     status_.where + ": somebody else changes the rows that the outage journal is about"});
    if (auto done = journal_->settle(settled, conflicts, commit_deadline()); !done) return lose(done.error());
    status_.rows_drained += settled.size();
    queue_->tell([self = queue_.get(), drained = status_.rows_drained,
                  told = std::make_shared<std::vector<DrainedRow>>(std::move(told))](StoreListener& to) {
        self->known.rows_drained = drained;
        to.on_drained(std::move(*told));
    });
    return std::nullopt;
}

StoreResult<std::vector<StoreThread::FoundRow>> StoreThread::find_each(
    std::span<const JournalEntry> entries) {
    std::vector<Prefix> addresses;
    for (const JournalEntry& entry : entries) addresses.push_back(address_of(entry.change));
    std::vector<FoundRow> found;
    auto together = store_.find(addresses, commit_deadline());
    if (together) {
        for (auto& row : *together) found.emplace_back(std::move(row));
        return found;
    }
    if (together.error().code != StoreErrc::rejected) return std::unexpected(together.error());
    for (const Prefix& address : addresses) {  // one of them does not decode
        auto row = store_.find({&address, 1}, commit_deadline());
        if (row)
            found.emplace_back(std::move(row->front()));
        else if (row.error().code == StoreErrc::rejected)
            found.emplace_back(std::unexpected(row.error().detail));
        else
            return std::unexpected(row.error());
    }
    return found;
}

}  // namespace leasehold
