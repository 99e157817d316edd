// A server's and a client's end of one cable with IPv6 addresses that can be used at once: the stage of the DHCPv6
// socket tests. The client is a socket like the server's, with the kernel of its own namespace.
#pragma once

#include "tests/support/served_link.hpp"

namespace leasehold::test {

inline const Ipv6 to_servers_on_link = *parse_ipv6("ff02::1:2"), to_servers_of_site = *parse_ipv6("ff05::1:3");

struct ServedLink6 {
    NetworkNamespace server, outside;
    const Ipv6 server_address = *parse_ipv6("fe80::1"), client_address = *parse_ipv6("fe80::2");
    const Ipv6 server_global = *parse_ipv6("2001:db8::1"), client_global = *parse_ipv6("2001:db8::2");

    ServedLink6() {
        connect(server, "srv0", outside, "cli0");
        for (const auto* address : {"fe80::1", "2001:db8::1"})
            server.ip("addr add " + std::string{address} + "/64 dev srv0 nodad");
        for (const auto* address : {"fe80::2", "2001:db8::2"})
            outside.ip("addr add " + std::string{address} + "/64 dev cli0 nodad");
    }

    Result<UdpSocket, SocketError> at_server(UdpSocket::Options options) const {
        return server.in([&] { return UdpSocket::open(options); });
    }
    UdpSocket at_client() const {
        return outside.in(
            [] { return UdpSocket::open({.interface = "cli0", .family = Family::v6, .port = 546}).value(); });
    }
    /// From the client's link-local address, or from its global one to a global one.
    void send(UdpSocket& from, const Ipv6& to, std::uint32_t xid, std::uint16_t port = 547) const {
        const Bytes message = boot_request(xid, {});
        const Outbound datagram{.bytes = message,
                                .source = to == server_global ? client_global : client_address,
                                .destination = to,
                                .port = port,
                                .hwaddr = {}};
        if (from.send({&datagram, 1}) != 1) throw std::runtime_error{from.last_error()};
    }
};

}  // namespace leasehold::test
