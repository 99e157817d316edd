// Which units (addresses or delegated prefixes) of the configured pools can be given out, and the next one
// to give. Dense pools (up to 2^24 units) keep hierarchical bitmaps, chunks made on first use: the next free
// unit costs the same in an empty and in a full pool, and a full pool is known at once. Sparse pools start at
// a random place and ask a predicate, a bounded number of times. Offsets are 128 bits wide.
//
// decide() reads this; only the loop changes it, between decisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/address.hpp"

namespace leasehold {

enum class Availability : std::uint8_t {
    free,      // no lease record, not offered
    reusable,  // a record that ended (reclaimed, released, expired): given out when nothing is free
    held,      // offered to somebody: given out last, the one held longest first (offer_table knows which)
    taken,     // a live lease, a declined address, or one with the store right now
};

enum class AllocatorKind : std::uint8_t { iterative, random, flq };

struct PoolRange {
    Prefix first;  // length: 128 or the delegated length, the same in last
    Prefix last;   // inclusive
    bool operator==(const PoolRange&) const = default;
};

struct PoolCounts {
    Uint128 capacity = 0;  // blocked units included
    std::uint64_t blocked = 0;
    std::uint64_t reusable = 0;
    std::uint64_t held = 0;
    std::uint64_t taken = 0;
};

using PoolIndex = std::uint32_t;

class AddressPools {
public:
    static constexpr Uint128 dense_units_max = Uint128{1} << 24;
    static constexpr int sparse_tries_max = 64;

    /// @param ranges  a PoolIndex is a place in this list.
    /// @pre ranges of one prefix length do not overlap; first <= last, both without host bits: the
    ///      configuration is checked for that before
    explicit AddressPools(std::vector<PoolRange> ranges);
    ~AddressPools();
    AddressPools(AddressPools&&) noexcept;
    AddressPools& operator=(AddressPools&&) noexcept;

    std::optional<PoolIndex> pool_of(const Prefix& unit) const;
    const PoolRange& range(PoolIndex pool) const;
    std::size_t size() const;

    /// The allocator shall not find this unit, whatever becomes of it: it is kept for a host, or never given
    /// out. Everything else about it is as with other units: a lease may stand there, get() and counts()
    /// tell. Idempotent, for the life of the pools; units outside every pool are ignored. Costs pick()
    /// nothing.
    void block(const Prefix& unit);
    bool is_blocked(const Prefix& unit) const;

    /// From now on the pool knows the order in which its units became free, for AllocatorKind::flq: all units
    /// at first, ascending; what ends or is given back comes last. Up to 8 octets per unit (unit_queue).
    /// Sparse pools keep no order: their flq is the random allocator.
    /// @pre nothing was set or blocked in this pool yet
    void keep_order(PoolIndex pool);

    /// Idempotent; units outside every pool are ignored. (For a sparse pool only the counts and the set of
    /// units that are not free are kept.)
    void set(const Prefix& unit, Availability availability);
    /// `free` for units never set. @pre unit lies in a pool
    Availability get(const Prefix& unit) const;

    /// The next unit to give from one pool: a free one, else a reusable one; never held, taken or blocked.
    /// Const and without hidden state: iterative starts behind the cursor, random at seed, flq gives what has
    /// been free (else reusable) for longest, and is random where no order is kept. nullopt: none
    /// (dense), or none found in sparse_tries_max tries (sparse): `tries` tells which, a dense pool needs
    /// one.
    struct Pick {
        std::optional<Prefix> unit;
        Availability was = Availability::taken;
        int tries = 0;
    };
    Pick pick(PoolIndex pool, AllocatorKind kind, std::uint64_t seed) const;
    /// A pick from this pool or a change of it will follow: it is brought into the cache meanwhile.
    void expect(PoolIndex pool) const;

    /// Moves the iterative cursor of the unit's pool behind it: done when a decision is applied.
    void advance(const Prefix& given);

    PoolCounts counts(PoolIndex pool) const;
    std::size_t bytes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
