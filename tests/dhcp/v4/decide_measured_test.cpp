// Kea's answers as they were measured on the wire, with the configuration they were measured with: the floor
// that people rely on when they switch. Where we differ on purpose the test says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_measured_test {
namespace {

using testing::ElementsAre;
using testing_world::Answer;
using testing_world::Bytes;
using testing_world::Client;
using testing_world::ip;
using testing_world::measured_config;
using testing_world::subnet_of;
using testing_world::World;

/// Every packet came through the relay 192.0.2.1; the server is another host.
Client relayed(std::uint32_t number) {
    return Client::number(number).behind("192.0.2.254");
}

Bytes text(std::string_view value) {
    return {value.begin(), value.end()};
}

TEST(Measured, DiscoverWithParameterListOptionsInAscendingCodes) {
    World world{measured_config()};
    auto packet = relayed(1).with_id("a1").discover();
    packet.with_text(12, "MyHost").requesting({1, 3, 6, 15, 42, 66, 58, 59}).with(82, {1, 3, 'p', '1', '2'});
    const auto offer = world.ask(packet);
    ASSERT_EQ(offer.type(), MessageType::offer);
    EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
    EXPECT_THAT(offer.codes(), ElementsAre(53, 1, 3, 6, 12, 15, 42, 51, 54, 58, 59, 61, 66, 82));
    EXPECT_EQ(offer.option(12), text("myhost"));
    EXPECT_EQ(offer.option(61), text("a1"));
    EXPECT_EQ(offer.option(82), (Bytes{1, 3, 'p', '1', '2'}));
    EXPECT_EQ(offer.ipv4(1), "255.255.255.0");
    EXPECT_EQ(offer.u32(51), 3600u);
}

TEST(Measured, DiscoverWithoutParameterListGetsBasicOptionsAlwaysSendTimesAndMask) {
    World world{measured_config()};
    auto packet = relayed(1).with_id("a1").discover();
    const auto offer = world.ask(packet.with_text(12, "MyHost"));
    EXPECT_THAT(offer.codes(), ElementsAre(53, 1, 3, 6, 12, 15, 42, 51, 54, 58, 59, 61));
}

TEST(Measured, DiscoverForAnAddressAndAShortTimeIsClampedAndLosesTheTimers) {
    World world{measured_config()};
    const auto offer = world.ask(relayed(1).discover().with_ip(50, "192.0.2.12").with_u32(51, 60));
    EXPECT_EQ(offer.yiaddr(), "192.0.2.12");
    EXPECT_EQ(offer.u32(51), 600u);
    EXPECT_FALSE(offer.option(58));
    EXPECT_FALSE(offer.option(59));
}

TEST(Measured, RequestOfTheOfferIsAcknowledgedWithTheSameOptions) {
    World world{measured_config()};
    const auto client = relayed(1).with_id("a1");
    const auto offer = world.ask(client.discover());
    const auto ack = world.ask(client.selecting(offer.yiaddr()));
    ASSERT_EQ(ack.type(), MessageType::ack);
    EXPECT_EQ(ack.yiaddr(), offer.yiaddr());
    EXPECT_EQ(ack.codes(), offer.codes());
}

TEST(Measured, RequestOfAnotherServersOfferIsLeftAlone) {
    World world{measured_config()};
    const auto answer = world.ask(relayed(1).selecting("192.0.2.10").with_ip(54, "192.0.2.7"));
    EXPECT_TRUE(answer.silent());
    EXPECT_EQ(answer.drop.reason, DropReason::not_for_us);
}

TEST(Measured, DiscoverWithServerIdentifierIsAViolation) {
    World world{measured_config()};
    const auto answer = world.ask(relayed(1).discover().with_ip(54, "192.0.2.1"));
    EXPECT_EQ(answer.drop.reason, DropReason::rfc_violation);
}

TEST(Measured, RenewSoonAfterIsAnsweredFromTheStoredLease) {
    World world{measured_config()};
    const auto client = relayed(1);
    ASSERT_EQ(world.bind(client), "192.0.2.10");
    world.pass(std::chrono::seconds{5});
    const auto ack = world.ask(client.rebinding("192.0.2.10"));
    ASSERT_EQ(ack.type(), MessageType::ack);
    EXPECT_EQ(ack.u32(51), 3595u);
    EXPECT_EQ(ack.u32(58), 900u);
    EXPECT_EQ(ack.u32(59), 1800u);
    EXPECT_TRUE(ack.done->changes.empty());
    EXPECT_TRUE(ack.counted(Stat::v4_lease_reuses));
    EXPECT_EQ(world.ask(client.discover()).u32(51), 3595u);
}

TEST(Measured, RenewSoonAfterWithCalculatedTimersUsesTheRemainingTime) {
    auto config = measured_config();
    config.subnets[0].renew_timer = config.subnets[0].rebind_timer = std::nullopt;
    config.subnets[0].calculate_tee_times = true;
    World world{config};
    const auto client = relayed(1);
    ASSERT_EQ(world.bind(client), "192.0.2.10");
    world.pass(std::chrono::seconds{100});
    const auto ack = world.ask(client.rebinding("192.0.2.10"));
    EXPECT_EQ(ack.u32(51), 3500u);
    EXPECT_EQ(ack.u32(58), 1750u);
    EXPECT_EQ(ack.u32(59), 3063u);  // 0.875 * 3500 = 3062.5, rounded
}

TEST(Measured, InitRebootOfAnUnknownClient) {
    for (const bool authoritative : {false, true}) {
        auto config = measured_config();
        config.subnets[0].authoritative = authoritative;
        World world{config};
        ASSERT_EQ(world.bind(relayed(1)), "192.0.2.10");
        for (const auto* address : {"192.0.2.10", "192.0.2.11"}) {  // another client's, and a free one
            const auto answer = world.ask(relayed(2).init_reboot(address));
            EXPECT_EQ(answer.type(), authoritative ? MessageType::nak : MessageType::none) << address;
        }
    }
}

TEST(Measured, InitRebootOfAKnownClient) {
    for (const bool authoritative : {false, true}) {
        auto config = measured_config();
        config.subnets[0].authoritative = authoritative;
        World world{config};
        const auto client = relayed(1);
        ASSERT_EQ(world.bind(client), "192.0.2.10");
        EXPECT_EQ(world.ask(client.init_reboot("192.0.2.11")).type(), MessageType::nak);
        EXPECT_EQ(world.ask(client.init_reboot("192.0.2.10")).type(), MessageType::ack);
        EXPECT_EQ(world.ask(client.init_reboot("10.99.0.1")).type(), MessageType::nak);
    }
}

TEST(Measured, SelectingAnAddressOfNoPoolIsMetWithSilenceEvenWhenAuthoritative) {
    for (const bool authoritative : {false, true}) {
        auto config = measured_config();
        config.subnets[0].authoritative = authoritative;
        World world{config};
        const auto answer = world.ask(relayed(1).selecting("192.0.2.77"));
        EXPECT_TRUE(answer.silent());
        EXPECT_EQ(answer.drop.reason, DropReason::unknown_address);
    }
}

TEST(Measured, SelectingOrRenewingAnotherClientsAddressIsRefused) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(relayed(1)), "192.0.2.10");
    const auto nak = world.ask(relayed(2).with_id("b2").selecting("192.0.2.10"));
    ASSERT_EQ(nak.type(), MessageType::nak);
    EXPECT_THAT(nak.codes(), ElementsAre(53, 54, 61));
    EXPECT_EQ(nak.yiaddr(), "0.0.0.0");
    EXPECT_EQ(nak.view().flags(), broadcast_flag);  // since it is relayed
    EXPECT_EQ(world.ask(relayed(2).rebinding("192.0.2.10")).type(), MessageType::nak);
    EXPECT_EQ(world.ask(relayed(2).renewing("192.0.2.10")).type(), MessageType::nak);
}

TEST(Measured, WithoutASubnet) {
    World world{measured_config()};
    const auto lost = Client::number(1).behind("203.0.113.1");
    EXPECT_TRUE(world.ask(lost.discover()).silent());
    EXPECT_EQ(world.ask(lost.selecting("192.0.2.10")).type(), MessageType::nak);
    EXPECT_TRUE(world.ask(lost.rebinding("203.0.113.9")).silent());
    EXPECT_TRUE(world.ask(lost.init_reboot("203.0.113.9")).silent());
    auto config = measured_config();
    config.authoritative = true;
    World authoritative{config};
    EXPECT_EQ(authoritative.ask(lost.init_reboot("203.0.113.9")).type(), MessageType::nak);
}

TEST(Measured, RenewingByAnUnknownClientOfAFreeAddressCreatesTheLease) {
    World world{measured_config()};
    EXPECT_EQ(world.ask(relayed(1).rebinding("192.0.2.11")).type(), MessageType::ack);
    EXPECT_EQ(world.ask(Client::number(2).renewing("192.0.2.12")).type(), MessageType::ack);
    EXPECT_TRUE(world.row("192.0.2.11"));
    EXPECT_TRUE(world.row("192.0.2.12"));
}

TEST(Measured, TwoClientIdentifiersOnOneHardwareAddressAreTwoClients) {
    World world{measured_config()};
    auto firmware = relayed(1), system = relayed(1);
    EXPECT_EQ(world.bind(firmware.with_id("one")), "192.0.2.10");
    EXPECT_EQ(world.bind(system.with_id("two")), "192.0.2.11");
}

TEST(Measured, AClientThatDropsItsIdentifierKeepsItsAddress) {
    World world{measured_config()};
    auto named = relayed(1);
    ASSERT_EQ(world.bind(named.with_id("one")), "192.0.2.10");
    EXPECT_EQ(world.bind(relayed(1)), "192.0.2.10");
}

TEST(Measured, AWishForInfinityIsClampedToTheMaximum) {
    World world{measured_config()};
    EXPECT_EQ(world.ask(relayed(1).discover().with_u32(51, infinite_lifetime)).u32(51), 7200u);
}

TEST(Measured, ALinkSelectionDecidesTheSubnetButTheReplyStillGoesToTheRelay) {
    for (const bool by_relay : {false, true}) {
        World world{measured_config()};
        auto packet = Client::number(1).behind("203.0.113.1").discover();
        if (by_relay) {
            packet.with(82, {5, 4, 192, 0, 2, 0});
        } else {
            packet.with_ip(118, "192.0.2.0");
        }
        const auto offer = world.ask(packet);
        EXPECT_EQ(offer.yiaddr(), "192.0.2.10");
        EXPECT_EQ(offer.ipv4(118), by_relay ? "" : "192.0.2.0");
        EXPECT_EQ(offer.done->reply->destination, (Destination{Route::relay, to_ipv6(ip("203.0.113.1")), 67, {}}));
    }
}

// Better than measured: RFC 5107 wants the override in option 54; Kea sends its own address there, so that
// the client renews past the relay.
TEST(Measured, ServerIdentifierOverrideIsAcceptedAndPutIntoOption54) {
    World world{measured_config()};
    auto packet = relayed(1).selecting("192.0.2.10").with_ip(54, "10.7.7.7").with(82, {11, 4, 10, 7, 7, 7});
    const auto ack = world.ask(packet);
    ASSERT_EQ(ack.type(), MessageType::ack);
    EXPECT_EQ(ack.ipv4(54), "10.7.7.7");
    EXPECT_EQ(ack.done->reply->source, to_ipv6(ip("192.0.2.1")));
}

TEST(Measured, DeclineLeavesADeclinedLeaseOfNobody) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(relayed(1)), "192.0.2.10");
    const auto answer = world.ask(relayed(1).decline("192.0.2.10"));
    EXPECT_TRUE(answer.silent());
    EXPECT_EQ(answer.drop.reason, DropReason::none);
    const auto row = world.row("192.0.2.10");
    EXPECT_EQ(row->state, LeaseState::declined);
    EXPECT_TRUE(row->hwaddr.empty());
    EXPECT_EQ(row->valid_lifetime, 86400u);
}

TEST(Measured, ReleaseKeepsTheRowAndTheAddressIsAtOnceThereWhenThePoolIsExhausted) {
    World world{measured_config()};
    for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_FALSE(world.bind(relayed(i)).empty());
    const auto answer = world.ask(relayed(2).release("192.0.2.11"));
    EXPECT_TRUE(answer.silent());
    EXPECT_EQ(world.row("192.0.2.11")->state, LeaseState::released);
    EXPECT_EQ(world.row("192.0.2.11")->valid_lifetime, 0u);
    EXPECT_EQ(world.bind(relayed(4)), "192.0.2.11");
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Measured, ExhaustedPool) {
    World world{measured_config()};
    for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_FALSE(world.bind(relayed(i)).empty());
    const auto discover = world.ask(relayed(4).discover());
    EXPECT_TRUE(discover.silent());
    EXPECT_EQ(discover.drop.reason, DropReason::no_address);
    const auto request = world.ask(relayed(4).selecting("192.0.2.10").without(50));
    EXPECT_EQ(request.type(), MessageType::nak);
    for (const auto& answer : {discover, request}) {
        EXPECT_TRUE(answer.counted(Stat::v4_allocation_fail));
        EXPECT_TRUE(answer.counted(Stat::v4_allocation_fail_subnet));
        EXPECT_TRUE(answer.counted(Stat::v4_allocation_fail_classes));
        EXPECT_FALSE(answer.counted(Stat::v4_allocation_fail_no_pools));
    }
}

TEST(Measured, BootpIsMetWithSilence) {
    World world{measured_config()};
    auto bootp = relayed(1).discover();
    bootp.type = MessageType::none;
    EXPECT_TRUE(world.ask(bootp).silent());
}

TEST(Measured, FqdnIsAnsweredByAServerThatMakesNoUpdates) {
    World world{measured_config()};
    auto packet = relayed(1).discover().requesting({81});
    packet.with(81, {1, 0, 0, 'M', 'y', '_', 'H', 'o', 's', 't', '.', 'e', 'x'});
    const auto offer = world.ask(packet);
    auto expected = Bytes{0x0a, 255, 255};
    for (const char c : std::string_view{"myhost.ex."}) expected.push_back(static_cast<std::uint8_t>(c));
    EXPECT_EQ(offer.option(81), expected);
    EXPECT_FALSE(offer.option(12));
}

// Better than measured: Kea offers one address to two clients, and the slower one gets a NAK.
TEST(Measured, TwoClientsAreNotOfferedTheSameAddress) {
    World world{measured_config()};
    EXPECT_EQ(world.ask(relayed(1).discover()).yiaddr(), "192.0.2.10");
    EXPECT_EQ(world.ask(relayed(2).discover()).yiaddr(), "192.0.2.11");
}

}  // namespace
}  // namespace leasehold::v4::decide_measured_test
