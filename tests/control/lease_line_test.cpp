// Lines of a dump: what is written is read back, whatever octets a lease holds, and what is no lease is
// named.
#include "control/lease_line.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/leases.hpp"

namespace leasehold::lease_line_test {
namespace {

using namespace testing_support;
using testing::HasSubstr;

class LeaseLineRoundTrip : public testing::TestWithParam<LeaseKind> {};

TEST_P(LeaseLineRoundTrip, GivesTheSameLease) {
    const Family family = GetParam() == LeaseKind::v4 ? Family::v4 : Family::v6;
    auto lease = lease_of(GetParam(), 9, 7);
    lease.user_context = R"({"comment":"naïve"})";  // the spacing of JSON is not kept
    auto strange = lease;
    strange.hostname = std::string{"a\0\xff,\n", 5};
    strange.user_context = "{ no JSON \xc3";
    auto infinite = lease;
    infinite.valid_lifetime = infinite_lifetime;
    infinite.expire = infinite.hold_until = infinite.cltt + std::chrono::seconds{infinite_lifetime};
    infinite.version = ~std::uint64_t{0};
    auto released = lease;
    released.state = LeaseState::released;
    released.valid_lifetime = 0;
    Lease bare;
    bare.kind = GetParam();
    bare.address = lease.address;
    for (const auto& original : {lease, strange, infinite, released, bare}) {
        const auto line = lease_line(original);
        EXPECT_EQ(line.find('\n'), std::string::npos);
        const auto read = parse_lease_line(line, family);
        ASSERT_TRUE(read) << read.error() << "\n" << line;
        EXPECT_EQ(*read, original) << line;
        EXPECT_EQ(lease_line(*read), line);
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, LeaseLineRoundTrip,
                         testing::Values(LeaseKind::v4, LeaseKind::na, LeaseKind::ta, LeaseKind::pd));

TEST(LeaseLine, TakesTheAnswerOfACommand) {
    const auto read = parse_lease_line(
        R"({"ip-address":"192.0.2.7","subnet-id":3,"hw-address":"02:00:00:00:00:01","cltt":1000,"valid-lft":60,
            "fqdn-fwd":false,"fqdn-rev":false,"hostname":"","state":0})",
        Family::v4);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->hold_until, LeaseTime{std::chrono::seconds{1060}});
    EXPECT_EQ(read->version, 0U);
}

struct BadLine {
    std::string name, change, problem;  // `change` replaces or adds a member; null takes it away
};
class BadLeaseLine : public testing::TestWithParam<BadLine> {};

TEST_P(BadLeaseLine, IsNamed) {
    auto json = nlohmann::json::parse(lease_line(lease_of(LeaseKind::v4, 1, 1)));
    json.merge_patch(nlohmann::json::parse(GetParam().change));
    const auto read = parse_lease_line(json.dump(), Family::v4);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error(), HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, BadLeaseLine,
    testing::Values(BadLine{"address", R"({"ip-address":"2001:db8::1"})", "ip-address cannot be"},
                    BadLine{"missing", R"({"cltt":null})", "cltt is missing"},
                    BadLine{"unknown", R"({"colour":"red"})", "\"colour\" is not known"},
                    BadLine{"negative", R"({"valid-lft":-1})", "valid-lft cannot be -1"},
                    BadLine{"large", R"({"subnet-id":4294967296})", "subnet-id cannot be 4294967296"},
                    BadLine{"broken", R"({"cltt":1.5})", "cltt cannot be 1.5"},
                    BadLine{"late", R"({"hold-until":1099511627777})", "hold-until cannot be"},
                    BadLine{"state", R"({"state":5})", "state cannot be 5"},
                    BadLine{"octets", R"({"hw-address":"02:zz"})", "hw-address cannot be"},
                    BadLine{"long", R"({"hw-address":"000102030405060708090a0b0c0d0e0f1011121314"})",
                            "hwaddr"},
                    BadLine{"version", R"({"version":12})", "version cannot be 12"},
                    BadLine{"version text", R"({"version":"12x"})", "version cannot be"},
                    BadLine{"flag", R"({"fqdn-fwd":1})", "fqdn-fwd cannot be 1"}));

TEST(LeaseLine, RefusesWhatIsNoMap) {
    for (const std::string text : {"", "[]", "{", "null", "7", "{}{}", "\xff"})
        EXPECT_FALSE(parse_lease_line(text, Family::v4)) << text;
}

}  // namespace
}  // namespace leasehold::lease_line_test
