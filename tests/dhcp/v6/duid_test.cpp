// DUIDs from parts, and hardware addresses out of them.
#include "dhcp/v6/duid.hpp"

#include <gtest/gtest.h>

namespace leasehold::v6::duid_test {
namespace {

Octets octets(std::string_view hex) {
    return *parse_hex(hex);
}

std::string hardware_text(const std::optional<HardwareAddress>& hardware) {
    return hardware ? std::to_string(hardware->type) + ' ' + to_hex(view(hardware->octets)) : "none";
}

TEST(Duid, HardwareAddressesInDuids) {
    struct Row {
        std::string_view duid, hardware;
    };
    const Row rows[] = {
        {"00:01:00:01:2b:1c:3d:4e:02:00:5e:10:00:01", "1 02:00:5e:10:00:01"},
        {"00:03:00:01:02:00:5e:10:00:01", "1 02:00:5e:10:00:01"},
        {"00:03:00:20:01", "32 01"},                                            // InfiniBand
        {"00:03:00:1b:01:02:03:04:05:06:07:08", "27 01:02:03:04:05:06:07:08"},  // EUI-64
        {"00:02:00:00:09:bf:01:02", "none"},
        {"00:04:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f", "none"},
        {"00:05:00:01:02:00:5e:10:00:01", "none"},
        {"00:01:00:01:2b:1c:3d:4e", "none"},  // no octets behind the time
        {"00:01:00:01:2b", "none"},
        {"00:03:00:01", "none"},
        {"00:03:00", "none"},
        {"00:03", "none"},
        {"", "none"},
    };
    for (const auto& [duid, hardware] : rows)
        EXPECT_EQ(hardware_text(hardware_address_of(view(octets(duid)))), hardware) << duid;
}

TEST(Duid, HardwareAddressesAreNotLongerThanALeaseKeeps) {
    for (const std::size_t size : {20u, 21u, 126u}) {
        const auto duid = make_duid_ll({1, Octets(size, 7)});
        const auto hardware = hardware_address_of(view(duid));
        ASSERT_EQ(hardware.has_value(), size <= hwaddr_size_max) << size;
        EXPECT_EQ(hardware.value_or(HardwareAddress{}).octets.size(), size <= hwaddr_size_max ? size : 0);
    }
}

TEST(Duid, HardwareAddressesInLinkLocalAddresses) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"fe80::5eff:fe10:1", "1 02:00:5e:10:00:01"},
        {"fe80::21b:44ff:fe11:3ab7", "1 00:1b:44:11:3a:b7"},
        {"fe80::1:21b:44ff:fe11:3ab7", "none"},  // not the prefix of RFC 4291 2.5.6
        {"2001:db8::5eff:fe10:1", "none"},
        {"fe80::1", "none"},
        {"fe80::5eff:ff10:1", "none"},
        {"::", "none"},
    };
    for (const auto& [address, hardware] : rows)
        EXPECT_EQ(hardware_text(hardware_address_of(*parse_ipv6(address))), hardware) << address;
}

TEST(Duid, AreMadeOfTheirParts) {
    const HardwareAddress ethernet{1, octets("02:00:5e:10:00:01")};
    EXPECT_EQ(to_hex(view(make_duid_llt(ethernet, 0x2b1c3d4e))), "00:01:00:01:2b:1c:3d:4e:02:00:5e:10:00:01");
    EXPECT_EQ(to_hex(view(make_duid_ll(ethernet))), "00:03:00:01:02:00:5e:10:00:01");
    EXPECT_EQ(to_hex(view(make_duid_en(2495, view(octets("0102030405"))))),
              "00:02:00:00:09:bf:01:02:03:04:05");
    std::array<std::uint8_t, 16> uuid{};
    uuid.fill(0xab);
    EXPECT_EQ(to_hex(view(make_duid_uuid(uuid)), ""), "0004" + to_hex(uuid, ""));
    EXPECT_EQ(hardware_address_of(view(make_duid_llt(ethernet, 1))), ethernet);
}

TEST(Duid, TheTimeBeginsIn2000AndWrapsAround) {
    using namespace std::chrono;
    EXPECT_EQ(duid_time(sys_days{2000y / January / 1}), 0u);
    EXPECT_EQ(duid_time(sys_days{2024y / February / 29} + 1s), 762480001u);
    EXPECT_EQ(duid_time(sys_days{2000y / January / 1} + seconds{0x1'0000'0007}), 7u);
}

TEST(Duid, TypesAndTexts) {
    EXPECT_EQ(duid_type(view(octets("00:02:01"))), DuidType::en);
    EXPECT_EQ(duid_type(view(Octets(130, 0))), DuidType{0});
    EXPECT_FALSE(duid_type(view(Octets(131, 0))) || duid_type({}) || duid_type(view(octets("00:02"))));
    for (const auto type : {DuidType::llt, DuidType::en, DuidType::ll, DuidType::uuid})
        EXPECT_EQ(parse_duid_type(to_string(type)), type);
    EXPECT_EQ(to_string(DuidType{9}), "unknown");
    EXPECT_FALSE(parse_duid_type("unknown") || parse_duid_type("llt") || parse_duid_type(""));
    EXPECT_EQ(duid_text(view(octets("00:03:00:01:02"))), "LL 00:03:00:01:02");
    EXPECT_EQ(duid_text(view(octets("00"))), "unknown 00");
}

}  // namespace
}  // namespace leasehold::v6::duid_test
