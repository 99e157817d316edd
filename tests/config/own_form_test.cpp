// What networks and subnets inherit goes, and comes back when the result is loaded.
#include "config/own_form.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/load.hpp"

namespace leasehold::config::own_form_test {
namespace {

using Json = nlohmann::json;

Loaded loaded(const Json& root) {
    auto result = load(from_json(root, "test"), {});
    EXPECT_TRUE(result) << (result ? "" : format(result.error()));
    return result ? std::move(*result) : Loaded{};
}

Json own_of(const Json& map) {
    Json full = *loaded({{"Dhcp4", map}}).full;
    leave_own_values(full["Dhcp4"], Family::v4);
    EXPECT_EQ(*loaded(full).full, *loaded({{"Dhcp4", map}}).full) << map;
    return full["Dhcp4"];
}

TEST(OwnForm, KeepsWhatSubnetsSayThemselves) {
    const Json own = own_of(Json::parse(R"({ "valid-lifetime": 4000, "renew-timer": 900, "subnet4": [
        { "id": 1, "subnet": "192.0.2.0/24", "renew-timer": 700 }, { "id": 2, "subnet": "198.51.100.0/24" } ] })"));
    EXPECT_EQ(own["subnet4"][0]["renew-timer"], 700);
    for (const char* key : {"renew-timer", "valid-lifetime", "min-valid-lifetime", "max-valid-lifetime", "allocator"})
        EXPECT_FALSE(own["subnet4"][1].contains(key)) << key;
}

TEST(OwnForm, KeepsTheBoundsOfLifetimesThatAreSaid) {
    const char* const global[]{R"({})", R"({ "valid-lifetime": 4000 })",
                               R"({ "valid-lifetime": 4000, "min-valid-lifetime": 3000, "max-valid-lifetime": 5000 })"};
    const char* const inner[]{R"({})", R"({ "valid-lifetime": 4000 })", R"({ "valid-lifetime": 3500 })",
                              R"({ "valid-lifetime": 4000, "min-valid-lifetime": 4000, "max-valid-lifetime": 4000 })",
                              R"({ "valid-lifetime": 4000, "min-valid-lifetime": 3500, "max-valid-lifetime": 4500 })",
                              R"({ "valid-lifetime": 4000, "min-valid-lifetime": 3000, "max-valid-lifetime": 5000 })"};
    int tried = 0;
    for (const char* const outer : global)
        for (const char* const of_network : inner)
            for (const char* const of_subnet : inner) {
                Json map = Json::parse(outer), network = Json::parse(of_network), subnet = Json::parse(of_subnet);
                subnet["id"] = 1;
                subnet["subnet"] = "192.0.2.0/24";
                network["name"] = "floor";
                network["subnet4"] = Json::array({subnet});
                map["shared-networks"] = Json::array({network});
                const auto right = load(from_json({{"Dhcp4", map}}, "test"), {});
                if (!right) continue;  // a lifetime outside the bounds that are further out
                ++tried;
                own_of(map);
            }
    EXPECT_GT(tried, 50);
}

TEST(OwnForm, RelaysOfANetworkAreTheNetworks) {
    const Json own = own_of(Json::parse(R"({ "shared-networks": [ { "name": "floor",
        "relay": { "ip-addresses": [ "192.0.2.1" ] }, "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24" },
        { "id": 2, "subnet": "198.51.100.0/24", "relay": { "ip-addresses": [ "198.51.100.1" ] } } ] } ] })"));
    const Json& subnets = own["shared-networks"][0]["subnet4"];
    EXPECT_FALSE(subnets[0].contains("relay"));
    EXPECT_TRUE(subnets[1].contains("relay"));
}

}  // namespace
}  // namespace leasehold::config::own_form_test
