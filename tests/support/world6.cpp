// Packets are written octet by octet here, not with the product's writer.
#include "tests/support/world6.hpp"

#include <algorithm>
#include <cassert>

#include "dhcp/client_identity.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::testing_world6 {

namespace {

void put(Bytes& out, std::uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void put(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

void put_option(Bytes& out, std::uint16_t code, const Bytes& payload) {
    put(out, code, 2);
    put(out, payload.size(), 2);
    put(out, payload);
}

/// "::/60" stays what it is, although its bits say nothing.
Prefix sent_unit(std::string_view text) {
    return text.contains('/') ? parse_ipv6_prefix(text).value() : Prefix{ip6(text), 128};
}

Bytes ia_lease(const SentIa& ia, std::string_view text) {
    const auto named = sent_unit(text);
    Bytes out;
    if (ia.kind == LeaseKind::pd) {
        put(out, ia.preferred, 4);
        put(out, ia.valid, 4);
        put(out, named.length, 1);
        put(out, octets(named.address));
    } else {
        put(out, octets(named.address));
        put(out, ia.preferred, 4);
        put(out, ia.valid, 4);
    }
    return out;
}

std::string_view name_of(LeaseKind kind) {
    return kind == LeaseKind::pd ? "PD" : kind == LeaseKind::na ? "NA" : "TA";
}

std::string text_of(const v6::IaView& ia) {
    std::string text{name_of(ia.kind)};
    text += " " + std::to_string(ia.iaid);
    for (const auto& lease : ia.leases())
        text += " " + to_string(lease.unit) + " " + std::to_string(lease.preferred) + "/" + std::to_string(lease.valid);
    if (const auto status = ia.status()) text += " " + std::string{v6::to_string(status->code)};
    return text;
}

constexpr std::string_view server_duid = "00010001aabbccdd020000000001";

}  // namespace

Ipv6 ip6(std::string_view text) {
    return parse_ipv6(text).value();
}

Bytes octets(const Ipv6& address) {
    return {address.bytes.begin(), address.bytes.end()};
}

Bytes octets(std::string_view text) {
    return {text.begin(), text.end()};
}

SubnetConfig subnet6_of(std::uint32_t id, std::string_view prefix, std::vector<Range6> pools,
                        std::vector<PdRange> pd_pools) {
    SubnetConfig subnet;
    subnet.id = id;
    subnet.network = parse_ipv6_prefix(prefix).value();
    subnet.valid_lifetime = {1000, 4000, 8000};
    subnet.preferred_lifetime = LifetimeRange{750, 3000, 6000};
    subnet.renew_timer = 1000;
    subnet.rebind_timer = 2000;
    subnet.interface = "lan0";
    for (const auto& range : pools) {
        PoolConfig pool;
        pool.kind = LeaseKind::na;
        pool.range = {unit(range.first), unit(range.last)};
        subnet.pools.push_back(std::move(pool));
    }
    for (const auto& range : pd_pools) {
        const auto from = parse_ipv6_prefix(range.from).value();
        const auto host_bits = ~Uint128{0} >> from.length;
        PoolConfig pool;
        pool.kind = LeaseKind::pd;
        pool.range = {{from.address, range.length},
                      {masked(to_ipv6(to_uint128(from.address) | host_bits), range.length), range.length}};
        subnet.pools.push_back(std::move(pool));
    }
    return subnet;
}

ServerConfig config6_of(std::vector<SubnetConfig> subnets) {
    ServerConfig config;
    config.family = Family::v6;
    config.duid = parse_hex(server_duid).value();
    config.host_identifiers = {HostIdentifierType::hw_address, HostIdentifierType::duid};
    config.subnets = std::move(subnets);
    finish(config);
    return config;
}

ServerConfig home_config() {
    return config6_of({subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::10", "2001:db8:1::12"}},
                                  {{"2001:db8:f000::/54", 56}})});
}

OptionValue option6(std::uint16_t code, std::string_view octets_as_hex) {
    const auto bytes = parse_hex(octets_as_hex).value();
    OptionValue value;
    value.code = code;
    value.bytes.assign(bytes.begin(), bytes.end());
    return value;
}

// --- packets

Packet6& Packet6::with(std::uint16_t code, Bytes payload) {
    options.emplace_back(code, std::move(payload));
    return *this;
}

Packet6& Packet6::with_ia(const SentIa& ia) {
    Bytes payload;
    put(payload, ia.iaid, 4);
    if (ia.kind != LeaseKind::ta) put(payload, 0, 8);
    for (const auto text : ia.units) put_option(payload, v6::ia_lease_code(ia.kind), ia_lease(ia, text));
    return with(v6::ia_code(ia.kind), std::move(payload));
}

Packet6& Packet6::without(std::uint16_t code) {
    std::erase_if(options, [&](const auto& one) { return one.first == code; });
    return *this;
}

Packet6& Packet6::requesting(std::vector<std::uint16_t> codes) {
    Bytes payload;
    for (const auto code : codes) put(payload, code, 2);
    return with(v6::option::oro, std::move(payload));
}

Packet6& Packet6::relayed_by(SentRelay relay) {
    relays.push_back(std::move(relay));
    return *this;
}

Bytes Packet6::bytes() const {
    Bytes message;
    put(message, static_cast<std::uint8_t>(type), 1);
    put(message, xid, 3);
    for (const auto& [code, payload] : options) put_option(message, code, payload);
    std::uint8_t hops = 0;
    for (const auto& relay : relays) {
        Bytes outer;
        put(outer, static_cast<std::uint8_t>(v6::MessageType::relay_forward), 1);
        put(outer, hops++, 1);
        put(outer, octets(ip6(relay.link)));
        put(outer, octets(ip6(relay.peer)));
        for (const auto& [code, payload] : relay.options) put_option(outer, code, payload);
        put_option(outer, v6::option::relay_msg, message);
        message = std::move(outer);
    }
    return message;
}

Client6 Client6::number(std::uint8_t number) {
    Client6 client;
    client.duid = {0, 3, 0, 1, 2, 0, 0, 0, 0, number};
    client.address = "fe80::" + std::to_string(number);
    return client;
}

Packet6 Client6::packet(v6::MessageType type, const std::vector<SentIa>& ias, bool names_server) const {
    Packet6 packet;
    packet.type = type;
    packet.with(v6::option::client_id, duid);
    if (names_server) {
        const auto server = parse_hex(server_duid).value();
        packet.with(v6::option::server_id, {server.begin(), server.end()});
    }
    for (const auto& ia : ias) packet.with_ia(ia);
    packet.arrival.interface_index = 1;
    packet.arrival.interface_name = "lan0";
    packet.arrival.source = ip6(address);
    packet.arrival.destination = ip6("ff02::1:2");
    return packet;
}

Packet6 Client6::solicit(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::solicit, ias, false);
}
Packet6 Client6::request(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::request, ias, true);
}
Packet6 Client6::renew(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::renew, ias, true);
}
Packet6 Client6::rebind(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::rebind, ias, false);
}
Packet6 Client6::release(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::release, ias, true);
}
Packet6 Client6::decline(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::decline, ias, true);
}
Packet6 Client6::confirm(const std::vector<SentIa>& ias) const {
    return packet(v6::MessageType::confirm, ias, false);
}
Packet6 Client6::information_request() const {
    return packet(v6::MessageType::information_request, {}, false);
}

// --- answers

v6::MessageType Answer6::type() const {
    return v6::MessageType{silent() ? std::uint8_t{0} : done->reply->type};
}

v6::MessageView Answer6::view() const {
    return v6::MessageView::parse_reply(done->reply->bytes).value();
}

std::string Answer6::text() const {
    if (waits_for) return "waits for " + to_string(*waits_for);
    if (!needs.empty()) return "needs " + to_string(needs.front());
    if (silent()) return "silent (" + std::string{to_string(drop.reason)} + ")";
    const auto message = view();
    std::string text{v6::to_string(message.type())};
    if (const auto status = message.status()) text += " " + std::string{v6::to_string(status->code)};
    for (const auto& ia : message.ias()) text += "; " + text_of(ia);
    return text;
}

std::optional<Bytes> Answer6::option(std::uint16_t code) const {
    if (silent()) return std::nullopt;
    const auto message = view();
    const auto payload = message.option(code);
    return payload ? std::optional{Bytes{payload->begin(), payload->end()}} : std::nullopt;
}

std::vector<std::uint16_t> Answer6::codes() const {
    std::vector<std::uint16_t> codes;
    if (silent()) return codes;
    const auto message = view();
    for (const auto& option : message.options()) codes.push_back(option.code);
    return codes;
}

// --- the world

Answer6 World6::decide(const Packet6& packet) const {
    return decide(packet.bytes(), packet.arrival);
}

Answer6 World6::decide(const Bytes& datagram, const v6::Arrival& arrival) const {
    const auto message = v6::MessageView::parse(datagram);
    assert(message);
    const auto request = v6::read_complete_request(*message, arrival, config());
    Answer6 answer;
    if (!request) {
        answer.drop = request.error();
        return answer;
    }
    answer.take(v6::decide(*request, config(), seen(), {fresh, pings}, now(), fresh_version(), seed));
    return answer;
}

Answer6 World6::ask_in_flight(const Packet6& packet) {
    auto answer = decide(packet);
    begin(answer);
    return answer;
}

Answer6 World6::ask(const Packet6& packet) {
    auto answer = ask_in_flight(packet);
    settle(answer);
    return answer;
}

std::string World6::bind(const Client6& client, const std::vector<SentIa>& ias) {
    const auto offer = ask(client.solicit(ias));
    if (offer.silent()) return offer.text();
    auto request = client.request({});
    const auto message = offer.view();
    for (const auto& option : message.options())
        if (v6::is_ia(option.code)) request.with(option.code, {option.payload.begin(), option.payload.end()});
    return ask(request).text();
}

Reservation host6_of(const Client6& client, std::uint32_t subnet_id, std::vector<std::string_view> units) {
    Reservation host;
    host.type = HostIdentifierType::duid;
    host.identifier = to_octets(client.duid);
    host.subnet_id = subnet_id;
    for (const auto text : units) host.addresses.push_back(sent_unit(text));
    return host;
}

}  // namespace leasehold::testing_world6
