// The UDP socket on a real link between two network namespaces.
#include "dhcp/udp_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "dhcp/socket_setup.hpp"
#include "tests/support/served_link.hpp"

namespace leasehold::test::udp_socket_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct LiveUdpSocket : testing::Test {
    ServedLink link;
    UdpSocket open(UdpSocket::Options options) {
        auto opened = link.udp(std::move(options));
        if (!opened) throw std::runtime_error{opened.error().detail};
        return std::move(*opened);
    }
};

TEST_F(LiveUdpSocket, TakesABroadcastFromAClientWithoutAnAddress) {
    auto udp = open({.interface = "srv0"});
    link.client().broadcast(boot_request(7, {}));
    const auto taken = take_until(udp, 7);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].bytes, boot_request(7, {}));
    EXPECT_EQ(taken[0].source, to_ipv6(Ipv4{}));
    EXPECT_EQ(taken[0].source_port, 68);
    EXPECT_EQ(taken[0].destination, to_ipv6(Ipv4{0xffffffff}));
    EXPECT_EQ(udp.counters().received, 1u);
}

TEST_F(LiveUdpSocket, TellsHowMuchWaits) {
    auto udp = open({.interface = "srv0"});
    EXPECT_EQ(octets_queued(udp.fd()), 0u);
    EXPECT_EQ(octets_queued(-1), 0u);
    link.client().broadcast(boot_request(7, {}));
    pollfd readable{.fd = udp.fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&readable, 1, 10'000), 1);
    EXPECT_GE(octets_queued(udp.fd()), boot_request(7, {}).size());
    take_until(udp, 7);
    EXPECT_EQ(octets_queued(udp.fd()), 0u);
}

TEST_F(LiveUdpSocket, TellsWhereARelayedMessageCameFromAndWentTo) {
    auto udp = open({.interface = "srv0", .relayed_only = true});
    link.unicast(relay_address, server_address, 6700, boot_request(7, relay_address));
    const auto taken = take_until(udp, 7);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].source, to_ipv6(relay_address));
    EXPECT_EQ(taken[0].destination, to_ipv6(server_address));
    EXPECT_EQ(taken[0].source_port, 6700);
}

TEST_F(LiveUdpSocket, WithRelayedOnlyLeavesTheOthersToThePacketSocket) {
    auto udp = open({.interface = "srv0", .relayed_only = true});
    link.client().broadcast(boot_request(1, {}));
    link.unicast({0x0a4d0020}, server_address, 68, boot_request(2, {}));
    link.client().broadcast(boot_request(3, relay_address));
    link.relay(4);
    EXPECT_THAT(xids_until(udp, 4), ElementsAre(3, 4));
    EXPECT_EQ(udp.counters().kernel_dropped, 0u);
}

TEST_F(LiveUdpSocket, HearsItsOwnInterfaceOnly) {
    connect(link.server, "srv1", link.outside, "cli1");
    link.server.ip("addr add 10.78.0.1/24 dev srv1");
    auto first = open({.interface = "srv0"});
    auto second = open({.interface = "srv1"});  // the same port: no conflict
    WireClient other{link.outside, "cli1"};
    other.broadcast(boot_request(1, {}));
    link.client().broadcast(boot_request(2, {}));
    other.broadcast(boot_request(3, {}));
    EXPECT_THAT(xids_until(first, 2), ElementsAre(2));
    EXPECT_THAT(xids_until(second, 3), ElementsAre(1, 3));
}

TEST_F(LiveUdpSocket, BoundToAnAddressTakesOnlyWhatIsSentToIt) {
    link.server.ip("addr add 10.77.0.2/24 dev srv0");
    auto udp = open({.interface = "srv0", .address = to_ipv6(server_address)});
    link.unicast(relay_address, {0x0a4d0002}, 67, boot_request(1, relay_address));
    link.client().broadcast(boot_request(2, {}));
    link.relay(3);
    EXPECT_THAT(xids_until(udp, 3), ElementsAre(3));
}

TEST_F(LiveUdpSocket, TakesNoMoreThanAskedAndThenTheRest) {
    auto udp = open({.interface = "srv0"});
    constexpr std::uint32_t count = 200;  // some batches
    for (std::uint32_t xid = 1; xid <= count; ++xid) link.relay(xid);
    std::vector<std::uint32_t> xids;
    const auto collect = [&](const Inbound& inbound) { xids.push_back(xid_of(inbound.bytes)); };
    ASSERT_TRUE(wait_readable(udp.fd()));
    EXPECT_EQ(udp.receive(1, collect), 1u);
    while (xids.size() < count && wait_readable(udp.fd())) udp.receive(1000, collect);
    ASSERT_EQ(xids.size(), count);
    EXPECT_TRUE(std::ranges::is_sorted(xids));
    EXPECT_EQ(udp.receive(1000, collect), 0u);
    EXPECT_EQ(udp.counters().received, count);
}

TEST_F(LiveUdpSocket, RefusesAndCountsADatagramLargerThanItsBuffer) {
    auto udp = open({.interface = "srv0"});
    link.server.ip("link set srv0 mtu 9000");
    link.outside.ip("link set cli0 mtu 9000");
    link.unicast(relay_address, server_address, 67, boot_request(1, relay_address, 4097));
    link.unicast(relay_address, server_address, 67, boot_request(2, relay_address, 4096));
    EXPECT_THAT(xids_until(udp, 2), ElementsAre(2));
    EXPECT_EQ(udp.counters().refused, 1u);
    EXPECT_THAT(udp.last_error(), HasSubstr("more than 4096 octets"));
}

TEST_F(LiveUdpSocket, CountsWhatAFullQueueDropped) {
    auto udp = open({.interface = "srv0", .receive_buffer_bytes = 8192});
    constexpr std::uint32_t count = 300;
    for (std::uint32_t xid = 1; xid <= count; ++xid) link.relay(xid);
    const auto ignore = [](const Inbound&) {};
    ASSERT_TRUE(wait_readable(udp.fd()));
    while (udp.receive(64, ignore) > 0) {
    }
    link.relay(count + 1);  // the sum travels with the next datagram that fits
    xids_until(udp, count + 1);
    EXPECT_GT(udp.counters().kernel_dropped, 0u);
    EXPECT_EQ(udp.counters().kernel_dropped + udp.counters().received, count + 1);
}

TEST_F(LiveUdpSocket, SendsFromTheAddressItIsTold) {
    link.server.ip("addr add 10.77.0.2/24 dev srv0");
    link.server.ip("neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev srv0");
    auto udp = open({.interface = "srv0"});
    const Bytes message = boot_request(9, {});
    const std::vector<Outbound> replies{
        {.bytes = message,
         .source = to_ipv6(Ipv4{0x0a4d0002}),
         .destination = to_ipv6(relay_address),
         .port = 67,
         .hwaddr = {}},
        {.bytes = message, .source = {}, .destination = to_ipv6(Ipv4{0xffffffff}), .port = 68, .hwaddr = {}},
    };
    EXPECT_EQ(udp.send(replies), 2u);
    const struct {
        Ipv4 source, destination;
        std::uint16_t port;
    } expected[]{{{0x0a4d0002}, relay_address, 67}, {server_address, {0xffffffff}, 68}};
    for (const auto& row : expected) {
        const auto frame = link.client().next_frame();
        ASSERT_TRUE(frame);
        const auto datagram = parse_ip_datagram(std::span{*frame}.subspan(14), UdpChecksum::unfinished);
        ASSERT_TRUE(datagram);
        EXPECT_EQ(datagram->source, row.source);
        EXPECT_EQ(datagram->destination, row.destination);
        EXPECT_EQ(datagram->source_port, 67);
        EXPECT_EQ(datagram->destination_port, row.port);
        EXPECT_TRUE(std::ranges::equal(datagram->payload, message));
    }
    EXPECT_EQ(udp.counters().sent, 2u);
}

TEST_F(LiveUdpSocket, HasRoomForOthersWhileNobodyAnswersForSomeAddresses) {
    link.server.ip("neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev srv0");
    auto udp = open({.interface = "srv0"});
    const Bytes message = boot_request(9, {});
    std::vector<Outbound> replies;
    for (std::uint32_t i = 0; i < 1000; ++i)
        replies.push_back({.bytes = message,
                           .source = {},
                           .destination = to_ipv6(Ipv4{server_address.value + 19 + i % 200}),
                           .port = 68,
                           .hwaddr = {}});
    replies.push_back(
        {.bytes = message, .source = {}, .destination = to_ipv6(relay_address), .port = 67, .hwaddr = {}});
    EXPECT_EQ(udp.send(replies), replies.size()) << udp.last_error();
}

TEST_F(LiveUdpSocket, SkipsWhatCannotBeSentAndCountsIt) {
    link.server.ip("neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev srv0");
    auto udp = open({.interface = "srv0"});
    const Bytes message = boot_request(9, {}), too_large(70000);
    const auto outbound = [](const Bytes& bytes) {
        return Outbound{
            .bytes = bytes, .source = {}, .destination = to_ipv6(relay_address), .port = 67, .hwaddr = {}};
    };
    std::vector<Outbound> replies(100, outbound(message));
    replies.front() = replies[50] = replies.back() = outbound(too_large);
    EXPECT_EQ(udp.send(replies), 97u);
    EXPECT_EQ(udp.counters().sent, 97u);
    EXPECT_EQ(udp.counters().send_failed, 3u);
    EXPECT_THAT(udp.last_error(),
                HasSubstr("sending to 10.77.0.9 port 67 on interface srv0 (udp): Message too long"));
}

TEST_F(LiveUdpSocket, SaysThatAnotherServerMayHaveThePort) {
    const auto first = open({.interface = "srv0"});
    const auto second = link.udp({.interface = "srv0"});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().number, EADDRINUSE);
    EXPECT_THAT(second.error().detail, HasSubstr("UDP port 67 on interface srv0"));
    EXPECT_THAT(second.error().detail, HasSubstr("another DHCP server"));
}

TEST_F(LiveUdpSocket, SaysWhichInterfaceOrAddressIsMissing) {
    const auto nowhere = link.udp({.interface = "eth99"});
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().number, ENODEV);
    EXPECT_THAT(nowhere.error().detail, HasSubstr("interface eth99"));

    const auto elsewhere = link.udp({.interface = "srv0", .address = to_ipv6(Ipv4{0x0a636363})});
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().number, EADDRNOTAVAIL);
    EXPECT_THAT(elsewhere.error().detail, HasSubstr("address 10.99.99.99"));
}

/// Opens as a process without that capability would; a thread's capabilities are its own.
template <class Open>
SocketError error_without(int capability, const NetworkNamespace& where, Open open) {
    SocketError error;
    std::thread{[&] {
        const auto scope = where.enter();
        __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
        __user_cap_data_struct sets[2]{}, all[2]{};
        if (syscall(SYS_capget, &header, all) != 0) return;
        std::copy(std::begin(all), std::end(all), std::begin(sets));
        sets[0].effective &= ~(1u << capability);
        if (syscall(SYS_capset, &header, sets) != 0) return;
        const auto opened = open();
        if (!opened) error = opened.error();
        syscall(SYS_capset, &header, all);  // to leave the namespace again
    }}.join();
    return error;
}

TEST_F(LiveUdpSocket, SaysWhichCapabilityIsMissing) {
    const auto bind = error_without(CAP_NET_BIND_SERVICE, link.server,
                                    [] { return UdpSocket::open({.interface = "srv0"}); });
    EXPECT_EQ(bind.number, EACCES);
    EXPECT_THAT(bind.detail, HasSubstr("CAP_NET_BIND_SERVICE"));
    const auto raw =
        error_without(CAP_NET_RAW, link.server, [] { return RawSocket::open({.interface = "srv0"}); });
    EXPECT_EQ(raw.number, EPERM);
    EXPECT_THAT(raw.detail, HasSubstr("CAP_NET_RAW"));
}

}  // namespace
}  // namespace leasehold::test::udp_socket_test
