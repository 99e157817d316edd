#include "dhcp/v4/client_name.hpp"

#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::client_name_test {
namespace {

using testing_world::Bytes;
using testing_world::Client;

ClientName name_of(const testing_world::Packet& packet) {
    const auto bytes = packet.bytes();
    return read_client_name(MessageView::parse(bytes).value());
}

ClientName from_host_name(std::string_view text) {
    return name_of(Client::number(1).discover().with_text(12, text));
}

ClientName from_fqdn(std::uint8_t flags, std::string_view name) {
    Bytes payload{flags, 0, 0};
    for (const char c : name) payload.push_back(static_cast<std::uint8_t>(c));
    return name_of(Client::number(1).discover().with(81, payload));
}

struct Row {
    std::string name;
    std::string_view sent, expected;
};
class HostNameTable : public testing::TestWithParam<Row> {};

TEST_P(HostNameTable, IsCleaned) {
    const auto name = from_host_name(GetParam().sent);
    EXPECT_EQ(name.text, GetParam().expected);
    EXPECT_FALSE(name.from_fqdn);
}

using namespace std::string_view_literals;
const std::string label_63(63, 'a'), label_64(64, 'a'), name_259 = [] {
    std::string name;
    for (int i = 0; i < 130; ++i) name += "a.";
    return name.substr(0, 255);
}();

INSTANTIATE_TEST_SUITE_P(
    All, HostNameTable,
    testing::Values(Row{"plain", "box-7", "box-7"}, Row{"upper_case", "MyHost", "myhost"},
                    Row{"labels", "Box.Example.ORG", "box.example.org"},
                    Row{"ending_nul", "box\0\0"sv, "box"},
                    Row{"foreign_characters", "b_o x;rm -rf/", "boxrm-rf"},
                    Row{"bytes_over_127", "b\xc3\xb6x", "bx"}, Row{"dots_only", "...", ""},
                    Row{"empty_labels", ".a..b.", "a.b"}, Row{"label_of_63", label_63, label_63},
                    Row{"label_of_64", label_64, ""}, Row{"name_of_254_and_more", name_259, ""}),
    [](const auto& row) { return row.param.name; });

// RFC 4702 3.1, 4: the answer of a server that makes no updates. Flags: S 1, O 2, E 4, N 8.
TEST(Fqdn, Flags) {
    EXPECT_EQ(from_fqdn(0, "box").fqdn_flags, 0x08);
    EXPECT_EQ(from_fqdn(1, "box").fqdn_flags, 0x0a);
    EXPECT_EQ(from_fqdn(8, "box").fqdn_flags, 0x08);
    EXPECT_EQ(from_fqdn(5, "\3box"sv).fqdn_flags, 0x0e);
    EXPECT_FALSE(from_fqdn(9, "box").from_fqdn);  // N and S together must be ignored
}

TEST(Fqdn, ReadsTextAndLabels) {
    EXPECT_EQ(from_fqdn(0, "Box.Example").text, "box.example.");
    EXPECT_EQ(from_fqdn(4, "\3Box\7Example\0"sv).text, "box.example.");
    EXPECT_EQ(from_fqdn(4, "\3Box"sv).text, "box.");
}

TEST(Fqdn, UnusableOnesAreIgnored) {
    EXPECT_FALSE(from_fqdn(0, "").from_fqdn);
    EXPECT_FALSE(from_fqdn(4, "\7Box"sv).from_fqdn);     // runs over the end
    EXPECT_FALSE(from_fqdn(4, "\xc0\x0c"sv).from_fqdn);  // a compression pointer
    EXPECT_FALSE(from_fqdn(4, "\0"sv).from_fqdn);
    EXPECT_FALSE(name_of(Client::number(1).discover().with(81, {0, 0})).from_fqdn);
}

TEST(Fqdn, ComesBeforeTheHostNameUnlessItIsUnusable) {
    auto packet = Client::number(1).discover().with_text(12, "plain");
    EXPECT_EQ(name_of(packet.with(81, {0, 0, 0, 'f', 'q'})).text, "fq.");
    EXPECT_EQ(name_of(packet.with(81, {9, 0, 0, 'f', 'q'})).text, "plain");
}

TEST(Fqdn, IsAnsweredInTheClientsEncoding) {
    const auto text = fqdn_payload(from_fqdn(0, "Box.Ex"));
    EXPECT_EQ(Bytes(text.begin(), text.end()), (Bytes{0x08, 255, 255, 'b', 'o', 'x', '.', 'e', 'x', '.'}));
    const auto labels = fqdn_payload(from_fqdn(4, "\3Box\2Ex\0"sv));
    EXPECT_EQ(Bytes(labels.begin(), labels.end()), (Bytes{0x0c, 255, 255, 3, 'b', 'o', 'x', 2, 'e', 'x', 0}));
}

}  // namespace
}  // namespace leasehold::v4::client_name_test
