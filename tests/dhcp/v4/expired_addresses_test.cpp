// Addresses whose leases have ended and are not reclaimed yet, in a pool that has no others; and addresses
// that hosts keep.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/world.hpp"

namespace leasehold::v4::expired_addresses_test {
namespace {

using testing_world::Client;
using testing_world::config_of;
using testing_world::subnet_of;

TEST(ExpiredAddresses, NewcomersGetDifferentOnesInTheSecondAfterTheirEnd) {
    testing_world::World world{config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.12"}})})};
    for (const std::uint32_t number : {1u, 2u, 3u}) ASSERT_NE(world.bind(Client::number(number)), "");
    EXPECT_EQ(world.ask(Client::number(4).discover()).yiaddr(), "") << "all are leased";
    world.pass(std::chrono::seconds{3601});
    std::set<std::string> offered;
    for (const std::uint32_t number : {4u, 5u, 6u})
        offered.insert(world.ask(Client::number(number).discover()).yiaddr());
    EXPECT_EQ(offered, (std::set<std::string>{"192.0.2.10", "192.0.2.11", "192.0.2.12"}));
    for (const std::uint32_t number : {4u, 5u, 6u}) EXPECT_NE(world.bind(Client::number(number)), "");
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(ReservedAddresses, TheAllocatorPassesThemWhateverBecomesOfThem) {
    for (const auto kind : {AllocatorKind::iterative, AllocatorKind::random, AllocatorKind::flq}) {
        auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.12"}})});
        Reservation host;
        host.subnet_id = 1;
        host.identifier = {2, 0, 0, 0, 0, 99};
        host.addresses.push_back(testing_world::unit("192.0.2.11"));
        config.hosts = std::make_shared<const HostTable>(std::vector{host});
        config.subnets[0].allocator = kind;
        testing_world::World world{std::move(config)};
        std::set<std::string> bound;
        for (const std::uint32_t number : {1u, 2u, 3u}) bound.insert(world.bind(Client::number(number)));
        EXPECT_EQ(bound, (std::set<std::string>{"", "192.0.2.10", "192.0.2.12"}));
    }
}

}  // namespace
}  // namespace leasehold::v4::expired_addresses_test
