// See the header.
#include "dhcp/slab.hpp"

#include <cstring>
#include <limits>
#include <new>

namespace leasehold {

std::uint32_t Slab::take() {
    if (first_free_ != none) {
        const auto number = first_free_;
        std::memcpy(&first_free_, place(number), sizeof first_free_);
        ++in_use_;
        return number;
    }
    if (next_unused_ == std::numeric_limits<std::uint32_t>::max()) throw std::bad_alloc();
    if (next_unused_ >> chunk_size_log2_ == chunks_.size())
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes()));
    ++in_use_;
    return next_unused_++;
}

void Slab::give_back(std::uint32_t number) {
    std::memcpy(place(number), &first_free_, sizeof first_free_);
    first_free_ = number;
    assert(in_use_ > 0);
    --in_use_;
}

}  // namespace leasehold
