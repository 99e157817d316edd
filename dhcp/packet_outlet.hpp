// Where replies go: what the journey of a packet needs of the sockets, so that tests can stand in their
// place.
#pragma once

#include <cstdint>

#include "dhcp/datagram.hpp"

namespace leasehold {

class PacketOutlet {
public:
    virtual ~PacketOutlet() = default;
    /// Queues a copy for an interface. One that has gone drops it.
    virtual void send_udp(std::uint32_t interface_index, const Outbound& datagram) = 0;
    /// v4 only.
    virtual void send_raw(std::uint32_t interface_index, const Outbound& datagram) = 0;
    /// Sends the queues in batches.
    virtual void flush() = 0;
    /// Is this one of the machine's addresses?
    virtual bool is_local(const Ipv6& address) const = 0;
};

}  // namespace leasehold
