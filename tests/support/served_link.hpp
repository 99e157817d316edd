// A server's and a client's end of one cable, each in a network namespace of its own: the stage of the
// socket tests.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "dhcp/raw_socket.hpp"
#include "dhcp/udp_socket.hpp"
#include "tests/support/network_namespace.hpp"
#include "tests/support/wire_client.hpp"

namespace leasehold::test {

inline constexpr Ipv4 server_address{0x0a4d0001};  // 10.77.0.1/24 on interface srv0
inline constexpr Ipv4 relay_address{0x0a4d0009};

/// A received datagram that outlives its callback.
struct Taken {
    Bytes bytes;
    Ipv6 source, destination;
    std::uint16_t source_port = 0;
};

/// Receives until `last` has come. Datagrams keep their order on a socket, so whatever was sent before `last`
/// and is not among these never arrives. The list lacks `last` when it never came.
template <class Socket>
std::vector<Taken> take_until(Socket& socket, std::uint32_t last) {
    std::vector<Taken> taken;
    while (taken.empty() || xid_of(taken.back().bytes) != last) {
        if (!wait_readable(socket.fd())) break;
        socket.receive(1, [&](const Inbound& inbound) {
            taken.push_back({.bytes = {inbound.bytes.begin(), inbound.bytes.end()},
                             .source = inbound.source,
                             .destination = inbound.destination,
                             .source_port = inbound.source_port});
        });
    }
    return taken;
}

/// The transaction numbers of what take_until() gives.
template <class Socket>
std::vector<std::uint32_t> xids_until(Socket& socket, std::uint32_t last) {
    std::vector<std::uint32_t> xids;
    for (const auto& taken : take_until(socket, last)) xids.push_back(xid_of(taken.bytes));
    return xids;
}

struct ServedLink {
    NetworkNamespace server, outside;
    std::optional<WireClient> client_end, server_end;

    ServedLink() {
        connect(server, "srv0", outside, "cli0");
        server.ip("addr add 10.77.0.1/24 dev srv0");
        client_end.emplace(outside, "cli0");
        server_end.emplace(server, "srv0");
    }
    WireClient& client() { return *client_end; }
    const Mac& server_mac() const { return server_end->mac(); }

    Result<UdpSocket, SocketError> udp(UdpSocket::Options options) const {
        return server.in([&] { return UdpSocket::open(options); });
    }
    Result<RawSocket, SocketError> raw(RawSocket::Options options) const {
        return server.in([&] { return RawSocket::open(options); });
    }

    /// A frame straight to the server's MAC address, as from a relay or a client that has its address.
    void unicast(Ipv4 source, Ipv4 destination, std::uint16_t source_port, const Bytes& message) {
        client().send(ethernet_frame(server_mac(), client().mac(),
                                     ip_packet({.source = source,
                                                .destination = destination,
                                                .source_port = source_port,
                                                .destination_port = 67,
                                                .payload = message})));
    }
    void relay(std::uint32_t xid) {
        unicast(relay_address, server_address, 67, boot_request(xid, relay_address));
    }
};

}  // namespace leasehold::test
