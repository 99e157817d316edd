// A large array of zeros whose memory the kernel hands out page by page, as it is touched, and takes back in
// pieces. Why not std::vector: filling or freeing a hundred megabytes in one call would stall the loop.
//
// Not for small arrays (a page is the least it costs), nor for elements that are not plain numbers.
#pragma once

#include <cassert>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace leasehold {

/// Anonymous memory of the process; throws std::bad_alloc when the kernel refuses.
class ZeroedPages {
public:
    ZeroedPages() = default;
    explicit ZeroedPages(std::size_t bytes);
    ~ZeroedPages();
    ZeroedPages(ZeroedPages&& other) noexcept;
    ZeroedPages& operator=(ZeroedPages&& other) noexcept;

    void* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    /// Bytes not given back yet.
    std::size_t bytes_kept() const { return bytes_ - released_; }
    /// Gives whole pieces before `end` (a byte offset) back; they read as zeros afterwards.
    void release_before(std::size_t end);

private:
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
    std::size_t released_ = 0;
};

template <class T>
class ZeroedArray {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    ZeroedArray() = default;
    explicit ZeroedArray(std::size_t size) : pages_{size * sizeof(T)}, size_{size} {}

    T& operator[](std::size_t index) {
        assert(index < size_);
        return static_cast<T*>(pages_.data())[index];
    }
    const T& operator[](std::size_t index) const {
        assert(index < size_);
        return static_cast<const T*>(pages_.data())[index];
    }
    std::size_t size() const { return size_; }
    std::size_t bytes_kept() const { return pages_.bytes_kept(); }
    void release_before(std::size_t index) { pages_.release_before(index * sizeof(T)); }

private:
    ZeroedPages pages_;
    std::size_t size_ = 0;
};

}  // namespace leasehold
