// What MessageWriter writes, and what it leaves out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "dhcp/v6/message.hpp"
#include "tests/dhcp/v6/packet.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/captures.hpp"

namespace leasehold::v6::message_writer_test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using enum MessageType;

/// A buffer full of rubbish: the writer has to write every octet it counts.
Packet buffer_of(std::size_t size) {
    return Packet(size, 0xee);
}

TEST(V6MessageWriter, ValuesAreWrittenInNetworkByteOrder) {
    auto buffer = buffer_of(200);
    MessageWriter writer{buffer, reply, 0xff0a0b0c};
    EXPECT_TRUE(writer.add_u8(7, 255) && writer.add_u16(8, 0x0102) && writer.add_u32(32, 0x01020304) &&
                writer.add_ipv6(12, *parse_ipv6("2001:db8::1")) && writer.add_text(59, "url") &&
                writer.add(14, {}) && writer.add_status(StatusCode::not_on_link, "no"));
    const auto expected =
        message_of(reply, {option_of(7, {255}), option_of(8, {1, 2}), option_of(32, {1, 2, 3, 4}),
                           option_of(12, ipv6_octets("2001:db8::1")), option_of(59, {'u', 'r', 'l'}),
                           option_of(14, {}), option_of(13, {0, 4, 'n', 'o'})});
    EXPECT_THAT(writer.finish(), ElementsAreArray(expected));
    EXPECT_EQ(writer.left_out(), 0u);
}

TEST(V6MessageWriter, IasOfAllKinds) {
    auto buffer = buffer_of(400);
    MessageWriter writer{buffer, reply, 1};
    writer.begin_ia(LeaseKind::na, 1, 10, 20);
    writer.begin_ia_lease(LeaseKind::na, {*parse_ipv6("2001:db8::7"), 128}, 300, 600);
    EXPECT_TRUE(writer.add_status(StatusCode::success, "yes"));
    EXPECT_TRUE(writer.end_option());
    EXPECT_TRUE(writer.end_option());
    writer.begin_ia(LeaseKind::ta, 2, 10, 20);
    writer.begin_ia_lease(LeaseKind::ta, {*parse_ipv6("2001:db8::8"), 128}, 301, 601);
    EXPECT_TRUE(writer.end_option());
    EXPECT_TRUE(writer.end_option());
    writer.begin_ia(LeaseKind::pd, 3, 30, 40);
    writer.begin_ia_lease(LeaseKind::pd, {*parse_ipv6("2001:db8:f00::"), 56}, 302, 602);
    EXPECT_TRUE(writer.add(option::pd_exclude, Packet{64, 1}));
    EXPECT_TRUE(writer.end_option());
    EXPECT_TRUE(writer.end_option());
    writer.begin_ia(LeaseKind::na, 4, 0, 0);
    writer.add_status(StatusCode::no_addrs_avail, "");
    EXPECT_TRUE(writer.end_option());

    const auto view = MessageView::parse_reply(writer.finish());
    ASSERT_TRUE(view);
    std::vector<IaView> ias;
    for (const IaView ia : view->ias()) ias.push_back(ia);
    ASSERT_EQ(ias.size(), 4u);
    EXPECT_EQ(ias[0].kind, LeaseKind::na);
    EXPECT_EQ(ias[0].iaid, 1u);
    EXPECT_EQ(ias[0].t1, 10u);
    EXPECT_EQ(ias[0].t2, 20u);
    const auto address = *ias[0].leases().begin();
    EXPECT_EQ(to_string(address.unit), "2001:db8::7");
    EXPECT_EQ(address.preferred, 300u);
    EXPECT_EQ(address.valid, 600u);
    EXPECT_EQ(address.status()->text, "yes");
    EXPECT_EQ(ias[1].kind, LeaseKind::ta);
    EXPECT_EQ((*ias[1].leases().begin()).valid, 601u);
    const auto prefix = *ias[2].leases().begin();
    EXPECT_EQ(to_string(prefix.unit), "2001:db8:f00::/56");
    EXPECT_EQ(prefix.preferred, 302u);
    EXPECT_THAT(*find_option(prefix.octets, option::pd_exclude), ElementsAre(64, 1));
    EXPECT_TRUE(ias[3].leases().empty());
    EXPECT_EQ(ias[3].status()->code, StatusCode::no_addrs_avail);
}

TEST(V6MessageWriter, AnOptionThatDoesNotFitIsLeftOutWholeAndCounted) {
    auto buffer = buffer_of(20);
    MessageWriter writer{buffer, reply, 1};  // 16 octets are left
    EXPECT_FALSE(writer.add(80, Packet(13)));
    EXPECT_TRUE(writer.add(80, Packet(11)));
    EXPECT_FALSE(writer.add(81, {}));
    EXPECT_FALSE(writer.add_u8(82, 1));
    EXPECT_EQ(writer.left_out(), 3u);
    EXPECT_EQ(writer.finish().size(), 19u);
    EXPECT_EQ(buffer[19], 0xee);
}

// A client that finds its IA without the address that it holds would take it for lost.
TEST(V6MessageWriter, WithWhatDoesNotFitTheOptionAroundItIsLeftOut) {
    for (std::size_t size = message_header_size; size < 4 + 16 + 28 + 8; ++size) {
        auto buffer = buffer_of(size);
        MessageWriter writer{buffer, reply, 1};
        writer.begin_ia(LeaseKind::na, 1, 0, 0);
        writer.begin_ia_lease(LeaseKind::na, {}, 1, 1);
        writer.add_status(StatusCode::success, "ok");
        const bool inner = writer.end_option();
        EXPECT_FALSE(writer.end_option() && inner) << size;
        EXPECT_EQ(writer.left_out(), 1u) << size;
        EXPECT_EQ(writer.add(14, {}), size >= 8) << size;
        EXPECT_EQ(writer.finish().size(), size >= 8 ? 8u : 4u) << size;
    }
}

TEST(V6MessageWriter, AReplyGoesBackThroughTheRelaysOfItsQuery) {
    const auto capture = load_capture(TESTS_DIR "/captures/v6/solicit-via-three-relays.hex");
    const auto query = MessageView::parse(capture.bytes);
    ASSERT_TRUE(query);
    auto buffer = buffer_of(1500);
    MessageWriter writer{buffer, advertise, *query};
    ASSERT_TRUE(writer.add_u8(7, 9));
    const auto datagram = writer.finish();
    EXPECT_EQ(datagram.size(), relay_overhead(*query) + 4 + 5);
    const auto view = MessageView::parse_reply(datagram);
    ASSERT_TRUE(view) << to_string(view.error().code) << " at " << view.error().offset;
    EXPECT_EQ(view->type(), advertise);
    EXPECT_EQ(view->xid(), query->xid());
    EXPECT_THAT(*view->option(7), ElementsAre(9));
    ASSERT_EQ(view->relays().size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& there = query->relays()[i];
        const auto& back = view->relays()[i];
        EXPECT_EQ(back.hop_count(), there.hop_count());
        EXPECT_EQ(back.link_address(), there.link_address());
        EXPECT_EQ(back.peer_address(), there.peer_address());
        for (const Option option : back.options()) {
            if (option.code == 9) continue;
            EXPECT_TRUE(option.code == 18 || option.code == 135) << option.code;
            EXPECT_THAT(option.payload, ElementsAreArray(*there.option(option.code)));
        }
        EXPECT_EQ(back.has(18), there.has(18));
        EXPECT_EQ(back.has(135), there.has(135));
    }
}

TEST(V6MessageWriter, WithoutRoomForTheRelaysThereIsNoReply) {
    const auto packet = through_relays(2, message_of(solicit, {}));
    const auto query = MessageView::parse(packet);
    ASSERT_EQ(relay_overhead(*query), 76u);
    for (const std::size_t size : {0u, 4u, 79u}) {
        auto buffer = buffer_of(size);
        MessageWriter writer{buffer, reply, *query};
        EXPECT_FALSE(writer.add(14, {}));
        EXPECT_EQ(writer.left_out(), 1u);
        EXPECT_TRUE(writer.finish().empty());
    }
    auto buffer = buffer_of(80);
    MessageWriter writer{buffer, reply, *query};
    EXPECT_FALSE(writer.add(14, {}));
    EXPECT_EQ(MessageView::parse_reply(writer.finish())->relays().size(), 2u);
}

TEST(V6MessageWriter, ADatagramIsNoLongerThanUdpAllows) {
    auto buffer = buffer_of(80'000);
    MessageWriter writer{buffer, reply, 1};
    EXPECT_FALSE(writer.add(80, Packet(65'536)));
    EXPECT_FALSE(writer.add(80, Packet(65'520)));
    EXPECT_TRUE(writer.add(80, Packet(65'519)));
    EXPECT_EQ(writer.finish().size(), udp_payload_max);
}

// Any options within any size limit: those that were accepted are read back, in full; the limit holds.
TEST(V6MessageWriter, WhatWasAcceptedIsReadBack) {
    std::mt19937 random{20240229};
    const auto below = [&random](unsigned limit) { return random() % limit; };
    for (int round = 0; round < 2000; ++round) {
        const auto packet = through_relays(below(4), message_of(solicit, {}));
        const auto query = MessageView::parse(packet);
        auto buffer = buffer_of(relay_overhead(*query) + 4 + below(1000));
        MessageWriter writer{buffer, reply, *query};
        Packet accepted;
        std::size_t refused = 0;
        for (unsigned i = below(12); i > 0; --i) {
            const auto code = static_cast<std::uint16_t>(200 + below(5));
            Packet payload(below(8) == 0 ? below(700) : below(20));
            std::ranges::generate(payload, [&] { return static_cast<std::uint8_t>(random()); });
            if (writer.add(code, payload))
                accepted = joined({accepted, option_of(code, payload)});
            else
                ++refused;
        }
        EXPECT_EQ(writer.left_out(), refused);
        const auto view = MessageView::parse_reply(writer.finish());
        ASSERT_TRUE(view);
        EXPECT_THAT(view->message().subspan(4), ElementsAreArray(accepted));
    }
}

TEST(V6MessageWriter, AllocatesNothing) {
    const auto capture = load_capture(TESTS_DIR "/captures/v6/solicit-via-three-relays.hex");
    const auto query = MessageView::parse(capture.bytes);
    auto buffer = buffer_of(1500);
    const Packet payload(600);
    const auto before = allocation_count();
    MessageWriter writer{buffer, reply, *query};
    writer.add(80, payload);
    writer.begin_ia(LeaseKind::pd, 3, 30, 40);
    writer.begin_ia_lease(LeaseKind::pd, {}, 1, 2);
    writer.end_option();
    writer.end_option();
    const auto size = writer.finish().size();
    EXPECT_EQ(allocation_count(), before);
    EXPECT_GT(size, 600u);
}

}  // namespace
}  // namespace leasehold::v6::message_writer_test
