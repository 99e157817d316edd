// The machine's network interfaces, watched over netlink: one that appears, vanishes, comes up or gets an
// address is noticed without a restart. Who listens on which of them is the server's part.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// An IPv6 address of an interface, and what duplicate address detection (RFC 4862 5.4) says of it.
struct InterfaceAddress6 {
    Ipv6 address;
    bool tentative = false;  // not found free yet
    bool duplicate = false;  // somebody else has it
    bool is_usable() const { return !tentative && !duplicate; }
    bool operator==(const InterfaceAddress6&) const = default;
};

struct Interface {
    std::uint32_t index = 0;
    std::string name;
    std::uint16_t hardware_type = 1;  // ARPHRD_*
    Octets mac;
    bool up = false;       // administratively
    bool running = false;  // has a carrier
    bool loopback = false;
    bool broadcast = false;
    bool multicast = false;
    std::uint32_t mtu = 1500;
    std::vector<Ipv4> addresses;  // in the kernel's order
    std::vector<InterfaceAddress6> addresses6{};
    bool operator==(const Interface&) const = default;

    /// Is it an address of this interface that can be bound to and sent from?
    bool has_usable(const Ipv6& address) const;
    /// 0.0.0.0: it has none.
    Ipv4 first_ipv4() const { return addresses.empty() ? Ipv4{} : addresses.front(); }
    /// The first usable link-local address; nullopt: there is none now.
    std::optional<Ipv6> link_local() const;
    /// The first usable address that is not link-local.
    std::optional<Ipv6> global_address() const;
};

/// Loop thread only. Watches the network namespace that the constructing thread is in.
class InterfaceMonitor {
public:
    using Changed = std::function<void()>;
    /// Reads the present state at once, then calls `changed` on the loop after each burst of changes that
    /// made a difference. `changed` may destroy the monitor.
    /// @throw std::system_error without a netlink socket (start-up only).
    InterfaceMonitor(boost::asio::io_context& loop, Changed changed);
    ~InterfaceMonitor();

    /// By interface number. As of the last `changed`.
    const std::map<std::uint32_t, Interface>& interfaces() const;
    /// nullptr: there is none now.
    const Interface* find(std::string_view name) const;
    /// Is this an address of the machine, on whichever interface?
    bool is_local(const Ipv6& address) const;
    /// Begins to read everything anew (interface-redetect); `changed` follows if that makes a difference.
    void refresh();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace leasehold
