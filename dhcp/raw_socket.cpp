// Opens, reads and writes the packet socket of one interface. It is of type SOCK_DGRAM: the kernel takes off
// and puts on the link header, so that a changed MAC address and a VLAN's tag need nothing from us.
#include "dhcp/raw_socket.hpp"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "dhcp/datagram_socket.hpp"
#include "dhcp/ip_datagram.hpp"
#include "dhcp/socket_setup.hpp"

namespace leasehold {
namespace {

constexpr std::uint16_t vlan_id_mask = 0x0fff;
using MacAddress = std::array<std::uint8_t, ETH_ALEN>;

struct Link {
    int index = 0;
    bool loopback = false;
    MacAddress broadcast{};
};

Result<ifreq, SocketError> ask_interface(int fd, const std::string& name, unsigned long request) {
    ifreq answer{};
    name.copy(answer.ifr_name, IFNAMSIZ - 1);
    if (ioctl(fd, request, &answer) == 0) return answer;
    return std::unexpected(last_socket_error("reading the hardware address of interface " + name, ""));
}

Result<Link, SocketError> read_link(int fd, const std::string& name) {
    const auto index = interface_index(name);
    if (!index) return std::unexpected(index.error());
    const auto own = ask_interface(fd, name, SIOCGIFHWADDR);
    if (!own) return std::unexpected(own.error());
    const auto type = own->ifr_hwaddr.sa_family;
    if (type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK) {
        return std::unexpected(SocketError{
            .number = EPFNOSUPPORT,
            .detail =
                "interface " + name + " has hardware type " + std::to_string(type) +
                ", and packet sockets serve Ethernet-like links only; serve its clients through a relay "
                "agent, with \"dhcp-socket-type\": \"udp\""});
    }
    Link link{.index = static_cast<int>(*index), .loopback = type == ARPHRD_LOOPBACK, .broadcast = {}};
    // On Ethernet it is all ones; on the loopback interface zeros, and anything else would count as a
    // stranger's there.
    if (!link.loopback) link.broadcast.fill(0xff);
    return link;
}

SocketResult prepare(int fd, const RawSocket::Options& options, const std::string& where) {
    set_receive_buffer(fd, options.receive_buffer_bytes);
    if (auto done = set_option(fd, SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA on " + where, ""); !done) {
        return done;
    }
    if (auto done = report_drops(fd, where); !done) return done;
    if (auto done = report_arrival_times(fd, where); !done) return done;
    return attach_filter(fd, options.hears_replies ? reply_filter(options.port) : direct_client_filter(options.port),
                         where);
}

SocketName link_name(int index) {
    SocketName name{};
    name.link.sll_family = AF_PACKET;
    name.link.sll_protocol = htons(ETH_P_IP);
    name.link.sll_ifindex = index;
    return name;
}

}  // namespace

struct RawSocket::Impl {
    DatagramSocket socket;
    Link link;
    std::uint16_t port;
    bool has_no_address;  // a client's side
    std::function<bool(Ipv4)> is_local;

    std::optional<Inbound> refuse(std::string_view why) {
        socket.refuse(why);
        return std::nullopt;
    }

    /// A tagged frame for a VLAN interface is shown to the sockets of the interface below it as well, as a
    /// rule with the upper interface's number and its tag gone.
    bool is_for_upper_interface(const sockaddr_ll& from, const std::optional<tpacket_auxdata>& beside) const {
        if (from.sll_ifindex != link.index) return true;
        return beside && (beside->tp_status & TP_STATUS_VLAN_VALID) != 0 &&
               (beside->tp_vlan_tci & vlan_id_mask) != 0;  // id 0 only carries a priority
    }

    std::optional<Inbound> read(ReceiveBatch::Message& message) {
        const auto& from = message.from.link;
        const auto beside = control_value<tpacket_auxdata>(message.header, SOL_PACKET, PACKET_AUXDATA);
        if (is_for_upper_interface(from, beside))
            return refuse("a frame for a VLAN or another upper interface");
        const bool unfinished = beside && (beside->tp_status & TP_STATUS_CSUMNOTREADY) != 0;
        const auto datagram =
            parse_ip_datagram(message.bytes, unfinished ? UdpChecksum::unfinished : UdpChecksum::verify);
        if (!datagram) return refuse("a damaged datagram: " + std::string{to_string(datagram.error())});
        if (from.sll_pkttype == PACKET_HOST && is_local && !is_local(datagram->destination)) {
            return refuse("a datagram on its way to another host");
        }
        return Inbound{.bytes = datagram->payload,
                       .source = to_ipv6(datagram->source),
                       .destination = to_ipv6(datagram->destination),
                       .source_port = datagram->source_port};
    }

    void fill(const Outbound& datagram, SendBatch::Message& message) const {
        assert(has_no_address || !is_unspecified(datagram.source));
        write_ip_udp_headers(message.header_space.first<ip_udp_header_size>(),
                             {.source = to_ipv4(datagram.source),
                              .destination = to_ipv4(datagram.destination),
                              .source_port = port,
                              .destination_port = datagram.port,
                              .payload = datagram.bytes});
        message.parts[0] = {.iov_base = message.header_space.data(), .iov_len = ip_udp_header_size};
        message.to = link_name(link.index);
        message.to.link.sll_halen = ETH_ALEN;
        const bool has_address = datagram.hwaddr.size() == ETH_ALEN && !link.loopback;
        const auto to = has_address ? datagram.hwaddr : OctetView{link.broadcast};
        std::ranges::copy(to, message.to.link.sll_addr);
        message.header.msg_namelen = sizeof message.to.link;
    }
};

RawSocket::RawSocket(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
RawSocket::RawSocket(RawSocket&&) noexcept = default;
RawSocket& RawSocket::operator=(RawSocket&&) noexcept = default;
RawSocket::~RawSocket() = default;

Result<RawSocket, SocketError> RawSocket::open(const Options& options) {
    const auto where = "interface " + options.interface;
    // Protocol 0 takes nothing in: the filter is in place before bind() names the protocol.
    Descriptor fd{::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd) {
        return std::unexpected(last_socket_error("a packet socket for " + where,
                                                 "run as root or give the capability CAP_NET_RAW; without it "
                                                 "only relayed clients can be served, with "
                                                 "\"dhcp-socket-type\": \"udp\""));
    }
    const auto link = read_link(fd.get(), options.interface);
    if (!link) return std::unexpected(link.error());
    if (auto done = prepare(fd.get(), options, where); !done) return std::unexpected(done.error());
    const auto name = link_name(link->index);
    if (bind(fd.get(), &name.generic, sizeof name.link) != 0) {
        return std::unexpected(last_socket_error("binding a packet socket to " + where, ""));
    }
    return RawSocket{std::unique_ptr<Impl>{new Impl{.socket = {std::move(fd), where + " (raw)"},
                                                    .link = *link,
                                                    .port = options.port,
                                                    .has_no_address = options.hears_replies,
                                                    .is_local = options.is_local}}};
}

int RawSocket::fd() const {
    return impl_->socket.fd();
}

std::size_t RawSocket::receive(std::size_t max, const ReceiveEach& each) {
    return impl_->socket.receive(
        max, [this](ReceiveBatch::Message& message) { return impl_->read(message); }, each);
}

std::size_t RawSocket::send(std::span<const Outbound> datagrams) {
    return impl_->socket.send(datagrams, [this](const Outbound& datagram, SendBatch::Message& message) {
        impl_->fill(datagram, message);
    });
}

const SocketCounters& RawSocket::counters() const {
    return impl_->socket.counters();
}
const std::string& RawSocket::last_error() const {
    return impl_->socket.last_error();
}

}  // namespace leasehold
