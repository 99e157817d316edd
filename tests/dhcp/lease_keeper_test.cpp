#include "dhcp/lease_keeper.hpp"

#include <gtest/gtest.h>

#include "dhcp/lease_context.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::lease_keeper_test {
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
    std::int64_t assigned() { return keeper.counts().of({7, 0}).assigned; }

    testing_support::FakeTime time;
    LeaseClock clock{time};
    LeaseKeeper keeper{config_of({{address(10), address(19)}}), clock};
};

TEST_F(LeaseKeeperTest, APendingLeaseTakesItsAddressAndIsNotShownUntilDurable) {
    const Change grant{Put{.lease = lease_of(10), .cause = LeaseCause::granted}};
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
    keeper.begin(Put{.lease = renewed, .cause = LeaseCause::renewed});
    EXPECT_EQ(keeper.table().find(address(10))->valid_lifetime, 900u);
    EXPECT_EQ(keeper.durable(address(10))->valid_lifetime, 100u);
    keeper.restore(address(10));
    EXPECT_EQ(keeper.table().find(address(10)), lease_of(10, 5));

    keeper.begin(Put{.lease = lease_of(11), .cause = LeaseCause::granted});
    keeper.restore(address(11));
    EXPECT_FALSE(keeper.table().contains(address(11)));
    EXPECT_EQ(at(11), Availability::free);
    EXPECT_EQ(assigned(), 1);
}

TEST_F(LeaseKeeperTest, AnAddressIsNotFreeBeforeItsEraseIsDurable) {
    keeper.load(lease_of(10, 5));
    const Change gone{Erase{address(10), 5, LeaseCause::released}};
    keeper.begin(gone);
    EXPECT_EQ(at(10), Availability::taken);
    EXPECT_TRUE(keeper.durable(address(10)));
    keeper.applied(gone);
    EXPECT_EQ(at(10), Availability::free);
    EXPECT_FALSE(keeper.durable(address(10)));
    EXPECT_EQ(assigned(), 0);
}

TEST_F(LeaseKeeperTest, TheWinnersRowIsTakenOver) {
    keeper.begin(Put{.lease = lease_of(10, 5), .cause = LeaseCause::granted});
    Lease winner = lease_of(10, 9);
    winner.client_id = {1, 99};
    keeper.take_over(address(10), winner);
    EXPECT_EQ(keeper.durable(address(10)), winner);
    EXPECT_EQ(assigned(), 1);
    EXPECT_GE(keeper.version_seen(), 9u);

    keeper.begin(Put{.lease = lease_of(11, 5), .cause = LeaseCause::granted});
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
    const Change gone{Erase{address(10), 5, LeaseCause::released}};
    keeper.begin(gone);
    keeper.applied(gone);
    keeper.load(lease_of(10, 5));
    EXPECT_FALSE(keeper.durable(address(10)));
    keeper.load_finished();
    EXPECT_EQ(assigned(), 0);
}

TEST_F(LeaseKeeperTest, WhoHasLeasesInTheStoreIsKnownFromTheLastOfThemUntilTheRowsAreThere) {
    IdentitiesPage page;
    page.add(view(lease_of(10).client_id));
    keeper.note_identities(page);
    EXPECT_EQ(keeper.stored_clients(), nullptr);
    page = {};
    page.add(view(lease_of(11).client_id));
    page.complete = true;
    keeper.note_identities(page);
    const auto* const stored = keeper.stored_clients();
    ASSERT_NE(stored, nullptr);
    EXPECT_TRUE(stored->may_have(view(lease_of(10).client_id)));
    EXPECT_TRUE(stored->may_have(view(lease_of(11).client_id)));
    EXPECT_FALSE(stored->may_have(view(lease_of(12).client_id)));
    EXPECT_FALSE(stored->may_have({}));
    keeper.load_finished();
    EXPECT_EQ(keeper.stored_clients(), nullptr);
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
    subnet.network = to_prefix(Ipv4Network{Ipv4{0x0a000000}, 16});
    subnet.pools.emplace_back().range = {address(254), address(257)};
    excluding.subnets.push_back(subnet);
    finish(excluding);
    const LeaseKeeper wary{std::make_shared<const ServerConfig>(excluding), clock};
    EXPECT_EQ(wary.pools().get(address(254)), Availability::free);
    EXPECT_TRUE(wary.pools().is_blocked(address(255)));
    EXPECT_TRUE(wary.pools().is_blocked(address(256)));
    EXPECT_EQ(wary.pools().counts(0).blocked, 2u);
    EXPECT_EQ(wary.pools().counts(0).taken, 0u);
}

// --- limits

TEST_F(LeaseKeeperTest, LeasesOfAClassAreCountedByTheirNotesAsTheyComeAndGo) {
    Lease noted = lease_of(10, 5);
    noted.user_context = with_notes("", {{"gold", "blue"}, {}});
    keeper.load(noted);
    keeper.load(lease_of(11, 5));
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 1);
    EXPECT_EQ(keeper.of_class("tin", LeaseKind::v4), 0);

    Lease second = lease_of(12, 5);
    second.user_context = with_notes("", {{"gold"}, {}});
    const Change grant{Put{.lease = second, .cause = LeaseCause::granted}};
    keeper.begin(grant);
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 2) << "on its way: many at once do not get past a limit";
    EXPECT_EQ(keeper.of_subnet(7, LeaseKind::v4), 3);
    keeper.restore(address(12));
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 1);
    EXPECT_EQ(keeper.of_subnet(7, LeaseKind::v4), 2);
    keeper.begin(grant);
    keeper.take_over(address(12), second);
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 2);
    const Change gone{Erase{address(12), 5, LeaseCause::removed}};
    keeper.begin(gone);
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 2) << "until it is durable";
    keeper.applied(gone);
    keeper.begin(grant);
    keeper.applied(grant);
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 2);
    EXPECT_EQ(keeper.of_subnet(7, LeaseKind::v4), 3);

    Lease released = noted;
    ++released.version;
    released.state = LeaseState::released;
    const Change back{Put{.lease = released, .cause = LeaseCause::released}};
    keeper.begin(back);
    keeper.applied(back);
    EXPECT_EQ(keeper.of_class("gold", LeaseKind::v4), 1);
    EXPECT_EQ(keeper.of_class("blue", LeaseKind::v4), 0);
}

TEST_F(LeaseKeeperTest, LeasesOfASubnetAreCountedWithoutDeclinedOnes) {
    keeper.load(lease_of(10, 5));
    Lease other_pool = lease_of(11, 5);
    other_pool.pool_id = 9;
    keeper.load(other_pool);
    Lease declined = lease_of(12, 5);
    declined.state = LeaseState::declined;
    keeper.load(declined);
    Lease elsewhere = lease_of(13, 5);
    elsewhere.subnet_id = 8;
    keeper.load(elsewhere);
    EXPECT_EQ(keeper.of_subnet(7, LeaseKind::v4), 2);
    EXPECT_EQ(keeper.of_subnet(8, LeaseKind::v4), 1);
    EXPECT_EQ(keeper.of_subnet(9, LeaseKind::v4), 0);
}

// --- sanity checks

class LeaseKeeperChecks : public LeaseKeeperTest {
protected:
    LeaseKeeper checking(LeaseCheck check) {
        ServerConfig config;
        for (const std::uint32_t id : {7u, 8u}) {
            SubnetConfig& subnet = config.subnets.emplace_back();
            subnet.id = id;
            subnet.network = to_prefix(Ipv4Network{Ipv4{0x0a000000 + (id - 7) * 0x100}, 24});
        }
        config.subnets[0].pools.emplace_back().range = {address(10), address(19)};
        config.lease_check = check;
        finish(config);
        return LeaseKeeper{std::make_shared<const ServerConfig>(std::move(config)), clock};
    }
    Lease misplaced() {
        Lease lease = lease_of(10, 5);
        lease.subnet_id = 8;
        return lease;
    }
    Lease placeless() {
        Lease lease = lease_of(0x300, 5);
        lease.subnet_id = 8;
        return lease;
    }
};

TEST_F(LeaseKeeperChecks, WarnCountsAndChangesNothing) {
    auto warned = checking(LeaseCheck::warn);
    warned.load(misplaced());
    warned.load(lease_of(11, 5));
    EXPECT_EQ(warned.check_counts().misplaced, 1u);
    EXPECT_EQ(warned.check_counts().examples, std::vector{address(10)});
    EXPECT_EQ(warned.table().find(address(10)), misplaced());
    auto silent = checking(LeaseCheck::none);
    silent.load(misplaced());
    EXPECT_EQ(silent.check_counts().misplaced, 0u);
}

TEST_F(LeaseKeeperChecks, FixCountsTheLeaseForTheSubnetThatHasItsAddress) {
    auto fixing = checking(LeaseCheck::fix);
    fixing.load(misplaced());
    fixing.load(placeless());
    EXPECT_EQ(fixing.table().find(address(10))->subnet_id, 7u);
    EXPECT_EQ(fixing.table().find(address(10))->version, 5u);
    EXPECT_EQ(fixing.of_subnet(7, LeaseKind::v4), 1);
    EXPECT_EQ(fixing.of_subnet(8, LeaseKind::v4), 1);
    EXPECT_FALSE(fixing.has_unfit());
}

TEST_F(LeaseKeeperChecks, UnfitLeasesKeepTheirAddressUntilTheyAreErased) {
    for (const auto rule : {LeaseCheck::del, LeaseCheck::fix_del}) {
        auto deleting = checking(rule);
        deleting.load(rule == LeaseCheck::del ? misplaced() : placeless());
        auto unfit = deleting.unfit(10);
        ASSERT_EQ(unfit.size(), 1u);
        EXPECT_TRUE(deleting.table().contains(unfit[0].address));
        const Change gone{Erase{unfit[0].address, 5, LeaseCause::removed}};
        deleting.begin(gone);
        EXPECT_TRUE(deleting.unfit(10).empty()) << "on its way";
        deleting.restore(unfit[0].address);
        EXPECT_EQ(deleting.unfit(10).size(), 1u) << "it was not erased: again";
        deleting.begin(gone);
        deleting.applied(gone);
        EXPECT_TRUE(deleting.unfit(10).empty());
        EXPECT_FALSE(deleting.has_unfit());
    }
}

TEST_F(LeaseKeeperChecks, AnUnfitLeaseWhoseClientCameBackStays) {
    auto deleting = checking(LeaseCheck::del);
    deleting.load(misplaced());
    const Change renewal{Put{.lease = lease_of(10, 6), .cause = LeaseCause::renewed}};
    deleting.begin(renewal);
    deleting.applied(renewal);
    EXPECT_TRUE(deleting.unfit(10).empty());
    EXPECT_FALSE(deleting.has_unfit());
}

TEST_F(LeaseKeeperChecks, OldRelayInformationIsBroughtIntoThePresentForm) {
    auto keeping = checking(LeaseCheck::warn);
    Lease old = lease_of(10, 5);
    old.user_context = R"({"ISC":{"relay-agent-info":"0x010100"}})";
    keeping.load(old);
    EXPECT_EQ(keeping.table().find(address(10))->user_context,
              R"({"ISC":{"relay-agent-info":{"sub-options":"0x010100"}}})");
    EXPECT_EQ(keeping.check_counts().contexts, 1u);
}

TEST_F(LeaseKeeperTest, NewPoolsSeeWhatIsThereAndWhatChangesWhileTheyAreFilled) {
    for (std::uint32_t last = 10; last < 16; ++last) keeper.load(lease_of(last, 5));
    const std::vector<PoolRange> wider{{address(1), address(100)}};
    AddressPools next{wider};
    keeper.set_next_pools(&next);
    auto after = keeper.fill_pools(next, std::nullopt, 2);
    keeper.begin(Put{.lease = lease_of(50), .cause = LeaseCause::granted});
    while (after) after = keeper.fill_pools(next, after, 2);
    EXPECT_EQ(next.get(address(15)), Availability::taken);
    EXPECT_EQ(next.get(address(16)), Availability::free);
    EXPECT_EQ(next.get(address(50)), Availability::taken);
    keeper.use(config_of(wider), std::move(next));
    EXPECT_EQ(at(50), Availability::taken);
    EXPECT_EQ(keeper.pools().counts(0).taken, 7u);
}

}  // namespace
}  // namespace leasehold::lease_keeper_test
