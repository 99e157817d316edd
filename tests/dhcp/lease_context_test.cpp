#include "dhcp/lease_context.hpp"

#include <gtest/gtest.h>

#include <random>

namespace leasehold::lease_context_test {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(LeaseContext, NotesAreReadBackAsTheyWereWritten) {
    const LeaseNotes notes{{"gold", "a \"quoted\" one"}, {1, 2, 0xaa, 0xbb}};
    const std::string text = with_notes("", notes);
    EXPECT_EQ(read_notes(text), notes);
    EXPECT_EQ(with_notes(text, notes), text);
}

TEST(LeaseContext, RelayInformationIsWrittenInKeasForm) {
    EXPECT_EQ(
        with_notes("", {{}, {2, 2, 0xaa, 0xbb, 12, 1, 0xcc}}),
        R"({"ISC":{"relay-agent-info":{"sub-options":"0x0202aabb0c01cc","remote-id":"aabb","relay-id":"cc"}}})");
    EXPECT_EQ(with_notes("", {{"gold"}, {}}), R"({"ISC":{"client-classes":["gold"]}})");
}

/// Two relays, the nearer to the client with a remote-id and a relay-id.
LeaseNotes relayed_notes() {
    const Bytes options{0, 18, 0, 1, 'x', 0, 37, 0, 5, 0, 0, 0, 9, 'r', 0, 53, 0, 2, 'i', 'd'};
    return {{},
            {},
            {{1, *parse_ipv6("2001:db8:9::1"), *parse_ipv6("fe80::2"), {}},
             {0, *parse_ipv6("2001:db8:1::1"), *parse_ipv6("fe80::1"), options}}};
}

TEST(LeaseContext, RelaysOfV6AreWrittenInKeasFormOutermostFirst) {
    const auto notes = relayed_notes();
    const auto text = with_notes("", notes);
    EXPECT_EQ(text, R"({"ISC":{"relay-info":[{"hop":1,"link":"2001:db8:9::1","peer":"fe80::2"},)"
                    R"({"hop":0,"link":"2001:db8:1::1","peer":"fe80::1",)"
                    R"("options":"0x0012000178002500050000000972003500026964",)"
                    R"("remote-id":"0000000972","relay-id":"6964"}]}})");
    EXPECT_EQ(read_notes(text), notes);
    const auto [relay_id, remote_id] = relay_identities({}, notes.relays);
    EXPECT_EQ(to_hex(view(relay_id), ""), "6964");
    EXPECT_EQ(to_hex(view(remote_id), ""), "0000000972");
}

TEST(LeaseContext, HowAClientIsReachedStandsBesideWhereItsRouteLeads) {
    const ReconfigureNote direct{{*parse_ipv6("fe80::1"), "eth1"}, 547, {}};
    const ReconfigureNote relayed{{*parse_ipv6("2001:db8::1"), "eth1"}, 1547, relayed_notes().relays};
    for (const auto& note : {direct, relayed}) {
        const auto text = with_reconfigure_note(R"({"mine":1})", note);
        EXPECT_EQ(read_reconfigure_note(text), note) << text;
        EXPECT_EQ(with_reconfigure_note(text, note), text);
        const auto with_route = with_next_hop(text, NextHop{*parse_ipv6("fe80::2"), "eth2"});
        EXPECT_EQ(read_reconfigure_note(with_route), note);
        EXPECT_EQ(with_next_hop(with_route, std::nullopt), text);
        EXPECT_EQ(with_reconfigure_note(text, std::nullopt), R"({"mine":1})");
    }
    EXPECT_EQ(with_reconfigure_note("", direct), R"({"Leasehold":{"reconfigure":{"via":"fe80::1","dev":"eth1"}}})");
}

TEST(LeaseContext, AnUnreadableWayToAClientIsNone) {
    for (const std::string note : {R"(5)", R"({})", R"({"via":"::","dev":"eth1"})", R"({"via":"fe80::1"})",
                                   R"({"via":"fe80::1","dev":"eth1","port":0})",
                                   R"({"via":"fe80::1","dev":"eth1","port":"x"})",
                                   R"({"via":"fe80::1","dev":"eth1","relay-info":[]})",
                                   R"({"via":"fe80::1","dev":"eth1","relay-info":[{"hop":1}]})"})
        EXPECT_FALSE(read_reconfigure_note(R"({"Leasehold":{"reconfigure":)" + note + "}}")) << note;
}

TEST(LeaseContext, AMappedAddressOfARelayIsReadBack) {
    const LeaseNotes notes{{}, {}, {{0, to_ipv6(Ipv4{0xc0000201}), {}, {}}}};
    EXPECT_EQ(read_notes(with_notes("", notes)), notes);
}

TEST(LeaseContext, WhatSaysTheSameAlreadyStaysAsItIsWritten) {
    const std::string keas =
        R"({ "ISC": { "relay-info": [ { "hop": 0, "link": "2001:DB8::1", "options": "0x0025000500000009AA", )"
        R"("peer": "fe80::1", "remote-id": "00000009AA" } ] }, "mine": 1 })";
    const auto notes = read_notes(keas);
    ASSERT_EQ(notes.relays.size(), 1u);
    EXPECT_EQ(with_notes(keas, notes), keas);
    auto others = notes;
    others.relays[0].hop_count = 1;
    EXPECT_EQ(read_notes(with_notes(keas, others)), others);
}

TEST(LeaseContext, WithoutRelaysTheOtherNotesStay) {
    auto notes = relayed_notes();
    notes.client_classes = {"gold"};
    EXPECT_EQ(without_relay_notes(with_notes(R"({"mine":1})", notes)),
              R"({"mine":1,"ISC":{"client-classes":["gold"]}})");
    EXPECT_EQ(without_relay_notes(with_notes("", relayed_notes())), "");
    EXPECT_EQ(without_relay_notes(with_notes("", {{}, {1, 1, 9}})), "");
    EXPECT_EQ(without_relay_notes(R"({ "mine" : 1 })"), R"({ "mine" : 1 })");
}

TEST(LeaseContext, WhatRelaysSaidBeforeGoesWhenTheirNewWordsDoNotFit) {
    const std::string before =
        with_notes(R"({"x":")" + std::string(user_context_size_max - 400, 'x') + "\"}", relayed_notes());
    auto longer = relayed_notes();
    longer.relays[0].options.assign(400, 0);
    const auto after = with_notes(before, longer);
    EXPECT_EQ(read_notes(after), LeaseNotes{});
    EXPECT_GT(after.size(), user_context_size_max - 400);
}

TEST(LeaseContext, IdentitiesLongerThanTheirColumnsAreLeftOut) {
    Bytes options{0, 37, 1, 0};  // 256 octets
    options.resize(4 + 256);
    const RelayNote relay{0, {}, {}, options};
    EXPECT_TRUE(relay_identities({}, {&relay, 1}).remote_id.empty());
    options[2] = 0, options[3] = 255;
    const RelayNote fitting{0, {}, {}, options};
    EXPECT_EQ(relay_identities({}, {&fitting, 1}).remote_id.size(), 255u);
}

TEST(LeaseContext, WhatOperatorsWriteIsKept) {
    const std::string own =
        R"({"comment":"mine","ISC":{"binding-variables":{"a":"b"},"client-classes":["x"]},"z":[1,2]})";
    EXPECT_EQ(
        with_notes(own, {{"gold"}, {}}),
        R"({"comment":"mine","ISC":{"binding-variables":{"a":"b"},"client-classes":["gold"]},"z":[1,2]})");
    EXPECT_EQ(with_notes(own, {}), R"({"comment":"mine","ISC":{"binding-variables":{"a":"b"}},"z":[1,2]})");
    EXPECT_EQ(with_notes(R"({"ISC":{"client-classes":["x"]}})", {}), "");
    EXPECT_EQ(with_notes("not JSON", {{"gold"}, {}}), "not JSON");
    EXPECT_EQ(with_notes(R"({ "spaced" : 1 })", {}), R"({ "spaced" : 1 })") << "nothing to do";
}

TEST(LeaseContext, NotesThatDoNotFitAreLeftOut) {
    const std::string full = R"({"x":")" + std::string(user_context_size_max - 20, 'x') + "\"}";
    EXPECT_EQ(with_notes(full, {{"a long name of a class"}, {}}), full);
}

TEST(LeaseContext, OtherMembersAreCopiedAsTheyAreWritten) {
    EXPECT_EQ(
        with_notes(R"( { "n" : 2.50e33, "ISC":{ "client-classes":["x"]} , "big":1e9999,"q":"}\",{[" } )",
                   {{"gold"}, {}}),
        R"({"n":2.50e33,"ISC":{"client-classes":["gold"]},"big":1e9999,"q":"}\",{["})");
    EXPECT_EQ(with_notes(R"({"ISC":{},"\u0049SC":{"client-classes":["x"]}})", {{"gold"}, {}}),
              R"({"ISC":{"client-classes":["gold"]}})");
    EXPECT_EQ(with_notes("{}", {{"gold"}, {}}), R"({"ISC":{"client-classes":["gold"]}})");
}

TEST(LeaseContext, TheOlderFormOfRelayInformationIsRead) {
    EXPECT_EQ(read_notes(R"({"ISC":{"relay-agent-info":"0x0102aabb"}})").relay_information,
              (Bytes{1, 2, 0xaa, 0xbb}));
    EXPECT_EQ(read_notes(R"({"ISC":{"relay-agent-info":{"sub-options":"0x0102AABB"}}})").relay_information,
              (Bytes{1, 2, 0xaa, 0xbb}));
}

struct UnreadableCase {
    const char* name;
    std::string text;
};
struct LeaseContextUnreadable : testing::TestWithParam<UnreadableCase> {};
TEST_P(LeaseContextUnreadable, GivesNoNotes) {
    EXPECT_EQ(read_notes(GetParam().text), LeaseNotes{});
}
INSTANTIATE_TEST_SUITE_P(
    Texts, LeaseContextUnreadable,
    testing::Values(
        UnreadableCase{"Empty", ""}, UnreadableCase{"Word", "ISC"}, UnreadableCase{"List", R"(["ISC"])"},
        UnreadableCase{"Cut", R"({"ISC":{"client-classes":["a"])"}, UnreadableCase{"NotAMap", R"({"ISC":7})"},
        UnreadableCase{"OddShapes", R"({"ISC":{"client-classes":[1,null],"relay-agent-info":[7]}})"},
        UnreadableCase{"OddRelays", R"({"ISC":{"relay-info":[{"hop":0,"link":"::","peer":"fe80::1"},7]}})"},
        UnreadableCase{"RelaysAreNoList", R"({"ISC":{"relay-info":{"hop":0}}})"},
        UnreadableCase{"RelayWithoutPeer", R"({"ISC":{"relay-info":[{"hop":0,"link":"::"}]}})"},
        UnreadableCase{"HopTooGreat", R"({"ISC":{"relay-info":[{"hop":256,"link":"::","peer":"::"}]}})"},
        UnreadableCase{"NotHex", R"({"ISC":{"relay-agent-info":{"sub-options":"zebra"}}})"},
        UnreadableCase{"TooDeep", R"({"ISC":{"client-classes":)" + std::string(5000, '[')},
        UnreadableCase{"TooLong", R"({"ISC":{"client-classes":["a"]},"x":")" +
                                      std::string(user_context_size_max, 'x') + "\"}"}),
    [](const auto& tested) { return std::string{tested.param.name}; });

// Changed octets of a good text, and cut ones: nothing throws, and what with_notes gives can be read again.
TEST(LeaseContext, NoTextMakesItThrow) {
    const std::string good =
        R"({"a":{"b":[1,-2.5e3,true,null,"\u00e4\n"]},"ISC":{"client-classes":["x"],"relay-agent-info":{"sub-options":"0x0102aabb"},"relay-info":[{"hop":1,"link":"2001:db8::1","peer":"fe80::1","options":"0x00120001aa","remote-id":"aa"}],"relays":[{"hop":0,"link":"::","peer":"::"}]}})";
    std::mt19937 random{7};
    for (int round = 0; round < 20000; ++round) {
        std::string text = good.substr(0, random() % 4 == 0 ? random() % good.size() : good.size());
        for (unsigned changes = random() % 4; changes > 0 && !text.empty(); --changes)
            text[random() % text.size()] =
                static_cast<char>(random() % 4 == 0 ? random() : good[random() % good.size()]);
        read_notes(text);
        const std::string written = with_notes(text, {{"gold"}, {1, 1, 9}, relayed_notes().relays});
        without_relay_notes(text);
        if (written != text) {
            EXPECT_EQ(read_notes(written).client_classes, std::vector<std::string>{"gold"});
        }
        for (const auto check :
             {ExtendedInfoCheck::fix, ExtendedInfoCheck::strict, ExtendedInfoCheck::pedantic}) {
            const auto corrected = corrected_context(text, check);
            if (corrected) {
                EXPECT_EQ(corrected_context(*corrected, check), std::nullopt) << text;
            }
        }
    }
}

TEST(LeaseContextNextHop, StandsInAMapOfItsOwnAndComesBack) {
    const NextHop hop{*parse_ipv6("fe80::1"), "eth1"};
    const std::string noted = with_next_hop("", hop);
    EXPECT_EQ(noted, R"({"Leasehold":{"route":{"via":"fe80::1","dev":"eth1"}}})");
    EXPECT_EQ(read_next_hop(noted), hop);
    EXPECT_EQ(with_next_hop(noted, hop), noted);
    EXPECT_EQ(with_next_hop(noted, NextHop{*parse_ipv6("2001:db8::1"), "e"}),
              R"({"Leasehold":{"route":{"via":"2001:db8::1","dev":"e"}}})");
    EXPECT_EQ(with_next_hop(noted, std::nullopt), "");
}

TEST(LeaseContextNextHop, TheRestOfTheContextStays) {
    const std::string before = R"({"mine":1.50,"ISC":{"client-classes":["gold"]},"Leasehold":{"more":[1]}})";
    const NextHop hop{*parse_ipv6("fe80::1"), "eth1"};
    const std::string noted = with_next_hop(before, hop);
    EXPECT_EQ(noted, R"({"mine":1.50,"ISC":{"client-classes":["gold"]},)"
                     R"("Leasehold":{"more":[1],"route":{"via":"fe80::1","dev":"eth1"}}})");
    EXPECT_EQ(with_notes(noted, {{"gold"}, {}}), noted);
    EXPECT_EQ(with_next_hop(noted, std::nullopt), before);
    EXPECT_EQ(with_next_hop("no JSON", hop), "no JSON");
    EXPECT_EQ(with_next_hop(before, std::nullopt), before);
}

TEST(LeaseContextNextHop, WhatCannotBeReadIsNone) {
    for (const char* const text :
         {"", "{", R"("Leasehold")", R"({"Leasehold":7})", R"({"Leasehold":{"route":[]}})",
          R"({"Leasehold":{"route":{"via":"fe80::1"}}})", R"({"Leasehold":{"route":{"via":"fe80::1","dev":""}}})",
          R"({"Leasehold":{"route":{"via":"::","dev":"eth0"}}})", R"({"Leasehold":{"route":{"via":3,"dev":"eth0"}}})",
          R"({"Leasehold":{"route":{"via":"fe80::1","dev":"a-name-longer-than-any"}}})"})
        EXPECT_EQ(read_next_hop(text), std::nullopt) << text;
}

struct CorrectionCase {
    const char* name;
    const char* text;
    ExtendedInfoCheck check;
    const char* corrected;  // nullptr: nothing to do
};
struct LeaseContextCorrection : testing::TestWithParam<CorrectionCase> {};
TEST_P(LeaseContextCorrection, IsAsConfigured) {
    const auto& [name, text, check, corrected] = GetParam();
    EXPECT_EQ(corrected_context(text, check),
              corrected == nullptr ? std::nullopt : std::optional<std::string>{corrected});
}
constexpr const char* current_form = R"({"ISC":{"relay-agent-info":{"sub-options":"0x010100"}}})";
constexpr const char* older_form = R"({"ISC":{"relay-agent-info":"0x010100"}})";
constexpr const char* bad_part =
    R"({"k":1,"ISC":{"relay-agent-info":{"sub-options":"0x010100","remote-id":""}}})";
constexpr const char* unknown_part = R"({"ISC":{"relay-agent-info":{"sub-options":"0x010100","mine":1}}})";
constexpr const char* current6 =
    R"({"ISC":{"relay-info":[{"hop":0,"link":"2001:db8::1","peer":"fe80::1","options":"0x0025000500000009aa","remote-id":"00000009aa"}]}})";
constexpr const char* older6 =
    R"({"ISC":{"relays":[{"hop":0,"link":"2001:db8::1","peer":"fe80::1","options":"0x0025000500000009aa"}]}})";
constexpr const char* bad_link =
    R"({"k":1,"ISC":{"relay-info":[{"hop":0,"link":"192.0.2.1","peer":"fe80::1"}]}})";
constexpr const char* unknown_part6 =
    R"({"ISC":{"relay-info":[{"hop":0,"link":"::","peer":"fe80::1","mine":1}]}})";
INSTANTIATE_TEST_SUITE_P(
    RelaysOfV6, LeaseContextCorrection,
    testing::Values(
        CorrectionCase{"NoneLooksAtNothing", older6, ExtendedInfoCheck::none, nullptr},
        CorrectionCase{"FixKeepsThePresentForm", current6, ExtendedInfoCheck::fix, nullptr},
        CorrectionCase{"PedanticKeepsThePresentForm", current6, ExtendedInfoCheck::pedantic, nullptr},
        CorrectionCase{"FixUpgradesTheOlderForm", older6, ExtendedInfoCheck::fix, current6},
        CorrectionCase{"StrictUpgradesTheOlderForm", older6, ExtendedInfoCheck::strict, current6},
        CorrectionCase{"TheOlderFormGoesWhereThereIsThePresentOne",
                       R"({"ISC":{"relays":[],"relay-info":[{"hop":0,"link":"::","peer":"::"}]}})",
                       ExtendedInfoCheck::fix,
                       R"({"ISC":{"relay-info":[{"hop":0,"link":"::","peer":"::"}]}})"},
        CorrectionCase{"FixDropsAnOlderFormThatCannotBeUsed", R"({"ISC":{"relays":[{"hop":0}]}})",
                       ExtendedInfoCheck::fix, ""},
        CorrectionCase{"FixDropsWhatIsNoList", R"({"ISC":{"relay-info":{}}})", ExtendedInfoCheck::fix, ""},
        CorrectionCase{"FixDropsAnEmptyList", R"({"ISC":{"relay-info":[]}})", ExtendedInfoCheck::fix, ""},
        CorrectionCase{"FixDropsAListWithAnythingButMaps", R"({"ISC":{"relay-info":[7]}})",
                       ExtendedInfoCheck::fix, ""},
        CorrectionCase{"FixLeavesBadParts", bad_link, ExtendedInfoCheck::fix, nullptr},
        CorrectionCase{"StrictDropsBadParts", bad_link, ExtendedInfoCheck::strict, R"({"k":1})"},
        CorrectionCase{"StrictDropsRelaysWithoutAnAddress", R"({"ISC":{"relay-info":[{"hop":0}]}})",
                       ExtendedInfoCheck::strict, ""},
        CorrectionCase{"StrictLeavesUnknownParts", unknown_part6, ExtendedInfoCheck::strict, nullptr},
        CorrectionCase{"PedanticDropsUnknownParts", unknown_part6, ExtendedInfoCheck::pedantic, ""}),
    [](const auto& tested) { return std::string{tested.param.name}; });
INSTANTIATE_TEST_SUITE_P(
    Cases, LeaseContextCorrection,
    testing::Values(
        CorrectionCase{"NoneLooksAtNothing", older_form, ExtendedInfoCheck::none, nullptr},
        CorrectionCase{"FixKeepsThePresentForm", current_form, ExtendedInfoCheck::fix, nullptr},
        CorrectionCase{"FixUpgradesTheOlderForm", older_form, ExtendedInfoCheck::fix, current_form},
        CorrectionCase{"FixDropsANumber", R"({"ISC":{"relay-agent-info":3}})", ExtendedInfoCheck::fix, ""},
        CorrectionCase{"FixDropsNotesThatAreNoMap", R"({"ISC":"x","k":1})", ExtendedInfoCheck::fix,
                       R"({"k":1})"},
        CorrectionCase{"FixLeavesBadParts", bad_part, ExtendedInfoCheck::fix, nullptr},
        CorrectionCase{"StrictDropsBadParts", bad_part, ExtendedInfoCheck::strict, R"({"k":1})"},
        CorrectionCase{"StrictLeavesUnknownParts", unknown_part, ExtendedInfoCheck::strict, nullptr},
        CorrectionCase{"PedanticDropsUnknownParts", unknown_part, ExtendedInfoCheck::pedantic, ""}),
    [](const auto& tested) { return std::string{tested.param.name}; });

}  // namespace
}  // namespace leasehold::lease_context_test
