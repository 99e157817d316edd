// Where a message says that its client's prefixes are.
#include "dhcp/v6/next_hop.hpp"

#include <gtest/gtest.h>

#include "tests/dhcp/v6/packet.hpp"

namespace leasehold::v6::next_hop_test {
namespace {

struct Case {
    const char* name;
    std::size_t relays;
    std::string_view source;
    std::string_view via;  // "": it does not show
};
struct NextHopOf : testing::TestWithParam<Case> {};

TEST_P(NextHopOf, IsTheSourceWhereThatIsOnTheLink) {
    const auto& [name, relays, source, via] = GetParam();
    const auto packet = through_relays(relays, message_of(MessageType::request, {}));
    const auto message = MessageView::parse(packet);
    ASSERT_TRUE(message);
    const auto hop = next_hop_of(*message, *parse_ipv6(source), "eth3");
    if (via.empty()) {
        EXPECT_EQ(hop, std::nullopt);
    } else {
        EXPECT_EQ(hop, (NextHop{*parse_ipv6(via), "eth3"}));
    }
}
INSTANTIATE_TEST_SUITE_P(Cases, NextHopOf,
                         testing::Values(Case{"Client", 0, "fe80::5", "fe80::5"},
                                         Case{"ClientThatAsksTheServersOwnAddress", 0, "2001:db8::5", ""},
                                         Case{"Relay", 1, "2001:db8:77::2", "2001:db8:77::2"},
                                         Case{"RelayByItsLinkLocalAddress", 1, "fe80::2", "fe80::2"},
                                         Case{"NearestOfTwoRelays", 2, "2001:db8:77::2", "2001:db8:77::2"},
                                         Case{"RelayOnThisMachine", 1, "::1", ""},
                                         Case{"Nobody", 1, "::", ""}),
                         [](const auto& tested) { return std::string{tested.param.name}; });

TEST(ClientAddress, IsWhatTheRelayNearestToItSaw) {
    const auto direct = message_of(MessageType::request, {}), relayed = through_relays(2, direct);
    EXPECT_EQ(client_address_of(*MessageView::parse(direct), *parse_ipv6("fe80::5")), *parse_ipv6("fe80::5"));
    EXPECT_EQ(client_address_of(*MessageView::parse(relayed), *parse_ipv6("2001:db8::2")), *parse_ipv6("fe80::1"));
}

}  // namespace
}  // namespace leasehold::v6::next_hop_test
