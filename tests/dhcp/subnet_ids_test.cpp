// Which prefixes of a reconfiguration changed their ids.
#include "dhcp/subnet_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leasehold::subnet_ids_test {
namespace {

ServerConfig config_of(std::initializer_list<std::pair<std::uint32_t, const char*>> subnets) {
    ServerConfig config;
    for (const auto& [id, network] : subnets) {
        SubnetConfig subnet;
        subnet.id = id;
        subnet.network = to_prefix(*parse_ipv4_network(network));
        config.subnets.push_back(subnet);
    }
    finish(config);
    return config;
}

std::uint64_t ten_times(std::uint32_t id) {
    return id * 10u;
}

TEST(SubnetIds, PrefixesWithAnotherIdAreListedWithTheirLeases) {
    const auto changes = changed_subnet_ids(
        config_of({{1, "10.1.0.0/16"}, {2, "10.2.0.0/16"}, {3, "10.3.0.0/16"}}),
        config_of({{1, "10.1.0.0/16"}, {2, "10.3.0.0/16"}, {4, "10.4.0.0/16"}}), ten_times);
    EXPECT_THAT(changes, testing::ElementsAre(SubnetIdChange{to_prefix(*parse_ipv4_network("10.3.0.0/16")), 3, 2, 30}));
    EXPECT_EQ(to_text(changes), "10.3.0.0/16 had the id 3 (30 leases) and now has 2");
}

TEST(SubnetIds, TheSameAreNotListed) {
    const auto config = config_of({{1, "10.1.0.0/16"}, {2, "10.2.0.0/16"}});
    EXPECT_TRUE(changed_subnet_ids(config, config, ten_times).empty());
    EXPECT_EQ(to_text(std::vector<SubnetIdChange>{}), "");
}

TEST(SubnetIds, LongListsAreCutShort) {
    const auto changes = changed_subnet_ids(config_of({{1, "10.1.0.0/16"},
                                                       {2, "10.2.0.0/16"},
                                                       {3, "10.3.0.0/16"},
                                                       {4, "10.4.0.0/16"},
                                                       {5, "10.5.0.0/16"},
                                                       {6, "10.6.0.0/16"}}),
                                            config_of({{11, "10.1.0.0/16"},
                                                       {12, "10.2.0.0/16"},
                                                       {13, "10.3.0.0/16"},
                                                       {14, "10.4.0.0/16"},
                                                       {15, "10.5.0.0/16"},
                                                       {16, "10.6.0.0/16"}}),
                                            ten_times);
    EXPECT_EQ(changes.size(), 6u);
    EXPECT_THAT(to_text(changes), testing::EndsWith("and now has 15; 1 more prefixes"));
}

}  // namespace
}  // namespace leasehold::subnet_ids_test
