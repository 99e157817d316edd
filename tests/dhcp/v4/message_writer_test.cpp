// What MessageWriter writes, and what it leaves out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "tests/support/allocation_count.hpp"

namespace leasehold::v4::message_writer_test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using Octets8 = std::vector<std::uint8_t>;

ReplyHeader some_header() {
    ReplyHeader header;
    header.hops = 1;
    header.xid = 0xdeadbeef;
    header.secs = 3;
    header.flags = broadcast_flag;
    header.ciaddr = {0x0a000001};
    header.yiaddr = {0x0a000002};
    header.siaddr = {0x0a000003};
    header.giaddr = {0x0a000004};
    header.chaddr = {2, 0, 0x5e, 0x10, 0, 1};
    header.hlen = 6;
    return header;
}

/// A buffer full of rubbish: the writer has to write every octet it counts.
Octets8 buffer_of(std::size_t size) {
    return Octets8(size, 0xee);
}

TEST(MessageWriter, HeaderReadsBackAsWritten) {
    auto buffer = buffer_of(576);
    auto header = some_header();
    header.sname = "server.example";
    header.file = "pxelinux.0";
    MessageWriter writer{buffer, header, MessageType::offer};
    const auto size = writer.finish();
    const auto view = MessageView::parse_reply(std::span{buffer}.first(size));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->op(), 2);
    EXPECT_EQ(view->htype(), 1);
    EXPECT_EQ(view->hops(), 1);
    EXPECT_EQ(view->xid(), 0xdeadbeefu);
    EXPECT_EQ(view->secs(), 3);
    EXPECT_EQ(view->flags(), broadcast_flag);
    EXPECT_EQ(to_string(view->ciaddr()), "10.0.0.1");
    EXPECT_EQ(to_string(view->yiaddr()), "10.0.0.2");
    EXPECT_EQ(to_string(view->siaddr()), "10.0.0.3");
    EXPECT_EQ(to_string(view->giaddr()), "10.0.0.4");
    EXPECT_THAT(view->chaddr(), ElementsAre(2, 0, 0x5e, 0x10, 0, 1));
    EXPECT_EQ(view->sname(), "server.example");
    EXPECT_EQ(view->file(), "pxelinux.0");
    EXPECT_EQ(view->type(), MessageType::offer);
    EXPECT_FALSE(MessageView::parse(std::span{buffer}.first(size)));  // a reply is no request
}

TEST(MessageWriter, ShortMessagesArePaddedTo300Octets) {
    auto buffer = buffer_of(400);
    MessageWriter writer{buffer, some_header(), MessageType::nak};
    ASSERT_EQ(writer.finish(), 300u);
    EXPECT_EQ(buffer[243], option::end);
    EXPECT_THAT(std::span{buffer}.subspan(244, 56), testing::Each(option::pad));
    EXPECT_THAT(std::span{buffer}.subspan(300), testing::Each(0xee));
}

TEST(MessageWriter, NamesTooLongForTheirFieldsAreCutBeforeTheirNul) {
    auto buffer = buffer_of(300);
    auto header = some_header();
    const std::string sname(200, 's'), file(200, 'f');
    header.sname = sname;
    header.file = file;
    MessageWriter writer{buffer, header, MessageType::none};
    const auto view = MessageView::parse_reply(std::span{buffer}.first(writer.finish()));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->sname(), std::string(63, 's'));
    EXPECT_EQ(view->file(), std::string(127, 'f'));
    EXPECT_FALSE(view->has(option::message_type));
}

// RFC 3396: the pieces of a long option are 255 octets but for the last.
TEST(MessageWriter, LongOptionsAreSplitAndReadBackWhole) {
    for (const std::size_t size : {0u, 1u, 255u, 256u, 510u, 511u, 1000u}) {
        auto buffer = buffer_of(2000);
        Octets8 payload(size);
        for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 7);
        MessageWriter writer{buffer, some_header(), MessageType::none};
        ASSERT_TRUE(writer.add(80, payload));
        const auto view = MessageView::parse_reply(std::span{buffer}.first(writer.finish()));
        ASSERT_TRUE(view) << size;
        ASSERT_TRUE(view->has(80)) << size;
        EXPECT_THAT(*view->option(80), ElementsAreArray(payload));
    }
}

TEST(MessageWriter, AnOptionThatDoesNotFitIsLeftOutWholeAndCounted) {
    auto buffer = buffer_of(300);
    MessageWriter writer{buffer, some_header(), MessageType::ack};  // 243 octets, 1 for END: 56 are left
    EXPECT_FALSE(writer.add(80, Octets8(55)));
    EXPECT_TRUE(writer.add(80, Octets8(54)));
    EXPECT_FALSE(writer.add_u8(81, 1));
    EXPECT_FALSE(writer.add(82, {}));
    EXPECT_EQ(writer.left_out(), 3u);
    ASSERT_EQ(writer.finish(), 300u);
    EXPECT_EQ(buffer[299], option::end);
}

TEST(MessageWriter, ReservedRoomIsKeptForTheLastOption) {
    auto buffer = buffer_of(300);
    MessageWriter writer{buffer, some_header(), MessageType::ack};
    const Octets8 relay_information(40, 9);
    writer.reserve(relay_information.size());
    EXPECT_FALSE(writer.add(80, Octets8(13)));
    EXPECT_TRUE(writer.add(80, Octets8(12)));
    EXPECT_TRUE(writer.add_reserved(option::relay_agent_information, relay_information));
    ASSERT_EQ(writer.finish(), 300u);
    EXPECT_EQ(buffer[299 - 42], option::relay_agent_information);
    EXPECT_EQ(writer.left_out(), 1u);
}

TEST(MessageWriter, ValuesAreWrittenInNetworkByteOrder) {
    auto buffer = buffer_of(400);
    MessageWriter writer{buffer, some_header(), MessageType::ack};
    EXPECT_TRUE(writer.add_u16(26, 0x05dc) && writer.add_u32(51, 0x01020304) &&
                writer.add_ipv4(54, {0xc0000201}) && writer.add_text(15, "example"));
    const auto view = MessageView::parse_reply(std::span{buffer}.first(writer.finish()));
    ASSERT_TRUE(view);
    EXPECT_THAT(*view->option(26), ElementsAre(5, 0xdc));
    EXPECT_EQ(view->option_u32(51), 0x01020304u);
    EXPECT_EQ(to_string(*view->option_ipv4(54)), "192.0.2.1");
    EXPECT_THAT(*view->option(15), ElementsAre('e', 'x', 'a', 'm', 'p', 'l', 'e'));
}

// Any options within any size limit: those that were accepted are read back, in full; the limit holds.
TEST(MessageWriter, WhatWasAcceptedIsReadBack) {
    std::mt19937 random{20240229};
    const auto below = [&random](unsigned limit) { return random() % limit; };
    for (int round = 0; round < 2000; ++round) {
        auto buffer = buffer_of(300 + below(1300));
        MessageWriter writer{buffer, some_header(), MessageType::none};
        std::map<std::uint8_t, Octets8> accepted;
        std::size_t refused = 0;
        const Octets8 last(below(300), 0x82);
        writer.reserve(last.size());
        for (unsigned i = below(12); i > 0; --i) {
            const auto code = static_cast<std::uint8_t>(120 + i);  // none whose size is checked
            Octets8 payload(below(8) == 0 ? below(700) : below(20));
            std::ranges::generate(payload, [&] { return static_cast<std::uint8_t>(random()); });
            if (writer.add(code, payload))
                accepted[code] = std::move(payload);
            else
                ++refused;
        }
        EXPECT_EQ(writer.left_out(), refused);
        if (writer.add_reserved(200, last)) accepted[200] = last;
        const auto size = writer.finish();
        ASSERT_LE(size, buffer.size());
        const auto view = MessageView::parse_reply(std::span{buffer}.first(size));
        ASSERT_TRUE(view);
        for (int code = 1; code < 255; ++code) {
            const auto found = view->option(static_cast<std::uint8_t>(code));
            const auto expected = accepted.find(static_cast<std::uint8_t>(code));
            ASSERT_EQ(found.has_value(), expected != accepted.end()) << code;
            if (!found) continue;
            EXPECT_THAT(*found, ElementsAreArray(expected->second));
        }
    }
}

TEST(MessageWriter, AllocatesNothing) {
    auto buffer = buffer_of(1500);
    const Octets8 payload(600);
    const auto before = allocation_count();
    MessageWriter writer{buffer, some_header(), MessageType::ack};
    writer.add(80, payload);
    writer.add_u32(51, 3600);
    const auto size = writer.finish();
    EXPECT_EQ(allocation_count(), before);
    EXPECT_GT(size, 300u);
}

}  // namespace
}  // namespace leasehold::v4::message_writer_test
