// The UDP socket of DHCPv6 on a real link between two network namespaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>

#include "tests/support/served_link6.hpp"

namespace leasehold::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct LiveUdpSocket6 : testing::Test {
    ServedLink6 link;
    UdpSocket server = link.at_server({.interface = "srv0", .family = Family::v6, .port = 547}).value();
    UdpSocket client = link.at_client();
};

/// What arrives of a datagram with this transaction number. It is sent until it does: the kernel has to find its
/// neighbour first, and may lose what waits for that.
Taken arrival(UdpSocket& at, std::uint32_t xid, const std::function<void()>& send) {
    constexpr int tries_max = 30, wait_ms = 1000;
    std::optional<Taken> found;
    for (int tries = 0; tries < tries_max; ++tries) {
        send();
        pollfd readable{.fd = at.fd(), .events = POLLIN, .revents = 0};
        while (!found && poll(&readable, 1, wait_ms) > 0)
            at.receive(1, [&](const Inbound& inbound) {
                if (xid_of(inbound.bytes) == xid)
                    found = Taken{{}, inbound.source, inbound.destination, inbound.source_port};
            });
        if (found) return *found;
    }
    ADD_FAILURE() << "the datagram " << xid << " never arrives";
    return {};
}

TEST_F(LiveUdpSocket6, TakesWhatIsSentToTheGroupsOfServersAndTellsWhich) {
    link.send(client, to_servers_on_link, 1);
    link.send(client, to_servers_of_site, 2);
    const auto taken = take_until(server, 2);
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].destination, to_servers_on_link);
    EXPECT_EQ(taken[0].source, link.client_address);
    EXPECT_EQ(taken[0].source_port, 546);
    EXPECT_EQ(taken[1].destination, to_servers_of_site);
}

TEST_F(LiveUdpSocket6, TakesWhatIsSentToAnyAddressOfItsInterface) {
    const auto near = arrival(server, 1, [&] { link.send(client, link.server_address, 1); });
    EXPECT_EQ(near.destination, link.server_address);
    const auto global = arrival(server, 2, [&] { link.send(client, link.server_global, 2); });
    EXPECT_EQ(global.destination, link.server_global);
}

TEST_F(LiveUdpSocket6, HearsItsOwnInterfaceOnly) {
    connect(link.server, "srv1", link.outside, "cli1");
    link.server.ip("addr add fe80::1/64 dev srv1 nodad");
    link.outside.ip("addr add fe80::2/64 dev cli1 nodad");
    auto second = link.at_server({.interface = "srv1", .family = Family::v6, .port = 547}).value();
    auto other = link.outside.in([] {
        return UdpSocket::open({.interface = "cli1", .family = Family::v6, .port = 546}).value();
    });
    link.send(other, to_servers_on_link, 1);
    link.send(client, to_servers_on_link, 2);
    link.send(other, to_servers_on_link, 3);
    EXPECT_THAT(xids_until(server, 2), ElementsAre(2));
    EXPECT_THAT(xids_until(second, 3), ElementsAre(1, 3));
}

TEST_F(LiveUdpSocket6, SendsFromTheAddressItIsTold) {
    std::uint32_t xid = 0;
    const auto source_of = [&](const Ipv6& from, const Ipv6& to) {
        const Bytes message = boot_request(++xid, {});
        const Outbound reply{.bytes = message, .source = from, .destination = to, .port = 546, .hwaddr = {}};
        const auto taken = arrival(client, xid, [&] { EXPECT_EQ(server.send({&reply, 1}), 1u) << server.last_error(); });
        EXPECT_EQ(taken.source_port, 547);
        return taken.source;
    };
    EXPECT_EQ(source_of(link.server_address, link.client_address), link.server_address);
    EXPECT_EQ(source_of(link.server_global, link.client_global), link.server_global);
    EXPECT_EQ(source_of({}, link.client_global), link.server_global);
}

TEST_F(LiveUdpSocket6, SendsWhatIsLargerThanAFrameInFragments) {
    const Bytes message = boot_request(7, {}, 3000);
    const Outbound reply{
        .bytes = message, .source = link.server_address, .destination = link.client_address, .port = 546, .hwaddr = {}};
    EXPECT_EQ(server.send({&reply, 1}), 1u) << server.last_error();
    const auto taken = take_until(client, 7);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].bytes, message);
}

TEST_F(LiveUdpSocket6, SkipsWhatCannotBeSentAndCountsIt) {
    const Bytes message = boot_request(7, {});
    const Outbound lost{
        .bytes = message, .source = {}, .destination = *parse_ipv6("2001:db8:9::1"), .port = 546, .hwaddr = {}};
    EXPECT_EQ(server.send({&lost, 1}), 0u);
    EXPECT_EQ(server.counters().send_failed, 1u);
    EXPECT_THAT(server.last_error(), HasSubstr("sending to 2001:db8:9::1 port 546 on interface srv0 (udp)"));
}

TEST_F(LiveUdpSocket6, BoundToAnAddressTakesOnlyWhatIsSentToIt) {
    auto bound = link.at_server({.interface = "srv0", .family = Family::v6, .address = link.server_global, .port = 600})
                     .value();
    link.send(client, to_servers_on_link, 1, 600);
    link.send(client, link.server_address, 2, 600);
    link.send(client, link.server_global, 3, 600);
    EXPECT_THAT(xids_until(bound, 3), ElementsAre(3));
}

TEST_F(LiveUdpSocket6, LeavesThePortToTheOtherFamily) {
    EXPECT_TRUE(link.at_server({.interface = "srv0", .family = Family::v4, .port = 547}));
}

TEST_F(LiveUdpSocket6, SaysThatAnotherServerMayHaveThePort) {
    const auto second = link.at_server({.interface = "srv0", .family = Family::v6, .port = 547});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().number, EADDRINUSE);
    EXPECT_THAT(second.error().detail, HasSubstr("UDP port 547 on interface srv0"));
}

TEST_F(LiveUdpSocket6, SaysWhichAddressIsMissing) {
    const auto elsewhere = link.at_server(
        {.interface = "srv0", .family = Family::v6, .address = *parse_ipv6("2001:db8:9::1"), .port = 600});
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().number, EADDRNOTAVAIL);
    EXPECT_THAT(elsewhere.error().detail, HasSubstr("address 2001:db8:9::1"));
}

}  // namespace
}  // namespace leasehold::test
