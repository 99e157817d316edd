// Which host a packet comes from, by which of its identifiers; KNOWN, UNKNOWN and the host's classes.
#include "dhcp/hosts.hpp"
#include "dhcp/v4/hosts.hpp"

#include <gtest/gtest.h>

#include "dhcp/v4/packet_source.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::hosts_test {
namespace {

using testing_world::Bytes;
using testing_world::Client;
using testing_world::config_of;
using testing_world::host_of;
using testing_world::ip;
using testing_world::Packet;
using testing_world::set_hosts;
using testing_world::subnet_of;
using testing_world::unit;

struct OurAddress final : LocalAddresses {
    bool is_local(Ipv4 address) const override { return address == ip("192.0.2.1"); }
};

struct Read {
    Read(Packet sent, const ServerConfig& config)
        : packet{std::move(sent)},
          bytes{packet.bytes()},
          message{MessageView::parse(bytes).value()},
          result{read_complete_request(message, packet.arrival, config, OurAddress{})} {}
    bool is_in(ClassId id) const { return result->classes.has(id); }
    Packet packet;
    Bytes bytes;
    MessageView message;
    Result<Request, Drop> result;
};

const Client client = Client::number(1);

Reservation host_by(HostIdentifierType type, Bytes identifier, std::uint32_t subnet_id = 1) {
    Reservation host;
    host.type = type;
    host.identifier = to_octets(identifier);
    host.subnet_id = subnet_id;
    return host;
}

ServerConfig one_subnet(std::vector<Reservation> hosts) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.20"}})});
    set_hosts(config, std::move(hosts));
    return config;
}

Packet packet_with_all_identifiers() {
    return client.discover().with(61, {255, 1, 2, 3, 4, 0, 3, 0, 1, 7}).with(82, {1, 2, 'p', '1', 2, 1, 'r'});
}

struct Identifier {
    std::string name;
    HostIdentifierType type;
    Bytes value;
};
class IdentifierTable : public testing::TestWithParam<Identifier> {};

TEST_P(IdentifierTable, FindsTheHost) {
    const auto config = one_subnet({host_by(GetParam().type, GetParam().value)});
    const Read read{packet_with_all_identifiers(), config};
    EXPECT_EQ(read.result->host, &config.hosts->all()[0]);
    EXPECT_TRUE(read.is_in(class_id::known));
}

INSTANTIATE_TEST_SUITE_P(
    All, IdentifierTable,
    testing::Values(Identifier{"hw_address", HostIdentifierType::hw_address, {2, 0, 0, 0, 0, 1}},
                    Identifier{
                        "duid_is_option_61_without_type_and_iaid", HostIdentifierType::duid, {0, 3, 0, 1, 7}},
                    Identifier{"circuit_id", HostIdentifierType::circuit_id, {'p', '1'}},
                    Identifier{"client_id_is_the_whole_option_61",
                               HostIdentifierType::client_id,
                               {255, 1, 2, 3, 4, 0, 3, 0, 1, 7}}),
    [](const auto& row) { return row.param.name; });

TEST(Hosts, AClientIdentifierOfAnotherTypeIsNoDuid) {
    const auto config = one_subnet({host_by(HostIdentifierType::duid, {0, 3, 0, 1, 7})});
    EXPECT_EQ(Read(client.discover().with(61, {1, 1, 2, 3, 4, 0, 3, 0, 1, 7}), config).result->host, nullptr);
    EXPECT_EQ(Read(client.discover().with(61, {255, 1, 2, 3, 4}), config).result->host, nullptr);
}

TEST(Hosts, TheFirstConfiguredIdentifierThatFindsAHostDecides) {
    auto config = one_subnet({host_by(HostIdentifierType::circuit_id, {'p', '1'}),
                              host_by(HostIdentifierType::hw_address, {2, 0, 0, 0, 0, 1})});
    const auto packet = packet_with_all_identifiers();
    EXPECT_EQ(Read(packet, config).result->host->type, HostIdentifierType::hw_address);
    config.host_identifiers = {HostIdentifierType::circuit_id, HostIdentifierType::hw_address};
    EXPECT_EQ(Read(packet, config).result->host->type, HostIdentifierType::circuit_id);
    config.host_identifiers = {HostIdentifierType::client_id};
    EXPECT_EQ(Read(packet, config).result->host, nullptr);
    EXPECT_TRUE(Read(packet, config).is_in(class_id::unknown));
}

Expression text_of(std::string_view text) {
    ExpressionNames names;
    names.option_named = [](std::string_view) { return nullptr; };
    names.option_coded = [](std::uint16_t) { return nullptr; };
    names.class_named = [](std::string_view) { return std::nullopt; };
    return Expression::compile(Expression::Kind::text, text, names).value();
}

TEST(Hosts, AFlexibleIdentifierIsWhatItsExpressionYields) {
    auto config = one_subnet({host_by(HostIdentifierType::flex_id, {'p', '1'})});
    config.flex_id = text_of("relay4[1].hex");
    config.host_identifiers = {HostIdentifierType::flex_id};
    EXPECT_NE(Read(packet_with_all_identifiers(), config).result->host, nullptr);
    EXPECT_EQ(Read(client.discover(), config).result->host, nullptr);
}

TEST(Hosts, AFlexibleIdentifierMayReplaceTheClientIdentifier) {
    auto config = one_subnet({});
    config.flex_id = text_of("relay4[1].hex");
    config.flex_id_replaces_client_id = true;
    const Read read{packet_with_all_identifiers(), config};
    EXPECT_EQ(read.result->client_id, to_octets(Bytes{0, 'p', '1'}));
    EXPECT_EQ(read.result->client.kind, IdentityKind::client_id);
    EXPECT_EQ(read.result->sent_client_id.size(), 10u);  // for the echo
    const Read without{client.discover().with_text(61, "own"), config};
    EXPECT_EQ(without.result->client_id, to_octets(Bytes{'o', 'w', 'n'}));
}

TEST(Hosts, TheSubnetsHostComesBeforeTheGlobalOneWhereBothAreLookedFor) {
    auto config = one_subnet({host_of(client, 0, ""), host_of(client, 1, "")});
    const auto found = [&](bool global, bool in_subnet) {
        config.subnets[0].reservations_global = global;
        config.subnets[0].reservations_in_subnet = in_subnet;
        const auto* host = Read(client.discover(), config).result->host;
        return host == nullptr ? -1 : static_cast<int>(host->subnet_id);
    };
    EXPECT_EQ(found(true, true), 1);
    EXPECT_EQ(found(true, false), 0);
    EXPECT_EQ(found(false, true), 1);
    EXPECT_EQ(found(false, false), -1);
}

TEST(Hosts, TheClassesOfAHostAreThoseOfItsPacket) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {})});
    auto host = host_of(client, 1, "");
    host.classes = {config.class_names.intern("gold")};
    set_hosts(config, {host});
    EXPECT_TRUE(Read(client.discover(), config).is_in(host.classes[0]));
    EXPECT_FALSE(Read(Client::number(2).discover(), config).is_in(host.classes[0]));
}

TEST(Hosts, AHostsClassDropEndsItsPacket) {
    auto host = host_of(client, 1, "");
    host.classes = {class_id::drop};
    const auto config = one_subnet({host});
    EXPECT_EQ(Read(client.discover(), config).result.error().reason, DropReason::admin_filtered);
}

TEST(Hosts, InASharedNetworkAHostOfAnySubnetMakesTheClientKnown) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {}), subnet_of(2, "10.0.0.0/24", {})});
    auto host = host_of(client, 2, "");
    host.classes = {config.class_names.intern("gold")};
    set_hosts(config, {host});
    EXPECT_TRUE(Read(client.discover(), config).is_in(class_id::unknown));
    testing_world::add_network(config, "floor", {1, 2});
    finish(config);
    const Read read{client.discover(), config};
    EXPECT_TRUE(read.is_in(class_id::known));
    EXPECT_EQ(read.result->host, nullptr);      // not of the selected subnet
    EXPECT_FALSE(read.is_in(host.classes[0]));  // certain only after the allocation
}

TEST(Hosts, AnEarlyGlobalHostsClassesDecideAboutTheSubnet) {
    auto config = config_of({subnet_of(1, "192.0.2.0/24", {}), subnet_of(2, "192.0.2.0/25", {})});
    auto host = host_of(client, 0, "");
    host.classes = {config.class_names.intern("gold")};
    config.subnets[0].guard = host.classes;
    set_hosts(config, {host});
    finish(config);
    EXPECT_EQ(Read(client.discover(), config).result->subnet->id, 2u);
    config.early_global_reservations = true;
    EXPECT_EQ(Read(client.discover(), config).result->subnet->id, 1u);
    EXPECT_TRUE(Read(client.discover(), config).is_in(class_id::known));
    EXPECT_EQ(Read(Client::number(2).discover(), config).result->subnet->id, 2u);
}

// --- addresses

TEST(ReservedAddress, OutOfPoolLeavesTheAddressesOfPoolsAlone) {
    auto config = one_subnet({host_of(client, 1, "192.0.2.15"), host_of(Client::number(2), 1, "192.0.2.99")});
    const Read own{client.discover(), config};
    const auto& subnet = config.subnets[0];
    EXPECT_EQ(reserved_units(*own.result, config, subnet, LeaseKind::v4).at(0).pool, &subnet.pools[0]);
    config.subnets[0].reservations_out_of_pool = true;
    EXPECT_TRUE(reserved_units(*own.result, config, subnet, LeaseKind::v4).empty());
    const Read other{Client::number(2).discover(), config};
    EXPECT_EQ(reserved_units(*other.result, config, subnet, LeaseKind::v4).at(0).unit, unit("192.0.2.99"));
    EXPECT_FALSE(is_kept_for_other(*other.result, config, subnet, &subnet.pools[0], unit("192.0.2.15")));
    EXPECT_TRUE(is_kept_for_other(*own.result, config, subnet, nullptr, unit("192.0.2.99")));
}

TEST(ReservedAddress, OfAGlobalHostCountsWhereItIsOfTheSubnet) {
    auto config = one_subnet({host_of(client, 0, "192.0.2.50")});
    config.subnets[0].reservations_global = true;
    const Read read{client.discover(), config};
    EXPECT_EQ(reserved_units(*read.result, config, config.subnets[0], LeaseKind::v4).at(0).unit, unit("192.0.2.50"));
    EXPECT_TRUE(
        reserved_units(*read.result, config, subnet_of(9, "10.0.0.0/24", {}), LeaseKind::v4).empty());
}

TEST(ReservedAddress, OneThatSeveralShareIsKeptForEachOfThem) {
    const auto config =
        one_subnet({host_of(client, 1, "192.0.2.50"), host_of(Client::number(2), 1, "192.0.2.50")});
    const auto kept = [&](const Client& who) {
        return is_kept_for_other(*Read(who.discover(), config).result, config, config.subnets[0], nullptr,
                                 unit("192.0.2.50"));
    };
    EXPECT_FALSE(kept(client));
    EXPECT_FALSE(kept(Client::number(2)));
    EXPECT_TRUE(kept(Client::number(3)));
}

}  // namespace
}  // namespace leasehold::v4::hosts_test
