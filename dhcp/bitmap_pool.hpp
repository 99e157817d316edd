// Availability of the units of a dense pool (up to 2^24): three bits a unit in bitmaps of 64-way nodes,
// chunks of 4096 units made when a unit in them first stops being free. The next free or reusable unit is
// found by at most a handful of words, whether the pool is empty or full.
//
// Units are offsets here; which address one is, and pools too large for this: address_pools.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dhcp/address_pools.hpp"

namespace leasehold {

class BitmapPool {
public:
    using Unit = std::uint32_t;

    /// @pre 0 < capacity <= AddressPools::dense_units_max
    explicit BitmapPool(Unit capacity);
    ~BitmapPool();
    BitmapPool(BitmapPool&&) noexcept;
    BitmapPool& operator=(BitmapPool&&) noexcept;

    Availability get(Unit unit) const;
    void set(Unit unit, Availability availability);

    /// The first unit of this class at or behind `from`, going round; nullopt: there is none.
    /// @pre which is free or reusable
    std::optional<Unit> next(Availability which, Unit from) const;

    std::size_t bytes() const;

private:
    struct Chunk;
    /// For one class: which chunks have a unit of it (a bit each), and which words of that are not zero.
    struct Upper {
        std::vector<std::uint64_t> chunks;
        std::uint64_t words = 0;
        void set(std::size_t chunk, bool any);
        std::optional<std::size_t> next(std::size_t from) const;
    };
    static constexpr std::size_t searched_classes = 2;

    Chunk& chunk_of(Unit unit);
    std::optional<Unit> next_behind(Availability which, Unit from) const;
    std::optional<Unit> next_in_chunk(Availability which, std::size_t chunk, Unit from) const;

    Unit capacity_;
    std::vector<std::unique_ptr<Chunk>> chunks_;  // nullptr: every unit is free
    Upper upper_[searched_classes];               // free, reusable
    std::size_t chunks_made_ = 0;
};

}  // namespace leasehold
