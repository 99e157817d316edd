// The UDP socket of DHCPv6 on a real link between two network namespaces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/served_link6.hpp"

namespace leasehold::test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using testing::HasSubstr;

struct LiveUdpSocket6 : testing::Test {
    ServedLink6 link;
    UdpSocket server = link.at_server({.interface = "srv0", .family = Family::v6, .port = 547}).value();
    UdpSocket client = link.at_client();
};

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
    link.send(client, link.server_address, 1);
    link.send(client, link.server_global, 2);
    const auto taken = take_until(server, 2);
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].destination, link.server_address);
    EXPECT_EQ(taken[1].destination, link.server_global);
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
    const Bytes message = boot_request(7, {});
    const std::vector<Outbound> replies{
        {.bytes = message, .source = link.server_address, .destination = link.client_address, .port = 546, .hwaddr = {}},
        {.bytes = message, .source = link.server_global, .destination = link.client_global, .port = 546, .hwaddr = {}},
        {.bytes = message, .source = {}, .destination = link.client_global, .port = 546, .hwaddr = {}},
    };
    EXPECT_EQ(server.send(replies), 3u) << server.last_error();
    std::vector<Ipv6> sources;
    while (sources.size() < replies.size() && wait_readable(client.fd()))
        client.receive(1, [&](const Inbound& inbound) {
            EXPECT_EQ(inbound.source_port, 547);
            sources.push_back(inbound.source);
        });
    // The kernel looks for each address's neighbour by itself, so they need not come in order.
    EXPECT_THAT(sources, UnorderedElementsAre(link.server_address, link.server_global, link.server_global));
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
