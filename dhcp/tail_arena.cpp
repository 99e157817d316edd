// Pages, size classes and free lists of the arena.
#include "dhcp/tail_arena.hpp"

#include <array>
#include <cassert>
#include <cstring>
#include <new>

namespace leasehold {
namespace {

constexpr std::size_t granule_bytes = 8;
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t page_granules = page_bytes / granule_bytes;
constexpr std::size_t chunk_pages = 64;
constexpr std::uint32_t large_bit = 0x80000000;

// Eight octets apart where most leases are, then coarser.
constexpr std::size_t fine_bytes_max = 128;
constexpr std::size_t coarse_step = 128;
constexpr std::size_t block_bytes_max = 1024;
constexpr std::size_t fine_classes = fine_bytes_max / granule_bytes;
constexpr std::size_t class_count = fine_classes + (block_bytes_max - fine_bytes_max) / coarse_step;

constexpr std::uint8_t class_of(std::size_t bytes) {
    if (bytes <= granule_bytes) return 0;
    if (bytes <= fine_bytes_max) return static_cast<std::uint8_t>((bytes - 1) / granule_bytes);
    return static_cast<std::uint8_t>(fine_classes + (bytes - fine_bytes_max - 1) / coarse_step);
}
constexpr std::size_t block_bytes(std::uint8_t size_class) {
    return size_class < fine_classes ? (size_class + 1u) * granule_bytes
                                     : fine_bytes_max + (size_class - fine_classes + 1u) * coarse_step;
}
constexpr std::size_t block_granules(std::uint8_t size_class) {
    return block_bytes(size_class) / granule_bytes;
}
constexpr std::size_t blocks_of_page(std::uint8_t size_class) {
    return page_bytes / block_bytes(size_class);
}

constexpr std::uint32_t value(TailRef ref) {
    return static_cast<std::uint32_t>(ref);
}
constexpr bool is_large(TailRef ref) {
    return (value(ref) & large_bit) != 0;
}
constexpr std::uint32_t page_of(TailRef ref) {
    return value(ref) / page_granules;
}
constexpr std::uint32_t granule_of(TailRef ref) {
    return value(ref) % page_granules;
}

static_assert(class_of(16) == 1 && class_of(17) == 2 && class_of(128) == 15 && class_of(129) == 16);
static_assert(class_of(block_bytes_max) == class_count - 1 &&
              block_bytes(class_count - 1) == block_bytes_max);

}  // namespace

struct TailArena::Chunk {
    std::array<Page, chunk_pages> pages;
    std::array<std::uint8_t, chunk_pages * page_bytes> octets;
};

TailArena::TailArena() : with_room_(class_count, 0) {}
TailArena::~TailArena() = default;
TailArena::TailArena(TailArena&&) noexcept = default;
TailArena& TailArena::operator=(TailArena&&) noexcept = default;

TailArena::Page& TailArena::page(std::uint32_t number) const {
    return chunks_[number / chunk_pages]->pages[number % chunk_pages];
}

std::uint8_t* TailArena::block_at(TailRef ref) const {
    auto& chunk = *chunks_[page_of(ref) / chunk_pages];
    return chunk.octets.data() + page_of(ref) % chunk_pages * page_bytes + granule_of(ref) * granule_bytes;
}

TailRef TailArena::store(OctetView bytes) {
    if (bytes.size() > block_bytes_max) return store_large(bytes);
    const auto size_class = class_of(bytes.size());
    const auto number = page_with_room(size_class);
    auto& from = page(number);
    std::size_t granule = 0;
    if (from.first_free != 0) {
        granule = from.first_free - 1u;
    } else {
        granule = from.blocks_begun++ * block_granules(size_class);
    }
    const auto ref = TailRef{static_cast<std::uint32_t>(number * page_granules + granule)};
    auto* block = block_at(ref);
    if (from.first_free != 0) std::memcpy(&from.first_free, block, sizeof from.first_free);
    if (++from.blocks_used == blocks_of_page(size_class)) unlink(number, with_room_[size_class]);
    if (!bytes.empty()) std::memcpy(block, bytes.data(), bytes.size());
    return ref;
}

TailRef TailArena::replace(TailRef ref, OctetView bytes) {
    const bool stays = !is_large(ref) && bytes.size() <= block_bytes_max &&
                       class_of(bytes.size()) == page(page_of(ref)).size_class;
    if (stays) {
        if (!bytes.empty()) std::memcpy(block_at(ref), bytes.data(), bytes.size());
        return ref;
    }
    const auto fresh = store(bytes);
    erase(ref);
    return fresh;
}

void TailArena::erase(TailRef ref) {
    if (is_large(ref)) {
        const auto place = value(ref) & ~large_bit;
        large_bytes_ -= large_[place].capacity();
        std::vector<std::uint8_t>{}.swap(large_[place]);
        large_free_.push_back(place);
        return;
    }
    const auto number = page_of(ref);
    auto& from = page(number);
    assert(from.blocks_used > 0);
    auto& head = with_room_[from.size_class];
    const bool was_full = from.blocks_used == blocks_of_page(from.size_class);
    --from.blocks_used;
    if (from.blocks_used == 0) {
        if (!was_full) unlink(number, head);
        link(number, first_empty_);
        return;
    }
    std::memcpy(block_at(ref), &from.first_free, sizeof from.first_free);
    from.first_free = static_cast<std::uint16_t>(granule_of(ref) + 1);
    if (was_full) link(number, head);
}

OctetView TailArena::bytes_of(TailRef ref) const {
    if (is_large(ref)) return large_[value(ref) & ~large_bit];
    return {block_at(ref), block_bytes(page(page_of(ref)).size_class)};
}

std::size_t TailArena::bytes() const {
    return chunks_.size() * sizeof(Chunk) + large_bytes_ + large_.size() * sizeof(large_[0]) +
           large_free_.size() * sizeof(std::uint32_t);
}

TailRef TailArena::store_large(OctetView bytes) {
    std::uint32_t place = 0;
    if (large_free_.empty()) {
        if (large_.size() >= large_bit) throw std::bad_alloc();
        place = static_cast<std::uint32_t>(large_.size());
        large_.emplace_back();
    } else {
        place = large_free_.back();
        large_free_.pop_back();
    }
    large_[place].assign(bytes.begin(), bytes.end());
    large_bytes_ += large_[place].capacity();
    return TailRef{place | large_bit};
}

std::uint32_t TailArena::page_with_room(std::uint8_t size_class) {
    auto& head = with_room_[size_class];
    if (head == 0) {
        const auto number = unused_page();
        page(number) = Page{};
        page(number).size_class = size_class;
        link(number, head);
    }
    return head;
}

std::uint32_t TailArena::unused_page() {
    if (first_empty_ != 0) {
        const auto number = first_empty_;
        unlink(number, first_empty_);
        return number;
    }
    if (pages_begun_ >= large_bit / page_granules) throw std::bad_alloc();
    if (pages_begun_ / chunk_pages == chunks_.size())
        chunks_.push_back(std::make_unique_for_overwrite<Chunk>());
    return pages_begun_++;
}

void TailArena::link(std::uint32_t number, std::uint32_t& head) {
    auto& added = page(number);
    added.previous = 0;
    added.next = head;
    if (head != 0) page(head).previous = number;
    head = number;
}

void TailArena::unlink(std::uint32_t number, std::uint32_t& head) {
    const auto& removed = page(number);
    if (removed.next != 0) page(removed.next).previous = removed.previous;
    if (removed.previous != 0) {
        page(removed.previous).next = removed.next;
    } else {
        head = removed.next;
    }
}

}  // namespace leasehold
