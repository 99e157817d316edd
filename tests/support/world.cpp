#include "tests/support/world.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/request.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::testing_world {

using v4::MessageType;

Ipv4 ip(std::string_view text) {
    const auto address = parse_ipv4(text);
    assert(address);
    return *address;
}

SubnetConfig subnet_of(std::uint32_t id, std::string_view prefix, std::vector<Range> pools) {
    SubnetConfig subnet;
    subnet.id = id;
    subnet.network = to_prefix(parse_ipv4_network(prefix).value());
    for (const auto& range : pools) {
        PoolConfig pool;
        pool.range = {unit(range.first), unit(range.last)};
        subnet.pools.push_back(std::move(pool));
    }
    subnet.valid_lifetime = {600, 3600, 7200};
    return subnet;
}

ServerConfig config_of(std::vector<SubnetConfig> subnets) {
    ServerConfig config;
    config.subnets = std::move(subnets);
    config.server_id = 77;
    finish(config);
    return config;
}

ServerConfig measured_config() {
    auto subnet = subnet_of(1, "192.0.2.0/24", {{"192.0.2.10", "192.0.2.12"}});
    subnet.renew_timer = 900;
    subnet.rebind_timer = 1800;
    subnet.options = {ipv4_option(3, "192.0.2.1")};
    auto config = config_of({std::move(subnet)});
    auto time_servers = ipv4_option(42, "192.0.2.42");
    time_servers.always_send = true;
    config.options = {ipv4_option(6, "192.0.2.53"), text_option(15, "example.org"), std::move(time_servers),
                      text_option(66, "boot.example.org")};
    return config;
}

std::uint32_t add_network(ServerConfig& config, std::string name, const std::vector<std::uint32_t>& ids) {
    const auto place = static_cast<std::uint32_t>(config.shared_networks.size());
    config.shared_networks.emplace_back().name = std::move(name);
    for (auto& subnet : config.subnets)
        if (std::ranges::find(ids, subnet.id) != ids.end()) subnet.shared_network = place;
    return place;
}

ClassId vendor_class(ServerConfig& config, std::string_view vendor) {
    return config.class_names.intern("VENDOR_CLASS_" + std::string{vendor});
}

OptionValue ipv4_option(std::uint16_t code, std::string_view address) {
    OptionValue option{code, Bytes(4), false, false};
    write_u32(option.bytes.data(), ip(address).value);
    return option;
}

OptionValue text_option(std::uint16_t code, std::string_view text) {
    return {code, Bytes{text.begin(), text.end()}, false, false};
}

// --- packets

Packet& Packet::with(std::uint8_t code, Bytes payload) {
    without(code);
    options.emplace_back(code, std::move(payload));
    return *this;
}

Packet& Packet::with_u32(std::uint8_t code, std::uint32_t value) {
    Bytes payload(4);
    write_u32(payload.data(), value);
    return with(code, std::move(payload));
}

Packet& Packet::with_ip(std::uint8_t code, std::string_view address) {
    return with_u32(code, ip(address).value);
}

Packet& Packet::with_text(std::uint8_t code, std::string_view text) {
    return with(code, {text.begin(), text.end()});
}

Packet& Packet::without(std::uint8_t code) {
    std::erase_if(options, [&](const auto& option) { return option.first == code; });
    return *this;
}

Packet& Packet::relayed_by(std::string_view relay) {
    giaddr = arrival.source = ip(relay);
    arrival.source_port = 67;
    arrival.destination = arrival.interface_address;
    hops = 1;
    return *this;
}

Bytes Packet::bytes() const {
    v4::ReplyHeader header;
    header.hops = hops;
    header.xid = 0x11223344;
    header.flags = flags;
    header.ciaddr = ciaddr;
    header.giaddr = giaddr;
    header.hlen = static_cast<std::uint8_t>(hwaddr.size());
    std::ranges::copy(hwaddr, header.chaddr.begin());
    std::array<std::uint8_t, 4096> buffer;
    v4::MessageWriter writer{buffer, header, type};
    for (const auto& [code, payload] : options) writer.add(code, payload);
    const auto size = writer.finish();
    buffer[0] = 1;  // BOOTREQUEST
    return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

Client Client::number(std::uint32_t number) {
    Client client;
    client.hwaddr = Bytes(6);
    client.hwaddr[0] = 2;
    write_u32(&client.hwaddr[2], number);
    return client;
}

Client& Client::with_id(std::string_view text) {
    client_id.assign(text.begin(), text.end());
    return *this;
}

Client& Client::behind(std::string_view giaddr) {
    relay = giaddr;
    return *this;
}

Packet Client::packet(MessageType type) const {
    Packet packet;
    packet.type = type;
    packet.hwaddr = hwaddr;
    packet.arrival = {2, "lan0", ip("192.0.2.1"), {}, 68, Ipv4{0xffffffff}, true, {}};
    if (!client_id.empty()) packet.with(61, client_id);
    if (relay) packet.relayed_by(*relay);
    return packet;
}

Packet Client::discover() const {
    return packet(MessageType::discover);
}

Packet Client::selecting(std::string_view address) const {
    return packet(MessageType::request).with_ip(50, address).with_ip(54, server);
}

Packet Client::init_reboot(std::string_view address) const {
    return packet(MessageType::request).with_ip(50, address);
}

Packet Client::renewing(std::string_view ciaddr) const {
    auto renewal = packet(MessageType::request);
    renewal.ciaddr = renewal.arrival.source = ip(ciaddr);
    renewal.giaddr = {};
    renewal.hops = 0;
    renewal.arrival.destination = renewal.arrival.interface_address;
    return renewal;
}

Packet Client::rebinding(std::string_view ciaddr) const {
    auto rebind = packet(MessageType::request);
    rebind.ciaddr = ip(ciaddr);
    if (!relay) rebind.arrival.source = rebind.ciaddr;
    return rebind;
}

Packet Client::release(std::string_view ciaddr) const {
    auto release = renewing(ciaddr).with_ip(54, server);
    release.type = MessageType::release;
    return release;
}

Packet Client::decline(std::string_view address) const {
    return packet(MessageType::decline).with_ip(50, address).with_ip(54, server);
}

Packet Client::inform(std::string_view ciaddr) const {
    auto inform = packet(MessageType::inform);
    inform.ciaddr = ip(ciaddr);
    if (!relay) inform.arrival.source = inform.ciaddr;
    return inform;
}

Reservation host_of(const Client& client, std::uint32_t subnet_id, std::string_view address) {
    Reservation host;
    host.identifier = to_octets(client.hwaddr);
    host.subnet_id = subnet_id;
    if (!address.empty()) host.addresses = {unit(address)};
    return host;
}

void set_hosts(ServerConfig& config, std::vector<Reservation> hosts) {
    config.hosts = std::make_shared<const HostTable>(std::move(hosts));
}

// --- answers

MessageType Answer::type() const {
    return silent() ? MessageType::none : v4::MessageType{done->reply->type};
}

v4::MessageView Answer::view() const {
    return v4::MessageView::parse_reply(done->reply->bytes).value();
}

std::string Answer::yiaddr() const {
    return silent() ? "" : to_string(view().yiaddr());
}

std::optional<Bytes> Answer::option(std::uint8_t code) const {
    if (silent()) return std::nullopt;
    const auto reply = view();
    const auto payload = reply.option(code);
    return payload ? std::optional{Bytes{payload->begin(), payload->end()}} : std::nullopt;
}

std::optional<std::uint32_t> Answer::u32(std::uint8_t code) const {
    return silent() ? std::nullopt : view().option_u32(code);
}

std::string Answer::ipv4(std::uint8_t code) const {
    const auto value = u32(code);
    return value ? to_string(Ipv4{*value}) : "";
}

Bytes Answer::codes() const {
    Bytes codes;
    if (silent()) return codes;
    const auto& bytes = done->reply->bytes;
    for (std::size_t i = v4::fixed_size + v4::cookie_size; bytes[i] != v4::option::end;
         i += 2u + bytes[i + 1]) {
        codes.push_back(bytes[i]);
    }
    return codes;
}

// --- the world

Answer World::decide(const Packet& packet) const {
    return decide(packet.bytes(), packet.arrival);
}

Answer World::decide(const Bytes& datagram, const v4::Arrival& arrival) const {
    const auto message = v4::MessageView::parse(datagram);
    assert(message);
    const auto request = v4::read_complete_request(*message, arrival, config(), *this);
    Answer answer;
    if (!request) {
        answer.drop = request.error();
        return answer;
    }
    answer.take(decide_request(*request));
    return answer;
}

Decision World::decide_request(const v4::Request& request) const {
    return v4::decide(request, config(), seen(), {fresh, pings}, now(), fresh_version(), seed);
}

Answer World::ask_in_flight(const Packet& packet) {
    auto answer = decide(packet);
    begin(answer);
    return answer;
}

Answer World::ask(const Packet& packet) {
    auto answer = ask_in_flight(packet);
    settle(answer);
    return answer;
}

std::string World::bind(const Client& client) {
    const auto offered = ask(client.discover()).yiaddr();
    return offered.empty() ? "" : ask(client.selecting(offered)).yiaddr();
}

}  // namespace leasehold::testing_world
