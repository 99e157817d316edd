// Option text to octets and back: a row per form of every shape, a row per kind of mistake.
#include "dhcp/option_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "dhcp/client_identity.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::option_text_test {
namespace {

using enum Shape;
using testing::HasSubstr;

/// A definition that owns its list of shapes.
struct TestDef {
    std::vector<Shape> fields;
    bool array = false;
    std::uint8_t tuple_length_size = 1;
    std::string_view encapsulates{};

    OptionDef def() const&& = delete;  // it would point into what is gone
    OptionDef def() const& {
        OptionDef row;
        row.code = 224;
        row.name = "test";
        row.fields = fields;
        row.array = array;
        row.tuple_length_size = tuple_length_size;
        row.encapsulates = encapsulates;
        return row;
    }
};

std::string hex(std::span<const std::uint8_t> bytes) {
    return to_hex(bytes, "");
}
std::vector<std::uint8_t> octets(std::string_view text) {
    return *option_bytes_from_hex(text);
}

struct GoodRow {
    TestDef type;
    std::string_view text;
    std::string_view bytes;
    std::string_view shown{};  // when it differs from `text`
};

const GoodRow good_rows[] = {
    {{{empty}}, "", ""},
    {{{boolean}}, "true", "01"},
    {{{boolean}}, "FALSE", "00", "false"},
    {{{boolean}}, "1", "01", "true"},
    {{{int8}}, "-128", "80"},
    {{{int16}}, "-2", "fffe"},
    {{{int32}}, "-2147483648", "80000000"},
    {{{int32}}, "2147483647", "7fffffff"},
    {{{uint8}}, "255", "ff"},
    {{{uint16}}, "4660", "1234"},
    {{{uint32}}, "4294967295", "ffffffff"},
    {{{uint32}}, " 7 ", "00000007", "7"},
    {{{uint32}}, "7, 8", "00000007", "7"},  // one value: the rest is ignored
    {{{uint16}, true}, "1,2 , ,3,", "000100020003", "1, 2, 3"},
    {{{ipv4}}, "192.0.2.1", "c0000201"},
    {{{ipv4}, true}, "192.0.2.1, 192.0.2.2", "c0000201c0000202"},
    {{{ipv6}}, "2001:db8::1", "20010db8000000000000000000000001"},
    {{{ipv6_prefix}}, "2001:db8::/32", "2020010db8"},
    {{{ipv6_prefix}}, "2001:db8:8000::/33", "2120010db880"},
    {{{ipv6_prefix}}, "::/0", "00"},
    {{{ipv6_prefix}}, "2001:db8::1/128", "8020010db8000000000000000000000001"},
    {{{ipv6_prefix}, true}, "2001::/16, ::/0", "10200100"},
    {{{psid}}, "3/4", "043000"},
    {{{psid}}, "65535/16", "10ffff"},
    {{{psid}}, "0/0", "000000"},
    {{{string}}, "example.org", "6578616d706c652e6f7267"},
    {{{string}}, "a\\,b", "612c62"},
    {{{string}}, "a\\\\\\,b", "615c2c62"},
    {{{string}}, "a\\b\\\\c", "615c625c5c63"},
    {{{string}}, "a,b", "61", "a"},
    {{{string}}, "a\\\\,b", "615c", "a\\"},
    {{{fqdn}}, "www.example.org.", "03777777076578616d706c65036f726700"},
    {{{fqdn}}, "www.example.org", "03777777076578616d706c65036f726700", "www.example.org."},
    {{{fqdn}}, ".", "00"},
    {{{fqdn}},
     "MixedCase.",
     "094d69786564436173650"
     "0"},
    {{{fqdn}}, "a\\046b.", "03612e6200"},
    {{{fqdn}}, "a\\.b.", "03612e6200", "a\\046b."},
    {{{fqdn}, true}, "a.b., c.", "0161016200016300"},
    {{{tuple}}, "abc", "03616263"},
    {{{tuple}, true}, "abc, d\\,e", "0361626303642c65"},
    {{{tuple}, true, 2}, "abc, d", "0003616263000164"},
    {{{tuple}, true}, "a\\\\, b", "02615c0162"},
    {{{uint8}}, "0xf0", "f0", "240"},
    {{{uint16}, true}, "abCD, 10", "abcd000a", "43981, 10"},
    {{{binary}}, "0aff", "0aff"},
    {{{binary}}, "0AFF", "0aff", "0aff"},
    {{{binary}}, "0A FF", "0aff", "0aff"},
    {{{uint8, binary}}, "0, 00112233", "0000112233"},
    {{{uint8, uint8, uint8, fqdn}}, "1, 2, 3, h.", "010203016800"},
    {{{boolean, ipv4}, true}, "true, 10.0.0.1, 10.0.0.2", "010a0000010a000002"},
    {{{boolean, ipv4}, true}, "true, 10.0.0.1", "010a000001"},
    {{{uint8, string}}, "1, all well", "01616c6c2077656c6c"},
    {{{uint8, psid}}, "6, 3/4", "06043000"},
    {{{classless_route}},
     "10.229.0.128/25 - 10.229.0.1, 10.198.122.47/32 - 10.198.122.1",
     "190ae500800ae50001200ac67a2f0ac67a01"},
    {{{classless_route}}, "0.0.0.0/0-192.0.2.1", "00c0000201", "0.0.0.0/0 - 192.0.2.1"},
    {{{classless_route}}, "10.1.2.3/8 - 192.0.2.1", "080ac0000201", "10.0.0.0/8 - 192.0.2.1"},
    {{{classless_route}},
     "10.17.0.0/16 - 10.27.129.0, 10.0.0.0/15 - 192.0.2.1",
     "100a110a1b81000f0a00c0000201"},
    {{{dnr}},
     "100, dot.example.",
     "0010"
     "0064"
     "0d"
     "03646f74076578616d706c6500"},
    {{{dnr}},
     "1, d., 192.0.2.1 192.0.2.2",
     "000f"
     "0001"
     "03"
     "016400"
     "08"
     "c0000201c0000202"},
    {{{dnr}},
     "1, d., 192.0.2.1, alpn=h2\\,h3 port=853 dohpath=/q{?dns}",
     "0027"
     "0001"
     "03"
     "016400"
     "04"
     "c0000201"
     "00010006026832026833"
     "000300020355"
     "00070008"
     "2f717b3f646e737d"
     "",
     ""},
    {{{dnr}},
     "1, d. | 2, e.",
     "0006"
     "0001"
     "03"
     "016400"
     "0006"
     "0002"
     "03"
     "016500"},
    {{{dnr}},
     "1, d., 192.0.2.1, key9=a\\|b",
     "0012"
     "0001"
     "03"
     "016400"
     "04"
     "c0000201"
     "00090003"
     "617c62"},
    {{{dnr6}},
     "100, dot.example.",
     "0064"
     "000d"
     "03646f74076578616d706c6500"},
    {{{dnr6}},
     "1, d., 2001:db8::1 2001:db8::2, alpn=h2\\,h3 port=853 dohpath=/q{?dns}",
     "0001"
     "0003"
     "016400"
     "0020"
     "20010db8000000000000000000000001"
     "20010db8000000000000000000000002"
     "00010006026832026833"
     "000300020355"
     "00070008"
     "2f717b3f646e737d"},
};

TEST(OptionText, EveryFormGoesBothWays) {
    for (const auto& row : good_rows) {
        const OptionDef def = row.type.def();
        const auto bytes = option_bytes(def, row.text);
        ASSERT_TRUE(bytes) << row.text << ": " << bytes.error().detail;
        EXPECT_EQ(hex(*bytes), row.bytes) << row.text;
        EXPECT_TRUE(check_option(def, *bytes)) << row.text;
        EXPECT_EQ(option_to_text(def, *bytes), row.shown.empty() ? row.text : row.shown);
    }
}

struct BadText {
    TestDef type;
    std::string_view text;
    std::string_view why;
};

const BadText bad_texts[] = {
    {{{empty}}, "x", "this option carries none"},
    {{{boolean}}, "yes", "\"yes\" is not a boolean"},
    {{{int8}}, "128", "from -128 to 127"},
    {{{uint8}}, "-1", "from 0 to 255"},
    {{{uint16}}, "0x10000", "\"0x10000\" is not a number from 0 to 65535"},
    {{{uint16}}, "0x", "number from 0 to 65535"},
    {{{uint16}}, "-a", "number from 0 to 65535"},
    {{{uint32}}, "4294967296", "from 0 to 4294967295"},
    {{{uint32}}, "", "this option takes uint32; values given: 0"},
    {{{ipv4}, true}, ", ,", "takes ipv4-address, and more of the last; values given: 0"},
    {{{ipv4}, true}, "192.0.2.1, 192.0.2", "field 2 (ipv4-address): \"192.0.2\" is not an IPv4 address"},
    {{{ipv6}}, "192.0.2.1", "is not an IPv6 address"},
    {{{ipv6_prefix}}, "2001:db8::", "is not an IPv6 prefix"},
    {{{psid}}, "16/4", "is not a PSID"},
    {{{psid}}, "0/17", "is not a PSID"},
    {{{psid}}, "3", "is not a PSID"},
    {{{string}}, " ", "values given: 0"},
    {{{fqdn}}, "a..b", "each label between dots"},
    {{{fqdn}}, "a\\999", "\\ddd up to 255"},
    {{{fqdn}}, "a\\", "backslash"},
    {{{binary}}, "0a:0b", "pairs of hexadecimal digits"},
    {{{binary}}, "abc", "pairs of hexadecimal digits"},
    {{{uint8, ipv4}}, "1", "takes uint8, ipv4-address; values given: 1"},
    {{{uint8, ipv4}}, "1, 10.0.0.1, 10.0.0.2", "values given: 3"},
    {{{uint8, ipv4}}, "1, x", "field 2 (ipv4-address)"},
    {{{boolean, ipv4}, true}, "true, 10.0.0.1, x", "field 3 (ipv4-address)"},
    {{{classless_route}}, "", "no route"},
    {{{classless_route}}, "10.0.0.0/8", "network - router"},
    {{{classless_route}}, "10.0.0.0/33 - 10.0.0.1", "network - router"},
    {{{classless_route}}, "10.0.0.0/8 - 10.0.0.1, x", "\"x\" is not a route"},
    {{{dnr}}, "", "resolver 1: a resolver is"},
    {{{dnr}}, "1", "a resolver is"},
    {{{dnr}}, "70000, d.", "priority: "},
    {{{dnr}}, "1, .", "name is empty"},
    {{{dnr}}, "1, d., ", "1 to 63 IPv4 addresses"},
    {{{dnr}}, "1, d., x", "addresses: \"x\" is not an IPv4 address"},
    {{{dnr}}, "1, d., 192.0.2.1, port=x", "port: "},
    {{{dnr}}, "1, d., 192.0.2.1, port=1 port=2", "twice"},
    {{{dnr}}, "1, d., 192.0.2.1, nokey=1", "is not a service parameter"},
    {{{dnr}}, "1, d., 192.0.2.1, key4=1", "is not a service parameter"},
    {{{dnr}}, "1, d. | 2", "resolver 2: "},
    {{{dnr6}}, "1, d. | 2, e.", "holds one resolver: give it once for each"},
    {{{dnr6}}, "1, d., 192.0.2.1", "addresses: \"192.0.2.1\" is not an IPv6 address"},
    {{{dnr6}}, "1, d., ", "1 to 4095 IPv6 addresses"},
};

TEST(OptionText, MistakesAreNamed) {
    for (const auto& row : bad_texts) {
        const auto bytes = option_bytes(row.type.def(), row.text);
        ASSERT_FALSE(bytes) << row.text;
        EXPECT_THAT(bytes.error().detail, HasSubstr(std::string{row.why})) << row.text;
    }
    const OptionDef* const name = v4::find_option(std::string_view{"v4-access-domain"});
    EXPECT_FALSE(option_bytes(*name, std::string(64, 'a') + ".b"));
    std::string long_name;
    for (int i = 0; i < 5; ++i) long_name += std::string(60, 'a') + '.';
    EXPECT_THAT(option_bytes(*name, long_name).error().detail, HasSubstr("255 octets at most"));
    const TestDef tuple_type{{tuple}};
    EXPECT_THAT(option_bytes(tuple_type.def(), std::string(256, 't')).error().detail, HasSubstr("too long"));
}

struct BadBytes {
    TestDef type;
    std::string_view bytes;
    std::string_view why;
};

const BadBytes bad_bytes[] = {
    {{{empty}}, "00", "left over after empty: 1"},
    {{{boolean}}, "02", "1 or 0"},
    {{{boolean}}, "", "too few octets for boolean"},
    {{{uint16}}, "01", "too few octets for uint16"},
    {{{uint32}}, "0000000000", "left over after uint32: 1"},
    {{{ipv4}, true}, "", "field 1 (ipv4-address)"},
    {{{ipv4}, true}, "c0000201c0", "field 2 (ipv4-address): too few octets"},
    {{{ipv6}}, "00", "too few octets for ipv6-address"},
    {{{ipv6_prefix}}, "81", "129 bits"},
    {{{ipv6_prefix}}, "2020", "too few octets"},
    {{{psid}}, "110000", "17 bits"},
    {{{string}}, "", "must not be empty"},
    {{{string}}, "0000", "must not be empty"},
    {{{fqdn}}, "0161", "too few octets for fqdn"},
    {{{fqdn}}, "c000", "too few octets"},
    {{{fqdn}, true}, "016100c0", "field 2 (fqdn)"},
    {{{tuple}}, "0261", "too few octets for tuple"},
    {{{tuple}, true, 2}, "0001", "too few octets"},
    {{{uint8, ipv4}}, "01c00002", "field 2 (ipv4-address)"},
    {{{classless_route}}, "", "no route"},
    {{{classless_route}}, "21", "over 32 bits"},
    {{{classless_route}}, "080ac00002", "end within a route"},
    {{{dnr}}, "", "runs over the end"},
    {{{dnr}}, "0005000103016400", "name runs over"},
    {{{dnr}},
     "00070001040164"
     "0000",
     "octets after a resolver's name"},
    {{{dnr}}, "00080001030164000400", "addresses run over"},
    {{{dnr}}, "0009000103016400020102", "too few octets for ipv4-address"},
    {{{dnr}},
     "000900010301640000"
     "0001",
     "parameter runs over"},
    {{{dnr6}}, "", "name runs over"},
    {{{dnr6}}, "0001000401640000", "octets after a resolver's name"},
    {{{dnr6}}, "000100030164000010", "addresses run over"},
    {{{dnr6}}, "0001000301640000020102", "too few octets for ipv6-address"},
    {{{dnr6}}, "00010003016400000000010001", "parameter runs over"},
};

TEST(OptionText, OctetsThatDoNotFitAreNamedAndShownInHex) {
    for (const auto& row : bad_bytes) {
        const OptionDef def = row.type.def();
        const auto bytes = octets(row.bytes);
        const auto checked = check_option(def, bytes);
        ASSERT_FALSE(checked) << row.bytes;
        EXPECT_THAT(checked.error().detail, HasSubstr(std::string{row.why})) << row.bytes;
        EXPECT_EQ(option_to_text(def, bytes), "0x" + std::string{row.bytes});
    }
}

TEST(OptionText, ControlCharactersDoNotReachALogLine) {
    const TestDef type{{string}};
    const OptionDef def = type.def();
    const auto bytes = octets("610a62");
    EXPECT_TRUE(check_option(def, bytes));
    EXPECT_EQ(option_to_text(def, bytes), "0x610a62");
    EXPECT_EQ(option_to_text(def, octets("61000000")), "a");  // terminators some clients send
}

TEST(OptionText, SubOptionsFollowTheFieldsOfAnEncapsulatingOption) {
    const TestDef vendor_type{{uint32}, false, 1, "vendor"};
    const OptionDef vendor = vendor_type.def();
    EXPECT_TRUE(check_option(vendor, octets("0000118b0401020a0b")));
    EXPECT_EQ(option_to_text(vendor, octets("0000118b0401020a0b")), "4491, 0x0401020a0b");
    const TestDef relay_type{{empty}, false, 1, "dhcp-agent-options-space"};
    const OptionDef relay = relay_type.def();
    EXPECT_EQ(option_to_text(relay, octets("0102abcd")), "0x0102abcd");
    EXPECT_EQ(option_to_text(relay, {}), "");
}

TEST(OptionText, ServiceParametersWithoutATextAreNoError) {
    const auto bytes = octets(
        "000f"
        "0001"
        "03016400"
        "00"
        "00090002"
        "0102");
    const TestDef type{{dnr}};
    const OptionDef def = type.def();
    ASSERT_EQ(bytes.size(), 15u);
    EXPECT_FALSE(check_option(def, bytes));  // its length says 15, 13 are there
    auto right = bytes;
    right[1] = 13;
    EXPECT_TRUE(check_option(def, right));
    EXPECT_EQ(option_to_text(def, right), "0x" + hex(right));
}

TEST(OptionText, HexAndQuotedText) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"0A0B", "0a0b"}, {"0x0a0b", "0a0b"}, {"a:b", "0a0b"}, {"a b", "0a0b"},    {"a0b", "0a0b"},
        {" 0a ", "0a"},   {"", ""},           {"''", ""},      {"' ab '", "6162"}, {"'0a'", "3061"},
    };
    for (const auto& [text, bytes] : rows) EXPECT_EQ(hex(octets(text)), bytes) << text;
    for (const std::string_view text : {"xyz", "0x", "'abc", "0a,0b", "123:4"}) {
        const auto bytes = option_bytes_from_hex(text);
        ASSERT_FALSE(bytes) << text;
        EXPECT_THAT(bytes.error().detail, HasSubstr("is not hexadecimal"));
    }
}

TEST(OptionText, DefinitionsThatCannotBeReadAreRefused) {
    const std::pair<TestDef, bool> rows[] = {
        {{{uint8}}, true},
        {{{string}}, true},
        {{{uint8, string}}, true},
        {{{tuple}, true}, true},
        {{{}}, false},
        {{{string}, true}, false},
        {{{binary}, true}, false},
        {{{empty}, true}, false},
        {{{empty, uint8}}, false},
        {{{string, uint8}}, false},
        {{{dnr}}, false},
        {{{dnr6}}, false},
        {{{uint8, binary}, true}, false},
        {{{classless_route}}, false},
    };
    for (const auto& [type, is_sound] : rows) EXPECT_EQ(check_definition(type.def()).has_value(), is_sound);
}

TEST(OptionText, TypeNamesAreThoseOfOptionDefinitions) {
    for (const std::string_view name :
         {"empty", "boolean", "int8", "int16", "int32", "uint8", "uint16", "uint32", "ipv4-address",
          "ipv6-address", "ipv6-prefix", "psid", "string", "fqdn", "tuple", "binary"}) {
        const auto shape = parse_shape(name);
        ASSERT_TRUE(shape) << name;
        EXPECT_EQ(to_string(*shape), name);
    }
    for (const std::string_view name : {"record", "internal", "", "text"})
        EXPECT_FALSE(parse_shape(name)) << name;
    for (const Shape shape : {classless_route, dnr, dnr6}) EXPECT_EQ(to_string(shape), "internal");
}

// Any octets that fit a shape have a text; the text gives octets that have the same text again.
TEST(OptionText, RandomOctetsKeepTheirText) {
    std::mt19937 random{4};
    std::size_t fitting = 0;
    auto defs = std::vector<OptionDef>(v4::standard_options().begin(), v4::standard_options().end());
    defs.insert(defs.end(), v6::standard_options().begin(), v6::standard_options().end());
    for (const auto& def : defs) {
        if (!def.encapsulates.empty()) continue;  // sub-options have no text form
        for (int round = 0; round < 300; ++round) {
            std::vector<std::uint8_t> bytes(random() % 24);
            std::ranges::generate(
                bytes, [&] { return static_cast<std::uint8_t>(random() % (round % 2 ? 4 : 256)); });
            const auto text = option_to_text(def, bytes);
            if (!check_option(def, bytes) || text.starts_with("0x")) continue;
            if (text.empty() || text.find_first_of(" ") != text.npos) continue;  // blanks around are not kept
            ++fitting;
            const auto again = option_bytes(def, text);
            ASSERT_TRUE(again) << def.name << ": " << text << ": " << again.error().detail;
            EXPECT_EQ(option_to_text(def, *again), text) << def.name;
        }
    }
    EXPECT_GT(fitting, 2000u);  // or the shapes refuse everything, and this proves nothing
}

}  // namespace
}  // namespace leasehold::option_text_test
