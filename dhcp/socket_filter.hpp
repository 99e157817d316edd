// The two packet filters (classic BPF) that share one interface's DHCP traffic between the packet socket and
// the UDP socket, so that each datagram is received exactly once (lease-engine 8). They run in the kernel.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace leasehold {

using SocketFilter = std::vector<sock_filter>;

/// For the UDP socket: only messages from a relay agent (giaddr not 0). What is too short to say is refused.
SocketFilter relayed_only_filter();

/// For a packet socket of type SOCK_DGRAM, which sees frames from the IPv4 header on: whole UDP datagrams to
/// `port`, meant for this machine or for all, with a BOOTREQUEST that did not come through a relay.
SocketFilter direct_client_filter(std::uint16_t port);

/// The same from a client's side: whole UDP datagrams to `port` with a BOOTREPLY.
SocketFilter reply_filter(std::uint16_t port);

}  // namespace leasehold
