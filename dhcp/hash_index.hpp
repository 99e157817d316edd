// A hash table of record numbers: 8-byte cells (32 bits of the hash and the number), open addressing with
// cells kept in the order of their hashes. That order makes a miss as short as a hit, deletion leave no
// tombstones, and growing a walk from front to back: what lies before the cursor is in the new array, the
// rest still in the old one, so a lookup reads one of them, and both together take the memory of one.
//
// Keys live in the records: the caller compares. Not here: several records of one key (identity_index).
#pragma once

#include <cstddef>
#include <cstdint>

#include "dhcp/prefetch.hpp"
#include "dhcp/zeroed_array.hpp"

namespace leasehold {

/// The top 32 bits of a good 64-bit hash.
using HashTag = std::uint32_t;

class HashIndex {
public:
    static constexpr std::uint32_t none = 0;

    HashIndex();

    /// The first record of this tag that `same(record)` accepts; none.
    template <class Same>
    std::uint32_t find(HashTag tag, const Same& same) const {
        const auto& array = array_of(tag);
        for (auto place = array.home(tag);; ++place) {
            const auto& cell = array.cells[place];
            if (cell.record == none || cell.tag > tag) return none;
            if (cell.tag == tag && same(cell.record)) return cell.record;
        }
    }
    /// find() or insert() of this tag will follow: its cell is brought into the cache meanwhile.
    void expect(HashTag tag) const {
        const auto& array = array_of(tag);
        const auto* const home = &array.cells[array.home(tag)];
        prefetch(home, home + cells_of_line + 1);  // clusters reach into the next line as often as not
    }
    /// Does some steps of a growth under way, so that it always ends in time.
    void insert(HashTag tag, std::uint32_t record);
    /// @pre the pair is in the table
    void erase(HashTag tag, std::uint32_t record);
    void replace(HashTag tag, std::uint32_t record, std::uint32_t by);

    /// So many records are expected: the next growth is for all of them, while nothing grows yet.
    void reserve(std::size_t records) { expected_ = records; }

    bool growing() const { return next_.homes != 0; }
    /// Moves about `cells` cells (to the end of the cluster there). @return true: more to do.
    bool grow_step(std::size_t cells);

    std::size_t size() const { return size_; }
    std::size_t bytes() const { return current_.cells.bytes_kept() + next_.cells.bytes_kept(); }

private:
    struct Cell {
        HashTag tag;
        std::uint32_t record;
    };
    static constexpr std::size_t cells_of_line = 64 / sizeof(Cell);
    struct Array {
        ZeroedArray<Cell> cells;  // `homes` and a run-out behind them instead of wrapping around
        std::size_t homes = 0;

        Array() = default;
        explicit Array(std::size_t homes_count);
        /// In the order of tags: the larger array keeps the order of the smaller one.
        std::size_t home(HashTag tag) const { return static_cast<std::uint64_t>(tag) * homes >> 32; }
        void insert(Cell cell);
        std::size_t place_of(HashTag tag, std::uint32_t record) const;
        void erase_at(std::size_t place);
    };

    bool moved(HashTag tag) const { return current_.home(tag) < cursor_; }
    const Array& array_of(HashTag tag) const { return moved(tag) ? next_ : current_; }
    Array& array_of(HashTag tag) { return moved(tag) ? next_ : current_; }
    void finish_growth();

    Array current_;
    Array next_;
    std::size_t expected_ = 0;
    std::size_t cursor_ = 0;  // cells of current_ before it have moved; 0 when nothing grows
    std::size_t size_ = 0;
};

}  // namespace leasehold
