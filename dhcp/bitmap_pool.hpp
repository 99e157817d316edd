// Availability of the units of a dense pool (up to 2^24): three bits a unit in bitmaps of 64-way nodes,
// chunks of up to 4096 units made when a unit in them first stops being free. The next free or reusable unit is
// found by at most a handful of words, whether the pool is empty or full.
//
// With thousands of pools each is met out of the cache. What a search reads stands close together, and pools of up to 256
// units have nothing outside of this object.
//
// Units are offsets here; which address one is, and pools too large for this: address_pools.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

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
    class Chunk;
    struct Many;
    static constexpr std::size_t words_inside = 15;  // a chunk of 256 units

    /// Of a chunk; nullptr: every unit is free.
    std::uint64_t* words_of(std::size_t chunk) const;
    std::uint64_t* make_words_of(std::size_t chunk);
    std::optional<Unit> next_behind(Availability which, Unit from) const;
    std::optional<Unit> next_in_chunk(Availability which, std::size_t chunk, Unit from) const;

    Unit capacity_;
    mutable boost::container::small_vector<std::uint64_t, words_inside> only_;  // words of the only chunk
    std::unique_ptr<Many> many_;                                                // nullptr: there is one chunk
};

}  // namespace leasehold
