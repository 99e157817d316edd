// Which messages are read at all, from whom they are, and for which subnet.
#include "dhcp/v6/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/v6/option_table.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::request_test {
namespace {

using testing_world6::Bytes;
using testing_world6::Client6;
using testing_world6::config6_of;
using testing_world6::home_config;
using testing_world6::ip6;
using testing_world6::octets;
using testing_world6::Packet6;
using testing_world6::SentIa;
using testing_world6::subnet6_of;
using testing_world6::World6;

const Client6 alice = Client6::number(1);

struct Read {
    Bytes datagram;
    MessageView message;
    Result<Request, Drop> result;
    Read(const Packet6& packet, const ServerConfig& config)
        : datagram{packet.bytes()},
          message{MessageView::parse(datagram).value()},
          result{read_complete_request(message, packet.arrival, config)} {}
    std::uint32_t subnet_id() const { return result && result->subnet != nullptr ? result->subnet->id : 0; }
};

// --- RFC 8415 16

TEST(AcceptRules6, Rfc8415ClientAndServerIdentifiers) {
    const auto config = home_config();
    const auto reason = [&](const Packet6& packet) {
        const Read read{packet, config};
        return read.result ? DropReason::none : read.result.error().reason;
    };
    EXPECT_EQ(reason(alice.solicit()), DropReason::none);
    EXPECT_EQ(reason(alice.solicit().without(option::client_id)), DropReason::rfc_violation);
    EXPECT_EQ(reason(alice.packet(MessageType::solicit, {}, true)), DropReason::rfc_violation);
    EXPECT_EQ(reason(alice.packet(MessageType::confirm, {}, true)), DropReason::rfc_violation);
    EXPECT_EQ(reason(alice.packet(MessageType::rebind, {}, true)), DropReason::rfc_violation);
    for (const auto type : {MessageType::request, MessageType::renew, MessageType::release, MessageType::decline}) {
        EXPECT_EQ(reason(alice.packet(type, {}, true)), DropReason::none);
        EXPECT_EQ(reason(alice.packet(type, {}, false)), DropReason::rfc_violation);
        auto other = alice.packet(type, {}, false);
        EXPECT_EQ(reason(other.with(option::server_id, {0, 1, 2, 3})), DropReason::not_for_us);
    }
    EXPECT_EQ(reason(alice.information_request().without(option::client_id)), DropReason::none);
    EXPECT_EQ(reason(alice.information_request().with_ia({})), DropReason::rfc_violation);
    EXPECT_EQ(reason(alice.solicit().with(option::client_id, alice.duid)), DropReason::rfc_violation);
    for (const auto type : {MessageType::advertise, MessageType::reply, MessageType::reconfigure, MessageType{99}})
        EXPECT_EQ(reason(alice.packet(type, {}, false)), DropReason::unknown_type);
}

TEST(AcceptRules6, ClientsSendToTheMulticastGroup) {
    const auto config = home_config();
    auto packet = alice.solicit();
    packet.arrival.destination = ip6("2001:db8:1::1");
    const Read direct{packet, config};
    ASSERT_FALSE(direct.result);
    EXPECT_EQ(direct.result.error().reason, DropReason::rfc_violation);
    const Read relayed{packet.relayed_by({.link = "2001:db8:1::1"}), config};
    EXPECT_TRUE(relayed.result) << "relays may";
}

// --- which subnet

ServerConfig three_subnets() {
    auto by_interface = subnet6_of(1, "2001:db8:1::/64", {});
    auto by_address = subnet6_of(2, "2001:db8:2::/64", {});
    by_address.interface = "";
    auto by_relay = subnet6_of(3, "2001:db8:3::/64", {});
    by_relay.interface = "";
    by_relay.relay_addresses = {ip6("2001:db8:ffff::1")};
    auto by_interface_id = subnet6_of(4, "2001:db8:4::/64", {});
    by_interface_id.interface = "";
    by_interface_id.interface_id = to_octets(octets("port-7"));
    return config6_of({by_interface, by_address, by_relay, by_interface_id});
}

TEST(SubnetSelection6, OfDirectClients) {
    const auto config = three_subnets();
    auto packet = alice.solicit();
    EXPECT_EQ(Read(packet, config).subnet_id(), 1u) << "by the interface";
    packet.arrival.interface_name = "lan9";
    EXPECT_EQ(Read(packet, config).subnet_id(), 0u);
    packet.arrival.interface_address = ip6("2001:db8:2::1");
    EXPECT_EQ(Read(packet, config).subnet_id(), 2u) << "by the interface's own address";
    packet.arrival.source = ip6("2001:db8:3::9");
    EXPECT_EQ(Read(packet, config).subnet_id(), 3u) << "by the client's global address";
}

TEST(SubnetSelection6, OfRelayedClients) {
    const auto config = three_subnets();
    const auto selected = [&](std::vector<testing_world6::SentRelay> relays) {
        auto packet = alice.solicit();
        for (auto& relay : relays) packet.relayed_by(std::move(relay));
        return Read(packet, config).subnet_id();
    };
    EXPECT_EQ(selected({{.link = "2001:db8:2::fe"}}), 2u) << "by the link address";
    EXPECT_EQ(selected({{.link = "2001:db8:ffff::1"}}), 3u) << "by relay.ip-addresses";
    EXPECT_EQ(selected({{.link = "2001:db8:2::fe", .options = {{option::interface_id, octets("port-7")}}}}), 4u)
        << "an interface-id goes before addresses";
    EXPECT_EQ(selected({{.link = "2001:db8:2::fe", .options = {{option::interface_id, octets("port-8")}}}}), 2u);
    EXPECT_EQ(selected({{.link = "::", .options = {{option::interface_id, octets("port-7")}}},
                        {.link = "2001:db8:2::fe"}}),
              4u)
        << "an LDRA names the port, the relay behind it the link";
    EXPECT_EQ(selected({{.link = "::"}, {.link = "2001:db8:2::fe"}}), 2u) << "an LDRA has no link address";
    EXPECT_EQ(selected({{.link = "fe80::1"}, {.link = "2001:db8:2::fe"}}), 2u);
    EXPECT_EQ(selected({{.link = "2001:db8:3::1"}, {.link = "2001:db8:2::fe"}}), 3u) << "the nearest to the client";
    EXPECT_EQ(selected({{.link = "::"}}), 0u);
}

TEST(SubnetSelection6, PassesOverSubnetsWhoseGuardDoesNotFit) {
    auto config = three_subnets();
    config.subnets[0].guard = {config.class_names.intern("others")};
    finish(config);
    EXPECT_EQ(Read(alice.solicit(), config).subnet_id(), 0u);
}

// --- hardware addresses (mac-sources)

struct MacRow {
    std::string_view name;
    MacSource source;
    std::string_view expected;
};
TEST(HardwareAddresses6, OfEachSource) {
    auto packet = alice.solicit();
    packet.arrival.source = ip6("fe80::ff:fe00:a");
    packet.relayed_by({.link = "2001:db8:1::1",
                       .peer = "fe80::ff:fe00:b",
                       .options = {{option::client_linklayer_addr, {0, 1, 2, 0, 0, 0, 0, 0xc}},
                                   {option::remote_id, {0, 0, 0, 9, 2, 0, 0, 0, 0, 0xd}},
                                   {option::subscriber_id, {2, 0, 0, 0, 0, 0xe}}}});
    for (const auto& row :
         {MacRow{"duid", MacSource::duid, "02:00:00:00:00:01"},
          MacRow{"link-local", MacSource::ipv6_link_local, "02:00:00:00:00:0b"},
          MacRow{"option 79", MacSource::client_link_addr_option, "02:00:00:00:00:0c"},
          MacRow{"remote-id", MacSource::remote_id, "02:00:00:00:00:0d"},
          MacRow{"subscriber-id", MacSource::subscriber_id, "02:00:00:00:00:0e"}, MacRow{"raw", MacSource::raw, ""},
          MacRow{"any", MacSource::any, "02:00:00:00:00:01"}}) {
        auto config = home_config();
        config.mac_sources = {row.source};
        const Read read{packet, config};
        ASSERT_TRUE(read.result) << row.name;
        EXPECT_EQ(to_hex(view(read.result->hwaddr)), row.expected) << row.name;
    }
}

// --- classes

TEST(Classes6, OfTheVendorClassOption) {
    auto config = home_config();
    const auto id = config.class_names.intern("VENDOR_CLASS_docsis3.0");
    auto packet = alice.solicit();
    Bytes vendor{0, 0, 0x11, 0x8b, 0, 9};
    const auto name = octets("docsis3.0");
    vendor.insert(vendor.end(), name.begin(), name.end());
    const Read read{packet.with(option::vendor_class, vendor), config};
    ASSERT_TRUE(read.result);
    EXPECT_TRUE(read.result->classes.has(id));
    EXPECT_TRUE(read.result->classes.has(class_id::unknown));
}

}  // namespace
}  // namespace leasehold::v6::request_test
