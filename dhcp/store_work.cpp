#include "dhcp/store_work.hpp"

#include <cassert>
#include <iterator>

namespace leasehold {

bool shows_applied(const Change& change, const std::optional<Lease>& stored) {
    if (const auto* put = std::get_if<Put>(&change)) return stored == put->lease;
    return !stored;
}

std::vector<Completion> unavailable_completions(Batch&& batch) {
    std::vector<Completion> completions;
    for (std::size_t i = 0; i < batch.ids.size(); ++i)
        completions.push_back({batch.ids[i], SubmissionOutcome::unavailable, {}, std::move(batch.lists[i])});
    return completions;
}

std::vector<Completion> answered_completions(const Batch& batch, std::vector<RowResult>&& rows) {
    assert(rows.size() == batch.change_count());
    std::vector<Completion> completions;
    auto next = std::make_move_iterator(rows.begin());
    for (std::size_t i = 0; i < batch.ids.size(); ++i) {
        const auto end = next + static_cast<std::ptrdiff_t>(batch.lists[i].size());
        completions.push_back({batch.ids[i], SubmissionOutcome::answered, {next, end}, {}});
        next = end;
    }
    return completions;
}

}  // namespace leasehold
