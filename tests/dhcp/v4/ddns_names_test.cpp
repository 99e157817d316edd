#include "dhcp/ddns_names.hpp"

#include <gtest/gtest.h>

#include "dhcp/v4/client_name.hpp"
#include "dhcp/v4/packet_source.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::ddns_names_test {
namespace {

using testing_world::Bytes;
using testing_world::Client;
using testing_world::ip;
using testing_world::measured_config;
using testing_world::Packet;

const Client alice = Client::number(1);

Packet with_fqdn(std::uint8_t flags, std::string_view name) {
    Bytes payload{flags, 0, 0};
    payload.insert(payload.end(), name.begin(), name.end());
    return alice.discover().with(81, payload);
}

struct Names {
    ServerConfig config = measured_config();
    DdnsConfig ddns = default_ddns();
    std::optional<Reservation> host;
    ClassSet classes;

    Names() { config.dhcp_ddns.enable_updates = true; }
    ClientName of(const Packet& packet) const {
        const auto bytes = packet.bytes();
        const auto message = MessageView::parse(bytes).value();
        Request request;
        request.message = &message;
        request.classes = classes;
        return resolve_name(read_client_name(message, ddns), PacketSource{message, request.arrival}, classes,
                            config, ddns, host ? &*host : nullptr, to_ipv6(ip("192.0.2.10")));
    }
};

// RFC 4702 4; S 1, O 2, E 4, N 8
TEST(AnsweredFqdnFlags, Rfc4702FollowTheWholeTable) {
    struct Row {
        std::uint8_t sent;
        bool updates, override_no_update, override_client_update;
        std::uint8_t answered;
    };
    constexpr bool yes = true, no = false;
    for (const auto& row : {
             Row{0, yes, no, no, 0},
             Row{0, yes, yes, no, 0},
             Row{0, yes, no, yes, 3},
             Row{0, yes, yes, yes, 3},
             Row{0, no, no, no, 8},
             Row{0, no, yes, yes, 8},
             Row{1, yes, no, no, 1},
             Row{1, yes, yes, yes, 1},
             Row{1, no, no, no, 10},
             Row{1, no, yes, yes, 10},
             Row{8, yes, no, no, 8},
             Row{8, yes, no, yes, 8},
             Row{8, yes, yes, no, 3},
             Row{8, yes, yes, yes, 3},
             Row{8, no, no, no, 8},
             Row{8, no, yes, yes, 8},
         }) {
        DdnsConfig ddns;
        ddns.override_no_update = row.override_no_update;
        ddns.override_client_update = row.override_client_update;
        EXPECT_EQ(answered_fqdn_flags(row.sent, row.updates, ddns), row.answered) << int{row.sent};
        EXPECT_EQ(answered_fqdn_flags(row.sent | 4, row.updates, ddns), row.answered | 4) << int{row.sent};
    }
}

TEST(ResolvedName, ALeaseCarriesTheDirectionsThatTheServerWouldUpdate) {
    Names names;
    EXPECT_TRUE(names.of(with_fqdn(1, "box.")).fqdn_fwd);
    EXPECT_TRUE(names.of(with_fqdn(1, "box.")).fqdn_rev);
    EXPECT_FALSE(names.of(with_fqdn(0, "box.")).fqdn_fwd);
    EXPECT_TRUE(names.of(with_fqdn(0, "box.")).fqdn_rev);
    EXPECT_FALSE(names.of(with_fqdn(8, "box.")).fqdn_rev);
    EXPECT_TRUE(names.of(alice.discover().with_text(12, "box")).fqdn_fwd);
}

TEST(ResolvedName, NothingIsUpdatedWhereItIsSwitchedOffOrTheClassSaysSo) {
    for (int off = 0; off < 3; ++off) {
        Names names;
        if (off == 0) names.config.dhcp_ddns.enable_updates = false;
        if (off == 1) names.ddns.send_updates = false;
        if (off == 2) names.classes.add(class_id::skip_ddns);
        const auto name = names.of(with_fqdn(1, "box."));
        EXPECT_EQ(name.fqdn_flags, 0x0a);
        EXPECT_FALSE(name.fqdn_fwd || name.fqdn_rev);
        EXPECT_FALSE(names.of(alice.discover().with_text(12, "box")).fqdn_rev);
    }
}

TEST(ResolvedName, AHostsHostnameGoesBeforeTheClientsAndIsQualified) {
    Names names;
    names.ddns.qualifying_suffix = "Example.org.";
    names.host.emplace().hostname = "Fixed";
    EXPECT_EQ(names.of(alice.discover()).text, "fixed.example.org");
    EXPECT_EQ(names.of(alice.discover().with_text(12, "own")).text, "fixed.example.org");
    EXPECT_EQ(names.of(with_fqdn(1, "own.")).text, "fixed.example.org.");
    names.ddns.replace_client_name = ReplaceClientName::always;
    EXPECT_EQ(names.of(alice.discover()).text, "fixed.example.org");
}

TEST(ResolvedName, OnlyShortAndPartialNamesAreQualified) {
    Names names;
    names.ddns.qualifying_suffix = "example.org";
    EXPECT_EQ(names.of(alice.discover().with_text(12, "Box")).text, "box.example.org");
    EXPECT_EQ(names.of(alice.discover().with_text(12, "box.lan")).text, "box.lan");
    EXPECT_EQ(names.of(with_fqdn(0, "box")).text, "box.example.org.");
    EXPECT_EQ(names.of(with_fqdn(0, "box.lan.")).text, "box.lan.");
    EXPECT_EQ(names.of(with_fqdn(4, {"\3box\0", 5})).text, "box.");
    EXPECT_EQ(names.of(with_fqdn(4, "\3box")).text, "box.example.org.");
}

TEST(ResolvedName, IsGeneratedAsReplaceClientNameSays) {
    Names names;
    const auto unnamed = alice.discover(), named = alice.discover().with_text(12, "box");
    const std::string made = "myhost-192-0-2-10.example.org";
    names.ddns.qualifying_suffix = "example.org";
    struct Row {
        ReplaceClientName rule;
        std::string unnamed, named;
    };
    for (const auto& row :
         {Row{ReplaceClientName::never, "", "box.example.org"}, Row{ReplaceClientName::always, made, made},
          Row{ReplaceClientName::when_present, "", made},
          Row{ReplaceClientName::when_not_present, made, "box.example.org"}}) {
        names.ddns.replace_client_name = row.rule;
        EXPECT_EQ(names.of(unnamed).text, row.unnamed);
        EXPECT_EQ(names.of(named).text, row.named);
    }
}

TEST(ResolvedName, ForbiddenCharactersAreReplaced) {
    Names names;
    names.ddns.character_replacement = "x";
    EXPECT_EQ(names.of(alice.discover().with_text(12, "a_b c")).text, "axbxc");
    names.ddns.invalid_characters.reset();
    EXPECT_EQ(names.of(alice.discover().with_text(12, "a_b\n\xff")).text, "a_b");  // never unprintable
}

TEST(ResolvedName, ThatIsTooLongIsNone) {
    Names names;
    names.ddns.qualifying_suffix = std::string(60, 'a') + "." + std::string(60, 'b') + "." +
                                   std::string(60, 'c') + "." + std::string(60, 'd');
    EXPECT_EQ(names.of(alice.discover().with_text(12, "0123456789")).text, "");
    EXPECT_EQ(names.of(alice.discover().with_text(12, "012")).text.size(), 247u);
}

TEST(ResolvedName, AnExpressionGoesBeforeAllButGivesWayWhenItGivesNothing) {
    Names names;
    const auto compiled = [](std::string_view text) {
        ExpressionNames known;
        known.option_named = [](std::string_view) { return nullptr; };
        known.option_coded = [](std::uint16_t) { return nullptr; };
        known.class_named = [](std::string_view) { return std::optional<ClassId>{}; };
        return Expression::compile(Expression::Kind::text, text, known).value();
    };
    names.ddns.qualifying_suffix = "example.org";
    names.host.emplace().hostname = "fixed";
    names.ddns.hostname_expression = compiled("concat('h-', hexstring(pkt4.mac, ''))");
    EXPECT_EQ(names.of(alice.discover()).text, "h-020000000001.example.org");
    names.ddns.hostname_expression = compiled("option[60].hex");
    EXPECT_EQ(names.of(alice.discover()).text, "fixed.example.org");
}

// RFC 4702 5
TEST(DdnsTtl, IsAShareOfTheLifetimeWithinItsBounds) {
    DdnsConfig ddns;
    EXPECT_EQ(ddns_ttl(ddns, 3600), 1200u);
    EXPECT_EQ(ddns_ttl(ddns, 60), 600u);
    EXPECT_EQ(ddns_ttl(ddns, 0xffffffff), 1431641448u);
    ddns.ttl_percent = 0.5;
    EXPECT_EQ(ddns_ttl(ddns, 3600), 1800u);
    ddns.ttl_min = 10;
    EXPECT_EQ(ddns_ttl(ddns, 60), 30u);
    ddns.ttl_max = 20;
    EXPECT_EQ(ddns_ttl(ddns, 60), 20u);
    ddns.ttl = 5;
    EXPECT_EQ(ddns_ttl(ddns, 60), 5u);
}

TEST(DdnsOf, APoolGoesBeforeItsSubnetAndThatBeforeTheServer) {
    auto config = measured_config();
    auto& subnet = config.subnets[0];
    EXPECT_EQ(&ddns_of(config, subnet, &subnet.pools[0]), &default_ddns());
    config.ddns = std::make_shared<const DdnsConfig>();
    EXPECT_EQ(&ddns_of(config, subnet, nullptr), config.ddns.get());
    subnet.ddns = std::make_shared<const DdnsConfig>();
    EXPECT_EQ(&ddns_of(config, subnet, &subnet.pools[0]), subnet.ddns.get());
    subnet.pools[0].ddns = std::make_shared<const DdnsConfig>();
    EXPECT_EQ(&ddns_of(config, subnet, &subnet.pools[0]), subnet.pools[0].ddns.get());
}

}  // namespace
}  // namespace leasehold::v4::ddns_names_test
