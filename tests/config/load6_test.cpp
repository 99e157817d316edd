// { "Dhcp6": { ... } }: what comes out of good ones that DHCPv4 has not, and what is wrong with others. What
// both families share is tested with DHCPv4.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::load6_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Ipv6 ip(std::string_view text) {
    return *parse_ipv6(text);
}
Prefix prefix(std::string_view text) {
    return *parse_ipv6_prefix(text);
}
Octets octets(std::string_view hex) {
    return *parse_hex(hex);
}

/// A subnet's own members.
std::string subnet6(const std::string& members) {
    return R"("subnet6": [{"id": 1, "subnet": "2001:db8::/64", )" + members + "}]";
}

TEST(Load6, EmptyServerHasKeasDefaults) {
    const auto loaded = load_global6("");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), IsEmpty());
    const ServerConfig& server = *loaded->server;
    EXPECT_EQ(server.family, Family::v6);
    EXPECT_EQ(server.lease_database.family, Family::v6);
    EXPECT_EQ(server.lease_database.path, "/var/lib/leasehold/leases6.db");
    EXPECT_EQ(server.lease_database.import_csv, "/var/lib/leasehold/kea-leases6.csv");
    EXPECT_EQ(server.lease_database.outage_journal, "/var/lib/leasehold/outage6.db");
    EXPECT_EQ(server.server_duid, ServerDuidConfig{});
    EXPECT_THAT(server.duid, IsEmpty());
    EXPECT_THAT(server.mac_sources, ElementsAre(MacSource::any));
    EXPECT_THAT(server.relay_supplied_options, ElementsAre(65));
    EXPECT_THAT(server.host_identifiers, ElementsAre(HostIdentifierType::hw_address, HostIdentifierType::duid));
    EXPECT_TRUE(server.allow_address_registration);
    const auto& full = loaded->full->at("Dhcp6");
    EXPECT_EQ(full["calculate-tee-times"], true);
    EXPECT_EQ(full["t2-percent"], 0.8);
    EXPECT_EQ(full["mac-sources"], nlohmann::json::array({"any"}));
    EXPECT_EQ(full["dhcp-queue-control"]["queue-type"], "kea-ring6");
    for (const char* const key : {"authoritative", "next-server", "subnet4", "match-client-id", "server-id"})
        EXPECT_FALSE(full.contains(key)) << key;
}

TEST(Load6, SubnetsHaveTheirPoolsOfBothKinds) {
    const auto loaded = load_global6(R"("subnet6": [{"id": 7, "subnet": "2001:db8:1::5/64", "interface": "eth0",
        "allocator": "random", "pd-allocator": "flq", "rapid-commit": true,
        "relay": {"ip-addresses": ["2001:db8:1::1", "fe80::1"]},
        "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56, "pool-id": 9,
                      "excluded-prefix": "2001:db8:8000:12::", "excluded-prefix-len": 64,
                      "option-data": [{"name": "dns-servers", "data": "2001:db8::53"}]},
                     {"prefix": "2001:db8:9000::", "prefix-len": 48, "delegated-len": 48}],
        "pools": [{"pool": "2001:db8:1::10 - 2001:DB8:1:0::1f"}, {"pool": "2001:db8:1::100/120", "pool-id": 4}]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), IsEmpty());
    const SubnetConfig& subnet = loaded->server->subnets.at(0);
    EXPECT_EQ(subnet.network, prefix("2001:db8:1::/64"));
    EXPECT_EQ(subnet.allocator, AllocatorKind::random);
    EXPECT_EQ(subnet.pd_allocator, AllocatorKind::flq);
    EXPECT_TRUE(subnet.rapid_commit);
    EXPECT_TRUE(subnet.calculate_tee_times);
    EXPECT_EQ(subnet.t2_percent, 0.8);
    EXPECT_EQ(subnet.preferred_lifetime, std::nullopt);
    EXPECT_THAT(subnet.relay_addresses, ElementsAre(ip("2001:db8:1::1"), ip("fe80::1")));

    ASSERT_EQ(subnet.pools.size(), 4u);
    EXPECT_EQ(subnet.pools[0].kind, LeaseKind::na);
    EXPECT_EQ(subnet.pools[0].range, (PoolRange{{ip("2001:db8:1::10")}, {ip("2001:db8:1::1f")}}));
    EXPECT_EQ(subnet.pools[1].range, (PoolRange{{ip("2001:db8:1::100")}, {ip("2001:db8:1::1ff")}}));
    EXPECT_EQ(subnet.pools[1].pool_id, 4u);
    EXPECT_EQ(subnet.pools[2].kind, LeaseKind::pd);
    EXPECT_EQ(subnet.pools[2].range,
              (PoolRange{prefix("2001:db8:8000::/56"), prefix("2001:db8:80ff:ff00::/56")}));
    EXPECT_EQ(subnet.pools[2].excluded_prefix, prefix("2001:db8:8000:12::/64"));
    EXPECT_EQ(subnet.pools[2].pool_id, 9u);
    EXPECT_EQ(subnet.pools[2].options.size(), 1u);
    EXPECT_EQ(subnet.pools[3].range, (PoolRange{prefix("2001:db8:9000::/48"), prefix("2001:db8:9000::/48")}));
    EXPECT_EQ(loaded->server->pool_ranges.size(), 4u);

    const auto& full = loaded->full->at("Dhcp6")["subnet6"][0];
    EXPECT_EQ(full["subnet"], "2001:db8:1::/64");
    EXPECT_EQ(full["pools"][0]["pool"], "2001:db8:1::10/124");
    EXPECT_EQ(full["pd-pools"][0]["excluded-prefix"], "2001:db8:8000:12::");
    EXPECT_EQ(full["rapid-commit"], true);
    EXPECT_EQ(full["valid-lifetime"], 7200);
    EXPECT_FALSE(full.contains("preferred-lifetime"));
}

TEST(Load6, TheSamePoolInSeveralSubnetsIsOne) {
    const auto loaded = load_global6(R"("subnet6": [
        {"id": 1, "subnet": "2001:db8:1::/64", "pools": [{"pool": "2001:db8:1::/80"}],
         "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56, "pool-id": 4}]},
        {"id": 2, "subnet": "2001:db8:2::/64",
         "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}]},
        {"id": 3, "subnet": "2001:db8:1::/48", "pools": [{"pool": "2001:db8:1::/80"}],
         "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& subnets = loaded->server->subnets;
    EXPECT_EQ(loaded->server->pool_ranges.size(), 2u);
    EXPECT_EQ(subnets[0].pools[1].index, subnets[1].pools[0].index);
    EXPECT_EQ(subnets[0].pools[1].index, subnets[2].pools[1].index);
    EXPECT_EQ(subnets[0].pools[0].index, subnets[2].pools[0].index);
    EXPECT_EQ(subnets[0].pools[1].pool_id, 4u) << "the rest is each subnet's own";
    EXPECT_EQ(subnets[1].pools[0].pool_id, 0u);
}

TEST(Load6, TheLargestPools) {
    const auto loaded = load_global6(R"("subnet6": [{"id": 1, "subnet": "2001:db8::/32", "pools": [
        {"pool": "2001:db8::/64"}, {"pool": "2001:db8:1:: - 2001:db8:1:ffff:ffff:ffff:ffff:fffe"}],
        "pd-pools": [{"prefix": "3000::", "prefix-len": 4, "delegated-len": 128}]}, {"id": 2, "subnet": "::/0"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& pools = loaded->server->subnets.at(0).pools;
    EXPECT_EQ(pools.at(0).range.last.address, ip("2001:db8::ffff:ffff:ffff:ffff"));
    EXPECT_EQ(pools.at(2).range.last, (Prefix{ip("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 128}));
    EXPECT_EQ(loaded->full->at("Dhcp6")["subnet6"][0]["pools"][1]["pool"],
              "2001:db8:1::-2001:db8:1:ffff:ffff:ffff:ffff:fffe");
}

struct Refusal {
    const char *name, *members, *pointer, *what;
};
void PrintTo(const Refusal& c, std::ostream* out) {
    *out << c.name;
}

class Refused6 : public testing::TestWithParam<Refusal> {};

/// "@" is where the error is told; members that begin with "+" are a subnet's.
TEST_P(Refused6, IsTold) {
    const std::string_view members = GetParam().members;
    expect_refused(members.starts_with('+') ? subnet6(std::string{members.substr(1)}) : std::string{members},
                   std::string{"/Dhcp6"} + GetParam().pointer, GetParam().what, Family::v6);
}

#define PD(MEMBERS) R"(+"pd-pools": [{"prefix-len": 40, "delegated-len": 56, )" MEMBERS "}]"
const Refusal refusals[] = {
    {"subnet_of_v4", R"("subnet6": [{"id": 1, "subnet": @"192.0.2.0/24"}])", "/subnet6/0/subnet",
     "not an IPv6 prefix"},
    {"mapped_subnet", R"("subnet6": [{"id": 1, "subnet": @"::ffff:10.0.0.0/104"}])", "/subnet6/0/subnet",
     "not an IPv6 prefix"},
    {"pool_of_v4", R"(+"pools": [{"pool": @"192.0.2.1 - 192.0.2.9"}])", "/subnet6/0/pools/0/pool",
     "not a range of IPv6 addresses"},
    {"pool_outside", R"(+"pools": [{"pool": @"2001:db8:0:1::/80"}])", "/subnet6/0/pools/0/pool",
     "not within its subnet"},
    {"pool_backwards", R"(+"pools": [{"pool": @"2001:db8::9 - 2001:db8::1"}])", "/subnet6/0/pools/0/pool",
     "before it begins"},
    {"pool_off_its_boundary", R"(+"pools": [{"pool": @"2001:db8::1/80"}])", "/subnet6/0/pools/0/pool",
     "first address"},
    {"pools_overlap", R"(+"pools": [{"pool": "2001:db8::/80"}, {"pool": @"2001:db8::5 - 2001:db8::6"}])",
     "/subnet6/0/pools/1/pool", "overlaps"},
    {"prefixes_overlap_addresses",
     R"(+"pools": [{"pool": "2001:db8::/80"}], "pd-pools": [{"prefix": @"2001:db8::", "prefix-len": 48, "delegated-len": 64}])",
     "/subnet6/0/pd-pools/0/prefix", "overlaps"},
    {"prefixes_overlap",
     PD(R"("prefix": "2001:db8:8000::"}, {"prefix": @"2001:db8:8010::", "prefix-len": 44, "delegated-len": 64)"),
     "/subnet6/0/pd-pools/1/prefix", "overlaps"},
    {"the_same_prefixes_twice",
     PD(R"("prefix": "2001:db8:8000::"}, {"prefix": @"2001:db8:8000::", "prefix-len": 40, "delegated-len": 56)"),
     "/subnet6/0/pd-pools/1/prefix", "overlaps"},
    {"prefixes_of_another_subnet_cut_otherwise",
     R"("subnet6": [{"id": 1, "subnet": "2001:db8:1::/64", )"
     R"("pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}]}, )"
     R"({"id": 2, "subnet": "2001:db8:2::/64", )"
     R"("pd-pools": [{"prefix": @"2001:db8:8000::", "prefix-len": 40, "delegated-len": 64}]}])",
     "/subnet6/1/pd-pools/0/prefix", "overlaps"},
    {"the_third_of_the_same_is_of_a_subnet_that_has_it",
     R"("subnet6": [{"id": 1, "subnet": "2001:db8:1::/64", )"
     R"("pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}]}, )"
     R"({"id": 2, "subnet": "2001:db8:2::/64", )"
     R"("pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}, )"
     R"({"prefix": @"2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}]}])",
     "/subnet6/1/pd-pools/1/prefix", "overlaps"},
    {"pd_without_length", R"(+"pd-pools": [@{"prefix": "2001:db8:8000::", "prefix-len": 40}])",
     "/subnet6/0/pd-pools/0", "\"delegated-len\" is missing"},
    {"pd_shorter_than_pool",
     R"(+"pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": @32}])",
     "/subnet6/0/pd-pools/0/delegated-len", "do not fit"},
    {"pd_bits", PD(R"("prefix": @"2001:db8:8000:1::")"), "/subnet6/0/pd-pools/0/prefix", "has bits behind"},
    {"pd_with_length", PD(R"("prefix": @"2001:db8:8000::/40")"), "/subnet6/0/pd-pools/0/prefix",
     "not an IPv6 address"},
    {"excluded_alone", PD(R"("prefix": "2001:db8:8000::", "excluded-prefix": @"2001:db8:8000:1::")"),
     "/subnet6/0/pd-pools/0/excluded-prefix", "belong together"},
    {"excluded_length_alone", PD(R"("prefix": "2001:db8:8000::", "excluded-prefix-len": @64)"),
     "/subnet6/0/pd-pools/0/excluded-prefix-len", "belong together"},
    {"excluded_too_short",
     PD(R"("prefix": "2001:db8:8000::", "excluded-prefix": "2001:db8:8000::", "excluded-prefix-len": @56)"),
     "/subnet6/0/pd-pools/0/excluded-prefix-len", "within a delegated one"},
    {"excluded_elsewhere",
     PD(R"("prefix": "2001:db8:8000::", "excluded-prefix": @"2001:db8:9000::", "excluded-prefix-len": 64)"),
     "/subnet6/0/pd-pools/0/excluded-prefix", "is not within"},
    {"interface_and_id", R"(+"interface": "eth0", "interface-id": @"x")", "/subnet6/0/interface-id",
     "stands beside interface"},
    {"relay_of_v4", R"(+"relay": {"ip-addresses": [@"192.0.2.1"]})", "/subnet6/0/relay/ip-addresses/0",
     "not an IPv6 address"},
    {"flq_for_addresses", R"("allocator": @"flq")", "/allocator", "is not known here"},
    {"shared_flq_for_prefixes", R"("pd-allocator": @"shared-flq")", "/pd-allocator", "not built yet"},
    {"preferred_not_between", R"(+"max-preferred-lifetime": 4, "min-preferred-lifetime": 2, "preferred-lifetime": @5)",
     "/subnet6/0/preferred-lifetime", "is not between min-preferred-lifetime 2"},
    {"rapid_commit_differs",
     R"("shared-networks": [{"name": "n", "subnet6": [{"id": 1, "subnet": "2001:db8::/64", "rapid-commit": true}, {"id": 2, "subnet": "2001:db8:1::/64", "rapid-commit": @false}]}])",
     "/shared-networks/0/subnet6/1/rapid-commit", "different things of rapid-commit"},
    {"host_address_outside", R"(+"reservations": [{"duid": "0102", "ip-addresses": [@"2001:db8:1::1"]}])",
     "/subnet6/0/reservations/0/ip-addresses/0", "is not within its subnet"},
    {"host_address_of_v4", R"(+"reservations": [{"duid": "0102", "ip-addresses": [@"192.0.2.1"]}])",
     "/subnet6/0/reservations/0/ip-addresses/0", "not an IPv6 address"},
    {"host_multicast", R"("reservations": [{"duid": "0102", "ip-addresses": [@"ff02::1"]}])",
     "/reservations/0/ip-addresses/0", "no host can have"},
    {"host_prefix", R"(+"reservations": [{"duid": "0102", "prefixes": [@"2001:db8:1::1"]}])",
     "/subnet6/0/reservations/0/prefixes/0", "not an IPv6 prefix"},
    {"host_excluded_count",
     R"(+"reservations": [{"duid": "0102", "prefixes": ["2001:db8:1::/56"], "excluded-prefixes": @["", ""]}])",
     "/subnet6/0/reservations/0/excluded-prefixes", "2 excluded prefixes stand beside 1"},
    {"host_excluded_elsewhere",
     R"(+"reservations": [{"duid": "01", "prefixes": ["2001:db8:1::/56"], "excluded-prefixes": [@"2001:db8:2::/64"]}])",
     "/subnet6/0/reservations/0/excluded-prefixes/0", "not a part of 2001:db8:1::/56"},
    {"host_address_twice",
     R"(+"reservations": [{"duid": "01", "ip-addresses": ["2001:db8::1"]}, {"duid": "02", "ip-addresses": ["2001:db8::2", @"2001:db8:0::1"]}])",
     "/subnet6/0/reservations/1/ip-addresses/1", "is reserved for another host"},
    {"host_prefix_twice",
     R"("reservations": [{"duid": "01", "prefixes": ["2001:db8::/64"]}, {"duid": "02", "prefixes": [@"2001:db8::/64"]}])",
     "/reservations/1/prefixes/0", "is reserved for another host"},
    {"host_of_nobody", R"("reservations": [@{"ip-addresses": ["2001:db8::1"]}])", "/reservations/0",
     "does not say whose"},
    {"identifiers_of_v4", R"("host-reservation-identifiers": ["duid", @"circuit-id"])",
     "/host-reservation-identifiers/1", "no identifier of a host"},
    {"mac_source", R"("mac-sources": ["duid", @"arp"])", "/mac-sources/1", "no source"},
    {"mac_source_twice", R"("mac-sources": ["rfc6939", @"client-link-addr-option"])", "/mac-sources/1",
     "stands twice"},
    {"no_mac_source", R"("mac-sources": @[])", "/mac-sources", "empty"},
    {"relay_option", R"("relay-supplied-options": ["65", @"nothing"])", "/relay-supplied-options/1",
     "is no DHCPv6 option"},
    {"relay_option_twice", R"("relay-supplied-options": ["65", @"erp-local-domain-name"])",
     "/relay-supplied-options/1", "stands twice"},
    {"duid_type", R"("server-id": {"type": @"UUID"})", "/server-id/type", "is not known here"},
    {"duid_identifier", R"("server-id": {"identifier": @"xyz"})", "/server-id/identifier", "not hexadecimal"},
    {"server_id_of_v4", R"("server-id": @5)", "/server-id", "a map belongs"},
    {"option_of_v4", R"("option-data": [{"name": "routers", "space": @"dhcp4", "data": "192.0.2.1"}])",
     "/option-data/0/space", "cannot be sent by a DHCPv6 server"},
    {"option_of_the_server", R"("option-data": [@{"code": 3, "data": "1,2,3"}])", "/option-data/0",
     "cannot be configured"},
    {"option_code", R"("option-data": [{"code": @65536, "data": ""}])", "/option-data/0/code", "out of range"},
    {"definition_of_a_standard_option",
     R"("option-def": [{"name": "own", "code": @23, "type": "string"}])", "/option-def/0/code",
     "is the standard option \"dns-servers\""},
    {"interface_address_of_v4", R"("interfaces-config": {"interfaces": [@"eth0/192.0.2.1"]})",
     "/interfaces-config/interfaces/0", "does not name an interface"},
    {"interface_twice", R"("interfaces-config": {"interfaces": ["eth0/2001:db8::1", @"eth0/2001:db8:0::1"]})",
     "/interfaces-config/interfaces/1", "is chosen twice"},
    {"expression_of_v4", R"("client-classes": [{"name": "c", "test": @"pkt4.mac == 0x01"}])",
     "/client-classes/0/test", "the expression is wrong"},
};
#undef PD
INSTANTIATE_TEST_SUITE_P(Table, Refused6, testing::ValuesIn(refusals),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Load6, LifetimesAndTimersAreInherited) {
    const auto loaded = load_global6(R"("preferred-lifetime": 100, "max-preferred-lifetime": 150,
        "valid-lifetime": 200, "calculate-tee-times": false, "rebind-timer": 80,
        "client-classes": [{"name": "c", "preferred-lifetime": 7}],
        "shared-networks": [{"name": "n", "min-preferred-lifetime": 50, "rapid-commit": true,
            "interface-id": "port 1", "subnet6": [{"id": 1, "subnet": "2001:db8:1::/64"}]}],
        "subnet6": [{"id": 2, "subnet": "2001:db8:2::/64", "interface-id": "a\"b", "preferred-lifetime": 120}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), IsEmpty());
    const auto& first = loaded->server->subnets.at(0);
    EXPECT_EQ(first.preferred_lifetime, (LifetimeRange{50, 100, 150}));
    EXPECT_EQ(first.valid_lifetime, (LifetimeRange{200, 200, 200}));
    EXPECT_FALSE(first.calculate_tee_times);
    EXPECT_TRUE(first.rapid_commit);
    EXPECT_EQ(first.interface_id, octets("706f72742031"));
    const auto& second = loaded->server->subnets.at(1);
    EXPECT_EQ(second.preferred_lifetime, (LifetimeRange{120, 120, 150}));
    EXPECT_FALSE(second.rapid_commit);
    EXPECT_EQ(second.interface_id, octets("612262"));
    EXPECT_EQ(loaded->server->classes.at(0).preferred_lifetime, (LifetimeRange{7, 7, 7}));
    const auto& full = loaded->full->at("Dhcp6");
    EXPECT_EQ(full["shared-networks"][0]["subnet6"][0]["min-preferred-lifetime"], 50);
    EXPECT_EQ(full["shared-networks"][0]["subnet6"][0]["rapid-commit"], true);
    EXPECT_EQ(full["subnet6"][0]["rapid-commit"], false);
}

TEST(Load6, WarnsOfWhatCannotBeMeant) {
    const auto loaded = load_global6(R"("valid-lifetime": 100, "preferred-lifetime": 200,
        "relay-supplied-options": ["37"], "data-directory": "/var/lib/kea",
        "server-id": {"type": "EN", "htype": 5, "time": 6},
        "reservations": [{"duid": "01", "prefixes": ["2001:db8::1/64"]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const std::string told = format(loaded->warnings);
    for (const char* const words :
         {"above valid-lifetime 100", "not taken from relays", "\"data-directory\" is ignored",
          "\"htype\" says nothing for the type EN", "\"time\" says nothing", "2001:db8::/64 is kept"})
        EXPECT_THAT(told, HasSubstr(words));
    EXPECT_THAT(loaded->server->relay_supplied_options, IsEmpty());
}

TEST(Load6, HostsHaveAddressesAndPrefixes) {
    const auto loaded = load_global6(R"("host-reservation-identifiers": ["flex-id", "duid"],
        "reservations": [{"flex-id": "'port 1'", "prefixes": ["2001:db8:7::/48"], "hostname": "h"}],)" +
                                     subnet6(R"("reservations": [{"duid": "00:01:aa", "ip-addresses":
        ["2001:db8::1", "2001:db8::2"], "prefixes": ["2001:db8:1::/56", "2001:db8:2::/60"],
        "excluded-prefixes": ["", "2001:db8:2:f::/64"],
        "option-data": [{"name": "dns-servers", "data": "2001:db8::53"}]}])"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(loaded->server->host_identifiers,
                ElementsAre(HostIdentifierType::flex_id, HostIdentifierType::duid));
    const auto& hosts = *loaded->server->hosts;
    const auto* const global = hosts.find(0, HostIdentifierType::flex_id, view(octets("706f72742031")));
    ASSERT_NE(global, nullptr);
    EXPECT_THAT(global->addresses, ElementsAre(prefix("2001:db8:7::/48")));
    EXPECT_THAT(global->excluded, IsEmpty());
    const auto* const host = hosts.find(1, HostIdentifierType::duid, view(octets("0001aa")));
    ASSERT_NE(host, nullptr);
    EXPECT_THAT(host->addresses, ElementsAre(Prefix{ip("2001:db8::1")}, Prefix{ip("2001:db8::2")},
                                             prefix("2001:db8:1::/56"), prefix("2001:db8:2::/60")));
    ASSERT_EQ(host->excluded.size(), 4u);
    EXPECT_EQ(host->excluded[2].length, 0u);
    EXPECT_EQ(host->excluded[3], prefix("2001:db8:2:f::/64"));
    EXPECT_EQ(host->options.size(), 1u);
    const auto all = load_global6(R"("host-reservation-identifiers": ["auto"])");
    ASSERT_TRUE(all);
    EXPECT_THAT(all->server->host_identifiers,
                ElementsAre(HostIdentifierType::hw_address, HostIdentifierType::duid,
                            HostIdentifierType::flex_id));
}

TEST(Load6, HostsMayShareWhatIsKeptForThem) {
    const std::string hosts = R"("reservations": [{"duid": "01", "ip-addresses": ["2001:db8::1"]},
        {"duid": "02", "ip-addresses": ["2001:db8::1"]}])";
    EXPECT_FALSE(load_global6(hosts));
    EXPECT_TRUE(load_global6(R"("ip-reservations-unique": false, )" + hosts));
}

TEST(Load6, LenientReservationsLeaveWrongOnesOut) {
    const auto loaded = load_global6(R"("reservations-lenient": true, "reservations": [
        {"duid": "01", "ip-addresses": ["2001:db8::1", "x"]}, {"duid": "02", "ip-addresses": ["2001:db8::1"]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->skipped_reservations, 1u);
    EXPECT_EQ(loaded->server->hosts->all().size(), 1u);
}

using Bytes = std::vector<std::uint8_t>;
Bytes bytes_of(const OptionSet& options, std::uint16_t code) {
    const OptionValue* const found = find_option(options, code);
    return found != nullptr ? found->bytes : Bytes{};
}

TEST(Load6, OptionsHaveSixteenBitCodesAndSpacesOfTheirOwn) {
    const auto loaded = load_global6(R"("option-def": [
            {"name": "names", "code": 65000, "type": "tuple", "array": true},
            {"name": "box", "code": 300, "space": "vendor-77", "type": "empty", "encapsulate": "in-box"},
            {"name": "deep", "code": 400, "space": "in-box", "type": "uint8"}],
        "option-data": [
            {"name": "names", "data": "ab"}, {"name": "preference", "data": "255"},
            {"name": "ntp-server"},
            {"name": "ntp-server-fqdn", "space": "v6-ntp-server-suboptions", "data": "a.b"},
            {"name": "s46-cont-mape"}, {"name": "s46-rule", "space": "s46-cont-mape-options",
             "data": "0, 16, 8, 10.0.0.0, 2001:db8::/32"},
            {"name": "s46-portparams", "space": "s46-rule-options", "data": "6, 52/8"},
            {"name": "vendor-opts", "data": "4491"},
            {"name": "config-file", "space": "vendor-4491", "data": "f"},
            {"name": "box", "space": "vendor-77"}, {"name": "deep", "space": "in-box", "data": "9"},
            {"code": 65535, "csv-format": false, "data": "0a"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), IsEmpty());
    const OptionSet& options = loaded->server->options;
    EXPECT_EQ(bytes_of(options, 65000), (Bytes{0, 2, 'a', 'b'}));
    EXPECT_EQ(bytes_of(options, 7), (Bytes{255}));
    EXPECT_EQ(bytes_of(options, 56), (Bytes{0, 3, 0, 5, 1, 'a', 1, 'b', 0}));
    EXPECT_EQ(bytes_of(options, 94), (Bytes{0, 89, 0, 20, 0, 16, 8, 10, 0, 0, 0, 32, 0x20, 1, 0xd, 0xb8, 0, 93, 0,
                                            4, 6, 8, 52, 0}));
    EXPECT_EQ(bytes_of(options, 17), (Bytes{0, 0, 0x11, 0x8b}));
    EXPECT_EQ(bytes_of(options, 65535), (Bytes{10}));
    std::vector<std::pair<std::uint32_t, Bytes>> of_vendors;
    for (const OptionValue& value : options)
        if (value.vendor) of_vendors.emplace_back(*value.vendor, value.bytes);
    EXPECT_THAT(of_vendors, ElementsAre(std::pair{77u, Bytes{1, 0x90, 0, 1, 9}}, std::pair{4491u, Bytes{'f'}}));
    const auto& full = loaded->full->at("Dhcp6")["option-data"];
    EXPECT_EQ(full[0]["space"], "dhcp6");
    EXPECT_EQ(full[1]["code"], 7);
}

TEST(Load6, ExpressionsAskDhcp6Packets) {
    const auto loaded = load_global6(R"("client-classes": [
        {"name": "a", "test": "pkt6.msgtype == 1 and option[dns-servers].exists and option[300].hex == 0x01"},
        {"name": "b", "test": "relay6[0].option[18].hex == 'x' and relay6[-1].linkaddr == 2001:db8::1"}],
        "hooks-libraries": [{"library": "libdhcp_flex_id.so", "parameters": {"replace-client-id": true,
            "ignore-iaid": true, "identifier-expression": "relay6[0].option[37].hex"}},
            {"library": "libdhcp_limits.so"},
            {"library": "libdhcp_flex_option.so", "parameters": {"options": [
                {"code": 300, "add": "pkt6.transid"},
                {"code": 17, "sub-options": [{"space": "vendor-77", "code": 600, "add": "'x'"}]}]}}],)" +
                                     subnet6(R"("user-context": {"limits": {"address-limit": 5, "prefix-limit": 6}})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->classes.size(), 2u);
    EXPECT_TRUE(loaded->server->flex_id && loaded->server->flex_id_ignores_iaid);
    EXPECT_EQ(loaded->server->subnets.at(0).limits.address_limit, 5u);
    EXPECT_EQ(loaded->server->subnets.at(0).limits.prefix_limit, 6u);
    ASSERT_EQ(loaded->server->flex_options.size(), 2u);
    EXPECT_EQ(loaded->server->flex_options[1].vendor, 77u);
}

TEST(Load6, ServerDuidIsDescribedAndMade) {
    LoadOptions options = for_v6();
    ServerDuidConfig asked;
    options.server_duid = [&](const ServerDuidConfig& config) -> Result<Octets, std::string> {
        asked = config;
        return octets("0002000009bf01");
    };
    const std::string members = R"("writer-id": 77, "server-id": {"type": "EN", "enterprise-id": 2495,
        "identifier": "01:02", "persist": false, "comment": "x"})";
    const auto loaded = load_global6(members, options);
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(asked, (ServerDuidConfig{.type = v6::DuidType::en,
                                       .htype = 0,
                                       .identifier = octets("0102"),
                                       .time = 0,
                                       .enterprise = 2495,
                                       .persist = false}));
    EXPECT_EQ(loaded->server->duid, octets("0002000009bf01"));
    EXPECT_EQ(loaded->server->server_id, 77u);
    options.server_duid = [](const ServerDuidConfig&) -> Result<Octets, std::string> {
        return std::unexpected{std::string{"no disk"}};
    };
    const auto refused = load_global6(members, options);
    ASSERT_FALSE(refused);
    EXPECT_THAT(format(refused.error()), HasSubstr("/Dhcp6/server-id: this server has no DUID: no disk"));
    options.server_duid = [](const ServerDuidConfig&) -> Result<Octets, std::string> {
        ADD_FAILURE() << "made for a configuration that is refused";
        return Octets{};
    };
    EXPECT_FALSE(load_global6(R"("nothing": 1)", options));
}

TEST(Load6, InterfacesMayHaveUnicastSocketsBeside) {
    const auto loaded = load_global6(
        R"("interfaces-config": {"interfaces": ["eth0", "eth0/2001:db8::1", "eth0/2001:db8::2", "*"]})");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(loaded->server->interfaces.interfaces,
                ElementsAre(InterfaceChoice{"eth0", {}}, InterfaceChoice{"eth0", ip("2001:db8::1")},
                            InterfaceChoice{"eth0", ip("2001:db8::2")}, InterfaceChoice{"*", {}}));
}

TEST(Load6, SourcesAndRelayOptionsInAllSpellings) {
    const auto loaded = load_global6(R"("mac-sources": ["rfc6939", "duid", "ipv6-link-local", "remote-id"],
        "relay-supplied-options": ["110", "aftr-name", "65"], "allow-address-registration": false,
        "loggers": [{"name": "leases"}, {"name": "kea-dhcp6"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(loaded->server->mac_sources,
                ElementsAre(MacSource::client_link_addr_option, MacSource::duid, MacSource::ipv6_link_local,
                            MacSource::remote_id));
    EXPECT_THAT(loaded->server->relay_supplied_options, ElementsAre(110, 64, 65));
    EXPECT_FALSE(loaded->server->allow_address_registration);
    EXPECT_EQ(loaded->daemon.loggers.at(0).name, "kea-dhcp6.leases");
    EXPECT_EQ(loaded->daemon.loggers.at(1).name, "kea-dhcp6");
}

TEST(Load6, RootsAreNotMistaken) {
    const auto wrong = load_text(R"({"Dhcp4": {}})", for_v6());
    ASSERT_FALSE(wrong);
    EXPECT_THAT(format(wrong.error()), HasSubstr("the key \"Dhcp6\" is missing"));
    EXPECT_THAT(format(wrong.error()), HasSubstr("the key \"Dhcp4\" belongs to DHCPv4"));
}

TEST(Load6, SecretsAreNotShown) {
    const auto loaded = load_global6(R"("lease-database": {"type": "memory", "password": "swordfish"})");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->full->at("Dhcp6")["lease-database"]["password"], "*****");
    EXPECT_EQ(loaded->hidden.at(0).pointer, "/Dhcp6/lease-database/password");
    LoadOptions options = for_v6();
    options.present =
        std::make_shared<const ShownConfiguration>(ShownConfiguration{loaded->full, loaded->hidden});
    const auto again = load_text(compact(*loaded->full), options);
    ASSERT_TRUE(again) << format(again.error());
    EXPECT_EQ(written_form(*again->full, again->hidden)["Dhcp6"]["lease-database"]["password"], "swordfish");
}

TEST(Load6, WriterIdHasTwoNamesInDhcp4Only) {
    const auto plain = load_global(R"("writer-id": 5)"), old = load_global(R"("server-id": 6)");
    ASSERT_TRUE(plain && old);
    EXPECT_EQ(plain->server->server_id, 5u);
    EXPECT_EQ(old->server->server_id, 6u);
    EXPECT_FALSE(load_global(R"("writer-id": 5, "server-id": 6)"));
}

TEST(Load6, PrefixRoutesAreInheritedKeyByKey) {
    const auto loaded = load_global6(R"("prefix-routes": {"install": true, "table": 100},
        "subnet6": [{"id": 1, "subnet": "2001:db8:1::/64"},
                    {"id": 2, "subnet": "2001:db8:2::/64", "prefix-routes": {"install": false}}],
        "shared-networks": [{"name": "n", "prefix-routes": {"metric": 5, "protocol": 200},
            "subnet6": [{"id": 3, "subnet": "2001:db8:3::/64", "prefix-routes": {"table": 4294967295}}]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), IsEmpty());
    const auto& server = *loaded->server;
    const auto routes = [&](std::size_t place) { return server.subnets.at(place).prefix_routes; };
    EXPECT_EQ(routes(0), (PrefixRoutesConfig{true, true, 100, 1024, 147}));
    EXPECT_EQ(routes(1), (PrefixRoutesConfig{false, true, 100, 1024, 147}));
    EXPECT_EQ(routes(2), (PrefixRoutesConfig{true, true, 4294967295, 5, 200}));
    EXPECT_THAT(server.route_owners, ElementsAre(RouteOwner{100, 147}, RouteOwner{4294967295, 200}));
    const auto& full = loaded->full->at("Dhcp6");
    EXPECT_EQ(full["subnet6"][0]["prefix-routes"], full["prefix-routes"]);
    EXPECT_EQ(full["subnet6"][1]["prefix-routes"], (nlohmann::json{{"install", false}}));
}

TEST(Load6, WithoutPrefixRoutesNothingIsManaged) {
    const auto loaded = load_global6(subnet6(R"("pools": [])"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->subnets.at(0).prefix_routes, PrefixRoutesConfig{});
    EXPECT_THAT(loaded->server->route_owners, IsEmpty());
    EXPECT_FALSE(loaded->full->at("Dhcp6").contains("prefix-routes"));
}

TEST(Load6, WrongPrefixRoutes) {
    const std::string place = "/Dhcp6/prefix-routes/";
    expect_refused(R"("prefix-routes": {"protocol": @12})", place + "protocol", "marks routes of bird", Family::v6);
    expect_refused(R"("prefix-routes": {"protocol": @196})", place + "protocol", "marks routes of FRR", Family::v6);
    expect_refused(R"("prefix-routes": {"protocol": @4})", place + "protocol", "4", Family::v6);
    expect_refused(R"("prefix-routes": {"protocol": @256})", place + "protocol", "256", Family::v6);
    expect_refused(R"("prefix-routes": {"table": @255})", place + "table", "local", Family::v6);
    expect_refused(R"("prefix-routes": {"table": @0})", place + "table", "0", Family::v6);
    expect_refused(R"("prefix-routes": {"metric": @0})", place + "metric", "0", Family::v6);
    expect_refused(R"("prefix-routes": {@"instal": true})", place + "instal", "instal", Family::v6);
    expect_refused(R"(@"prefix-routes": {"install": true})", "/Dhcp4/prefix-routes", "prefix-routes");
}

}  // namespace
}  // namespace leasehold::config::load6_test
