// What the examples of config/examples say to the devices that they are written for: packets of
// tests/captures are decided by the loaded files. Not here: that the files load (load_test.cpp), and the
// rules themselves (tests/dhcp/v4).
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "tests/support/captures.hpp"
#include "tests/support/world.hpp"

namespace leasehold::config::example_captures_test {
namespace {

using namespace testing_world;
using testing_world::World;
using v4::MessageType;

World example(const std::string& name) {
    const auto loaded = load_file(SOURCE_DIR "/config/examples/" + name, {});
    if (!loaded) throw std::runtime_error{name + " does not load"};
    return World{*loaded->server};
}

Bytes capture(const std::string& name) {
    return load_capture(std::string{TESTS_DIR "/captures/v4/"} + name + ".hex").bytes;
}

v4::Arrival on_link(std::string_view interface, std::string_view address) {
    return {2, interface, ip(address), {}, 68, Ipv4{0xffffffff}, true, {}};
}

v4::Arrival from_relay(std::string_view relay, std::string_view server) {
    return {2, "ens18", ip(server), ip(relay), 67, ip(server), true, {}};
}

std::string text(const std::optional<Bytes>& payload) {
    return payload ? std::string{payload->begin(), payload->end()} : "(none)";
}

Bytes octets(std::string_view value) {
    return {value.begin(), value.end()};
}

// --- pxe.conf

Answer boots(const Bytes& datagram) {
    return example("pxe.conf").decide(datagram, on_link("lan0", "192.0.2.1"));
}

TEST(PxeExample, FirmwareWithUefiGetsIpxeFromTheBootServer) {
    const auto answer = boots(capture("client-pxe-uefi"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(to_string(answer.view().siaddr()), "192.0.2.5");
    EXPECT_EQ(answer.view().file(), "ipxe.efi");
    EXPECT_EQ(answer.view().sname(), "boot.example.net");
}

TEST(PxeExample, FirmwareThatBootsOverHttpGetsAUrlAndTheWordItWaitsFor) {
    const auto answer = boots(capture("client-http-boot"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(text(answer.option(60)), "HTTPClient");
    EXPECT_EQ(text(answer.option(67)), "http://boot.example.net/ipxe.efi");
}

TEST(PxeExample, IpxeGetsItsScriptWhateverTheMachineIs) {
    const auto answer = boots(capture("client-ipxe"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.view().file(), "http://boot.example.net/menu.ipxe");
}

TEST(PxeExample, ABiosGetsItsLoaderAndIsToldNotToSearch) {
    auto packet = Client::number(1).discover();
    packet.with(93, {0, 0})
        .with_text(60, "PXEClient:Arch:00000:UNDI:002001")
        .requesting({1, 3, 43, 60, 66, 67});
    const auto answer = example("pxe.conf").decide(packet);
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.view().file(), "undionly.kpxe");
    const auto vendor = answer.option(43);
    ASSERT_TRUE(vendor);
    EXPECT_EQ(Bytes(vendor->begin(), vendor->begin() + 3), (Bytes{6, 1, 8}));
}

TEST(PxeExample, TheReservedMachineGetsItsOwnFileFromItsOwnServer) {
    Client lab;
    lab.hwaddr = {0x02, 0x00, 0x5e, 0x00, 0x53, 0x20};
    const auto answer = example("pxe.conf").decide(lab.discover().with(93, {0, 7}));
    EXPECT_EQ(answer.yiaddr(), "192.0.2.20");
    EXPECT_EQ(answer.view().file(), "lab.efi");
    EXPECT_EQ(to_string(answer.view().siaddr()), "192.0.2.7");
}

// --- voice.conf

TEST(VoiceExample, ATelephoneOnTheDataVlanLearnsItsVlanForAMinute) {
    const auto answer =
        example("voice.conf").decide(capture("client-desk-phone"), on_link("eth0.10", "10.1.10.1"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.yiaddr(), "10.1.10.200");
    EXPECT_EQ(answer.option(150), (Bytes{10, 1, 20, 5, 10, 1, 20, 6}));
    EXPECT_EQ(text(answer.option(132)), "VLAN-A:20.");
    EXPECT_EQ(answer.u32(51), 60u);
}

TEST(VoiceExample, ATelephoneOnTheVoiceVlanGetsItsServers) {
    const auto answer =
        example("voice.conf").decide(capture("client-desk-phone"), on_link("eth0.20", "10.1.20.1"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.yiaddr(), "10.1.20.50");
    EXPECT_EQ(text(answer.option(66)), "phones.example.net");
    EXPECT_EQ(answer.option(150), (Bytes{10, 1, 20, 5, 10, 1, 20, 6}));
    EXPECT_EQ(answer.u32(51), 28800u);
}

TEST(VoiceExample, AComputerGetsAnAddressOfTheComputersAndNoneOfTheTelephones) {
    const auto world = example("voice.conf");
    const auto answer = world.decide(capture("client-windows"), on_link("eth0.10", "10.1.10.1"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.yiaddr(), "10.1.10.50");
    EXPECT_EQ(answer.option(132), std::nullopt);
    EXPECT_TRUE(world.decide(capture("client-windows"), on_link("eth0.20", "10.1.20.1")).silent());
}

// --- isp.conf

TEST(IspExample, ACableModemGetsTheSubnetOfItsRelayAndTheSubOptionItAsksFor) {
    const auto answer =
        example("isp.conf").decide(capture("client-cable-modem"), from_relay("10.20.0.1", "198.51.100.2"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_TRUE(parse_ipv4_network("10.20.0.0/22").value().contains(answer.view().yiaddr()));
    EXPECT_EQ(answer.ipv4(3), "10.20.0.1");
    // Enterprise 4491: sub-option 2, TFTP servers; 3 is asked for too, and not configured.
    EXPECT_EQ(answer.option(125), (Bytes{0, 0, 0x11, 0x8b, 6, 2, 4, 203, 0, 113, 69}));
    EXPECT_TRUE(answer.option(82));
    // "own-modem" by its remote id: not the ten minutes of a foreign one.
    EXPECT_EQ(answer.u32(51), 7200u);
}

TEST(IspExample, AForeignModemGetsAShortLeaseAndABusinessLineItsAddress) {
    const auto world = example("isp.conf");
    auto foreign = Client::number(1).behind("10.20.0.1").discover();
    EXPECT_EQ(world.decide(foreign.with(82, {2, 3, 1, 2, 3})).u32(51), 600u);

    Bytes line{1, 9};
    std::ranges::copy(octets("olt7/3/12"), std::back_inserter(line));
    auto business = Client::number(2).behind("10.20.0.1").discover();
    EXPECT_EQ(world.decide(business.with(82, line)).yiaddr(), "10.20.0.10");
}

TEST(IspExample, ABrokenBoxIsLeftWithoutAnAnswer) {
    auto packet = Client::number(1).behind("10.20.0.1").discover();
    EXPECT_EQ(example("isp.conf").decide(packet.with_text(60, "BrokenBox 1.0")).drop.reason,
              DropReason::admin_filtered);
}

// --- hotspot.conf

TEST(HotspotExample, ATelephoneThatDoesWithoutIpv4GetsTheWaitAndThePortalButNoAddress) {
    const auto answer =
        example("hotspot.conf")
            .decide(capture("client-telephone-ipv6-only"), on_link("wlan-guest", "172.20.0.1"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.yiaddr(), "0.0.0.0");
    EXPECT_EQ(answer.u32(108), 1800u);
    EXPECT_EQ(text(answer.option(114)), "https://portal.example.net/api");
}

TEST(HotspotExample, OneExchangeIsEnoughOnceNobodyAnsweredAtTheAddress) {
    auto world = example("hotspot.conf");
    const auto arrival = on_link("wlan-guest", "172.20.0.1");
    const auto first = world.decide(capture("client-rapid-commit"), arrival);
    ASSERT_TRUE(first.looks_at);
    world.pings = {{*first.looks_at, false}};
    const auto answer = world.decide(capture("client-rapid-commit"), arrival);
    ASSERT_EQ(answer.type(), MessageType::ack);
    EXPECT_EQ(answer.option(80), Bytes{});
    EXPECT_EQ(answer.yiaddr(), to_string(*first.looks_at));
    EXPECT_EQ(answer.u32(51), 1800u);
}

// --- home-router.conf, shared-network.conf, provisioning.conf

TEST(HomeRouterExample, APartialNameIsQualifiedAndTheExchangeStaysOneOfFour) {
    const auto answer =
        example("home-router.conf").decide(capture("client-rapid-commit"), on_link("br-lan", "192.168.1.1"));
    ASSERT_EQ(answer.type(), MessageType::offer);
    EXPECT_EQ(answer.option(80), std::nullopt);
    const auto name = answer.option(81);
    ASSERT_TRUE(name);
    Bytes labels{6, 'l', 'a', 'p', 't', 'o', 'p', 4, 'h', 'o', 'm', 'e', 4, 'a', 'r', 'p', 'a', 0};
    EXPECT_EQ(Bytes(name->begin() + 3, name->end()), labels);
}

TEST(SharedNetworkExample, KnownDevicesGetTheFirstRangeAndGuestsTheSecond) {
    const auto world = example("shared-network.conf");
    const auto asks = [&](const Bytes& hwaddr) {
        Client client;
        client.hwaddr = hwaddr;
        auto packet = client.discover();
        packet.arrival = on_link("eth1", "10.5.0.1");
        return world.decide(packet.requesting({3, 6, 12, 15}));
    };
    const auto till = asks({0x02, 0x00, 0x5e, 0x00, 0x53, 0x32});
    EXPECT_EQ(till.yiaddr(), "10.5.0.50");
    EXPECT_EQ(till.ipv4(6), "10.5.0.9");
    EXPECT_EQ(text(till.option(12)), "till-2");
    EXPECT_EQ(text(till.option(15)), "shop.example.net");
    EXPECT_EQ(asks({0x02, 0x00, 0x5e, 0x00, 0x53, 0x33}).yiaddr(), "10.5.0.20");
    const auto guest = asks({0x02, 0x00, 0x5e, 0x00, 0x53, 0x77});
    EXPECT_EQ(guest.yiaddr(), "10.5.1.10");
    EXPECT_EQ(guest.ipv4(3), "10.5.1.1");
}

TEST(ProvisioningExample, AMachineIsItsSwitchPortAndItsRackIsAClass) {
    const auto world = example("provisioning.conf");
    Bytes line{1, 8};
    std::ranges::copy(octets("GE-0/0/1"), std::back_inserter(line));
    line.insert(line.end(), {2, 7});
    std::ranges::copy(octets("r17-sw1"), std::back_inserter(line));
    auto packet = Client::number(0x5e1025).behind("10.9.17.1").discover();
    const auto answer = world.decide(packet.with(82, line).requesting({3, 7, 12, 121}));
    EXPECT_EQ(answer.yiaddr(), "10.9.17.11");
    EXPECT_EQ(answer.option(7), (Bytes{10, 9, 17, 5}));
    EXPECT_EQ(text(answer.option(12)), "node-5e1025");
    EXPECT_EQ(answer.option(3), std::nullopt);  // the routes of 121 stand for it (RFC 3442)
    EXPECT_TRUE(answer.option(121));
}

}  // namespace
}  // namespace leasehold::config::example_captures_test
