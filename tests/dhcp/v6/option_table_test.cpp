// The table of standard options against samples of what Kea's configurations call them, and against itself.
#include "dhcp/v6/option_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "dhcp/client_identity.hpp"
#include "dhcp/option_special.hpp"
#include "dhcp/option_text.hpp"

namespace leasehold::v6::option_table_test {
namespace {

constexpr std::string_view all_spaces[] = {
    "dhcp6",
    "v6-ntp-server-suboptions",
    "s46-cont-mape-options",
    "vendor-4491",
    "s46-cont-mapt-options",
    "s46-cont-lw-options",
    "s46-rule-options",
    "s46-v4v6bind-options",
    "vendor-2495",
};

TEST(V6OptionTable, EveryRowIsFoundByCodeAndByName) {
    EXPECT_EQ(standard_options().size(), 76u);
    for (const auto& row : standard_options()) {
        EXPECT_EQ(find_option(row.code), &row) << row.name;
        EXPECT_EQ(find_option(row.name), &row) << row.code;
    }
}

TEST(V6OptionTable, CodesWithoutADefinitionAreNotFound) {
    for (const std::uint16_t code : {0, 10, 35, 49, 63, 89, 93, 104, 134, 147, 149, 255, 256, 60000, 65535})
        EXPECT_EQ(find_option(code), nullptr) << code;
    EXPECT_EQ(find_option(std::string_view{"no-such-option"}), nullptr);
}

TEST(V6OptionTable, RowsAreSound) {
    for (const auto space : all_spaces) {
        std::set<std::string_view> names;
        ASSERT_FALSE(options_of_space(space).empty()) << space;
        for (const auto& row : options_of_space(space)) {
            EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice in " << space;
            ASSERT_FALSE(row.fields.empty()) << row.name;
            EXPECT_EQ(check_definition(row).has_value(), !is_special(row.fields[0])) << row.name;
            const bool has_tuple = std::ranges::find(row.fields, Shape::tuple) != row.fields.end();
            EXPECT_EQ(row.tuple_length_size, has_tuple ? 2 : 1) << row.name;
            // Sub-options of an unknown space could not be configured; of these two nothing is predefined.
            if (row.encapsulates.empty() || row.encapsulates == "rsoo-opts" || row.encapsulates == "vendor")
                continue;
            EXPECT_FALSE(options_of_space(row.encapsulates).empty()) << row.encapsulates;
        }
    }
    EXPECT_TRUE(options_of_space("vendor-1").empty());
    EXPECT_TRUE(options_of_space("dhcp4").empty());
    EXPECT_TRUE(options_of_space("").empty());
}

TEST(V6OptionTable, SamplesHaveTheirShape) {
    struct Sample {
        std::string_view in;
        std::uint16_t code;
        std::string_view name;
        std::vector<Shape> fields;
        bool array;
        std::string_view space, rfc;
    };
    using enum Shape;
    const Sample samples[] = {
        {"dhcp6", 1, "clientid", {binary}, false, "", "8415 21.2"},
        {"dhcp6", 3, "ia-na", {uint32, uint32, uint32}, false, "dhcp6", "8415 21.4"},
        {"dhcp6", 6, "oro", {uint16}, true, "", "8415 21.7"},
        {"dhcp6", 13, "status-code", {uint16, string}, false, "", "8415 21.13"},
        {"dhcp6", 14, "rapid-commit", {empty}, false, "", "8415 21.14"},
        {"dhcp6", 16, "vendor-class", {uint32, binary}, false, "", "8415 21.16"},
        {"dhcp6", 17, "vendor-opts", {uint32}, false, "vendor", "8415 21.17"},
        {"dhcp6", 23, "dns-servers", {ipv6}, true, "", "3646"},
        {"dhcp6", 24, "domain-search", {fqdn}, true, "", "3646"},
        {"dhcp6", 26, "iaprefix", {uint32, uint32, uint8, ipv6}, false, "dhcp6", "8415 21.22"},
        {"dhcp6", 32, "information-refresh-time", {uint32}, false, "", "8415 21.23"},
        {"dhcp6", 36, "geoconf-civic", {uint8, uint16, binary}, false, "", "4776"},
        {"dhcp6", 39, "client-fqdn", {uint8, fqdn}, false, "", "4704"},
        {"dhcp6", 47, "lq-relay-data", {ipv6, binary}, false, "", "5007"},
        {"dhcp6", 56, "ntp-server", {empty}, false, "v6-ntp-server-suboptions", "5908"},
        {"dhcp6", 60, "bootfile-param", {tuple}, true, "", "5970"},
        {"dhcp6", 66, "rsoo", {empty}, false, "rsoo-opts", "6422"},
        {"dhcp6", 67, "pd-exclude", {ipv6_prefix}, false, "", "6603"},
        {"dhcp6", 74, "rdnss-selection", {ipv6, uint8, fqdn}, true, "", "6731"},
        {"dhcp6", 94, "s46-cont-mape", {empty}, false, "s46-cont-mape-options", "7598"},
        {"dhcp6", 103, "v6-captive-portal", {string}, false, "", "8910"},
        {"dhcp6", 135, "relay-source-port", {uint16}, false, "", "8357"},
        {"dhcp6", 144, "v6-dnr", {dnr6}, false, "", "9463"},
        {"dhcp6", 148, "addr-reg-enable", {empty}, false, "", "9686"},
        {"v6-ntp-server-suboptions", 3, "ntp-server-fqdn", {fqdn}, false, "", "5908"},
        {"s46-cont-mape-options",
         89,
         "s46-rule",
         {uint8, uint8, uint8, ipv4, ipv6_prefix},
         false,
         "s46-rule-options",
         "7598"},
        {"s46-cont-mapt-options", 91, "s46-dmr", {ipv6_prefix}, false, "", "7598"},
        {"s46-cont-lw-options",
         92,
         "s46-v4v6bind",
         {ipv4, ipv6_prefix},
         false,
         "s46-v4v6bind-options",
         "7598"},
        {"s46-rule-options", 93, "s46-portparams", {uint8, psid}, false, "", "7598"},
        {"vendor-4491", 1026, "cmts-cm-mac", {binary}, false, "", ""},
        {"vendor-2495", 60002, "4o6-source-port", {uint16}, false, "", ""},
    };
    for (const auto& sample : samples) {
        const auto rows = options_of_space(sample.in);
        const auto row = std::ranges::find(rows, sample.code, &OptionDef::code);
        ASSERT_NE(row, rows.end()) << sample.name;
        EXPECT_EQ(row->name, sample.name);
        EXPECT_TRUE(std::ranges::equal(row->fields, sample.fields)) << sample.name;
        EXPECT_EQ(row->array, sample.array) << sample.name;
        EXPECT_EQ(row->encapsulates, sample.space) << sample.name;
        EXPECT_EQ(row->rfc, sample.rfc) << sample.name;
    }
}

TEST(V6OptionTable, TextsOfOptions) {
    struct Row {
        std::string_view space;
        std::uint16_t code;
        std::string_view text, bytes;
    };
    const Row rows[] = {
        {"dhcp6", 21, "sip.example., sip2.example.",
         "03736970076578616d706c65000473697032076578616d706c6500"},
        {"dhcp6", 23, "2001:db8::1, 2001:db8::2",
         "20010db800000000000000000000000120010db8000000000000000000000002"},
        {"dhcp6", 60, "a, bc", "00016100026263"},
        {"dhcp6", 103, "https://example.com/api", "68747470733a2f2f6578616d706c652e636f6d2f617069"},
        {"s46-cont-mape-options", 89, "1, 16, 24, 192.0.2.0, 2001:db8::/40", "011018c00002002820010db800"},
        {"s46-rule-options", 93, "6, 3/4", "06043000"},
        {"s46-cont-lw-options", 92, "192.0.2.1, 2001:db8::/32", "c00002012020010db8"},
        {"vendor-4491", 38, "-3600", "fffff1f0"},
    };
    for (const auto& [space, code, text, bytes] : rows) {
        const auto defs = options_of_space(space);
        const auto def = std::ranges::find(defs, code, &OptionDef::code);
        ASSERT_NE(def, defs.end());
        const auto octets = option_bytes(*def, text);
        ASSERT_TRUE(octets) << def->name << ": " << octets.error().detail;
        EXPECT_EQ(to_hex(*octets, ""), bytes) << def->name;
        EXPECT_EQ(option_to_text(*def, *octets), text);
    }
}

TEST(V6OptionTable, TheServersOwnOptions) {
    for (const std::uint16_t code : {1, 2, 3, 4, 5, 6, 8, 9, 13, 14, 18, 25, 26, 37, 38, 39, 66, 79, 87})
        EXPECT_TRUE(is_server_owned(code)) << code;
    for (const std::uint16_t code : {0, 7, 12, 17, 23, 24, 32, 56, 67, 103, 144, 65535})
        EXPECT_FALSE(is_server_owned(code)) << code;
}

}  // namespace
}  // namespace leasehold::v6::option_table_test
