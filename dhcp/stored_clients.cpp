// Both halves of a hash give the places of an identity's bits (Kirsch, Mitzenmacher 2006).
#include "dhcp/stored_clients.hpp"

#include <algorithm>

namespace leasehold {

/// @return whether `visit(word, bit)` was true of each place
template <class Visit>
bool StoredClients::all_bits(std::uint64_t hash, const Visit& visit) {
    auto place = static_cast<std::uint32_t>(hash);
    const auto step = static_cast<std::uint32_t>(hash >> 32) | 1u;
    for (unsigned i = 0; i < Filter::bits_of_identity; ++i, place += step) {
        const auto bit = place >> (32 - Filter::bits_log2);
        if (!visit(bit / 64, std::uint64_t{1} << bit % 64)) return false;
    }
    return true;
}

void StoredClients::add(OctetView identity) {
    if (identity.empty()) return;
    if (filters_.empty() || in_last_ == Filter::identities_max) {
        filters_.push_back(std::make_unique<Filter>());
        in_last_ = 0;
    }
    ++in_last_;
    auto& words = filters_.back()->words;
    all_bits(keyed_hash(key_, identity), [&](std::size_t word, std::uint64_t bit) {
        words[word] |= bit;
        return true;
    });
}

bool StoredClients::may_have(OctetView identity) const {
    if (identity.empty()) return false;
    const auto hash = keyed_hash(key_, identity);
    return std::ranges::any_of(filters_, [&](const auto& filter) {
        return all_bits(hash,
                        [&](std::size_t word, std::uint64_t bit) { return (filter->words[word] & bit) != 0; });
    });
}

}  // namespace leasehold
