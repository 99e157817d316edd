#include "control/lease_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "config/dump.hpp"

namespace leasehold::lease_json_test {
namespace {

Lease sample() {
    Lease lease;
    lease.address = to_prefix(*parse_ipv4("192.0.2.7"));
    lease.subnet_id = 3;
    lease.hwaddr = *parse_hex("1a:2b:3c:4d:5e:6f");
    lease.valid_lifetime = 3600;
    lease.cltt = LeaseTime{std::chrono::seconds{1767319384}};
    lease.hostname = "anna.example.org";
    return lease;
}

TEST(LeaseJson, MembersThatToolsRead) {
    EXPECT_EQ(lease_json(sample()), nlohmann::json::parse(R"({
        "ip-address": "192.0.2.7", "subnet-id": 3, "hw-address": "1a:2b:3c:4d:5e:6f", "cltt": 1767319384,
        "valid-lft": 3600, "fqdn-fwd": false, "fqdn-rev": false, "hostname": "anna.example.org", "state": 0 })"));
}

TEST(LeaseJson, MembersThatOnlySomeHave) {
    auto lease = sample();
    lease.pool_id = 9;
    lease.client_id = *parse_hex("01:02");
    lease.state = LeaseState::declined;
    lease.user_context = R"({ "a": 1 })";
    const auto json = lease_json(lease);
    EXPECT_EQ(json["pool-id"], 9);
    EXPECT_EQ(json["client-id"], "01:02");
    EXPECT_EQ(json["state"], 1);
    EXPECT_EQ(json["user-context"]["a"], 1);
}

TEST(LeaseJson, MembersOfDhcpv6) {
    auto lease = sample();
    lease.kind = LeaseKind::na;
    lease.address = {*parse_ipv6("2001:db8::7"), 128};
    lease.duid = *parse_hex("00:03:00:01:02:03");
    lease.iaid = 5;
    lease.preferred_lifetime = 1800;
    lease.hwaddr.clear();
    EXPECT_EQ(lease_json(lease), nlohmann::json::parse(R"({
        "ip-address": "2001:db8::7", "type": "IA_NA", "subnet-id": 3, "duid": "00:03:00:01:02:03", "iaid": 5,
        "cltt": 1767319384, "preferred-lft": 1800, "valid-lft": 3600, "fqdn-fwd": false, "fqdn-rev": false,
        "hostname": "anna.example.org", "state": 0 })"));
    lease.kind = LeaseKind::pd;
    lease.address = {*parse_ipv6("2001:db8:1::"), 56};
    const auto json = lease_json(lease);
    EXPECT_EQ(json["ip-address"], "2001:db8:1::");
    EXPECT_EQ(json["prefix-len"], 56);
    EXPECT_EQ(json["type"], "IA_PD");
}

// Rows and hostnames may hold anything (I6): an answer is JSON all the same.
TEST(LeaseJson, UnreadableTextBecomesReadable) {
    auto lease = sample();
    lease.hostname =
        "a\xff"
        "b";
    lease.user_context = "{ no JSON";
    const auto json = lease_json(lease);
    EXPECT_EQ(json["hostname"],
              "a\xef\xbf\xbd"
              "b");
    EXPECT_EQ(json["user-context"], "{ no JSON");
    EXPECT_NO_THROW(json.dump());
}

// Lists are written without a document in between; whatever a lease holds, the text is the same.
TEST(LeaseJson, AsTextItIsTheSame) {
    auto lease = sample();
    std::vector<Lease> leases{lease, Lease{}};
    lease.client_id = *parse_hex("01:02");
    lease.pool_id = 9;
    lease.fqdn_fwd = true;
    lease.state = LeaseState::released;
    lease.valid_lifetime = infinite_lifetime;
    lease.cltt = LeaseTime{std::chrono::seconds{-5}};
    for (const auto* hostname : {"", "a\"b\\c", "a\nb\x01", "\xc3\xa9", "a\xff" "b", "\x7f"}) {
        lease.hostname = hostname;
        leases.push_back(lease);
    }
    for (const auto* context : {R"({ "b": [ 1, 2.0 ], "a": {} })", "{ no JSON", "\xff", "7"}) {
        lease.user_context = context;
        leases.push_back(lease);
    }
    lease.duid = *parse_hex("00:03:00:01:02:03");
    lease.iaid = 0xffffffff;
    lease.preferred_lifetime = 1800;
    for (const auto kind : {LeaseKind::na, LeaseKind::ta, LeaseKind::pd}) {
        lease.kind = kind;
        lease.address = {*parse_ipv6("2001:db8:1::"), static_cast<std::uint8_t>(kind == LeaseKind::pd ? 56 : 128)};
        leases.push_back(lease);
        lease.hwaddr.clear();
        leases.push_back(lease);
    }
    for (const Lease& one : leases) {
        std::string text;
        append_lease(text, one);
        EXPECT_EQ(text, config::compact(lease_json(one)));
    }
}

struct Utf8Case {
    std::string octets;
    std::string text;
};
class Utf8Table : public testing::TestWithParam<Utf8Case> {};
TEST_P(Utf8Table, IsWellFormed) {
    EXPECT_EQ(to_utf8(GetParam().octets), GetParam().text);
    EXPECT_NO_THROW(nlohmann::json(to_utf8(GetParam().octets)).dump());
}

const std::string bad = "\xef\xbf\xbd";
INSTANTIATE_TEST_SUITE_P(Octets, Utf8Table,
                         testing::Values(Utf8Case{"plain", "plain"}, Utf8Case{"\xc3\xa9", "\xc3\xa9"},
                                         Utf8Case{"\xe2\x82\xac", "\xe2\x82\xac"},
                                         Utf8Case{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
                                         Utf8Case{"\xc3", bad}, Utf8Case{"\xc0\x80", bad + bad},
                                         Utf8Case{"\xed\xa0\x80", bad + bad + bad},
                                         Utf8Case{"\xf4\x90\x80\x80", bad + bad + bad + bad},
                                         Utf8Case{"\xe2\x82", bad + bad}, Utf8Case{"\x80", bad}));

TEST(ParseState, NamesAndNumbers) {
    EXPECT_EQ(parse_state("default"), LeaseState::assigned);
    EXPECT_EQ(parse_state("assigned"), LeaseState::assigned);
    EXPECT_EQ(parse_state("1"), LeaseState::declined);
    EXPECT_EQ(parse_state("expired-reclaimed"), LeaseState::expired_reclaimed);
    for (const auto* text : {"", "5", "-1", "Declined", "01"})
        EXPECT_EQ(parse_state(text), std::nullopt) << text;
}

}  // namespace
}  // namespace leasehold::lease_json_test
