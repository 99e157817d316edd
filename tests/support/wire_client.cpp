// A packet socket of type SOCK_RAW, so that tests see and write link headers octet by octet.
#include "tests/support/wire_client.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "dhcp/wire.hpp"

namespace leasehold::test {
namespace {

void check(bool done, const char* what) {
    if (!done) throw std::system_error{errno, std::system_category(), what};
}

Mac mac_of(int fd, const std::string& interface) {
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    check(ioctl(fd, SIOCGIFHWADDR, &request) == 0, "reading a MAC address");
    Mac mac;
    std::copy_n(request.ifr_hwaddr.sa_data, mac.size(), mac.begin());
    return mac;
}

}  // namespace

bool wait_readable(int fd) {
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    return poll(&readable, 1, static_cast<int>(std::chrono::milliseconds{never}.count())) > 0;
}

Bytes ip_packet(const IpDatagram& datagram) {
    std::array<std::uint8_t, ip_udp_header_size> headers{};
    write_ip_udp_headers(headers, datagram);
    Bytes bytes{headers.begin(), headers.end()};
    bytes.insert(bytes.end(), datagram.payload.begin(), datagram.payload.end());
    return bytes;
}

Bytes ethernet_frame(const Mac& to, const Mac& from, std::span<const std::uint8_t> packet,
                     std::optional<std::uint16_t> vlan) {
    Bytes frame{to.begin(), to.end()};
    frame.insert(frame.end(), from.begin(), from.end());
    const auto append = [&frame](std::uint16_t value) {
        frame.push_back(static_cast<std::uint8_t>(value >> 8));
        frame.push_back(static_cast<std::uint8_t>(value));
    };
    if (vlan) {
        append(ETHERTYPE_VLAN);
        append(*vlan);
    }
    append(ETHERTYPE_IP);
    frame.insert(frame.end(), packet.begin(), packet.end());
    return frame;
}

Bytes boot_request(std::uint32_t xid, Ipv4 giaddr, std::size_t size) {
    Bytes message(size);
    message[0] = 1;
    write_u32(&message[4], xid);
    write_u32(&message[24], giaddr.value);
    return message;
}

std::uint32_t xid_of(std::span<const std::uint8_t> message) {
    return message.size() < 8 ? 0 : read_u32(&message[4]);
}

WireClient::WireClient(const NetworkNamespace& where, const std::string& interface) {
    const auto scope = where.enter();
    fd_ = Descriptor{socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    check(static_cast<bool>(fd_), "a packet socket (tests need root)");
    mac_ = mac_of(fd_.get(), interface);
    union {
        sockaddr generic;
        sockaddr_ll link;
    } name{};
    name.link.sll_family = AF_PACKET;
    name.link.sll_protocol = htons(ETH_P_IP);
    name.link.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    check(bind(fd_.get(), &name.generic, sizeof name.link) == 0, "binding a packet socket");
}

void WireClient::send(const Bytes& frame) {
    check(::send(fd_.get(), frame.data(), frame.size(), 0) == static_cast<ssize_t>(frame.size()),
          "sending a frame");
}

void WireClient::broadcast(const Bytes& message) {
    send(ethernet_frame(broadcast_mac, mac_,
                        ip_packet({.source = {},
                                   .destination = {0xffffffff},
                                   .source_port = 68,
                                   .destination_port = 67,
                                   .payload = message})));
}

std::optional<Bytes> WireClient::next_frame() {
    if (!wait_readable(fd_.get())) return std::nullopt;
    Bytes frame(65536);
    const auto size = recv(fd_.get(), frame.data(), frame.size(), 0);
    check(size >= 0, "receiving a frame");
    frame.resize(static_cast<std::size_t>(size));
    return frame;
}

}  // namespace leasehold::test
