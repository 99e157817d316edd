// A hash for keys that come from the network: SipHash (Aumasson, Bernstein 2012) under a random key of each
// table, so that nobody outside can choose client-ids or addresses that collide. Not for checksums or
// anything stored: the key dies with its table.
#pragma once

#include <cstdint>

#include "dhcp/client_identity.hpp"

namespace leasehold {

struct HashKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

/// From the system's source of randomness.
HashKey random_hash_key();

/// One round per word and three at the end: enough where the attacker never sees a hash value.
std::uint64_t keyed_hash(const HashKey& key, OctetView bytes);

/// The variant of the paper, whose published vectors prove the rounds that both share.
std::uint64_t siphash_2_4(const HashKey& key, OctetView bytes);

}  // namespace leasehold
