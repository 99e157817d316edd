// RFC 7341: what a DHCPV4-QUERY says, and the DHCPV4-RESPONSE that goes back.
#include "dhcp/v6/carry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/dhcp/v6/packet.hpp"

namespace leasehold::v6::carry_test {
namespace {

using testing::HasSubstr;

const Packet inside{1, 2, 3};
const Ipv6 link_local = *parse_ipv6("fe80::1");

Arrival arrival() {
    return {7, "lan0", {}, link_local, 546, {}, {}};
}

/// With these flags where other messages have their transaction id.
Packet query_of(std::initializer_list<Packet> options, std::uint8_t flags = 0) {
    Packet query = message_of(MessageType::dhcpv4_query, options);
    query[1] = flags;
    query[2] = query[3] = 0;
    return query;
}

CarriedMessage carried_in(const Packet& query) {
    return read_carried(MessageView::parse(query).value(), arrival()).value();
}

// RFC 7341 6.2
TEST(Carry, TheMessageItsPlaceAndTheUnicastFlagAreRead) {
    const auto carried = carried_in(query_of({option_of(option::dhcpv4_message, inside)}));
    EXPECT_EQ(carried.bytes, inside);
    EXPECT_EQ(carried.interface_index, 7u);
    EXPECT_EQ(carried.link.interface, "lan0");
    EXPECT_EQ(carried.link.client, link_local);
    EXPECT_EQ(carried.link.relay_link, Ipv6{});
    EXPECT_TRUE(carried.link.interface_id.empty());
    EXPECT_FALSE(carried.unicast);
    EXPECT_TRUE(carried_in(query_of({option_of(option::dhcpv4_message, inside)}, 0x80)).unicast);
    EXPECT_FALSE(carried_in(query_of({option_of(option::dhcpv4_message, inside)}, 0x40)).unicast);
}

TEST(Carry, RelaysSayWhereTheClientIs) {
    const auto query = relay_of(
        1, "fe80::5", "2001:db8:9::1",
        {option_of(option::interface_id, {'o'}),
         option_of(option::relay_msg,
                   relay_of(0, "2001:db8:2::1", "fe80::9",
                            {option_of(option::relay_msg, query_of({option_of(option::dhcpv4_message, inside)}))}))});
    const auto carried = carried_in(query);
    EXPECT_EQ(carried.link.client, *parse_ipv6("fe80::9"));
    EXPECT_EQ(carried.link.relay_link, *parse_ipv6("2001:db8:2::1"));
    EXPECT_EQ(carried.link.interface_id, Octets{'o'});
}

// RFC 7341 8
TEST(Carry, NoneOrSeveralMessagesAreRefused) {
    const auto one = option_of(option::dhcpv4_message, inside);
    for (const auto& query : {query_of({}), query_of({one, one})}) {
        const auto carried = read_carried(MessageView::parse(query).value(), arrival());
        ASSERT_FALSE(carried);
        EXPECT_EQ(carried.error().reason, DropReason::rfc_violation);
        EXPECT_THAT(carried.error().detail, HasSubstr("DHCPv4 messages instead of one"));
    }
}

// RFC 7341 6.3: the flags of the answer are zero, whatever the query's were
TEST(Carry, TheAnswerGoesBackTheSameWay) {
    const auto query = query_of({option_of(option::dhcpv4_message, {9})}, 0x80);
    const auto direct = make_carrier(MessageView::parse(query).value(), arrival(), inside);
    EXPECT_EQ(packet_of(direct.bytes), joined({{21, 0, 0, 0}, option_of(option::dhcpv4_message, inside)}));
    EXPECT_EQ(direct.destination, (Destination{Route::address, link_local, 546, {}}));
    const auto relayed = relay_of(0, "2001:db8:2::1", "fe80::9",
                                  {option_of(option::interface_id, {'o'}), option_of(option::relay_msg, query)});
    const auto back = make_carrier(MessageView::parse(relayed).value(), arrival(), inside);
    EXPECT_EQ(packet_of(back.bytes), relay_of(0, "2001:db8:2::1", "fe80::9",
                                   {option_of(option::interface_id, {'o'}), option_of(option::relay_msg, packet_of(direct.bytes))},
                                   MessageType::relay_reply));
    EXPECT_EQ(back.destination.port, 547);
}

}  // namespace
}  // namespace leasehold::v6::carry_test
