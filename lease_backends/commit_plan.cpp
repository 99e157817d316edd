// See the header.
#include "lease_backends/commit_plan.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace leasehold {
namespace {

using Sort = ChangeGroup::Sort;

/// The statement that a change goes into: its round (how many changes of its key come before), sort and time.
using GroupKey = std::tuple<std::size_t, Sort, std::int64_t>;

GroupKey group_of(const Change& change, std::size_t round) {
    const auto* const put = std::get_if<Put>(&change);
    if (put == nullptr) return {round, Sort::erase, 0};
    if (!put->takes_over) return {round, Sort::put, 0};
    const LeaseTime held_before = put->now - std::chrono::seconds{put->grace_seconds};
    return {round, Sort::take_over, held_before.time_since_epoch().count()};
}

}  // namespace

std::vector<ChangeGroup> plan_groups(std::span<const PlannedChange> changes) {
    std::vector<PlannedChange> sorted{changes.begin(), changes.end()};
    std::ranges::stable_sort(sorted, {}, [](const PlannedChange& one) { return address_of(*one.change); });

    std::map<GroupKey, ChangeGroup> groups;
    std::size_t round = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const Change& change = *sorted[i].change;
        const bool again = i > 0 && address_of(*sorted[i - 1].change) == address_of(change);
        round = again ? round + 1 : 0;
        const GroupKey key = group_of(change, round);
        ChangeGroup& group = groups[key];
        group.sort = std::get<Sort>(key);
        group.held_before = std::get<std::int64_t>(key);
        if (const auto* const put = std::get_if<Put>(&change))
            group.puts.push_back(put);
        else
            group.erases.push_back(&std::get<Erase>(change));
        group.at.push_back(sorted[i].at);
    }
    std::vector<ChangeGroup> plan;
    plan.reserve(groups.size());
    for (auto& [key, group] : groups) plan.push_back(std::move(group));
    return plan;
}

}  // namespace leasehold
