// Hexadecimal text and keys of client identities.
#include "dhcp/client_identity.hpp"

#include <gtest/gtest.h>

namespace leasehold::client_identity_test {
namespace {

TEST(ClientIdentity, HexIsReadInAllItsSpellings) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"02:00:5e:10:00:01", "02:00:5e:10:00:01"},
        {"02-00-5E-10-00-01", "02:00:5e:10:00:01"},
        {"2 0 5e 10 0 1", "02:00:5e:10:00:01"},
        {"02005e100001", "02:00:5e:10:00:01"},
        {"0x02005E100001", "02:00:5e:10:00:01"},
        {"123", "01:23"},
        {"a", "0a"},
        {"0xa", "0a"},
        {"a:b", "0a:0b"},
        {"", ""},
    };
    for (const auto& [text, canonical] : rows) {
        const auto octets = parse_hex(text);
        ASSERT_TRUE(octets) << text;
        EXPECT_EQ(to_hex(view(*octets)), canonical) << text;
    }
}

TEST(ClientIdentity, OtherTextIsNotHex) {
    for (const std::string_view text : {"0x", "0x1a:2b", "1a:2b-3c", "1a::2b", ":1a", "1a:", "1ab:2", "xy",
                                        "1a 2b:3c", " ", "1a ", "0x 1a"})
        EXPECT_FALSE(parse_hex(text)) << text;
}

TEST(ClientIdentity, HexWithoutSeparator) {
    EXPECT_EQ(to_hex(std::array<std::uint8_t, 3>{0x00, 0xff, 0x0a}, ""), "00ff0a");
}

TEST(ClientIdentity, KeysOfDifferentKindsDiffer) {
    const Octets bytes{1, 2, 3, 4, 5, 6};
    const ClientKey by_hardware{IdentityKind::hardware_address, bytes}, by_id{IdentityKind::client_id, bytes};
    EXPECT_NE(by_hardware, by_id);
    EXPECT_NE(hash_value(by_hardware), hash_value(by_id));
    EXPECT_EQ(hash_value(by_id), hash_value(ClientKey{IdentityKind::client_id, bytes}));
    EXPECT_TRUE(same_octets(view(by_id.bytes), view(bytes)));
    EXPECT_FALSE(same_octets(view(bytes), view(bytes).first(5)));
}

}  // namespace
}  // namespace leasehold::client_identity_test
