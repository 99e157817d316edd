// What replies carry besides leases, and how they go back through the relays.
#include "dhcp/v6/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v6/option_table.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::reply_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing_world6::Answer6;
using testing_world6::Bytes;
using testing_world6::Client6;
using testing_world6::home_config;
using testing_world6::host6_of;
using testing_world6::ip6;
using testing_world6::octets;
using testing_world6::option6;
using testing_world6::Packet6;
using testing_world6::World6;

const Client6 alice = Client6::number(1);
constexpr std::uint16_t dns = option::dns_servers, sntp = option::sntp_servers;

OptionValue tagged(OptionValue value, ClassId only_for) {
    value.only_for = {only_for};
    return value;
}
OptionValue always(OptionValue value) {
    value.always_send = true;
    return value;
}
OptionValue never(OptionValue value) {
    value.never_send = true;
    return value;
}
OptionValue of_vendor(OptionValue value, std::uint32_t enterprise) {
    value.vendor = enterprise;
    return value;
}

Answer6 answer_to(ServerConfig config, const Packet6& packet) {
    finish(config);
    World6 world{std::move(config)};
    return world.ask(packet);
}

// --- RFC 8415 18.3, 21.7: the option request option

TEST(Options6, OnlyWhatIsAskedForIsSent) {
    auto config = home_config();
    config.options = {option6(dns, "01"), option6(sntp, "02")};
    EXPECT_EQ(answer_to(config, alice.solicit().requesting({dns})).option(dns), Bytes{1});
    EXPECT_THAT(answer_to(config, alice.solicit().requesting({dns})).codes(), Not(Contains(sntp)));
    EXPECT_THAT(answer_to(config, alice.solicit()).codes(), Not(Contains(dns)));
}

TEST(Options6, TheNearestScopeThatFitsGivesIt) {
    auto config = home_config();
    const auto other = config.class_names.intern("other");
    config.options = {option6(dns, "01")};
    auto& subnet = config.subnets[0];
    const auto asked = alice.solicit().requesting({dns});
    subnet.options = {option6(dns, "02")};
    EXPECT_EQ(answer_to(config, asked).option(dns), Bytes{2});
    subnet.pools[0].options = {option6(dns, "03")};
    EXPECT_EQ(answer_to(config, asked).option(dns), Bytes{3});
    auto host = host6_of(alice, 1, {});
    host.options = {option6(dns, "04")};
    config.hosts = std::make_shared<const HostTable>(std::vector{host});
    EXPECT_EQ(answer_to(config, asked).option(dns), Bytes{4});
    host.options = {tagged(option6(dns, "05"), other)};
    config.hosts = std::make_shared<const HostTable>(std::vector{host});
    EXPECT_EQ(answer_to(config, asked).option(dns), Bytes{3}) << "meant for a class that the client is not in";
}

TEST(Options6, SomeAreAlwaysSentAndSomeNever) {
    auto config = home_config();
    config.options = {always(option6(dns, "01")), option6(sntp, "02")};
    EXPECT_EQ(answer_to(config, alice.solicit()).option(dns), Bytes{1});
    config.subnets[0].options = {never(option6(sntp, "03"))};
    EXPECT_FALSE(answer_to(config, alice.solicit().requesting({sntp})).option(sntp));
}

TEST(Options6, APreferenceIsForAdvertises) {
    auto config = home_config();
    config.options = {option6(option::preference, "0a")};
    EXPECT_EQ(answer_to(config, alice.solicit()).option(option::preference), Bytes{10});
    EXPECT_FALSE(answer_to(config, alice.request({{}})).option(option::preference));
}

// --- RFC 8415 21.17: vendors

TEST(VendorOptions6, GoToTheVendorsThatTheClientNames) {
    auto config = home_config();
    config.options = {of_vendor(option6(32, "aabb"), 4491), of_vendor(option6(1, "cc"), 9)};
    const auto plain = answer_to(config, alice.solicit());
    EXPECT_FALSE(plain.option(option::vendor_opts));
    auto packet = alice.solicit().with(option::vendor_class, {0, 0, 0x11, 0x8b, 0, 1, 'x'});
    EXPECT_EQ(answer_to(config, packet).option(option::vendor_opts), (Bytes{0, 0, 0x11, 0x8b, 0, 32, 0, 2, 0xaa, 0xbb}));
    packet.with(option::vendor_opts, {0, 0, 0, 9});
    const auto both = answer_to(config, packet);
    EXPECT_EQ(both.view().count(option::vendor_opts), 2u);
}

TEST(VendorOptions6, ADocsisListIsFollowed) {
    auto config = home_config();
    config.options = {of_vendor(option6(32, "aa"), 4491), of_vendor(option6(33, "bb"), 4491)};
    auto packet = alice.solicit().with(option::vendor_opts, {0, 0, 0x11, 0x8b, 0, 1, 0, 2, 0, 33});
    EXPECT_EQ(answer_to(config, packet).option(option::vendor_opts), (Bytes{0, 0, 0x11, 0x8b, 0, 33, 0, 1, 0xbb}));
}

// --- flex_option

TEST(FlexOptions6, ExpressionsChangeOptionsAndSubOptions) {
    auto config = home_config();
    const auto text = [](std::string_view expression) {
        ExpressionNames names;
        names.family = Family::v6;
        return Expression::compile(Expression::Kind::text, expression, names).value();
    };
    const auto superseding = [&](std::uint16_t code, std::string_view expression) {
        FlexOption entry;
        entry.code = code;
        entry.action = FlexAction::supersede;
        entry.expression = text(expression);
        return entry;
    };
    const auto added = superseding(dns, "0xabcd"), refused = superseding(option::server_id, "0x01");
    FlexOption within;
    within.code = option::vendor_opts;
    within.vendor = 9;
    within.sub_options.push_back({300, FlexAction::add, text("'x'"), {}, {}});
    config.flex_options = {added, within, refused};
    const auto answer = answer_to(config, alice.solicit());
    EXPECT_EQ(answer.option(dns), (Bytes{0xab, 0xcd}));
    EXPECT_EQ(answer.option(option::vendor_opts), (Bytes{0, 0, 0, 9, 1, 44, 0, 1, 'x'}));
    EXPECT_NE(answer.option(option::server_id), Bytes{1}) << "never changed";
}

// --- RFC 4704: names

Bytes fqdn(std::uint8_t flags, std::string_view labels) {
    Bytes payload{flags};
    const auto text = octets(labels);
    payload.insert(payload.end(), text.begin(), text.end());
    return payload;
}

TEST(Fqdn6, Rfc4704IsAnsweredWithTheNameOfTheLease) {
    using namespace std::string_view_literals;
    auto config = home_config();
    config.dhcp_ddns.enable_updates = true;
    auto ddns = default_ddns();
    ddns.qualifying_suffix = "example.org";
    config.ddns = std::make_shared<const DdnsConfig>(ddns);
    finish(config);
    World6 world{std::move(config)};
    const auto packet = alice.request({{}}).with(option::client_fqdn, fqdn(1, "\4Host"sv));
    const auto reply = world.ask(packet);
    EXPECT_EQ(reply.option(option::client_fqdn), fqdn(1, "\4host\7example\3org\0"sv));
    const auto row = world.row("2001:db8:1::10");
    EXPECT_EQ(row->hostname, "host.example.org.");
    EXPECT_TRUE(row->fqdn_fwd && row->fqdn_rev);
    const auto refused = world.ask(Client6::number(2).request({{}}).with(option::client_fqdn, fqdn(4, "\4test\0"sv)));
    EXPECT_EQ(refused.option(option::client_fqdn), fqdn(4, "\4test\0"sv)) << "N: no updates";
    const auto neither = world.ask(Client6::number(3).request({{}}).with(option::client_fqdn, fqdn(5, "\4test\0"sv)));
    EXPECT_FALSE(neither.option(option::client_fqdn)) << "N and S together are ignored";
}

// --- RFC 8415 19.3: relays

TEST(Relayed6, Rfc8415TheReplyGoesBackTheSameWay) {
    auto config = home_config();
    config.subnets[0].interface = "";
    finish(config);
    World6 world{std::move(config)};
    auto packet = alice.solicit();
    packet.arrival.source = ip6("2001:db8:5::2");
    packet.relayed_by({.link = "2001:db8:1::fe", .peer = "fe80::1", .options = {{option::interface_id, octets("p1")}}});
    packet.relayed_by({.link = "2001:db8:5::1", .peer = "2001:db8:1::fe", .options = {{option::interface_id, octets("p2")}}});
    const auto answer = world.ask(packet);
    EXPECT_EQ(answer.text(), "ADVERTISE; NA 1 2001:db8:1::10 3000/4000");
    const auto message = answer.view();
    ASSERT_EQ(message.relays().size(), 2u);
    EXPECT_EQ(message.relays()[0].peer_address(), ip6("2001:db8:1::fe"));
    EXPECT_EQ(message.relays()[0].hop_count(), 1);
    EXPECT_EQ(message.relays()[1].link_address(), ip6("2001:db8:1::fe"));
    EXPECT_THAT(*message.relays()[1].option(option::interface_id), ElementsAre('p', '1'));
    const auto& to = answer.done->reply->destination;
    EXPECT_EQ(to.address, ip6("2001:db8:5::2"));
    EXPECT_EQ(to.port, 547);
}

TEST(Relayed6, Rfc8357ARelaysOwnPort) {
    World6 world{home_config()};
    auto packet = alice.solicit();
    packet.arrival.source_port = 1547;
    EXPECT_EQ(world.ask(packet).done->reply->destination.port, 546) << "a client's";
    packet.relayed_by({.link = "2001:db8:1::fe", .options = {{option::relay_source_port, {0, 0}}}});
    const auto answer = world.ask(packet);
    EXPECT_EQ(answer.done->reply->destination.port, 1547);
    EXPECT_TRUE(answer.view().relays()[0].has(option::relay_source_port));
}

// RFC 6422 5: the relay may supply options of the list, where the server has none of its own.
TEST(Relayed6, Rfc6422TakesTheOptionsThatTheRelaySupplies) {
    auto config = home_config();
    Packet6 packet = alice.solicit().requesting({dns});
    packet.relayed_by({.link = "2001:db8:1::fe",
                       .options = {{option::rsoo, {0, 65, 0, 1, 'e', 0, 64, 0, 1, 'f'}}}});
    const auto answer = answer_to(config, packet);
    EXPECT_EQ(answer.option(option::erp_local_domain_name), Bytes{'e'});
    EXPECT_FALSE(answer.option(64)) << "not in relay-supplied-options";
    config.options = {always(option6(option::erp_local_domain_name, "07"))};
    EXPECT_EQ(answer_to(config, packet).option(option::erp_local_domain_name), Bytes{7});
}

}  // namespace
}  // namespace leasehold::v6::reply_test
