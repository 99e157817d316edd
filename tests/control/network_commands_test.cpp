// The commands that change subnets, shared networks and client classes, through the command table and a running
// server: success, each error, and the shape of the answers, for both families.
#include <fstream>
#include <iterator>

#include "tests/support/command_test.hpp"

namespace leasehold::network_commands_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// Both families have the same; @4 is the family's number, @A @B @C are prefixes.
std::string of_family(Family family, std::string text) {
    const bool v4 = family == Family::v4;
    const std::array<std::pair<std::string_view, std::string_view>, 5> words{{
        {"@4", v4 ? "4" : "6"},
        {"@A", v4 ? "192.0.2.0/24" : "2001:db8:a::/64"},
        {"@B", v4 ? "198.51.100.0/24" : "2001:db8:b::/64"},
        {"@C", v4 ? "203.0.113.0/24" : "2001:db8:c::/64"},
        {"@P", v4 ? "192.0.2." : "2001:db8:a::"},
    }};
    for (const auto& [mark, word] : words)
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
            text.replace(at, mark.size(), word);
    return text;
}

constexpr const char* configuration_text = R"x({ "Dhcp@4": {
    "lease-database": { "type": "memfile", "persist": false }, "valid-lifetime": 4000,
    "interfaces-config": { "interfaces": [] },
    "client-classes": [ { "name": "phone", "test": "member('KNOWN')" },
                        { "name": "desk", "test": "member('phone')" } ],
    "shared-networks": [ { "name": "floor", "valid-lifetime": 600,
                           "subnet@4": [ { "id": 2, "subnet": "@B" } ] } ],
    "subnet@4": [ { "id": 1, "subnet": "@A", "pools": [ { "pool": "@P10-@P20" } ],
                    "option-data": [ { "name": "domain-search", "data": "example.org" } ],
                    "reservations": [ { "hw-address": "1a:1b:1c:1d:1e:1f", "hostname": "anna" } ] } ] } })x";

class NetworkCommands : public testing_support::CommandTest, public testing::WithParamInterface<Family> {
protected:
    NetworkCommands() : CommandTest{GetParam(), of_family(GetParam(), configuration_text).c_str()} {}

    json asked(const std::string& command, const std::string& arguments) {
        return ask(of_family(family, command), of_family(family, arguments));
    }
    void gives(int result, const std::string& command, const std::string& arguments, const std::string& text) {
        const auto answer = asked(command, arguments);
        EXPECT_EQ(answer["result"], result) << command << answer;
        EXPECT_EQ(answer.value("text", ""), of_family(family, text)) << command;
    }
    void refuses(const std::string& command, const std::string& arguments, const std::string& text) {
        const auto before = configuration_now();
        const auto answer = asked(command, arguments);
        EXPECT_EQ(answer["result"], 1) << command << answer;
        EXPECT_THAT(answer.value("text", ""), HasSubstr(of_family(family, text))) << command << arguments;
        EXPECT_EQ(configuration_now(), before);
    }
    json configuration_now() { return ask("config-get", "{}")["arguments"][of_family(family, "Dhcp@4")]; }
    json subnet_now(int id) {
        return asked("subnet@4-get", "{ \"id\": " + std::to_string(id) + " }")["arguments"]["subnets"][0];
    }
    json wanted(const std::string& text) { return json::parse(of_family(family, text)); }
};

INSTANTIATE_TEST_SUITE_P(Families, NetworkCommands, testing::Values(Family::v4, Family::v6),
                         [](const auto& family_of) { return family_of.param == Family::v4 ? "v4" : "v6"; });

TEST_P(NetworkCommands, ListsSubnets) {
    EXPECT_EQ(asked("subnet@4-list", "{}"), wanted(R"x({ "result": 0, "text": "2 IPv@4 subnets found", "arguments": {
        "subnets": [ { "id": 1, "subnet": "@A", "shared-network-name": null },
                     { "id": 2, "subnet": "@B", "shared-network-name": "floor" } ] } })x"));
    gives(0, "subnet@4-del", R"x({ "id": 1 })x", "IPv@4 subnet @A (id 1) deleted");
    gives(0, "subnet@4-list", "{}", "1 IPv@4 subnet found");
    gives(0, "subnet@4-del", R"x({ "id": 2 })x", "IPv@4 subnet @B (id 2) deleted");
    gives(3, "subnet@4-list", "{}", "0 IPv@4 subnets found");
}

TEST_P(NetworkCommands, ShowsASubnet) {
    gives(0, "subnet@4-get", R"x({ "id": 1 })x", "Info about IPv@4 subnet @A (id 1) returned");
    gives(0, "subnet@4-get", R"x({ "subnet": "@B" })x", "Info about IPv@4 subnet @B (id 2) returned");
    const auto shown = subnet_now(2);
    EXPECT_EQ(shown["shared-network-name"], "floor");
    EXPECT_EQ(shown["valid-lifetime"], 600);
    EXPECT_EQ(subnet_now(1)["shared-network-name"], nullptr);
    gives(3, "subnet@4-get", R"x({ "id": 9 })x", "No subnet with id 9 found");
    gives(3, "subnet@4-get", R"x({ "subnet": "@C" })x", "No @C subnet found");
    gives(1, "subnet@4-get", "{}", "no arguments specified for the 'subnet@4-get' command");
    refuses("subnet@4-get", R"x({ "id": 1, "subnet": "@A" })x",
            "invalid number of arguments 2 for the 'subnet@4-get' command. Expecting 'id' or 'subnet'");
    refuses("subnet@4-get", R"x({ "name": "x" })x", "unknown parameter 'name' of command 'subnet@4-get', which takes 'id', 'subnet' and nothing else");
    refuses("subnet@4-get", R"x({ "subnet": "x" })x", "parameter 'subnet' must be an IPv@4 prefix");
    refuses("subnet@4-get", R"x({ "id": "x" })x", "parameter 'id' must be an integer");
}

TEST_P(NetworkCommands, AddsASubnet) {
    EXPECT_EQ(asked("subnet@4-add", R"x({ "subnet@4": [ { "id": 3, "subnet": "@C", "renew-timer": 77 } ] })x"),
              wanted(R"x({ "result": 0, "text": "IPv@4 subnet added",
                          "arguments": { "subnets": [ { "id": 3, "subnet": "@C" } ] } })x"));
    EXPECT_EQ(subnet_now(3)["renew-timer"], 77);
    EXPECT_EQ(subnet_now(3)["valid-lifetime"], 4000);
    EXPECT_NE(configuration_now()["subnet4"].is_null(), family == Family::v4);
}

TEST_P(NetworkCommands, RefusesWrongSubnets) {
    refuses("subnet@4-add", R"x({ "subnet@4": [ { "id": 1, "subnet": "@C" } ] })x",
            "the id 1 is taken: the subnet @A (id 1) is configured already");
    refuses("subnet@4-add", R"x({ "subnet@4": [ { "id": 3, "subnet": "@B" } ] })x",
            "the subnet @B (id 2) is configured already");
    refuses("subnet@4-add", R"x({ "subnet@4": [ { "id": 3, "subnet": "@C", "reservations": [ {} ] } ] })x",
            "must not specify host reservations with 'subnet@4-add'. Use 'reservation-add' to add");
    refuses("subnet@4-add", R"x({ "subnet@4": [ { "id": 3, "subnet": "@C", "renew-timr": 7 } ] })x",
            "arguments: error: /subnet@4/0/renew-timr: ");
    refuses("subnet@4-add", R"x({ "subnet@4": [ { "id": 3, "subnet": "@C", "pools": [ { "pool": "@P10-@P20" } ] } ] })x",
            "arguments: error: /subnet@4/0/pools/0");
    refuses("subnet@4-add", R"x({ "subnet@4": [ { "subnet": "@C" } ] })x", "/subnet@4/0");
    refuses("subnet@4-add", R"x({ "subnet@4": [ {}, {} ] })x", "must be a list of one map, not of 2");
    refuses("subnet@4-add", R"x({ "subnet@4": [ 7 ] })x", "must be a list of one map, not of an integer");
    refuses("subnet@4-add", R"x({ "subnet@4": {} })x", "must be a list, not a map");
    refuses("subnet@4-add", R"x({ "subnet@4": [ {} ], "x": 1 })x",
            "unknown parameter 'x' of command 'subnet@4-add', which takes 'subnet@4' and nothing else");
    refuses("subnet@4-add", "{}", "missing parameter 'subnet@4'");
}

TEST_P(NetworkCommands, UpdatesASubnet) {
    EXPECT_EQ(asked("subnet@4-update", R"x({ "subnet@4": [ { "id": 1, "subnet": "@A", "valid-lifetime": 120 } ] })x"),
              wanted(R"x({ "result": 0, "text": "IPv@4 subnet updated",
                          "arguments": { "subnets": [ { "id": 1, "subnet": "@A" } ] } })x"));
    const auto shown = subnet_now(1);
    EXPECT_EQ(shown["valid-lifetime"], 120);
    EXPECT_EQ(shown["pools"], json::array());
    EXPECT_EQ(shown["reservations"].size(), 1) << "they are changed by commands of their own";
    gives(0, "subnet@4-update", R"x({ "subnet@4": [ { "id": 2, "subnet": "@B", "valid-lifetime": 120 } ] })x",
          "IPv@4 subnet updated");
    EXPECT_EQ(subnet_now(2)["shared-network-name"], "floor");
    refuses("subnet@4-update", R"x({ "subnet@4": [ { "id": 9, "subnet": "@C" } ] })x", "Can't find subnet '9' to update");
    refuses("subnet@4-update", R"x({ "subnet@4": [ { "subnet": "@C" } ] })x", "needs its 'id'");
    refuses("subnet@4-update", R"x({ "subnet@4": [ { "id": 1, "subnet": "@C" } ] })x", "with id 1 is @A and not @C");
    refuses("subnet@4-update", R"x({ "subnet@4": [ { "id": 1, "subnet": "@A", "reservations": [ {} ] } ] })x",
            "must not specify host reservations with 'subnet@4-update'");
    refuses("subnet@4-update", R"x({ "subnet@4": [ { "id": 2, "subnet": "@B", "renew-timer": -1 } ] })x",
            "arguments: error: /subnet@4/0/renew-timer");
}

TEST_P(NetworkCommands, DeletesASubnet) {
    EXPECT_EQ(asked("subnet@4-del", R"x({ "id": 2 })x"),
              wanted(R"x({ "result": 0, "text": "IPv@4 subnet @B (id 2) deleted",
                          "arguments": { "subnets": [ { "id": 2, "subnet": "@B" } ] } })x"));
    gives(3, "subnet@4-del", R"x({ "id": 2 })x", "no subnet with id 2 found");
    refuses("subnet@4-del", R"x({ "id": 1, "subnet": "@A" })x", "unknown parameter 'subnet' of command");
    gives(0, "network@4-list", "{}", "1 IPv@4 network found");
}

TEST_P(NetworkCommands, AddsPartsToASubnet) {
    gives(0, "subnet@4-delta-add", R"x({ "subnet@4": [ { "id": 1, "subnet": "@A", "valid-lifetime": 120,
        "option-data": [ { "name": "domain-search", "data": "example.com" } ],
        "pools": [ { "pool": "@P10 - @P20", "pool-id": 7 }, { "pool": "@P30-@P40" } ] } ] })x", "IPv@4 subnet updated");
    const auto shown = subnet_now(1);
    EXPECT_EQ(shown["valid-lifetime"], 120);
    EXPECT_EQ(shown["max-valid-lifetime"], 120);
    ASSERT_EQ(shown["pools"].size(), 2);
    EXPECT_EQ(shown["pools"][0]["pool-id"], 7);
    ASSERT_EQ(shown["option-data"].size(), 1);
    EXPECT_EQ(shown["option-data"][0]["data"], "example.com");
    EXPECT_EQ(shown["reservations"].size(), 1);
    refuses("subnet@4-delta-add", R"x({ "subnet@4": [ { "id": 9 } ] })x", "Can't find subnet '9' to update");
    refuses("subnet@4-delta-add", R"x({ "subnet@4": [ { "id": 1, "subnet": "@C" } ] })x", "cannot be changed");
    refuses("subnet@4-delta-add", R"x({ "subnet@4": [ { "id": 1, "renew-timer": "x" } ] })x", "renew-timer");
    refuses("subnet@4-delta-add", R"x({ "subnet@4": [ { "valid-lifetime": 1 } ] })x", "needs its 'id'");
}

TEST_P(NetworkCommands, TakesPartsFromASubnet) {
    gives(0, "subnet@4-delta-add", R"x({ "subnet@4": [ { "id": 1, "valid-lifetime": 120,
        "pools": [ { "pool": "@P10 - @P20", "pool-id": 7 }, { "pool": "@P30-@P40" } ] } ] })x", "IPv@4 subnet updated");
    gives(0, "subnet@4-delta-del", R"x({ "subnet@4": [ { "id": 1, "subnet": "@A", "valid-lifetime": 0,
        "option-data": [ { "name": "domain-search" } ],
        "pools": [ { "pool": "@P10-@P20", "pool-id": 0 }, { "pool": "@P30 - @P40" } ] } ] })x", "IPv@4 subnet updated");
    const auto shown = subnet_now(1);
    EXPECT_EQ(shown["valid-lifetime"], 4000) << "inherited again";
    EXPECT_EQ(shown["option-data"], json::array());
    ASSERT_EQ(shown["pools"].size(), 1);
    EXPECT_FALSE(shown["pools"][0].contains("pool-id"));
    EXPECT_EQ(asked("subnet@4-delta-del", R"x({ "subnet@4": [ { "id": 1, "pools": [ { "pool": "@P30-@P40" } ] } ] })x"),
              wanted(R"x({ "result": 3, "text":
                 "the subnet has nothing that the argument /subnet@4/0/pools/0 names; nothing was changed" })x"));
    refuses("subnet@4-delta-del", R"x({ "subnet@4": [ { "id": 1, "renew-timr": 0 } ] })x",
            "the argument /subnet@4/0/renew-timr is unknown");
    refuses("subnet@4-delta-del", R"x({ "subnet@4": [ { "id": 1, "pools": 7 } ] })x", "/pools must be a list of maps");
    refuses("subnet@4-delta-del", R"x({ "subnet@4": [ { "id": 1, "pools": [ 7 ] } ] })x", "/pools/0 must be a map");
}

TEST_P(NetworkCommands, ListsAndShowsNetworks) {
    EXPECT_EQ(asked("network@4-list", "{}"), wanted(R"x({ "result": 0, "text": "1 IPv@4 network found",
        "arguments": { "shared-networks": [ { "name": "floor" } ] } })x"));
    const auto answer = asked("network@4-get", R"x({ "name": "floor" })x");
    EXPECT_EQ(answer["text"], of_family(family, "Info about IPv@4 shared network 'floor' returned"));
    EXPECT_EQ(answer["arguments"]["shared-networks"][0][of_family(family, "subnet@4")][0]["id"], 2);
    gives(3, "network@4-get", R"x({ "name": "x" })x", "No 'x' shared network found");
    refuses("network@4-get", "{}", "missing parameter 'name'");
}

TEST_P(NetworkCommands, AddsAndDeletesNetworks) {
    const std::string yard = R"x({ "shared-networks": [ { "name": "yard", "subnet@4": [ { "id": 3, "subnet": "@C" } ] } ] })x";
    EXPECT_EQ(asked("network@4-add", yard), wanted(R"x({ "result": 0,
        "text": "A new IPv@4 shared network 'yard' added", "arguments": { "shared-networks": [ { "name": "yard" } ] } })x"));
    gives(0, "network@4-list", "{}", "2 IPv@4 networks found");
    refuses("network@4-add", yard, "the shared network 'yard' is configured already");
    refuses("network@4-add", R"x({ "shared-networks": [ { "name": "x", "subnet@4": [ { "id": 1, "subnet": "@A" } ] } ] })x",
            "the id 1 is taken");
    refuses("network@4-add", R"x({ "shared-networks": [ { "nam": "x" } ] })x", "arguments: error: /shared-networks/0");
    EXPECT_EQ(asked("network@4-del", R"x({ "name": "yard" })x"), wanted(R"x({ "result": 0,
        "text": "IPv@4 shared network 'yard' deleted", "arguments": { "shared-networks": [ { "name": "yard" } ] } })x"));
    EXPECT_EQ(subnet_now(3)["shared-network-name"], nullptr);
    gives(0, "network@4-del", R"x({ "name": "floor", "subnets-action": "delete" })x",
          "IPv@4 shared network 'floor' deleted");
    gives(3, "subnet@4-get", R"x({ "id": 2 })x", "No subnet with id 2 found");
    gives(3, "network@4-del", R"x({ "name": "floor" })x", "no shared network with name 'floor' found");
    gives(3, "network@4-list", "{}", "0 IPv@4 networks found");
    refuses("network@4-del", R"x({ "name": "x", "subnets-action": "burn" })x", "must be \"keep\" or \"delete\", not 'burn'");
}

TEST_P(NetworkCommands, MovesSubnetsBetweenNetworks) {
    EXPECT_EQ(asked("network@4-subnet-add", R"x({ "name": "floor", "id": 1 })x"), wanted(R"x({ "result": 0,
        "text": "IPv@4 subnet @A (id 1) is now part of shared network 'floor'" })x"));
    EXPECT_EQ(subnet_now(1)["shared-network-name"], "floor");
    EXPECT_EQ(subnet_now(1)["valid-lifetime"], 600) << "of the network";
    refuses("network@4-subnet-add", R"x({ "name": "floor", "id": 1 })x", "is already part of the shared network 'floor'");
    gives(0, "network@4-subnet-del", R"x({ "name": "floor", "id": 1 })x",
          "IPv@4 subnet @A (id 1) is now removed from shared network 'floor'");
    EXPECT_EQ(subnet_now(1)["valid-lifetime"], 4000);
    gives(3, "network@4-subnet-del", R"x({ "name": "floor", "id": 1 })x",
          "The IPv@4 subnet with id 1 is not part of the shared network with name 'floor' found");
    for (const std::string command : {"network@4-subnet-add", "network@4-subnet-del"}) {
        gives(3, command, R"x({ "name": "x", "id": 1 })x", "no IPv@4 shared network with name 'x' found");
        gives(3, command, R"x({ "name": "floor", "id": 9 })x", "no IPv@4 subnet with id '9' found");
    }
}

TEST_P(NetworkCommands, ListsAndShowsClasses) {
    EXPECT_EQ(asked("class-list", "{}"), wanted(R"x({ "result": 0, "text": "2 classes found",
        "arguments": { "client-classes": [ { "name": "phone" }, { "name": "desk" } ] } })x"));
    const auto answer = asked("class-get", R"x({ "name": "desk" })x");
    EXPECT_EQ(answer["text"], "Class 'desk' definition returned");
    EXPECT_EQ(answer["arguments"]["client-classes"][0]["test"], "member('phone')");
    gives(3, "class-get", R"x({ "name": "x" })x", "Class 'x' not found");
}

TEST_P(NetworkCommands, ChangesClasses) {
    EXPECT_EQ(asked("class-add", R"x({ "client-classes": [ { "name": "lab", "test": "member('desk')" } ] })x"),
              wanted(R"x({ "result": 0, "text": "Class 'lab' added" })x"));
    refuses("class-add", R"x({ "client-classes": [ { "name": "lab" } ] })x", "Class 'lab' is defined already");
    refuses("class-add", R"x({ "client-classes": [ { "name": "x", "test": "member(" } ] })x",
            "arguments: error: /client-classes/0/test");
    refuses("class-del", R"x({ "name": "desk" })x", "Class 'desk' is used by class 'lab'");
    refuses("class-update", R"x({ "client-classes": [ { "name": "phone", "test": "'a' == 'a'" } ] })x",
            "modification of the class 'phone' would affect its dependency on the KNOWN and/or UNKNOWN built-in "
            "classes. Such modification is not allowed because there are other classes depending on it.");
    gives(0, "class-update", R"x({ "client-classes": [ { "name": "phone", "test": "member('UNKNOWN')" } ] })x",
          "Class 'phone' updated");
    EXPECT_EQ(configuration_now()["client-classes"][0]["test"], "member('UNKNOWN')");
    gives(3, "class-update", R"x({ "client-classes": [ { "name": "x" } ] })x", "Class 'x' is not found");
    refuses("class-update", R"x({ "client-classes": [ {} ] })x", "needs its 'name'");
    gives(0, "class-del", R"x({ "name": "lab" })x", "Class 'lab' deleted");
    gives(3, "class-del", R"x({ "name": "lab" })x", "Class 'lab' not found");
    gives(0, "class-del", R"x({ "name": "desk" })x", "Class 'desk' deleted");
    gives(0, "class-list", "{}", "1 class found");
    gives(0, "class-del", R"x({ "name": "phone" })x", "Class 'phone' deleted");
    gives(3, "class-list", "{}", "0 classes found");
}

TEST_P(NetworkCommands, ConfigWriteKeepsWhatWasChanged) {
    gives(0, "subnet@4-add", R"x({ "subnet@4": [ { "id": 3, "subnet": "@C" } ] })x", "IPv@4 subnet added");
    ASSERT_EQ(ask("config-write", "{}")["result"], 0);
    std::ifstream file{folder / "dhcp.conf"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_THAT(text, HasSubstr(of_family(family, "@C")));
}

TEST_P(NetworkCommands, TellsWhichSubnetAMessageWouldBeFor) {
    const bool v4 = family == Family::v4;
    const std::string by = v4 ? "relay" : "link", inside1 = v4 ? "192.0.2.1" : "2001:db8:a::1",
                      inside2 = v4 ? "198.51.100.1" : "2001:db8:b::1", outside = v4 ? "203.0.113.1" : "2001:db8:c::1";
    const auto of = [&](const std::string& key, const std::string& address) {
        return "{ \"" + key + "\": \"" + address + "\" }";
    };
    for (const std::string& key : {by, std::string{"remote"}, std::string{"local"}}) {
        gives(0, "subnet@4-select-test", of(key, inside1), "selected subnet '@A' id 1");
        gives(0, "subnet@4-select-test", of(key, inside2),
              "selected shared network 'floor' starting with subnet '@B' id 2");
        gives(3, "subnet@4-select-test", of(key, outside), "no subnet selected");
    }
    gives(3, "subnet@4-select-test", "{}", "no subnet selected");
    gives(0, "subnet@4-delta-add", R"x({ "subnet@4": [ { "id": 1, "client-classes": [ "phone" ] } ] })x",
          "IPv@4 subnet updated");
    gives(3, "subnet@4-select-test", of(by, inside1), "no subnet selected");
    gives(0, "subnet@4-select-test", "{ \"" + by + "\": \"" + inside1 + "\", \"classes\": [ \"phone\" ] }",
          "selected subnet '@A' id 1");
    refuses("subnet@4-select-test", of("rely", inside1), "unknown parameter 'rely' of command 'subnet@4-select-test', which takes 'interface'");
    refuses("subnet@4-select-test", of(by, "x"), "parameter '" + by + "' must be an IPv@4 address, not 'x'");
    refuses("subnet@4-select-test", R"x({ "classes": "phone" })x", "must be a list, not 'phone'");
    refuses("subnet@4-select-test", R"x({ "classes": [ 7 ] })x", "must be a list of names, and holds an integer");
}

struct SelectOver6 : testing_support::CommandTest {
    SelectOver6() : CommandTest{Family::v4, R"x({ "Dhcp4": {
        "lease-database": { "type": "memfile", "persist": false }, "interfaces-config": { "interfaces": [] },
        "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "4o6-subnet": "2001:db8:a::/64" },
                     { "id": 2, "subnet": "198.51.100.0/24", "4o6-interface-id": "port 7" } ] } })x"} {}
};
TEST_F(SelectOver6, TellsWhichSubnetAMessageWithinDhcpv6WouldBeFor) {
    expect("subnet4o6-select-test", R"x({ "remote": "2001:db8:a::9" })x", 0, "selected subnet '192.0.2.0/24' id 1");
    expect("subnet4o6-select-test", R"x({ "interface-id": "port 7" })x", 0, "selected subnet '198.51.100.0/24' id 2");
    expect("subnet4o6-select-test", R"x({ "link": "2001:db8:b::9" })x", 3, "no subnet selected");
    expect("subnet4o6-select-test", R"x({ "remote": "192.0.2.1" })x", 1, "must be an IPv6 address");
}

TEST_P(NetworkCommands, ServesFurtherInterfaces) {
    gives(0, "interface-add", R"x({ "interfaces": [ "lo" ] })x", "Interface configuration successfully updated.");
    gives(0, "interface-add", R"x({ "interfaces": [ "lo" ] })x", "Interface configuration successfully updated.");
    EXPECT_EQ(configuration_now()["interfaces-config"]["interfaces"], json::array({"lo"}));
    refuses("interface-add", R"x({ "interfaces": "lo" })x", "must be a list, not 'lo'");
    refuses("interface-add", R"x({ "interfaces": [ 7 ] })x", "/interfaces-config/interfaces");
    refuses("interface-add", R"x({ "interfaces": [ "lo" ], "x": 1 })x", "nothing else");
    EXPECT_THAT(ask("interface-redetect", "{}").value("text", ""), HasSubstr("interfaces detected."));
}

TEST_P(NetworkCommands, HasNoConfigurationBackend) {
    gives(3, "config-backend-pull", "{}", "No config backend.");
    EXPECT_EQ(ask("server-tag-get", "{}"), wanted(R"x({ "result": 0, "arguments": { "server-tag": "" } })x"));
}

}  // namespace
}  // namespace leasehold::network_commands_test
