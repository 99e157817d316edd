// Availability of the units of a pool too large for a bitmap (a /64 of addresses, a delegated /32 -> /64):
// the units that are not free, sorted. Looking for one tries a bounded number of places; in a pool of this
// size almost the first always hits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dhcp/address_pools.hpp"
#include "dhcp/ordered_blocks.hpp"

namespace leasehold {

class SparsePool {
public:
    explicit SparsePool(Uint128 capacity) : capacity_{capacity} {}

    Availability get(Uint128 unit) const;
    void set(Uint128 unit, Availability availability);

    struct Found {
        std::optional<Uint128> unit;
        Availability was = Availability::taken;
        int tries = 0;
    };
    /// Half of the tries side by side from `from`, then places drawn from `seed`: a cursor that stands before
    /// a long row of leases still gets past them. A free unit, else a reusable one that was met.
    Found search(Uint128 from, std::uint64_t seed, int side_by_side, int tries_max) const;

    /// A place drawn from a seed: the same seed, the same place.
    Uint128 place(std::uint64_t seed) const;

    std::size_t bytes() const { return units_.bytes(); }

private:
    struct Entry {
        std::uint64_t high, low;
        Availability availability;
    };
    static Uint128 unit_of(const Entry& entry) { return Uint128{entry.high} << 64 | entry.low; }

    Uint128 capacity_;
    OrderedBlocks<Uint128, Entry> units_;
};

}  // namespace leasehold
