// The far end of a cable in tests: sends any frame and sees each that arrives, with no kernel between that
// would answer, repair or drop something.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/ip_datagram.hpp"
#include "dhcp/socket_setup.hpp"
#include "tests/support/network_namespace.hpp"

namespace leasehold::test {

using Bytes = std::vector<std::uint8_t>;
using Mac = std::array<std::uint8_t, 6>;
inline constexpr Mac broadcast_mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// How long a test waits for what has to happen: long enough to mean "never", and never waited for in a pass.
inline constexpr std::chrono::seconds never{20};
/// Waits until `fd` is readable. @return false: never.
bool wait_readable(int fd);

Bytes ip_packet(const IpDatagram& datagram);
/// An Ethernet frame around an IPv4 packet, with an 802.1Q tag if `vlan` is given.
Bytes ethernet_frame(const Mac& to, const Mac& from, std::span<const std::uint8_t> packet,
                     std::optional<std::uint16_t> vlan = std::nullopt);
/// The first octets of a BOOTREQUEST that a filter looks at: op, xid, giaddr; filled up to `size`.
Bytes boot_request(std::uint32_t xid, Ipv4 giaddr, std::size_t size = 300);
std::uint32_t xid_of(std::span<const std::uint8_t> message);

class WireClient {
public:
    /// @throw std::system_error
    WireClient(const NetworkNamespace& where, const std::string& interface);

    const Mac& mac() const { return mac_; }
    void send(const Bytes& frame);
    /// A request from 0.0.0.0:68 to 255.255.255.255:67, as a client without an address sends it.
    void broadcast(const Bytes& message);
    /// The next frame with IPv4 in it that comes in. nullopt: never.
    std::optional<Bytes> next_frame();

private:
    Descriptor fd_;
    Mac mac_{};
};

}  // namespace leasehold::test
