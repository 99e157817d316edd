// The interface monitor in a network namespace in which things happen.
#include "dhcp/interfaces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if_arp.h>

#include <chrono>
#include <fstream>
#include <optional>

#include "tests/support/network_namespace.hpp"
#include "tests/support/wire_client.hpp"

namespace leasehold::test::interfaces_test {
namespace {

using testing::ElementsAre;

struct LiveInterfaceMonitor : testing::Test {
    NetworkNamespace machine;
    boost::asio::io_context loop;
    int calls = 0;
    std::optional<InterfaceMonitor> monitor;

    void watch() {
        machine.in([&] { return &monitor.emplace(loop, [this] { ++calls; }); });
    }

    /// Runs the loop until it is so. @return false: never.
    template <class Condition>
    bool comes_true(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + never;
        while (!condition()) {
            if (loop.run_one_until(end) == 0) return false;
        }
        return true;
    }
    const Interface* eth0() const { return monitor->find("eth0"); }
};

TEST_F(LiveInterfaceMonitor, KnowsThePresentStateAtOnce) {
    machine.ip("link add eth0 address 02:00:00:00:00:09 mtu 1400 type veth peer name eth1");
    machine.ip("addr add 10.1.0.1/24 dev eth0");
    machine.ip("addr add 10.2.0.1/24 dev eth0");
    watch();
    const auto* lo = monitor->find("lo");
    ASSERT_TRUE(lo);
    EXPECT_TRUE(lo->up && lo->loopback && lo->running);
    EXPECT_EQ(lo->hardware_type, ARPHRD_LOOPBACK);
    EXPECT_THAT(lo->addresses, ElementsAre(Ipv4{0x7f000001}));
    ASSERT_TRUE(eth0());
    EXPECT_EQ(monitor->interfaces().at(eth0()->index), *eth0());
    EXPECT_FALSE(eth0()->up || eth0()->running || eth0()->loopback);
    EXPECT_TRUE(eth0()->broadcast);
    EXPECT_TRUE(eth0()->multicast);
    EXPECT_EQ(eth0()->hardware_type, ARPHRD_ETHER);
    EXPECT_EQ(eth0()->mtu, 1400u);
    EXPECT_EQ(to_hex(view(eth0()->mac)), "02:00:00:00:00:09");
    EXPECT_THAT(eth0()->addresses, ElementsAre(Ipv4{0x0a010001}, Ipv4{0x0a020001}));
    EXPECT_EQ(calls, 0);
}

TEST_F(LiveInterfaceMonitor, FollowsTheLifeOfAnInterface) {
    watch();
    EXPECT_FALSE(eth0());
    machine.ip("link add eth0 type veth peer name eth1");
    ASSERT_TRUE(comes_true([&] { return eth0() != nullptr; }));
    const auto index = eth0()->index;
    machine.ip("link set eth0 up");
    ASSERT_TRUE(comes_true([&] { return eth0()->up; }));
    EXPECT_FALSE(eth0()->running);
    machine.ip("link set eth1 up");
    ASSERT_TRUE(comes_true([&] { return eth0()->running; }));
    machine.ip("addr add 10.1.0.1/24 dev eth0");
    ASSERT_TRUE(comes_true([&] { return monitor->is_local(to_ipv6(Ipv4{0x0a010001})); }));
    EXPECT_THAT(eth0()->addresses, ElementsAre(Ipv4{0x0a010001}));
    machine.ip("addr del 10.1.0.1/24 dev eth0");
    ASSERT_TRUE(comes_true([&] { return !monitor->is_local(to_ipv6(Ipv4{0x0a010001})); }));
    machine.ip("link set eth0 down");
    ASSERT_TRUE(comes_true([&] { return !eth0()->up; }));
    machine.ip("link set eth0 name lan0");
    ASSERT_TRUE(comes_true([&] { return monitor->find("lan0") != nullptr; }));
    EXPECT_FALSE(eth0());
    EXPECT_EQ(monitor->find("lan0")->index, index);
    machine.ip("link del lan0");
    ASSERT_TRUE(comes_true([&] { return monitor->find("lan0") == nullptr; }));
    EXPECT_FALSE(monitor->interfaces().contains(index));
}

TEST_F(LiveInterfaceMonitor, ABurstIsOneCall) {
    watch();
    machine.ip("link add eth0 type veth peer name eth1");
    machine.ip("link set eth0 up");
    machine.ip("addr add 10.1.0.1/24 dev eth0");
    machine.ip("addr add 10.2.0.1/24 dev eth0");
    ASSERT_TRUE(comes_true([&] { return calls > 0; }));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(eth0()->addresses.size(), 2u);
}

TEST_F(LiveInterfaceMonitor, WhatMakesNoDifferenceIsNoCall) {
    watch();
    machine.ip("link add eth0 type veth peer name eth1");
    machine.ip("link del eth0");
    monitor->refresh();
    monitor->refresh();
    machine.ip("addr add 10.1.0.1/32 dev lo");
    ASSERT_TRUE(comes_true([&] { return monitor->is_local(to_ipv6(Ipv4{0x0a010001})); }));
    EXPECT_EQ(calls, 1);
}

// More events than the socket's queue holds: the kernel drops some, and says so.
TEST_F(LiveInterfaceMonitor, NoticesAfterTheKernelDroppedEvents) {
    watch();
    constexpr unsigned count = 3000;
    const auto batch = testing::TempDir() + "leasehold-addresses";
    {
        std::ofstream file{batch};
        for (unsigned i = 0; i < count; ++i)
            file << "addr add 10.3." << i / 250 << '.' << i % 250 << "/32 dev lo\n";
    }
    machine.ip("-batch " + batch);
    std::remove(batch.c_str());
    ASSERT_TRUE(comes_true([&] { return monitor->find("lo")->addresses.size() == count + 1; }));
    machine.ip("addr add 10.1.0.1/32 dev lo");
    EXPECT_TRUE(comes_true([&] { return monitor->is_local(to_ipv6(Ipv4{0x0a010001})); }));
}

TEST_F(LiveInterfaceMonitor, MayGoWhileAWaitIsPending) {
    watch();
    machine.ip("link add eth0 type veth peer name eth1");
    EXPECT_TRUE(comes_true([&] { return calls == 1; }));
    machine.ip("link del eth0");  // an event is waiting, too
    monitor.reset();
    loop.restart();
    loop.run();  // ends, because nothing keeps the loop busy any more
    EXPECT_EQ(calls, 1);
}

TEST_F(LiveInterfaceMonitor, MayBeDestroyedByItsOwnCall) {
    machine.in([&] {
        return &monitor.emplace(loop, [this] {
            ++calls;
            monitor.reset();
        });
    });
    machine.ip("link add eth0 type veth peer name eth1");
    EXPECT_TRUE(comes_true([&] { return !monitor; }));
    loop.restart();
    loop.run();
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace leasehold::test::interfaces_test
