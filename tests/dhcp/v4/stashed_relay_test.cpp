#include "dhcp/v4/stashed_relay.hpp"

#include <gtest/gtest.h>

#include "dhcp/lease_context.hpp"
#include "dhcp/v4/option_table.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::stashed_relay_test {
namespace {

using testing_world::Bytes;
using testing_world::Client;

const Bytes circuit{1, 3, 'a', 'b', 'c'};
constexpr LeaseTime now{std::chrono::seconds{1'000'000}};

class StashedRelay : public testing::Test {
protected:
    StashedRelay() {
        config = testing_world::config_of(
            {testing_world::subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}})});
        config.stash_agent_options = true;
        lease.address = testing_world::unit("192.0.2.10");
        lease.subnet_id = 1;
        lease.hwaddr = {client.hwaddr.begin(), client.hwaddr.end()};
        lease.valid_lifetime = 100;
        lease.cltt = now;
        lease.expire = lease.hold_until = now + std::chrono::seconds{100};
        lease.user_context = with_notes("", {{}, circuit});
    }
    /// The relay information that the packet has afterwards.
    std::optional<Bytes> restored(const testing_world::Packet& packet) {
        LeaseTable table{Family::v4};
        table.put(lease, lease.expire);
        const Bytes bytes = packet.bytes();
        auto message = MessageView::parse(bytes);
        EXPECT_TRUE(message);
        const bool had = message->has(option::relay_agent_information);
        const bool done = restore_relay_information(*message, config, table, now);
        const auto found = message->option(option::relay_agent_information);
        EXPECT_EQ(done, found.has_value() && !had);
        return done ? std::optional{Bytes{found->begin(), found->end()}} : std::nullopt;
    }

    Client client = Client::number(7);
    ServerConfig config;
    Lease lease;
};

TEST_F(StashedRelay, ARenewalPastTheRelayGetsWhatItsLeaseHasKept) {
    EXPECT_EQ(restored(client.renewing("192.0.2.10")), circuit);
}

TEST_F(StashedRelay, SubOptionsAreFoundAsIfTheyHadBeenSent) {
    LeaseTable table{Family::v4};
    table.put(lease, lease.expire);
    const Bytes bytes = client.renewing("192.0.2.10").bytes();
    auto message = MessageView::parse(bytes);
    ASSERT_TRUE(restore_relay_information(*message, config, table, now));
    const MessageView moved = *message;
    const auto found = moved.relay_suboption(1);
    ASSERT_TRUE(found);
    EXPECT_EQ((Bytes{found->begin(), found->end()}), (Bytes{'a', 'b', 'c'}));
    EXPECT_EQ(moved.datagram().size(), bytes.size());
}

TEST_F(StashedRelay, OtherPacketsStayAsTheyCame) {
    EXPECT_FALSE(restored(client.renewing("192.0.2.11"))) << "no lease there";
    EXPECT_FALSE(restored(Client::number(8).renewing("192.0.2.10"))) << "somebody else's";
    EXPECT_FALSE(restored(client.renewing("192.0.2.10").with(82, {1, 1, 'x'}))) << "has its own";
    EXPECT_FALSE(restored(client.renewing("192.0.2.10").relayed_by("192.0.2.5")));
    EXPECT_FALSE(restored(client.selecting("192.0.2.10"))) << "no ciaddr";
    EXPECT_FALSE(restored(client.release("192.0.2.10")));
    config.stash_agent_options = false;
    EXPECT_FALSE(restored(client.renewing("192.0.2.10")));
}

TEST_F(StashedRelay, OnlyALiveLeaseOfTheClientCounts) {
    lease.expire = now - std::chrono::seconds{1};
    EXPECT_FALSE(restored(client.renewing("192.0.2.10")));
    lease.expire = now;
    lease.state = LeaseState::released;
    EXPECT_FALSE(restored(client.renewing("192.0.2.10")));
}

TEST_F(StashedRelay, ClientIdentifiersDecideWhereBothHaveOne) {
    lease.client_id = {1, 2, 3};
    EXPECT_TRUE(restored(client.renewing("192.0.2.10")));
    EXPECT_TRUE(restored(client.renewing("192.0.2.10").with(61, {1, 2, 3})));
    EXPECT_FALSE(restored(client.renewing("192.0.2.10").with(61, {1, 2, 4})));
    config.subnets[0].match_client_id = false;
    EXPECT_TRUE(restored(client.renewing("192.0.2.10").with(61, {1, 2, 4})));
}

TEST_F(StashedRelay, WhatAParsedMessageCouldNotHaveIsNotPutThere) {
    lease.user_context = with_notes("", {{}, {5, 2, 10, 0}});  // a link selection of two octets
    EXPECT_FALSE(restored(client.renewing("192.0.2.10")));
    lease.user_context.clear();
    EXPECT_FALSE(restored(client.renewing("192.0.2.10")));
}

}  // namespace
}  // namespace leasehold::v4::stashed_relay_test
