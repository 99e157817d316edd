// Memory straight from the kernel, see the header for why.
#include "dhcp/zeroed_array.hpp"

#include <sys/mman.h>

#include <new>

namespace leasehold {
namespace {

// Small enough that giving one back takes microseconds, large enough to be rare.
constexpr std::size_t release_piece_bytes = 256 * 1024;

}  // namespace

ZeroedPages::ZeroedPages(std::size_t bytes) : bytes_{bytes} {
    if (bytes == 0) return;
    data_ =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data_ == MAP_FAILED) {
        data_ = nullptr;
        throw std::bad_alloc();
    }
}

ZeroedPages::~ZeroedPages() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
}

ZeroedPages::ZeroedPages(ZeroedPages&& other) noexcept
    : data_{std::exchange(other.data_, nullptr)},
      bytes_{std::exchange(other.bytes_, 0)},
      released_{std::exchange(other.released_, 0)} {}

ZeroedPages& ZeroedPages::operator=(ZeroedPages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(released_, other.released_);
    return *this;
}

void ZeroedPages::release_before(std::size_t end) {
    assert(end <= bytes_);
    const auto until = end / release_piece_bytes * release_piece_bytes;
    if (until <= released_) return;
    // Advice that fails only keeps the memory a little longer.
    ::madvise(static_cast<std::byte*>(data_) + released_, until - released_, MADV_DONTNEED);
    released_ = until;
}

}  // namespace leasehold
