// RFC 8415 18.3.11 and 20.4: who gets a key, what a RECONFIGURE looks like on the wire, when it is sent again. The digest
// here is a stand-in that shows what it was made of; the true one is control's (reconfigure_secret_test).
#include "dhcp/v6/reconfigure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v6/reconfigurer.hpp"
#include "tests/dhcp/v6/packet.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::reconfigure_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing_world6::Bytes;
using testing_world6::Client6;
using testing_world6::home_config;
using testing_world6::World6;
using std::chrono::seconds;

/// The key ends in the DUID's last octet; the digest in the key's last and the message's length.
struct PlainKeys final : ReconfigureKeys {
    ReconfigureKey key_of(OctetView duid) const override {
        ReconfigureKey key{};
        key.back() = duid.back();
        return key;
    }
    ReconfigureDigest sign(const ReconfigureKey& key, OctetView message) const override {
        ReconfigureDigest digest{};
        digest[14] = key.back();
        digest[15] = static_cast<std::uint8_t>(message.size());
        return digest;
    }
};

const Client6 alice = Client6::number(1);
const std::vector<testing_world6::SentIa> address{{LeaseKind::na, 1, {"2001:db8:1::10"}}};

ServerConfig with_keys() {
    auto config = home_config();
    config.reconfigure_keys = std::make_shared<PlainKeys>();
    return config;
}

testing_world6::Packet6 willing(testing_world6::Packet6 packet) {
    return packet.with(option::reconf_accept, {});
}

// --- who gets a key

// RFC 8415 20.4.2, 21.20
TEST(ReconfigureKey, IsInTheReplyOfAClientThatTakesReconfigure) {
    World6 world{with_keys()};
    auto advertise = world.ask(willing(alice.solicit()));
    EXPECT_THAT(advertise.codes(), Contains(option::reconf_accept));
    EXPECT_THAT(advertise.codes(), Not(Contains(option::auth)));
    const auto reply = world.ask(willing(alice.request(address)));
    EXPECT_EQ(reply.option(option::reconf_accept), Bytes{});
    const auto auth = reply.option(option::auth);
    ASSERT_TRUE(auth);
    ASSERT_EQ(auth->size(), 28u);
    EXPECT_EQ((Bytes{auth->begin(), auth->begin() + 3}), (Bytes{3, 1, 0})) << "protocol, HMAC-MD5, monotonic";
    EXPECT_EQ((*auth)[11], 1) << "a key";
    EXPECT_EQ(auth->back(), alice.duid.back());
    for (const auto& packet : {alice.renew(address), alice.rebind(address)})
        EXPECT_THAT(world.ask(willing(packet)).codes(), Contains(option::auth));
}

TEST(ReconfigureKey, IsForNobodyElse) {
    World6 world{with_keys()};
    EXPECT_THAT(world.ask(alice.request(address)).codes(), Not(Contains(option::auth)));
    EXPECT_THAT(world.ask(willing(alice.information_request())).codes(), Not(Contains(option::auth)));
    World6 without{home_config()};
    EXPECT_THAT(without.ask(willing(alice.request(address))).codes(),
                Not(testing::AnyOf(Contains(option::auth), Contains(option::reconf_accept))));
    auto by_flex_id = with_keys();
    by_flex_id.flex_id_replaces_client_id = true;
    World6 flexible{std::move(by_flex_id)};
    EXPECT_THAT(flexible.ask(willing(alice.request(address))).codes(), Not(Contains(option::auth)));
}

TEST(ReconfigureKey, ItsLeasesSayHowTheClientIsReached) {
    World6 world{with_keys()};
    const auto note_of = [](const auto& answer) {
        return read_reconfigure_note(std::get<Put>(answer.done->changes.at(0)).lease.user_context);
    };
    const auto direct = note_of(world.ask(willing(alice.request(address))));
    ASSERT_TRUE(direct);
    EXPECT_EQ(direct->way.via, *parse_ipv6(alice.address));
    EXPECT_FALSE(direct->way.device.empty());
    EXPECT_THAT(direct->relays, IsEmpty());
    EXPECT_FALSE(note_of(world.ask(alice.renew(address)))) << "a client that does not take it any more";
}

// --- on the wire

ReconfigureNote direct_way() {
    return {{*parse_ipv6("fe80::1"), "lan0"}, 547, {}};
}

TEST(Reconfigure, NamesBothSaysWhatIsWantedAndIsSigned) {
    const Octets client{0, 3, 0, 1, 7}, server{0, 3, 0, 1, 9};
    const auto reply = make_reconfigure({view(client), view(server), MessageType::rebind, 0x0102030405060708},
                                        direct_way(), PlainKeys{});
    const Packet expected = joined(
        {{10, 0, 0, 0},
         option_of(option::client_id, {0, 3, 0, 1, 7}),
         option_of(option::server_id, {0, 3, 0, 1, 9}),
         option_of(option::reconf_msg, {6}),
         option_of(option::auth, {3, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 59})});
    EXPECT_EQ(packet_of(reply.bytes), expected);
    EXPECT_EQ(expected.size(), 59u) << "what the digest was made of";
    EXPECT_EQ(reply.destination, (Destination{Route::address, *parse_ipv6("fe80::1"), 546, {}}));
}

// RFC 8415 19.3: the digest is of the client's message alone
TEST(Reconfigure, GoesThroughTheRelaysThatTheClientCameThrough) {
    const Octets client{0, 3, 0, 1, 7};
    ReconfigureNote way{{*parse_ipv6("2001:db8:9::1"), "lan0"}, 1547, {}};
    way.relays = {{1, *parse_ipv6("2001:db8:9::1"), *parse_ipv6("fe80::2"), option_of(option::relay_source_port, {0, 0})},
                  {0, *parse_ipv6("2001:db8:2::1"), *parse_ipv6("fe80::1"), option_of(option::interface_id, {'p'})}};
    const Reconfigure message{view(client), view(client), MessageType::renew, 1};
    const auto direct = make_reconfigure(message, direct_way(), PlainKeys{});
    const auto relayed = make_reconfigure(message, way, PlainKeys{});
    const auto inner = relay_of(0, "2001:db8:2::1", "fe80::1",
                                {option_of(option::interface_id, {'p'}), option_of(option::relay_msg, packet_of(direct.bytes))},
                                MessageType::relay_reply);
    EXPECT_EQ(packet_of(relayed.bytes), relay_of(1, "2001:db8:9::1", "fe80::2",
                                      {option_of(option::relay_source_port, {0, 0}), option_of(option::relay_msg, inner)},
                                      MessageType::relay_reply));
    EXPECT_EQ(relayed.destination.port, 1547);
}

TEST(Reconfigure, ANoteThatSomebodySpoiltMakesNothing) {
    auto way = direct_way();
    way.relays = {{0, {}, {}, {0, 18, 0, 9}}};  // an option that is cut off
    EXPECT_THAT(make_reconfigure({}, way, PlainKeys{}).bytes, IsEmpty());
}

// --- when

struct ReconfigurerTest : testing::Test {
    ReconfigurerTest() { reconfigurer.use(std::make_shared<ServerConfig>(with_keys())); }
    bool add(std::uint8_t client, MessageType wanted = MessageType::renew) {
        return reconfigurer.add({duid(client), direct_way(), wanted});
    }
    static Octets duid(std::uint8_t client) { return {0, 3, 0, 1, client}; }
    /// @return seconds from now at which something is sent
    std::vector<int> sent_within(int last) {
        std::vector<int> at;
        for (int second = 0; second <= last; ++second) {
            const auto before = sent.size();
            reconfigurer.tick(start + seconds{second}, 1000);
            if (sent.size() != before) at.push_back(second);
        }
        return at;
    }

    bool reachable = true;
    std::vector<Reply> sent;
    Reconfigurer reconfigurer{[this](const ReconfigureTarget&, Reply&& message) {
        if (reachable) sent.push_back(std::move(message));
        return reachable;
    }};
    const Reconfigurer::SteadyTime start{};
};

// RFC 8415 18.3.11: REC_TIMEOUT, REC_MAX_RC
TEST_F(ReconfigurerTest, IsSentEightTimesWithDoubledWaits) {
    EXPECT_TRUE(add(1));
    EXPECT_THAT(sent_within(600), ElementsAre(0, 2, 6, 14, 30, 62, 126, 254));
    EXPECT_EQ(reconfigurer.status(), (ReconfigureStatus{.sent = 8, .unanswered = 1}));
}

// RFC 8415 20.3: each message has a higher value than the one before
TEST_F(ReconfigurerTest, ReplayValuesGrow) {
    add(1);
    add(2);
    sent_within(2);
    std::vector<std::uint8_t> values;
    for (const auto& message : sent) {
        const auto auth = MessageView::parse(message.bytes)->option(option::auth);
        values.push_back((*auth)[10]);
    }
    EXPECT_EQ(values, (std::vector<std::uint8_t>{0xe8, 0xe9, 0xea, 0xeb}));
}

TEST_F(ReconfigurerTest, WhoComesIsLeftAlone) {
    add(1);
    add(2);
    sent_within(0);
    reconfigurer.heard(view(duid(1)));
    reconfigurer.heard(view(duid(9)));
    EXPECT_EQ(reconfigurer.status(), (ReconfigureStatus{.waiting = 1, .sent = 2, .answered = 1}));
    EXPECT_THAT(sent_within(3), ElementsAre(2));
    EXPECT_EQ(sent.size(), 3u);
}

TEST_F(ReconfigurerTest, WhoComesBeforeItsTurnIsNotCalled) {
    add(1);
    reconfigurer.heard(view(duid(1)));
    EXPECT_THAT(sent_within(3), IsEmpty());
    add(1);
    EXPECT_THAT(sent_within(0), ElementsAre(0));
}

TEST_F(ReconfigurerTest, ToldTwiceItBeginsAnew) {
    add(1);
    sent_within(10);
    add(1, MessageType::rebind);
    sent.clear();
    EXPECT_THAT(sent_within(5), ElementsAre(0, 2));
    EXPECT_EQ(MessageView::parse(sent[0].bytes)->option(option::reconf_msg)->front(), 6);
}

TEST_F(ReconfigurerTest, SoManyBeginInASecond) {
    for (int client = 0; client < 250; ++client) add(static_cast<std::uint8_t>(client));
    std::vector<std::size_t> counts;
    for (int second = 0; second < 2; ++second) {
        reconfigurer.tick(start + seconds{second}, 1000);
        counts.push_back(sent.size());
    }
    EXPECT_THAT(counts, ElementsAre(100u, 200u));
    EXPECT_EQ(reconfigurer.status().queued, 50u);
}

TEST_F(ReconfigurerTest, AnInterfaceThatIsAwayCostsATryAndNoMore) {
    reachable = false;
    add(1);
    sent_within(0);
    reachable = true;
    EXPECT_THAT(sent_within(2), ElementsAre(2));
}

TEST_F(ReconfigurerTest, WithoutKeysNobodyIsTold) {
    add(1);
    reconfigurer.use(std::make_shared<ServerConfig>(home_config()));
    EXPECT_FALSE(add(2));
    EXPECT_THAT(sent_within(3), IsEmpty());
    EXPECT_EQ(reconfigurer.status().queued, 0u);
}

}  // namespace
}  // namespace leasehold::v6::reconfigure_test
