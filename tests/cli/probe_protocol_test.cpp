// What `leasehold probe` makes of what a server, or a stranger, sends.
#include "cli/probe_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::probe_protocol_test {
namespace {

ProbeArguments probe_arguments(Family family) {
    ProbeArguments arguments;
    arguments.family = family;
    arguments.mac = {2, 0, 0, 0, 0, 1};
    arguments.duid = {0, 3, 0, 1, 2, 0, 0, 0, 0, 1};
    return arguments;
}

std::string value_of(const ProbeMessage& message, const std::string& name) {
    for (const auto& line : message.lines)
        if (line.name == name) return line.text;
    return "(not there)";
}

/// A server's answer to the question, as a v4 server writes it.
ProbeOctets answer4(const ProbeOctets& question, v4::MessageType type, Ipv4 yiaddr, bool same_xid = true) {
    const auto asked = v4::MessageView::parse(question);
    v4::ReplyHeader header;
    header.xid = asked->xid() + (same_xid ? 0 : 1);
    header.yiaddr = yiaddr;
    header.hlen = 6;
    std::ranges::copy(asked->chaddr(), header.chaddr.begin());
    ProbeOctets octets(600);
    v4::MessageWriter writer{octets, header, type};
    writer.add_ipv4(v4::option::server_identifier, Ipv4{0x0a000001});
    if (type == v4::MessageType::nak) writer.add_text(v4::option::message, "not \x1b[31mhere");
    const std::uint8_t circuit[]{1, 2, 'p', '1', 9};  // ends in the middle of a sub-option
    writer.add(v4::option::relay_agent_information, circuit);
    octets.resize(writer.finish());
    return octets;
}

TEST(Probe4, AsksAsAClientAndAsARelay) {
    auto arguments = probe_arguments(Family::v4);
    arguments.client_id = {1, 2, 3};
    arguments.options.push_back({60, {'A', 'B'}});
    const auto as_client = make_probe4(arguments)->first();
    const auto view = v4::MessageView::parse(as_client);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->type(), v4::MessageType::discover);
    EXPECT_EQ(view->flags(), v4::broadcast_flag);
    EXPECT_EQ(to_hex(*view->option(61)), "01:02:03");
    EXPECT_EQ(to_hex(*view->option(60)), "41:42");
    arguments.relay = to_ipv6(Ipv4{0x0a010001});
    const auto as_relay = make_probe4(arguments)->first();
    const auto relayed = v4::MessageView::parse(as_relay);
    EXPECT_EQ(relayed->giaddr(), Ipv4{0x0a010001});
    EXPECT_EQ(relayed->flags(), 0);
    EXPECT_EQ(relayed->hops(), 1);
}

TEST(Probe4, GoesFromOfferToRequestToRelease) {
    const auto probe = make_probe4(probe_arguments(Family::v4));
    const auto offer = probe->read(answer4(probe->first(), v4::MessageType::offer, Ipv4{0x0a000064}));
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->server, "10.0.0.1");
    EXPECT_THAT(offer->units, testing::ElementsAre("10.0.0.100"));
    EXPECT_EQ(offer->refusal, "");
    const auto request = probe->request(*offer);
    EXPECT_EQ(v4::MessageView::parse(request)->option_ipv4(50), Ipv4{0x0a000064});
    EXPECT_EQ(v4::MessageView::parse(request)->option_ipv4(54), Ipv4{0x0a000001});
    const auto release = probe->release(*offer);
    EXPECT_EQ(v4::MessageView::parse(release)->ciaddr(), Ipv4{0x0a000064});
    EXPECT_EQ(v4::MessageView::parse(release)->type(), v4::MessageType::release);
}

TEST(Probe4, TellsARefusalAndIgnoresOthers) {
    const auto probe = make_probe4(probe_arguments(Family::v4));
    const auto question = probe->first();
    const auto nak = probe->read(answer4(question, v4::MessageType::nak, {}));
    ASSERT_TRUE(nak);
    EXPECT_EQ(nak->refusal, "the server refuses (DHCPNAK): not ?[31mhere");
    EXPECT_TRUE(probe->read(answer4(question, v4::MessageType::offer, {}))->refusal.contains("no address"));
    EXPECT_FALSE(probe->read(answer4(question, v4::MessageType::offer, Ipv4{1}, false)));
    EXPECT_FALSE(probe->read(question));
}

TEST(Probe4, ShowsOptionsWithinOptionsAndSurvivesEveryTruncation) {
    const auto probe = make_probe4(probe_arguments(Family::v4));
    const auto answer = answer4(probe->first(), v4::MessageType::offer, Ipv4{0x0a000064});
    const auto shown = probe->show(answer);
    EXPECT_EQ(value_of(shown, "yiaddr"), "10.0.0.100");
    EXPECT_EQ(value_of(shown, "54 dhcp-server-identifier"), "10.0.0.1");
    EXPECT_EQ(value_of(shown, "1 circuit-id"), "7031");
    for (std::size_t size = 0; size < answer.size(); ++size) {
        const ProbeOctets part(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(probe->show(part).type.empty());
        probe->read(part);
    }
}

/// What a v6 server answers: an address, a prefix and a status, and whatever it is relayed through.
ProbeOctets answer6(const ProbeOctets& question, bool gives) {
    const auto asked = v6::MessageView::parse(question);
    ProbeOctets octets(2000);
    v6::MessageWriter writer{octets, v6::MessageType::advertise, *asked};
    writer.add(v6::option::client_id, asked->duid());
    const std::uint8_t server[]{0, 3, 0, 1, 9, 9, 9, 9, 9, 9};
    writer.add(v6::option::server_id, server);
    writer.begin_ia(LeaseKind::na, 7, 100, 200);
    if (gives) {
        writer.begin_ia_lease(LeaseKind::na, {*parse_ipv6("2001:db8::5"), 128}, 300, 0xffffffff);
        writer.end_option();
    } else {
        writer.add_status(v6::StatusCode::no_addrs_avail, "none left");
    }
    writer.end_option();
    const auto message = writer.finish();
    octets.resize(message.size());
    return octets;
}

TEST(Probe6, GoesFromAdvertiseToRequest) {
    for (const bool relayed : {false, true}) {
        auto arguments = probe_arguments(Family::v6);
        arguments.hostname = "prober.example";
        if (relayed) arguments.relay = parse_ipv6("2001:db8:1::1");
        const auto probe = make_probe6(arguments);
        const auto question = probe->first();
        EXPECT_EQ(v6::MessageView::parse(question)->is_relayed(), relayed);
        const auto answer = answer6(question, true);
        const auto advertise = probe->read(answer);
        ASSERT_TRUE(advertise);
        EXPECT_THAT(advertise->units, testing::ElementsAre("2001:db8::5"));
        EXPECT_EQ(advertise->server, "00:03:00:01:09:09:09:09:09:09");
        const auto shown = probe->show(answer);
        EXPECT_EQ(value_of(shown, "3 ia-na"), "iaid 7, T1 100 s, T2 200 s");
        EXPECT_EQ(value_of(shown, "5 iaaddr"), "2001:db8::5, preferred 300 s, valid for ever");
        const auto request = probe->request(*advertise);
        const auto view = v6::MessageView::parse(request);
        ASSERT_TRUE(view);
        EXPECT_EQ(view->type(), v6::MessageType::request);
        EXPECT_EQ(to_hex(view->server_id()), advertise->server);
        EXPECT_FALSE(probe->read(answer)) << "it is no answer to the request";
        for (std::size_t size = 0; size < answer.size(); ++size) {
            const ProbeOctets part(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_FALSE(probe->show(part).type.empty());
            probe->read(part);
        }
    }
}

TEST(Probe6, TellsWhyNothingIsGiven) {
    const auto probe = make_probe6(probe_arguments(Family::v6));
    const auto advertise = probe->read(answer6(probe->first(), false));
    ASSERT_TRUE(advertise);
    EXPECT_EQ(advertise->refusal, "NoAddrsAvail: none left");
}

}  // namespace
}  // namespace leasehold::probe_protocol_test
