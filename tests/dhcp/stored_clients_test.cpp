// Nobody who was added is ever denied, and few others are taken for one who was.
#include "dhcp/stored_clients.hpp"

#include <gtest/gtest.h>

#include <array>

namespace leasehold::stored_clients_test {
namespace {

std::array<std::uint8_t, 6> identity(std::uint32_t number, std::uint8_t of) {
    return {of, 0, static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
            static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

// More than one filter takes.
TEST(StoredClients, NeverDeniesOneThatWasAdded) {
    constexpr std::uint32_t count = 1'200'000;
    StoredClients stored;
    for (std::uint32_t number = 0; number < count; ++number) stored.add(identity(number, 1));
    for (std::uint32_t number = 0; number < count; ++number) ASSERT_TRUE(stored.may_have(identity(number, 1)));
    std::size_t mistaken = 0;
    for (std::uint32_t number = 0; number < 100'000; ++number) mistaken += stored.may_have(identity(number, 2)) ? 1 : 0;
    EXPECT_LT(mistaken, 500U);
    EXPECT_LT(stored.bytes(), 4U * count);
}

TEST(StoredClients, NobodyIsThereWhereNothingWasAdded) {
    StoredClients stored;
    stored.add({});
    EXPECT_FALSE(stored.may_have({}));
    EXPECT_FALSE(stored.may_have(identity(1, 1)));
    EXPECT_EQ(stored.bytes(), 0U);
}

}  // namespace
}  // namespace leasehold::stored_clients_test
