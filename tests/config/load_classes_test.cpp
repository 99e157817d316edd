// client-classes: who is in them, what they say, and each way in which they can be wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::load_classes_test {
namespace {

using testing::HasSubstr;

std::string classes(const std::string& list) {
    return "\"client-classes\": [" + list + "]";
}

TEST(LoadClasses, KeepTheirOrderAndWhatTheySay) {
    const auto loaded = load_global(classes(
        R"({"name": "phones", "test": "substring(option[60].hex, 0, 5) == 'phone'", "next-server": "192.0.2.9",
            "server-hostname": "boot", "boot-file-name": "p.bin", "valid-lifetime": 100, "max-valid-lifetime": 200, "offer-lifetime": 7,
            "option-data": [{"name": "routers", "data": "192.0.2.1"}]},
           {"name": "lines", "template-test": "relay4[1].hex"},
           {"name": "later", "only-in-additional-list": true})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    const auto& made = loaded->server->classes;
    ASSERT_EQ(made.size(), 3u);
    EXPECT_TRUE(made[0].test);
    EXPECT_FALSE(made[0].after_hosts);
    EXPECT_EQ(made[0].boot.next_server, parse_ipv4("192.0.2.9"));
    EXPECT_EQ(made[0].boot.server_hostname, "boot");
    EXPECT_EQ(made[0].boot.boot_file_name, "p.bin");
    EXPECT_EQ(made[0].valid_lifetime, (LifetimeRange{100, 100, 200}));
    EXPECT_EQ(made[0].offer_lifetime, 7u);
    EXPECT_EQ(made[0].options.at(0).code, 3);
    EXPECT_TRUE(made[1].template_test);
    EXPECT_FALSE(made[1].valid_lifetime);
    EXPECT_EQ(made[1].boot, BootFields{});
    EXPECT_TRUE(made[2].additional_only);
    EXPECT_EQ(loaded->server->client_class(made[1].id), &made[1]);
}

TEST(LoadClasses, WaitForHostsWhenTheyDependOnThem) {
    const auto loaded = load_global(classes(R"({"name": "a", "test": "member('ALL') "},
        {"name": "b", "test": "not member('KNOWN') "}, {"name": "c", "test": "member('a') or member('b') "},
        {"name": "d", "test": "member('VENDOR_CLASS_x') and member('SPAWN_a_b') and member('EXTERNAL_e') "})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& made = loaded->server->classes;
    EXPECT_FALSE(made[0].after_hosts);
    EXPECT_TRUE(made[1].after_hosts);
    EXPECT_TRUE(made[2].after_hosts);
    EXPECT_FALSE(made[3].after_hosts);
}

TEST(LoadClasses, BuiltInOnesMayHaveOptions) {
    const auto loaded = load_global(classes(
        R"({"name": "KNOWN", "option-data": [{"code": 3, "data": "192.0.2.1"}]}, {"name": "DROP", "test": "member('KNOWN') "})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->classes[0].id, class_id::known);
    EXPECT_EQ(loaded->server->classes[1].id, class_id::drop);
}

TEST(LoadClasses, DefineVendorsOptionsForTheirClients) {
    const auto loaded = load_global(
        classes(
            R"({"name": "pxe", "option-def": [{"name": "vendor-encapsulated-options", "code": 43, "type": "empty", "encapsulate": "PXE"},
            {"name": "own", "code": 224, "type": "uint16"}],
            "option-data": [{"name": "vendor-encapsulated-options"}, {"name": "own", "data": "258"},
                            {"name": "boot", "space": "PXE", "data": "7"}]})") +
        R"(, "option-def": [{"name": "boot", "space": "PXE", "code": 6, "type": "uint8"}, {"name": "own", "code": 224, "type": "string"}],
             "option-data": [{"name": "own", "data": "258"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& made = loaded->server->classes.at(0);
    ASSERT_EQ(made.definitions.size(), 2u);
    EXPECT_EQ(made.definitions[0].encapsulates, "PXE");
    ASSERT_EQ(made.options.size(), 2u);
    EXPECT_EQ(made.options[0].bytes, (std::vector<std::uint8_t>{6, 1, 7}));
    EXPECT_EQ(made.options[1].bytes, (std::vector<std::uint8_t>{1, 2}));
    EXPECT_EQ(loaded->server->options.at(0).bytes, (std::vector<std::uint8_t>{'2', '5', '8'}));
}

TEST(LoadClasses, LimitsAreReadWithTheirLibraryOnly) {
    const std::string limited = classes(
        R"({"name": "a", "user-context": {"limits": {"address-limit": 5, "prefix-limit": 2, "rate-limit": "3 packets per minute"}}})");
    const auto without = load_global(limited);
    ASSERT_TRUE(without) << format(without.error());
    EXPECT_EQ(without->server->classes.at(0).limits, LimitsConfig{});
    const auto with = load_global(limited + R"(, "hooks-libraries": [{"library": "/x/libdhcp_limits.so"}])");
    ASSERT_TRUE(with) << format(with.error());
    const LimitsConfig& limits = with->server->classes.at(0).limits;
    EXPECT_EQ(limits.address_limit, 5u);
    EXPECT_EQ(limits.rate_limit, (RateLimit{3, std::chrono::minutes{1}}));
}

TEST(LoadClasses, StrangeNamesAreToldOf) {
    const auto loaded = load_global(classes(R"({"name": "a b"})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(format(loaded->warnings), HasSubstr("\"a b\" has characters"));
}

TEST(LoadClasses, OldSpellingsAreShownInTheNewOne) {
    const auto loaded = load_global(classes(R"({"name": "a", "only-if-required": true})") +
                                    R"(, "subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "client-class": "a",
        "require-client-classes": ["a"], "pools": [{"pool": "10.0.0.1-10.0.0.9", "client-class": ""}]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& full = loaded->full->at("Dhcp4");
    EXPECT_EQ(full["client-classes"][0]["only-in-additional-list"], true);
    EXPECT_FALSE(full["client-classes"][0].contains("only-if-required"));
    EXPECT_EQ(full["subnet4"][0]["client-classes"], nlohmann::json::parse(R"(["a"])"));
    EXPECT_EQ(full["subnet4"][0]["evaluate-additional-classes"], nlohmann::json::parse(R"(["a"])"));
    EXPECT_EQ(full["subnet4"][0]["pools"][0]["client-classes"], nlohmann::json::array());
    const SubnetConfig& subnet = loaded->server->subnets.at(0);
    EXPECT_EQ(subnet.guard, (ClassGuard{loaded->server->classes[0].id}));
    EXPECT_EQ(subnet.additional_classes, subnet.guard);
    EXPECT_TRUE(loaded->server->classes[0].additional_only);
}

struct Wrong {
    const char *list, *pointer, *what;
};

TEST(LoadClasses, WhatIsWrongIsToldAtItsPlace) {
    const Wrong cases[] = {
        {R"({"name": @""})", "/0/name", "empty"},
        {R"({"name": "a"}, {"name": @"a"})", "/1/name", "defined twice"},
        {R"({"name": "a", "test": @"member('b') "}, {"name": "b"})", "/0/test", "character 8"},
        {R"({"name": "a", "test": @"member('a') "})", "/0/test", "wrong at its character"},
        {R"({"name": "a", "test": @"option[60].hex == "})", "/0/test", "wrong at its character"},
        {R"({"name": "a", "test": "member('ALL') ", "template-test": @"'x'"})", "/0/template-test",
         "beside test"},
        {R"({"name": "KNOWN", "test": @"member('ALL') "})", "/0/test", "built-in class KNOWN"},
        {R"({"name": "ALL", "template-test": @"'x'"})", "/0/template-test", "built-in class ALL"},
        {R"({"name": "BOOTP", "only-in-additional-list": @true})", "/0/only-in-additional-list",
         "cannot wait"},
        {R"({"name": "DROP", "only-if-required": @true})", "/0/only-if-required", "cannot wait"},
        {R"({"name": "a", "only-in-additional-list": true, "only-if-required": @true})",
         "/0/only-if-required", "stands beside"},
        {R"({"name": "a", "next-server": @"255.255.255.255"})", "/0/next-server", "address of a server"},
        {R"({"name": "a", "min-valid-lifetime": @1, "max-valid-lifetime": 2})", "/0/min-valid-lifetime",
         "without valid-lifetime"},
        {R"({"name": "a", "valid-lifetime": @5, "min-valid-lifetime": 1, "max-valid-lifetime": 2})",
         "/0/valid-lifetime", "is not between"},
        {R"({"name": "a", "option-def": [{"name": "x", "code": @225, "space": "y", "type": "empty"}]})",
         "/0/option-def/0/code", "cannot define"},
        {R"({"name": "a", "option-def": [{"name": "x", "code": @200, "type": "string"}]})",
         "/0/option-def/0/code", "cannot define"},
        {R"({"name": "a", "option-data": [{"name": @"nothing", "data": ""}]})", "/0/option-data/0/name",
         "no option"},
    };
    for (const Wrong& c : cases)
        expect_refused(classes(c.list), std::string{"/Dhcp4/client-classes"} + c.pointer, c.what);
}

TEST(LoadClasses, WrongLimitsAreToldAtTheirPlace) {
    const Wrong cases[] = {
        {R"({"address-limit": @-1})", "/address-limit", "no number"},
        {R"({"prefix-limit": @"x"})", "/prefix-limit", "no number"},
        {R"({"rate-limit": @"5 per second"})", "/rate-limit", "no rate"},
        {R"({"rate-limit": @5})", "/rate-limit", "no rate"},
        {R"({@"adress-limit": 5})", "/adress-limit", "unknown here"},
    };
    for (const Wrong& c : cases)
        expect_refused(
            R"("hooks-libraries": [{"library": "libdhcp_limits.so"}], )" +
                classes(R"({"name": "a", "user-context": {"limits": )" + std::string{c.list} + "}}"),
            std::string{"/Dhcp4/client-classes/0/user-context/limits"} + c.pointer, c.what);
}

TEST(LoadClasses, AListThatNamesAClassNobodyCanBeInIsAWarning) {
    const auto loaded =
        load_global(R"("client-classes": [ { "name": "phones", "test": "option[60].exists" } ],
        "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "client-classes": [ "phone" ],
            "evaluate-additional-classes": [ "phones", "KNOWN", "VENDOR_CLASS_x", "lab" ],
            "reservations": [ { "hw-address": "020000000001", "client-classes": [ "lab" ] } ] } ])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    ASSERT_EQ(loaded->warnings.size(), 1u) << format(loaded->warnings);
    EXPECT_EQ(loaded->warnings[0].pointer, "/Dhcp4/subnet4/0/client-classes/0");
    EXPECT_THAT(loaded->warnings[0].what, testing::HasSubstr("\"phone\""));
}

TEST(LoadClasses, EmptyNamesInListsAreToldAtTheirPlace) {
    expect_refused(R"("subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "client-classes": ["a", @""]}])",
                   "/Dhcp4/subnet4/0/client-classes/1", "empty");
    expect_refused(
        R"("subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "client-class": @"a", "client-classes": ["b"]}])",
        "/Dhcp4/subnet4/0/client-class", "beside client-classes");
    expect_refused(
        R"("subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "require-client-classes": @["a"], "evaluate-additional-classes": []}])",
        "/Dhcp4/subnet4/0/require-client-classes", "stands beside");
}

}  // namespace
}  // namespace leasehold::config::load_classes_test
