// See the header.
#include "dhcp/sparse_pool.hpp"

namespace leasehold {
namespace {

/// splitmix64: spreads a seed and a number of the try over 64 bits.
std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

}  // namespace

Availability SparsePool::get(Uint128 unit) const {
    const auto* entry = units_.find(unit, unit_of);
    return entry == nullptr ? Availability::free : entry->availability;
}

void SparsePool::set(Uint128 unit, Availability availability) {
    auto* entry = units_.find(unit, unit_of);
    if (availability == Availability::free) {
        if (entry != nullptr) units_.erase(unit, unit_of);
    } else if (entry != nullptr) {
        entry->availability = availability;
    } else {
        units_.insert(
            {static_cast<std::uint64_t>(unit >> 64), static_cast<std::uint64_t>(unit), availability},
            unit_of);
    }
}

Uint128 SparsePool::place(std::uint64_t seed) const {
    const auto first = mix(seed);
    return (Uint128{first} << 64 | mix(first)) % capacity_;
}

SparsePool::Found SparsePool::search(Uint128 from, std::uint64_t seed, int side_by_side,
                                     int tries_max) const {
    Found best;
    auto unit = from % capacity_;
    for (int tries = 1; tries <= tries_max; ++tries) {
        const auto availability = get(unit);
        best.tries = tries;
        if (availability == Availability::free || (availability == Availability::reusable && !best.unit)) {
            best.unit = unit;
            best.was = availability;
        }
        if (availability == Availability::free) break;
        const bool next_door = tries < side_by_side;
        unit = next_door ? (unit + 1) % capacity_ : place(seed + static_cast<std::uint64_t>(tries));
    }
    return best;
}

}  // namespace leasehold
