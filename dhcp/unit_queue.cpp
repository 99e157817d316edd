#include "dhcp/unit_queue.hpp"

#include <cassert>

namespace leasehold {

UnitQueue::UnitQueue(Unit capacity)
    : capacity_{capacity}, next_{std::size_t{capacity} + 2}, previous_{std::size_t{capacity} + 2} {
    assert(capacity > 0 && capacity < Unit{1} << 31);
}

UnitQueue::Unit UnitQueue::fresh_next(Unit node) const {
    if (node > capacity_) return node;  // the ring of reusable ones is empty
    return node == capacity_ ? 0 : node + 1;
}
UnitQueue::Unit UnitQueue::fresh_previous(Unit node) const {
    if (node > capacity_) return node;
    return node == 0 ? capacity_ : node - 1;
}

void UnitQueue::link(Unit from, Unit to) {
    next_[from] = to ^ fresh_next(from);
    previous_[to] = from ^ fresh_previous(to);
}

std::optional<UnitQueue::Unit> UnitQueue::first(Ring ring) const {
    const Unit found = next(head(ring));
    return found == head(ring) ? std::nullopt : std::optional{found};
}

void UnitQueue::append(Ring ring, Unit unit) {
    link(previous(head(ring)), unit);
    link(unit, head(ring));
}

void UnitQueue::remove(Unit unit) {
    link(previous(unit), next(unit));
}

}  // namespace leasehold
