// The lease records of one family, packed: a fixed part of 48 octets and the address in a slab, the rest in a
// tail. Also gives the indexes their links inside the record, so that they need no memory of their own.
//
// Not here: finding a record (address_index, identity_index, expiry_buckets).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dhcp/lease.hpp"
#include "dhcp/slab.hpp"
#include "dhcp/tail_arena.hpp"

namespace leasehold {

/// A place in the slab; 0: none.
using RecordNumber = std::uint32_t;
inline constexpr RecordNumber no_record = Slab::none;

/// What one identity index goes by: v4 option 61 or the DUID; the hardware address.
enum class IdentityPart : std::uint8_t { client, hwaddr };

class LeaseRecords {
public:
    explicit LeaseRecords(Family family);

    /// Links of all indexes start as 0.
    RecordNumber add(const Lease& lease);
    /// Everything but the address and the links. @pre same address
    void rewrite(RecordNumber number, const Lease& lease);
    void remove(RecordNumber number);

    Lease lease(RecordNumber number) const;
    Prefix address(RecordNumber number) const;
    /// Empty: the lease has none. Valid until the next change of any record.
    OctetView identity(RecordNumber number, IdentityPart part) const;

    std::uint32_t& identity_link(RecordNumber number, IdentityPart part);
    std::uint32_t identity_link(RecordNumber number, IdentityPart part) const;

    struct ExpiryLinks {
        RecordNumber previous = no_record;
        RecordNumber next = no_record;
        std::uint32_t slot = 0;
    };
    ExpiryLinks& expiry_links(RecordNumber number) { return fixed(number).expiry; }

    Family family() const { return family_; }
    std::size_t size() const { return slab_.size(); }
    std::size_t bytes() const { return slab_.bytes() + tails_.bytes(); }

private:
    struct Fixed {
        std::array<std::uint32_t, 2> version;  // low, high: a 64-bit member would pad the record
        std::uint32_t cltt_low;
        std::uint8_t cltt_high;
        std::uint8_t state_and_kind;  // state in the low nibble, kind and the two FQDN flags above
        std::uint8_t writer;          // place in writers_
        std::uint8_t unused;
        std::uint32_t valid_lifetime;
        std::uint32_t subnet_id;
        TailRef tail;
        std::array<std::uint32_t, 2> identity_links;
        ExpiryLinks expiry;
    };
    static_assert(sizeof(Fixed) == 48 && alignof(Fixed) == 4);

    Fixed& fixed(RecordNumber number);
    const Fixed& fixed(RecordNumber number) const;
    void write_fixed(Fixed& record, const Lease& lease);
    void write_address(RecordNumber number, const Prefix& address);
    std::uint8_t writer_place(std::uint64_t writer);

    Family family_;
    Slab slab_;
    TailArena tails_;
    std::vector<std::uint64_t> writers_;  // the few servers that ever wrote a row; never more than 255
};

}  // namespace leasehold
