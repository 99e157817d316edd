// What MessageView accepts, refuses and finds.
#include "dhcp/v6/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <set>

#include "tests/dhcp/v6/packet.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/captures.hpp"

namespace leasehold::v6::message_test {
namespace {

using testing::ElementsAre;
using enum MessageType;

Packet payload(const MessageView& view, std::uint16_t code) {
    const auto found = view.option(code);
    return found ? Packet{found->begin(), found->end()} : Packet{};
}

/// The codes that are there, ascending, with blanks between.
template <class View>
std::string codes_text(const View& view) {
    std::string text;
    for (int code = 0; code <= 65535; ++code) {
        if (!view.has(static_cast<std::uint16_t>(code))) continue;
        if (!text.empty()) text += ' ';
        text += std::to_string(code);
    }
    return text;
}

/// "NA 1 2001:db8::7 300/600; PD 2 ::/56 0/0"
std::string ias_text(const MessageView& view) {
    std::string text;
    for (const IaView ia : view.ias()) {
        if (!text.empty()) text += "; ";
        constexpr std::string_view kinds[] = {"", "NA", "TA", "PD"};
        text += std::string{kinds[static_cast<int>(ia.kind)]} + ' ' + std::to_string(ia.iaid);
        for (const IaLease lease : ia.leases())
            text += ' ' + to_string(lease.unit) + ' ' + std::to_string(lease.preferred) + '/' +
                    std::to_string(lease.valid);
    }
    return text;
}

/// "2001:db8::1 fe80::1 9 18; ...": link, peer and options of each relay, from the server on.
std::string relays_text(const MessageView& view) {
    std::string text;
    for (const RelayView& relay : view.relays()) {
        if (!text.empty()) text += "; ";
        text +=
            to_string(relay.link_address()) + ' ' + to_string(relay.peer_address()) + ' ' + codes_text(relay);
    }
    return text;
}

class V6Captures : public testing::TestWithParam<Capture> {};

TEST_P(V6Captures, AreReadAsTheirNotesSay) {
    const Capture& capture = GetParam();
    const auto view = MessageView::parse(capture.bytes);
    ASSERT_TRUE(view) << to_string(view.error().code) << " at " << view.error().offset;
    EXPECT_EQ(to_string(view->type()), capture.note("type"));
    EXPECT_EQ(codes_text(*view), capture.note("options"));
    EXPECT_EQ(ias_text(*view), capture.note("ias"));
    EXPECT_EQ(relays_text(*view), capture.note("relays"));
}

/// Sizes at which the outermost message may end: between two options, of a relay not before what it carries.
std::set<std::size_t> sound_sizes(const MessageView& whole) {
    std::set<std::size_t> sizes;
    if (!whole.is_relayed()) sizes.insert(message_header_size);
    for (const Option option : whole.is_relayed() ? whole.relays()[0].options() : whole.options()) {
        if (whole.is_relayed() && sizes.empty() && option.code != option::relay_msg) continue;
        sizes.insert(static_cast<std::size_t>(option.payload.data() - whole.datagram().data()) +
                     option.payload.size());
    }
    return sizes;
}

// Cut between two options it is a shorter message; anywhere else it is damaged.
TEST_P(V6Captures, TruncationFailsCleanlyOrKeepsWhatCameBefore) {
    const Capture& capture = GetParam();
    const auto whole = MessageView::parse(capture.bytes);
    ASSERT_TRUE(whole);
    const auto sound = sound_sizes(*whole);
    for (std::size_t size = 0; size < capture.bytes.size(); ++size) {
        const Packet head{capture.bytes.begin(), capture.bytes.begin() + static_cast<long>(size)};
        const auto view = MessageView::parse(head);
        ASSERT_EQ(view.has_value(), sound.contains(size)) << size;
        if (!view) {
            EXPECT_LE(view.error().offset, size);
            continue;
        }
        ASSERT_EQ(view->relays().size(), whole->relays().size()) << size;
        EXPECT_TRUE(std::ranges::equal(view->message(), whole->message().first(view->message().size())))
            << size;
    }
}

INSTANTIATE_TEST_SUITE_P(All, V6Captures, testing::ValuesIn(load_captures(TESTS_DIR "/captures/v6")),
                         [](const auto& row) {
                             std::string name = row.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

struct BadPacket {
    std::string name;
    Packet packet;
    ParseError error;
};
void PrintTo(const BadPacket& row, std::ostream* out) {
    *out << row.name;
}

Packet repeated(std::size_t count, const Packet& part) {
    Packet whole;
    for (; count > 0; --count) whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

const Packet iaaddr_payload = joined({ipv6_octets("2001:db8::7"), number_octets(300), number_octets(600)});
const Packet ia_header(12);

Packet iaprefix_payload(std::uint8_t length) {
    return joined({number_octets(300), number_octets(600), {length}, ipv6_octets("2001:db8::")});
}

std::vector<BadPacket> bad_packets() {
    using enum ParseErrc;
    const auto with = [](std::uint16_t code, std::size_t size) {
        return message_of(solicit, {option_of(code, Packet(size))});
    };
    const auto with_ia = [](std::initializer_list<Packet> inner) {
        return message_of(solicit, {option_of(option::ia_na, joined({ia_header, joined(inner)}))});
    };
    const Packet good = message_of(solicit, {});
    const auto relayed = [](std::initializer_list<Packet> options) {
        return relay_of(0, "::", "fe80::1", options);
    };
    const Packet carried = option_of(option::relay_msg, good);
    return {
        {"empty", {}, {truncated, 0}},
        {"type_only", {1}, {truncated, 0}},
        {"three_octets", {1, 2, 3}, {truncated, 0}},
        {"code_only", joined({good, {0, 1}}), {bad_length, 4}},
        {"half_a_length", joined({good, {0, 1, 0}}), {bad_length, 4}},
        {"option_over_the_end", joined({good, option_of(80, {1, 2}, 3)}), {bad_length, 4}},
        {"second_option_over_the_end",
         joined({good, option_of(80, {1}), option_of(81, {}, 65535)}),
         {bad_length, 9}},
        {"client_id_empty", with(1, 0), {bad_option, 4}},
        {"client_id_of_2", with(1, 2), {bad_option, 4}},
        {"client_id_of_131", with(1, 131), {bad_option, 4}},
        {"server_id_empty", with(2, 0), {bad_option, 4}},
        {"server_id_of_131", with(2, 131), {bad_option, 4}},
        {"ia_na_of_11", with(3, 11), {bad_option, 4}},
        {"ia_ta_of_3", with(4, 3), {bad_option, 4}},
        {"iaaddr_of_23", with(5, 23), {bad_option, 4}},
        {"oro_of_3", with(6, 3), {bad_option, 4}},
        {"preference_of_2", with(7, 2), {bad_option, 4}},
        {"elapsed_of_1", with(8, 1), {bad_option, 4}},
        {"relay_message_of_a_client", with(9, 4), {bad_option, 4}},
        {"auth_of_10", with(11, 10), {bad_option, 4}},
        {"status_of_1", with(13, 1), {bad_option, 4}},
        {"vendor_class_of_3", with(16, 3), {bad_option, 4}},
        {"vendor_options_of_3", with(17, 3), {bad_option, 4}},
        {"ia_pd_of_11", with(25, 11), {bad_option, 4}},
        {"iaprefix_of_24", with(26, 24), {bad_option, 4}},
        {"fqdn_empty", with(39, 0), {bad_option, 4}},
        {"pd_exclude_of_1", with(67, 1), {bad_option, 4}},
        {"pd_exclude_of_18", with(67, 18), {bad_option, 4}},
        {"pd_exclude_of_129_bits", message_of(solicit, {option_of(67, {129, 0})}), {bad_option, 4}},
        {"second_client_id_empty",
         message_of(solicit, {option_of(1, Packet(9)), option_of(1, {})}),
         {bad_option, 17}},
        {"in_ia_over_the_end", with_ia({option_of(5, iaaddr_payload, 25)}), {bad_length, 20}},
        {"in_ia_half_a_header", with_ia({{0, 5, 0}}), {bad_length, 20}},
        {"in_ia_iaaddr_of_23", with_ia({option_of(5, Packet(23))}), {bad_option, 20}},
        {"in_ia_status_of_0", with_ia({option_of(13, {})}), {bad_option, 20}},
        {"in_iaaddr_over_the_end",
         with_ia({option_of(5, joined({iaaddr_payload, option_of(13, {0, 0}, 3)}))}),
         {bad_length, 48}},
        {"in_iaaddr_status_of_1",
         with_ia({option_of(5, joined({iaaddr_payload, option_of(13, {0})}))}),
         {bad_option, 48}},
        {"prefix_of_129_bits",
         message_of(solicit, {option_of(25, joined({ia_header, option_of(26, iaprefix_payload(129))}))}),
         {bad_option, 20}},
        {"too_many_ias",
         message_of(solicit, {repeated(65, option_of(4, {0, 0, 0, 1}))}),
         {too_many_ias, 4 + 64 * 8}},
        {"too_many_addresses",
         with_ia({repeated(65, option_of(5, iaaddr_payload))}),
         {too_many_leases, 20 + 64 * 28}},
        {"half_a_relay_header", joined({{12, 0}, Packet(31)}), {truncated, 0}},
        {"relay_without_message", relayed({option_of(18, {1})}), {no_relay_message, 0}},
        {"relay_without_options", relayed({}), {no_relay_message, 0}},
        {"relay_with_two_messages", relayed({carried, carried}), {no_relay_message, 42}},
        {"relay_with_an_empty_message", relayed({option_of(9, {})}), {truncated, 38}},
        {"relay_with_an_empty_message_and_more",
         relayed({option_of(9, {}), option_of(18, {1})}),
         {truncated, 38}},
        {"relay_with_half_a_message", relayed({option_of(9, {1, 2})}), {truncated, 38}},
        {"relay_option_over_the_end", relayed({carried, option_of(18, {1}, 2)}), {bad_length, 42}},
        {"remote_id_of_3", relayed({option_of(37, Packet(3)), carried}), {bad_option, 34}},
        {"relay_port_of_1", relayed({option_of(135, {0}), carried}), {bad_option, 34}},
        {"link_layer_of_1", relayed({option_of(79, {0}), carried}), {bad_option, 34}},
        {"inner_relay_without_message", relayed({option_of(9, relayed({}))}), {no_relay_message, 38}},
        {"damage_within_two_relays",
         through_relays(2, message_of(solicit, {option_of(8, {1})})),
         {bad_option, 2 * 38 + 4}},
        {"too_many_relays", through_relays(33, good), {too_many_relays, 32 * 38}},
        {"a_relay_reply", relay_of(0, "::", "::", {carried}, relay_reply), {wrong_direction, 0}},
        {"a_relay_reply_within",
         relayed({option_of(9, relay_of(0, "::", "::", {carried}, relay_reply))}),
         {wrong_direction, 38}},
    };
}

class BadV6Packets : public testing::TestWithParam<BadPacket> {};

TEST_P(BadV6Packets, AreRefusedWithTheirReasonAndPlace) {
    const auto& row = GetParam();
    const auto view = MessageView::parse(row.packet);
    ASSERT_FALSE(view);
    EXPECT_EQ(to_string(view.error().code), to_string(row.error.code));
    EXPECT_EQ(view.error().offset, row.error.offset);
}

INSTANTIATE_TEST_SUITE_P(All, BadV6Packets, testing::ValuesIn(bad_packets()),
                         [](const auto& row) { return row.param.name; });

TEST(V6MessageView, LimitsThemselvesAreAllowed) {
    EXPECT_EQ(MessageView::parse(through_relays(32, message_of(solicit, {})))->relays().size(), 32u);
    const auto ias = message_of(solicit, {repeated(64, option_of(4, {0, 0, 0, 1}))});
    EXPECT_EQ(MessageView::parse(ias)->ias().count(), 64u);
    const auto leases =
        message_of(solicit, {option_of(3, joined({ia_header, repeated(64, option_of(5, iaaddr_payload))}))});
    EXPECT_EQ((*MessageView::parse(leases)->ias().begin()).leases().count(), 64u);
    for (const std::size_t size : {3u, 130u}) {
        const auto packet = message_of(solicit, {option_of(1, Packet(size))});
        EXPECT_EQ(MessageView::parse(packet)->duid().size(), size);
    }
}

TEST(V6MessageView, HeaderAndLookUps) {
    const auto packet = message_of(
        request, {option_of(1, {0, 3, 0, 1, 9}), option_of(2, {0, 2, 7}), option_of(6, {0, 23, 0, 24, 1, 0}),
                  option_of(8, {0x12, 0x34}), option_of(14, {}), option_of(32, {0, 1, 0, 0})});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->type(), request);
    EXPECT_EQ(view->xid(), 0x0a0b0cu);
    EXPECT_THAT(view->duid(), ElementsAre(0, 3, 0, 1, 9));
    EXPECT_THAT(view->server_id(), ElementsAre(0, 2, 7));
    EXPECT_THAT(view->requested(), ElementsAre(23, 24, 256));
    EXPECT_TRUE(view->requests(24) && !view->requests(25));
    EXPECT_EQ(view->option_u16(8), 0x1234);
    EXPECT_EQ(view->option_u32(32), 65536u);
    EXPECT_FALSE(view->option_u32(8) || view->option_u16(32) || view->option_u16(99));
    EXPECT_TRUE(view->has(14) && view->option(14)->empty());
    EXPECT_FALSE(view->is_relayed());
    EXPECT_FALSE(view->status());
    EXPECT_EQ(view->message().size(), packet.size());
}

TEST(V6MessageView, AnEmptyMessageHasNothing) {
    const auto packet = message_of(information_request, {});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->duid().empty() && view->server_id().empty());
    EXPECT_TRUE(view->options().empty() && view->ias().empty());
    EXPECT_EQ(view->requested().size(), 0u);
    EXPECT_EQ(view->relay_at(0), nullptr);
    EXPECT_EQ(view->relay_at(-1), nullptr);
}

// First of a code, all of a code: with codes that are found by their place and with those that are walked to.
TEST(V6MessageView, SeveralOptionsOfOneCode) {
    const auto packet = message_of(
        solicit, {option_of(159, {1}), option_of(160, {2}), option_of(65535, {3}), option_of(159, {4}),
                  option_of(0, {5}), option_of(160, {}), option_of(65535, {6})});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    for (const auto& [code, first] : {std::pair{159, 1}, {160, 2}, {65535, 3}, {0, 5}}) {
        const auto wanted = static_cast<std::uint16_t>(code);
        EXPECT_THAT(payload(*view, wanted), ElementsAre(first));
        EXPECT_EQ(view->count(wanted), code == 0 ? 1u : 2u);
        for (const Option option : view->options(wanted)) EXPECT_EQ(option.code, wanted);
    }
    EXPECT_FALSE(view->has(158) || view->has(161));
    EXPECT_EQ(view->count(158) + view->count(161), 0u);
    EXPECT_EQ(view->options().count(), 7u);
}

TEST(V6MessageView, IasOfAllKindsInTheirOrder) {
    const Packet times = joined({number_octets(100), number_octets(200)});
    const auto packet = message_of(
        advertise, {option_of(25, joined({number_octets(7), times, option_of(26, iaprefix_payload(20)),
                                          option_of(5, iaaddr_payload), option_of(13, {0, 6, 'n', 'o'})})),
                    option_of(1, {1, 2, 3}),
                    option_of(3, joined({number_octets(8), times, option_of(26, iaprefix_payload(56)),
                                         option_of(5, joined({iaaddr_payload, option_of(13, {0, 2})}))})),
                    option_of(4, joined({number_octets(0xffffffff), option_of(5, iaaddr_payload)}))});
    const auto view = MessageView::parse_reply(packet);
    ASSERT_TRUE(view);
    // Bits after the length are cleared, and an address in an IA_PD or a prefix in an IA_NA is none of its
    // leases.
    EXPECT_EQ(ias_text(*view),
              "PD 7 2001::/20 300/600; NA 8 2001:db8::7 300/600; TA 4294967295 2001:db8::7 300/600");
    const auto first = *view->ias().begin();
    EXPECT_EQ(first.t1, 100u);
    EXPECT_EQ(first.t2, 200u);
    ASSERT_TRUE(first.status());
    EXPECT_EQ(first.status()->code, StatusCode::no_prefix_avail);
    EXPECT_EQ(first.status()->text, "no");
    EXPECT_EQ(first.options().count(), 3u);
    const auto second = *std::next(view->ias().begin());
    EXPECT_FALSE(second.status());
    EXPECT_EQ((*second.leases().begin()).status()->code, StatusCode::no_addrs_avail);
}

TEST(V6MessageView, RelaysFromTheServerToTheClient) {
    const auto packet = relay_of(
        1, "2001:db8::1", "2001:db8::2",
        {option_of(18, {'b'}), option_of(9, relay_of(0, "2001:db8::3", "fe80::4",
                                                     {option_of(9, message_of(renew, {option_of(8, {0, 9})})),
                                                      option_of(18, {'a'}), option_of(4000, {7})}))});
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->type(), renew);
    EXPECT_EQ(view->option_u16(8), 9);
    EXPECT_FALSE(view->has(18));
    ASSERT_EQ(view->relays().size(), 2u);
    const auto& near_server = view->relays()[0];
    EXPECT_EQ(near_server.hop_count(), 1);
    EXPECT_EQ(to_string(near_server.link_address()), "2001:db8::1");
    EXPECT_EQ(to_string(near_server.peer_address()), "2001:db8::2");
    EXPECT_THAT(*near_server.option(18), ElementsAre('b'));
    EXPECT_FALSE(near_server.has(4000));
    const auto& near_client = view->relays().back();
    EXPECT_EQ(to_string(near_client.peer_address()), "fe80::4");
    EXPECT_THAT(*near_client.option(4000), ElementsAre(7));
    EXPECT_EQ(near_client.options(18).count(), 1u);
    EXPECT_EQ(near_client.options().count(), 3u);
    EXPECT_EQ(view->relay_at(0), &near_server);
    EXPECT_EQ(view->relay_at(1), &near_client);
    EXPECT_EQ(view->relay_at(-1), &near_client);
    EXPECT_EQ(view->relay_at(-2), &near_server);
    EXPECT_EQ(view->relay_at(2), nullptr);
    EXPECT_EQ(view->relay_at(-3), nullptr);
    EXPECT_EQ(view->relay_at(std::numeric_limits<std::int64_t>::min()), nullptr);
    EXPECT_EQ(view->relay_at(std::numeric_limits<std::int64_t>::max()), nullptr);
}

TEST(V6MessageView, RepliesAreReadInTheirDirection) {
    const auto carried = option_of(9, message_of(reply, {}));
    const auto packet = relay_of(0, "::", "fe80::1", {carried}, relay_reply);
    EXPECT_EQ(MessageView::parse_reply(packet)->type(), reply);
    EXPECT_EQ(MessageView::parse_reply(relay_of(0, "::", "::", {carried})).error(),
              (ParseError{ParseErrc::wrong_direction, 0}));
}

TEST(V6MessageView, CopiesAndMovesOutliveTheOriginal) {
    const auto packet = through_relays(3, message_of(solicit, {option_of(200, {'a'})}));
    auto original = std::make_unique<MessageView>(*MessageView::parse(packet));
    MessageView copy = *original;
    const MessageView moved = std::move(*original);
    original.reset();
    EXPECT_THAT(payload(copy, 200), ElementsAre('a'));
    EXPECT_EQ(copy.relays().size(), 3u);
    EXPECT_EQ(moved.relays().back().hop_count(), 0);
    copy = moved;
    EXPECT_THAT(payload(copy, 200), ElementsAre('a'));
}

TEST(V6MessageView, OctetsBehindTheLargestDatagramAreNotLookedAt) {
    auto packet = message_of(solicit, {option_of(200, Packet(65527))});
    ASSERT_EQ(packet.size(), 65535u);
    packet.push_back(0);
    const auto view = MessageView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->datagram().size(), 65535u);
}

TEST(V6MessageView, ParsingAndLookingUpAllocateNothing) {
    const auto capture = load_capture(TESTS_DIR "/captures/v6/solicit-via-three-relays.hex");
    const auto before = allocation_count();
    const auto view = MessageView::parse(capture.bytes);
    const bool found = view && view->option(1) && view->relay_at(-1)->option(38) && !view->ias().empty() &&
                       view->option(200) && view->requests(23);
    EXPECT_EQ(allocation_count(), before);
    EXPECT_FALSE(found);
    const Packet counted(1);
    EXPECT_GT(allocation_count(), before) << "the counter does not count";
}

// Within a vendor's or RSOO's option nothing was checked by parse.
TEST(V6Options, ADamagedOptionEndsTheRange) {
    const auto octets = joined({option_of(1, {7}), option_of(2, {8}), option_of(1, {9, 9}, 3)});
    EXPECT_EQ(Options{octets}.count(), 2u);
    EXPECT_EQ((Options{octets, 1}.count()), 1u);
    EXPECT_FALSE(find_option(octets, 3));
    for (std::size_t size = 0; size < octets.size(); ++size)
        EXPECT_EQ(Options{std::span{octets}.first(size)}.count(), size / 5 > 2 ? 2 : size / 5) << size;
    EXPECT_EQ(Options{}.count(), 0u);
}

TEST(V6Codes, ALastOddOctetIsIgnored) {
    const Packet octets{0, 1, 2, 3, 4};
    EXPECT_THAT(Codes{octets}, ElementsAre(1, 0x203));
    EXPECT_TRUE(Codes{octets}.contains(0x203) && !Codes{octets}.contains(0x400));
    EXPECT_EQ(Codes{}.size(), 0u);
    EXPECT_FALSE(Codes{}.contains(0));
}

TEST(V6Names, EveryNumberHasOne) {
    EXPECT_EQ(to_string(information_request), "INFORMATION-REQUEST");
    EXPECT_EQ(to_string(addr_reg_reply), "ADDR-REG-REPLY");
    EXPECT_EQ(to_string(StatusCode::no_prefix_avail), "NoPrefixAvail");
    for (int value = 0; value < 256; ++value) {
        EXPECT_FALSE(to_string(static_cast<MessageType>(value)).empty());
        EXPECT_FALSE(to_string(static_cast<StatusCode>(value)).empty());
        EXPECT_FALSE(to_string(static_cast<ParseErrc>(value)).empty());
    }
}

}  // namespace
}  // namespace leasehold::v6::message_test
