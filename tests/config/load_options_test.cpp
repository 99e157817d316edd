// option-data as bytes: definitions, sub-options in the options that carry them, vendors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::load_options_test {
namespace {

using Bytes = std::vector<std::uint8_t>;

OptionSet options_of(const std::string& data, const std::string& defs = "") {
    const auto loaded = load_global("\"option-def\": [" + defs + "], \"option-data\": [" + data + "]");
    EXPECT_TRUE(loaded) << format(loaded.error());
    return loaded ? loaded->server->options : OptionSet{};
}

TEST(LoadOptions, SortedByCodeAndWithFlags) {
    const auto options = options_of(R"({"name": "domain-name", "data": "a.b", "always-send": true},
        {"code": 3, "data": "192.0.2.1"}, {"code": 6, "never-send": true}, {"code": 240, "data": "0A 0b"})");
    EXPECT_THAT(options, testing::ElementsAre(OptionValue{3, {192, 0, 2, 1}, false, false},
                                              OptionValue{6, {}, false, true},
                                              OptionValue{15, {'a', '.', 'b'}, true, false},
                                              OptionValue{240, {10, 11}, false, false}));
    EXPECT_EQ(find_option(options, 15), &options[2]);
    EXPECT_EQ(find_option(options, 16), nullptr);
}

TEST(LoadOptions, OwnDefinitionsOfEveryForm) {
    const auto options = options_of(R"({"name": "list", "data": "1, 2"}, {"name": "pair", "data": "7, x"})",
                                    R"({"name": "list", "code": 224, "type": "uint16", "array": true},
           {"name": "pair", "code": 225, "type": "record", "record-types": "uint8, string"})");
    ASSERT_EQ(options.size(), 2u);
    EXPECT_EQ(options[0].bytes, (Bytes{0, 1, 0, 2}));
    EXPECT_EQ(options[1].bytes, (Bytes{7, 'x'}));
}

TEST(LoadOptions, SubOptionsGoIntoTheirContainer) {
    const auto options = options_of(
        R"({"code": 2, "space": "s", "data": "2"}, {"name": "one", "space": "s", "data": "1"}, {"code": 43})",
        R"({"name": "one", "code": 1, "space": "s", "type": "uint8"}, {"name": "two", "code": 2, "space": "s", "type": "uint8"},
           {"name": "vendor-encapsulated-options", "code": 43, "type": "empty", "encapsulate": "s"})");
    ASSERT_EQ(options.size(), 1u);
    EXPECT_EQ(options[0].code, 43);
    EXPECT_EQ(options[0].bytes, (Bytes{1, 1, 1, 2, 1, 2}));
}

TEST(LoadOptions, SubOptionsWithoutTheirContainerAreToldOf) {
    const auto loaded = load_global(
        R"("option-data": [{"code": 1, "space": "vendor-encapsulated-options-space", "data": "0A"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->server->options.empty());
    EXPECT_THAT(format(loaded->warnings), testing::HasSubstr("are never sent"));
}

TEST(LoadOptions, SubOptionsOfVendorsStandBesideTheOptions) {
    const auto options =
        options_of(R"({"code": 5, "space": "vendor-25506", "data": "AA", "always-send": true},
        {"name": "tftp-servers", "space": "vendor-4491", "data": "192.0.2.9"}, {"code": 125, "data": "4491", "always-send": true},
        {"code": 1, "space": "vendor-4491", "data": "2"}, {"code": 240, "data": "01"})");
    ASSERT_EQ(options.size(), 5u);
    EXPECT_EQ(options[0], (OptionValue{.code = 125, .bytes = {0, 0, 0x11, 0x8b}, .always_send = true}));
    EXPECT_EQ(options[1], (OptionValue{.code = 240, .bytes = {1}}));
    EXPECT_EQ(options[2], (OptionValue{.code = 1, .bytes = {2}, .vendor = 4491}));
    EXPECT_EQ(options[3], (OptionValue{.code = 2, .bytes = {192, 0, 2, 9}, .vendor = 4491}));
    EXPECT_EQ(options[4], (OptionValue{.code = 5, .bytes = {0xaa}, .always_send = true, .vendor = 25506}));
    EXPECT_EQ(find_option(options, 2), nullptr);
}

TEST(LoadOptions, VendorsInHexadecimalStayAsTheyAre) {
    const auto options = options_of(R"({"code": 125, "csv-format": false, "data": "0000118b030501AA"})");
    ASSERT_EQ(options.size(), 1u);
    EXPECT_EQ(options[0], (OptionValue{.code = 125, .bytes = {0, 0, 0x11, 0x8b, 3, 5, 1, 0xaa}}));
}

TEST(LoadOptions, TooLongSubOptionsOfVendorsAreRefused) {
    const std::string data(254 * 2, 'A');
    expect_refused(R"("option-data": [@{"code": 9, "space": "vendor-5", "data": ")" + data + "\"}]",
                   "/Dhcp4/option-data/0", "254 octets");
}

TEST(LoadOptions, ClassesOfAnOptionAreKept) {
    const auto loaded = load_global(
        R"("option-data": [{"code": 3, "data": "192.0.2.1", "client-classes": ["a", "KNOWN", "a"]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto a = loaded->server->class_names.find("a");
    ASSERT_TRUE(a);
    EXPECT_EQ(loaded->server->options.at(0).only_for, (ClassGuard{*a, class_id::known}));
}

TEST(LoadOptions, ClassesOfASubOptionHaveNoEffectAndSaySo) {
    const auto loaded = load_global(R"("option-data": [{"code": 43}, {"code": 1, "data": "01",
        "space": "vendor-encapsulated-options-space", "client-classes": ["a"]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), testing::HasSubstr("client-classes have no effect"));
}

TEST(LoadOptions, LongRoutesAreAccepted) {
    std::string routes;
    for (int i = 0; i < 40; ++i) routes += "10." + std::to_string(i) + ".1.0/24 - 192.0.2.1, ";
    const auto options = options_of(R"({"code": 121, "data": ")" + routes + "\"}");
    ASSERT_EQ(options.size(), 1u);
    EXPECT_EQ(options[0].bytes.size(), 320u);
}

TEST(LoadOptions, NewerStandardOptions) {
    const auto options = options_of(
        R"({"name": "v6-only-preferred", "data": "1800"}, {"name": "v4-captive-portal", "data": "https://x"},
        {"name": "v4-dnr", "data": "1, dns.example., 192.0.2.1, alpn=dot"})");
    ASSERT_EQ(options.size(), 3u);
    EXPECT_EQ(options[0].bytes, (Bytes{0, 0, 7, 8}));
    EXPECT_EQ(options[1].code, 114);
    EXPECT_EQ(options[2].code, 162);
}

TEST(LoadOptions, SpacesThatHoldEachOtherEnd) {
    const std::string defs = R"({"name": "a", "code": 1, "space": "x", "type": "empty", "encapsulate": "y"},
        {"name": "b", "code": 1, "space": "y", "type": "empty", "encapsulate": "x"},
        {"name": "c", "code": 224, "type": "empty", "encapsulate": "x"})";
    std::string data = R"({"name": "c"})";
    for (int i = 0; i < 50; ++i) data += R"(, {"name": "a", "space": "x"}, {"name": "b", "space": "y"})";
    const auto loaded = load_global("\"option-def\": [" + defs + "], \"option-data\": [" + data + "]");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(format(loaded.error()), testing::HasSubstr("sub-options"));
}

}  // namespace
}  // namespace leasehold::config::load_options_test
