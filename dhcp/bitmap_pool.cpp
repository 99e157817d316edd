// Four levels of 64: pool, word of chunks, chunk, word of units.
#include "dhcp/bitmap_pool.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <vector>

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

constexpr std::size_t place_of(Availability which) {
    return static_cast<std::size_t>(which);
}

}  // namespace

/// A view of a chunk's words: for each class which words of it are not zero, then word by word the bits of each class.
/// So a search in a small pool, and a change there, meets one line of the cache or two.
class BitmapPool::Chunk {
public:
    static constexpr std::size_t planes = 3;  // free, reusable, held; in none of them: taken

    static std::size_t words_of(Unit units) { return planes * (1 + (units + fan_out - 1) / fan_out); }

    explicit Chunk(std::uint64_t* words) : words_{words} {}

    bool any(Availability which) const { return summary(which) != 0; }
    bool test(Availability which, Unit unit) const { return (word(which, unit / fan_out) & bit(unit)) != 0; }
    void assign(Availability which, Unit unit, bool on) {
        auto& changed = word(which, unit / fan_out);
        assign_bit(changed, unit, on);
        assign_bit(summary(which), unit / fan_out, changed != 0);
    }
    /// The first unit of this class at or behind `from`.
    std::optional<Unit> next(Availability which, Unit from) const {
        if (const auto found = next_bit(word(which, from / fan_out), from % fan_out)) return from / fan_out * fan_out + *found;
        const auto behind = next_bit(summary(which), from / fan_out + 1);
        if (!behind) return std::nullopt;
        return *behind * fan_out + static_cast<Unit>(std::countr_zero(word(which, *behind)));
    }

private:
    std::uint64_t& summary(Availability which) const { return words_[place_of(which)]; }
    std::uint64_t& word(Availability which, std::size_t place) const {
        return words_[planes * (1 + place) + place_of(which)];
    }
    std::uint64_t* words_;
};

/// The chunks of a large pool, and for each class that is searched which of them have a unit of it.
struct BitmapPool::Many {
    struct Upper {
        std::vector<std::uint64_t> chunks;  // a bit for each
        std::uint64_t words = 0;            // which of those words are not zero

        void set(std::size_t chunk, bool any) {
            assign_bit(chunks[chunk / fan_out], chunk, any);
            assign_bit(words, chunk / fan_out, chunks[chunk / fan_out] != 0);
        }
        std::optional<std::size_t> next(std::size_t from) const {
            const auto place = from / fan_out;
            if (place >= chunks.size()) return std::nullopt;
            if (const auto found = next_bit(chunks[place], from % fan_out)) return place * fan_out + *found;
            const auto behind = next_bit(words, place + 1);
            if (!behind) return std::nullopt;
            return *behind * fan_out + static_cast<std::size_t>(std::countr_zero(chunks[*behind]));
        }
    };

    explicit Many(std::size_t chunk_count) : chunks(chunk_count) {
        for (auto& each : upper) each.chunks.resize((chunk_count + fan_out - 1) / fan_out);
        for (std::size_t chunk = 0; chunk < chunk_count; ++chunk) upper[place_of(Availability::free)].set(chunk, true);
    }

    std::vector<std::unique_ptr<std::uint64_t[]>> chunks;
    std::array<Upper, 2> upper;  // free, reusable
    std::size_t words_made = 0;
};

BitmapPool::BitmapPool(Unit capacity) : capacity_{capacity} {
    assert(capacity > 0 && capacity <= AddressPools::dense_units_max);
    if (capacity > chunk_units) many_ = std::make_unique<Many>((capacity + chunk_units - 1) / chunk_units);
}
BitmapPool::~BitmapPool() = default;
BitmapPool::BitmapPool(BitmapPool&&) noexcept = default;
BitmapPool& BitmapPool::operator=(BitmapPool&&) noexcept = default;

std::uint64_t* BitmapPool::words_of(std::size_t chunk) const {
    if (many_) return many_->chunks[chunk].get();
    return only_.empty() ? nullptr : only_.data();
}

std::uint64_t* BitmapPool::make_words_of(std::size_t chunk) {
    const auto units = std::min(chunk_units, capacity_ - static_cast<Unit>(chunk) * chunk_units);
    const auto size = Chunk::words_of(units);
    if (many_) {
        many_->chunks[chunk] = std::make_unique<std::uint64_t[]>(size);
        many_->words_made += size;
    } else {
        only_.resize(size);
    }
    Chunk made{words_of(chunk)};
    for (Unit i = 0; i < units; ++i) made.assign(Availability::free, i, true);
    return words_of(chunk);
}

Availability BitmapPool::get(Unit unit) const {
    assert(unit < capacity_);
    auto* const words = words_of(unit / chunk_units);
    if (words == nullptr) return Availability::free;
    const Chunk chunk{words};
    for (const auto which : {Availability::free, Availability::reusable, Availability::held})
        if (chunk.test(which, unit % chunk_units)) return which;
    return Availability::taken;
}

void BitmapPool::set(Unit unit, Availability availability) {
    assert(unit < capacity_);
    const std::size_t place = unit / chunk_units;
    auto* words = words_of(place);
    if (words == nullptr) {
        if (availability == Availability::free) return;
        words = make_words_of(place);
    }
    Chunk chunk{words};
    for (const auto which : {Availability::free, Availability::reusable, Availability::held})
        chunk.assign(which, unit % chunk_units, which == availability);
    if (!many_) return;
    for (const auto which : {Availability::free, Availability::reusable})
        many_->upper[place_of(which)].set(place, chunk.any(which));
}

std::optional<BitmapPool::Unit> BitmapPool::next(Availability which, Unit from) const {
    assert(which == Availability::free || which == Availability::reusable);
    if (many_ && many_->upper[place_of(which)].words == 0) return std::nullopt;
    if (from < capacity_)
        if (const auto found = next_behind(which, from)) return found;
    return next_behind(which, 0);
}

std::optional<BitmapPool::Unit> BitmapPool::next_behind(Availability which, Unit from) const {
    const std::size_t first = from / chunk_units;
    if (const auto found = next_in_chunk(which, first, from % chunk_units)) return found;
    if (!many_) return std::nullopt;
    const auto chunk = many_->upper[place_of(which)].next(first + 1);
    if (!chunk) return std::nullopt;
    return next_in_chunk(which, *chunk, 0);
}

std::optional<BitmapPool::Unit> BitmapPool::next_in_chunk(Availability which, std::size_t chunk,
                                                          Unit from) const {
    const auto begin = static_cast<Unit>(chunk * chunk_units);
    auto* const words = words_of(chunk);
    if (words == nullptr) return which == Availability::free ? std::optional{begin + from} : std::nullopt;
    const auto found = Chunk{words}.next(which, from);
    if (!found) return std::nullopt;
    return begin + *found;
}

std::size_t BitmapPool::bytes() const {
    if (!many_) return only_.capacity() > words_inside ? only_.capacity() * sizeof(std::uint64_t) : 0;
    auto total = sizeof(Many) + many_->words_made * sizeof(std::uint64_t) +
                 many_->chunks.capacity() * sizeof(many_->chunks[0]);
    for (const auto& upper : many_->upper) total += upper.chunks.capacity() * sizeof(upper.chunks[0]);
    return total;
}

}  // namespace leasehold
