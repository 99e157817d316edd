#include "tests/bench/load/responder.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "dhcp/raw_socket.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/udp_socket.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "tests/bench/load/codec.hpp"

namespace leasehold::bench {
namespace {

constexpr std::uint32_t valid_seconds = 3600;
constexpr std::uint8_t delegated_length = 56;
constexpr std::array<std::uint8_t, 10> responder_duid{0, 3, 0, 1, 2, 0, 0x5e, 0, 0, 1};

template <class Socket>
struct Side {
    Socket socket;
    std::vector<std::array<std::uint8_t, EmptyServer::reply_size_max>> buffers{batch_size_max};
    std::vector<Outbound> answers{};

    /// @return how many messages there were
    std::size_t serve(const EmptyServer& server) {
        answers.clear();
        const auto taken = socket.receive(batch_size_max, [&](const Inbound& inbound) {
            if (const auto answer = server.answer(inbound, buffers[answers.size()]))
                answers.push_back(*answer);
        });
        socket.send(answers);
        return taken;
    }
};

/// Until `stopped`, all sockets in turn; sleeps while there is nothing to do.
template <class... Sides>
void serve_all(const EmptyServer& server, bool spin, const std::function<bool()>& stopped, Sides&... sides) {
    std::array<pollfd, sizeof...(Sides)> waiting{
        pollfd{.fd = sides.socket.fd(), .events = POLLIN, .revents = 0}...};
    while (!stopped()) {
        const auto taken = (sides.serve(server) + ...);
        if (taken == 0 && !spin) poll(waiting.data(), waiting.size(), 100);
    }
}

}  // namespace

Ipv6 EmptyServer::address_of(std::uint64_t mac) const {
    const bool v4 = family_ == Family::v4;
    const auto bits = 128u - network_.length;
    // In DHCPv4 neither network, server nor broadcast; in DHCPv6 a number that looks like none of them.
    if (!v4) return to_ipv6(to_uint128(network_.address) + (Uint128{1} << 48) + mac);
    const auto size = std::max<std::uint64_t>(std::uint64_t{1} << bits, 8) - 3;
    return to_ipv6(to_uint128(network_.address) + 2 + mac % size);
}

Prefix EmptyServer::prefix_of(std::uint64_t mac) const {
    const auto bits = delegated_length - std::min(delegate_.length, delegated_length);
    const auto number = bits >= 48 ? mac : mac & ((std::uint64_t{1} << bits) - 1);
    return {to_ipv6(to_uint128(delegate_.address) + (Uint128{number} << (128 - delegated_length))),
            delegated_length};
}

std::optional<Outbound> EmptyServer::answer(const Inbound& inbound, std::span<std::uint8_t> buffer) const {
    return family_ == Family::v4 ? answer4(inbound, buffer) : answer6(inbound, buffer);
}

std::optional<Outbound> EmptyServer::answer4(const Inbound& inbound, std::span<std::uint8_t> buffer) const {
    using v4::MessageType;
    namespace option = v4::option;
    const auto message = v4::MessageView::parse(inbound.bytes);
    if (!message || message->hlen() != 6) return std::nullopt;
    const bool discover = message->type() == MessageType::discover;
    if (!discover && message->type() != MessageType::request) return std::nullopt;
    const bool offer = discover && !message->has(option::rapid_commit);
    const auto server = to_ipv4(to_ipv6(to_uint128(network_.address) + 1));
    v4::ReplyHeader header;
    header.xid = message->xid();
    header.flags = message->flags();
    header.hlen = 6;
    header.ciaddr = message->ciaddr();
    header.giaddr = message->giaddr();
    header.yiaddr = to_ipv4(address_of(read_mac(message->chaddr().data())));
    std::ranges::copy(message->chaddr(), header.chaddr.begin());
    v4::MessageWriter writer{buffer, header, offer ? MessageType::offer : MessageType::ack};
    writer.add_ipv4(option::server_identifier, server);
    writer.add_u32(option::lease_time, valid_seconds);
    writer.add_u32(option::renewal_time, valid_seconds / 2);
    writer.add_u32(option::rebinding_time, valid_seconds / 8 * 7);
    writer.add_u32(option::subnet_mask, to_ipv4_network(network_).mask());
    writer.add_ipv4(option::routers, server);
    writer.add_ipv4(option::domain_name_servers, server);
    for (const auto code : {option::client_identifier, option::relay_agent_information})
        if (const auto echoed = message->option(code)) writer.add(code, *echoed);
    Outbound outbound{.bytes = {buffer.data(), writer.finish()},
                      .source = to_ipv6(server),
                      .destination = {},
                      .hwaddr = {}};
    outbound.port = inbound.source_port;
    if (!header.giaddr.is_zero()) {
        outbound.source = {};
        outbound.destination = to_ipv6(header.giaddr);
    } else if ((header.flags & v4::broadcast_flag) != 0) {
        outbound.destination = to_ipv6(Ipv4{0xffffffff});
    } else {
        outbound.destination = to_ipv6(header.ciaddr.is_zero() ? header.yiaddr : header.ciaddr);
        outbound.hwaddr = buffer.subspan(28, 6);
    }
    return outbound;
}

std::optional<Outbound> EmptyServer::answer6(const Inbound& inbound, std::span<std::uint8_t> buffer) const {
    using v6::MessageType;
    namespace option = v6::option;
    const auto message = v6::MessageView::parse(inbound.bytes);
    if (!message || message->duid().size() < 6) return std::nullopt;
    const bool solicit = message->type() == MessageType::solicit;
    const bool advertise = solicit && !message->has(option::rapid_commit);
    v6::MessageWriter writer{buffer, advertise ? MessageType::advertise : MessageType::reply, *message};
    writer.add(option::client_id, message->duid());
    writer.add(option::server_id, responder_duid);
    if (solicit && !advertise) writer.add(option::rapid_commit, {});
    const auto mac = read_mac(message->duid().last(6).data());
    for (const auto& ia : message->ias()) {
        if (ia.kind == LeaseKind::ta || message->type() == MessageType::release) continue;
        writer.begin_ia(ia.kind, ia.iaid, valid_seconds / 2, valid_seconds / 8 * 5);
        const auto unit = ia.kind == LeaseKind::pd ? prefix_of(mac) : Prefix{address_of(mac), 128};
        writer.begin_ia_lease(ia.kind, unit, valid_seconds, valid_seconds);
        writer.end_option();
        writer.end_option();
    }
    return Outbound{.bytes = writer.finish(),
                    .source = {},
                    .destination = inbound.source,
                    .port = inbound.source_port,
                    .hwaddr = {}};
}

Result<std::uint64_t, SocketError> respond(const Settings& settings, const std::function<bool()>& stopped) {
    const auto family = settings.clients.family;
    const bool v4 = family == Family::v4;
    const EmptyServer server{family, settings.network.value_or(Prefix{}),
                             settings.delegate.value_or(Prefix{})};
    auto udp = UdpSocket::open({.interface = settings.sockets.interface,
                                .family = family,
                                .port = settings.sockets.server_port,
                                .relayed_only = v4});
    if (!udp) return std::unexpected(udp.error());
    Side<UdpSocket> relayed{.socket = std::move(*udp)};
    if (!v4) {
        serve_all(server, settings.work.spin, stopped, relayed);
        return relayed.socket.counters().sent;
    }
    auto raw =
        RawSocket::open({.interface = settings.sockets.interface, .port = settings.sockets.server_port});
    if (!raw) return std::unexpected(raw.error());
    Side<RawSocket> direct{.socket = std::move(*raw)};
    serve_all(server, settings.work.spin, stopped, relayed, direct);
    return relayed.socket.counters().sent + direct.socket.counters().sent;
}

}  // namespace leasehold::bench
