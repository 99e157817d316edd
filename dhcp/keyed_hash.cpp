// SipHash with a chosen number of rounds; the paper's names (v0..v3) are kept so that it can be compared.
#include "dhcp/keyed_hash.hpp"

#include <bit>
#include <cstddef>
#include <random>

namespace leasehold {
namespace {

struct SipState {
    std::uint64_t v0, v1, v2, v3;

    void rounds(int count) {
        for (int i = 0; i < count; ++i) {
            v0 += v1;
            v1 = std::rotl(v1, 13) ^ v0;
            v0 = std::rotl(v0, 32);
            v2 += v3;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 += v3;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 += v1;
            v1 = std::rotl(v1, 17) ^ v2;
            v2 = std::rotl(v2, 32);
        }
    }
};

std::uint64_t little_endian(OctetView bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) word = word << 8 | bytes[i];
    return word;
}

template <int word_rounds, int final_rounds>
std::uint64_t siphash(const HashKey& key, OctetView bytes) {
    SipState state{key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d, key.low ^ 0x6c7967656e657261,
                   key.high ^ 0x7465646279746573};
    const auto absorb = [&state](std::uint64_t word) {
        state.v3 ^= word;
        state.rounds(word_rounds);
        state.v0 ^= word;
    };
    const auto length_byte = static_cast<std::uint64_t>(bytes.size() & 0xff) << 56;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) absorb(little_endian(bytes.first(8)));
    absorb(little_endian(bytes) | length_byte);
    state.v2 ^= 0xff;
    state.rounds(final_rounds);
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace

HashKey random_hash_key() {
    std::random_device random;
    const auto word = [&random] { return static_cast<std::uint64_t>(random()) << 32 | random(); };
    return {word(), word()};
}

std::uint64_t keyed_hash(const HashKey& key, OctetView bytes) {
    return siphash<1, 3>(key, bytes);
}
std::uint64_t siphash_2_4(const HashKey& key, OctetView bytes) {
    return siphash<2, 4>(key, bytes);
}

}  // namespace leasehold
