// The UDP socket of one interface. DHCPv4 (RFC 2131 4.1): relayed traffic, and replies to clients that have an
// address; clients without one are raw_socket's. DHCPv6 (RFC 8415 14): everything. Bound to its interface, so
// it needs no address to start with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "dhcp/datagram.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// Loop thread only. Never blocks. A message of more than 4096 octets is refused and counted.
class UdpSocket {
public:
    struct Options {
        std::string interface;  // "": none, whichever way the routes go, and in no group
        Family family = Family::v4;
        std::optional<Ipv6> address{};  // bind to it alone; broadcasts and multicasts do not arrive then
        std::uint16_t port = 67;
        bool relayed_only = false;  // v4: a packet socket serves this interface too: leave giaddr 0 to it
        int receive_buffer_bytes = 4 << 20;
        int send_buffer_bytes = 4 << 20;
    };
    /// Of v6 without an address it is in the groups of servers (udp_socket.cpp: server_groups).
    /// @error the interface or address is not there, the port is taken, or a capability is missing; the text
    /// says which and what to do.
    static Result<UdpSocket, SocketError> open(const Options& options);
    UdpSocket(UdpSocket&&) noexcept;
    UdpSocket& operator=(UdpSocket&&) noexcept;
    ~UdpSocket();

    /// For waiting until it is readable; owned by this object.
    int fd() const;
    /// Takes up to `max` waiting datagrams (recvmmsg), without blocking.
    /// @return how many were taken, refused ones included; fewer than `max`: none was left.
    std::size_t receive(std::size_t max, const ReceiveEach& each);
    /// @return how many were sent; a failed one is skipped and counted.
    std::size_t send(std::span<const Outbound> datagrams);
    const SocketCounters& counters() const;
    /// Why something was last refused or not sent; empty while nothing was.
    const std::string& last_error() const;

private:
    struct Impl;
    explicit UdpSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
