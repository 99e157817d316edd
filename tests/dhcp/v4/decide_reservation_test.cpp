// Reserved addresses: who gets them, who does not, and how a client that has another address comes to its
// own.
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_reservation_test {
namespace {

using std::chrono::seconds;
using testing_world::Client;
using testing_world::config_of;
using testing_world::host_of;
using testing_world::measured_config;
using testing_world::set_hosts;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2), carol = Client::number(3);

/// Pool .10-.12; the address is reserved for alice.
ServerConfig reserved_for_alice(std::string_view address) {
    auto config = measured_config();
    set_hosts(config, {host_of(alice, 1, address)});
    return config;
}

TEST(Reservation, TheHostGetsItsAddressInsideOrOutsideOfThePools) {
    for (const auto* address : {"192.0.2.99", "192.0.2.11"}) {
        World world{reserved_for_alice(address)};
        EXPECT_EQ(world.bind(alice), address);
        EXPECT_EQ(world.ask(alice.discover().with_ip(50, "192.0.2.12")).yiaddr(), address);
        EXPECT_EQ(world.ask(alice.renewing(address)).type(), MessageType::ack);
        EXPECT_EQ(world.ask(alice.selecting(address).without(50)).yiaddr(), address);
    }
}

TEST(Reservation, NobodyElseGetsTheAddress) {
    World world{reserved_for_alice("192.0.2.11")};
    EXPECT_EQ(world.ask(bob.discover().with_ip(50, "192.0.2.11")).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(bob.selecting("192.0.2.11")).type(), MessageType::nak);
    EXPECT_EQ(world.bind(bob), "192.0.2.10");
    EXPECT_EQ(world.bind(carol), "192.0.2.12");
    EXPECT_TRUE(world.ask(Client::number(4).discover()).silent());
    EXPECT_EQ(world.bind(alice), "192.0.2.11");
}

// protocol.md 9: "REQUEST by a reserved client for another address: NAK; same client for its own: ACK"
TEST(Reservation, MeasuredARequestForAnotherAddressIsRefused) {
    World world{reserved_for_alice("192.0.2.99")};
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.11")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.99")).type(), MessageType::ack);
}

/// Alice got .10, then the reservation was made.
struct NewlyReserved : testing::Test {
    World world{reserved_for_alice("192.0.2.99")};
    NewlyReserved() {
        Lease lease;
        lease.address = unit("192.0.2.10");
        lease.subnet_id = 1;
        lease.hwaddr = to_octets(alice.hwaddr);
        lease.valid_lifetime = 3600;
        lease.cltt = world.now();
        lease.expire = lease.hold_until = world.now() + seconds{3600};
        lease.version = 7;
        world.load(lease);
    }
};

// The operators' "reservation not honoured": a client that reboots or renews into its old lease for ever.
TEST_F(NewlyReserved, ARenewalAndARebootAreRefusedSoThatTheClientAsksAnew) {
    EXPECT_EQ(world.ask(alice.init_reboot("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.rebinding("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.99");
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.99")).type(), MessageType::ack);
    EXPECT_FALSE(world.row("192.0.2.10"));
}

TEST_F(NewlyReserved, WhileSomebodyElseHasTheAddressTheOldLeaseGoesOn) {
    Lease theirs = *world.row("192.0.2.10");
    theirs.address = unit("192.0.2.99");
    theirs.hwaddr = to_octets(bob.hwaddr);
    world.load(theirs);
    const auto renewal = world.ask(alice.renewing("192.0.2.10"));
    EXPECT_EQ(renewal.type(), MessageType::ack);
    EXPECT_TRUE(renewal.counted(Stat::v4_reservation_conflicts));
    const auto offer = world.ask(alice.discover());
    EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
    EXPECT_EQ(offer.done->reservation_conflicts, std::vector{unit("192.0.2.99")});
}

TEST_F(NewlyReserved, AnotherClientsLeaseOnAReservedAddressIsNotRenewed) {
    auto theirs = *world.row("192.0.2.10");
    theirs.address = unit("192.0.2.99");
    theirs.hwaddr = to_octets(bob.hwaddr);
    world.load(theirs);
    // .99 is outside of the pools now, but somebody may have had it by a reservation of his own
    EXPECT_TRUE(world.ask(bob.renewing("192.0.2.99")).silent());
    auto config = reserved_for_alice("192.0.2.11");
    World inside{config};
    theirs.address = unit("192.0.2.11");
    inside.load(theirs);
    EXPECT_EQ(inside.ask(bob.renewing("192.0.2.11")).type(), MessageType::nak);
    EXPECT_EQ(inside.bind(bob), "192.0.2.10");
    EXPECT_EQ(inside.bind(alice), "192.0.2.11");
}

TEST_F(NewlyReserved, WhileLoadingNobodyIsRefusedForAReservation) {
    world.table_complete = false;
    EXPECT_EQ(world.decide(alice.renewing("192.0.2.10")).type(), MessageType::ack);
}

TEST(Reservation, AConflictIsCountedAndTheClientGetsAnother) {
    World world{reserved_for_alice("192.0.2.11")};
    Lease theirs;
    theirs.address = unit("192.0.2.11");
    theirs.subnet_id = 1;
    theirs.hwaddr = to_octets(bob.hwaddr);
    theirs.valid_lifetime = 3600;
    theirs.cltt = world.now();
    theirs.expire = theirs.hold_until = world.now() + seconds{3600};
    theirs.version = 7;
    world.load(theirs);
    const auto offer = world.ask(alice.discover());
    EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
    EXPECT_TRUE(offer.counted(Stat::v4_reservation_conflicts));
    world.pass(seconds{3700});
    EXPECT_EQ(world.ask(alice.discover()).yiaddr(), "192.0.2.11");
}

// Kea looks at leases only, and is silent; here a host that the configuration knows is known.
TEST(Reservation, InitRebootWithTheReservedAddressIsGranted) {
    World world{reserved_for_alice("192.0.2.99")};
    EXPECT_EQ(world.ask(alice.init_reboot("192.0.2.99")).type(), MessageType::ack);
    EXPECT_TRUE(world.ask(bob.init_reboot("192.0.2.99")).silent());
}

TEST(Reservation, WaitsWhileTheAddressIsWithTheStore) {
    World world{reserved_for_alice("192.0.2.99")};
    const auto in_flight = world.ask_in_flight(alice.selecting("192.0.2.99"));
    EXPECT_EQ(world.decide(alice.discover()).waits_for, unit("192.0.2.99"));
    world.settle(in_flight);
    EXPECT_EQ(world.decide(alice.discover()).yiaddr(), "192.0.2.99");
}

TEST(Reservation, OutOfPoolIgnoresReservationsInsideThePools) {
    auto config = reserved_for_alice("192.0.2.11");
    config.subnets[0].reservations_out_of_pool = true;
    World world{config};
    EXPECT_EQ(world.bind(bob), "192.0.2.10");
    EXPECT_EQ(world.bind(carol), "192.0.2.11");
    EXPECT_EQ(world.bind(alice), "192.0.2.12");
}

TEST(Reservation, OfAGlobalHostIsKeptWhereGlobalOnesAreUsed) {
    auto config = measured_config();
    set_hosts(config, {host_of(alice, 0, "192.0.2.10")});
    World unused{config};
    EXPECT_EQ(unused.bind(bob), "192.0.2.10");
    config.subnets[0].reservations_global = true;
    World used{config};
    EXPECT_EQ(used.bind(bob), "192.0.2.11");
    EXPECT_EQ(used.bind(alice), "192.0.2.10");
}

TEST(Reservation, OfAnySubnetOfTheNetworkIsFound) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}}),
                             subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.20"}})});
    testing_world::add_network(config, "floor", {1, 2});
    set_hosts(config, {host_of(alice, 2, "10.0.0.99")});
    finish(config);
    World world{config};
    EXPECT_EQ(world.bind(alice), "10.0.0.99");
    EXPECT_EQ(world.row("10.0.0.99")->subnet_id, 2u);
    EXPECT_EQ(world.ask(alice.selecting("192.0.2.10")).type(), MessageType::nak);
}

TEST(Reservation, NeedsNoPoolThatLetsTheClientIn) {
    auto config = reserved_for_alice("192.0.2.11");
    config.subnets[0].pools[0].guard = {testing_world::vendor_class(config, "phone")};
    World world{config};
    EXPECT_EQ(world.bind(alice), "192.0.2.11");
    EXPECT_TRUE(world.ask(bob.discover()).silent());
}

TEST(Reservation, ManyReservedAddressesInAPoolAreSteppedOver) {
    auto config = config_of({subnet_of(1, "10.0.0.0/16", {{"10.0.0.10", "10.0.1.200"}})});
    std::vector<Reservation> hosts;
    for (std::uint32_t i = 0; i < 400; ++i)
        hosts.push_back(
            host_of(Client::number(1000 + i), 1, to_string(Ipv4{testing_world::ip("10.0.0.10").value + i})));
    set_hosts(config, std::move(hosts));
    World world{config};
    auto client = alice;
    EXPECT_EQ(world.bind(client.behind("10.0.0.1")), "10.0.1.154");
}

}  // namespace
}  // namespace leasehold::v4::decide_reservation_test
