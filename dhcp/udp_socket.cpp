// Opens, reads and writes the UDP socket of one interface.
#include "dhcp/udp_socket.hpp"

#include <arpa/inet.h>

#include <cerrno>

#include "dhcp/datagram_socket.hpp"
#include "dhcp/socket_setup.hpp"

namespace leasehold {
namespace {

/// Datagrams that the filter refuses count as dropped on a UDP socket, so only an unfiltered one asks.
SocketResult prepare(int fd, const UdpSocket::Options& options, const std::string& where) {
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options.interface.c_str(),
                   static_cast<socklen_t>(options.interface.size() + 1)) != 0) {
        return std::unexpected(last_socket_error(
            "binding to " + where, errno == EPERM ? "run as root or give the capability CAP_NET_RAW"
                                                  : "'ip link' lists the interfaces"));
    }
    set_receive_buffer(fd, options.receive_buffer_bytes);
    if (auto done = set_option(fd, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST on " + where, ""); !done)
        return done;
    if (auto done = set_option(fd, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO on " + where, ""); !done)
        return done;
    if (auto done = report_arrival_times(fd, where); !done) return done;
    return options.relayed_only ? attach_filter(fd, relayed_only_filter(), where) : report_drops(fd, where);
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

SocketResult bind_to_port(int fd, const UdpSocket::Options& options, const std::string& where) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_port = htons(options.port);
    local.sin_addr.s_addr = htonl(options.address.value_or(Ipv4{}).value);
    SocketName name{};
    name.inet = local;
    if (bind(fd, &name.generic, sizeof local) == 0) return {};
    const auto cure = cure_of_bind(errno);
    auto what = "UDP port " + std::to_string(options.port) + " on " + where;
    if (options.address) what += ", address " + to_string(*options.address);
    return std::unexpected(last_socket_error(what, cure));
}

}  // namespace

struct UdpSocket::Impl {
    DatagramSocket socket;

    static std::optional<Inbound> read(ReceiveBatch::Message& message) {
        const auto destination = control_value<in_pktinfo>(message.header, IPPROTO_IP, IP_PKTINFO);
        return Inbound{.bytes = message.bytes,
                       .source = {ntohl(message.from.inet.sin_addr.s_addr)},
                       .destination = {destination ? ntohl(destination->ipi_addr.s_addr) : 0},
                       .source_port = ntohs(message.from.inet.sin_port),
                       .waited = time_waited(message.header)};
    }

    void fill(const Outbound& datagram, SendBatch::Message& message) {
        message.to.inet.sin_family = AF_INET;
        message.to.inet.sin_port = htons(datagram.port);
        message.to.inet.sin_addr.s_addr = htonl(datagram.destination.value);
        message.header.msg_namelen = sizeof message.to.inet;
        if (datagram.source.is_zero()) return;
        in_pktinfo source{};
        source.ipi_spec_dst.s_addr = htonl(datagram.source.value);
        socket.outgoing().add_control(IPPROTO_IP, IP_PKTINFO, source);
    }
};

UdpSocket::UdpSocket(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket& UdpSocket::operator=(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;

Result<UdpSocket, SocketError> UdpSocket::open(const Options& options) {
    if (const auto index = interface_index(options.interface); !index) return std::unexpected(index.error());
    const auto where = "interface " + options.interface;
    Descriptor fd{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd) return std::unexpected(last_socket_error("a UDP socket for " + where, ""));
    // Nothing arrives before bind(), so the filter sees every datagram. No SO_REUSEADDR: a second server on
    // the same port has to fail, not to share.
    if (auto done = prepare(fd.get(), options, where); !done) return std::unexpected(done.error());
    if (auto done = bind_to_port(fd.get(), options, where); !done) return std::unexpected(done.error());
    return UdpSocket{std::unique_ptr<Impl>{new Impl{DatagramSocket{std::move(fd), where + " (udp)"}}}};
}

int UdpSocket::fd() const {
    return impl_->socket.fd();
}

std::size_t UdpSocket::receive(std::size_t max, const ReceiveEach& each) {
    return impl_->socket.receive(max, &Impl::read, each);
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
