// Nodes of the radix tree: 256 children each, freed when the last one goes.
#include "dhcp/ipv4_index.hpp"

#include <array>
#include <cassert>
#include <new>

namespace leasehold {
namespace {

constexpr std::size_t fan_out = 256;
constexpr std::size_t top_size = std::size_t{1} << 16;
constexpr unsigned nodes_of_chunk_log2 = 6;

constexpr std::uint32_t top_of(Ipv4 address) {
    return address.value >> 16;
}
constexpr unsigned middle_of(Ipv4 address) {
    return address.value >> 8 & 0xff;
}
constexpr unsigned low_of(Ipv4 address) {
    return address.value & 0xff;
}

}  // namespace

struct Ipv4Index::Node {
    std::array<std::uint32_t, fan_out> child;
    std::uint32_t used;
};

Ipv4Index::Ipv4Index() : top_{top_size}, nodes_{sizeof(Node), nodes_of_chunk_log2} {}

Ipv4Index::Node& Ipv4Index::node(std::uint32_t number) {
    return *std::launder(reinterpret_cast<Node*>(nodes_.at(number)));
}
const Ipv4Index::Node& Ipv4Index::node(std::uint32_t number) const {
    return *std::launder(reinterpret_cast<const Node*>(nodes_.at(number)));
}

std::uint32_t Ipv4Index::find(Ipv4 address) const {
    const auto middle = top_[top_of(address)];
    if (middle == Slab::none) return Slab::none;
    const auto leaf = node(middle).child[middle_of(address)];
    return leaf == Slab::none ? Slab::none : node(leaf).child[low_of(address)];
}

std::uint32_t Ipv4Index::child(std::uint32_t& slot) {
    if (slot == Slab::none) {
        slot = nodes_.take();
        ::new (nodes_.at(slot)) Node{};
    }
    return slot;
}

void Ipv4Index::insert(Ipv4 address, std::uint32_t record) {
    auto& middle = node(child(top_[top_of(address)]));
    auto& slot = middle.child[middle_of(address)];
    if (slot == Slab::none) ++middle.used;
    auto& leaf = node(child(slot));
    assert(record != Slab::none && leaf.child[low_of(address)] == Slab::none);
    leaf.child[low_of(address)] = record;
    ++leaf.used;
}

void Ipv4Index::erase(Ipv4 address) {
    auto& top_slot = top_[top_of(address)];
    auto& middle = node(top_slot);
    auto& leaf_slot = middle.child[middle_of(address)];
    auto& leaf = node(leaf_slot);
    assert(leaf.child[low_of(address)] != Slab::none);
    leaf.child[low_of(address)] = Slab::none;
    if (--leaf.used > 0) return;
    nodes_.give_back(leaf_slot);
    leaf_slot = Slab::none;
    if (--middle.used > 0) return;
    nodes_.give_back(top_slot);
    top_slot = Slab::none;
}

std::uint32_t Ipv4Index::next(Ipv4& from) const {
    auto middle = middle_of(from);
    auto low = low_of(from);
    for (auto top = top_of(from); top < top_size; ++top, middle = 0, low = 0) {
        if (top_[top] == Slab::none) continue;
        const auto record = next_in_top(top, middle, low, from);
        if (record != Slab::none) return record;
    }
    return Slab::none;
}

std::uint32_t Ipv4Index::next_in_top(std::uint32_t top, unsigned middle, unsigned low, Ipv4& found) const {
    const auto& middles = node(top_[top]);
    for (; middle < fan_out; ++middle, low = 0) {
        if (middles.child[middle] == Slab::none) continue;
        const auto& leaf = node(middles.child[middle]);
        for (; low < fan_out; ++low) {
            if (leaf.child[low] == Slab::none) continue;
            found.value = top << 16 | middle << 8 | low;
            return leaf.child[low];
        }
    }
    return Slab::none;
}

}  // namespace leasehold
