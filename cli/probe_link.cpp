#include "cli/probe_link.hpp"

#include <poll.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "cli/probe_protocol.hpp"
#include "dhcp/exit_code.hpp"

namespace leasehold {
namespace {

constexpr std::uint16_t port4_server = 67, port4_client = 68, port6_client = 546, port6_server = 547;
constexpr std::size_t probe_batch = 32;
const Ipv6 all_servers{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2}};

std::unexpected<ProbeFailure> probe_usage(std::string detail) {
    return std::unexpected(ProbeFailure{static_cast<int>(ExitCode::usage), std::move(detail)});
}
std::unexpected<ProbeFailure> probe_socket(std::string detail) {
    return std::unexpected(ProbeFailure{static_cast<int>(ExitCode::sockets), std::move(detail)});
}

std::string names_of_interfaces(const InterfaceMonitor& monitor) {
    std::string names;
    for (const auto& [index, interface] : monitor.interfaces())
        if (!interface.loopback) names += (names.empty() ? "" : ", ") + interface.name;
    return names.empty() ? "there is none but loopback" : "there are " + names;
}

/// The interface that is asked for, or the only one there is.
Result<const Interface*, ProbeFailure> choose_interface(const InterfaceMonitor& monitor, const std::string& name) {
    const Interface* chosen = nullptr;
    if (!name.empty()) {
        chosen = monitor.find(name);
        if (chosen == nullptr)
            return probe_socket("There is no interface " + name + "; " + names_of_interfaces(monitor) + ".");
    } else {
        for (const auto& [index, interface] : monitor.interfaces()) {
            if (interface.loopback || !interface.up) continue;
            if (chosen != nullptr)
                return probe_usage("Name the interface with -i: " + names_of_interfaces(monitor) + ".");
            chosen = &interface;
        }
        if (chosen == nullptr) return probe_socket("No interface is up; " + names_of_interfaces(monitor) + ".");
    }
    if (!chosen->up)
        return probe_socket("The interface " + chosen->name + " is down: 'ip link set " + chosen->name + " up' brings it up.");
    return chosen;
}

Result<UdpSocket, ProbeFailure> open_udp(const UdpSocket::Options& options) {
    auto socket = UdpSocket::open(options);
    if (!socket) return probe_socket(socket.error().detail + ".");
    return std::move(*socket);
}

/// A DHCPv4 relay: servers answer to giaddr, at their own port.
Result<UdpSocket, ProbeFailure> open_relay4(const InterfaceMonitor& monitor, const ProbeArguments& arguments) {
    if (!is_ipv4(*arguments.relay)) return probe_usage("--relay takes an IPv4 address; of DHCPv6 it is --relay-v6.");
    if (!arguments.server) return probe_usage("A relay sends to a server: name it with --server.");
    if (!monitor.is_local(*arguments.relay))
        return probe_socket(to_string(*arguments.relay) +
                            " is no address of this machine, and servers answer to it: 'ip address add " +
                            to_string(*arguments.relay) + "/32 dev lo' gives it one, to which the server needs a route.");
    return open_udp({.interface = arguments.interface, .family = Family::v4, .address = arguments.relay, .port = port4_server});
}

Result<UdpSocket, ProbeFailure> open_relay6(const InterfaceMonitor& monitor, const ProbeArguments& arguments) {
    if (is_ipv4(*arguments.relay)) return probe_usage("--relay-v6 takes an IPv6 address; of DHCPv4 it is --relay.");
    if (!arguments.server && arguments.interface.empty())
        return probe_usage("A relay sends to a server: name it with --server, or with -i the interface where all are asked.");
    UdpSocket::Options options{.interface = arguments.interface, .family = Family::v6, .port = port6_server};
    if (monitor.is_local(*arguments.relay)) options.address = arguments.relay;
    return open_udp(options);
}

Result<UdpSocket, ProbeFailure> open_client6(const Interface& interface, const ProbeArguments& arguments) {
    const bool to_global = arguments.server && !is_link_local(*arguments.server) && !is_multicast(*arguments.server);
    const auto address = to_global ? interface.global_address() : interface.link_local();
    if (!address)
        return probe_socket("The interface " + interface.name + " has no usable " + (to_global ? "global" : "link-local") +
                            " IPv6 address (yet): 'ip -6 address show dev " + interface.name +
                            "' says why; a new one is not usable for a second or two.");
    return open_udp({.interface = interface.name, .family = Family::v6, .address = *address, .port = port6_client});
}

}  // namespace

bool probe_has_carrier(const std::string& interface) {
    boost::asio::io_context loop;
    const InterfaceMonitor monitor{loop, [] {}};
    const Interface* const found = monitor.find(interface);
    return found != nullptr && found->running;
}

Result<ProbeLink, ProbeFailure> ProbeLink::open(ProbeArguments& arguments) {
    const bool v4 = arguments.family == Family::v4;
    if (arguments.server && is_ipv4(*arguments.server) != v4)
        return probe_usage(to_string(*arguments.server) + " is an address of the other family: choose with -4 or -6.");
    boost::asio::io_context loop;
    const InterfaceMonitor monitor{loop, [] {}};
    Outbound target{.bytes = {},
                    .source = v4 ? to_ipv6(Ipv4{}) : Ipv6{},
                    .destination = arguments.server ? *arguments.server : v4 ? to_ipv6(Ipv4{0xffffffff}) : all_servers,
                    .port = v4 ? port4_server : port6_server,
                    .hwaddr = {}};

    const Interface* interface = nullptr;
    if (!arguments.relay || !arguments.interface.empty()) {
        const auto chosen = choose_interface(monitor, arguments.interface);
        if (!chosen) return std::unexpected(chosen.error());
        interface = *chosen;
        arguments.interface = interface->name;
        if (arguments.mac.empty()) arguments.mac = interface->mac;
    }
    if (arguments.mac.empty()) {  // locally administered: nobody's
        const auto number = probe_random();
        arguments.mac = {0x02, 0, static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                         static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    }
    if (v4 && !arguments.relay) {
        auto socket = RawSocket::open({.interface = interface->name, .port = port4_client, .hears_replies = true});
        if (!socket) return probe_socket(socket.error().detail + ".");
        return ProbeLink{std::move(*socket), target};
    }
    auto socket = v4                ? open_relay4(monitor, arguments)
                  : arguments.relay ? open_relay6(monitor, arguments)
                                    : open_client6(*interface, arguments);
    if (!socket) return std::unexpected(socket.error());
    return ProbeLink{std::move(*socket), target};
}

std::string ProbeLink::send(std::span<const std::uint8_t> octets) {
    Outbound datagram = target_;
    datagram.bytes = octets;
    return std::visit(
        [&](auto& socket) { return socket.send({&datagram, 1}) == 1 ? std::string{} : socket.last_error(); }, socket_);
}

std::string ProbeLink::send_bound(std::span<const std::uint8_t> octets, const std::string& address,
                                  const std::string& server) {
    auto* const raw = std::get_if<RawSocket>(&socket_);
    const auto source = parse_ipv4(address), destination = parse_ipv4(server);
    if (raw == nullptr || !source || !destination) return send(octets);
    Outbound datagram = target_;
    datagram.bytes = octets;
    datagram.source = to_ipv6(*source);
    datagram.destination = to_ipv6(*destination);
    return raw->send({&datagram, 1}) == 1 ? std::string{} : raw->last_error();
}

void ProbeLink::receive_until(std::chrono::steady_clock::time_point until, const Each& each) {
    const int fd = std::visit([](const auto& socket) { return socket.fd(); }, socket_);
    for (bool enough = false; !enough;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return;
        pollfd waits{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&waits, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000))) <= 0) continue;
        std::visit(
            [&](auto& socket) {
                socket.receive(probe_batch, [&](const Inbound& inbound) {
                    if (!enough) enough = each(inbound.bytes, to_string(inbound.source));
                });
            },
            socket_);
    }
}

}  // namespace leasehold
