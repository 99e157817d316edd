// Leases by one identity (client-id, DUID or hardware address), however many it has: the n-th lease of an
// identity has a hash cell of its own under (identity, n). So an identity with a million leases lengthens no
// probe sequence, and adding or removing any one of them costs the same as for an identity with one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dhcp/hash_index.hpp"
#include "dhcp/keyed_hash.hpp"
#include "dhcp/lease_records.hpp"

namespace leasehold {

class IdentityIndex {
public:
    IdentityIndex(LeaseRecords& records, IdentityPart part);

    /// No-op for a record without this identity.
    void insert(RecordNumber record);
    /// To be called while the record still has the identity it was inserted with.
    void erase(RecordNumber record);

    /// Calls `visit(record)` for at most `limit` leases of the identity, in no particular order.
    template <class Visit>
    void for_each(OctetView identity, std::size_t limit, const Visit& visit) const {
        if (identity.empty() || limit == 0) return;
        const auto hash = keyed_hash(key_, identity);
        const auto first = find(hash, identity, 0);
        if (first == no_record) return;
        visit(first);
        for (std::uint32_t n = 1; n < limit && n <= others(first); ++n) visit(find(hash, identity, n));
    }

    /// for_each() or insert() of this identity will follow: its cell is brought into the cache meanwhile.
    void expect(OctetView identity) const;

    void reserve(std::size_t leases) { cells_.reserve(leases); }
    bool growing() const { return cells_.growing(); }
    bool grow_step(std::size_t cells) { return cells_.grow_step(cells); }
    std::size_t bytes() const { return cells_.bytes(); }

private:
    RecordNumber find(std::uint64_t hash, OctetView identity, std::uint32_t ordinal) const;
    std::uint32_t others(RecordNumber first) const;

    LeaseRecords* records_;
    IdentityPart part_;
    HashKey key_;
    HashIndex cells_;
};

}  // namespace leasehold
