// What MessageView accepts, refuses and finds.
#include "dhcp/v4/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "dhcp/v4/option_table.hpp"
#include "tests/dhcp/v4/packet.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/captures.hpp"

namespace leasehold::v4::message_test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using Octets8 = std::vector<std::uint8_t>;

Octets8 payload(const MessageView& view, std::uint8_t code) {
    const auto found = view.option(code);
    return found ? Octets8{found->begin(), found->end()} : Octets8{};
}

std::vector<int> numbers(const std::string& text) {
    std::istringstream stream{text};
    return {std::istream_iterator<int>{stream}, {}};
}

class V4Captures : public testing::TestWithParam<Capture> {};

TEST_P(V4Captures, AreReadAsTheirNotesSay) {
    const Capture& capture = GetParam();
    const auto view = MessageView::parse(capture.bytes);
    ASSERT_TRUE(view) << to_string(view.error().code) << " at " << view.error().offset;
    EXPECT_EQ(to_string(view->type()), capture.note("type"));
    std::vector<int> codes, suboptions;
    for (int code = 1; code < 255; ++code) {
        if (view->has(static_cast<std::uint8_t>(code))) codes.push_back(code);
        if (view->relay_suboption(static_cast<std::uint8_t>(code))) suboptions.push_back(code);
    }
    EXPECT_EQ(codes, numbers(capture.note("options")));
    EXPECT_EQ(suboptions, numbers(capture.note("relay-suboptions")));
    if (const auto octets = capture.note("option-77"); !octets.empty()) {
        EXPECT_EQ(payload(*view, 77), parse_capture("note", octets).bytes);
    }
}

// Whatever is cut off: an error, or a message with no more options than the whole one.
TEST_P(V4Captures, TruncationFailsCleanlyOrKeepsWhatCameBefore) {
    const Capture& capture = GetParam();
    const auto whole = MessageView::parse(capture.bytes);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size < capture.bytes.size(); ++size) {
        const Octets8 head{capture.bytes.begin(), capture.bytes.begin() + static_cast<long>(size)};
        for (const auto leniency : {Leniency::strict, Leniency::lenient}) {
            const auto view = MessageView::parse(head, leniency);
            if (size < fixed_size + cookie_size) {
                ASSERT_FALSE(view);
                EXPECT_EQ(view.error(), (ParseError{ParseErrc::truncated, size}));
                continue;
            }
            ASSERT_TRUE(view || leniency == Leniency::strict) << size;
            if (!view) continue;
            for (int code = 1; code < 255; ++code) {
                const auto found = payload(*view, static_cast<std::uint8_t>(code));
                const auto full = payload(*whole, static_cast<std::uint8_t>(code));
                ASSERT_LE(found.size(), full.size()) << size << " octets, option " << code;
                EXPECT_TRUE(std::equal(found.begin(), found.end(), full.begin()));
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, V4Captures, testing::ValuesIn(load_captures(TESTS_DIR "/captures/v4")),
                         [](const auto& row) {
                             std::string name = row.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

struct BadPacket {
    std::string name;
    Packet packet;
    ParseError error;
    bool lenient_accepts = false;
};
void PrintTo(const BadPacket& row, std::ostream* out) {
    *out << row.name;
}

Packet changed(Packet packet, std::size_t at, std::initializer_list<std::uint8_t> octets) {
    put(packet, at, octets);
    return packet;
}

std::vector<BadPacket> bad_packets() {
    using enum ParseErrc;
    const Packet good = packet_with({53, 1, 1, 255});
    return {
        {"empty", {}, {truncated, 0}},
        {"no_cookie", Packet(good.begin(), good.begin() + 239), {truncated, 239}},
        {"wrong_cookie", changed(good, 236, {0x63, 0x82, 0x53, 0x62}), {bad_cookie, 236}},
        {"hlen_17", changed(good, 2, {17}), {bad_hlen, 2}},
        {"a_reply", changed(good, 0, {2}), {not_a_request, 0}},
        {"op_0", changed(good, 0, {0}), {not_a_request, 0}},
        {"code_without_length", packet_with({53, 1, 1, 12}), {bad_length, 243}, true},
        {"option_over_the_end", packet_with({53, 1, 1, 12, 5, 'a', 'b'}), {bad_length, 243}, true},
        {"overload_0", packet_with({52, 1, 0, 255}), {bad_overload, 240}},
        {"overload_4", packet_with({52, 1, 4, 255}), {bad_overload, 240}},
        {"overload_of_two_octets", packet_with({52, 2, 1, 1, 255}), {bad_overload, 240}},
        {"overload_empty", packet_with({52, 0, 255}), {bad_overload, 240}},
        {"overload_within_overload",
         changed(packet_with({52, 1, 1, 255}), 108, {52, 1, 2, 255}),
         {bad_overload, 44}},
        {"option_over_the_end_of_file",
         changed(packet_with({52, 1, 1, 255}), 108, {12, 127}),
         {bad_length, 108},
         true},
        {"option_over_the_end_of_sname",
         changed(packet_with({52, 1, 2, 255}), 106, {12, 1}),
         {bad_length, 106},
         true},
        {"type_empty", packet_with({53, 0, 255}), {bad_option, 240}},
        {"type_0", packet_with({53, 1, 0, 255}), {bad_option, 240}},
        {"type_of_two_octets", packet_with({53, 2, 1, 1, 255}), {bad_option, 240}},
        {"type_twice", packet_with({53, 1, 1, 53, 1, 1, 255}), {bad_option, 240}},
        {"requested_address_of_3", packet_with({53, 1, 1, 50, 3, 1, 2, 3, 255}), {bad_option, 243}},
        {"lease_time_of_5", packet_with({51, 5, 1, 2, 3, 4, 5, 255}), {bad_option, 240}},
        {"server_identifier_empty", packet_with({54, 0, 255}), {bad_option, 240}},
        {"maximum_size_of_1", packet_with({57, 1, 1, 255}), {bad_option, 240}},
        {"client_id_of_1", packet_with({61, 1, 1, 255}), {bad_option, 240}},
        {"subnet_selection_of_8", packet_with({118, 8, 1, 2, 3, 4, 5, 6, 7, 8, 255}), {bad_option, 240}},
        {"link_selection_of_2", packet_with({82, 4, 5, 2, 1, 2, 255}), {bad_option, 240}},
    };
}

class BadPackets : public testing::TestWithParam<BadPacket> {};

TEST_P(BadPackets, AreRefusedWithTheirReasonAndPlace) {
    const auto& row = GetParam();
    const auto strict = MessageView::parse(row.packet);
    ASSERT_FALSE(strict);
    EXPECT_EQ(to_string(strict.error().code), to_string(row.error.code));
    EXPECT_EQ(strict.error().offset, row.error.offset);
    EXPECT_EQ(MessageView::parse(row.packet, Leniency::lenient).has_value(), row.lenient_accepts);
}

INSTANTIATE_TEST_SUITE_P(All, BadPackets, testing::ValuesIn(bad_packets()),
                         [](const auto& row) { return row.param.name; });

TEST(MessageView, FixedFields) {
    Packet packet = packet_with({255});
    put(packet, 3, {2});
    put(packet, 8, {0x01, 0x02, 0x80, 0x00});
    put(packet, 12, {10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 3, 10, 0, 0, 4});
    put(packet, 44, {'s', 'v'});
    put(packet, 108, {'f'});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->op(), 1);
    EXPECT_EQ(view->htype(), 1);
    EXPECT_EQ(view->hops(), 2);
    EXPECT_EQ(view->xid(), 0xdeadbeefu);
    EXPECT_EQ(view->secs(), 0x0102);
    EXPECT_EQ(view->flags(), broadcast_flag);
    EXPECT_EQ(to_string(view->ciaddr()), "10.0.0.1");
    EXPECT_EQ(to_string(view->yiaddr()), "10.0.0.2");
    EXPECT_EQ(to_string(view->siaddr()), "10.0.0.3");
    EXPECT_EQ(to_string(view->giaddr()), "10.0.0.4");
    EXPECT_THAT(view->chaddr(), ElementsAre(2, 0, 0x5e, 0x10, 0, 1));
    EXPECT_EQ(view->sname(), "sv");
    EXPECT_EQ(view->file(), "f");
    EXPECT_EQ(view->type(), MessageType::none);
}

TEST(MessageView, PadIsSkippedAndWhatFollowsEndIsIgnored) {
    const Packet packet = packet_with({0, 0, 53, 1, 3, 0, 12, 1, 'a', 255, 12, 1, 'b', 50, 99});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->type(), MessageType::request);
    EXPECT_THAT(payload(*view, 12), ElementsAre('a'));
    EXPECT_FALSE(view->has(50));
    EXPECT_FALSE(view->has(0));
    EXPECT_FALSE(view->has(255));
}

TEST(MessageView, AMissingEndIsNoError) {
    EXPECT_TRUE(MessageView::parse(packet_with({53, 1, 1})));
}

TEST(MessageView, AHostNameOfNoOctetsIsAbsent) {
    const auto packet = packet_with({53, 1, 1, 12, 0, 255});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_FALSE(view->has(option::host_name));
    EXPECT_FALSE(view->option(option::host_name));
}

TEST(MessageView, OtherOptionsMayBeEmpty) {
    const auto packet = packet_with({53, 1, 1, 80, 0, 255});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    ASSERT_TRUE(view->has(80));
    EXPECT_TRUE(view->option(80)->empty());
}

TEST(MessageView, LenientKeepsWhatCameBeforeATruncatedTail) {
    const auto packet = packet_with({53, 1, 1, 61, 3, 1, 2, 3, 12, 200, 'a'});
    const auto view = MessageView::parse(packet, Leniency::lenient);
    ASSERT_TRUE(view);
    EXPECT_THAT(payload(*view, 61), ElementsAre(1, 2, 3));
    EXPECT_FALSE(view->has(12));
}

TEST(MessageView, PiecesJoinInTheOrderFileThenSname) {
    Packet packet = packet_with({77, 1, 'a', 52, 1, 3, 77, 0, 255});
    put(packet, 108, {77, 2, 'b', 'c', 255});
    put(packet, 44, {77, 1, 'd', 255});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_THAT(payload(*view, 77), ElementsAre('a', 'b', 'c', 'd'));
    EXPECT_EQ(view->file(), "");
    EXPECT_EQ(view->sname(), "");
}

TEST(MessageView, FileAndSnameAreTextWhenNotOverloaded) {
    Packet packet = packet_with({52, 1, 1, 255});
    put(packet, 44, {12, 1, 'x', 255});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_FALSE(view->has(12));
    EXPECT_EQ(view->sname(), "\x0c\x01x\xff");
}

TEST(MessageView, NumbersOfAnotherSizeAreNotRead) {
    const auto packet = packet_with({108, 4, 0, 0, 1, 44, 58, 3, 1, 2, 3, 255});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->option_u32(108), 300u);
    EXPECT_FALSE(view->option_u32(58));
    EXPECT_FALSE(view->option_ipv4(58));
    EXPECT_FALSE(view->option_ipv4(54));
}

TEST(MessageView, ADamagedRelaySuboptionEndsTheRelayInformation) {
    const auto packet = packet_with({82, 9, 1, 2, 'a', 'b', 12, 1, 7, 2, 99, 255});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_THAT(*view->relay_suboption(rai::circuit_id), ElementsAre('a', 'b'));
    EXPECT_THAT(*view->relay_suboption(rai::relay_id), ElementsAre(7));
    EXPECT_FALSE(view->relay_suboption(rai::remote_id));
    const auto without = packet_with({53, 1, 1});
    EXPECT_FALSE(MessageView::parse(without)->relay_suboption(rai::circuit_id));
}

TEST(MessageView, TheFirstOfTwoEqualRelaySuboptionsCounts) {
    const auto packet = packet_with({82, 6, 1, 1, 'a', 1, 1, 'b', 255});
    EXPECT_THAT(*MessageView::parse(packet)->relay_suboption(1), ElementsAre('a'));
}

TEST(MessageView, CopiesAndMovesOutliveTheOriginal) {
    const auto packet = packet_with({77, 1, 'a', 77, 1, 'b', 60, 1, 'v', 255});
    auto original = std::make_unique<MessageView>(*MessageView::parse(packet));
    MessageView copy = *original;
    const MessageView moved = std::move(*original);
    original.reset();
    EXPECT_THAT(payload(copy, 77), ElementsAre('a', 'b'));
    EXPECT_THAT(payload(moved, 77), ElementsAre('a', 'b'));
    copy = moved;
    EXPECT_THAT(payload(copy, 60), ElementsAre('v'));
}

TEST(MessageView, OctetsBehindTheLargestDatagramAreNotLookedAt) {
    Packet packet = packet_with({53, 1, 1});
    packet.resize(70000);
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->datagram().size(), 65535u);
}

TEST(MessageView, ParsingAndLookingUpAllocateNothing) {
    const auto capture = load_capture(TESTS_DIR "/captures/v4/discover-via-relay.hex");
    const auto before = allocation_count();
    const auto view = MessageView::parse(capture.bytes);
    const bool found =
        view && view->option(61) && view->relay_suboption(5) && view->option_ipv4(50).has_value();
    EXPECT_EQ(allocation_count(), before);
    EXPECT_FALSE(found);
    const Octets8 counted(1);
    EXPECT_GT(allocation_count(), before) << "the counter does not count";
}

TEST(MessageType, EveryOctetHasAName) {
    EXPECT_EQ(to_string(MessageType::discover), "DHCPDISCOVER");
    EXPECT_EQ(to_string(MessageType::none), "BOOTP");
    for (int value = 0; value < 256; ++value)
        EXPECT_FALSE(to_string(static_cast<MessageType>(value)).empty());
}

}  // namespace
}  // namespace leasehold::v4::message_test
