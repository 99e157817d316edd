// Insertion, deletion and growth of the ordered open-addressing table.
#include "dhcp/hash_index.hpp"

#include <algorithm>
#include <cassert>

namespace leasehold {
namespace {

constexpr std::size_t homes_at_start = 64;
constexpr std::size_t doubles_below = std::size_t{1} << 16;
// Clusters are short because the hash is keyed: at the load limit one that outgrows this has a probability
// under 2^-100. Small arrays have room for everything in one cluster.
constexpr std::size_t run_out_max = 8192;
constexpr std::size_t cells_moved_per_insert = 16;

constexpr std::size_t load_limit(std::size_t homes) {
    return homes / 20 * 17;
}  // 85 %

/// So many that these records do not reach the limit.
constexpr std::size_t homes_for(std::size_t records) {
    return records / 17 * 20 + 40;
}

/// Small steps for large arrays: half-empty ones would cost more memory than the moving costs time.
constexpr std::size_t larger(std::size_t homes) {
    return homes < doubles_below ? homes * 2 : homes + homes / 4;
}

}  // namespace

HashIndex::Array::Array(std::size_t homes_count)
    : cells{homes_count + std::min(homes_count, run_out_max) + 1}, homes{homes_count} {}

void HashIndex::Array::insert(Cell cell) {
    auto place = home(cell.tag);
    while (cells[place].record != none && cells[place].tag <= cell.tag) ++place;
    for (; cells[place].record != none; ++place) std::swap(cells[place], cell);
    cells[place] = cell;
}

std::size_t HashIndex::Array::place_of(HashTag tag, std::uint32_t record) const {
    auto place = home(tag);
    while (cells[place].tag != tag || cells[place].record != record) {
        assert(cells[place].record != none && cells[place].tag <= tag);
        ++place;
    }
    return place;
}

void HashIndex::Array::erase_at(std::size_t place) {
    for (;; ++place) {
        const auto follower = cells[place + 1];
        if (follower.record == none || home(follower.tag) == place + 1) break;
        cells[place] = follower;
    }
    cells[place] = Cell{};
}

HashIndex::HashIndex() : current_{homes_at_start} {}

void HashIndex::insert(HashTag tag, std::uint32_t record) {
    assert(record != none);
    if (growing()) {
        grow_step(cells_moved_per_insert);
    } else if (size_ >= load_limit(current_.homes)) {
        next_ = Array{std::max(larger(current_.homes), homes_for(expected_))};
        grow_step(cells_moved_per_insert);
    }
    array_of(tag).insert({tag, record});
    ++size_;
}

void HashIndex::erase(HashTag tag, std::uint32_t record) {
    auto& array = array_of(tag);
    array.erase_at(array.place_of(tag, record));
    --size_;
}

void HashIndex::replace(HashTag tag, std::uint32_t record, std::uint32_t by) {
    auto& array = array_of(tag);
    array.cells[array.place_of(tag, record)].record = by;
}

// The cursor only ever rests on an empty cell: then no cell behind it belongs before it, and the two arrays
// share no cluster.
bool HashIndex::grow_step(std::size_t cells) {
    if (!growing()) return false;
    const auto end = current_.cells.size();
    for (std::size_t moved_cells = 0; cursor_ < end; ++cursor_, ++moved_cells) {
        auto& cell = current_.cells[cursor_];
        if (cell.record == none) {
            if (moved_cells >= cells) break;
            continue;
        }
        next_.insert(cell);
        cell = Cell{};
    }
    if (cursor_ == end) {
        finish_growth();
    } else {
        current_.cells.release_before(cursor_);
    }
    return growing();
}

void HashIndex::finish_growth() {
    current_.cells.release_before(current_.cells.size());
    current_ = std::move(next_);
    next_ = Array{};
    cursor_ = 0;
}

}  // namespace leasehold
