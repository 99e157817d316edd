// A sorted set of small entries in blocks of 64 under a tree of the blocks' lower bounds: a few octets per
// entry instead of a tree node each, and no operation moves more than two blocks. The key of an entry comes
// from the caller (`key_of`), so that an entry can be a mere record number.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <type_traits>

namespace leasehold {

template <class Key, class Entry>
class OrderedBlocks {
    static_assert(std::is_trivially_copyable_v<Entry>);

public:
    /// nullptr: no entry of this key. Valid until the next insert or erase; its key must stay.
    template <class KeyOf>
    Entry* find(const Key& key, const KeyOf& key_of) {
        const auto block = block_of(key);
        if (block == blocks_.end()) return nullptr;
        auto* place = lower_bound(*block->second, key, key_of);
        return place != block->second->end() && key_of(*place) == key ? place : nullptr;
    }
    template <class KeyOf>
    const Entry* find(const Key& key, const KeyOf& key_of) const {
        return const_cast<OrderedBlocks*>(this)->find(key, key_of);
    }

    /// @pre no entry of this key is there
    template <class KeyOf>
    void insert(const Entry& entry, const KeyOf& key_of) {
        const Key key = key_of(entry);
        auto block = block_of(key);
        if (block == blocks_.end()) block = blocks_.emplace(key, std::make_unique<Block>()).first;
        if (key < block->first) block = lower_bound_to(block, key);
        if (block->second->size == block_size) block = split(block, key, key_of);
        auto& target = *block->second;
        auto* place = lower_bound(target, key, key_of);
        assert(place == target.end() || key_of(*place) != key);
        std::copy_backward(place, target.end(), target.end() + 1);
        *place = entry;
        ++target.size;
        ++size_;
    }

    /// @pre an entry of this key is there
    template <class KeyOf>
    void erase(const Key& key, const KeyOf& key_of) {
        const auto block = block_of(key);
        auto& from = *block->second;
        auto* place = lower_bound(from, key, key_of);
        assert(place != from.end() && key_of(*place) == key);
        std::copy(place + 1, from.end(), place);
        --from.size;
        --size_;
        join_small(block);
    }

    /// Visits entries with keys above `after` (nullptr: all) in order until `visit` returns false.
    template <class KeyOf, class Visit>
    void for_each_after(const Key* after, const KeyOf& key_of, const Visit& visit) const {
        auto block = after == nullptr ? blocks_.begin() : const_cast<OrderedBlocks*>(this)->block_of(*after);
        for (; block != blocks_.end(); ++block, after = nullptr) {
            auto* place = block->second->entries.data();
            if (after != nullptr) {
                place = lower_bound(*block->second, *after, key_of);
                if (place != block->second->end() && key_of(*place) == *after) ++place;
            }
            for (; place != block->second->end(); ++place)
                if (!visit(*place)) return;
        }
    }

    std::size_t size() const { return size_; }
    /// Estimated for the tree's nodes: the allocator does not tell.
    std::size_t bytes() const { return blocks_.size() * (sizeof(Block) + sizeof(Key) + tree_node_bytes); }

private:
    static constexpr std::size_t block_size = 64;
    static constexpr std::size_t tree_node_bytes = 64;

    struct Block {
        std::array<Entry, block_size> entries;
        std::uint32_t size = 0;
        Entry* end() { return entries.data() + size; }
    };
    using Blocks = std::map<Key, std::unique_ptr<Block>>;  // by a lower bound of the block's keys

    typename Blocks::iterator block_of(const Key& key) {
        const auto above = blocks_.upper_bound(key);
        return above == blocks_.begin() ? above : std::prev(above);
    }

    template <class KeyOf>
    static Entry* lower_bound(Block& block, const Key& key, const KeyOf& key_of) {
        return std::lower_bound(
            block.entries.data(), block.end(), key,
            [&](const Entry& entry, const Key& wanted) { return key_of(entry) < wanted; });
    }

    /// A key below all others belongs to the first block.
    typename Blocks::iterator lower_bound_to(typename Blocks::iterator first, const Key& key) {
        auto node = blocks_.extract(first);
        node.key() = key;
        return blocks_.insert(blocks_.begin(), std::move(node));
    }

    /// @return the block that `key` belongs to, with room in it.
    template <class KeyOf>
    typename Blocks::iterator split(typename Blocks::iterator full, const Key& key, const KeyOf& key_of) {
        auto& lower = *full->second;
        // Rising keys (a load in address order) leave full blocks behind them, not half-full ones.
        const bool appended = std::next(full) == blocks_.end() && key_of(*(lower.end() - 1)) < key;
        const std::size_t kept = appended ? block_size : block_size / 2;
        auto upper = std::make_unique<Block>();
        std::copy(lower.entries.data() + kept, lower.end(), upper->entries.data());
        upper->size = static_cast<std::uint32_t>(block_size - kept);
        lower.size = static_cast<std::uint32_t>(kept);
        const Key bound = appended ? key : key_of(upper->entries[0]);
        const auto added = blocks_.emplace_hint(std::next(full), bound, std::move(upper));
        return key < bound ? full : added;
    }

    void join_small(typename Blocks::iterator block) {
        if (block->second->size == 0) {
            blocks_.erase(block);
            return;
        }
        const auto follower = std::next(block);
        if (follower == blocks_.end() || block->second->size + follower->second->size > block_size / 2)
            return;
        auto& target = *block->second;
        std::copy(follower->second->entries.data(), follower->second->end(), target.end());
        target.size += follower->second->size;
        blocks_.erase(follower);
    }

    Blocks blocks_;
    std::size_t size_ = 0;
};

}  // namespace leasehold
