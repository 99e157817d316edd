// option-data as bytes: definitions, sub-options in the options that carry them, vendors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config {
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

TEST(LoadOptions, VendorsShareOption125) {
    const auto options = options_of(R"({"name": "tftp-servers", "space": "vendor-4491", "data": "192.0.2.9"},
        {"code": 5, "space": "vendor-25506", "data": "AA", "always-send": true})");
    ASSERT_EQ(options.size(), 2u);
    EXPECT_EQ(options[0].bytes, (Bytes{0, 0, 0x11, 0x8b, 6, 2, 4, 192, 0, 2, 9}));
    EXPECT_EQ(options[1].bytes, (Bytes{0, 0, 0x63, 0xa2, 3, 5, 1, 0xaa}));
    EXPECT_TRUE(options[1].always_send);
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
}  // namespace leasehold::config
