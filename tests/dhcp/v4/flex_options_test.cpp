#include "dhcp/v4/flex_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::flex_options_test {
namespace {

using testing::ElementsAre;
using testing_world::Bytes;
using testing_world::Client;
using testing_world::text_option;
using testing_world::World;

const Client alice = Client::number(1);

Expression compiled(Expression::Kind kind, std::string_view text) {
    ExpressionNames known;
    known.option_named = [](std::string_view) { return nullptr; };
    known.option_coded = [](std::uint16_t) { return nullptr; };
    known.class_named = [](std::string_view) { return std::optional<ClassId>{}; };
    return Expression::compile(kind, text, known).value();
}
Expression compiled(FlexAction action, std::string_view text) {
    return compiled(action == FlexAction::remove ? Expression::Kind::test : Expression::Kind::text, text);
}

FlexOption entry(std::uint16_t code, FlexAction action, std::string_view text) {
    FlexOption made;
    made.code = code;
    made.action = action;
    made.expression = compiled(action, text);
    return made;
}

FlexSubOption sub_entry(std::uint16_t code, FlexAction action, std::string_view text) {
    return {code, action, compiled(action, text), {}, {}, true, true};
}

/// An option 66 "boot" and 43 with the sub-option 1; the client asks for both.
std::optional<Bytes> sent(std::uint8_t code, std::vector<FlexOption> entries) {
    auto config = testing_world::measured_config();
    config.options = {OptionValue{43, {1, 1, 'a'}, false, false}, text_option(66, "boot")};
    config.flex_options = std::move(entries);
    return World{config}.ask(alice.discover().requesting({43, 66}).with_text(60, "pxe")).option(code);
}

Bytes octets(std::string_view text) {
    return {text.begin(), text.end()};
}

TEST(FlexOptions, AddLeavesWhatIsThereSupersedeDoesNot) {
    EXPECT_EQ(sent(66, {entry(66, FlexAction::add, "'new'")}), octets("boot"));
    EXPECT_EQ(sent(67, {entry(67, FlexAction::add, "concat(option[60].hex, '.0')")}), octets("pxe.0"));
    EXPECT_EQ(sent(66, {entry(66, FlexAction::supersede, "'new'")}), octets("new"));
    EXPECT_EQ(sent(66, {entry(66, FlexAction::supersede, "option[77].hex")}),
              octets("boot"));  // gives nothing
}

TEST(FlexOptions, RemoveGoesByTheOutcomeOfItsTest) {
    EXPECT_FALSE(sent(66, {entry(66, FlexAction::remove, "option[60].hex == 'pxe'")}));
    EXPECT_TRUE(sent(66, {entry(66, FlexAction::remove, "option[60].hex == 'other'")}));
}

TEST(FlexOptions, WhatMakesAReplyOneIsNotTouched) {
    EXPECT_EQ(sent(53, {entry(53, FlexAction::supersede, "'x'")}), (Bytes{2}));
    EXPECT_TRUE(sent(54, {entry(54, FlexAction::remove, "'a' == 'a'")}));
    EXPECT_FALSE(sent(82, {entry(82, FlexAction::add, "'x'")}));
}

TEST(FlexOptions, TextIsReadByTheOptionsForm) {
    auto address = entry(42, FlexAction::add, "'192.0.2.7'");
    address.text_form.emplace().code = 42;
    address.text_form->fields = {Shape::ipv4};
    EXPECT_EQ(sent(42, {address}), (Bytes{192, 0, 2, 7}));
    address.expression = compiled(FlexAction::add, "'no address'");
    EXPECT_FALSE(sent(42, {address}));
}

TEST(FlexOptions, AnEntryForAnotherClassDoesNothing) {
    auto made = entry(66, FlexAction::supersede, "'new'");
    made.only_for = class_id::drop;
    EXPECT_EQ(sent(66, {made}), octets("boot"));
    made.only_for = class_id::all;
    EXPECT_EQ(sent(66, {made}), octets("new"));
}

TEST(FlexOptions, SubOptionsAreChangedWithinTheirOption) {
    FlexOption made;
    made.code = 43;
    made.sub_options = {sub_entry(1, FlexAction::add, "'b'"), sub_entry(2, FlexAction::add, "'c'")};
    EXPECT_EQ(sent(43, {made}), (Bytes{1, 1, 'a', 2, 1, 'c'}));
    made.sub_options = {sub_entry(1, FlexAction::supersede, "'b'")};
    EXPECT_EQ(sent(43, {made}), (Bytes{1, 1, 'b'}));
    made.sub_options = {sub_entry(1, FlexAction::remove, "'a' == 'a'")};
    EXPECT_FALSE(sent(43, {made}));  // the last one takes its container with it
    made.sub_options[0].container_remove = false;
    EXPECT_EQ(sent(43, {made}), Bytes{});
}

TEST(FlexOptions, AContainerComesIntoBeingOnlyWhereThatIsAllowed) {
    FlexOption made;
    made.code = 122;
    made.sub_options = {sub_entry(6, FlexAction::add, "'k'")};
    EXPECT_EQ(sent(122, {made}), (Bytes{6, 1, 'k'}));
    made.sub_options[0].container_add = false;
    EXPECT_FALSE(sent(122, {made}));
}

// RFC 3925 4
TEST(FlexOptions, Rfc3925SubOptionsOfAVendorAreInItsOwnBlock) {
    FlexOption made;
    made.code = 125;
    made.vendor = 7;
    made.sub_options = {sub_entry(1, FlexAction::add, "'b'")};
    auto other = made;
    other.vendor = 8;
    EXPECT_EQ(sent(125, {made, other}), (Bytes{0, 0, 0, 7, 3, 1, 1, 'b', 0, 0, 0, 8, 3, 1, 1, 'b'}));
    other.vendor = 7;
    other.sub_options = {sub_entry(1, FlexAction::remove, "'a' == 'a'")};
    EXPECT_FALSE(sent(125, {made, other}));
}

}  // namespace
}  // namespace leasehold::v4::flex_options_test
