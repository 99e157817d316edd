// The texts of the forensic log, which others' parsers read: table by table.
#include "control/legal_log_entry.hpp"

#include <gmock/gmock.h>

#include "tests/dhcp/v4/packet.hpp"
#include "tests/dhcp/v6/packet.hpp"

namespace leasehold::legal_log_entry_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<ServerConfig> config_of(Family family) {
    auto config = std::make_shared<ServerConfig>();
    config->family = family;
    SubnetConfig logged, quiet;
    logged.id = 7;
    logged.network = family == Family::v4 ? to_prefix(Ipv4Network{Ipv4{0xc0020100}, 24})
                                          : *parse_ipv6_prefix("2001:db8:1::/48");
    quiet.id = 8;
    quiet.network = family == Family::v4 ? to_prefix(Ipv4Network{Ipv4{0xc0020200}, 24})
                                         : *parse_ipv6_prefix("2001:db8:2::/48");
    quiet.legal_logging = false;
    config->subnets = {logged, quiet};
    config->legal_log = std::make_shared<const LegalLogConfig>();
    finish(*config);
    return config;
}

Expression text_expression(std::string_view text, Family family) {
    ExpressionNames names{.family = family,
                          .option_named = [](std::string_view) -> const OptionDef* { return nullptr; },
                          .option_coded = [](std::uint16_t) -> const OptionDef* { return nullptr; },
                          .class_named = [](std::string_view) { return std::optional<ClassId>{}; }};
    auto compiled = Expression::compile(Expression::Kind::text, text, names);
    if (!compiled) ADD_FAILURE() << compiled.error().detail;
    return std::move(*compiled);
}

Lease lease4() {
    Lease lease;
    lease.address = to_prefix(Ipv4{0xc0020164});
    lease.subnet_id = 7;
    lease.hwaddr = *parse_hex("08:00:2b:02:3f:4e");
    lease.valid_lifetime = 6735;
    return lease;
}
Lease with_client_id(Lease lease, std::string_view hex = "17:34:e2:ff:09:92:54") {
    lease.client_id = *parse_hex(hex);
    return lease;
}

std::shared_ptr<const QueryContext> query_of(std::vector<std::uint8_t> packet,
                                             std::vector<std::uint8_t> reply = {}) {
    return std::make_shared<const QueryContext>(
        QueryContext{std::move(packet), "eth0", 2, to_ipv6(Ipv4{0xc0020101}), to_ipv6(Ipv4{0xc0020164}), 68,
                     std::move(reply)});
}
std::vector<std::uint8_t> from_relay(std::vector<std::uint8_t> packet) {
    v4::put(packet, 24, {192, 2, 16, 33});
    return packet;
}

constexpr auto renewed_by =
    "Address: 192.2.1.100 has been renewed for 1 hrs 52 mins 15 secs to a device with hardware address: "
    "hwtype=1 "
    "08:00:2b:02:3f:4e, client-id: 17:34:e2:ff:09:92:54";

struct PacketCase {
    const char* name;
    std::vector<std::uint8_t> packet;
    LeaseEventList events;
    std::vector<std::string> texts;
};

Lease with_context(Lease lease) {
    lease.user_context = "{ \"foo\": true,\n\"n\": 1 }";
    return lease;
}
Lease on_quiet_subnet(Lease lease) {
    lease.subnet_id = 8;
    return lease;
}
Lease lasting(Lease lease, std::uint32_t seconds) {
    lease.valid_lifetime = seconds;
    return lease;
}

std::vector<PacketCase> packet_cases4() {
    const auto request = v4::packet_with({53, 1, 3, 255}), decline = v4::packet_with({53, 1, 4, 255}),
               discover = v4::packet_with({53, 1, 1, 255}), release = v4::packet_with({53, 1, 7, 255});
    const auto with_ids = from_relay(
        v4::packet_with({53,   1,    3,    82,   22,   1, 5, 'h',  'o',  'w',  'd',  'y',  2,    5,
                         0x87, 0xf6, 0x79, 0x77, 0xef, 6, 6, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e, 0x6f, 255}));
    const Lease plain = lease4(), known = with_client_id(lease4());
    const std::string mac = "hardware address: hwtype=1 08:00:2b:02:3f:4e";
    return {
        {"direct",
         request,
         {{1, LeaseCause::granted, {}, plain}},
         {"Address: 192.2.1.100 has been assigned for 1 hrs 52 mins 15 secs to a device with " + mac}},
        {"renewed", request, {{1, LeaseCause::renewed, known, known}}, {renewed_by}},
        {"relayed",
         from_relay(request),
         {{1, LeaseCause::renewed, known, known}},
         {std::string{renewed_by} + " connected via relay at address: 192.2.16.33"}},
        {"relayed with identifiers",
         with_ids,
         {{1, LeaseCause::renewed, known, with_context(known)}},
         {std::string{renewed_by} +
          " connected via relay at address: 192.2.16.33, identified by circuit-id: 68:6f:77:64:79 (howdy) "
          "and remote-id: "
          "87:f6:79:77:ef and subscriber-id: 1a:2b:3c:4d:5e:6f, context: { \"foo\": true,\\x0a\"n\": 1 }"}},
        {"days",
         request,
         {{1, LeaseCause::granted, {}, lasting(plain, 93784)}},
         {"Address: 192.2.1.100 has been assigned for 1 days 2 hrs 3 mins 4 secs to a device with " + mac}},
        {"no end",
         request,
         {{1, LeaseCause::granted, {}, lasting(plain, infinite_lifetime)}},
         {"Address: 192.2.1.100 has been assigned for infinite duration to a device with " + mac}},
        {"printable client-id",
         request,
         {{1, LeaseCause::granted, {}, with_client_id(plain, "616263")}},
         {"Address: 192.2.1.100 has been assigned for 1 hrs 52 mins 15 secs to a device with " + mac +
          ", client-id: 61:62:63 (abc)"}},
        {"released",
         release,
         {{1, LeaseCause::released, known, known}},
         {"Address: 192.2.1.100 has been released from a device with " + mac +
          ", client-id: 17:34:e2:ff:09:92:54"}},
        {"declined, as Kea says it",
         decline,
         {{1, LeaseCause::declined, plain, plain}},
         {"Address: 192.2.1.100 has been released from a device with " + mac}},
        {"found in use by a ping", discover, {{1, LeaseCause::declined, plain, plain}}, {}},
        {"moved",
         request,
         {{1, LeaseCause::moved, plain, {}}, {2, LeaseCause::granted, {}, plain}},
         {"Address: 192.2.1.100 has been released from a device with " + mac,
          "Address: 192.2.1.100 has been assigned for 1 hrs 52 mins 15 secs to a device with " + mac}},
        {"offered", discover, {{1, LeaseCause::offered, {}, plain}}, {}},
        {"switched off", request, {{1, LeaseCause::granted, {}, on_quiet_subnet(plain)}}, {}},
    };
}

TEST(LegalLogEntry, TextsOfDhcpv4) {
    for (const PacketCase& c : packet_cases4()) {
        const auto entries = legal_log_entries({query_of(c.packet), c.events}, *config_of(Family::v4));
        EXPECT_EQ(entries.texts, c.texts) << c.name;
    }
}

Lease lease6(LeaseKind kind = LeaseKind::na) {
    Lease lease = lease4();
    lease.kind = kind;
    lease.address = {*parse_ipv6("2001:db8:1::"),
                     static_cast<std::uint8_t>(kind == LeaseKind::pd ? 64 : 128)};
    lease.hwaddr.clear();
    lease.duid = *parse_hex("17:34:e2:ff:09:92:54");
    lease.iaid = 3;
    lease.valid_lifetime = 713;
    return lease;
}

v6::Packet message6(v6::MessageType type, std::initializer_list<v6::Packet> more = {}) {
    return v6::message_of(
        type,
        {v6::option_of(v6::option::client_id, {0x17, 0x34, 0xe2, 0xff, 9, 0x92, 0x54}), v6::joined(more)});
}

std::vector<PacketCase> packet_cases6() {
    using v6::option_of;
    const auto request = message6(v6::MessageType::request), release = message6(v6::MessageType::release);
    const auto relayed = v6::relay_of(1, "3001::1", "fe80::abcd",
                                      {option_of(v6::option::remote_id, {1, 2, 3, 4, 0xa}),
                                       option_of(v6::option::subscriber_id, {0x1a, 0x2b}),
                                       option_of(v6::option::interface_id, {'e', 't', 'h', '0'}),
                                       option_of(v6::option::relay_msg, request)});
    Lease with_mac = lease6(), registered = lease6();
    with_mac.hwaddr = *parse_hex("08:00:2b:02:3f:4e");
    with_mac.hwaddr_source = 2;
    registered.state = LeaseState::registered;
    return {
        {"address",
         request,
         {{1, LeaseCause::granted, {}, lease6()}},
         {"Address:2001:db8:1:: has been assigned for 0 hrs 11 mins 53 secs to a device with DUID: "
          "17:34:e2:ff:09:92:54"}},
        {"prefix",
         request,
         {{1, LeaseCause::renewed, lease6(LeaseKind::pd), lease6(LeaseKind::pd)}},
         {"Prefix:2001:db8:1::/64 has been renewed for 0 hrs 11 mins 53 secs to a device with DUID: "
          "17:34:e2:ff:09:92:54"}},
        {"hardware address",
         request,
         {{1, LeaseCause::granted, {}, with_mac}},
         {"Address:2001:db8:1:: has been assigned for 0 hrs 11 mins 53 secs to a device with DUID: "
          "17:34:e2:ff:09:92:54 and hardware "
          "address: hwtype=1 08:00:2b:02:3f:4e (from DUID)"}},
        {"relayed",
         relayed,
         {{1, LeaseCause::granted, {}, lease6()}},
         {"Address:2001:db8:1:: has been assigned for 0 hrs 11 mins 53 secs to a device with DUID: "
          "17:34:e2:ff:09:92:54 connected via "
          "relay at address: fe80::abcd for client on link address: 3001::1, hop count: 1, identified by "
          "remote-id: 01:02:03:04:0a and "
          "subscriber-id: 1a:2b, connected at location interface-id: 65:74:68:30 (eth0)"}},
        {"released",
         release,
         {{1, LeaseCause::released, lease6(LeaseKind::pd), {}}},
         {"Prefix:2001:db8:1::/64 has been released from a device with DUID: 17:34:e2:ff:09:92:54"}},
        {"registered",
         message6(v6::MessageType::addr_reg_inform),
         {{1, LeaseCause::granted, {}, registered}},
         {"Address:2001:db8:1:: has been registered for 0 hrs 11 mins 53 secs to a device with DUID: "
          "17:34:e2:ff:09:92:54"}},
    };
}

TEST(LegalLogEntry, TextsOfDhcpv6) {
    for (const PacketCase& c : packet_cases6()) {
        const auto entries = legal_log_entries({query_of(c.packet), c.events}, *config_of(Family::v6));
        EXPECT_EQ(entries.texts, c.texts) << c.name;
    }
}

TEST(LegalLogEntry, TextsOfCommands) {
    Lease v6 = lease6();
    v6.hwaddr = *parse_hex("1a:1b:1c:1d:1e:1f");
    const struct {
        LeaseEvent event;
        std::string text;
    } cases[] = {
        {{1, LeaseCause::granted, {}, lasting(lease4(), 86400)},
         "Administrator added a lease of address: 192.2.1.100 to a device with hardware address: "
         "08:00:2b:02:3f:4e for 1 days 0 hrs 0 "
         "mins 0 secs"},
        {{1, LeaseCause::edited, lease4(), with_client_id(lease4(), "1234")},
         "Administrator updated information on the lease of address: 192.2.1.100 to a device with hardware "
         "address: 08:00:2b:02:3f:4e, "
         "client-id: 12:34 for 1 hrs 52 mins 15 secs"},
        {{1, LeaseCause::removed, lease4(), {}}, "Administrator deleted the lease for address: 192.2.1.100"},
        {{1, LeaseCause::granted, v6, v6},
         "Administrator updated information on the lease of address: 2001:db8:1:: to a device with DUID: "
         "17:34:e2:ff:09:92:54, hardware "
         "address: 1a:1b:1c:1d:1e:1f for 0 hrs 11 mins 53 secs"},
        {{1, LeaseCause::granted, {}, lease6(LeaseKind::pd)},
         "Administrator added a lease of prefix: 2001:db8:1::/64 to a device with DUID: 17:34:e2:ff:09:92:54 "
         "for 0 hrs 11 mins 53 secs"},
        {{1, LeaseCause::removed, lease6(LeaseKind::pd), {}},
         "Administrator deleted the lease for prefix: 2001:db8:1::/64"},
    };
    for (const auto& c : cases)
        EXPECT_THAT(legal_log_entries({{}, {c.event}, ChangeOrigin::command}, *config_of(Family::v4)).texts,
                    ElementsAre(c.text));
    const LeaseEvent quiet{1, LeaseCause::removed, on_quiet_subnet(lease4()), {}};
    EXPECT_THAT(legal_log_entries({{}, {quiet}, ChangeOrigin::command}, *config_of(Family::v4)).texts,
                IsEmpty());
}

TEST(LegalLogEntry, WhatTimeEndsIsNoEntry) {
    for (const auto cause : {LeaseCause::reclaimed, LeaseCause::probation_over, LeaseCause::removed})
        EXPECT_THAT(legal_log_entries({{}, {{1, cause, lease4(), {}}}}, *config_of(Family::v4)).texts,
                    IsEmpty());
}

std::shared_ptr<ServerConfig> formatted_config(Family family, std::string_view request,
                                               std::string_view response = {}) {
    auto config = config_of(family);
    LegalLogConfig legal;
    if (!request.empty()) legal.request_format = text_expression(request, family);
    if (!response.empty()) legal.response_format = text_expression(response, family);
    config->legal_log = std::make_shared<const LegalLogConfig>(std::move(legal));
    return config;
}

std::vector<std::uint8_t> ack() {
    auto packet = v4::packet_with({53, 1, 5, 51, 4, 0, 0, 0x1a, 0x4f, 255});
    v4::put(packet, 0, {2});
    v4::put(packet, 16, {192, 2, 1, 100});
    return packet;
}

TEST(LegalLogEntry, FormatsTakeThePlaceOfTheTextOfPackets) {
    const auto request = v4::packet_with({53, 1, 3, 12, 4, 'a', 0x1b, 'n', 'a', 255});
    const auto config =
        formatted_config(Family::v4, "option[12].hex + 0x0a + pkt.iface",
                         "' got ' + addrtotext(pkt4.yiaddr) + ' for ' + uint32totext(option[51].hex)");
    const LeaseEvents granted{query_of(request, ack()), {{1, LeaseCause::granted, {}, lease4()}}};
    EXPECT_THAT(legal_log_entries(granted, *config).texts,
                ElementsAre("a\\x1bna\neth0 got 192.2.1.100 for 6735"));
    const LeaseEvents unanswered{query_of(request), {{1, LeaseCause::released, lease4(), {}}}};
    EXPECT_THAT(legal_log_entries(unanswered, *config).texts, ElementsAre("a\\x1bna\neth0"));
    const LeaseEvents edited{{}, {{1, LeaseCause::removed, lease4(), {}}}, ChangeOrigin::command};
    EXPECT_THAT(legal_log_entries(edited, *config).texts,
                ElementsAre("Administrator deleted the lease for address: 192.2.1.100"));
    EXPECT_THAT(
        legal_log_entries(granted, *formatted_config(Family::v4, "ifelse(pkt4.msgtype == 7, 'x', '')")).texts,
        IsEmpty());
}

TEST(LegalLogEntry, AFormatThatCannotBeEvaluatedLosesNothing) {
    const LeaseEvents granted{query_of(v4::packet_with({53, 1, 3, 255})),
                              {{1, LeaseCause::renewed, {}, with_client_id(lease4())}}};
    const auto entries =
        legal_log_entries(granted, *formatted_config(Family::v4, "addrtotext(option[12].hex + 'x')"));
    EXPECT_THAT(entries.texts, ElementsAre(renewed_by));
    EXPECT_FALSE(entries.problem.empty());
}

// One message may be about several leases: each expression sees its own.
TEST(LegalLogEntry, FormatsOfDhcpv6SeeOneLeaseAtATime) {
    const auto ia_address = [](std::string_view text) {
        return v6::option_of(v6::option::iaaddr,
                             v6::joined({v6::ipv6_octets(text), v6::number_octets(1), v6::number_octets(2)}));
    };
    const auto ia_of = [](std::uint16_t code, std::uint32_t iaid, v6::Packet leases) {
        return v6::option_of(code, v6::joined({v6::number_octets(iaid), v6::number_octets(0),
                                               v6::number_octets(0), std::move(leases)}));
    };
    const auto prefix = v6::option_of(
        v6::option::iaprefix,
        v6::joined({v6::number_octets(1), v6::number_octets(2), {56}, v6::ipv6_octets("2001:db8:9::")}));
    const auto request = message6(
        v6::MessageType::request,
        {ia_of(v6::option::ia_na, 1, v6::joined({ia_address("2001:db8:1::5"), ia_address("2001:db8:1::6")})),
         ia_of(v6::option::ia_na, 2, ia_address("2001:db8:1::7")), ia_of(v6::option::ia_pd, 3, prefix)});
    Lease second = lease6(), third = lease6(), delegated = lease6(LeaseKind::pd), other = lease6();
    second.address = {*parse_ipv6("2001:db8:1::6"), 128};
    third.address = {*parse_ipv6("2001:db8:1::7"), 128};
    delegated.address = {*parse_ipv6("2001:db8:9::"), 56};
    other.address = {*parse_ipv6("2001:db8:1::8"), 128};
    other.iaid = 2;
    const LeaseEvents events{query_of(request),
                             {{1, LeaseCause::granted, {}, second},
                              {2, LeaseCause::granted, {}, third},
                              {3, LeaseCause::granted, {}, delegated},
                              {4, LeaseCause::granted, {}, other}}};
    const auto config = formatted_config(
        Family::v6,
        "ifelse(option[3].option[5].exists, 'A ' + addrtotext(substring(option[3].option[5].hex, 0, 16)), "
        "ifelse(option[25].option[26].exists, 'P ' + addrtotext(substring(option[25].option[26].hex, 9, "
        "16)), 'none'))");
    EXPECT_THAT(legal_log_entries(events, *config).texts,
                ElementsAre("A 2001:db8:1::6", "A 2001:db8:1::7", "P 2001:db8:9::", "none"));
}

}  // namespace
}  // namespace leasehold::legal_log_entry_test
