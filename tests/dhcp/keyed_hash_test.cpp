#include "dhcp/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>

namespace leasehold::keyed_hash_test {
namespace {

// The vectors of the SipHash paper's reference: key 00 01 .. 0f, message 00 01 .. (length - 1).
TEST(KeyedHash, RoundsAgreeWithPublishedVectors) {
    const HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::array<std::uint8_t, 15> message{};
    for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
    const OctetView bytes{message};
    EXPECT_EQ(siphash_2_4(key, bytes.first(0)), 0x726fdb47dd0e0e31u);
    EXPECT_EQ(siphash_2_4(key, bytes.first(1)), 0x74f839c593dc67fdu);
    EXPECT_EQ(siphash_2_4(key, bytes.first(8)), 0x93f5f5799a932462u);
    EXPECT_EQ(siphash_2_4(key, bytes), 0xa129ca6149be45e5u);
}

TEST(KeyedHash, DependsOnKeyLengthAndEveryOctet) {
    std::set<std::uint64_t> seen;
    for (const auto& key : {HashKey{1, 2}, HashKey{2, 1}})
        for (std::size_t length = 0; length <= 20; ++length) {
            Octets bytes(length, 0);
            seen.insert(keyed_hash(key, view(bytes)));
            for (auto& octet : bytes) {
                octet = 1;
                seen.insert(keyed_hash(key, view(bytes)));
                octet = 0;
            }
        }
    EXPECT_EQ(seen.size(), 2u * (21 + 210));
}

TEST(KeyedHash, RandomKeysDiffer) {
    const auto first = random_hash_key(), second = random_hash_key();
    EXPECT_NE(first.low, second.low);
    EXPECT_NE(first.high, second.high);
}

}  // namespace
}  // namespace leasehold::keyed_hash_test
