// The table of standard options against samples of what Kea's configurations call them, and against itself.
#include "dhcp/v4/option_table.hpp"

#include <gtest/gtest.h>

#include <set>

#include "dhcp/option_special.hpp"
#include "dhcp/option_text.hpp"

namespace leasehold::v4::option_table_test {
namespace {

constexpr std::string_view all_spaces[] = {"dhcp4", "dhcp-agent-options-space", "cablelabs-client-conf",
                                           "vendor-4491"};

TEST(OptionTable, EveryRowIsFoundByCodeAndByName) {
    EXPECT_EQ(standard_options().size(), 125u);
    for (const auto& row : standard_options()) {
        EXPECT_EQ(find_option(static_cast<std::uint8_t>(row.code)), &row) << row.name;
        EXPECT_EQ(find_option(row.name), &row) << row.code;
    }
}

TEST(OptionTable, CodesWithoutADefinitionAreNotFound) {
    for (const int code : {0, 80, 84, 102, 150, 163, 211, 214, 224, 254, 255})
        EXPECT_EQ(find_option(static_cast<std::uint8_t>(code)), nullptr) << code;
    EXPECT_EQ(find_option(std::string_view{"no-such-option"}), nullptr);
}

TEST(OptionTable, RowsAreSound) {
    for (const auto space : all_spaces) {
        std::set<std::string_view> names;
        ASSERT_FALSE(options_of_space(space).empty()) << space;
        for (const auto& row : options_of_space(space)) {
            EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice in " << space;
            ASSERT_FALSE(row.fields.empty()) << row.name;
            EXPECT_EQ(check_definition(row).has_value(), !is_special(row.fields[0])) << row.name;
        }
    }
    EXPECT_TRUE(options_of_space("vendor-1").empty());
    EXPECT_TRUE(options_of_space("").empty());
}

TEST(OptionTable, SamplesHaveTheirShape) {
    struct Sample {
        std::uint8_t code;
        std::string_view name;
        std::vector<Shape> fields;
        bool array;
        std::string_view space, rfc;
    };
    using enum Shape;
    const Sample samples[] = {
        {1, "subnet-mask", {ipv4}, false, "", "2132 3.3"},
        {2, "time-offset", {int32}, false, "", "2132 3.4"},
        {18, "extensions-path", {string}, false, "", "2132 3.20"},
        {25, "path-mtu-plateau-table", {uint16}, true, "", "2132 4.7"},
        {33, "static-routes", {ipv4}, true, "", "2132 5.8"},
        {39, "tcp-keepalive-garbage", {boolean}, false, "", "2132 7.3"},
        {43, "vendor-encapsulated-options", {empty}, false, "vendor-encapsulated-options-space", "2132 8.4"},
        {49, "x-display-manager", {ipv4}, true, "", "2132 8.10"},
        {61, "dhcp-client-identifier", {binary}, false, "", "2132 9.14"},
        {67, "boot-file-name", {string}, false, "", "2132 9.5"},
        {78, "slp-directory-agent", {boolean, ipv4}, true, "", "2610 3"},
        {81, "fqdn", {uint8, uint8, uint8, fqdn}, false, "", "4702"},
        {82, "dhcp-agent-options", {empty}, false, "dhcp-agent-options-space", "3046"},
        {112, "netinfo-server-address", {ipv4}, true, "", ""},
        {119, "domain-search", {fqdn}, true, "", "3397"},
        {121, "classless-static-route", {classless_route}, false, "", "3442"},
        {122, "cablelabs-client-conf", {empty}, false, "cablelabs-client-conf", "3495"},
        {124, "vivco-suboptions", {uint32, binary}, false, "", "3925"},
        {125, "vivso-suboptions", {uint32}, false, "vendor", "3925"},
        {143, "v4-sztp-redirect", {tuple}, true, "", "8572"},
        {146, "rdnss-selection", {uint8, ipv4, ipv4, fqdn}, true, "", "6731"},
        {159, "v4-portparams", {uint8, psid}, false, "", "7618"},
        {162, "v4-dnr", {dnr}, false, "", "9463"},
        {212, "option-6rd", {uint8, uint8, ipv6, ipv4}, true, "", "5969"},
        {213, "v4-access-domain", {fqdn}, false, "", "5986"},
    };
    for (const auto& sample : samples) {
        const OptionDef* const row = find_option(sample.code);
        ASSERT_NE(row, nullptr) << sample.name;
        EXPECT_EQ(row->name, sample.name);
        EXPECT_TRUE(std::ranges::equal(row->fields, sample.fields)) << sample.name;
        EXPECT_EQ(row->array, sample.array) << sample.name;
        EXPECT_EQ(row->encapsulates, sample.space) << sample.name;
        EXPECT_EQ(row->rfc, sample.rfc) << sample.name;
    }
    EXPECT_EQ(find_option(std::uint8_t{143})->tuple_length_size, 2);
}

TEST(OptionTable, TheServersOwnOptions) {
    for (const int code : {50, 51, 52, 53, 55, 56, 57, 58, 59, 61, 81, 82, 91, 92, 118, 151, 157})
        EXPECT_TRUE(is_server_owned(static_cast<std::uint8_t>(code))) << code;
    for (const int code : {1, 3, 6, 15, 54, 60, 90, 108, 121, 150, 158, 0, 255})
        EXPECT_FALSE(is_server_owned(static_cast<std::uint8_t>(code))) << code;
    EXPECT_TRUE(is_last_resort(43));
    EXPECT_FALSE(is_last_resort(60));
}

}  // namespace
}  // namespace leasehold::v4::option_table_test
