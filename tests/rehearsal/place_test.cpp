#include "rehearsal/place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::place_test {
namespace {

using namespace rehearsal;
using testing::HasSubstr;
using testing_world::ip;

ServerConfig listening_on(std::vector<InterfaceChoice> interfaces) {
    auto config = testing_world::measured_config();
    config.interfaces.interfaces = std::move(interfaces);
    return config;
}

const std::vector<MachineInterface> machine{{"lo", ip("127.0.0.1"), {}, true},
                                            {"eth0", ip("192.0.2.1"), {}, false},
                                            {"eth1", ip("10.0.0.1"), {}, false},
                                            {"bare", {}, {}, false}};

TEST(ChoosePlace, TakesTheOnlyOneThatIsMeant) {
    const auto chosen = choose_place(listening_on({{"eth0", {}}}), "", {}, machine);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->place.interface, "eth0");
    EXPECT_EQ(chosen->place.address4, ip("192.0.2.1"));
    EXPECT_FALSE(chosen->is_assumed);
}

TEST(ChoosePlace, AsksWhereSeveralWouldDo) {
    const auto chosen = choose_place(listening_on({{"*", {}}}), "", {}, machine);
    ASSERT_FALSE(chosen);
    EXPECT_THAT(chosen.error(), HasSubstr("--interface: eth0, eth1"));
    EXPECT_TRUE(choose_place(listening_on({{"*", {}}}), "", to_ipv6(ip("10.9.0.1")), machine)) << "behind a relay";
}

TEST(ChoosePlace, MakesUpAnAddressForAnotherMachine) {
    for (const auto* name : {"wan7", "bare"}) {
        const auto chosen = choose_place(listening_on({{name, {}}}), "", {}, machine);
        ASSERT_TRUE(chosen);
        EXPECT_EQ(chosen->place.interface, name);
        EXPECT_EQ(chosen->place.address4, ip("192.0.2.1")) << "of the only subnet";
        EXPECT_TRUE(chosen->is_assumed);
    }
}

TEST(ChoosePlace, TakesWhatIsSaid) {
    const auto chosen = choose_place(listening_on({{"*", {}}}), "wan7/10.7.0.1", {}, machine);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->place.interface, "wan7");
    EXPECT_EQ(chosen->place.address4, ip("10.7.0.1"));
    EXPECT_FALSE(chosen->is_assumed);
    const auto configured = choose_place(listening_on({{"wan7", to_ipv6(ip("10.8.0.1"))}}), "wan7", {}, machine);
    EXPECT_EQ(configured->place.address4, ip("10.8.0.1"));
    EXPECT_FALSE(choose_place(listening_on({}), "wan7/2001:db8::1", {}, machine));
}

TEST(ChoosePlace, ManagesWithoutAnything) {
    auto config = testing_world::config_of({});
    EXPECT_TRUE(choose_place(config, "", {}, {}));
    EXPECT_TRUE(choose_place(config, "x", to_ipv6(ip("10.9.0.1")), {}));
}

}  // namespace
}  // namespace leasehold::place_test
