// The order in which units of a dense pool became free, and in which they became reusable: what the allocator
// "flq" (free lease queue) gives out first. Two rings of links between units; a unit is in one of them or in
// none. A fresh queue has all units free, in ascending order, and costs nothing: links are stored as their
// difference to that order, in memory that the kernel provides when it is touched. At most 8 octets per unit.
//
// Not here: which units are free (bitmap_pool).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dhcp/zeroed_array.hpp"

namespace leasehold {

class UnitQueue {
public:
    using Unit = std::uint32_t;
    enum class Ring : std::uint8_t { free, reusable };

    /// @pre 0 < capacity < 2^31
    explicit UnitQueue(Unit capacity);

    /// The unit that has been in the ring for longest.
    std::optional<Unit> first(Ring ring) const;
    /// @pre the unit is in none
    void append(Ring ring, Unit unit);
    /// @pre the unit is in a ring
    void remove(Unit unit);

    std::size_t bytes() const { return next_.bytes_kept() + previous_.bytes_kept(); }

private:
    // Behind the units stand the heads of the two rings, linked like units.
    Unit head(Ring ring) const { return ring == Ring::free ? capacity_ : capacity_ + 1; }
    Unit fresh_next(Unit node) const;
    Unit fresh_previous(Unit node) const;
    Unit next(Unit node) const { return next_[node] ^ fresh_next(node); }
    Unit previous(Unit node) const { return previous_[node] ^ fresh_previous(node); }
    void link(Unit from, Unit to);

    Unit capacity_;
    ZeroedArray<Unit> next_, previous_;
};

}  // namespace leasehold
