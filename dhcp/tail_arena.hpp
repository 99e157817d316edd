// Short byte strings of any size, named by 32-bit numbers: the variable part of a lease. Size classes in
// pages of one class each; a page that empties serves any class again, so that changing sizes do not
// use up memory. Strings over a kilobyte (a long user context) are kept on the heap one by one.
//
// It does not know what the bytes mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "dhcp/client_identity.hpp"

namespace leasehold {

/// Names a block: its page and place there, or a string kept by itself.
enum class TailRef : std::uint32_t {};

class TailArena {
public:
    TailArena();
    ~TailArena();
    TailArena(TailArena&&) noexcept;
    TailArena& operator=(TailArena&&) noexcept;

    /// Copies the bytes. Throws std::bad_alloc, also when all names are in use (16 GB of blocks).
    TailRef store(OctetView bytes);
    /// Replaces the bytes, in place where the size class stays. @return the name from now on.
    TailRef replace(TailRef ref, OctetView bytes);
    void erase(TailRef ref);
    /// At least the bytes stored (up to the end of the block); valid until the next change.
    OctetView bytes_of(TailRef ref) const;

    std::size_t bytes() const;

private:
    struct Page {
        std::uint16_t first_free = 0;  // granule of a given-back block; 0: none (blocks start at 1 + it)
        std::uint16_t blocks_used = 0;
        std::uint16_t blocks_begun = 0;  // blocks from the start of the page that were ever in use
        std::uint8_t size_class = 0;
        std::uint32_t previous = 0, next = 0;  // in the list of pages of this class that have room
    };
    struct Chunk;

    TailRef store_large(OctetView bytes);
    std::uint32_t page_with_room(std::uint8_t size_class);
    std::uint32_t unused_page();
    std::uint8_t* block_at(TailRef ref) const;
    Page& page(std::uint32_t number) const;
    void link(std::uint32_t number, std::uint32_t& head);
    void unlink(std::uint32_t number, std::uint32_t& head);

    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::uint32_t pages_begun_ = 1;         // page 0 is "none"
    std::uint32_t first_empty_ = 0;         // pages of no class
    std::vector<std::uint32_t> with_room_;  // by class: first page that has room

    std::deque<std::vector<std::uint8_t>> large_;
    std::deque<std::uint32_t> large_free_;
    std::size_t large_bytes_ = 0;
};

}  // namespace leasehold
