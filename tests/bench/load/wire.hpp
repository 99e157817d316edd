// The sockets of the load generator: the server's own batched UDP sockets, and a packet socket for clients on
// the link that have no address. Tests have a wire of their own, with a server in it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dhcp/datagram.hpp"
#include "dhcp/result.hpp"
#include "tests/bench/load/codec.hpp"

namespace leasehold::bench {

/// A message to send. Its octets stay where they are until send() returns.
struct Parcel {
    OctetSpan octets;
    Ipv6 client{};             // the address that the client holds; unspecified: none
    bool from_client = false;  // unicast from that address, on the link to `server`
    Ipv6 server{};
};

/// A received message, and how long it lay in the kernel.
using TakeMessage = std::function<void(OctetSpan, Nanoseconds waited)>;

class Wire {
public:
    virtual ~Wire() = default;
    virtual void send(std::span<const Parcel> parcels) = 0;
    /// Takes what has arrived, a few batches at most, without blocking. @return how many
    virtual std::size_t receive(const TakeMessage& take) = 0;
    /// To wait on.
    virtual std::vector<int> descriptors() const = 0;
    virtual SocketCounters counters() const = 0;
    /// Why something was last not sent; empty while nothing was.
    virtual std::string last_error() const = 0;
    /// Can a message be sent from this address of a client, and are answers to it for this machine (DHCPv4)?
    virtual bool has_address(const Ipv6& address) const = 0;
};

/// @param sockets  with its interface and its ports  @param relayed  clients are behind relays
/// @param from_clients  some messages are (DHCPv4)
Result<std::unique_ptr<Wire>, SocketError> open_wire(Family family, const Sockets& sockets, bool relayed,
                                                     bool from_clients);

/// Where datagrams to a server leave this machine.
struct Route {
    std::string interface;
    Ipv6 source;
};
/// @error there is no route, or no interface has its address
Result<Route, SocketError> route_to(const Ipv6& server);

}  // namespace leasehold::bench
