// Opens, reads and writes the UDP socket of one interface.
#include "dhcp/udp_socket.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "dhcp/datagram_socket.hpp"
#include "dhcp/socket_setup.hpp"

namespace leasehold {
namespace {

/// Of DHCPv6 (RFC 8415 7.1): All_DHCP_Relay_Agents_and_Servers, to which clients and the relays on the link send, and
/// All_DHCP_Servers, which relays may be told to send to.
constexpr std::array server_groups{
    Ipv6{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2}},
    Ipv6{{0xff, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 3}},
};

in6_addr to_in6(const Ipv6& address) {
    in6_addr made;
    std::ranges::copy(address.bytes, made.s6_addr);
    return made;
}

Ipv6 from_in6(const in6_addr& address) {
    Ipv6 made;
    std::ranges::copy(address.s6_addr, made.bytes.begin());
    return made;
}

/// Datagrams that the filter refuses count as dropped on a UDP socket, so only an unfiltered one asks.
SocketResult prepare_v4(int fd, bool relayed_only, const std::string& where) {
    if (auto done = set_option(fd, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST on " + where, ""); !done)
        return done;
    if (auto done = set_option(fd, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO on " + where, ""); !done)
        return done;
    return relayed_only ? attach_filter(fd, relayed_only_filter(), where) : report_drops(fd, where);
}

SocketResult prepare_v6(int fd, const std::string& where) {
    if (auto done = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY on " + where, ""); !done)
        return done;
    if (auto done = set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO on " + where, ""); !done)
        return done;
    return report_drops(fd, where);
}

SocketResult prepare(int fd, const UdpSocket::Options& options, const std::string& where) {
    if (!options.interface.empty() &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options.interface.c_str(),
                   static_cast<socklen_t>(options.interface.size() + 1)) != 0) {
        return std::unexpected(last_socket_error(
            "binding to " + where, errno == EPERM ? "run as root or give the capability CAP_NET_RAW"
                                                  : "'ip link' lists the interfaces"));
    }
    set_receive_buffer(fd, options.receive_buffer_bytes);
    set_send_buffer(fd, options.send_buffer_bytes);
    if (auto done = report_arrival_times(fd, where); !done) return done;
    return options.family == Family::v4 ? prepare_v4(fd, options.relayed_only, where) : prepare_v6(fd, where);
}

/// After bind(), so that nothing is taken in before the socket is ready; groups stay joined while it is open.
SocketResult join_groups(int fd, std::uint32_t interface_index, const std::string& where) {
    for (const Ipv6& group : server_groups) {
        const ipv6_mreq request{.ipv6mr_multiaddr = to_in6(group), .ipv6mr_interface = interface_index};
        if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) != 0)
            return std::unexpected(
                last_socket_error("joining " + to_string(group) + " on " + where,
                                  "is IPv6 switched on there? See net.ipv6.conf.*.disable_ipv6"));
    }
    return {};
}

std::string cure_of_bind(int number) {
    switch (number) {
        case EADDRINUSE:
            return "another DHCP server or relay agent? 'ss -lunp' shows who has the port; stop it, or leave "
                   "this "
                   "interface out";
        case EACCES: return "run as root or give the capability CAP_NET_BIND_SERVICE";
        case EADDRNOTAVAIL:
            return "the interface does not have this address; 'ip address' lists those it has";
        default: return {};
    }
}

/// @return the length of the name
socklen_t set_name_v4(SocketName& name, const Ipv6& address, std::uint16_t port) {
    name.inet.sin_family = AF_INET;
    name.inet.sin_port = htons(port);
    name.inet.sin_addr.s_addr = htonl(is_ipv4(address) ? to_ipv4(address).value : 0);
    return sizeof name.inet;
}

/// A link-local address means nothing without its interface.
socklen_t set_name_v6(SocketName& name, const Ipv6& address, std::uint16_t port, std::uint32_t interface_index) {
    name.inet6.sin6_family = AF_INET6;
    name.inet6.sin6_port = htons(port);
    name.inet6.sin6_addr = to_in6(address);
    name.inet6.sin6_scope_id = is_link_local(address) || is_multicast(address) ? interface_index : 0;
    return sizeof name.inet6;
}

SocketResult bind_to_port(int fd, const UdpSocket::Options& options, std::uint32_t interface_index,
                          const std::string& where) {
    SocketName name{};
    const Ipv6 address = options.address.value_or(Ipv6{});
    const socklen_t size = options.family == Family::v4
                               ? set_name_v4(name, address, options.port)
                               : set_name_v6(name, address, options.port, interface_index);
    if (bind(fd, &name.generic, size) == 0) return {};
    const auto cure = cure_of_bind(errno);
    auto what = "UDP port " + std::to_string(options.port) + " on " + where;
    if (options.address) what += ", address " + to_string(*options.address);
    return std::unexpected(last_socket_error(what, cure));
}

std::optional<Inbound> read_v4(ReceiveBatch::Message& message) {
    const auto destination = control_value<in_pktinfo>(message.header, IPPROTO_IP, IP_PKTINFO);
    return Inbound{.bytes = message.bytes,
                   .source = to_ipv6(Ipv4{ntohl(message.from.inet.sin_addr.s_addr)}),
                   .destination = to_ipv6(Ipv4{destination ? ntohl(destination->ipi_addr.s_addr) : 0}),
                   .source_port = ntohs(message.from.inet.sin_port)};
}

std::optional<Inbound> read_v6(ReceiveBatch::Message& message) {
    const auto destination = control_value<in6_pktinfo>(message.header, IPPROTO_IPV6, IPV6_PKTINFO);
    return Inbound{.bytes = message.bytes,
                   .source = from_in6(message.from.inet6.sin6_addr),
                   .destination = destination ? from_in6(destination->ipi6_addr) : Ipv6{},
                   .source_port = ntohs(message.from.inet6.sin6_port)};
}

}  // namespace

struct UdpSocket::Impl {
    DatagramSocket socket;
    Family family;
    std::uint32_t interface_index;

    void fill(const Outbound& datagram, SendBatch::Message& message) {
        family == Family::v4 ? fill_v4(datagram, message) : fill_v6(datagram, message);
    }

    void fill_v4(const Outbound& datagram, SendBatch::Message& message) {
        message.header.msg_namelen = set_name_v4(message.to, datagram.destination, datagram.port);
        if (is_unspecified(datagram.source)) return;
        in_pktinfo source{};
        source.ipi_spec_dst.s_addr = htonl(to_ipv4(datagram.source).value);
        socket.outgoing().add_control(IPPROTO_IP, IP_PKTINFO, source);
    }

    void fill_v6(const Outbound& datagram, SendBatch::Message& message) {
        message.header.msg_namelen =
            set_name_v6(message.to, datagram.destination, datagram.port, interface_index);
        if (is_unspecified(datagram.source)) return;
        const in6_pktinfo source{.ipi6_addr = to_in6(datagram.source), .ipi6_ifindex = interface_index};
        socket.outgoing().add_control(IPPROTO_IPV6, IPV6_PKTINFO, source);
    }
};

UdpSocket::UdpSocket(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket& UdpSocket::operator=(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;

Result<UdpSocket, SocketError> UdpSocket::open(const Options& options) {
    const bool has_interface = !options.interface.empty();
    const auto index = has_interface ? interface_index(options.interface) : Result<std::uint32_t, SocketError>{0};
    if (!index) return std::unexpected(index.error());
    const auto where = has_interface ? "interface " + options.interface : std::string{"any interface"};
    const int domain = options.family == Family::v4 ? AF_INET : AF_INET6;
    Descriptor fd{::socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd)
        return std::unexpected(last_socket_error(
            "a UDP socket for " + where, errno == EAFNOSUPPORT ? "the kernel runs without IPv6" : ""));
    // Nothing arrives before bind(), so the filter sees every datagram. No SO_REUSEADDR: a second server on
    // the same port has to fail, not to share.
    if (auto done = prepare(fd.get(), options, where); !done) return std::unexpected(done.error());
    if (auto done = bind_to_port(fd.get(), options, *index, where); !done) return std::unexpected(done.error());
    if (options.family == Family::v6 && !options.address && has_interface)
        if (auto done = join_groups(fd.get(), *index, where); !done) return std::unexpected(done.error());
    return UdpSocket{std::unique_ptr<Impl>{
        new Impl{DatagramSocket{std::move(fd), where + " (udp)"}, options.family, *index}}};
}

int UdpSocket::fd() const {
    return impl_->socket.fd();
}

std::size_t UdpSocket::receive(std::size_t max, const ReceiveEach& each) {
    return impl_->socket.receive(max, impl_->family == Family::v4 ? &read_v4 : &read_v6, each);
}

std::size_t UdpSocket::send(std::span<const Outbound> datagrams) {
    return impl_->socket.send(datagrams, [this](const Outbound& datagram, SendBatch::Message& message) {
        impl_->fill(datagram, message);
    });
}

const SocketCounters& UdpSocket::counters() const {
    return impl_->socket.counters();
}
const std::string& UdpSocket::last_error() const {
    return impl_->socket.last_error();
}

}  // namespace leasehold
