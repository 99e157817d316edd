// RELEASE, DECLINE, CONFIRM, INFORMATION-REQUEST and ADDR-REG-INFORM.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v6/option_table.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::decide_other_test {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing_world6::Bytes;
using testing_world6::Client6;
using testing_world6::home_config;
using testing_world6::ip6;
using testing_world6::octets;
using testing_world6::Packet6;
using testing_world6::SentIa;
using testing_world6::World6;

const Client6 alice = Client6::number(1), bob = Client6::number(2);
constexpr LeaseKind pd = LeaseKind::pd, na = LeaseKind::na;

// --- RFC 8415 18.3.7: RELEASE

TEST(Release6, KeepsTheRowForTheClientsReturn) {
    World6 world{home_config()};
    world.bind(alice, {{na, 1}, {pd, 1}});
    const auto reply = world.ask(alice.release({{na, 1, {"2001:db8:1::10"}}, {pd, 1, {"2001:db8:f000::/56"}}}));
    EXPECT_EQ(reply.text(), "REPLY Success; NA 1 Success; PD 1 Success");
    EXPECT_EQ(world.row("2001:db8:1::10")->state, LeaseState::released);
    EXPECT_EQ(world.row("2001:db8:f000::/56")->state, LeaseState::released);
    EXPECT_EQ(world.ask(alice.solicit()).text(), "ADVERTISE; NA 1 2001:db8:1::10 3000/4000") << "affinity";
}

TEST(Release6, WithoutAffinityTheRowGoes) {
    auto config = home_config();
    config.expiration.hold_reclaimed = seconds{0};
    World6 world{std::move(config)};
    world.bind(alice);
    world.ask(alice.release({{na, 1, {"2001:db8:1::10"}}}));
    EXPECT_FALSE(world.row("2001:db8:1::10"));
}

TEST(Release6, OfWhatTheClientDoesNotHaveIsNoBinding) {
    World6 world{home_config()};
    world.bind(alice);
    EXPECT_EQ(world.ask(bob.release({{na, 1, {"2001:db8:1::10"}}})).text(), "REPLY Success; NA 1 NoBinding");
    EXPECT_EQ(world.ask(alice.release({{na, 2, {"2001:db8:1::10"}}})).text(), "REPLY Success; NA 2 NoBinding")
        << "another IA";
    EXPECT_EQ(world.row("2001:db8:1::10")->state, LeaseState::assigned);
}

TEST(Release6, NamingALeaseTwiceGivesItUpOnce) {
    World6 world{home_config()};
    world.bind(alice);
    const SentIa twice{na, 1, {"2001:db8:1::10", "2001:db8:1::10"}};
    EXPECT_EQ(world.ask(alice.release({twice})).text(), "REPLY Success; NA 1 Success");
    EXPECT_EQ(world.refused_changes(), 0u);
}

// --- RFC 8415 18.3.8: DECLINE

TEST(Decline6, KeepsTheAddressFromEverybody) {
    World6 world{home_config()};
    world.bind(alice);
    EXPECT_EQ(world.ask(alice.decline({{na, 1, {"2001:db8:1::10"}}})).text(), "REPLY Success; NA 1 Success");
    const auto row = world.row("2001:db8:1::10");
    EXPECT_EQ(row->state, LeaseState::declined);
    EXPECT_THAT(row->duid, IsEmpty());
    EXPECT_EQ(world.ask(alice.solicit({{na, 1, {"2001:db8:1::10"}}})).text(),
              "ADVERTISE; NA 1 2001:db8:1::11 3000/4000");
    EXPECT_EQ(world.ask(alice.decline({{na, 1, {"2001:db8:1::10"}}})).text(), "REPLY Success; NA 1 NoBinding");
}

TEST(Decline6, PrefixesAreNotDeclined) {
    World6 world{home_config()};
    world.bind(alice, {{pd, 1}});
    EXPECT_EQ(world.ask(alice.decline({{pd, 1, {"2001:db8:f000::/56"}}})).text(), "REPLY Success");
    EXPECT_EQ(world.row("2001:db8:f000::/56")->state, LeaseState::assigned);
}

// --- RFC 8415 18.3.3: CONFIRM

TEST(Confirm6, Rfc8415TellsWhetherAllAddressesAreOnTheLink) {
    World6 world{home_config()};
    EXPECT_EQ(world.ask(alice.confirm({{na, 1, {"2001:db8:1::99"}}})).text(), "REPLY Success");
    EXPECT_EQ(world.ask(alice.confirm({{na, 1, {"2001:db8:1::99"}}, {na, 2, {"2001:db8:9::1"}}})).text(),
              "REPLY NotOnLink");
    EXPECT_TRUE(world.ask(alice.confirm({{na, 1}})).silent());
    EXPECT_TRUE(world.ask(alice.confirm({{pd, 1, {"2001:db8:f000::/56"}}})).silent());
}

// --- RFC 8415 18.3.6: INFORMATION-REQUEST

TEST(InformationRequest6, GetsOptionsWithAndWithoutASubnetOrAnIdentifier) {
    auto config = home_config();
    config.options = {testing_world6::option6(option::dns_servers, "20010db8000000000000000000000053")};
    config.subnets[0].options = {testing_world6::option6(option::sntp_servers, "20010db8000000000000000000000123")};
    World6 world{std::move(config)};
    auto packet = alice.information_request().requesting({option::dns_servers, option::sntp_servers});
    const auto reply = world.ask(packet);
    EXPECT_EQ(reply.text(), "REPLY");
    EXPECT_TRUE(reply.option(option::dns_servers));
    EXPECT_TRUE(reply.option(option::sntp_servers));
    packet.arrival.interface_name = "elsewhere";
    packet.without(option::client_id);
    const auto other = world.ask(packet);
    EXPECT_TRUE(other.option(option::dns_servers));
    EXPECT_FALSE(other.option(option::sntp_servers));
    EXPECT_FALSE(other.option(option::client_id));
}

// --- RFC 9686: address registration

Bytes registered(std::string_view address, std::uint32_t valid = 3600) {
    auto payload = octets(ip6(address));
    for (int shift = 24; shift >= 0; shift -= 8) payload.push_back(0);
    for (int shift = 24; shift >= 0; shift -= 8) payload.push_back(static_cast<std::uint8_t>(valid >> shift));
    return payload;
}

Packet6 registration(const Client6& client, std::string_view address, std::uint32_t valid = 3600) {
    auto packet = client.packet(MessageType::addr_reg_inform, {}, false);
    packet.arrival.source = ip6(address);
    return packet.with(option::iaaddr, registered(address, valid));
}

TEST(Registration6, KeepsAnAddressThatTheClientMadeItself) {
    World6 world{home_config()};
    const auto reply = world.ask(registration(alice, "2001:db8:1::abcd"));
    EXPECT_EQ(reply.type(), MessageType::addr_reg_reply);
    EXPECT_EQ(reply.option(option::iaaddr), registered("2001:db8:1::abcd"));
    const auto row = world.row("2001:db8:1::abcd");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->state, LeaseState::registered);
    EXPECT_EQ(row->valid_lifetime, 3600u);
    world.pass(seconds{2000});
    EXPECT_EQ(world.ask(registration(alice, "2001:db8:1::abcd")).type(), MessageType::addr_reg_reply);
    EXPECT_EQ(world.row("2001:db8:1::abcd")->expire, world.now() + seconds{3600});
    world.ask(registration(alice, "2001:db8:1::abcd", 0));
    EXPECT_FALSE(world.row("2001:db8:1::abcd"));
    EXPECT_EQ(world.refused_changes(), 0u);
}

TEST(Registration6, Rfc9686IsSilentAboutWhatIsWrong) {
    World6 world{home_config()};
    world.bind(bob);
    auto from_elsewhere = registration(alice, "2001:db8:1::abcd");
    from_elsewhere.arrival.source = ip6("2001:db8:1::abce");
    EXPECT_TRUE(world.ask(from_elsewhere).silent());
    EXPECT_TRUE(world.ask(registration(alice, "2001:db8:1::10")).silent()) << "leased to bob";
    EXPECT_TRUE(world.ask(registration(alice, "2001:db8:9::10")).silent()) << "of no subnet here";
    EXPECT_TRUE(world.ask(registration(alice, "2001:db8:1::abcd").with_ia({na, 1})).silent());
    EXPECT_TRUE(world.ask(registration(alice, "2001:db8:1::abcd").with(option::iaaddr, registered("2001:db8:1::1")))
                    .silent());
    auto config = home_config();
    config.allow_address_registration = false;
    World6 refusing{std::move(config)};
    EXPECT_TRUE(refusing.ask(registration(alice, "2001:db8:1::abcd")).silent());
}

TEST(Registration6, AnAddressOfAPoolIsNotGivenOutMeanwhile) {
    World6 world{home_config()};
    world.ask(registration(alice, "2001:db8:1::10"));
    EXPECT_EQ(world.bind(bob), "REPLY; NA 1 2001:db8:1::11 3000/4000");
}

}  // namespace
}  // namespace leasehold::v6::decide_other_test
