// Elements of one size in chunks, named by 32-bit numbers instead of pointers: half the size of a pointer in
// every index, and a chunk never moves, so growing copies nothing. Given-back elements are used first.
//
// It does not know what the elements are, and does not clear them.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace leasehold {

class Slab {
public:
    /// Numbers start at 1; 0 is "none" everywhere.
    static constexpr std::uint32_t none = 0;

    /// @param element_bytes      a multiple of 4
    /// @param chunk_size_log2    elements of a chunk, as a power of two
    Slab(std::size_t element_bytes, unsigned chunk_size_log2)
        : element_bytes_{element_bytes}, chunk_size_log2_{chunk_size_log2} {
        assert(element_bytes % sizeof(std::uint32_t) == 0 && element_bytes > 0);
    }

    /// Throws std::bad_alloc, also when all numbers are in use.
    std::uint32_t take();
    /// The caller must not use the number again.
    void give_back(std::uint32_t number);

    std::byte* at(std::uint32_t number) { return place(number); }
    const std::byte* at(std::uint32_t number) const { return place(number); }

    std::size_t size() const { return in_use_; }
    std::size_t bytes() const {
        return chunks_.size() * chunk_bytes() + chunks_.capacity() * sizeof(chunks_[0]);
    }

private:
    std::size_t chunk_bytes() const { return element_bytes_ << chunk_size_log2_; }
    std::byte* place(std::uint32_t number) const {
        assert(number != none && number < next_unused_);
        const auto in_chunk = number & ((std::uint32_t{1} << chunk_size_log2_) - 1);
        return chunks_[number >> chunk_size_log2_].get() + in_chunk * element_bytes_;
    }

    std::size_t element_bytes_;
    unsigned chunk_size_log2_;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::uint32_t next_unused_ = 1;
    std::uint32_t first_free_ = none;  // each free element's first four bytes name the next one
    std::size_t in_use_ = 0;
};

}  // namespace leasehold
