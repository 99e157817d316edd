#include "dhcp/lease_keeper.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_time.hpp"

namespace leasehold {
namespace {

using std::chrono::seconds;

std::shared_ptr<const ServerConfig> config_of(std::vector<PoolRange> ranges) {
    auto config = std::make_shared<ServerConfig>();
    config->pool_ranges = std::move(ranges);
    return config;
}

Prefix address(std::uint32_t last_octet) {
    return to_prefix(Ipv4{0x0a000000 + last_octet});
}

class LeaseKeeperTest : public testing::Test {
protected:
    Lease lease_of(std::uint32_t last_octet, std::uint64_t version = 1) {
        Lease lease;
        lease.address = address(last_octet);
        lease.subnet_id = 7;
        lease.client_id = {1, static_cast<std::uint8_t>(last_octet)};
        lease.valid_lifetime = 100;
        lease.cltt = clock.now();
        lease.expire = lease.hold_until = lease.cltt + seconds{100};
        lease.version = version;
        return lease;
    }
    Availability at(std::uint32_t last_octet) { return keeper.pools().get(address(last_octet)); }
    std::int64_t assigned() {
        const auto found = keeper.counts().find({7, 0});
        return found == keeper.counts().end() ? 0 : found->second.assigned;
    }

    testing_support::FakeTime time;
    LeaseClock clock{time};
    LeaseKeeper keeper{config_of({{address(10), address(19)}}), clock};
};

TEST_F(LeaseKeeperTest, APendingLeaseTakesItsAddressAndIsNotShownUntilDurable) {
    const LeaseChange grant{Put{lease_of(10), false, 0, {}}, LeaseCause::granted};
    keeper.begin(grant);
    EXPECT_EQ(at(10), Availability::taken);
    EXPECT_TRUE(keeper.busy(address(10)));
    EXPECT_FALSE(keeper.durable(address(10)));
    EXPECT_EQ(assigned(), 0);

    const LeaseEvent event = keeper.applied(grant);
    EXPECT_FALSE(event.before);
    ASSERT_TRUE(event.after);
    EXPECT_EQ(keeper.durable(address(10)), lease_of(10));
    EXPECT_EQ(assigned(), 1);
}

TEST_F(LeaseKeeperTest, WhatWasNotStoredGoesBackToTheLastDurableRecord) {
    keeper.load(lease_of(10, 5));
    Lease renewed = lease_of(10, 6);
    renewed.valid_lifetime = 900;
    keeper.begin({Put{renewed, false, 0, {}}, LeaseCause::renewed});
    EXPECT_EQ(keeper.table().find(address(10))->valid_lifetime, 900u);
    EXPECT_EQ(keeper.durable(address(10))->valid_lifetime, 100u);
    keeper.restore(address(10));
    EXPECT_EQ(keeper.table().find(address(10)), lease_of(10, 5));

    keeper.begin({Put{lease_of(11), false, 0, {}}, LeaseCause::granted});
    keeper.restore(address(11));
    EXPECT_FALSE(keeper.table().contains(address(11)));
    EXPECT_EQ(at(11), Availability::free);
    EXPECT_EQ(assigned(), 1);
}

TEST_F(LeaseKeeperTest, AnAddressIsNotFreeBeforeItsEraseIsDurable) {
    keeper.load(lease_of(10, 5));
    const LeaseChange gone{Erase{address(10), 5}, LeaseCause::released};
    keeper.begin(gone);
    EXPECT_EQ(at(10), Availability::taken);
    EXPECT_TRUE(keeper.durable(address(10)));
    keeper.applied(gone);
    EXPECT_EQ(at(10), Availability::free);
    EXPECT_FALSE(keeper.durable(address(10)));
    EXPECT_EQ(assigned(), 0);
}

TEST_F(LeaseKeeperTest, TheWinnersRowIsTakenOver) {
    keeper.begin({Put{lease_of(10, 5), false, 0, {}}, LeaseCause::granted});
    Lease winner = lease_of(10, 9);
    winner.client_id = {1, 99};
    keeper.take_over(address(10), winner);
    EXPECT_EQ(keeper.durable(address(10)), winner);
    EXPECT_EQ(assigned(), 1);
    EXPECT_GE(keeper.version_seen(), 9u);

    keeper.begin({Put{lease_of(11, 5), false, 0, {}}, LeaseCause::granted});
    keeper.take_over(address(11), std::nullopt);
    EXPECT_EQ(at(11), Availability::free);
}

TEST_F(LeaseKeeperTest, ARowThatCameLateWhileLoadingDoesNotUndoAChange) {
    keeper.load(lease_of(10, 8));
    keeper.load(lease_of(10, 5));
    EXPECT_EQ(keeper.durable(address(10))->version, 8u);
    EXPECT_EQ(assigned(), 1);
}

TEST_F(LeaseKeeperTest, ALeaseErasedWhileLoadingDoesNotComeBackWithAPageReadBefore) {
    keeper.load(lease_of(10, 5));
    const LeaseChange gone{Erase{address(10), 5}, LeaseCause::released};
    keeper.begin(gone);
    keeper.applied(gone);
    keeper.load(lease_of(10, 5));
    EXPECT_FALSE(keeper.durable(address(10)));
    keeper.load_finished();
    EXPECT_EQ(assigned(), 0);
}

TEST_F(LeaseKeeperTest, HeldAddressesAreAvoidedAndComeBack) {
    Hold hold{address(10), {IdentityKind::client_id, {1, 2}}, 7, std::nullopt, clock.now() + seconds{10}};
    keeper.hold(hold);
    EXPECT_EQ(at(10), Availability::held);
    hold.unit = address(11);  // a newer offer to the same client
    keeper.hold(hold);
    EXPECT_EQ(at(10), Availability::free);
    EXPECT_EQ(at(11), Availability::held);
    keeper.expire_holds(clock.now() + seconds{11});
    EXPECT_EQ(at(11), Availability::free);
}

TEST_F(LeaseKeeperTest, AnUnreadableRowsAddressIsNeverFree) {
    keeper.set_aside({address(10), "checksum"});
    EXPECT_EQ(at(10), Availability::taken);
    EXPECT_TRUE(keeper.is_set_aside(address(10)));
}

TEST_F(LeaseKeeperTest, EndedLeasesAreReusable) {
    Lease released = lease_of(10, 5);
    released.state = LeaseState::released;
    keeper.load(released);
    EXPECT_EQ(at(10), Availability::reusable);

    keeper.load(lease_of(11, 5));
    EXPECT_EQ(at(11), Availability::taken);
    time.advance(seconds{101});
    keeper.mark(address(11));
    EXPECT_EQ(at(11), Availability::reusable) << "strictly after its end";
}

TEST_F(LeaseKeeperTest, ExcludedAddressesAreNotFoundByTheAllocator) {
    ServerConfig excluding;
    excluding.compatibility.exclude_first_last_24 = true;
    SubnetConfig subnet;
    subnet.id = 1;
    subnet.network = {Ipv4{0x0a000000}, 16};
    subnet.pools.emplace_back().range = {address(254), address(257)};
    excluding.subnets.push_back(subnet);
    finish(excluding);
    const LeaseKeeper wary{std::make_shared<const ServerConfig>(excluding), clock};
    EXPECT_EQ(wary.pools().get(address(254)), Availability::free);
    EXPECT_EQ(wary.pools().get(address(255)), Availability::taken);
    EXPECT_EQ(wary.pools().get(address(256)), Availability::taken);
    EXPECT_EQ(wary.pools().counts(0).taken, 2u);
}

TEST_F(LeaseKeeperTest, NewPoolsSeeWhatIsThereAndWhatChangesWhileTheyAreFilled) {
    for (std::uint32_t last = 10; last < 16; ++last) keeper.load(lease_of(last, 5));
    const std::vector<PoolRange> wider{{address(1), address(100)}};
    AddressPools next{wider};
    keeper.set_next_pools(&next);
    auto after = keeper.fill_pools(next, std::nullopt, 2);
    keeper.begin({Put{lease_of(50), false, 0, {}}, LeaseCause::granted});
    while (after) after = keeper.fill_pools(next, after, 2);
    EXPECT_EQ(next.get(address(15)), Availability::taken);
    EXPECT_EQ(next.get(address(16)), Availability::free);
    EXPECT_EQ(next.get(address(50)), Availability::taken);
    keeper.use(config_of(wider), std::move(next));
    EXPECT_EQ(at(50), Availability::taken);
    EXPECT_EQ(keeper.pools().counts(0).taken, 7u);
}

}  // namespace
}  // namespace leasehold
