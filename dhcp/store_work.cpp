#include "dhcp/store_work.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace leasehold {

bool shows_applied(const Change& change, const std::optional<Lease>& stored) {
    if (const auto* put = std::get_if<Put>(&change)) return stored == put->lease;
    return !stored;
}

std::vector<Completion> unavailable_completions(Batch&& batch) {
    std::vector<Completion> completions;
    completions.reserve(batch.ids.size());
    for (std::size_t i = 0; i < batch.ids.size(); ++i)
        completions.push_back({batch.ids[i], SubmissionOutcome::unavailable, {}, std::move(batch.lists[i])});
    return completions;
}

std::vector<Completion> answered_completions(Batch&& batch, std::vector<RowResult>&& rows) {
    assert(rows.size() == batch.change_count());
    std::vector<Completion> completions;
    completions.reserve(batch.ids.size());
    const auto was_applied = [](const RowResult& row) { return row.outcome == Outcome::applied; };
    auto next = rows.begin();
    for (std::size_t i = 0; i < batch.ids.size(); ++i) {
        const auto end = next + static_cast<std::ptrdiff_t>(batch.lists[i].size());
        auto& completion = completions.emplace_back(
            Completion{batch.ids[i], SubmissionOutcome::answered, {}, std::move(batch.lists[i])});
        if (!std::all_of(next, end, was_applied))
            completion.rows.assign(std::make_move_iterator(next), std::make_move_iterator(end));
        next = end;
    }
    return completions;
}

}  // namespace leasehold
