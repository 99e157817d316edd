// shared-networks: what their subnets inherit, what config-get shows of it, and what can be wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::load_networks_test {
namespace {

using testing::ElementsAre;

TEST(LoadNetworks, SubnetsInheritFromTheirNetwork) {
    const auto loaded = load_global(R"("valid-lifetime": 100, "renew-timer": 10, "rapid-commit": true,
        "shared-networks": [{"name": "floor", "max-valid-lifetime": 300, "renew-timer": 20, "interface": "eth1",
          "relay": {"ip-addresses": ["192.0.2.1"]}, "client-classes": ["a"], "evaluate-additional-classes": ["b"],
          "allocator": "flq", "adaptive-lease-time-threshold": 0.75, "reservations-global": true, "rapid-commit": false,
          "ddns-qualifying-suffix": "floor.example", "option-data": [{"code": 3, "data": "10.1.0.1"}],
          "subnet4": [{"id": 2, "subnet": "10.2.0.0/16", "renew-timer": 30, "relay": {"ip-addresses": ["192.0.2.2"]}},
                      {"id": 1, "subnet": "10.1.0.0/16", "pools": [{"pool": "10.1.0.0/24", "ddns-qualifying-suffix": "p"}]}]}],
        "subnet4": [{"id": 3, "subnet": "10.3.0.0/16"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const ServerConfig& server = *loaded->server;
    ASSERT_EQ(server.subnets.size(), 3u);
    const SubnetConfig &first = server.subnets[0], &second = server.subnets[1], &alone = server.subnets[2];
    EXPECT_EQ(first.valid_lifetime, (LifetimeRange{100, 100, 300}));
    EXPECT_EQ(first.renew_timer, 20u);
    EXPECT_EQ(second.renew_timer, 30u);
    EXPECT_EQ(first.interface, "eth1");
    EXPECT_THAT(first.relay_addresses, ElementsAre(to_ipv6(*parse_ipv4("192.0.2.1"))));
    EXPECT_THAT(second.relay_addresses, ElementsAre(to_ipv6(*parse_ipv4("192.0.2.2"))));
    EXPECT_EQ(first.allocator, AllocatorKind::flq);
    EXPECT_EQ(first.adaptive_lease_time_threshold, 0.75);
    EXPECT_TRUE(first.reservations_global);
    EXPECT_FALSE(first.rapid_commit);
    EXPECT_TRUE(first.options.empty());
    EXPECT_TRUE(first.guard.empty());
    EXPECT_EQ(first.ddns->qualifying_suffix, "floor.example");
    EXPECT_EQ(first.pools.at(0).ddns->qualifying_suffix, "p");
    EXPECT_EQ(second.ddns, first.ddns);
    EXPECT_EQ(alone.renew_timer, 10u);
    EXPECT_TRUE(alone.rapid_commit);
    EXPECT_FALSE(alone.shared_network);
    EXPECT_EQ(alone.ddns, server.ddns);
    ASSERT_EQ(server.shared_networks.size(), 1u);
    const SharedNetworkConfig& network = server.shared_networks[0];
    EXPECT_EQ(network.name, "floor");
    EXPECT_THAT(network.subnets, ElementsAre(0u, 1u));
    EXPECT_EQ(network.options.at(0).code, 3);
    EXPECT_THAT(network.guard, ElementsAre(*server.class_names.find("a")));
    EXPECT_THAT(network.additional_classes, ElementsAre(*server.class_names.find("b")));
    EXPECT_EQ(first.shared_network, 0u);
}

TEST(LoadNetworks, FullFormShowsWhatIsInheritedAndLoadsToTheSame) {
    const auto first = load_global(
        R"("renew-timer": 10, "shared-networks": [{"name": "n", "renew-timer": 20, "t1-percent": 0.25,
        "authoritative": true, "relay": {"ip-address": "192.0.2.1"}, "subnet4": [{"id": 1, "subnet": "10.1.0.0/16",
        "reservations": [{"duid": "'x'", "client-classes": ["a"]}]}]}],
        "client-classes": [{"name": "c", "test": "member('ALL') ", "only-if-required": true}])");
    ASSERT_TRUE(first) << format(first.error());
    const auto& full = first->full->at("Dhcp4");
    const auto& subnet = full["shared-networks"][0]["subnet4"][0];
    EXPECT_EQ(subnet["renew-timer"], 20);
    EXPECT_EQ(subnet["t1-percent"], 0.25);
    EXPECT_EQ(subnet["valid-lifetime"], 7200);
    EXPECT_EQ(subnet["relay"]["ip-addresses"], nlohmann::json::parse(R"(["192.0.2.1"])"));
    EXPECT_EQ(full["ddns-generated-prefix"], "myhost");
    EXPECT_EQ(full["reservations-in-subnet"], true);
    EXPECT_EQ(full["subnet4"], nlohmann::json::array());
    const auto second = load_text(compact(*first->full));
    ASSERT_TRUE(second) << format(second.error());
    EXPECT_TRUE(second->warnings.empty()) << format(second->warnings);
    EXPECT_EQ(*second->full, *first->full);
    EXPECT_EQ(second->server->shared_networks, first->server->shared_networks);
    EXPECT_EQ(second->server->classes, first->server->classes);
    EXPECT_EQ(second->server->hosts->all(), first->server->hosts->all());
    EXPECT_EQ(second->server->subnets.at(0).relay_addresses, first->server->subnets.at(0).relay_addresses);
}

TEST(LoadNetworks, WhatIsWrongIsToldAtItsPlace) {
    struct Wrong {
        const char *list, *pointer, *what;
    };
    const Wrong cases[] = {
        {R"({"name": @""})", "/0/name", "empty name"},
        {R"(@{})", "/0", "\"name\" is missing"},
        {R"({"name": "a"}, {"name": @"a"})", "/1/name", "stands twice"},
        {R"({"name": "a", "interface": "eth0", "subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "interface": @"eth1"}]})",
         "/0/subnet4/0/interface", "its shared network on"},
        {R"({"name": "a", "subnet4": [{"id": 1, "subnet": "10.0.0.0/9", "interface": "eth0"}, {"id": 2, "subnet": "10.128.0.0/9", "interface": @"eth1"}]})",
         "/0/subnet4/1/interface", "different interfaces"},
        {R"({"name": "a", "authoritative": true, "subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "authoritative": @false}]})",
         "/0/subnet4/0/authoritative", "something else"},
        {R"({"name": "a", "ddns-ttl": @5, "ddns-ttl-max": 6})", "/0/ddns-ttl", "stands beside"},
        {R"({"name": "a", "ddns-ttl-min": @7, "ddns-ttl-max": 6})", "/0/ddns-ttl-min", "is above"},
        {R"({"name": "a", "hostname-char-set": @"[a"})", "/0/hostname-char-set", "regular expression"},
        {R"({"name": "a", "ddns-use-conflict-resolution": @true, "ddns-conflict-resolution-mode": "check-with-dhcid"})",
         "/0/ddns-use-conflict-resolution", "stands beside"},
        {R"({"name": "a", @"reservations": []})", "/0/reservations", "unknown"},
    };
    for (const Wrong& c : cases)
        expect_refused("\"shared-networks\": [" + std::string{c.list} + "]",
                       std::string{"/Dhcp4/shared-networks"} + c.pointer, c.what);
    expect_refused(
        R"("shared-networks": [{"name": "a", "subnet4": [{"id": 5, "subnet": "10.1.0.0/16"}]}], "subnet4": [{"id": @5, "subnet": "10.2.0.0/16"}])",
        "/Dhcp4/subnet4/0/id", "given twice");
}

TEST(LoadNetworks, NamesForTheDnsInherit) {
    const auto loaded = load_global(R"("ddns-ttl": 60, "hostname-char-set": "[^a-z]", "subnet4": [
        {"id": 1, "subnet": "10.1.0.0/16", "ddns-ttl-percent": 0.5, "ddns-replace-client-name": "when-present"},
        {"id": 2, "subnet": "10.2.0.0/16", "ddns-use-conflict-resolution": false, "hostname-char-set": ""}],
        "dhcp-ddns": {"enable-updates": true, "server-ip": "::1", "server-port": 54})");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const ServerConfig& server = *loaded->server;
    EXPECT_EQ(server.ddns->ttl, 60u);
    EXPECT_TRUE(server.ddns->invalid_characters['A']);
    EXPECT_FALSE(server.ddns->invalid_characters['a']);
    EXPECT_FALSE(server.subnets[0].ddns->ttl);
    EXPECT_EQ(server.subnets[0].ddns->ttl_percent, 0.5);
    EXPECT_EQ(server.subnets[0].ddns->replace_client_name, ReplaceClientName::when_present);
    EXPECT_EQ(server.subnets[1].ddns->conflict_mode, DdnsConflictMode::no_check_with_dhcid);
    EXPECT_TRUE(server.subnets[1].ddns->invalid_characters.none());
    EXPECT_TRUE(server.dhcp_ddns.enable_updates);
    EXPECT_EQ(server.dhcp_ddns.server_ip, "::1");
    EXPECT_EQ(server.dhcp_ddns.sender_ip, "");
}

TEST(LoadNetworks, DnsDaemonsAddressesCanBeWrong) {
    expect_refused(R"("dhcp-ddns": {"enable-updates": true, "server-ip": @"x"})",
                   "/Dhcp4/dhcp-ddns/server-ip", "not an address");
    expect_refused(R"("dhcp-ddns": {"enable-updates": true, "sender-ip": @"::1"})",
                   "/Dhcp4/dhcp-ddns/sender-ip", "different families");
    expect_refused(
        R"("dhcp-ddns": {"enable-updates": true, "sender-ip": "127.0.0.1", "sender-port": @53001})",
        "/Dhcp4/dhcp-ddns/sender-port", "where they come from");
}

}  // namespace
}  // namespace leasehold::config::load_networks_test
