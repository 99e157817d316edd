// What clients send, read by the server's own parsers; what the empty server answers, read by the clients.
#include "tests/bench/load/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "tests/bench/load/fake_server.hpp"

namespace leasehold::bench::codec_test {

using testing::ElementsAre;

Octets8 written(const Settings& settings, const Question& question) {
    Octets8 buffer(question_size_max);
    const auto octets = make_codec(settings.clients, settings.relays)->write(question, buffer);
    return {octets.begin(), octets.end()};
}

Octets8 answered(const Settings& settings, const Octets8& question) {
    const EmptyServer server{settings.clients.family, *settings.network, *settings.delegate};
    Octets8 buffer(EmptyServer::reply_size_max);
    const auto answer =
        server.answer({.bytes = question, .source = {}, .destination = {}, .source_port = 67}, buffer);
    if (!answer) return {};
    return {answer->bytes.begin(), answer->bytes.end()};
}

std::vector<std::uint8_t> list(OctetSpan octets) {
    return {octets.begin(), octets.end()};
}

TEST(LoadCodec4, ADiscoverBehindARelay) {
    auto settings = relayed_settings(Family::v4);
    settings.relays.count = 3;
    settings.relays.circuit_id = "port %";
    settings.relays.remote_id = "east";
    settings.clients.broadcast_flag = true;
    const auto octets =
        written(settings, {.client = 5, .xid = 7, .elapsed = std::chrono::seconds{9}, .through_relay = true});
    const auto message = v4::MessageView::parse(octets);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->type(), v4::MessageType::discover);
    EXPECT_EQ(message->xid(), 7u);
    EXPECT_EQ(message->secs(), 9);
    EXPECT_EQ(message->flags(), v4::broadcast_flag);
    EXPECT_EQ(to_string(message->giaddr()), "10.1.2.1");  // the third of three
    EXPECT_THAT(list(message->chaddr()), ElementsAre(2, 0, 0xaa, 0xbb, 0, 5));
    EXPECT_THAT(list(*message->option(61)), ElementsAre(1, 2, 0, 0xaa, 0xbb, 0, 5));
    EXPECT_EQ(as_text(*message->relay_suboption(v4::rai::circuit_id)), "port 5");
    EXPECT_EQ(as_text(*message->relay_suboption(v4::rai::remote_id)), "east");
}

TEST(LoadCodec4, EachMessageSaysWhatItsStateHasToSay) {
    // RFC 2131, table 5
    const auto settings = relayed_settings(Family::v4);
    const std::array<std::uint8_t, 4> server{10, 0, 0, 1};
    Question question{.client = 1, .xid = 7, .server = server};
    question.units = {.address = to_ipv6(Ipv4{0x0a000009}), .prefix = {}, .has_address = true};

    question.ask = Ask::request;
    auto octets = written(settings, question);
    auto message = v4::MessageView::parse(octets);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->ciaddr().is_zero());
    EXPECT_EQ(message->option_ipv4(50), Ipv4{0x0a000009});
    EXPECT_EQ(message->option_ipv4(54), Ipv4{0x0a000001});
    EXPECT_TRUE(message->giaddr().is_zero()) << "not through the relay";

    question.ask = Ask::renew;
    octets = written(settings, question);
    message = v4::MessageView::parse(octets);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->type(), v4::MessageType::request);
    EXPECT_EQ(message->ciaddr(), Ipv4{0x0a000009});
    EXPECT_FALSE(message->has(50));
    EXPECT_FALSE(message->has(54));

    question.ask = Ask::release;
    octets = written(settings, question);
    message = v4::MessageView::parse(octets);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->type(), v4::MessageType::release);
    EXPECT_EQ(message->ciaddr(), Ipv4{0x0a000009});
    EXPECT_EQ(message->option_ipv4(54), Ipv4{0x0a000001});
    EXPECT_FALSE(message->has(50));
}

TEST(LoadCodec6, ASolicitBehindARelay) {
    auto settings = relayed_settings(Family::v6);
    settings.relays.count = 4;
    settings.relays.circuit_id = "port %";
    settings.relays.remote_id = "east";
    const auto octets = written(
        settings,
        {.client = 5, .xid = 7, .elapsed = std::chrono::seconds{2}, .rapid = true, .through_relay = true});
    const auto message = v6::MessageView::parse(octets);
    ASSERT_TRUE(message) << to_string(message.error().code);
    EXPECT_EQ(message->type(), v6::MessageType::solicit);
    EXPECT_EQ(message->xid(), 7u);
    EXPECT_TRUE(message->has(v6::option::rapid_commit));
    EXPECT_EQ(message->option_u16(v6::option::elapsed_time), 200);
    EXPECT_THAT(list(message->duid()), ElementsAre(0, 3, 0, 1, 2, 0, 0xaa, 0xbb, 0, 5));
    ASSERT_EQ(message->relays().size(), 1u);
    const auto& relay = message->relays()[0];
    EXPECT_EQ(to_string(relay.link_address()), "2001:db8:1:1::1");  // the second of four
    EXPECT_EQ(to_string(relay.peer_address()), "fe80::aaff:febb:5");
    EXPECT_EQ(as_text(*relay.option(v6::option::interface_id)), "port 5");
    EXPECT_EQ(as_text(relay.option(v6::option::remote_id)->subspan(4)), "east");
    std::vector<LeaseKind> kinds;
    for (const auto& ia : message->ias()) kinds.push_back(ia.kind);
    EXPECT_THAT(kinds, ElementsAre(LeaseKind::na, LeaseKind::pd));
}

TEST(LoadCodec6, ARenewalNamesServerAndUnits) {
    auto settings = relayed_settings(Family::v6);
    settings.relays.first = std::nullopt;
    const std::array<std::uint8_t, 10> server{0, 3, 0, 1, 1, 2, 3, 4, 5, 6};
    const Units units{.address = *parse_ipv6("2001:db8::5"),
                      .prefix = *parse_ipv6("3000:1::"),
                      .has_address = true,
                      .prefix_length = 56};
    const auto octets =
        written(settings, {.ask = Ask::renew, .client = 1, .xid = 9, .units = units, .server = server});
    const auto message = v6::MessageView::parse(octets);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->type(), v6::MessageType::renew);
    EXPECT_FALSE(message->is_relayed());
    EXPECT_EQ(list(message->server_id()), list(server));
    std::vector<std::string> asked;
    for (const auto& ia : message->ias())
        for (const auto& lease : ia.leases()) asked.push_back(to_string(lease.unit));
    EXPECT_THAT(asked, ElementsAre("2001:db8::5", "3000:1::/56"));
}

class LoadCodec : public testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, LoadCodec, testing::Values(Family::v4, Family::v6),
                         [](const auto& tested) { return tested.param == Family::v4 ? "v4" : "v6"; });

TEST_P(LoadCodec, AnAnswerNamesItsClient) {
    const auto settings = relayed_settings(GetParam());
    const auto codec = make_codec(settings.clients, settings.relays);
    const auto octets =
        answered(settings, written(settings, {.client = 42, .xid = 0x123456, .through_relay = true}));
    const auto answer = codec->read(octets);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, AnswerKind::offer);
    EXPECT_EQ(answer->client, 42u);
    EXPECT_EQ(answer->xid, 0x123456u);
    EXPECT_EQ(answer->valid, std::chrono::seconds{3600});
    EXPECT_FALSE(answer->server.empty());
    EXPECT_TRUE(answer->units.has_address);
    EXPECT_EQ(answer->units.prefix_length, GetParam() == Family::v6 ? 56 : 0);
}

TEST_P(LoadCodec, ARequestIsAcknowledgedWithTheSameUnits) {
    const auto settings = relayed_settings(GetParam());
    const auto codec = make_codec(settings.clients, settings.relays);
    const auto offer_octets =
        answered(settings, written(settings, {.client = 3, .xid = 1, .through_relay = true}));
    const auto offer = codec->read(offer_octets);
    ASSERT_TRUE(offer);
    const auto octets = answered(settings, written(settings, {.ask = Ask::request,
                                                              .client = 3,
                                                              .xid = 2,
                                                              .units = offer->units,
                                                              .server = offer->server,
                                                              .through_relay = true}));
    const auto ack = codec->read(octets);
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->kind, AnswerKind::ack);
    EXPECT_EQ(ack->units, offer->units);
    EXPECT_EQ(list(ack->server), list(offer->server));
}

TEST_P(LoadCodec, ClientsOfOtherRunsAreStrangers) {
    const auto settings = relayed_settings(GetParam());
    auto others = settings;
    others.clients.base_mac += 50;
    const auto codec = make_codec(settings.clients, settings.relays);
    const auto of_other = [&](ClientNumber client) {
        const auto octets =
            answered(settings, written(others, {.client = client, .xid = 1, .through_relay = true}));
        return codec->read(octets)->client;
    };
    EXPECT_EQ(of_other(49), 99u);
    EXPECT_EQ(of_other(50), no_client);
}

TEST_P(LoadCodec, DamagedAnswersAreNone) {
    const auto settings = relayed_settings(GetParam());
    const auto codec = make_codec(settings.clients, settings.relays);
    const auto octets = answered(settings, written(settings, {.client = 1, .xid = 1, .through_relay = true}));
    ASSERT_TRUE(codec->read(octets));
    for (std::size_t size = 0; size < octets.size(); ++size) codec->read(OctetSpan{octets}.first(size));
    EXPECT_FALSE(codec->read(OctetSpan{octets}.first(20)));
    EXPECT_FALSE(codec->read({}));
}

TEST(LoadCodec6, ANegativeStatusIsARefusal) {
    const auto settings = relayed_settings(Family::v6);
    const auto codec = make_codec6(settings.clients, settings.relays);
    for (const auto status : {v6::StatusCode::success, v6::StatusCode::no_addrs_avail}) {
        Octets8 buffer(500);
        v6::MessageWriter writer{buffer, v6::MessageType::reply, 5};
        writer.begin_ia(LeaseKind::na, 1, 10, 20);
        if (status == v6::StatusCode::success) {
            writer.begin_ia_lease(LeaseKind::na, {*parse_ipv6("2001:db8::1"), 128}, 30, 40);
            writer.end_option();
        }
        writer.add_status(status, "");
        writer.end_option();
        const auto answer = codec->read(writer.finish());
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->kind, status == v6::StatusCode::success ? AnswerKind::ack : AnswerKind::refusal);
    }
}

TEST(LoadCodec, TextOfHardwareAddresses) {
    Clients clients{.base_mac = 0xfffffffffffe};
    EXPECT_EQ(mac_text(mac_of(clients, 1)), "ff:ff:ff:ff:ff:ff");
    EXPECT_EQ(mac_text(mac_of(clients, 3)), "00:00:00:00:00:01");
    EXPECT_EQ(client_of(clients, 1), 3u);
}

}  // namespace leasehold::bench::codec_test
