// The commands that change leases, through the command table and a server whose leases are in memory: success,
// each error, and the shape of the answers, for both families.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/command_test.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::lease_write_commands_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* configuration4 = R"({ "Dhcp4": {
    "lease-database": { "type": "memfile", "persist": false }, "valid-lifetime": 4000,
    "interfaces-config": { "interfaces": [] },
    "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
                   "pools": [ { "pool": "192.0.2.10-192.0.2.20", "pool-id": 5 } ] },
                 { "id": 2, "subnet": "198.51.100.0/24" } ] } })";
constexpr const char* configuration6 = R"({ "Dhcp6": {
    "lease-database": { "type": "memfile", "persist": false }, "valid-lifetime": 4000,
    "interfaces-config": { "interfaces": [] },
    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", "pools": [ { "pool": "2001:db8:1::/112" } ],
                   "pd-pools": [ { "prefix": "2001:db8:8::", "prefix-len": 48, "delegated-len": 56 } ] } ] } })";

using LeaseCommandsTest = testing_support::CommandTest;

constexpr const char* configuration_with_ddns = R"({ "Dhcp4": {
    "lease-database": { "type": "memfile", "persist": false }, "interfaces-config": { "interfaces": [] },
    "dhcp-ddns": { "enable-updates": true }, "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24" } ] } })";

struct LeaseDdnsCommands : LeaseCommandsTest {
    LeaseDdnsCommands() : LeaseCommandsTest{Family::v4, configuration_with_ddns} {}
};
struct Lease4Commands : LeaseCommandsTest {
    Lease4Commands() : LeaseCommandsTest{Family::v4, configuration4} {}
};
struct Lease6Commands : LeaseCommandsTest {
    Lease6Commands() : LeaseCommandsTest{Family::v6, configuration6} {}
};

// --- lease4-add

TEST_F(Lease4Commands, AddsALeaseWithWhatTheSubnetSays) {
    const auto answer =
        ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a:1b:1c:1d:1e:1f" })");
    EXPECT_EQ(answer, json::parse(R"({ "result": 0, "text": "Lease for address 192.0.2.11, subnet-id 1 added." })"));
    EXPECT_EQ(lease(R"({ "ip-address": "192.0.2.11" })"), json::parse(R"({ "ip-address": "192.0.2.11",
        "subnet-id": 1, "pool-id": 5, "hw-address": "1a:1b:1c:1d:1e:1f", "cltt": 1800000000, "valid-lft": 4000,
        "fqdn-fwd": false, "fqdn-rev": false, "hostname": "", "state": 0 })"));
    EXPECT_EQ(server.statistics().value(Stat::assigned_addresses, 1), 1);
}

TEST_F(Lease4Commands, AddsALeaseWithAllThatCanBeSaid) {
    expect("lease4-add", R"({ "ip-address": "198.51.100.7", "hw-address": "1a1b1c1d1e1f", "subnet-id": 2,
        "client-id": "01-aa-bb", "valid-lft": 100, "expire": 1800000050, "fqdn-fwd": true, "fqdn-rev": true,
        "hostname": "Host.Example.ORG", "state": 1, "pool-id": 9, "user-context": { "a": 1 }, "comment": "why",
        "origin": "user" })", 0, "Lease for address 198.51.100.7, subnet-id 2 added.");
    EXPECT_EQ(lease(R"({ "ip-address": "198.51.100.7" })"), json::parse(R"({ "ip-address": "198.51.100.7",
        "subnet-id": 2, "pool-id": 9, "hw-address": "1a:1b:1c:1d:1e:1f", "client-id": "01:aa:bb",
        "cltt": 1799999950, "valid-lft": 100, "fqdn-fwd": true, "fqdn-rev": true,
        "hostname": "host.example.org", "state": 1, "user-context": { "a": 1, "comment": "why" } })"));
    EXPECT_EQ(server.statistics().value(Stat::declined_addresses, 2), 1);
}

struct WrongCase {
    const char* arguments;
    int result;
    const char* text;
};
struct Lease4AddRefuses : Lease4Commands, testing::WithParamInterface<WrongCase> {};

TEST_P(Lease4AddRefuses, AndSaysWhy) {
    expect("lease4-add", GetParam().arguments, GetParam().result, GetParam().text);
    EXPECT_EQ(ask("lease4-get-all", "{}")["result"], 3) << "nothing was added";
}

INSTANTIATE_TEST_SUITE_P(
    Table, Lease4AddRefuses,
    testing::Values(
        WrongCase{R"({ "hw-address": "1a:1b" })", 1, "missing parameter 'ip-address'"},
        WrongCase{R"({ "ip-address": "192.0.2.11" })", 1, "missing parameter 'hw-address'"},
        WrongCase{R"({ "ip-address": 7, "hw-address": "1a" })", 1, "'ip-address' must be a string, not 7"},
        WrongCase{R"({ "ip-address": "2001:db8::1", "hw-address": "1a" })", 1, "no IPv4 address: '2001:db8::1'"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "xyz" })", 1, "'hw-address' must be octets"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "000102030405060708090a0b0c0d0e0f1011121314" })", 1,
                  "'hw-address' has 21 octets, at most 20"},
        WrongCase{R"({ "ip-address": "203.0.113.1", "hw-address": "1a" })", 4,
                  "subnet-id not specified and failed to find a subnet for address 203.0.113.1"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "subnet-id": 44 })", 4,
                  "Invalid subnet-id: No IPv4 subnet with subnet-id=44 currently configured."},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "subnet-id": 2 })", 4,
                  "The address 192.0.2.11 does not belong to subnet 198.51.100.0/24, subnet-id=2"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "state": 4 })", 1, "'state' 4 (registered)"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "state": 5 })", 1,
                  "'state' must be an integer from 0 to 4"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "expire": 0 })", 1, "'expire' must be"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "expire": 3999 })", 1, "less than 'valid-lft'"},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "fqdn-rev": true })", 1,
                  "No hostname specified and either forward or reverse fqdn was set to true."},
        WrongCase{R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "user-context": [] })", 1,
                  "'user-context' must be a map, not a list"}));

TEST_F(Lease4Commands, AddRefusesAnAddressThatIsTaken) {
    ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a" })");
    expect("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1b" })", 4, "IPv4 lease already exists.");
}

// --- lease4-update

TEST_F(Lease4Commands, UpdateChangesALease) {
    ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "hostname": "a" })");
    EXPECT_EQ(ask("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1b", "hostname": "b" })"),
              json::parse(R"({ "result": 0, "text": "IPv4 lease updated." })"));
    EXPECT_EQ(lease(R"({ "ip-address": "192.0.2.11" })")["hostname"], "b");
    EXPECT_EQ(ask("lease4-get-by-hw-address", R"({ "hw-address": "1a" })")["result"], 3);
    EXPECT_EQ(server.statistics().value(Stat::assigned_addresses, 1), 1);
}

TEST_F(Lease4Commands, UpdateAddsALeaseOnlyWhenItMay) {
    constexpr const char* text = "failed to update the lease with address 192.0.2.11 either because the lease has been "
                                 "deleted or it has changed in the database, in both cases a retry might succeed";
    expect("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a" })", 4, text);
    expect("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "force-create": false })", 4, text);
    expect("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "force-create": true })", 0,
           "IPv4 lease added.");
    expect("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "force-create": true })", 0,
           "IPv4 lease updated.");
    expect("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "subnet-id": 9 })", 4,
           "Invalid subnet-id");
}

// --- lease4-del

TEST_F(Lease4Commands, DeletesByAddressAndByClient) {
    for (const char* selection :
         {R"({ "ip-address": "192.0.2.11" })",
          R"({ "subnet-id": 1, "identifier-type": "hw-address", "identifier": "1a" })",
          R"({ "subnet-id": 1, "identifier-type": "client-id", "identifier": "01:02", "update-ddns": true })"}) {
        ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "client-id": "01:02" })");
        EXPECT_EQ(ask("lease4-del", selection), json::parse(R"({ "result": 0, "text": "IPv4 lease deleted." })"));
        EXPECT_EQ(ask("lease4-del", selection), json::parse(R"({ "result": 3, "text": "IPv4 lease not found." })"));
    }
    EXPECT_EQ(server.statistics().value(Stat::assigned_addresses, 1), 0);
    expect("lease4-del", R"({ "ip-address": "nowhere" })", 1, "no IPv4 address: 'nowhere'");
    expect("lease4-del", R"({ "subnet-id": 1 })", 1, "'identifier-type'");
    expect("lease4-del", R"({ "subnet-id": 1, "identifier-type": "duid", "identifier": "1a" })", 1,
           "'identifier-type' must be");
}

TEST_F(Lease4Commands, ADeletionSaysThatTheDnsIsLeftAlone) {
    ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "hostname": "a", "fqdn-fwd": true })");
    expect("lease4-del", R"({ "ip-address": "192.0.2.11", "update-ddns": true })", 0, "sends no updates");
}

// --- wipe, write, resend-ddns, lfc

TEST_F(Lease4Commands, WipesASubnetOrAllThatAreConfigured) {
    const auto fill = [this] {
        for (const char* address : {"192.0.2.11", "192.0.2.12", "198.51.100.1"})
            ask("lease4-update", json{{"ip-address", address}, {"hw-address", "1a"}, {"force-create", true}}.dump());
    };
    fill();
    EXPECT_EQ(ask("lease4-wipe", R"({ "subnet-id": 1 })"),
              json::parse(R"({ "result": 0, "text": "Deleted 2 IPv4 lease(s) from subnet(s) 1" })"));
    fill();
    expect("lease4-wipe", "{}", 0, "Deleted 3 IPv4 lease(s) from subnet(s) 1 2");
    fill();
    expect("lease4-wipe", R"({ "subnet-id": 0 })", 0, "Deleted 3 IPv4 lease(s) from subnet(s) 1 2");
    expect("lease4-wipe", "{}", 3, "Deleted 0 IPv4 lease(s) from subnet(s) 1 2");
    expect("lease4-wipe", R"({ "subnet-id": 77 })", 3, "Deleted 0 IPv4 lease(s) from subnet(s) 77");
    expect("lease4-wipe", R"({ "subnet-id": "1" })", 1, "'subnet-id' must be an integer");
    EXPECT_EQ(server.statistics().value(Stat::assigned_addresses), 0);
}

TEST_F(Lease4Commands, WritesAFileThatKeaReads) {
    ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a:1b", "hostname": "h" })");
    const auto file = folder / "copy.csv";
    expect("lease4-write", R"({ "filename": "copy.csv" })", 0, "IPv4 lease database into '" + file + "'.");
    std::ifstream in{file};
    std::string header, row, more;
    std::getline(in, header);
    std::getline(in, row);
    EXPECT_THAT(header, StartsWith("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,"));
    EXPECT_THAT(row, StartsWith("192.0.2.11,1a:1b,,4000,1800004000,1,0,0,h,0,"));
    EXPECT_FALSE(std::getline(in, more));
    expect("lease4-write", json{{"filename", file}}.dump(), 0, "IPv4 lease database into");
    expect("lease4-write", "{}", 1, "missing parameter 'filename'");
    expect("lease4-write", R"({ "filename": "/etc/copy.csv" })", 1, "it is in another directory");
    expect("lease4-write", R"({ "filename": "leases4.db" })", 1, "end in .csv");
    expect("lease4-write", R"({ "filename": "sub/copy.csv" })", 1, "it is in another directory");
}

TEST_F(Lease4Commands, ResendDdnsTellsThatThereIsNone) {
    expect("lease4-resend-ddns", R"({ "ip-address": "192.0.2.11" })", 4, "DDNS updating is not enabled");
    expect("lease4-resend-ddns", R"({ "ip-address": "x" })", 1, "no IPv4 address: 'x'");
    expect("lease4-resend-ddns", "{}", 1, "missing parameter 'ip-address'");
}

TEST_F(LeaseDdnsCommands, ResendSaysWhyNothingIsSent) {
    expect("lease4-resend-ddns", R"({ "ip-address": "192.0.2.11" })", 3, "No lease found for: 192.0.2.11");
    ask("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a" })");
    expect("lease4-resend-ddns", R"({ "ip-address": "192.0.2.11" })", 4,
           "Lease for: 192.0.2.11, has no hostname, nothing to update");
    ask("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "hostname": "h" })");
    expect("lease4-resend-ddns", R"({ "ip-address": "192.0.2.11" })", 4,
           "Neither forward nor reverse updates enabled for lease for: 192.0.2.11");
    ask("lease4-update", R"({ "ip-address": "192.0.2.11", "hw-address": "1a", "hostname": "h", "fqdn-rev": true })");
    expect("lease4-resend-ddns", R"({ "ip-address": "192.0.2.11" })", 1, "No update is sent for: 192.0.2.11");
}

TEST_F(Lease4Commands, LfcStartSaysThatThereIsNoFile) {
    expect("kea-lfc-start", "{}", 2, "'persist' is false");
}

TEST_F(Lease4Commands, CommandsOfTheOtherFamilyAreNotKnown) {
    expect("lease6-add", "{}", 2, "'lease6-add' command not supported.");
    expect("lease6-bulk-apply", "{}", 2, "not supported");
}

TEST_F(Lease4Commands, NothingIsChangedOnceTheServerStops) {
    bool stopped = false;
    server.stop(std::chrono::steady_clock::now() + std::chrono::seconds{5}, [&] { stopped = true; });
    expect("lease4-add", R"({ "ip-address": "192.0.2.11", "hw-address": "1a" })", 1,
           "no current lease manager is available: the server is stopping");
    while (!stopped) loop.run_one();
}

// --- DHCPv6

TEST_F(Lease6Commands, AddsAddressesAndPrefixes) {
    EXPECT_EQ(ask("lease6-add", R"({ "ip-address": "2001:db8:1::1", "duid": "01:02:03", "iaid": 7 })"),
              json::parse(R"({ "result": 0, "text": "Lease for address 2001:db8:1::1, subnet-id 1 added." })"));
    EXPECT_EQ(lease(R"({ "ip-address": "2001:db8:1::1" })"), json::parse(R"({ "ip-address": "2001:db8:1::1",
        "type": "IA_NA", "duid": "01:02:03", "iaid": 7, "subnet-id": 1, "cltt": 1800000000, "valid-lft": 4000,
        "preferred-lft": 4000, "fqdn-fwd": false, "fqdn-rev": false, "hostname": "", "state": 0 })"));
    expect("lease6-add", R"({ "ip-address": "2001:db8:8:100::", "type": "IA_PD", "prefix-len": 56, "duid": "01:02:03",
        "iaid": 7, "subnet-id": 1, "preferred-lft": 5, "hw-address": "1a:1b" })", 0,
           "Lease for prefix 2001:db8:8:100::/56, subnet-id 1 added.");
    const auto prefix = lease(R"({ "ip-address": "2001:db8:8:100::", "type": "IA_PD" })");
    EXPECT_EQ(prefix["prefix-len"], 56);
    EXPECT_EQ(prefix["preferred-lft"], 5);
    EXPECT_EQ(prefix["hw-address"], "1a:1b");
    EXPECT_EQ(server.statistics().value(Stat::assigned_nas, 1), 1);
    EXPECT_EQ(server.statistics().value(Stat::assigned_pds, 1), 1);
    expect("lease6-add", R"({ "ip-address": "2001:db8:1::1", "duid": "09", "iaid": 7 })", 4,
           "IPv6 lease already exists.");
}

struct Lease6AddRefuses : Lease6Commands, testing::WithParamInterface<WrongCase> {};

TEST_P(Lease6AddRefuses, AndSaysWhy) {
    expect("lease6-add", GetParam().arguments, GetParam().result, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Lease6AddRefuses,
    testing::Values(
        WrongCase{R"({ "ip-address": "2001:db8:1::1", "iaid": 7 })", 1, "missing parameter 'duid'"},
        WrongCase{R"({ "ip-address": "2001:db8:1::1", "duid": "01" })", 1, "missing parameter 'iaid'"},
        WrongCase{R"({ "ip-address": "192.0.2.1", "duid": "01", "iaid": 7 })", 1, "no IPv6 address: '192.0.2.1'"},
        WrongCase{R"({ "ip-address": "2001:db8:1::1", "duid": "01", "iaid": 7, "type": "IA_TA" })", 1,
                  "'type' must be \"IA_NA\" or \"IA_PD\", not 'IA_TA'"},
        WrongCase{R"({ "ip-address": "2001:db8:1::1", "duid": "01", "iaid": 7, "prefix-len": 64 })", 1,
                  "'prefix-len' of an IA_NA lease"},
        WrongCase{R"({ "ip-address": "2001:db8:8::", "duid": "01", "iaid": 7, "type": "IA_PD", "subnet-id": 1 })", 1,
                  "missing parameter 'prefix-len'"},
        WrongCase{R"({ "ip-address": "2001:db8:8::", "duid": "01", "iaid": 7, "type": "IA_PD", "prefix-len": 56 })", 1,
                  "missing parameter 'subnet-id'"},
        WrongCase{R"({ "ip-address": "2001:db8:8::1", "duid": "01", "iaid": 7, "type": "IA_PD", "prefix-len": 56,
                       "subnet-id": 1 })", 1, "bits set behind the first 56"},
        WrongCase{R"({ "ip-address": "2001:db8:8::", "duid": "01", "iaid": 7, "type": "IA_PD", "prefix-len": 56,
                       "subnet-id": 1, "state": 1 })", 1, "'state' 1 (declined)"},
        WrongCase{R"({ "ip-address": "2001:db8:9::1", "duid": "01", "iaid": 7 })", 4, "failed to find a subnet"},
        WrongCase{R"({ "ip-address": "2001:db8:9::1", "duid": "01", "iaid": 7, "subnet-id": 1 })", 4,
                  "The address 2001:db8:9::1 does not belong to subnet 2001:db8:1::/64, subnet-id=1"},
        WrongCase{R"({ "ip-address": "2001:db8:1::1", "duid": "01", "iaid": 7, "subnet-id": 3 })", 4,
                  "No IPv6 subnet with subnet-id=3"}));

TEST_F(Lease6Commands, UpdatesAndDeletes) {
    constexpr const char* arguments = R"({ "ip-address": "2001:db8:1::1", "duid": "01:02", "iaid": 7 })";
    expect("lease6-update", arguments, 4, "failed to update the lease with address 2001:db8:1::1");
    ask("lease6-add", arguments);
    expect("lease6-update", arguments, 0, "IPv6 lease updated.");
    expect("lease6-del", R"({ "ip-address": "2001:db8:1::1", "type": "IA_PD" })", 3, "IPv6 lease not found.");
    expect("lease6-del", R"({ "ip-address": "2001:db8:1::1", "type": "V4" })", 1, "'type' must be");
    expect("lease6-del", R"({ "subnet-id": 1, "identifier-type": "duid", "identifier": "01:02", "iaid": 8 })", 3,
           "IPv6 lease not found.");
    expect("lease6-del", R"({ "subnet-id": 1, "identifier-type": "duid", "identifier": "01:02", "iaid": 7 })", 0,
           "IPv6 lease deleted.");
    expect("lease6-del", R"({ "ip-address": "2001:db8:1::1" })", 3, "IPv6 lease not found.");
    ask("lease6-add", R"({ "ip-address": "2001:db8:8::", "duid": "01", "iaid": 7, "type": "IA_PD", "prefix-len": 56,
                           "subnet-id": 1 })");
    expect("lease6-del", R"({ "ip-address": "2001:db8:8::", "type": "2", "prefix-len": 64 })", 3, "not found");
    expect("lease6-del", R"({ "ip-address": "2001:db8:8::", "type": "IA_PD" })", 0, "IPv6 lease deleted.");
}

TEST_F(Lease6Commands, WipesAddressesAndPrefixes) {
    ask("lease6-add", R"({ "ip-address": "2001:db8:1::1", "duid": "01:02", "iaid": 7 })");
    ask("lease6-add", R"({ "ip-address": "2001:db8:8::", "duid": "01", "iaid": 7, "type": "IA_PD", "prefix-len": 56,
                           "subnet-id": 1 })");
    expect("lease6-wipe", R"({ "subnet-id": 1 })", 0, "Deleted 2 IPv6 lease(s) from subnet(s) 1");
    expect("lease6-wipe", "{}", 3, "Deleted 0 IPv6 lease(s) from subnet(s) 1");
}

TEST_F(Lease6Commands, WritesAFileThatKeaReads) {
    ask("lease6-add", R"({ "ip-address": "2001:db8:1::1", "duid": "01:02", "iaid": 7 })");
    expect("lease6-write", R"({ "filename": "copy6.csv" })", 0, "IPv6 lease database into '");
    std::ifstream in{folder / "copy6.csv"};
    std::string header, row;
    std::getline(in, header);
    std::getline(in, row);
    EXPECT_THAT(header, StartsWith("address,duid,valid_lifetime,"));
    EXPECT_THAT(row, StartsWith("2001:db8:1::1,01:02,4000,"));
    expect("lease6-resend-ddns", R"({ "ip-address": "2001:db8:1::1" })", 4, "DDNS updating is not enabled");
}

// --- lease6-bulk-apply

TEST_F(Lease6Commands, BulkApplyDeletesAndPuts) {
    ask("lease6-add", R"({ "ip-address": "2001:db8:1::1", "duid": "01", "iaid": 1 })");
    ask("lease6-add", R"({ "ip-address": "2001:db8:1::2", "duid": "01", "iaid": 2 })");
    EXPECT_EQ(ask("lease6-bulk-apply", R"({
        "deleted-leases": [ { "ip-address": "2001:db8:1::1", "type": "IA_NA" } ],
        "leases": [ { "ip-address": "2001:db8:1::2", "duid": "02", "iaid": 2 },
                    { "ip-address": "2001:db8:1::1", "duid": "03", "iaid": 3 },
                    { "ip-address": "2001:db8:8::", "type": "IA_PD", "prefix-len": 56, "duid": "03", "iaid": 3,
                      "subnet-id": 1 } ] })"),
              json::parse(R"({ "result": 0, "text": "Bulk apply of 4 IPv6 leases completed." })"));
    EXPECT_EQ(lease(R"({ "ip-address": "2001:db8:1::2" })")["duid"], "02");
    EXPECT_EQ(lease(R"({ "ip-address": "2001:db8:1::1" })")["duid"], "03");
    EXPECT_EQ(lease(R"({ "ip-address": "2001:db8:8::", "type": "IA_PD" })")["duid"], "03");
}

TEST_F(Lease6Commands, BulkApplyTellsWhichLeasesFailed) {
    const auto answer = ask("lease6-bulk-apply", R"({
        "deleted-leases": [ { "ip-address": "2001:db8:1::1", "type": "IA_NA" } ] })");
    EXPECT_EQ(answer, json::parse(R"({ "result": 3, "text": "Bulk apply of 0 IPv6 leases completed.",
        "arguments": { "failed-deleted-leases": [ { "ip-address": "2001:db8:1::1", "type": "IA_NA", "result": 3,
                                                    "error-message": "lease not found" } ] } })"));
}

TEST_F(Lease6Commands, BulkApplyDoesNothingWhenAnEntryIsWrong) {
    constexpr const char* good = R"({ "ip-address": "2001:db8:1::1", "duid": "01", "iaid": 1 })";
    const auto with = [&](const std::string& bad) { return "{ \"leases\": [ " + std::string{good} + ", " + bad + " ] }"; };
    expect("lease6-bulk-apply", with(R"({ "duid": "01", "iaid": 1 })"), 1, "leases[1]: missing parameter 'ip-address'");
    expect("lease6-bulk-apply", with("7"), 1, "leases[1]: a lease is a map, not an integer");
    expect("lease6-bulk-apply", with(R"({ "ip-address": "2001:db8:9::1", "duid": "01", "iaid": 1 })"), 4,
           "leases[1]: subnet-id not specified");
    expect("lease6-bulk-apply", R"({ "deleted-leases": [ { "ip-address": "x" } ] })", 1, "deleted-leases[0]: ");
    expect("lease6-bulk-apply", "{}", 1, "neither 'deleted-leases' nor 'leases'");
    expect("lease6-bulk-apply", R"({ "leases": {} })", 1, "'leases' must be a list, not a map");
    expect("lease6-bulk-apply", R"({ "leases": [] })", 3, "Bulk apply of 0 IPv6 leases completed.");
    EXPECT_EQ(ask("lease6-get-all", "{}")["result"], 3);
}

TEST_F(Lease6Commands, BulkApplyTakesThousands) {
    json leases = json::array();
    for (int i = 1; i <= 3000; ++i)
        leases.push_back({{"ip-address", "2001:db8:1::" + std::to_string(i)}, {"duid", "01"}, {"iaid", i}});
    expect("lease6-bulk-apply", json{{"leases", leases}}.dump(), 0, "Bulk apply of 3000 IPv6 leases completed.");
    expect("lease6-bulk-apply", json{{"deleted-leases", leases}}.dump(), 0, "Bulk apply of 3000 IPv6 leases completed.");
}

}  // namespace
}  // namespace leasehold::lease_write_commands_test
