// Which options a reply carries and where it goes, seen through decide.
#include "dhcp/v4/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v4/reply_options.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::reply_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing_world::Answer;
using testing_world::Bytes;
using testing_world::Client;
using testing_world::config_of;
using testing_world::ip;
using testing_world::ipv4_option;
using testing_world::measured_config;
using testing_world::subnet_of;
using testing_world::text_option;
using testing_world::World;

const Client alice = Client::number(1);

Answer offer(const ServerConfig& config, testing_world::Packet packet = alice.discover()) {
    return World{config}.ask(packet);
}

ServerConfig with_options(OptionSet pool, OptionSet subnet, OptionSet global) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.12"}})});
    config.subnets[0].pools[0].options = std::move(pool);
    config.subnets[0].options = std::move(subnet);
    config.options = std::move(global);
    return config;
}

// --- selection

TEST(Options, TheNearestScopeGivesTheValue) {
    EXPECT_EQ(offer(with_options({ipv4_option(3, "192.0.2.3")}, {ipv4_option(3, "192.0.2.2")}, {})).ipv4(3),
              "192.0.2.3");
    const auto answer = offer(with_options({}, {ipv4_option(3, "192.0.2.2")}, {ipv4_option(3, "192.0.2.1")}));
    EXPECT_EQ(answer.ipv4(3), "192.0.2.2");
}

TEST(Options, OnlyWhatIsAskedForIsSent) {
    const auto config = with_options({}, {}, {ipv4_option(42, "192.0.2.42"), text_option(66, "boot")});
    EXPECT_THAT(offer(config).codes(), ElementsAre(53, 1, 51, 54));
    EXPECT_THAT(offer(config, alice.discover().requesting({66})).codes(), ElementsAre(53, 1, 51, 54, 66));
}

TEST(Options, AlwaysSendOfAnyScopeSendsTheNearestValue) {
    auto global = ipv4_option(42, "192.0.2.42");
    global.always_send = true;
    EXPECT_EQ(offer(with_options({}, {ipv4_option(42, "192.0.2.43")}, {global})).ipv4(42), "192.0.2.43");
}

TEST(Options, NeverSendOfAnyScopeWins) {
    auto never = ipv4_option(6, "192.0.2.6");
    never.never_send = true;
    auto always = ipv4_option(6, "192.0.2.7");
    always.always_send = true;
    const auto answer = offer(with_options({always}, {}, {never}), alice.discover().requesting({6}));
    EXPECT_FALSE(answer.option(6));
}

TEST(Options, AConfiguredMaskReplacesTheComputedOne) {
    EXPECT_EQ(offer(with_options({}, {ipv4_option(1, "255.255.0.0")}, {})).ipv4(1), "255.255.0.0");
}

TEST(Options, WhatTheServerMakesCannotBeConfiguredAway) {
    const auto config = with_options({}, {ipv4_option(51, "0.0.0.9"), ipv4_option(58, "0.0.0.9")}, {});
    const auto answer = offer(config, alice.discover().requesting({51, 53, 54, 58, 82, 255, 0}));
    EXPECT_THAT(answer.codes(), ElementsAre(53, 1, 51, 54));
    EXPECT_EQ(answer.u32(51), 3600u);
}

// RFC 3442
TEST(Options, ClasslessRoutesReplaceRoutersForAClientThatAskedForThem) {
    const auto config = with_options(
        {},
        {ipv4_option(3, "192.0.2.1"), ipv4_option(33, "192.0.2.9"), text_option(121, "\x00\xc0\x00\x02\x01")},
        {});
    EXPECT_THAT(offer(config, alice.discover().requesting({1, 3, 33, 121})).codes(),
                ElementsAre(53, 1, 51, 54, 121));
    EXPECT_THAT(offer(config, alice.discover().requesting({1, 3, 33})).codes(),
                ElementsAre(53, 1, 3, 33, 51, 54));
    const auto without = with_options({}, {ipv4_option(3, "192.0.2.1")}, {});
    EXPECT_THAT(offer(without, alice.discover().requesting({121})).codes(), ElementsAre(53, 1, 3, 51, 54));
}

TEST(Options, VendorOptionsOfSeveralVendorsStandSideBySide) {
    const OptionValue near_a{125, {0, 0, 0, 1, 1, 'n'}, false, false},
        far_a{125, {0, 0, 0, 1, 1, 'f'}, false, false}, far_b{125, {0, 0, 0, 2, 1, 'b'}, false, false};
    const auto answer = offer(with_options({}, {near_a}, {far_a, far_b}), alice.discover().requesting({125}));
    EXPECT_EQ(answer.option(125), (Bytes{0, 0, 0, 1, 1, 'n', 0, 0, 0, 2, 1, 'b'}));
}

TEST(Options, ClientIdentifierIsEchoedUnlessSwitchedOff) {
    auto config = measured_config();
    auto client = alice;
    client.with_id("box");
    EXPECT_TRUE(offer(config, client.discover()).option(61));
    config.subnets[0].match_client_id = false;
    EXPECT_TRUE(offer(config, client.discover()).option(61));
    config.echo_client_id = false;
    EXPECT_FALSE(offer(config, client.discover()).option(61));
}

TEST(Options, LongOnesAreSplitAndComeBackWhole) {
    const std::string text(600, 'x');
    const auto answer =
        offer(with_options({}, {}, {text_option(67, text)}), alice.discover().requesting({67}));
    EXPECT_EQ(answer.option(67)->size(), 600u);
    EXPECT_THAT(answer.codes(), ElementsAre(53, 1, 51, 54, 67, 67, 67));
}

// RFC 4578, and HTTP boot: what a boot loader is told is of its class, its option 60 too.
TEST(Options, Rfc4578AClassGivesBootLoadersWhatTheyNeed) {
    for (const std::string vendor : {"PXEClient", "HTTPClient"}) {
        auto config = measured_config();
        auto& made = config.classes.emplace_back();
        made.id = testing_world::vendor_class(config, vendor);
        made.name = "VENDOR_CLASS_" + vendor;
        made.options = {OptionValue{43, {6, 1, 8}, false, false}, text_option(60, vendor),
                        text_option(66, "192.0.2.9"), text_option(67, "http://192.0.2.9/boot.efi")};
        made.boot.next_server = ip("192.0.2.9");
        finish(config);
        auto packet = alice.discover().requesting({43, 60, 66, 67}).with(93, {0, 7});
        const auto other = offer(config, packet);
        EXPECT_FALSE(other.option(60) || other.option(67));
        const auto answer = offer(config, packet.with_text(60, vendor));
        EXPECT_EQ(answer.option(60), Bytes(vendor.begin(), vendor.end()));
        EXPECT_EQ(answer.option(43), (Bytes{6, 1, 8}));
        EXPECT_TRUE(answer.option(66) && answer.option(67));
        EXPECT_EQ(answer.view().siaddr(), ip("192.0.2.9"));
    }
}

// RFC 1534 2
TEST(Options, Rfc1534ABootpReplyHasNoneOfDhcpsOwn) {
    auto config = measured_config();
    config.answers_bootp = true;
    auto client = alice;
    auto packet = client.with_id("box").discover();
    packet.type = MessageType::none;
    packet.without(53);
    const auto answer = offer(config, packet);
    ASSERT_FALSE(answer.silent());
    EXPECT_THAT(answer.codes(), ElementsAre(1, 3, 6, 15, 42));
    EXPECT_EQ(answer.done->reply->bytes.size(), 300u);
}

// RFC 4039 4
TEST(Options, Rfc4039AnAckToADiscoverCarriesRapidCommit) {
    auto config = measured_config();
    config.subnets[0].rapid_commit = true;
    const auto answer = offer(config, alice.discover().with(80, {}));
    EXPECT_EQ(answer.type(), MessageType::ack);
    EXPECT_EQ(answer.option(80), Bytes{});
    EXPECT_FALSE(offer(config).option(80));
    EXPECT_FALSE(offer(config, alice.discover().requesting({80})).option(80));
}

// RFC 6842
TEST(Options, Rfc6842TheClientIdentifierIsInANakToo) {
    auto config = measured_config();
    config.subnets[0].authoritative = true;
    auto client = alice;
    const auto answer = offer(config, client.with_id("box").init_reboot("198.51.100.7"));
    EXPECT_EQ(answer.type(), MessageType::nak);
    EXPECT_TRUE(answer.option(61));
}

// RFC 3011
TEST(Options, Rfc3011TheSubnetSelectionIsEchoed) {
    const auto answer = offer(measured_config(), alice.discover().with_ip(118, "192.0.2.0"));
    EXPECT_EQ(answer.ipv4(118), "192.0.2.0");
}

// RFC 8910 2.1
TEST(Options, Rfc8910ACaptivePortalIsToldToWhoAsks) {
    const std::string none = "urn:ietf:params:capport:unrestricted";
    const auto config = with_options({}, {}, {text_option(114, none)});
    EXPECT_EQ(offer(config, alice.discover().requesting({114})).option(114), Bytes(none.begin(), none.end()));
    EXPECT_FALSE(offer(config).option(114));
}

// --- size

ServerConfig long_options() {
    return with_options({}, {ipv4_option(3, "192.0.2.1"), ipv4_option(6, "192.0.2.53")},
                        {text_option(15, "example.org"), text_option(66, std::string(150, 'b')),
                         text_option(67, std::string(150, 'c')), text_option(114, std::string(20, 'd'))});
}

TEST(Size, FollowsOption57WithinItsBounds) {
    struct Row {
        Bytes sent;
        std::size_t expected;
    };
    for (const auto& row : {Row{{}, 1472}, Row{{0, 1}, 548}, Row{{2, 64}, 548}, Row{{4, 0}, 996},
                            Row{{5, 220}, 1472}, Row{{255, 255}, 1472}}) {
        auto packet = alice.discover();
        if (!row.sent.empty()) packet.with(57, row.sent);
        const auto bytes = packet.bytes();
        EXPECT_EQ(reply_size_max(MessageView::parse(bytes).value()), row.expected);
    }
}

TEST(Size, TheLeastImportantOptionsAreLeftOut) {
    auto packet = alice.discover().requesting({67, 114, 66, 15, 6, 3, 1});
    EXPECT_THAT(offer(long_options(), packet).codes(), ElementsAre(53, 1, 3, 6, 15, 51, 54, 66, 67, 114));
    const auto limited = offer(long_options(), packet.with(57, {2, 64}));
    EXPECT_LE(limited.done->reply->bytes.size(), 548u);
    EXPECT_THAT(limited.codes(),
                ElementsAre(53, 1, 3, 6, 15, 51, 54, 67, 114));  // 67 was asked for before 66
    const auto other_wish = offer(long_options(), packet.requesting({66, 67, 114}));
    EXPECT_THAT(other_wish.codes(), ElementsAre(53, 1, 3, 6, 15, 51, 54, 66, 114));
}

TEST(Size, RelayInformationHasItsRoomAndStaysLast) {
    auto packet = alice.discover().requesting({66, 67}).with(57, {2, 64}).with(82, Bytes(100, 1));
    const auto answer = offer(long_options(), packet);
    EXPECT_LE(answer.done->reply->bytes.size(), 548u);
    EXPECT_EQ(answer.option(82), Bytes(100, 1));
    EXPECT_EQ(answer.codes().back(), 82);
    EXPECT_THAT(answer.codes(), Contains(66));
    EXPECT_THAT(answer.codes(), Not(Contains(67)));
}

TEST(Size, RelayInformationThatLeavesNoRoomForTheLeaseIsNotEchoed) {
    const auto answer = offer(long_options(), alice.discover().with(57, {2, 64}).with(82, Bytes(300, 1)));
    EXPECT_FALSE(answer.option(82));
    EXPECT_EQ(answer.u32(51), 3600u);
}

TEST(Size, OfAnOptionOnTheWire) {
    EXPECT_EQ(wire_size(0), 2u);
    EXPECT_EQ(wire_size(255), 257u);
    EXPECT_EQ(wire_size(256), 260u);
    EXPECT_EQ(wire_size(510), 514u);
}

// --- header and destination

TEST(Header, CarriesTheBootFieldsAndTheClientsOwn) {
    auto config = measured_config();
    config.subnets[0].next_server = ip("10.9.9.9");
    config.subnets[0].server_hostname = "tftp.example";
    config.subnets[0].boot_file_name = "/pxelinux.0";
    const auto answer = offer(config);
    const auto view = answer.view();
    EXPECT_EQ(view.siaddr(), ip("10.9.9.9"));
    EXPECT_EQ(view.sname(), "tftp.example");
    EXPECT_EQ(view.file(), "/pxelinux.0");
    EXPECT_EQ(view.xid(), 0x11223344u);
    EXPECT_TRUE(std::ranges::equal(view.chaddr(), alice.hwaddr));
    EXPECT_TRUE(view.ciaddr().is_zero());
}

TEST(Header, AnAckRepeatsCiaddrAnOfferDoesNot) {
    World world{measured_config()};
    ASSERT_EQ(world.bind(alice), "192.0.2.10");
    EXPECT_EQ(world.ask(alice.renewing("192.0.2.10")).view().ciaddr(), ip("192.0.2.10"));
}

TEST(Destination, OfALeaseReply) {
    const auto config = measured_config();
    auto packet = alice.discover();
    EXPECT_EQ(offer(config, packet).done->reply->destination,
              (Destination{Route::link_unicast, to_ipv6(ip("192.0.2.10")), 68, to_octets(alice.hwaddr)}));
    auto without_raw = packet;
    without_raw.arrival.can_unicast_to_link = false;
    EXPECT_EQ(offer(config, without_raw).done->reply->destination.route, Route::broadcast);
    packet.flags = broadcast_flag;
    EXPECT_EQ(offer(config, packet).done->reply->destination.route, Route::broadcast);
    EXPECT_EQ(offer(config, alice.renewing("192.0.2.10")).done->reply->destination,
              (Destination{Route::address, to_ipv6(ip("192.0.2.10")), 68, {}}));
}

// RFC 8357
TEST(Destination, ARelaysOwnPort) {
    auto packet = alice.discover().relayed_by("192.0.2.254");
    packet.arrival.source_port = 1067;
    EXPECT_EQ(offer(measured_config(), packet).done->reply->destination.port, 67);
    EXPECT_EQ(offer(measured_config(), packet.with(82, {19, 0})).done->reply->destination.port, 1067);
}

TEST(Destination, OfANak) {
    auto config = measured_config();
    config.subnets[0].authoritative = true;
    World world{config};
    ASSERT_EQ(world.bind(Client::number(9)), "192.0.2.10");
    const auto route = [&](const testing_world::Packet& packet) {
        const auto nak = world.ask(packet);
        EXPECT_EQ(nak.type(), MessageType::nak);
        EXPECT_TRUE(nak.view().ciaddr().is_zero());
        return nak.done->reply->destination;
    };
    EXPECT_EQ(route(alice.init_reboot("192.0.2.11")).route, Route::broadcast);
    EXPECT_EQ(route(alice.rebinding("192.0.2.10")).route, Route::broadcast);
    EXPECT_EQ(route(alice.renewing("192.0.2.10")).route, Route::broadcast);  // on our link
    auto remote = alice.renewing("192.0.2.10");
    remote.arrival.interface_address = remote.arrival.destination = ip("198.51.100.1");
    EXPECT_EQ(route(remote), (Destination{Route::address, to_ipv6(ip("192.0.2.10")), 68, {}}));
    auto relayed = alice;
    EXPECT_EQ(route(relayed.behind("192.0.2.254").init_reboot("192.0.2.11")).route, Route::relay);
}

}  // namespace
}  // namespace leasehold::v4::reply_test
