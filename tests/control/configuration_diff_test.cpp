#include "control/configuration_diff.hpp"

#include <gtest/gtest.h>

namespace leasehold::configuration_diff_test {
namespace {

using json = nlohmann::json;

struct Row {
    const char* name;
    const char* before;
    const char* after;
    const char* changes;
};
const Row rows[]{
    {"same", R"({"Dhcp4":{"subnet4":[{"id":1}]}})", R"({"Dhcp4":{"subnet4":[{"id":1}]}})", "[]"},
    {"value", R"({"Dhcp4":{"valid-lifetime":3600}})", R"({"Dhcp4":{"valid-lifetime":7200}})",
     R"([{"change":"changed","where":"/Dhcp4/valid-lifetime","from":3600,"to":7200}])"},
    {"value_that_comes_and_one_that_goes", R"({"Dhcp4":{"a":1}})", R"({"Dhcp4":{"b":true}})",
     R"([{"change":"added","where":"/Dhcp4/b","to":true},{"change":"removed","where":"/Dhcp4/a","from":1}])"},
    {"subnets_go_by_their_ids", R"({"Dhcp4":{"subnet4":[{"id":1,"valid-lifetime":5},{"id":2}]}})",
     R"({"Dhcp4":{"subnet4":[{"id":3},{"id":1,"valid-lifetime":6}]}})",
     R"([{"change":"added","where":"/Dhcp4/subnet4[id=3]"},
         {"change":"changed","where":"/Dhcp4/subnet4[id=1]/valid-lifetime","from":5,"to":6},
         {"change":"removed","where":"/Dhcp4/subnet4[id=2]"}])"},
    {"subnets_with_other_ids_go_by_their_prefixes", R"({"subnet4":[{"id":1,"subnet":"192.0.2.0/24"},{"id":2,"subnet":"198.51.100.0/24","a":1}]})",
     R"({"subnet4":[{"id":7,"subnet":"198.51.100.0/24","a":2},{"id":1,"subnet":"203.0.113.0/24"}]})",
     R"([{"change":"changed","where":"/subnet4[id=7]/a","from":1,"to":2},
         {"change":"changed","where":"/subnet4[id=7]/id","from":2,"to":7},
         {"change":"changed","where":"/subnet4[id=1]/subnet","from":"192.0.2.0/24","to":"203.0.113.0/24"}])"},
    {"another_order_of_classes_and_pools", R"({"client-classes":[{"name":"a"},{"name":"b"},{"name":"gone"}],"pools":[{"pool":"1"},{"pool":"2"}]})",
     R"({"client-classes":[{"name":"b","test":"x"},{"name":"a"}],"pools":[{"pool":"2"},{"pool":"1"}]})",
     R"([{"change":"added","where":"/client-classes[name=b]/test","to":"x"},
         {"change":"removed","where":"/client-classes[name=gone]"},
         {"change":"reordered","where":"/client-classes"},
         {"change":"reordered","where":"/pools"}])"},
    {"what_goes_or_comes_is_no_other_order", R"({"pools":[{"pool":"1"},{"pool":"2"},{"pool":"3"}]})",
     R"({"pools":[{"pool":"0"},{"pool":"1"},{"pool":"3"}]})",
     R"([{"change":"added","where":"/pools[pool=0]"},{"change":"removed","where":"/pools[pool=2]"}])"},
    {"interfaces_in_another_order", R"({"interfaces":["eth0","eth1"]})", R"({"interfaces":["eth1","eth0"]})", "[]"},
    {"another_order_is_no_change_to_tell", R"({"subnet4":[{"id":1},{"id":2}]})", R"({"subnet4":[{"id":2},{"id":1}]})", "[]"},
    {"options_go_by_code_and_space", R"({"option-data":[{"code":6,"space":"dhcp4","data":"192.0.2.1"}]})",
     R"({"option-data":[{"code":6,"space":"dhcp4","data":"192.0.2.2"},{"code":6,"space":"other"}]})",
     R"([{"change":"changed","where":"/option-data[code=6,space=dhcp4]/data","from":"192.0.2.1","to":"192.0.2.2"},
         {"change":"added","where":"/option-data[code=6,space=other]"}])"},
    {"prefixes", R"({"pd-pools":[{"prefix":"2001:db8::","prefix-len":40}]})", R"({"pd-pools":[]})",
     R"([{"change":"removed","where":"/pd-pools[prefix=2001:db8::,prefix-len=40]"}])"},
    {"lists_of_values_as_a_whole", R"({"interfaces":["eth0"]})", R"({"interfaces":["eth0","eth1"]})",
     R"([{"change":"changed","where":"/interfaces"}])"},
    {"two_of_one_name_as_a_whole", R"({"option-data":[{"code":6},{"code":6}]})", R"({"option-data":[{"code":6}]})",
     R"([{"change":"changed","where":"/option-data"}])"},
    {"map_instead_of_a_value", R"({"a":1})", R"({"a":{"b":1}})", R"([{"change":"changed","where":"/a","from":1}])"},
};

class ConfigurationDiffs : public testing::TestWithParam<Row> {};

TEST_P(ConfigurationDiffs, Tell) {
    const auto diff = configuration_diff(json::parse(GetParam().before), json::parse(GetParam().after));
    EXPECT_EQ(diff.changes, json::parse(GetParam().changes));
    EXPECT_EQ(diff.more, 0u);
}
INSTANTIATE_TEST_SUITE_P(Rows, ConfigurationDiffs, testing::ValuesIn(rows),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(ConfigurationDiff, SaysWhereItIsInEach) {
    const auto before = json::parse(R"({"subnet4":[{"id":1},{"id":2,"a/b":1},{"id":9}]})");
    const auto after = json::parse(R"({"subnet4":[{"id":2,"a/b":2},{"id":1},{"id":3}]})");
    const auto diff = configuration_diff(before, after);
    ASSERT_EQ(diff.changes.size(), 3u);
    ASSERT_EQ(diff.places.size(), 3u);
    EXPECT_EQ(diff.places[0].before, "/subnet4/1/a~1b");
    EXPECT_EQ(diff.places[0].after, "/subnet4/0/a~1b");
    EXPECT_EQ(diff.places[1].before, "");
    EXPECT_EQ(diff.places[1].after, "/subnet4/2");
    EXPECT_EQ(diff.places[2].before, "/subnet4/2");
    EXPECT_EQ(diff.places[2].after, "");
}

TEST(ConfigurationDiff, TellsSoManyAndCountsTheRest) {
    json before, after;
    for (int i = 0; i < 10; ++i) after["k" + std::to_string(i)] = i;
    before = json::object();
    const auto diff = configuration_diff(before, after, 4);
    EXPECT_EQ(diff.changes.size(), 4u);
    EXPECT_EQ(diff.more, 6u);
}

}  // namespace
}  // namespace leasehold::configuration_diff_test
