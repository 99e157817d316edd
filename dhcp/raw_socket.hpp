// The packet socket of one interface: clients without an address can be heard (whatever destination they
// used) and answered at their hardware address. A BPF filter passes UDP to the server port with giaddr 0.
// Open a UdpSocket beside it: without one the kernel answers a unicast renewal with "port unreachable".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "dhcp/datagram.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// Loop thread only. Never blocks.
class RawSocket {
public:
    struct Options {
        std::string interface;
        std::uint16_t port = 67;  // the server's; the source port of replies too
        int receive_buffer_bytes = 4 << 20;
        bool hears_replies = false;  // a client's side: servers' messages to `port` instead of clients', sent from 0.0.0.0 too
        /// Is this one of the machine's addresses? On a machine that routes, a renewal on its way to a server
        /// elsewhere passes here too and is refused by this. Empty: any destination will do.
        std::function<bool(Ipv4)> is_local{};
    };
    /// @error no such interface, a link that is not Ethernet-like, or the capability CAP_NET_RAW is missing.
    static Result<RawSocket, SocketError> open(const Options& options);
    RawSocket(RawSocket&&) noexcept;
    RawSocket& operator=(RawSocket&&) noexcept;
    ~RawSocket();

    /// For waiting until it is readable; owned by this object.
    int fd() const;
    /// Takes up to `max` waiting datagrams, without blocking. Refuses and counts damaged ones and tagged
    /// frames, which are for a VLAN interface above this one.
    /// @return how many were taken, refused ones included; fewer than `max`: none was left.
    std::size_t receive(std::size_t max, const ReceiveEach& each);
    /// Writes the IPv4 and UDP headers itself; no ARP, no route and no address of the client are needed.
    /// @pre source is set, unless it is a client's side.  @return how many were sent; a failed one is skipped and counted.
    std::size_t send(std::span<const Outbound> datagrams);
    const SocketCounters& counters() const;
    /// Why something was last refused or not sent; empty while nothing was.
    const std::string& last_error() const;

private:
    struct Impl;
    explicit RawSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
