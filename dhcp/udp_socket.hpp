// The UDP socket of one interface (RFC 2131 4.1): relayed traffic, and replies to clients that have an address.
// Bound to its interface, so it needs no address to start with.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// A received datagram; `bytes` is the UDP payload, valid during the callback.
struct Inbound {
    std::span<const std::uint8_t> bytes;
    Ipv4 source, destination;
    std::uint16_t source_port = 0;
};
struct Outbound {
    std::span<const std::uint8_t> bytes;
    Ipv4 source;       // 0: the kernel chooses
    Ipv4 destination;
    std::uint16_t port = 68;
    OctetView hwaddr;  // packet socket only; empty: link broadcast
};

struct SocketError {
    int number = 0;      // errno
    std::string detail;  // which call, on what, and what to do
};

using ReceiveEach = std::function<void(const Inbound&)>;

struct SocketCounters {
    std::uint64_t received = 0, sent = 0, send_failed = 0, refused = 0;  // refused: VLAN, checksum, malformed
    std::uint64_t kernel_dropped = 0;
};

class UdpSocket {
public:
    struct Options {
        std::string interface;
        std::optional<Ipv4> address;  // bind to it alone
        std::uint16_t port = 67;
        bool relayed_only = false;  // a packet socket serves this interface too: leave giaddr 0 to it
        int receive_buffer_bytes = 4 << 20;
    };
    static Result<UdpSocket, SocketError> open(const Options& options);
    UdpSocket(UdpSocket&&) noexcept;
    UdpSocket& operator=(UdpSocket&&) noexcept;
    ~UdpSocket();

    int fd() const;
    /// Takes up to `max` waiting datagrams (recvmmsg), without blocking. @return how many.
    std::size_t receive(std::size_t max, const ReceiveEach& each);
    /// @return how many were sent; a failed one is skipped and counted.
    std::size_t send(std::span<const Outbound> datagrams);
    const SocketCounters& counters() const;
    const std::string& last_error() const;

private:
    struct Impl;
    explicit UdpSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
