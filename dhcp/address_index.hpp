// Records by address, and in address order. IPv4 in a radix tree; IPv6 addresses and delegated prefixes lie
// too far apart for that: a hash for the lookup and sorted blocks for the order.
#pragma once

#include <cstddef>
#include <optional>
#include <variant>

#include "dhcp/hash_index.hpp"
#include "dhcp/ipv4_index.hpp"
#include "dhcp/keyed_hash.hpp"
#include "dhcp/lease_records.hpp"
#include "dhcp/ordered_blocks.hpp"

namespace leasehold {

class AddressIndex {
public:
    explicit AddressIndex(const LeaseRecords& records);

    /// An address of the other family is nowhere.
    RecordNumber find(const Prefix& address) const;
    void insert(RecordNumber record);
    void erase(RecordNumber record);

    /// Visits the records of addresses after `after` (nullopt: all) in order until `visit` returns false.
    template <class Visit>
    void for_each_after(const std::optional<Prefix>& after, const Visit& visit) const {
        if (const auto* v4 = std::get_if<Ipv4Index>(&index_)) {
            for_each_v4_after(*v4, after, visit);
        } else {
            std::get<V6>(index_).order.for_each_after(after ? &*after : nullptr, address_of_record(), visit);
        }
    }

    bool growing() const;
    bool grow_step(std::size_t cells);
    std::size_t bytes() const;

private:
    struct V6 {
        HashKey key = random_hash_key();
        HashIndex cells;
        OrderedBlocks<Prefix, RecordNumber> order;
    };

    template <class Visit>
    static void for_each_v4_after(const Ipv4Index& index, const std::optional<Prefix>& after,
                                  const Visit& visit) {
        auto from = after ? successor(*after) : std::optional{Ipv4{0}};
        while (from) {
            const auto record = index.next(*from);
            if (record == no_record || !visit(record)) return;
            from = from->is_broadcast() ? std::nullopt : std::optional{Ipv4{from->value + 1}};
        }
    }
    /// The first IPv4 address after this place in the order of all addresses; nullopt: none.
    static std::optional<Ipv4> successor(const Prefix& place);

    auto address_of_record() const {
        return [records = records_](RecordNumber record) { return records->address(record); };
    }
    static HashTag tag_of(const V6& v6, const Prefix& address);

    const LeaseRecords* records_;
    std::variant<Ipv4Index, V6> index_;
};

}  // namespace leasehold
