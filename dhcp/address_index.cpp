// The two families' ways to one interface.
#include "dhcp/address_index.hpp"

#include <algorithm>
#include <array>

namespace leasehold {

AddressIndex::AddressIndex(const LeaseRecords& records) : records_{&records} {
    if (records.family() == Family::v6) index_.emplace<V6>();
}

HashTag AddressIndex::tag_of(const V6& v6, const Prefix& address) {
    std::array<std::uint8_t, 17> bytes;
    std::ranges::copy(address.address.bytes, bytes.begin());
    bytes.back() = address.length;
    return static_cast<HashTag>(keyed_hash(v6.key, bytes) >> 32);
}

RecordNumber AddressIndex::find(const Prefix& address) const {
    if (const auto* v4 = std::get_if<Ipv4Index>(&index_))
        return is_ipv4(address) ? v4->find(to_ipv4(address)) : no_record;
    const auto& v6 = std::get<V6>(index_);
    return v6.cells.find(tag_of(v6, address),
                         [&](RecordNumber record) { return records_->address(record) == address; });
}

void AddressIndex::insert(RecordNumber record) {
    const auto address = records_->address(record);
    if (auto* v4 = std::get_if<Ipv4Index>(&index_)) {
        v4->insert(to_ipv4(address), record);
        return;
    }
    auto& v6 = std::get<V6>(index_);
    v6.cells.insert(tag_of(v6, address), record);
    v6.order.insert(record, address_of_record());
}

void AddressIndex::erase(RecordNumber record) {
    const auto address = records_->address(record);
    if (auto* v4 = std::get_if<Ipv4Index>(&index_)) {
        v4->erase(to_ipv4(address));
        return;
    }
    auto& v6 = std::get<V6>(index_);
    v6.cells.erase(tag_of(v6, address), record);
    v6.order.erase(address, address_of_record());
}

std::optional<Ipv4> AddressIndex::successor(const Prefix& place) {
    if (is_ipv4(place)) {
        const auto address = to_ipv4(place);
        if (address.is_broadcast()) return std::nullopt;
        return Ipv4{address.value + 1};
    }
    if (place < to_prefix(Ipv4{0})) return Ipv4{0};
    if (place > to_prefix(Ipv4{0xffffffff})) return std::nullopt;
    // In the mapped range with a length below 128: it comes before the address with its bits.
    auto mapped = place;
    mapped.length = 128;
    return to_ipv4(mapped);
}

bool AddressIndex::growing() const {
    const auto* v6 = std::get_if<V6>(&index_);
    return v6 != nullptr && v6->cells.growing();
}

bool AddressIndex::grow_step(std::size_t cells) {
    auto* v6 = std::get_if<V6>(&index_);
    return v6 != nullptr && v6->cells.grow_step(cells);
}

std::size_t AddressIndex::bytes() const {
    if (const auto* v4 = std::get_if<Ipv4Index>(&index_)) return v4->bytes();
    const auto& v6 = std::get<V6>(index_);
    return v6.cells.bytes() + v6.order.bytes();
}

}  // namespace leasehold
