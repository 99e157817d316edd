// Whether the store may have a lease of a client, known before its leases are: while a store with millions of
// rows is being loaded, a client that it surely has none of can be answered. A set of identities in two octets
// each that may say yes to one that is not in it, and never no to one that is.
//
// Not here: which lease, and where. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "dhcp/keyed_hash.hpp"

namespace leasehold {

class StoredClients {
public:
    StoredClients() : key_{random_hash_key()} {}

    /// No-op for an empty identity: a lease without one is nobody's.
    void add(OctetView identity);
    /// False: it was not added. True though it was not: of one in a thousand, for each million of identities.
    bool may_have(OctetView identity) const;

    std::size_t bytes() const { return filters_.size() * sizeof(Filter); }

private:
    /// A Bloom filter of a fixed size, so that adding costs the same however many there are.
    struct Filter {
        static constexpr unsigned bits_log2 = 24, bits_of_identity = 6;
        static constexpr std::size_t identities_max = std::size_t{1} << 20;
        std::uint64_t words[(std::size_t{1} << bits_log2) / 64];
    };
    template <class Visit>
    static bool all_bits(std::uint64_t hash, const Visit& visit);

    HashKey key_;
    std::vector<std::unique_ptr<Filter>> filters_;
    std::size_t in_last_ = 0;
};

}  // namespace leasehold
