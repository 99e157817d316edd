// See the header. Messages are written with the server's own writers (message_writer).
#include "rehearsal/made_packet.hpp"

#include <algorithm>
#include <array>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::rehearsal {
namespace {

constexpr Ipv4 everybody{0xffffffff};
constexpr std::array<std::string_view, 8> words_of_v4{"discover", "request", "reboot",  "renew",
                                                      "rebind",   "release", "decline", "inform"};
constexpr std::array<std::string_view, 8> words_of_v6{"solicit", "request", "renew",   "rebind",
                                                      "confirm", "release", "decline", "information-request"};
/// What dhclient asks for, and what people configure most.
constexpr std::array<std::uint8_t, 17> usual_asks_of_v4{1,  3,  6,  12, 15, 26, 28, 33, 42,
                                                        51, 54, 58, 59, 66, 67, 119, 121};
constexpr std::array<std::uint16_t, 5> usual_asks_of_v6{23, 24, 31, 39, 56};
constexpr std::uint32_t usual_xid = 0x1ea5e401;
constexpr std::uint32_t usual_iaid = 1;

Ipv6 all_servers() {
    return *parse_ipv6("ff02::1:2");
}

/// RFC 4291, appendix A.
Ipv6 link_local_of(const Octets& mac) {
    auto address = *parse_ipv6("fe80::1");
    if (mac.size() != 6) return address;
    const std::array<std::uint8_t, 8> id{static_cast<std::uint8_t>(mac[0] ^ 2), mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};
    std::ranges::copy(id, address.bytes.begin() + 8);
    return address;
}

// --- DHCPv4

struct Maker4 {
    const ClientWords& words;
    const Place& place;
    std::string_view kind;
    std::optional<Ipv4> address;  // that it speaks of
    Ipv4 server;                  // option 54

    bool has_address() const { return kind == "renew" || kind == "rebind" || kind == "release" || kind == "inform"; }
    bool asks_for_address() const { return kind == "request" || kind == "reboot" || kind == "decline"; }
    bool names_server() const { return kind == "request" || kind == "release" || kind == "decline"; }

    v4::MessageType type() const {
        if (kind == "discover") return v4::MessageType::discover;
        if (kind == "release") return v4::MessageType::release;
        if (kind == "decline") return v4::MessageType::decline;
        if (kind == "inform") return v4::MessageType::inform;
        return v4::MessageType::request;
    }

    std::vector<std::uint8_t> octets() const {
        v4::ReplyHeader header;
        header.xid = usual_xid;
        header.hlen = static_cast<std::uint8_t>(words.mac.size());
        std::ranges::copy(words.mac, header.chaddr.begin());
        if (has_address()) header.ciaddr = *address;
        if (words.relay) header.giaddr = to_ipv4(*words.relay), header.hops = 1;
        std::array<std::uint8_t, 4096> buffer;
        v4::MessageWriter out{buffer, header, type()};
        if (!words.client_id.empty()) out.add(v4::option::client_identifier, view(words.client_id));
        if (asks_for_address()) out.add_ipv4(v4::option::requested_address, *address);
        if (names_server()) out.add_ipv4(v4::option::server_identifier, server);
        if (!words.hostname.empty()) out.add_text(v4::option::host_name, words.hostname);
        for (const auto& [code, payload] : words.options) out.add(static_cast<std::uint8_t>(code), payload);
        std::vector<std::uint8_t> asks;
        for (const auto code : words.asks) asks.push_back(static_cast<std::uint8_t>(code));
        if (words.asks.empty()) asks.assign(usual_asks_of_v4.begin(), usual_asks_of_v4.end());
        const bool is_told = kind != "release" && kind != "decline";
        if (is_told) out.add(v4::option::parameter_request_list, asks);
        const auto size = out.finish();
        buffer[0] = v4::op_request;
        return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
    }

    Packet packet() const {
        Packet made{octets(), to_ipv6(Ipv4{}), to_ipv6(everybody), 68};
        if (words.relay) {
            made.source = *words.relay;
            made.source_port = 67;
            made.destination = to_ipv6(place.address4);
            return made;
        }
        if (has_address()) made.source = to_ipv6(*address);
        if (kind == "renew" || kind == "release") made.destination = to_ipv6(server);
        return made;
    }
};

Result<Packet, std::string> make_v4(const ClientWords& words, MemoryServer& server, const Place& place,
                                    std::string_view kind) {
    if (words.mac.empty() && words.client_id.empty())
        return std::unexpected("a DHCPv4 client is known by its MAC address or client-id");
    if (words.mac.size() > 16) return std::unexpected("a hardware address of a DHCPv4 message has 16 octets at most");
    Maker4 maker{words, place, "discover", std::nullopt, place.address4};
    const auto discover = maker.packet();
    if (kind == "discover") return discover;

    const auto offer = server.decide(discover, place);
    const auto why = offer.drop.detail.empty() ? std::string{to_string(offer.drop.reason)} : offer.drop.detail;
    if (offer.is_answered()) {
        const auto reply = v4::MessageView::parse_reply(offer.done->reply->bytes);
        maker.address = reply->yiaddr();
        if (const auto named = reply->option_ipv4(v4::option::server_identifier)) maker.server = *named;
    }
    if (words.address) maker.address = to_ipv4(*words.address);
    if (!maker.address)
        return std::unexpected("the client would be offered no address that its message could name (" + why +
                               "); explain its DISCOVER, or name an address with --address");
    maker.kind = kind;
    return maker.packet();
}

// --- DHCPv6

struct SpokenLease {
    LeaseKind kind = LeaseKind::na;
    std::uint32_t iaid = 0;
    Prefix unit;
};

struct Maker6 {
    const ClientWords& words;
    const Place& place;
    const ServerConfig& config;
    std::string_view kind;
    Octets duid;
    std::vector<std::pair<LeaseKind, std::uint32_t>> ias;
    std::vector<SpokenLease> leases = {};

    v6::MessageType type() const {
        if (kind == "solicit") return v6::MessageType::solicit;
        if (kind == "request") return v6::MessageType::request;
        if (kind == "renew") return v6::MessageType::renew;
        if (kind == "rebind") return v6::MessageType::rebind;
        if (kind == "confirm") return v6::MessageType::confirm;
        if (kind == "release") return v6::MessageType::release;
        if (kind == "decline") return v6::MessageType::decline;
        return v6::MessageType::information_request;
    }
    bool names_server() const {
        return kind == "request" || kind == "renew" || kind == "release" || kind == "decline";
    }
    /// A DECLINE and a CONFIRM are about addresses.
    bool speaks_of(LeaseKind of) const { return of == LeaseKind::na || (kind != "decline" && kind != "confirm"); }

    void add_ias(v6::MessageWriter& out) const {
        if (kind == "information-request") return;
        for (const auto& [of, iaid] : ias) {
            if (!speaks_of(of)) continue;
            out.begin_ia(of, iaid, 0, 0);
            for (const auto& lease : leases) {
                if (lease.kind != of || lease.iaid != iaid) continue;
                out.begin_ia_lease(of, lease.unit, 0, 0);
                out.end_option();
            }
            out.end_option();
        }
    }

    /// RFC 4704 4.1: a name without a dot is a part of one.
    void add_name(v6::MessageWriter& out) const {
        if (words.hostname.empty()) return;
        std::vector<std::uint8_t> payload{0};
        std::string_view rest{words.hostname};
        while (!rest.empty()) {
            const auto label = rest.substr(0, std::min<std::size_t>(rest.find('.'), 63));
            payload.push_back(static_cast<std::uint8_t>(label.size()));
            payload.insert(payload.end(), label.begin(), label.end());
            rest.remove_prefix(std::min(label.size() + 1, rest.size()));
        }
        if (words.hostname.contains('.')) payload.push_back(0);
        out.add(v6::option::client_fqdn, payload);
    }

    std::vector<std::uint8_t> octets() const {
        std::array<std::uint8_t, 4096> buffer;
        v6::MessageWriter out{buffer, type(), usual_xid & 0xffffff};
        out.add(v6::option::client_id, view(duid));
        if (names_server()) out.add(v6::option::server_id, view(config.duid));
        add_ias(out);
        std::vector<std::uint8_t> asks;
        const auto ask = [&](std::uint16_t code) {
            asks.resize(asks.size() + 2);
            write_u16(&asks[asks.size() - 2], code);
        };
        std::ranges::for_each(words.asks, ask);
        if (words.asks.empty()) std::ranges::for_each(usual_asks_of_v6, ask);
        out.add(v6::option::oro, asks);
        out.add_u16(v6::option::elapsed_time, 0);
        add_name(out);
        for (const auto& [code, payload] : words.options) out.add(code, payload);
        const auto written = out.finish();
        return {written.begin(), written.end()};
    }

    Packet packet() const {
        const auto client = link_local_of(words.mac);
        if (!words.relay) return {octets(), client, all_servers(), 546};
        std::vector<std::uint8_t> relayed{static_cast<std::uint8_t>(v6::MessageType::relay_forward), 0};
        relayed.insert(relayed.end(), words.relay->bytes.begin(), words.relay->bytes.end());
        relayed.insert(relayed.end(), client.bytes.begin(), client.bytes.end());
        const auto message = octets();
        const auto at = relayed.size();
        relayed.resize(at + v6::option_header_size);
        write_u16(&relayed[at], v6::option::relay_msg);
        write_u16(&relayed[at + 2], static_cast<std::uint16_t>(message.size()));
        relayed.insert(relayed.end(), message.begin(), message.end());
        return {std::move(relayed), *words.relay, all_servers(), 547};
    }
};

/// The client's IAs as its leases name them; one of each kind that the pools have, where it has no lease.
std::vector<std::pair<LeaseKind, std::uint32_t>> ias_of(const MemoryServer& server, const Octets& duid) {
    std::vector<std::pair<LeaseKind, std::uint32_t>> ias;
    const auto rows = server.keeper().table().by_client_id(view(duid));
    for (const auto kind : {LeaseKind::na, LeaseKind::pd}) {
        const auto row = std::ranges::find(rows, kind, &Lease::kind);
        const bool has_pool = std::ranges::any_of(server.config().subnets, [&](const SubnetConfig& subnet) {
            return std::ranges::find(subnet.pools, kind, &PoolConfig::kind) != subnet.pools.end();
        });
        if (row != rows.end())
            ias.emplace_back(kind, row->iaid);
        else if (kind == LeaseKind::na || has_pool)
            ias.emplace_back(kind, usual_iaid);
    }
    return ias;
}

Octets duid_of(const ClientWords& words) {
    if (!words.duid.empty() || words.mac.empty()) return words.duid;
    Octets duid{0, 3, 0, 1};  // DUID-LL of Ethernet (RFC 8415 11.4)
    duid.insert(duid.end(), words.mac.begin(), words.mac.end());
    return duid;
}

Result<Packet, std::string> make_v6(const ClientWords& words, MemoryServer& server, const Place& place,
                                    std::string_view kind) {
    auto duid = duid_of(words);
    if (duid.size() < 3 || duid.size() > duid_size_max)
        return std::unexpected("a DHCPv6 client is known by its DUID, of 3 to 130 octets, or its MAC address");
    auto ias = ias_of(server, duid);
    Maker6 maker{words, place, server.config(), "solicit", std::move(duid), std::move(ias)};
    const auto solicit = maker.packet();
    if (kind == "solicit") return solicit;
    maker.kind = kind;
    if (kind == "information-request") return maker.packet();

    const auto advertise = server.decide(solicit, place);
    if (words.address) {
        maker.leases.push_back({LeaseKind::na, maker.ias.front().second, {*words.address, 128}});
    } else if (advertise.is_answered()) {
        if (const auto reply = v6::MessageView::parse_reply(advertise.done->reply->bytes))
            for (const auto& ia : reply->ias())
                for (const auto& lease : ia.leases()) maker.leases.push_back({ia.kind, ia.iaid, lease.unit});
    }
    const bool needs_lease = kind != "request";
    if (needs_lease && maker.leases.empty())
        return std::unexpected(
            "the client would be given nothing that its message could name; explain its SOLICIT, or name an address "
            "with --address");
    return maker.packet();
}

}  // namespace

std::span<const std::string_view> message_words(Family family) {
    return family == Family::v4 ? std::span<const std::string_view>{words_of_v4}
                                : std::span<const std::string_view>{words_of_v6};
}

Result<Packet, std::string> make_packet(const ClientWords& words, MemoryServer& server, const Place& place) {
    const auto family = server.config().family;
    const auto known = message_words(family);
    const std::string_view kind = words.message.empty() ? known.front() : std::string_view{words.message};
    if (std::ranges::find(known, kind) == known.end()) {
        std::string list;
        for (const auto word : known) list.append(list.empty() ? "" : ", ").append(word);
        return std::unexpected("no message \"" + words.message + "\": there are " + list);
    }
    return family == Family::v4 ? make_v4(words, server, place, kind) : make_v6(words, server, place, kind);
}

Packet envelop(std::vector<std::uint8_t> octets, Family family, const Place& place) {
    if (family == Family::v6) {
        Packet packet{std::move(octets), link_local_of({}), all_servers(), 546};
        if (const auto message = v6::MessageView::parse(packet.bytes); message && message->is_relayed())
            packet.source_port = 547;
        return packet;
    }
    Packet packet{std::move(octets), to_ipv6(Ipv4{}), to_ipv6(everybody), 68};
    const auto message = v4::MessageView::parse(packet.bytes);
    if (!message) return packet;
    if (!message->giaddr().is_zero()) {
        packet.source = to_ipv6(message->giaddr());
        packet.source_port = 67;
        packet.destination = to_ipv6(place.address4);
    } else if (!message->ciaddr().is_zero()) {
        packet.source = to_ipv6(message->ciaddr());
        packet.destination = to_ipv6(place.address4);
    }
    return packet;
}

}  // namespace leasehold::rehearsal
