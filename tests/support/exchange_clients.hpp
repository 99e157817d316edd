// Clients of both families for tests and benchmarks of whole exchanges: octets put together by hand, so that little of the
// time is theirs. A reply names who it is for by its transaction id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/datagram.hpp"
#include "dhcp/v4/journey.hpp"
#include "dhcp/v6/journey.hpp"
#include "dhcp/wire.hpp"
#include "tests/support/world.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::exchange_clients {

using Datagram = std::vector<std::uint8_t>;
using OctetSpan = std::span<const std::uint8_t>;

inline void append(Datagram& octets, std::initializer_list<std::uint8_t> more) {
    octets.insert(octets.end(), more);
}
inline void append(Datagram& octets, OctetSpan more) {
    octets.insert(octets.end(), more.begin(), more.end());
}
inline void append_u32(Datagram& octets, std::uint32_t value) {
    octets.resize(octets.size() + 4);
    write_u32(octets.data() + octets.size() - 4, value);
}

/// DISCOVER, OFFER, REQUEST, ACK on the server's link.
struct Clients4 {
    using Journey = v4::Journey;
    static constexpr const char* name = "DHCPv4";

    static ServerConfig config() {
        using namespace testing_world;
        auto subnet = subnet_of(1, "10.0.0.0/12", {{"10.0.1.0", "10.15.66.64"}});
        subnet.cache_threshold = 0;  // every renewal is written
        subnet.options = {ipv4_option(3, "10.0.0.1")};
        auto made = config_of({std::move(subnet)});
        made.options = {ipv4_option(6, "10.0.0.53"), text_option(15, "example.org"), ipv4_option(42, "10.0.0.42")};
        return made;
    }
    static Ipv6 server() { return to_ipv6(testing_world::ip("10.0.0.1")); }
    static Datagram discover(std::uint32_t client, std::uint32_t xid) {
        Datagram octets = head(client, xid);
        finish(octets, 1, {});
        return octets;
    }
    /// What follows an offer.
    static Datagram request(OctetSpan offer) {
        Datagram octets{offer.begin(), offer.begin() + 44};
        octets[0] = 1;
        std::fill(octets.begin() + 12, octets.begin() + 28, 0);
        octets.resize(240);
        write_u32(&octets[236], 0x63825363);
        Datagram chosen{50, 4};
        append(chosen, offer.subspan(16, 4));
        append(chosen, {54, 4, 10, 0, 0, 1});
        finish(octets, 3, chosen);
        return octets;
    }
    /// A renewal of what was acknowledged, under the same transaction id.
    static Datagram renewal(OctetSpan ack) {
        Datagram octets = request(ack);
        octets.resize(240);
        std::copy(ack.begin() + 16, ack.begin() + 20, octets.begin() + 12);
        finish(octets, 3, {});
        return octets;
    }
    static Inbound arrival(const Datagram& octets) {
        const Ipv4 client{read_u32(octets.data() + 12)};
        return {octets, to_ipv6(client), client.value != 0 ? server() : to_ipv6(Ipv4{0xffffffff}), 68, {}};
    }
    static void number(Datagram& octets, std::uint32_t xid) { write_u32(&octets[4], xid); }
    static std::uint32_t number_of(OctetSpan reply) { return read_u32(reply.data() + 4); }
    static bool is_offer(OctetSpan reply) { return reply[242] == 2; }
    /// An ACK of an address.
    static bool is_whole(OctetSpan reply) { return reply[242] == 5 && read_u32(reply.data() + 16) != 0; }

private:
    static Datagram head(std::uint32_t client, std::uint32_t xid) {
        Datagram octets(240, 0);
        octets[0] = octets[1] = 1;
        octets[2] = 6;
        write_u32(&octets[4], xid);
        octets[28] = 2;
        write_u32(&octets[30], client);
        write_u32(&octets[236], 0x63825363);
        return octets;
    }
    static void finish(Datagram& octets, std::uint8_t type, OctetSpan chosen) {
        append(octets, {53, 1, type, 61, 7, 1});
        const Datagram hwaddr{octets.begin() + 28, octets.begin() + 34};
        append(octets, hwaddr);
        append(octets, chosen);
        append(octets, {55, 8, 1, 3, 6, 15, 42, 51, 58, 59, 255});
    }
};

/// SOLICIT, ADVERTISE, REQUEST, REPLY on the server's link, for an address, and a prefix too or not: one server
/// serves both kinds.
template <bool with_prefix>
struct Clients6 {
    using Journey = v6::Journey;
    static constexpr const char* name = with_prefix ? "DHCPv6, address and prefix" : "DHCPv6, address";

    static ServerConfig config() {
        using namespace testing_world6;
        auto subnet = subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::1:0", "2001:db8:1::f:ffff"}},
                                 {{"2001:db8:8000::/36", 56}});
        subnet.cache_threshold = 0;
        auto made = config6_of({std::move(subnet)});
        made.options = {option6(23, "20010db8000000000000000000000053"), option6(24, "076578616d706c65036f726700"),
                        option6(31, "20010db8000000000000000000000123")};
        return made;
    }
    static Ipv6 server() { return testing_world6::ip6("fe80::99"); }
    static Datagram discover(std::uint32_t client, std::uint32_t xid) {
        Datagram octets{1, 0, 0, 0, 0, 1, 0, 10, 0, 3, 0, 1, 2, 0};
        append_u32(octets, client);
        append(octets, {0, 3, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
        if (with_prefix) append(octets, {0, 25, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
        finish(octets);
        number(octets, xid);
        return octets;
    }
    static Datagram request(OctetSpan offer) { return taking_up(3, offer); }
    static Datagram renewal(OctetSpan reply) { return taking_up(5, reply); }
    static Inbound arrival(const Datagram& octets) {
        static const auto client = testing_world6::ip6("fe80::1"), group = testing_world6::ip6("ff02::1:2");
        return {octets, client, group, 546, {}};
    }
    static void number(Datagram& octets, std::uint32_t xid) {
        for (std::size_t i = 0; i < 3; ++i) octets[1 + i] = static_cast<std::uint8_t>(xid >> (16 - 8 * i));
    }
    static std::uint32_t number_of(OctetSpan reply) { return read_u32(reply.data()) & 0xffffff; }
    static bool is_offer(OctetSpan reply) { return reply[0] == 2; }
    /// A REPLY with an address, and a prefix where one was asked for.
    static bool is_whole(OctetSpan reply) {
        std::size_t leases = 0;
        each_option(reply, [&](std::uint16_t code, OctetSpan whole) {
            leases += (code == 3 && whole.size() == 16 + 28) || (code == 25 && whole.size() == 16 + 29);
        });
        return reply[0] == 7 && leases == (with_prefix ? 2 : 1);
    }

private:
    template <typename Each>
    static void each_option(OctetSpan message, const Each& each) {
        for (auto rest = message.subspan(4); rest.size() >= 4;) {
            const std::size_t size = 4u + read_u16(rest.data() + 2);
            each(read_u16(rest.data()), rest.first(size));
            rest = rest.subspan(size);
        }
    }
    /// Both identifiers and the IAs as the server told them.
    static Datagram taking_up(std::uint8_t type, OctetSpan reply) {
        Datagram octets{type};
        append(octets, reply.subspan(1, 3));
        each_option(reply, [&](std::uint16_t code, OctetSpan whole) {
            if (code <= 3 || code == 25) append(octets, whole);
        });
        finish(octets);
        return octets;
    }
    static void finish(Datagram& octets) {
        append(octets, {0, 6, 0, 12, 0, 23, 0, 24, 0, 31, 0, 39, 0, 64, 0, 82, 0, 8, 0, 2, 0, 0});
    }
};

}  // namespace leasehold::exchange_clients
