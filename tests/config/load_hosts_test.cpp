// reservations: every form of an identifier, what must not stand twice, and each way in which one can be
// wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::load_hosts_test {
namespace {

using testing::HasSubstr;

std::string in_subnet(const std::string& list, const std::string& more = "") {
    return more + R"("subnet4": [{"id": 7, "subnet": "10.7.0.0/16", "reservations": [)" + list + "]}]";
}

std::vector<Reservation> hosts_of(const std::string& members) {
    const auto loaded = load_global(members);
    EXPECT_TRUE(loaded) << format(loaded.error());
    return loaded ? loaded->server->hosts->all() : std::vector<Reservation>{};
}

TEST(LoadHosts, IdentifiersOfEveryForm) {
    struct Form {
        const char *key, *text;
        HostIdentifierType type;
        std::vector<std::uint8_t> octets;
    };
    using enum HostIdentifierType;
    const Form forms[] = {
        {"hw-address", "1a:2b:3c:4d:5e:6f", hw_address, {0x1a, 0x2b, 0x3c, 0x4d, 0x5e, 0x6f}},
        {"hw-address", "1a2b", hw_address, {0x1a, 0x2b}},
        {"duid", "0x0102", duid, {1, 2}},
        {"duid", "'ab'", duid, {'a', 'b'}},
        {"client-id", "01:2:3", client_id, {1, 2, 3}},
        {"client-id", "'x'", client_id, {'x'}},
        {"circuit-id", " 'eth 1' ", circuit_id, {'e', 't', 'h', ' ', '1'}},
        {"flex-id", "AB", flex_id, {0xab}},
    };
    for (const Form& form : forms) {
        SCOPED_TRACE(std::string{form.key} + " " + form.text);
        const auto hosts = hosts_of(in_subnet("{\"" + std::string{form.key} + "\": \"" + form.text + "\"}"));
        ASSERT_EQ(hosts.size(), 1u);
        EXPECT_EQ(hosts[0].type, form.type);
        EXPECT_TRUE(same_octets(view(hosts[0].identifier), form.octets));
    }
}

TEST(LoadHosts, KeepWhatIsReserved) {
    const auto loaded = load_global(in_subnet(
        R"({"hw-address": "01:02", "ip-address": "10.7.0.9", "hostname": "printer", "next-server": "192.0.2.1",
            "boot-file-name": "b", "client-classes": ["KNOWN", "x"], "option-data": [{"code": 3, "data": "10.7.0.1"}]})",
        R"("reservations": [{"client-id": "01", "ip-address": "172.16.0.1"}], "reservations-global": true, )"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    const HostTable& hosts = *loaded->server->hosts;
    EXPECT_TRUE(hosts.has_global());
    const std::array<std::uint8_t, 2> octets{1, 2};
    const Reservation* const host = hosts.find(7, HostIdentifierType::hw_address, octets);
    ASSERT_NE(host, nullptr);
    EXPECT_EQ(host->addresses, (std::vector{to_prefix(*parse_ipv4("10.7.0.9"))}));
    EXPECT_EQ(host->hostname, "printer");
    EXPECT_EQ(host->boot.next_server, parse_ipv4("192.0.2.1"));
    EXPECT_EQ(host->classes, (std::vector{class_id::known, *loaded->server->class_names.find("x")}));
    EXPECT_EQ(host->options.at(0).code, 3);
    EXPECT_TRUE(hosts.is_reserved(0, to_prefix(*parse_ipv4("172.16.0.1"))));
    EXPECT_TRUE(loaded->server->subnets[0].reservations_global);
    EXPECT_EQ(loaded->full->at("Dhcp4")["subnet4"][0]["reservations"][0]["option-data"][0]["name"],
              "routers");
}

TEST(LoadHosts, SameIdentifierMayStandInOtherSubnetsAndAsOtherType) {
    EXPECT_EQ(hosts_of(R"("reservations": [{"hw-address": "01"}], "subnet4": [
        {"id": 1, "subnet": "10.1.0.0/16", "reservations": [{"hw-address": "01"}, {"client-id": "01"}]},
        {"id": 2, "subnet": "10.2.0.0/16", "reservations": [{"hw-address": "01"}]}])")
                  .size(),
              4u);
}

TEST(LoadHosts, SeveralMayShareAnAddressWhenTheConfigurationSaysSo) {
    const std::string two =
        R"({"hw-address": "01", "ip-address": "10.7.0.1"}, {"hw-address": "02", "ip-address": "10.7.0.1"})";
    EXPECT_EQ(hosts_of(in_subnet(two, "\"ip-reservations-unique\": false, ")).size(), 2u);
}

TEST(LoadHosts, LookUpOrder) {
    const auto loaded = load_global(R"("host-reservation-identifiers": ["flex-id", "duid"])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    using enum HostIdentifierType;
    EXPECT_EQ(loaded->server->host_identifiers, (std::vector{flex_id, duid}));
    const auto automatic = load_global(R"("host-reservation-identifiers": ["auto"])");
    ASSERT_TRUE(automatic);
    EXPECT_EQ(automatic->server->host_identifiers,
              (std::vector{hw_address, duid, circuit_id, client_id, flex_id}));
}

struct Wrong {
    const char *list, *pointer, *what;
};
const Wrong wrong[] = {
    {R"(@{"ip-address": "10.7.0.1"})", "/0", "whose it is"},
    {R"({"hw-address": "01", "duid": @"01"})", "/0/duid", "stands beside hw-address"},
    {R"({"hw-address": @"xy"})", "/0/hw-address", "is no hw-address"},
    {R"({"hw-address": @"'ab'"})", "/0/hw-address", "is no hw-address"},
    {R"({"client-id": @""})", "/0/client-id", "is no client-id"},
    {R"({"flex-id": @"''"})", "/0/flex-id", "is no flex-id"},
    {R"({"hw-address": @"000102030405060708090a0b0c0d0e0f1011121314"})", "/0/hw-address", "has 21 octets"},
    {R"({"hw-address": "01", "ip-address": @"10.7.0"})", "/0/ip-address", "not an IPv4 address"},
    {R"({"hw-address": "01", "ip-address": @"10.8.0.1"})", "/0/ip-address", "not within its subnet"},
    {R"({"hw-address": "01", "ip-address": @"0.0.0.0"})", "/0/ip-address", "no host can have"},
    {R"({"hw-address": "01", "ip-address": @"255.255.255.255"})", "/0/ip-address", "no host can have"},
    {R"({"hw-address": "01"}, {"hw-address": @"01"})", "/1/hw-address",
     "another reservation of the subnet 7"},
    {R"({"hw-address": "01", "ip-address": "10.7.0.1"}, {"duid": "01", "ip-address": @"10.7.0.1"})",
     "/1/ip-address", "reserved for another host of the subnet 7"},
    {R"({"hw-address": "01", "next-server": @"x"})", "/0/next-server", "address of a server"},
    {R"({"hw-address": "01", "client-classes": [@""]})", "/0/client-classes/0", "empty"},
    {R"({"hw-address": "01", "option-data": [{"name": @"nothing"}]})", "/0/option-data/0/name", "no option"},
    {R"({"hw-address": "01", @"ip-adress": "10.7.0.1"})", "/0/ip-adress", "unknown"},
};

TEST(LoadHosts, WhatIsWrongIsToldAtItsPlace) {
    for (const Wrong& c : wrong)
        expect_refused(in_subnet(c.list), std::string{"/Dhcp4/subnet4/0/reservations"} + c.pointer, c.what);
    expect_refused(R"("reservations": [{"duid": "01"}, {"duid": @"01"}])", "/Dhcp4/reservations/1/duid",
                   "another reservation of the global reservations");
}

TEST(LoadHosts, WrongOnesAreSkippedWhenTheConfigurationSaysSo) {
    for (const Wrong& c : wrong) {
        SCOPED_TRACE(c.list);
        std::string list = c.list;
        list.erase(list.find('@'), 1);
        const auto loaded =
            load_global(in_subnet(list + R"(, {"hw-address": "0a:0b", "ip-address": "10.7.9.9"})",
                                  R"("reservations-lenient": true, )"));
        ASSERT_TRUE(loaded) << format(loaded.error());
        EXPECT_EQ(loaded->server->skipped_reservations, 1u);
        const bool second = std::string_view{c.pointer}.starts_with("/1");
        EXPECT_EQ(loaded->server->hosts->all().size(), second ? 2u : 1u);
        const std::string warnings = format(loaded->warnings);
        EXPECT_THAT(warnings, HasSubstr(c.what));
        EXPECT_THAT(warnings, HasSubstr("is skipped"));
        EXPECT_THAT(warnings, HasSubstr(std::string{"/Dhcp4/subnet4/0/reservations"} + c.pointer + ":"));
    }
}

TEST(LoadHosts, LookUpOrderCanBeWrong) {
    expect_refused(R"("host-reservation-identifiers": ["duid", @"duid"])",
                   "/Dhcp4/host-reservation-identifiers/1", "stands twice");
    expect_refused(R"("host-reservation-identifiers": [@"mac"])", "/Dhcp4/host-reservation-identifiers/0",
                   "no identifier of a host");
    expect_refused(R"("host-reservation-identifiers": @[])", "/Dhcp4/host-reservation-identifiers", "empty");
}

TEST(LoadHosts, HundredThousand) {
    std::string text = "{\"Dhcp4\": {\"subnet4\": [";
    for (std::uint32_t subnet = 0; subnet < 10'000; ++subnet) {
        const std::string base = to_string(Ipv4{(10u << 24) + (subnet << 8)});
        const std::string start = base.substr(0, base.size() - 1);
        text += "{\"id\": " + std::to_string(subnet + 1) + ", \"subnet\": \"" + base +
                "/24\", \"reservations\": [";
        for (int host = 1; host <= 10; ++host)
            text += "{\"hw-address\": \"02:00:00:00:00:" + std::to_string(host + 10) +
                    "\", \"ip-address\": \"" + start + std::to_string(host) + "\"},";
        text += "]},\n";
    }
    const auto loaded = load_text(text + "]}}");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->hosts->all().size(), 100'000u);
}

}  // namespace
}  // namespace leasehold::config::load_hosts_test
