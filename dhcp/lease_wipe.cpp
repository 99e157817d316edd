#include "dhcp/lease_wipe.hpp"

#include <algorithm>
#include <utility>

namespace leasehold {

LeaseWipe::LeaseWipe(Sources sources, std::vector<std::uint32_t> subnets, Done done)
    : sources_{std::move(sources)}, subnets_{std::move(subnets)}, done_{std::move(done)} {}

// Rows are taken down first: the table does not change under the visitor's feet.
void LeaseWipe::turn() {
    posted_ = false;
    if (at_end_) return finish_if_over();
    std::vector<Lease> found;
    const auto visit = [&](const Lease& row) {
        if (std::ranges::binary_search(subnets_, row.subnet_id)) found.push_back(row);
        return in_flight_ + found.size() < edits_in_flight_max;
    };
    after_ = sources_.page(after_, rows_per_turn, visit);
    at_end_ = !after_;
    for (const Lease& lease : found) remove(lease);
    if (at_end_) return finish_if_over();
    if (in_flight_ >= edits_in_flight_max || posted_) return;  // answers bring the next turn
    posted_ = true;
    sources_.post([self = shared_from_this()] { self->turn(); });
}

void LeaseWipe::remove(const Lease& lease) {
    ++in_flight_;
    const auto still_there = [subnet = lease.subnet_id](const Lease& row) { return row.subnet_id == subnet; };
    sources_.edit({.kind = EditKind::remove, .lease = lease, .means = still_there},
                  [self = shared_from_this()](const EditResult& result) { self->on_edit(result); });
}

void LeaseWipe::on_edit(const EditResult& result) {
    --in_flight_;
    switch (result.outcome) {
        case EditOutcome::applied: ++result_.deleted; break;
        case EditOutcome::exists:
        case EditOutcome::missing: break;  // somebody else removed it
        case EditOutcome::busy:
            ++result_.left;
            if (result_.problem.empty()) result_.problem = "changes of theirs were under way all the time";
            break;
        case EditOutcome::rejected:
            ++result_.left;
            result_.problem = result.detail;
            break;
        case EditOutcome::unavailable:
            ++result_.left;
            result_.problem = result.detail;
            at_end_ = true;  // the rest fares no better
            break;
    }
    if (posted_) return;
    posted_ = true;  // not from within the edit: it may be answered at once
    sources_.post([self = shared_from_this()] { self->turn(); });
}

void LeaseWipe::finish_if_over() {
    if (in_flight_ != 0 || posted_ || !done_) return;
    std::exchange(done_, nullptr)(result_);
}

}  // namespace leasehold
