// See the header.
#include "dhcp/journal_drain.hpp"

#include <algorithm>

#include "dhcp/store_work.hpp"

namespace leasehold {
namespace {

/// Does somebody, or a declined address's unknown user, still count on this row?
bool is_needed(const Lease& row, LeaseTime now) {
    const bool claims = row.state == LeaseState::assigned || row.state == LeaseState::declined;
    return claims && !is_expired(row, now);
}

}  // namespace

DrainStep plan_drain(const JournalEntry& entry, const std::optional<Lease>& stored, std::uint64_t server_id,
                     LeaseTime now) {
    DrainStep step;
    const bool written_by_others =
        stored && stored->version > entry.base_version && stored->last_writer != server_id;
    const auto* const put = std::get_if<Put>(&entry.change);
    if (put == nullptr) {
        if (written_by_others)
            step.result = stored;  // it is not ours to remove
        else if (stored)
            step.changes.push_back(Erase{stored->address, stored->version});
        return step;
    }
    if (written_by_others && !same_holder(*stored, put->lease) && is_needed(*stored, now)) {
        step.result = stored;
        step.conflict = "server " + std::to_string(stored->last_writer) +
                        " stored it for another client meanwhile; that lease stands";
        return step;
    }
    step.result = put->lease;
    if (shows_applied(entry.change, stored)) return step;
    Put again{put->lease, false, 0, {}};
    if (stored) {
        // Versions count changes that this backend has not seen: the old row goes first, in the same
        // transaction, unless ours follows it anyway.
        again.lease.version = std::max(again.lease.version, stored->version + 1);
        if (again.lease.version != stored->version + 1)
            step.changes.push_back(Erase{stored->address, stored->version});
        step.result = again.lease;
    }
    step.changes.push_back(std::move(again));
    return step;
}

}  // namespace leasehold
