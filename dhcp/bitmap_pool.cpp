// Four levels of 64: pool, word of chunks, chunk, word of units.
#include "dhcp/bitmap_pool.hpp"

#include <array>
#include <bit>
#include <cassert>

namespace leasehold {
namespace {

constexpr std::uint32_t fan_out = 64;
constexpr std::uint32_t chunk_units = fan_out * fan_out;
static_assert(AddressPools::dense_units_max == Uint128{fan_out} * fan_out * chunk_units);

constexpr std::uint64_t bit(std::size_t place) {
    return std::uint64_t{1} << place % fan_out;
}

void assign_bit(std::uint64_t& word, std::size_t place, bool on) {
    word = on ? word | bit(place) : word & ~bit(place);
}

/// The lowest bit at or above `from`; `from` may be 64.
std::optional<std::uint32_t> next_bit(std::uint64_t word, std::size_t from) {
    if (from >= fan_out) return std::nullopt;
    word &= ~std::uint64_t{0} << from;
    if (word == 0) return std::nullopt;
    return static_cast<std::uint32_t>(std::countr_zero(word));
}

/// The lowest bit at or above `from` of many words, where `summary` has a bit for each word that is not zero.
template <class Words>
std::optional<std::uint32_t> next_bit(const Words& words, std::uint64_t summary, std::size_t from) {
    const auto first_word = from / fan_out;
    if (first_word >= words.size()) return std::nullopt;
    if (const auto found = next_bit(words[first_word], from % fan_out))
        return static_cast<std::uint32_t>(first_word * fan_out) + *found;
    const auto word = next_bit(summary, first_word + 1);
    if (!word) return std::nullopt;
    return *word * fan_out + static_cast<std::uint32_t>(std::countr_zero(words[*word]));
}

constexpr std::size_t place_of(Availability which) {
    return static_cast<std::size_t>(which);
}

}  // namespace

struct BitmapPool::Chunk {
    struct Plane {
        std::array<std::uint64_t, fan_out> units{};
        std::uint64_t words = 0;
        bool test(std::uint32_t unit) const { return (units[unit / fan_out] & bit(unit)) != 0; }
        void assign(std::uint32_t unit, bool on) {
            assign_bit(units[unit / fan_out], unit, on);
            assign_bit(words, unit / fan_out, units[unit / fan_out] != 0);
        }
    };
    std::array<Plane, 3> planes;  // free, reusable, held; in none of them: taken
};

BitmapPool::BitmapPool(Unit capacity) : capacity_{capacity} {
    assert(capacity > 0 && capacity <= AddressPools::dense_units_max);
    const auto chunk_count = (capacity + chunk_units - 1) / chunk_units;
    chunks_.resize(chunk_count);
    for (auto& upper : upper_) upper.chunks.resize((chunk_count + fan_out - 1) / fan_out);
    for (std::size_t chunk = 0; chunk < chunk_count; ++chunk)
        upper_[place_of(Availability::free)].set(chunk, true);
}
BitmapPool::~BitmapPool() = default;
BitmapPool::BitmapPool(BitmapPool&&) noexcept = default;
BitmapPool& BitmapPool::operator=(BitmapPool&&) noexcept = default;

void BitmapPool::Upper::set(std::size_t chunk, bool any) {
    assign_bit(chunks[chunk / fan_out], chunk, any);
    assign_bit(words, chunk / fan_out, chunks[chunk / fan_out] != 0);
}

std::optional<std::size_t> BitmapPool::Upper::next(std::size_t from) const {
    return next_bit(chunks, words, from);
}

BitmapPool::Chunk& BitmapPool::chunk_of(Unit unit) {
    auto& chunk = chunks_[unit / chunk_units];
    if (chunk) return *chunk;
    chunk = std::make_unique<Chunk>();
    ++chunks_made_;
    const auto begin = unit / chunk_units * chunk_units;
    auto& free_units = chunk->planes[place_of(Availability::free)];
    for (std::uint32_t i = 0; i < chunk_units && begin + i < capacity_; ++i) free_units.assign(i, true);
    return *chunk;
}

Availability BitmapPool::get(Unit unit) const {
    assert(unit < capacity_);
    const auto& chunk = chunks_[unit / chunk_units];
    if (!chunk) return Availability::free;
    for (const auto which : {Availability::free, Availability::reusable, Availability::held})
        if (chunk->planes[place_of(which)].test(unit % chunk_units)) return which;
    return Availability::taken;
}

void BitmapPool::set(Unit unit, Availability availability) {
    assert(unit < capacity_);
    if (availability == Availability::free && !chunks_[unit / chunk_units]) return;
    auto& chunk = chunk_of(unit);
    for (const auto which : {Availability::free, Availability::reusable, Availability::held}) {
        auto& plane = chunk.planes[place_of(which)];
        plane.assign(unit % chunk_units, which == availability);
        if (place_of(which) < searched_classes)
            upper_[place_of(which)].set(unit / chunk_units, plane.words != 0);
    }
}

std::optional<BitmapPool::Unit> BitmapPool::next(Availability which, Unit from) const {
    assert(place_of(which) < searched_classes);
    if (upper_[place_of(which)].words == 0) return std::nullopt;
    if (from < capacity_)
        if (const auto found = next_behind(which, from)) return found;
    return next_behind(which, 0);
}

std::optional<BitmapPool::Unit> BitmapPool::next_behind(Availability which, Unit from) const {
    const std::size_t first = from / chunk_units;
    if (const auto found = next_in_chunk(which, first, from % chunk_units)) return found;
    const auto chunk = upper_[place_of(which)].next(first + 1);
    if (!chunk) return std::nullopt;
    return next_in_chunk(which, *chunk, 0);
}

std::optional<BitmapPool::Unit> BitmapPool::next_in_chunk(Availability which, std::size_t chunk,
                                                          Unit from) const {
    const auto begin = static_cast<Unit>(chunk * chunk_units);
    if (!chunks_[chunk]) return which == Availability::free ? std::optional{begin + from} : std::nullopt;
    const auto& plane = chunks_[chunk]->planes[place_of(which)];
    const auto found = next_bit(plane.units, plane.words, from);
    if (!found) return std::nullopt;
    return begin + *found;
}

std::size_t BitmapPool::bytes() const {
    auto total = chunks_made_ * sizeof(Chunk) + chunks_.capacity() * sizeof(chunks_[0]);
    for (const auto& upper : upper_) total += upper.chunks.capacity() * sizeof(upper.chunks[0]);
    return total;
}

}  // namespace leasehold
