// A record's link holds its ordinal among the leases of its identity; the first one (ordinal 0) holds the
// number of the others instead, marked by the top bit. Whoever leaves is replaced by the last.
#include "dhcp/identity_index.hpp"

#include <algorithm>
#include <cassert>

namespace leasehold {
namespace {

constexpr std::uint32_t first_bit = 0x80000000;

std::uint32_t ordinal_of(std::uint32_t link) {
    return (link & first_bit) != 0 ? 0 : link;
}

/// Spreads the ordinals of one identity (the finaliser of splitmix64); ordinal 0 keeps the hash.
HashTag tag_of(std::uint64_t hash, std::uint32_t ordinal) {
    if (ordinal != 0) {
        hash += ordinal * 0x9e3779b97f4a7c15;
        hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
        hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
        hash ^= hash >> 31;
    }
    return static_cast<HashTag>(hash >> 32);
}

}  // namespace

IdentityIndex::IdentityIndex(LeaseRecords& records, IdentityPart part)
    : records_{&records}, part_{part}, key_{random_hash_key()} {}

RecordNumber IdentityIndex::find(std::uint64_t hash, OctetView identity, std::uint32_t ordinal) const {
    return cells_.find(tag_of(hash, ordinal), [&](RecordNumber record) {
        return ordinal_of(records_->identity_link(record, part_)) == ordinal &&
               std::ranges::equal(records_->identity(record, part_), identity);
    });
}

std::uint32_t IdentityIndex::others(RecordNumber first) const {
    return records_->identity_link(first, part_) & ~first_bit;
}

void IdentityIndex::expect(OctetView identity) const {
    if (!identity.empty()) cells_.expect(tag_of(keyed_hash(key_, identity), 0));
}

void IdentityIndex::insert(RecordNumber record) {
    const auto identity = records_->identity(record, part_);
    if (identity.empty()) return;
    const auto hash = keyed_hash(key_, identity);
    const auto first = find(hash, identity, 0);
    auto& link = records_->identity_link(record, part_);
    if (first == no_record) {
        link = first_bit;
        cells_.insert(tag_of(hash, 0), record);
        return;
    }
    link = others(first) + 1;
    ++records_->identity_link(first, part_);
    cells_.insert(tag_of(hash, link), record);
}

void IdentityIndex::erase(RecordNumber record) {
    const auto identity = records_->identity(record, part_);
    if (identity.empty()) return;
    const auto hash = keyed_hash(key_, identity);
    auto first = find(hash, identity, 0);
    assert(first != no_record);
    const auto count = others(first);
    const auto last = count == 0 ? first : find(hash, identity, count);
    cells_.erase(tag_of(hash, count), last);
    auto& link = records_->identity_link(record, part_);
    if (last != record) {
        cells_.replace(tag_of(hash, ordinal_of(link)), record, last);
        records_->identity_link(last, part_) = link;
        if (first == record) first = last;
    }
    if (count > 0) --records_->identity_link(first, part_);
    link = 0;
}

}  // namespace leasehold
