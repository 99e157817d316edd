// What the store's thread takes from its queue and what it hands back, as values: whole decisions, pages of a
// load, new settings. Threads, order and recovery are store_worker.cpp's part.
#pragma once

#include <iterator>
#include <optional>
#include <vector>

#include "dhcp/store_worker.hpp"

namespace leasehold {

/// Whole decisions on their way through one commit.
struct Batch {
    std::vector<DecisionId> ids;
    std::vector<ChangeList> lists;

    bool empty() const { return ids.empty(); }
    std::size_t change_count() const {
        std::size_t count = 0;
        for (const ChangeList& list : lists) count += list.size();
        return count;
    }
    void reserve(std::size_t decisions) {
        ids.reserve(decisions);
        lists.reserve(decisions);
    }
    void add(Batch&& other) {
        ids.insert(ids.end(), other.ids.begin(), other.ids.end());
        lists.insert(lists.end(), std::make_move_iterator(other.lists.begin()),
                     std::make_move_iterator(other.lists.end()));
    }
    void add(Submission&& submission) {
        ids.push_back(submission.id);
        lists.push_back(std::move(submission.changes));
    }
};

struct FindRequest {
    std::vector<Prefix> addresses;
    ChangeTaker::FindDone done;
};

/// New values for the same database, and the rules for trying again that came with them.
struct Renewal {
    BackendConfig config;
    WorkerOptions rules;
};

/// What the thread does before it looks at its queue again.
struct Work {
    std::vector<FindRequest> finds;
    Batch batch;
    std::optional<Renewal> renewal;
    bool stop = false;
    bool nothing() const { return finds.empty() && batch.empty(); }
};

/// Collects one page of a scan.
class PageSink final : public RowSink {
public:
    explicit PageSink(std::size_t rows_max) : rows_max_{rows_max} { page.leases.reserve(rows_max); }
    bool row(Lease&& lease) override {
        last = lease.address;
        page.leases.push_back(std::move(lease));
        return !full();
    }
    bool unreadable(UnreadableRow&& bad) override {
        last = bad.address;
        page.unreadable.push_back(std::move(bad));
        return !full();
    }
    bool full() const { return page.leases.size() + page.unreadable.size() >= rows_max_; }

    LoadedPage page;
    std::optional<Prefix> last;

private:
    std::size_t rows_max_;
};

/// Does the stored row show that this change was applied, by us? Versions never come back, so our content
/// at our version cannot be anybody else's (lease-engine 1).
bool shows_applied(const Change& change, const std::optional<Lease>& stored);

std::vector<Completion> unavailable_completions(Batch&& batch);
/// Hands the flat results of a commit back to the decisions they belong to.
/// @pre a result per change
std::vector<Completion> answered_completions(Batch&& batch, std::vector<RowResult>&& rows);

}  // namespace leasehold
