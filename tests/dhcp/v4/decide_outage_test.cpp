// What is answered while the lease database is away and service goes on without it: drop and confirm. (With
// spool decisions are the usual ones.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::decide_outage_test {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;
using testing_world::Client;
using testing_world::measured_config;
using testing_world::Packet;
using testing_world::World;

const Client alice = Client::number(1), bob = Client::number(2);

/// Alice has 192.0.2.10 for 100 s already, then the database goes away.
struct Outage : testing::Test {
    Outage() {
        EXPECT_EQ(world.bind(alice), "192.0.2.10");
        world.pass(seconds{100});
    }
    void expect_silence(const Packet& packet) {
        const auto answer = world.decide(packet);
        EXPECT_TRUE(answer.silent());
        ASSERT_TRUE(answer.done);
        EXPECT_EQ(answer.done->drop.reason, DropReason::store_unavailable);
        EXPECT_THAT(answer.done->changes, IsEmpty());
    }
    World world{measured_config()};
};

TEST_F(Outage, WithDropOnlyQuestionsThatNeedNoLeaseAreAnswered) {
    world.outage = OutageService::drop;
    for (const auto& packet : {bob.discover(), bob.selecting("192.0.2.11"), alice.renewing("192.0.2.10"),
                               alice.rebinding("192.0.2.10"), alice.init_reboot("192.0.2.10"),
                               alice.release("192.0.2.10"), alice.decline("192.0.2.10")})
        expect_silence(packet);
    EXPECT_EQ(world.decide(alice.inform("192.0.2.10")).type(), MessageType::ack);
}

TEST_F(Outage, WithConfirmAClientKeepsWhatItHasForTheTimeThatIsLeft) {
    world.outage = OutageService::confirm;
    for (const auto& packet :
         {alice.renewing("192.0.2.10"), alice.rebinding("192.0.2.10"), alice.init_reboot("192.0.2.10")}) {
        const auto answer = world.decide(packet);
        ASSERT_FALSE(answer.silent());
        EXPECT_EQ(answer.type(), MessageType::ack);
        EXPECT_EQ(answer.yiaddr(), "192.0.2.10");
        EXPECT_EQ(answer.u32(51), 3500U);
        EXPECT_THAT(answer.done->changes, IsEmpty()) << "nothing can be stored now";
    }
    EXPECT_EQ(world.decide(alice.inform("192.0.2.10")).type(), MessageType::ack);
}

TEST_F(Outage, WithConfirmNobodyIsRefusedAndNothingNewIsGiven) {
    world.outage = OutageService::confirm;
    for (const auto& packet :
         {bob.discover(), bob.selecting("192.0.2.11"), bob.renewing("192.0.2.10"),
          bob.init_reboot("192.0.2.11"), bob.init_reboot("10.9.9.9"), bob.renewing("10.9.9.9"),
          alice.renewing("192.0.2.11"), alice.discover(), alice.selecting("192.0.2.10")})
        expect_silence(packet);
    world.pass(seconds{3600});
    expect_silence(alice.renewing("192.0.2.10"));  // it has ended
}

TEST_F(Outage, WithConfirmAReleaseAndADeclineAreKept) {
    world.outage = OutageService::confirm;
    EXPECT_THAT(world.decide(alice.release("192.0.2.10")).done->changes, SizeIs(1));
    EXPECT_THAT(world.decide(alice.decline("192.0.2.10")).done->changes, SizeIs(1));
}

}  // namespace
}  // namespace leasehold::v4::decide_outage_test
