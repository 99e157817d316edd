// The sockets of DHCPv6 on interfaces that get, have and lose the addresses they need.
#include "dhcp/listeners.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/served_link6.hpp"

namespace leasehold::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct LiveListeners6 : testing::Test {
    ServedLink6 link;
    NetworkNamespace::Scope scope = link.server.enter();
    boost::asio::io_context loop;
    struct Heard {
        std::string interface;
        Ipv6 address, destination;
        std::uint32_t xid;
    };
    std::vector<Heard> heard;
    Listeners listeners{loop,
                        Family::v6,
                        547,
                        {[this](const ListenerView& at, const Inbound& in) {
                             heard.push_back({at.interface.name, at.address, in.destination, xid_of(in.bytes)});
                         },
                         [] {}}};

    /// Runs the loop until it is so. @return false: never.
    template <class Condition>
    bool comes_true(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + never;
        while (!condition()) {
            if (loop.run_one_until(end) == 0) return false;
        }
        return true;
    }
    void listen(std::string name, std::optional<Ipv6> address = {}) {
        listeners.use({.interfaces = {{std::move(name), address}}});
    }
    bool waits_because(std::string_view reason) const {
        const auto problems = listeners.problems();
        return problems.size() == 1 && problems[0].reason.contains(reason);
    }
    bool listens() const { return !listeners.listening().empty(); }
    /// The address that came with the interface, with duplicate address detection, would be found some time.
    void remove_link_local_addresses() { link.server.ip("-6 addr flush dev srv0 scope link"); }
};

TEST_F(LiveListeners6, HearsClientsAndAnswersFromTheLinkLocalAddress) {
    listen("srv0");
    EXPECT_THAT(listeners.listening(), ElementsAre("srv0 (udp)"));
    auto client = link.at_client();
    link.send(client, to_servers_on_link, 7);
    ASSERT_TRUE(comes_true([&] { return !heard.empty(); }));
    EXPECT_EQ(heard[0].xid, 7u);
    EXPECT_EQ(heard[0].destination, to_servers_on_link);
    EXPECT_TRUE(is_link_local(heard[0].address));

    const auto message = boot_request(8, {});
    for (const auto& [number, interface] : listeners.interfaces())
        if (interface.name == "srv0")
            listeners.send_udp(number, {message, link.server_address, link.client_address, 546, {}});
    listeners.flush();
    const auto taken = take_until(client, 8);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].source, link.server_address);
}

TEST_F(LiveListeners6, WaitsForALinkLocalAddress) {
    remove_link_local_addresses();
    ASSERT_TRUE(comes_true([&] {
        listeners.redetect();
        for (const auto& [index, interface] : listeners.interfaces())
            if (interface.name == "srv0") return !interface.link_local().has_value();
        return false;
    }));
    listen("srv0");
    EXPECT_THAT(listeners.listening(), IsEmpty());
    EXPECT_TRUE(waits_because("no link-local IPv6 address"));
    link.server.ip("addr add fe80::1/64 dev srv0 nodad");
    EXPECT_TRUE(comes_true([&] { return listens(); }));
    EXPECT_THAT(listeners.problems(), IsEmpty());
    remove_link_local_addresses();
    EXPECT_TRUE(comes_true([&] { return !listens(); }));
}

TEST_F(LiveListeners6, AnAddressThatSomebodyElseHasIsNotUsed) {
    remove_link_local_addresses();
    listen("srv0");
    ASSERT_TRUE(comes_true([&] { return !listens(); }));
    link.server.ip("addr add fe80::2/64 dev srv0");
    EXPECT_TRUE(comes_true([&] { return waits_because("fe80::2 is in use by another machine"); }));
    EXPECT_FALSE(listens());
}

TEST_F(LiveListeners6, TellsThatANamedAddressIsMissingAndListensAllTheSame) {
    listen("srv0", parse_ipv6("2001:db8::9"));
    EXPECT_TRUE(listens());
    EXPECT_TRUE(waits_because("it does not have the address 2001:db8::9"));
    link.server.ip("addr add 2001:db8::9/64 dev srv0 nodad");
    EXPECT_TRUE(comes_true([&] { return listeners.problems().empty(); }));
    EXPECT_TRUE(listens());
}

TEST_F(LiveListeners6, OnLoopbackItHearsRelaysOfTheSameMachine) {
    listen("lo");
    EXPECT_THAT(listeners.listening(), ElementsAre("lo (udp)"));
    auto relay = UdpSocket::open({.interface = "lo", .family = Family::v6, .port = 6547}).value();
    const auto loopback = *parse_ipv6("::1");
    const Bytes message = boot_request(7, {});
    const Outbound datagram{.bytes = message, .source = {}, .destination = loopback, .port = 547, .hwaddr = {}};
    ASSERT_EQ(relay.send({&datagram, 1}), 1u) << relay.last_error();
    ASSERT_TRUE(comes_true([&] { return !heard.empty(); }));
    EXPECT_EQ(heard[0].address, loopback);
}

TEST_F(LiveListeners6, AllMeansAllButLoopback) {
    connect(link.server, "srv1", link.outside, "cli1");
    link.server.ip("addr add fe80::1/64 dev srv1 nodad");
    listen("*");
    EXPECT_TRUE(comes_true([&] { return listeners.listening().size() == 2; }));
    EXPECT_THAT(listeners.listening(), ElementsAre("srv0 (udp)", "srv1 (udp)"));
}

TEST_F(LiveListeners6, KnowsTheMachinesAddresses) {
    EXPECT_TRUE(listeners.is_local(link.server_global));
    EXPECT_TRUE(listeners.is_local(link.server_address));
    EXPECT_FALSE(listeners.is_local(link.client_global));
}

}  // namespace
}  // namespace leasehold::test
