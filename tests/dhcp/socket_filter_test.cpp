// The filters as the kernel runs them. A UNIX socket pair shows a filter the octets that were sent from the
// first on, so the tables need neither rights nor an interface; what a UDP or packet socket shows is in the
// live tests of those.
#include "dhcp/socket_filter.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include "dhcp/ip_datagram.hpp"
#include "dhcp/socket_setup.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::socket_filter_test {
namespace {

using Bytes = std::vector<std::uint8_t>;

bool passes(const SocketFilter& filter, const Bytes& bytes) {
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair.data()) != 0)
        throw std::runtime_error{"socketpair"};
    const Descriptor receiver{pair[0]}, sender{pair[1]};
    const auto attached = attach_filter(receiver.get(), filter, "a socket pair");
    if (!attached) throw std::runtime_error{attached.error().detail};
    send(sender.get(), bytes.data(), bytes.size(), 0);
    std::array<std::uint8_t, 2048> buffer;
    const auto size = recv(receiver.get(), buffer.data(), buffer.size(), 0);
    EXPECT_TRUE(size < 0 || static_cast<std::size_t>(size) == bytes.size()) << "a filter must not cut";
    return size >= 0;
}

/// The first octets of a BOOTREQUEST, as many as a filter looks at and more.
Bytes message(std::uint8_t op, std::uint32_t giaddr) {
    Bytes bytes(300);
    bytes[0] = op;
    write_u32(&bytes[24], giaddr);
    return bytes;
}

/// The message as a packet socket shows it: behind IPv4 and UDP headers.
Bytes packet(const Bytes& payload, std::uint16_t port = 67) {
    std::array<std::uint8_t, ip_udp_header_size> headers{};
    write_ip_udp_headers(headers, {.source = {},
                                   .destination = {0xffffffff},
                                   .source_port = 68,
                                   .destination_port = port,
                                   .payload = payload});
    Bytes bytes{headers.begin(), headers.end()};
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

Bytes with(Bytes bytes, std::size_t at, std::uint8_t value) {
    bytes[at] = value;
    return bytes;
}

Bytes first(const Bytes& bytes, std::size_t size) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

struct Row {
    const char* name;
    Bytes bytes;
    bool passes;
};

TEST(RelayedOnlyFilter, PassesMessagesFromARelay) {
    const auto datagram = [](std::uint32_t giaddr) {
        Bytes bytes(8);  // the UDP header, at which it does not look
        const auto payload = message(1, giaddr);
        bytes.insert(bytes.end(), payload.begin(), payload.end());
        return bytes;
    };
    const std::vector<Row> rows{
        {"giaddr 10.0.0.1", datagram(0x0a000001), true},
        {"giaddr with its last octet alone", datagram(1), true},
        {"giaddr with its first octet alone", datagram(0x80000000), true},
        {"giaddr 0", datagram(0), false},
        {"ends within giaddr", first(datagram(0x0a000001), 8 + 27), false},
        {"ends behind giaddr", first(datagram(0x0a000001), 8 + 28), true},
    };
    for (const auto& row : rows) EXPECT_EQ(passes(relayed_only_filter(), row.bytes), row.passes) << row.name;
}

TEST(DirectClientFilter, PassesWholeRequestsThatNoRelayTouched) {
    const auto good = packet(message(1, 0));
    auto with_ip_options = good;
    with_ip_options.insert(with_ip_options.begin() + 20, {1, 1, 1, 0});
    with_ip_options[0] = 0x46;
    const std::vector<Row> rows{
        {"a DISCOVER", good, true},
        {"behind IP options", with_ip_options, true},
        {"do-not-fragment clear", with(good, 6, 0), true},
        {"another port", packet(message(1, 0), 68), false},
        {"a reply", packet(message(2, 0)), false},
        {"relayed", packet(message(1, 0x0a000001)), false},
        {"IP version 6", with(good, 0, 0x65), false},
        {"TCP", with(good, 9, 6), false},
        {"the first fragment", with(good, 6, 0x20), false},
        {"a later fragment", with(good, 7, 1), false},
        {"ends within giaddr", first(good, 28 + 27), false},
        {"ends within the UDP header", first(good, 22), false},
        {"ends within the IP header", first(good, 9), false},
    };
    for (const auto& row : rows)
        EXPECT_EQ(passes(direct_client_filter(67), row.bytes), row.passes) << row.name;
}

TEST(DirectClientFilter, TakesThePortOfItsServer) {
    EXPECT_TRUE(passes(direct_client_filter(6767), packet(message(1, 0), 6767)));
    EXPECT_FALSE(passes(direct_client_filter(6767), packet(message(1, 0), 67)));
}

// Together they take each message once: what one refuses because of giaddr the other takes.
TEST(ReplyFilter, PassesWholeRepliesToItsPort) {
    const auto filter = reply_filter(68);
    EXPECT_TRUE(passes(filter, packet(message(2, 0), 68)));
    EXPECT_TRUE(passes(filter, packet(message(2, 0x0a4d0001), 68))) << "a relay's address may stand in it";
    EXPECT_FALSE(passes(filter, packet(message(1, 0), 68))) << "another client's question";
    EXPECT_FALSE(passes(filter, packet(message(2, 0), 67)));
    EXPECT_FALSE(passes(filter, with(packet(message(2, 0), 68), 9, 6))) << "TCP";
    EXPECT_FALSE(passes(filter, with(packet(message(2, 0), 68), 7, 1))) << "a fragment";
}

TEST(SocketFilters, ShareTheMessagesOfAnInterface) {
    for (const std::uint32_t giaddr : {0u, 1u, 0x0a000001u, 0xffffffffu}) {
        const auto whole = packet(message(1, giaddr));
        const Bytes from_udp_header{whole.begin() + 20, whole.end()};
        EXPECT_NE(passes(direct_client_filter(67), whole), passes(relayed_only_filter(), from_udp_header))
            << giaddr;
    }
}

}  // namespace
}  // namespace leasehold::socket_filter_test
