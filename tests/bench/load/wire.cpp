#include "tests/bench/load/wire.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/ethernet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "dhcp/datagram_socket.hpp"
#include "dhcp/ip_datagram.hpp"
#include "dhcp/udp_socket.hpp"

namespace leasehold::bench {
namespace {

constexpr std::size_t receive_count_max = 4 * batch_size_max;
constexpr int buffer_bytes = 16 << 20;
constexpr Ipv6 servers_group{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2}};

struct Name {
    SocketName octets{};
    socklen_t size = 0;
};

Name name_of(const Ipv6& address, std::uint16_t port) {
    Name name;
    if (is_ipv4(address)) {
        name.octets.inet.sin_family = AF_INET;
        name.octets.inet.sin_port = htons(port);
        name.octets.inet.sin_addr.s_addr = htonl(to_ipv4(address).value);
        name.size = sizeof name.octets.inet;
    } else {
        name.octets.inet6.sin6_family = AF_INET6;
        name.octets.inet6.sin6_port = htons(port);
        std::ranges::copy(address.bytes, name.octets.inet6.sin6_addr.s6_addr);
        name.size = sizeof name.octets.inet6;
    }
    return name;
}

std::optional<Ipv6> address_in(const sockaddr* name) {
    Ipv6 address;
    if (name != nullptr && name->sa_family == AF_INET) {
        sockaddr_in inet;
        std::memcpy(&inet, name, sizeof inet);
        return to_ipv6(Ipv4{ntohl(inet.sin_addr.s_addr)});
    }
    if (name == nullptr || name->sa_family != AF_INET6) return std::nullopt;
    sockaddr_in6 inet6;
    std::memcpy(&inet6, name, sizeof inet6);
    std::ranges::copy(inet6.sin6_addr.s6_addr, address.bytes.begin());
    return address;
}

/// Is it one of this machine's? A route of the type local makes whole networks its own.
bool is_own_address(const Ipv6& address) {
    const Descriptor fd{::socket(is_ipv4(address) ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto name = name_of(address, 0);
    return fd && bind(fd.get(), &name.octets.generic, name.size) == 0;
}

void add_counters(SocketCounters& sum, const SocketCounters& more) {
    sum.received += more.received;
    sum.sent += more.sent;
    sum.send_failed += more.send_failed;
    sum.refused += more.refused;
    sum.receive_failed += more.receive_failed;
    sum.kernel_dropped += more.kernel_dropped;
}

/// With queues for bursts: what does not fit would count as lost by the server.
Result<UdpSocket, SocketError> open_udp(Family family, const Sockets& sockets, std::uint16_t port) {
    return UdpSocket::open({.interface = sockets.interface,
                            .family = family,
                            .port = port,
                            .receive_buffer_bytes = buffer_bytes,
                            .send_buffer_bytes = buffer_bytes});
}

/// Messages that go from the clients' own addresses, and those that do not.
struct Sorted {
    std::vector<Outbound> common{}, from_clients{};

    void sort(std::span<const Parcel> parcels, bool can_tell, const auto& make_common,
              const auto& make_from_client) {
        common.clear();
        from_clients.clear();
        for (const auto& parcel : parcels)
            if (can_tell && parcel.from_client)
                from_clients.push_back(make_from_client(parcel));
            else
                common.push_back(make_common(parcel));
    }
};

Outbound outbound(const Parcel& parcel, const Ipv6& source, const Ipv6& destination, std::uint16_t port) {
    return {.bytes = parcel.octets, .source = source, .destination = destination, .port = port, .hwaddr = {}};
}

class UdpWire final : public Wire {
public:
    UdpWire(const Sockets& sockets, UdpSocket common, std::optional<UdpSocket> of_clients)
        : destination_{sockets.server.value_or(servers_group)},
          port_{sockets.server_port},
          common_{std::move(common)},
          of_clients_{std::move(of_clients)} {}

    void send(std::span<const Parcel> parcels) override {
        sorted_.sort(
            parcels, of_clients_.has_value(),
            [&](const Parcel& parcel) { return outbound(parcel, {}, destination_, port_); },
            [&](const Parcel& parcel) { return outbound(parcel, parcel.client, destination_, port_); });
        common_.send(sorted_.common);
        if (of_clients_) of_clients_->send(sorted_.from_clients);
    }
    std::size_t receive(const TakeMessage& take) override {
        const auto each = [&](const Inbound& inbound) { take(inbound.bytes, inbound.waited); };
        auto count = common_.receive(receive_count_max, each);
        if (of_clients_) count += of_clients_->receive(receive_count_max, each);
        return count;
    }
    std::vector<int> descriptors() const override {
        std::vector<int> all{common_.fd()};
        if (of_clients_) all.push_back(of_clients_->fd());
        return all;
    }
    SocketCounters counters() const override {
        auto sum = common_.counters();
        if (of_clients_) add_counters(sum, of_clients_->counters());
        return sum;
    }
    std::string last_error() const override {
        const bool of_clients = of_clients_ && !of_clients_->last_error().empty();
        return of_clients ? of_clients_->last_error() : common_.last_error();
    }
    bool has_address(const Ipv6& address) const override { return of_clients_ && is_own_address(address); }

private:
    Ipv6 destination_;
    std::uint16_t port_;
    UdpSocket common_;
    std::optional<UdpSocket> of_clients_;
    Sorted sorted_;
};

/// Datagrams over IPv4 that come in for the client port, whoever's hardware address they are for.
SocketFilter replies_filter(std::uint16_t port) {
    const auto step = [](int code, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
        return sock_filter{static_cast<std::uint16_t>(code), if_true, if_false, value};
    };
    return {step(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF) + SKF_AD_PKTTYPE, 0, 0),
            step(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 6, 0),
            step(BPF_LD | BPF_B | BPF_ABS, 9, 0, 0),  // protocol
            step(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
            step(BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0),
            step(BPF_LD | BPF_H | BPF_IND, 2, 0, 0),  // destination port
            step(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
            step(BPF_RET | BPF_K, 0xffffffff, 0, 0),
            step(BPF_RET | BPF_K, 0, 0, 0)};
}

class RawWire final : public Wire {
public:
    RawWire(const Sockets& sockets, DatagramSocket socket, std::uint32_t interface_index,
            std::optional<UdpSocket> of_clients)
        : sockets_{sockets},
          socket_{std::move(socket)},
          interface_index_{interface_index},
          of_clients_{std::move(of_clients)} {}

    /// @param of_clients  sends; what it receives, the packet socket has seen
    static Result<std::unique_ptr<Wire>, SocketError> open(const Sockets& sockets,
                                                           std::optional<UdpSocket> of_clients) {
        const auto where = "interface " + sockets.interface;
        const auto index = interface_index(sockets.interface);
        if (!index) return std::unexpected(index.error());
        Descriptor fd{::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
        if (!fd)
            return std::unexpected(last_socket_error("a packet socket for " + where,
                                                     "run as root or give the capability CAP_NET_RAW"));
        set_receive_buffer(fd.get(), buffer_bytes);
        set_send_buffer(fd.get(), buffer_bytes);
        if (auto done = report_drops(fd.get(), where); !done) return std::unexpected(done.error());
        if (auto done = report_arrival_times(fd.get(), where); !done) return std::unexpected(done.error());
        if (auto done = attach_filter(fd.get(), replies_filter(sockets.client_port), where); !done)
            return std::unexpected(done.error());
        // Answers go to the clients' hardware addresses, none of which is this interface's.
        const packet_mreq all{.mr_ifindex = static_cast<int>(*index),
                              .mr_type = PACKET_MR_PROMISC,
                              .mr_alen = 0,
                              .mr_address = {}};
        if (setsockopt(fd.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0)
            return std::unexpected(last_socket_error("taking in all frames on " + where, ""));
        const auto name = link_name(*index);
        if (bind(fd.get(), &name.generic, sizeof name.link) != 0)
            return std::unexpected(last_socket_error("binding a packet socket to " + where, ""));
        return std::unique_ptr<Wire>{new RawWire{sockets, DatagramSocket{std::move(fd), where + " (raw)"},
                                                 *index, std::move(of_clients)}};
    }

    void send(std::span<const Parcel> parcels) override {
        const auto port = sockets_.server_port;
        sorted_.sort(
            parcels, of_clients_.has_value(),
            [&](const Parcel& parcel) {
                const auto source = is_unspecified(parcel.client) ? to_ipv6(Ipv4{}) : parcel.client;
                return outbound(parcel, source, to_ipv6(Ipv4{0xffffffff}), port);
            },
            [&](const Parcel& parcel) { return outbound(parcel, parcel.client, parcel.server, port); });
        if (of_clients_) of_clients_->send(sorted_.from_clients);
        socket_.send(sorted_.common, [this](const Outbound& datagram, SendBatch::Message& message) {
            write_ip_udp_headers(message.header_space.first<ip_udp_header_size>(),
                                 {.source = to_ipv4(datagram.source),
                                  .destination = to_ipv4(datagram.destination),
                                  .source_port = sockets_.client_port,
                                  .destination_port = datagram.port,
                                  .payload = datagram.bytes});
            message.parts[0] = {.iov_base = message.header_space.data(), .iov_len = ip_udp_header_size};
            message.to = link_name(interface_index_);
            message.to.link.sll_halen = ETH_ALEN;
            std::fill_n(message.to.link.sll_addr, ETH_ALEN, std::uint8_t{0xff});
            message.header.msg_namelen = sizeof message.to.link;
        });
    }
    std::size_t receive(const TakeMessage& take) override {
        return socket_.receive(
            receive_count_max, [this](ReceiveBatch::Message& message) { return read(message); },
            [&](const Inbound& inbound) { take(inbound.bytes, inbound.waited); });
    }
    std::vector<int> descriptors() const override { return {socket_.fd()}; }
    SocketCounters counters() const override {
        auto sum = socket_.counters();
        if (of_clients_) add_counters(sum, of_clients_->counters());
        return sum;
    }
    std::string last_error() const override {
        const bool of_clients = of_clients_ && !of_clients_->last_error().empty();
        return of_clients ? of_clients_->last_error() : socket_.last_error();
    }
    bool has_address(const Ipv6& address) const override { return of_clients_ && is_own_address(address); }

private:
    static SocketName link_name(std::uint32_t index) {
        SocketName name{};
        name.link.sll_family = AF_PACKET;
        name.link.sll_protocol = htons(ETH_P_IP);
        name.link.sll_ifindex = static_cast<int>(index);
        return name;
    }
    /// A virtual cable's checksums are unfinished, and on another the hardware has looked at them.
    std::optional<Inbound> read(ReceiveBatch::Message& message) {
        const auto datagram = parse_ip_datagram(message.bytes, UdpChecksum::unfinished);
        if (!datagram) {
            socket_.refuse("a damaged datagram: " + std::string{to_string(datagram.error())});
            return std::nullopt;
        }
        return Inbound{.bytes = datagram->payload,
                       .source = to_ipv6(datagram->source),
                       .destination = to_ipv6(datagram->destination),
                       .source_port = datagram->source_port};
    }

    Sockets sockets_;
    DatagramSocket socket_;
    std::uint32_t interface_index_;
    std::optional<UdpSocket> of_clients_;
    Sorted sorted_;
};

}  // namespace

Result<std::unique_ptr<Wire>, SocketError> open_wire(Family family, const Sockets& sockets, bool relayed,
                                                     bool from_clients) {
    std::optional<UdpSocket> of_clients;
    if (from_clients && family == Family::v4) {
        auto opened = open_udp(family, sockets, sockets.client_port);
        if (!opened) return std::unexpected(opened.error());
        of_clients = std::move(*opened);
    }
    if (family == Family::v4 && !relayed) return RawWire::open(sockets, std::move(of_clients));
    auto common = open_udp(family, sockets, relayed ? sockets.relay_port : sockets.client_port);
    if (!common) return std::unexpected(common.error());
    return std::unique_ptr<Wire>{new UdpWire{sockets, std::move(*common), std::move(of_clients)}};
}

Result<Route, SocketError> route_to(const Ipv6& server) {
    const Descriptor fd{::socket(is_ipv4(server) ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto there = name_of(server, 9);
    if (!fd || connect(fd.get(), &there.octets.generic, there.size) != 0)
        return std::unexpected(
            last_socket_error("the way to " + to_string(server), "'ip route get' shows it"));
    Name here{.octets = {}, .size = sizeof here.octets};
    if (getsockname(fd.get(), &here.octets.generic, &here.size) != 0)
        return std::unexpected(last_socket_error("the own address towards " + to_string(server), ""));
    const auto source = address_in(&here.octets.generic);
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return std::unexpected(last_socket_error("the list of addresses", ""));
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner{list, &freeifaddrs};
    for (const auto* at = list; at != nullptr; at = at->ifa_next)
        if (source && address_in(at->ifa_addr) == source) return Route{at->ifa_name, *source};
    errno = EADDRNOTAVAIL;
    return std::unexpected(
        last_socket_error("the interface towards " + to_string(server), "name it with -i"));
}

}  // namespace leasehold::bench
