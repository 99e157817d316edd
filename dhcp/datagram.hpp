// The values that pass through a DHCP socket, whichever of the two kinds it is: udp_socket.hpp,
// raw_socket.hpp.
#pragma once

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"

namespace leasehold {

/// A DHCP message that is kept. Nearly all are 300 to 400 octets long, and need no allocation.
using MessageBytes = boost::container::small_vector<std::uint8_t, 400>;

/// A received datagram; `bytes` is the UDP payload, valid during the callback.
struct Inbound {
    std::span<const std::uint8_t> bytes;
    Ipv6 source, destination;  // IPv4 ones are mapped; the scope of link-local ones is the socket's interface
    std::uint16_t source_port = 0;
    /// How long it lay in the kernel's queue; 0 where the kernel does not say.
    std::chrono::nanoseconds waited{0};
    /// More than were read at once are in the queue.
    bool backlog = false;
    /// When it was taken out of the queue: one reading of the clock for all that were taken together. 0: now.
    std::chrono::steady_clock::time_point received_at{};
};
/// Called once per datagram; it may send on the socket, but neither receive from it nor destroy it.
using ReceiveEach = std::function<void(const Inbound&)>;

struct Outbound {
    std::span<const std::uint8_t> bytes;
    Ipv6 source;  // IPv4 ones are mapped; unspecified: the kernel chooses (UDP socket only)
    Ipv6 destination;
    std::uint16_t port = 68;
    OctetView hwaddr;  // packet socket only; empty, or not of the link's length: link broadcast
};

struct SocketError {
    int number = 0;      // errno
    std::string detail;  // which call, on what, and what to do
};

struct SocketCounters {
    std::uint64_t received = 0;  // handed to the callback
    std::uint64_t sent = 0, send_failed = 0;
    std::uint64_t refused = 0;  // too large, damaged, or meant for a VLAN or another host; see last_error()
    std::uint64_t receive_failed = 0;  // the system call failed, say because the interface went down
    /// The queue was full. The kernel cannot tell that from what its filter refused on a UDP socket with
    /// `relayed_only`, which leaves this at 0.
    std::uint64_t kernel_dropped = 0;
};

/// What lies before a family's sockets, and what found no room there.
struct SocketLoad {
    std::uint64_t octets_queued = 0;  // of datagrams in the kernel, as it counts them
    std::uint64_t dropped = 0;        // by the kernel, since the start; see SocketCounters::kernel_dropped
};

}  // namespace leasehold
