// The packet socket on a real link between two network namespaces, mostly beside a UDP socket as in service.
#include "dhcp/raw_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cerrno>

#include "dhcp/wire.hpp"
#include "tests/support/served_link.hpp"

namespace leasehold::test::raw_socket_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Ipv4 client_address{0x0a4d0020};
constexpr Ipv4 all_ones{0xffffffff};

Mac bytes_at(const Bytes& frame, std::size_t at) {
    Mac mac{};
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), mac.size(), mac.begin());
    return mac;
}

struct LiveRawSocket : testing::Test {
    ServedLink link;
    std::optional<UdpSocket> udp_socket;
    std::optional<RawSocket> raw_socket;

    void SetUp() override {
        auto udp_opened = link.udp({.interface = "srv0", .relayed_only = true});
        ASSERT_TRUE(udp_opened) << udp_opened.error().detail;
        udp_socket = std::move(*udp_opened);
        auto raw_opened = link.raw({.interface = "srv0"});
        ASSERT_TRUE(raw_opened) << raw_opened.error().detail;
        raw_socket = std::move(*raw_opened);
    }
    UdpSocket& udp() { return *udp_socket; }
    RawSocket& raw() { return *raw_socket; }
    Bytes direct_packet(std::uint32_t xid, Ipv4 destination) {
        payload = boot_request(xid, {});
        return ip_packet({.source = client_address,
                          .destination = destination,
                          .source_port = 68,
                          .destination_port = 67,
                          .payload = payload});
    }
    Bytes payload;
};

TEST_F(LiveRawSocket, EachDatagramIsReceivedOnce) {
    link.client().broadcast(boot_request(1, {}));                           // DISCOVER of a new client
    link.unicast(client_address, server_address, 68, boot_request(2, {}));  // a renewal
    link.relay(3);
    link.client().broadcast(boot_request(4, relay_address));  // a relay that broadcasts
    link.client().broadcast(boot_request(5, {}));
    EXPECT_THAT(xids_until(raw(), 5), ElementsAre(1, 2, 5));
    EXPECT_THAT(xids_until(udp(), 4), ElementsAre(3, 4));
    EXPECT_EQ(raw().counters().received, 3u);
    EXPECT_EQ(raw().counters().refused, 0u);
}

TEST_F(LiveRawSocket, TellsWhereAMessageCameFromAndWentTo) {
    link.client().broadcast(boot_request(1, {}));
    link.unicast(client_address, server_address, 6800, boot_request(2, {}));
    const auto taken = take_until(raw(), 2);
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].bytes, boot_request(1, {}));
    EXPECT_EQ(taken[0].source, to_ipv6(Ipv4{}));
    EXPECT_EQ(taken[0].source_port, 68);
    EXPECT_EQ(taken[0].destination, to_ipv6(all_ones));
    EXPECT_EQ(taken[1].source, to_ipv6(client_address));
    EXPECT_EQ(taken[1].source_port, 6800);
    EXPECT_EQ(taken[1].destination, to_ipv6(server_address));
}

TEST_F(LiveRawSocket, HearsClientsBeforeTheInterfaceHasAnAddress) {
    link.server.ip("addr flush dev srv0");
    link.client().broadcast(boot_request(1, {}));
    EXPECT_THAT(xids_until(raw(), 1), ElementsAre(1));
}

TEST_F(LiveRawSocket, NoPortUnreachableAnswersARenewal) {
    // Without the neighbour entry the kernel could not send its complaint and the test would prove nothing.
    link.server.ip("neigh add 10.77.0.32 lladdr 02:00:00:00:00:20 dev srv0");
    link.unicast(client_address, server_address, 68, boot_request(1, {}));
    const Bytes message = boot_request(2, {});
    const Outbound reply{
        .bytes = message, .source = to_ipv6(server_address), .destination = to_ipv6(client_address), .port = 68, .hwaddr = {}};
    ASSERT_EQ(raw().send({&reply, 1}), 1u);
    const auto frame = link.client().next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ((*frame)[14 + 9], IPPROTO_UDP);  // the reply is the first that comes, not ICMP
}

TEST_F(LiveRawSocket, RepliesAreWholeAndGoToTheirHardwareAddress) {
    const Mac chaddr{0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};
    const Bytes message = boot_request(77, {}, 301);
    struct Row {
        Ipv4 destination;
        OctetView hwaddr;
        Mac expected;
    };
    const Bytes long_address(8, 1);
    const std::vector<Row> rows{{client_address, chaddr, chaddr},
                                {all_ones, {}, broadcast_mac},
                                {client_address, long_address, broadcast_mac}};
    std::vector<Outbound> replies;
    for (const auto& row : rows) {
        replies.push_back({.bytes = message,
                           .source = to_ipv6(server_address),
                           .destination = to_ipv6(row.destination),
                           .port = 68,
                           .hwaddr = row.hwaddr});
    }
    EXPECT_EQ(raw().send(replies), rows.size());
    EXPECT_EQ(raw().counters().sent, rows.size());
    for (const auto& row : rows) {
        const auto frame = link.client().next_frame();
        ASSERT_TRUE(frame);
        EXPECT_EQ(bytes_at(*frame, 0), row.expected);
        EXPECT_EQ(bytes_at(*frame, 6), link.server_mac());
        EXPECT_EQ(read_u16(&(*frame)[12]), 0x0800);
        const auto datagram = parse_ip_datagram(std::span{*frame}.subspan(14), UdpChecksum::verify);
        ASSERT_TRUE(datagram) << to_string(datagram.error());
        EXPECT_EQ(datagram->source, server_address);
        EXPECT_EQ(datagram->destination, row.destination);
        EXPECT_EQ(datagram->source_port, 67);
        EXPECT_EQ(datagram->destination_port, 68);
        EXPECT_TRUE(std::ranges::equal(datagram->payload, message));
    }
}

TEST_F(LiveRawSocket, RepliesComeFromAMacAddressThatChangedMeanwhile) {
    link.server.ip("link set srv0 address 02:00:00:00:01:02");
    const Bytes message = boot_request(1, {});
    const Outbound reply{
        .bytes = message, .source = to_ipv6(server_address), .destination = to_ipv6(all_ones), .port = 68, .hwaddr = {}};
    ASSERT_EQ(raw().send({&reply, 1}), 1u);
    const auto frame = link.client().next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(bytes_at(*frame, 6), (Mac{2, 0, 0, 0, 1, 2}));
}

// A kernel sends over veth with a checksum that nobody completes: what dhclient's renewals look like in
// containers.
TEST_F(LiveRawSocket, AnUnfinishedChecksumIsAccepted) {
    link.outside.ip("addr add 10.77.0.32/24 dev cli0");
    auto witness = link.raw({.interface = "srv0"});
    ASSERT_TRUE(witness) << witness.error().detail;
    auto client = link.outside.in([] { return UdpSocket::open({.interface = "cli0", .port = 68}); });
    ASSERT_TRUE(client) << client.error().detail;
    const Bytes message = boot_request(1, {});
    const Outbound request{.bytes = message, .source = {}, .destination = to_ipv6(all_ones), .port = 67, .hwaddr = {}};
    ASSERT_EQ(client->send({&request, 1}), 1u);
    // First that the premise holds: the checksum as it stands in the frame is not the right one.
    const auto frame = link.server_end->next_frame();
    ASSERT_TRUE(frame);
    const auto packet = std::span{*frame}.subspan(14);
    ASSERT_FALSE(parse_ip_datagram(packet, UdpChecksum::verify));
    ASSERT_TRUE(parse_ip_datagram(packet, UdpChecksum::unfinished));
    const auto taken = take_until(raw(), 1);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].bytes, message);
    EXPECT_EQ(raw().counters().refused, 0u);
}

TEST_F(LiveRawSocket, AWrongChecksumIsRefusedAndCounted) {
    auto damaged = direct_packet(1, server_address);
    damaged.back() ^= 1;
    link.client().send(ethernet_frame(link.server_mac(), link.client().mac(), damaged));
    link.client().broadcast(boot_request(2, {}));
    EXPECT_THAT(xids_until(raw(), 2), ElementsAre(2));
    EXPECT_EQ(raw().counters().refused, 1u);
    EXPECT_THAT(raw().last_error(), HasSubstr("wrong UDP checksum"));
}

TEST_F(LiveRawSocket, ATaggedFrameIsNotOurs) {
    link.client().send(
        ethernet_frame(broadcast_mac, link.client().mac(), direct_packet(1, all_ones), std::uint16_t{10}));
    link.client().broadcast(boot_request(2, {}));
    EXPECT_THAT(xids_until(raw(), 2), ElementsAre(2));
}

TEST_F(LiveRawSocket, ATagWithAPriorityAloneIsOurs) {
    link.client().send(ethernet_frame(broadcast_mac, link.client().mac(), direct_packet(1, all_ones),
                                      std::uint16_t{5 << 13}));
    EXPECT_THAT(xids_until(raw(), 1), ElementsAre(1));
}

// A macvlan interface stands for a VLAN's here (not every kernel has those): the kernel shows its frames to
// the sockets of the interface below in the same way.
TEST_F(LiveRawSocket, AFrameForAnUpperInterfaceIsRefusedAndCounted) {
    link.server.ip("link add link srv0 name upper0 address 02:00:00:00:00:77 type macvlan mode private");
    link.server.ip("link set upper0 up");
    auto upper = link.raw({.interface = "upper0"});
    ASSERT_TRUE(upper) << upper.error().detail;
    link.client().send(
        ethernet_frame({2, 0, 0, 0, 0, 0x77}, link.client().mac(), direct_packet(1, server_address)));
    link.client().send(
        ethernet_frame(link.server_mac(), link.client().mac(), direct_packet(2, server_address)));
    EXPECT_THAT(xids_until(*upper, 1), ElementsAre(1));
    EXPECT_THAT(xids_until(raw(), 2), ElementsAre(2));
    EXPECT_EQ(raw().counters().refused, 1u);
    EXPECT_THAT(raw().last_error(), HasSubstr("upper interface"));
}

TEST_F(LiveRawSocket, WhatOthersSendEachOtherIsNotHeardInPromiscuousMode) {
    link.server.ip("link set srv0 promisc on");
    link.client().send(
        ethernet_frame({2, 0, 0, 0, 0, 0x66}, link.client().mac(), direct_packet(1, server_address)));
    link.client().broadcast(boot_request(2, {}));
    EXPECT_THAT(xids_until(raw(), 2), ElementsAre(2));
}

TEST_F(LiveRawSocket, ARenewalOnItsWayToAnotherServerIsRefused) {
    auto router =
        link.raw({.interface = "srv0", .is_local = [](Ipv4 address) { return address == server_address; }});
    ASSERT_TRUE(router) << router.error().detail;
    const auto send = [&](const Mac& to, std::uint32_t xid, Ipv4 destination) {
        link.client().send(ethernet_frame(to, link.client().mac(), direct_packet(xid, destination)));
    };
    send(link.server_mac(), 1, {0x0a630001});
    send(link.server_mac(), 2, server_address);
    send(broadcast_mac, 3, {0x0a4d00ff});
    send(broadcast_mac, 4, all_ones);
    EXPECT_THAT(xids_until(*router, 4), ElementsAre(2, 3, 4));
    EXPECT_EQ(router->counters().refused, 1u);
    EXPECT_THAT(router->last_error(), HasSubstr("another host"));
}

TEST_F(LiveRawSocket, OurOwnRepliesAndRequestsAreNotHeard) {
    const Bytes message = boot_request(1, {});
    const Outbound to_server_port{
        .bytes = message, .source = to_ipv6(server_address), .destination = to_ipv6(all_ones), .port = 67, .hwaddr = {}};
    ASSERT_EQ(raw().send({&to_server_port, 1}), 1u);
    link.client().broadcast(boot_request(2, {}));
    EXPECT_THAT(xids_until(raw(), 2), ElementsAre(2));
}

TEST_F(LiveRawSocket, AReplyLargerThanTheLinkIsSkippedAndCounted) {
    const Bytes message = boot_request(1, {}), too_large(1473);
    const auto outbound = [](const Bytes& bytes) {
        return Outbound{
            .bytes = bytes, .source = to_ipv6(server_address), .destination = to_ipv6(all_ones), .port = 68, .hwaddr = {}};
    };
    const std::vector<Outbound> replies{outbound(message), outbound(too_large), outbound(message)};
    EXPECT_EQ(raw().send(replies), 2u);
    EXPECT_EQ(raw().counters().send_failed, 1u);
    EXPECT_THAT(raw().last_error(), HasSubstr("255.255.255.255 port 68 on interface srv0 (raw)"));
}

TEST_F(LiveRawSocket, ServesOnAfterTheInterfaceWasDown) {
    link.server.ip("link set srv0 down");
    ASSERT_TRUE(wait_readable(raw().fd()));
    EXPECT_EQ(raw().receive(64, [](const Inbound&) {}), 0u);
    EXPECT_EQ(raw().counters().receive_failed, 1u);
    EXPECT_THAT(raw().last_error(), HasSubstr("down"));
    link.server.ip("link set srv0 up");
    link.client().broadcast(boot_request(1, {}));
    EXPECT_THAT(xids_until(raw(), 1), ElementsAre(1));
}

TEST_F(LiveRawSocket, CountsWhatAFullQueueDropped) {
    auto small = link.raw({.interface = "srv0", .receive_buffer_bytes = 8192});
    ASSERT_TRUE(small) << small.error().detail;
    constexpr std::uint32_t count = 300;
    for (std::uint32_t xid = 1; xid <= count; ++xid) link.client().broadcast(boot_request(xid, {}));
    ASSERT_TRUE(wait_readable(small->fd()));
    while (small->receive(64, [](const Inbound&) {}) > 0) {
    }
    link.client().broadcast(boot_request(count + 1, {}));
    xids_until(*small, count + 1);
    EXPECT_GT(small->counters().kernel_dropped, 0u);
    EXPECT_EQ(small->counters().kernel_dropped + small->counters().received, count + 1);
}

TEST_F(LiveRawSocket, WorksOnTheLoopbackInterface) {
    auto raw_lo = link.raw({.interface = "lo"});
    ASSERT_TRUE(raw_lo) << raw_lo.error().detail;
    auto client = link.udp({.interface = "lo", .port = 68});
    ASSERT_TRUE(client) << client.error().detail;
    const Bytes message = boot_request(1, {});
    const Outbound request{
        .bytes = message, .source = to_ipv6(Ipv4{0x7f000001}), .destination = to_ipv6(Ipv4{0x7f000001}), .port = 67, .hwaddr = {}};
    ASSERT_EQ(client->send({&request, 1}), 1u);
    EXPECT_THAT(xids_until(*raw_lo, 1), ElementsAre(1));
    // Seen on the link itself: the kernel's own stack takes 127.0.0.1 for forged when it did not route it
    // itself.
    WireClient wire{link.server, "lo"};
    const Mac chaddr{2, 0, 0, 0, 0, 1}, zeros{};
    const Outbound reply{
        .bytes = message, .source = to_ipv6(Ipv4{0x7f000001}), .destination = to_ipv6(Ipv4{0x7f000001}), .port = 68, .hwaddr = chaddr};
    ASSERT_EQ(raw_lo->send({&reply, 1}), 1u);
    const auto frame = wire.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(bytes_at(*frame, 0), zeros);
}

TEST_F(LiveRawSocket, RefusesALinkThatIsNotEthernetLike) {
    link.server.ip("tuntap add dev tun0 mode tun");
    const auto opened = link.raw({.interface = "tun0"});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().number, EPFNOSUPPORT);
    EXPECT_THAT(opened.error().detail, HasSubstr("interface tun0 has hardware type 65534"));
    EXPECT_THAT(opened.error().detail, HasSubstr("udp"));
}

TEST_F(LiveRawSocket, SaysWhichInterfaceIsMissing) {
    const auto opened = link.raw({.interface = "eth99"});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().number, ENODEV);
    EXPECT_THAT(opened.error().detail, HasSubstr("interface eth99"));
}

}  // namespace
}  // namespace leasehold::test::raw_socket_test
