#include "dhcp/pending_changes.hpp"

#include <gtest/gtest.h>

namespace leasehold::pending_changes_test {
namespace {

const Prefix address = to_prefix(Ipv4{0x0a000001});

TEST(PendingChanges, KeepsTheDurableRecordUntilTheEnd) {
    Lease stored;
    stored.address = address;
    stored.version = 7;
    PendingChanges pending;
    EXPECT_FALSE(pending.busy(address));
    EXPECT_EQ(pending.durable(address), nullptr);
    pending.begin(address, stored);
    EXPECT_TRUE(pending.busy(address));
    ASSERT_NE(pending.durable(address), nullptr);
    EXPECT_EQ(*pending.durable(address), stored);
    EXPECT_EQ(pending.end(address), stored);
    EXPECT_FALSE(pending.busy(address));
    EXPECT_EQ(pending.size(), 0u);
}

TEST(PendingChanges, AnAddressThatHadNoLeaseIsBusyToo) {
    PendingChanges pending;
    pending.begin(address, std::nullopt);
    ASSERT_NE(pending.durable(address), nullptr);
    EXPECT_EQ(*pending.durable(address), std::nullopt);
    EXPECT_EQ(pending.size(), 1u);
    EXPECT_EQ(pending.end(address), std::nullopt);
    EXPECT_FALSE(pending.busy(address));
}

TEST(PendingChangesDeathTest, BeginningTwiceIsOurMistake) {
    PendingChanges pending;
    pending.begin(address, std::nullopt);
    EXPECT_DEATH(pending.begin(address, std::nullopt), "begun");
}

}  // namespace
}  // namespace leasehold::pending_changes_test
