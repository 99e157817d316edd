// Accept rules, kinds, subnet and identity: what read_request makes of a datagram.
#include "dhcp/v4/request.hpp"

#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace leasehold::v4::request_test {
namespace {

using testing_world::Bytes;
using testing_world::Client;
using testing_world::config_of;
using testing_world::ip;
using testing_world::ipv4_option;
using testing_world::Packet;
using testing_world::subnet_of;

struct OurAddress final : LocalAddresses {
    bool is_local(Ipv4 address) const override {
        return address == ip("192.0.2.1") || address == ip("10.0.0.1");
    }
};

/// Keeps the bytes that a Request points into.
struct Read {
    Read(Packet sent, const ServerConfig& config)
        : packet{std::move(sent)},
          bytes{packet.bytes()},
          message{MessageView::parse(bytes).value()},
          result{read_complete_request(message, packet.arrival, config, OurAddress{})} {}
    DropReason reason() const { return result ? DropReason::none : result.error().reason; }
    std::uint32_t subnet() const { return result->subnet == nullptr ? 0 : result->subnet->id; }

    Packet packet;
    Bytes bytes;
    MessageView message;
    Result<Request, Drop> result;
};

ServerConfig two_subnets() {
    auto near = subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}});
    auto far = subnet_of(2, "10.0.0.0/24", {{"10.0.0.10", "10.0.0.20"}});
    far.relay_addresses = {to_ipv6(ip("203.0.113.7"))};
    return config_of({near, far});
}

const Client client = Client::number(1);

// --- accept rules

TEST(Accept, AMessageWithoutTypeIsBootpAndGetsNoAnswer) {
    auto packet = client.discover();
    packet.type = MessageType::none;
    EXPECT_EQ(Read(packet, two_subnets()).reason(), DropReason::rfc_violation);
}

TEST(Accept, TypesThatServersDoNotAnswer) {
    for (const int type : {2, 5, 6, 9, 10, 13, 18, 200}) {
        auto packet = client.discover();
        packet.type = static_cast<MessageType>(type);
        EXPECT_EQ(Read(packet, two_subnets()).reason(), DropReason::unknown_type) << type;
    }
}

TEST(Accept, ARequestForAnotherServerIsNotForUs) {
    auto packet = client.selecting("192.0.2.10").with_ip(54, "192.0.2.2");
    EXPECT_EQ(Read(packet, two_subnets()).reason(), DropReason::not_for_us);
}

TEST(Accept, IgnoreDhcpServerIdentifierTakesEveryServersRequests) {
    auto config = two_subnets();
    config.compatibility.ignore_dhcp_server_identifier = true;
    auto packet = client.selecting("192.0.2.10").with_ip(54, "192.0.2.2");
    EXPECT_EQ(Read(packet, config).reason(), DropReason::none);
}

TEST(Accept, AConfiguredServerIdentifierOfAnyScopeIsOurs) {
    auto config = two_subnets();
    config.subnets[1].options = {ipv4_option(54, "203.0.113.54")};
    finish(config);
    config.options = {ipv4_option(54, "203.0.113.99")};
    EXPECT_EQ(Read(client.selecting("192.0.2.10").with_ip(54, "203.0.113.54"), config).reason(),
              DropReason::none);
    EXPECT_EQ(Read(client.selecting("192.0.2.10").with_ip(54, "203.0.113.99"), config).reason(),
              DropReason::none);
}

TEST(Accept, ServerIdentifierOfTheRelaysOverrideIsOurs) {
    auto packet = client.selecting("192.0.2.10").with_ip(54, "10.7.7.7").with(82, {11, 4, 10, 7, 7, 7});
    EXPECT_EQ(Read(packet, two_subnets()).reason(), DropReason::none);
    packet.with(82, {11, 4, 10, 7, 7, 8});
    EXPECT_EQ(Read(packet, two_subnets()).reason(), DropReason::not_for_us);
}

TEST(Accept, AServerIdentifierOfTheClientsClassOrANetworkIsOurs) {
    auto config = two_subnets();
    auto& phones = config.classes.emplace_back();
    phones.id = testing_world::vendor_class(config, "phone");
    phones.options = {ipv4_option(54, "203.0.113.54")};
    testing_world::add_network(config, "floor", {1});
    config.shared_networks[0].options = {ipv4_option(54, "203.0.113.55")};
    finish(config);
    auto packet = client.selecting("192.0.2.10").with_ip(54, "203.0.113.54");
    EXPECT_EQ(Read(packet, config).reason(), DropReason::not_for_us);
    EXPECT_EQ(Read(packet.with_text(60, "phone"), config).reason(), DropReason::none);
    EXPECT_EQ(Read(packet.with_ip(54, "203.0.113.55"), config).reason(), DropReason::none);
    EXPECT_EQ(Read(packet, config).result->server_address, ip("203.0.113.55"));  // network before class
}

TEST(Accept, BootpIsTakenWhereItIsConfigured) {
    auto config = two_subnets();
    config.answers_bootp = true;
    auto packet = client.discover();
    packet.type = MessageType::none;
    const Read read{packet, config};
    ASSERT_EQ(read.reason(), DropReason::none);
    EXPECT_TRUE(read.result->bootp);
    EXPECT_EQ(read.result->kind, RequestKind::selecting);
    EXPECT_TRUE(read.result->classes.has(class_id::bootp));
}

TEST(Accept, DiscoverMustNotNameAServer) {
    EXPECT_EQ(Read(client.discover().with_ip(54, "192.0.2.1"), two_subnets()).reason(),
              DropReason::rfc_violation);
}

TEST(Accept, AClientNeedsSomeIdentity) {
    Client nobody;
    EXPECT_EQ(Read(nobody.discover(), two_subnets()).reason(), DropReason::rfc_violation);
    EXPECT_EQ(Read(nobody.with_id("id").discover(), two_subnets()).reason(), DropReason::none);
}

TEST(Accept, DeclineNeedsTheAddressAndReleaseNeedsCiaddr) {
    EXPECT_EQ(Read(client.decline("192.0.2.10").without(50), two_subnets()).reason(),
              DropReason::rfc_violation);
    EXPECT_EQ(Read(client.release("0.0.0.0"), two_subnets()).reason(), DropReason::rfc_violation);
}

TEST(Accept, InformFromNowhereCannotBeAnswered) {
    EXPECT_EQ(Read(client.inform("0.0.0.0"), two_subnets()).reason(), DropReason::rfc_violation);
    EXPECT_EQ(Read(client.inform("192.0.2.50"), two_subnets()).reason(), DropReason::none);
}

TEST(Accept, WithoutALocalAddressThereIsNoServerIdentifier) {
    auto packet = client.discover();
    packet.arrival.interface_address = {};
    EXPECT_EQ(Read(packet, two_subnets()).reason(), DropReason::processing_failed);
    auto release = client.release("192.0.2.10").without(54);
    release.arrival.interface_address = release.arrival.destination = {};
    EXPECT_EQ(Read(release, two_subnets()).reason(), DropReason::none);  // gets no answer anyway
}

// --- kinds

TEST(Kind, TellsTheFourStatesOfARequest) {
    const auto config = two_subnets();
    const auto kind = [&](const Packet& packet) { return Read(packet, config).result->kind; };
    EXPECT_EQ(kind(client.discover()), RequestKind::discover);
    EXPECT_EQ(kind(client.selecting("192.0.2.10")), RequestKind::selecting);
    EXPECT_EQ(kind(client.init_reboot("192.0.2.10")), RequestKind::init_reboot);
    EXPECT_EQ(kind(client.renewing("192.0.2.10")), RequestKind::renewing);
    EXPECT_EQ(kind(client.rebinding("192.0.2.10")), RequestKind::rebinding);
    EXPECT_EQ(kind(client.renewing("192.0.2.10").relayed_by("192.0.2.254")), RequestKind::rebinding);
    EXPECT_EQ(kind(client.renewing("192.0.2.10").with_ip(50, "192.0.2.10")), RequestKind::renewing);
    EXPECT_EQ(kind(client.selecting("192.0.2.10").without(50).without(54)), RequestKind::selecting);
    EXPECT_EQ(kind(client.release("192.0.2.10")), RequestKind::release);
    EXPECT_EQ(kind(client.decline("192.0.2.10")), RequestKind::decline);
    EXPECT_EQ(kind(client.inform("192.0.2.10")), RequestKind::inform);
}

// --- subnet

TEST(Subnet, LinkSelectionComesBeforeEverythingElse) {
    const auto config = two_subnets();
    auto packet = client.discover().with(82, {5, 4, 10, 0, 0, 0}).relayed_by("192.0.2.254");
    EXPECT_EQ(Read(packet, config).subnet(), 2u);
    // ... and when it names no subnet, nothing else is tried
    EXPECT_EQ(Read(packet.with(82, {5, 4, 172, 16, 0, 0}), config).subnet(), 0u);
    EXPECT_EQ(Read(packet.with_ip(118, "10.0.0.0"), config).subnet(), 0u);
}

TEST(Subnet, LinkSelectionMayBeIgnored) {
    auto config = two_subnets();
    config.compatibility.ignore_rai_link_selection = true;
    const auto packet = client.discover().with(82, {5, 4, 10, 0, 0, 0}).relayed_by("192.0.2.254");
    EXPECT_EQ(Read(packet, config).subnet(), 1u);
}

TEST(Subnet, SubnetSelectionOptionComesNext) {
    EXPECT_EQ(Read(client.discover().with_ip(118, "10.0.0.0"), two_subnets()).subnet(), 2u);
    EXPECT_EQ(Read(client.discover().with_ip(118, "172.16.0.0"), two_subnets()).subnet(), 0u);
}

TEST(Subnet, ARelayInASubnetsListComesBeforeItsAddress) {
    auto config = two_subnets();
    config.subnets[1].relay_addresses.push_back(to_ipv6(ip("192.0.2.254")));
    finish(config);
    EXPECT_EQ(Read(client.discover().relayed_by("203.0.113.7"), config).subnet(), 2u);
    EXPECT_EQ(Read(client.discover().relayed_by("192.0.2.254"), config).subnet(), 2u);
    EXPECT_EQ(Read(client.discover().relayed_by("192.0.2.253"), config).subnet(), 1u);
    EXPECT_EQ(Read(client.discover().relayed_by("203.0.113.8"), config).subnet(), 0u);
}

TEST(Subnet, OneWhoseGuardDoesNotFitIsPassedOverInEveryStep) {
    auto config = config_of({subnet_of(1, "10.0.0.0/24", {}), subnet_of(2, "10.0.0.0/16", {})});
    const auto phone = testing_world::vendor_class(config, "phone");
    config.subnets[0].guard = {phone};
    for (auto& subnet : config.subnets) {
        subnet.relay_addresses = {to_ipv6(ip("203.0.113.7"))};
        subnet.interface = "lan0";
    }
    finish(config);
    const std::vector<Packet> packets{client.discover().with(82, {5, 4, 10, 0, 0, 0}),
                                      client.discover().with_ip(118, "10.0.0.0"),
                                      client.discover().relayed_by("203.0.113.7"),
                                      client.discover().relayed_by("10.0.0.1"),
                                      client.renewing("10.0.0.9"),
                                      client.rebinding("10.0.0.9"),
                                      client.discover()};
    for (auto packet : packets) {
        EXPECT_EQ(Read(packet, config).subnet(), 2u);
        EXPECT_EQ(Read(packet.with_text(60, "phone"), config).subnet(), 1u);
    }
    config.subnets[1].guard = {config.class_names.intern("nobody")};
    for (const auto& packet : packets) EXPECT_EQ(Read(packet, config).subnet(), 0u);
}

TEST(Subnet, CiaddrCountsUnlessThePacketWasBroadcast) {
    const auto config = two_subnets();
    EXPECT_EQ(Read(client.renewing("10.0.0.15"), config).subnet(), 2u);
    auto rebind = client.rebinding("10.0.0.15");
    rebind.arrival.source = {};
    EXPECT_EQ(Read(rebind, config).subnet(), 1u);
}

TEST(Subnet, SourceThenInterfaceNameThenItsAddress) {
    auto config = two_subnets();
    auto packet = client.discover();
    EXPECT_EQ(Read(packet, config).subnet(), 1u);  // 192.0.2.1 on lan0
    config.subnets[1].interface = "lan0";
    finish(config);
    EXPECT_EQ(Read(packet, config).subnet(), 2u);
    packet.arrival.source = ip("192.0.2.77");
    EXPECT_EQ(Read(packet, config).subnet(), 1u);
}

// --- identity

TEST(Identity, TheClientIdentifierCountsWhereThereIsOne) {
    const auto config = two_subnets();
    const Read without{client.discover(), config};
    EXPECT_EQ(without.result->client.kind, IdentityKind::hardware_address);
    EXPECT_TRUE(without.result->client_id.empty());
    Client named = client;
    const Read with{named.with_id("box-7").discover(), config};
    EXPECT_EQ(with.result->client.kind, IdentityKind::client_id);
    EXPECT_EQ(with.result->client_id, with.result->sent_client_id);
}

TEST(Identity, MatchClientIdFalseLooksAtTheHardwareAddressOnly) {
    auto config = two_subnets();
    config.subnets[0].match_client_id = false;
    Client named = client;
    const Read read{named.with_id("box-7").discover(), config};
    EXPECT_EQ(read.result->client.kind, IdentityKind::hardware_address);
    EXPECT_TRUE(read.result->client_id.empty());
    EXPECT_EQ(read.result->sent_client_id.size(), 5u);  // for the echo
    // A client without hardware address has nothing else: two of them must not become one.
    Client bare;
    EXPECT_EQ(Read(bare.with_id("box-8").discover(), config).result->client.kind, IdentityKind::client_id);
}

TEST(ServerIdentifier, OverrideThenConfiguredThenLocal) {
    auto config = two_subnets();
    EXPECT_EQ(Read(client.discover(), config).result->server_address, ip("192.0.2.1"));
    config.options = {ipv4_option(54, "203.0.113.99")};
    EXPECT_EQ(Read(client.discover(), config).result->server_address, ip("203.0.113.99"));
    config.subnets[0].options = {ipv4_option(54, "203.0.113.54")};
    finish(config);
    EXPECT_EQ(Read(client.discover(), config).result->server_address, ip("203.0.113.54"));
    const auto overridden = client.discover().with(82, {11, 4, 10, 7, 7, 7});
    EXPECT_EQ(Read(overridden, config).result->server_address, ip("10.7.7.7"));
    EXPECT_EQ(Read(overridden, config).result->local_address, ip("192.0.2.1"));
}

TEST(ServerIdentifier, AUnicastNamesTheAddressItCameTo) {
    auto packet = client.renewing("192.0.2.10");
    packet.arrival.destination = ip("10.0.0.1");
    EXPECT_EQ(Read(packet, two_subnets()).result->local_address, ip("10.0.0.1"));
}

TEST(Names, EveryKindAndReasonHasOne) {
    for (int kind = 0; kind <= static_cast<int>(RequestKind::inform); ++kind) {
        EXPECT_NE(to_string(static_cast<RequestKind>(kind)), "unknown");
    }
    for (int reason = 0; reason <= static_cast<int>(DropReason::processing_failed); ++reason) {
        EXPECT_NE(to_string(static_cast<DropReason>(reason)), "unknown");
    }
}

}  // namespace
}  // namespace leasehold::v4::request_test
